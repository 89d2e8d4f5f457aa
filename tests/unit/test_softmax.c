/* tests/unit/test_softmax.c - softmax over rows, and its Jacobian.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"

static void forward(const gr_kernels *k, size_t rows, size_t columns, const array *z,
                    array *p)
{
    k->activate[GR_ACTIVATION_SOFTMAX].forward(rows, columns, 0, z->data, p->data);
}

static void backward(const gr_kernels *k, size_t rows, size_t columns, const array *p,
                     const array *dp, array *dz)
{
    k->activate[GR_ACTIVATION_SOFTMAX].backward(rows, columns, 0, p->data, p->data,
                                                dp->data, dz->data);
}

/* In one pass and in place, with junk beyond the columns but for gradients. */
static void check_bits(gradus_precision precision, size_t rows, size_t columns)
{
    const gr_kernels *ref = gr_kernels_find(GR_CPU_REF, precision);
    array z = columns % 2 ? matrix_odd(ref, rows, columns)
                          : matrix_between(ref, rows, columns, -9, 9);
    array dp = matrix_between(ref, rows, columns, -1, 1);
    array p = matrix_odd(ref, rows, columns), dz = matrix_odd(ref, rows, columns);
    clear_beyond(&dp), clear_beyond(&dz);
    forward(ref, rows, columns, &z, &p);
    backward(ref, rows, columns, &p, &dp, &dz);
    assert_clear_beyond(&dz);
    EACH_CPU(cpu) {
        const gr_kernels *k = gr_kernels_find(cpu, precision);
        array p2 = array_copy(&z), dz2 = array_copy(&dp);
        p2.k = dz2.k = k;
        forward(k, rows, columns, &p2, &p2);
        backward(k, rows, columns, &p2, &dz2, &dz2);
        assert_same_array(&p, &p2);
        assert_same_array(&dz, &dz2);
        assert_clear_beyond(&dz2);
        array_free(&p2), array_free(&dz2);
    }
    array_free(&z), array_free(&dp), array_free(&p), array_free(&dz);
}

static void every_instruction_set_gives_the_same_bits(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        for (size_t rows = 0; rows < 20; rows += rows < 6 ? 1 : 13)
            for (size_t columns = 1; columns < 150; columns += columns < 40 ? 1 : 11)
                check_bits(precision, rows, columns);
}

/* Many rows are worked abreast. */
static void rows_are_what_each_is_alone(void **state)
{
    (void)state;
    static const size_t columns[] = {1, 2, 10, 15, 16, 17, 33, 100};
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t rows = 2; rows < 40; rows++) {
                const gr_kernels *k = gr_kernels_find(cpu, precision);
                const size_t count = columns[rows % (sizeof columns / sizeof *columns)];
                array z = rows % 3 ? matrix_between(k, rows, count, -9, 9)
                                   : matrix_odd(k, rows, count);
                array p = array_copy(&z), alone = array_copy(&z);
                forward(k, rows, count, &p, &p);
                for (size_t i = 0; i < rows; i++)
                    k->activate[GR_ACTIVATION_SOFTMAX].forward(
                        1, count, 0, element(&z, i * z.stride),
                        element(&alone, i * alone.stride));
                assert_same_array(&alone, &p);
                array_free(&z), array_free(&p), array_free(&alone);
            }
}

static void values_are_near_the_exact_ones(void **state)
{
    (void)state;
    EACH_PRECISION(precision) {
        const gr_kernels *k = gr_kernels_find(gr_cpu_best(), precision);
        const size_t rows = 50, columns = 37;
        array z = matrix_between(k, rows, columns, -30, 30), p = array_copy(&z);
        forward(k, rows, columns, &z, &p);
        for (size_t i = 0; i < rows; i++) {
            double exact = 0, total = 0;
            for (size_t j = 0; j < columns; j++) {
                exact += exp(get_at(&z, i, j));
                total += get_at(&p, i, j);
            }
            assert_near(1, total, roundings(k, 37));
            for (size_t j = 0; j < columns; j++) {
                double error = get_at(&p, i, j) / (exp(get_at(&z, i, j)) / exact) - 1;
                assert_true(fabs(error) < roundings(k, 60)); /* z - max is rounded */
            }
        }
        array_free(&z), array_free(&p);
    }
}

