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

static void every_instruction_set_gives_the_same_bits(void **state)
{
    (void)state;
    EACH_PRECISION(precision) {
        const gr_kernels *ref = gr_kernels_find(GR_CPU_REF, precision);
        for (size_t rows = 0; rows < 6; rows++)
            for (size_t columns = 1; columns < 40; columns++) {
                const size_t count = rows * columns;
                array z = columns % 2 ? array_odd(ref, count)
                                      : array_between(ref, count, -9, 9);
                array dp = array_between(ref, count, -1, 1);
                array p = array_new(ref, count), dz = array_new(ref, count);
                forward(ref, rows, columns, &z, &p);
                backward(ref, rows, columns, &p, &dp, &dz);
                EACH_CPU(cpu) {
                    const gr_kernels *k = gr_kernels_find(cpu, precision);
                    array p2 = array_copy(&z), dz2 = array_copy(&dp); /* in place */
                    p2.k = dz2.k = k;
                    forward(k, rows, columns, &p2, &p2);
                    backward(k, rows, columns, &p2, &dz2, &dz2);
                    assert_same_array(&p, &p2);
                    assert_same_array(&dz, &dz2);
                    array_free(&p2), array_free(&dz2);
                }
                array_free(&z), array_free(&dp), array_free(&p), array_free(&dz);
            }
    }
}

static void values_are_near_the_exact_ones(void **state)
{
    (void)state;
    EACH_PRECISION(precision) {
        const gr_kernels *k = gr_kernels_find(gr_cpu_best(), precision);
        const size_t rows = 50, columns = 37;
        array z = array_between(k, rows * columns, -30, 30), p = array_copy(&z);
        forward(k, rows, columns, &z, &p);
        for (size_t i = 0; i < rows; i++) {
            double exact = 0, total = 0;
            for (size_t j = 0; j < columns; j++) {
                exact += exp(get(&z, i * columns + j));
                total += get(&p, i * columns + j);
            }
            assert_near(1, total, roundings(k, 37));
            for (size_t j = 0; j < columns; j++) {
                double expected = exp(get(&z, i * columns + j)) / exact;
                double error = get(&p, i * columns + j) / expected - 1;
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
        array z = array_between(k, COLUMNS, -3, 3), p = array_new(k, COLUMNS);
        array shifted = array_new(k, COLUMNS), dp = array_new(k, COLUMNS);
        array dz = array_new(k, COLUMNS);
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
    const float z[] = {-3e38f, 3e38f, 3e38f, 999, 1000, -1000};
    float p[6];
    k->activate[GR_ACTIVATION_SOFTMAX].forward(2, 3, 0, z, p);
    assert_true(p[0] == 0 && p[1] == 0.5f && p[2] == 0.5f);
    assert_near(1 / (1 + exp(-1)), (double)p[4], 1e-6);
    assert_true(p[5] == 0);
}

static void nan_in_a_row_makes_that_row_nan(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu) {
            const gr_kernels *k = gr_kernels_find(cpu, precision);
            const size_t columns = 10;
            for (size_t at = 0; at < columns; at++) {
                array z = array_between(k, 2 * columns, -1, 1), p = array_copy(&z);
                set(&z, columns + at, NAN);
                forward(k, 2, columns, &z, &p);
                for (size_t j = 0; j < columns; j++) {
                    assert_true(get(&p, j) > 0);
                    assert_true(isnan(get(&p, columns + j)));
                }
                array_free(&z), array_free(&p);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_instruction_set_gives_the_same_bits),
        cmocka_unit_test(values_are_near_the_exact_ones),
        cmocka_unit_test(the_jacobian_is_the_difference_of_values),
        cmocka_unit_test(large_numbers_do_not_overflow),
        cmocka_unit_test(nan_in_a_row_makes_that_row_nan),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