/* p_j (delta_jl - p_l) against the 4-point difference, and the kernel's product with it */
static void the_jacobian_is_the_difference_of_values(void **state)
{
    (void)state;
    const gr_kernels *k = gr_kernels_find(gr_cpu_best(), GRADUS_FLOAT64);
    enum { COLUMNS = 5 };
    const double h = 3e-4, step[] = {-2, -1, 1, 2}, weight[] = {1, -8, 8, -1};
    for (int trial = 0; trial < 100; trial++) {
        array z = matrix_between(k, 1, COLUMNS, -3, 3), p = array_copy(&z);
        array shifted = array_copy(&z), dp = array_copy(&z), dz = array_copy(&z);
        forward(k, 1, COLUMNS, &z, &p);
        for (size_t j = 0; j < COLUMNS; j++) {
            for (size_t l = 0; l < COLUMNS; l++)
                set(&dp, l, l == j);
            backward(k, 1, COLUMNS, &p, &dp, &dz); /* row j of the Jacobian */
            for (size_t l = 0; l < COLUMNS; l++) {
                double difference = 0;
                for (size_t s = 0; s < 4; s++) {
                    array moved = array_copy(&z);
                    set(&moved, l, get(&z, l) + step[s] * h);
                    forward(k, 1, COLUMNS, &moved, &shifted);
                    difference += weight[s] * get(&shifted, j) / (12 * h);
                    array_free(&moved);
                }
                double formula = get(&p, j) * ((l == j) - get(&p, l));
                assert_near(formula, get(&dz, l), 1e-15);
                assert_near(difference, get(&dz, l), 1e-10);
            }
        }
        array_free(&z), array_free(&p), array_free(&shifted), array_free(&dp);
        array_free(&dz);
    }
}

static void large_numbers_do_not_overflow(void **state)
{
    (void)state;
    const gr_kernels *k = gr_kernels_find(gr_cpu_best(), GRADUS_FLOAT32);
    const double values[2][3] = {{-3e38, 3e38, 3e38}, {999, 1000, -1000}};
    array z = matrix_odd(k, 2, 3);
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 3; j++)
            set_at(&z, i, j, values[i][j]);
    forward(k, 2, 3, &z, &z);
    assert_true(get_at(&z, 0, 0) == 0 && get_at(&z, 0, 1) == 0.5 && get_at(&z, 0, 2) == 0.5);
    assert_near(1 / (1 + exp(-1)), get_at(&z, 1, 1), 1e-6);
    assert_true(get_at(&z, 1, 2) == 0);
    array_free(&z);
}

static void nan_in_a_row_makes_that_row_nan(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t rows = 2; rows < 20; rows += 9) {
                const gr_kernels *k = gr_kernels_find(cpu, precision);
                const size_t columns = 10;
                for (size_t at = 0; at < columns; at++) {
                    array z = matrix_between(k, rows, columns, -1, 1), p = array_copy(&z);
                    set_at(&z, 1, at, NAN);
                    forward(k, rows, columns, &z, &p);
                    for (size_t i = 0; i < rows; i++)
                        for (size_t j = 0; j < columns; j++)
                            assert_true(i == 1 ? isnan(get_at(&p, i, j))
                                               : get_at(&p, i, j) > 0);
                    array_free(&z), array_free(&p);
                }
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_instruction_set_gives_the_same_bits),
        cmocka_unit_test(rows_are_what_each_is_alone),
        cmocka_unit_test(values_are_near_the_exact_ones),
        cmocka_unit_test(the_jacobian_is_the_difference_of_values),
        cmocka_unit_test(large_numbers_do_not_overflow),
        cmocka_unit_test(nan_in_a_row_makes_that_row_nan),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
