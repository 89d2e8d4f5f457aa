/* tests/unit/test_norm.c - batch normalisation: bits, values, gradients, properties.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"

/* One call of each kernel, and all that goes in and out. */
typedef struct batch {
    const gr_kernels *k;
    size_t rows, columns;
    double eps;
    array x, gamma, beta, dy;
    array xhat, y, dgamma, dbeta, dx;
    double *mean, *var;
} batch;

static double *doubles(size_t count)
{
    double *x = calloc(count + 1, sizeof *x);
    assert_non_null(x);
    return x;
}

static batch batch_new(const gr_kernels *k, size_t rows, size_t columns)
{
    const size_t room = gr_panels(columns, k->size) * k->width;
    batch b = {
        k, rows, columns, 1e-5,
        matrix_between(k, rows, columns, -1, 5), lines_between(k, room, 0.5, 2),
        lines_between(k, room, -1, 1), matrix_between(k, rows, columns, -1, 1),
        matrix_odd(k, rows, columns), matrix_odd(k, rows, columns),
        lines_between(k, room, -1, 1), lines_between(k, room, -1, 1),
        matrix_odd(k, rows, columns), doubles(columns), doubles(columns)
    };
    clear_beyond(&b.dy), clear_beyond(&b.dx);
    return b;
}

/* The same for other kernels, outputs being what they were. */
static batch batch_copy(const batch *b, const gr_kernels *k)
{
    batch c = {
        k, b->rows, b->columns, b->eps, array_copy(&b->x), array_copy(&b->gamma),
        array_copy(&b->beta), array_copy(&b->dy), array_copy(&b->xhat),
        array_copy(&b->y), array_copy(&b->dgamma), array_copy(&b->dbeta),
        array_copy(&b->dx), doubles(b->columns), doubles(b->columns)
    };
    return c;
}

static void batch_free(batch *b)
{
    array_free(&b->x), array_free(&b->gamma), array_free(&b->beta), array_free(&b->dy);
    array_free(&b->xhat), array_free(&b->y), array_free(&b->dgamma);
    array_free(&b->dbeta), array_free(&b->dx);
    free(b->mean), free(b->var);
}

static void forward(batch *b, size_t from, size_t to)
{
    b->k->norm_forward(b->rows, b->columns, from, to, b->eps, b->x.data, b->gamma.data,
                       b->beta.data, b->mean, b->var, b->xhat.data, b->y.data);
}

static void backward(batch *b, size_t from, size_t to)
{
    b->k->norm_backward(b->rows, b->columns, from, to, b->eps, b->var, b->xhat.data,
                        b->gamma.data, b->dy.data, b->dgamma.data, b->dbeta.data,
                        b->dx.data);
}

static void assert_same_batch(const batch *a, const batch *b)
{
    assert_same_array(&a->xhat, &b->xhat);
    assert_same_array(&a->y, &b->y);
    assert_same_array(&a->dgamma, &b->dgamma);
    assert_same_array(&a->dbeta, &b->dbeta);
    assert_same_array(&a->dx, &b->dx);
    assert_same_doubles(a->columns, a->mean, b->mean);
    assert_same_doubles(a->columns, a->var, b->var);
}

/* Columns may be cut anywhere, and y may be x, dx may be dy. */
static void check_cut(const batch *whole, const batch *inputs, const gr_kernels *k,
                      size_t cut)
{
    batch b = batch_copy(inputs, k);
    unsigned char *y = b.y.data, *dx = b.dx.data;
    b.y.data = b.x.data;
    b.dx.data = b.dy.data;
    forward(&b, 0, cut);
    forward(&b, cut, b.columns);
    backward(&b, cut, b.columns);
    backward(&b, 0, cut);
    assert_same_batch(whole, &b);
    assert_clear_beyond(&b.dx);
    b.y.data = y;
    b.dx.data = dx;
    batch_free(&b);
}

static void every_instruction_set_and_cut_gives_the_same_bits(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        for (size_t rows = 1; rows < 40; rows += rows < 12 ? 1 : 9)
            for (size_t columns = 1; columns < 80; columns += columns < 40 ? 1 : 7) {
                batch ref = batch_new(gr_kernels_find(GR_CPU_REF, precision), rows, columns);
                batch inputs = batch_copy(&ref, ref.k);
                forward(&ref, 0, columns);
                backward(&ref, 0, columns);
                assert_clear_beyond(&ref.dx);
                EACH_CPU(cpu)
                    check_cut(&ref, &inputs, gr_kernels_find(cpu, precision),
                              whole_between(0, columns));
                batch_free(&ref), batch_free(&inputs);
            }
}

/* What a call for columns [from, to) does not own keeps what it had. */
static void other_columns_are_not_touched(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t columns = 1; columns < 80; columns += 3) {
                const size_t from = whole_between(0, columns);
                const size_t to = whole_between(from, columns);
                batch b = batch_new(gr_kernels_find(cpu, precision), 5, columns);
                batch whole = batch_copy(&b, b.k), before = batch_copy(&b, b.k);
                forward(&whole, 0, columns), backward(&whole, 0, columns);
                forward(&b, from, to), backward(&b, from, to);
                for (size_t j = 0; j < columns; j++) {
                    const batch *source = j >= from && j < to ? &whole : &before;
                    for (size_t i = 0; i < 5; i++) {
                        set_at(&before.xhat, i, j, get_at(&source->xhat, i, j));
                        set_at(&before.y, i, j, get_at(&source->y, i, j));
                        set_at(&before.dx, i, j, get_at(&source->dx, i, j));
                    }
                    set(&before.dgamma, j, get(&source->dgamma, j));
                    set(&before.dbeta, j, get(&source->dbeta, j));
                    before.mean[j] = source->mean[j];
                    before.var[j] = source->var[j];
                }
                assert_same_batch(&before, &b);
                batch_free(&b), batch_free(&whole), batch_free(&before);
            }
}

static void check_inference(gradus_precision precision, size_t rows, size_t columns)
{
    const gr_kernels *ref = gr_kernels_find(GR_CPU_REF, precision);
    array x = matrix_odd(ref, rows, columns), mean = lines_between(ref, columns, -1, 1);
    array var = lines_between(ref, columns, 0, 2), y = matrix_odd(ref, rows, columns);
    array gamma = lines_between(ref, columns, -1, 1);
    array beta = lines_between(ref, columns, -1, 1);
    ref->norm_infer(rows, columns, 1e-5, x.data, mean.data, var.data, gamma.data,
                    beta.data, y.data);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            double exact = (get_at(&x, i, j) - get(&mean, j)) * get(&gamma, j) /
                           sqrt(get(&var, j) + 1e-5) + get(&beta, j);
            if (fabs(exact) < 1e30)
                assert_near(exact, get_at(&y, i, j), roundings(ref, 300));
        }
    EACH_CPU(cpu) {
        const gr_kernels *k = gr_kernels_find(cpu, precision);
        array z = array_copy(&x); /* in place */
        z.k = k;
        k->norm_infer(rows, columns, 1e-5, z.data, mean.data, var.data, gamma.data,
                      beta.data, z.data);
        assert_same_array(&y, &z);
        array_free(&z);
    }
    array_free(&x), array_free(&mean), array_free(&var), array_free(&y);
    array_free(&gamma), array_free(&beta);
}

static void inference_gives_the_same_bits(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        for (size_t rows = 0; rows < 5; rows++)
            for (size_t columns = 1; columns < 80; columns += columns < 40 ? 1 : 5)
                check_inference(precision, rows, columns);
}

/* row i in lane i % 8, then ((0+4)+(2+6)) + ((1+5)+(3+7)) */
static void the_mean_has_lanes_and_the_fixed_tree(void **state)
{
    (void)state;
    batch b = batch_new(gr_kernels_find(gr_cpu_best(), GRADUS_FLOAT64), 43, 6);
    forward(&b, 0, b.columns);
    for (size_t j = 0; j < b.columns; j++) {
        double lane[8] = {0};
        for (size_t i = 0; i < b.rows; i++)
            lane[i % 8] += get_at(&b.x, i, j);
        double sum = ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
                     ((lane[1] + lane[5]) + (lane[3] + lane[7]));
        sum /= (double)b.rows;
        assert_same_doubles(1, &sum, &b.mean[j]);
    }
    batch_free(&b);
}

static void values_are_near_the_exact_ones(void **state)
{
    (void)state;
    EACH_PRECISION(precision) {
        batch b = batch_new(gr_kernels_find(gr_cpu_best(), precision), 37, 5);
        forward(&b, 0, b.columns);
        for (size_t j = 0; j < b.columns; j++) {
            double mean = 0, var = 0, m = (double)b.rows;
            for (size_t i = 0; i < b.rows; i++)
                mean += get_at(&b.x, i, j) / m;
            for (size_t i = 0; i < b.rows; i++)
                var += pow(get_at(&b.x, i, j) - mean, 2) / m;
            assert_near(mean, b.mean[j], 1e-14);
            assert_near(var, b.var[j], 1e-14);
            for (size_t i = 0; i < b.rows; i++) {
                double xhat = (get_at(&b.x, i, j) - mean) / sqrt(var + b.eps);
                double y = get(&b.gamma, j) * xhat + get(&b.beta, j);
                assert_near(xhat, get_at(&b.xhat, i, j), roundings(b.k, 4));
                assert_near(y, get_at(&b.y, i, j), roundings(b.k, 8));
            }
        }
        batch_free(&b);
    }
}

/* sum_ij dy_ij y_ij, whose gradients the backward pass gives */
static double objective(batch *b)
{
    double sum = 0;
    forward(b, 0, b->columns);
    for (size_t i = 0; i < b->rows; i++)
        for (size_t j = 0; j < b->columns; j++)
            sum += get_at(&b->dy, i, j) * get_at(&b->y, i, j);
    return sum;
}

static double difference(batch *b, array *parameter, size_t i)
{
    const double h = 3e-4, kept = get(parameter, i);
    const double step[] = {-2, -1, 1, 2}, weight[] = {1, -8, 8, -1};
    double sum = 0;
    for (size_t s = 0; s < 4; s++) {
        set(parameter, i, kept + step[s] * h);
        sum += weight[s] * objective(b);
    }
    set(parameter, i, kept);
    return sum / (12 * h);
}

static void gradients_are_the_differences_of_values(void **state)
{
    (void)state;
    batch b = batch_new(gr_kernels_find(gr_cpu_best(), GRADUS_FLOAT64), 7, 3);
    forward(&b, 0, b.columns);
    for (size_t j = 0; j < b.columns; j++) {
        set(&b.dgamma, j, 0);
        set(&b.dbeta, j, 0);
    }
    backward(&b, 0, b.columns);
    for (size_t i = 0; i < b.rows; i++)
        for (size_t j = 0; j < b.columns; j++)
            assert_near(difference(&b, &b.x, i * b.x.stride + j), get_at(&b.dx, i, j), 1e-9);
    for (size_t j = 0; j < b.columns; j++) {
        assert_near(difference(&b, &b.gamma, j), get(&b.dgamma, j), 1e-9);
        assert_near(difference(&b, &b.beta, j), get(&b.dbeta, j), 1e-9);
    }
    backward(&b, 0, b.columns); /* adds */
    for (size_t j = 0; j < b.columns; j++)
        assert_near(2 * difference(&b, &b.gamma, j), get(&b.dgamma, j), 1e-9);
    batch_free(&b);
}

/* sum_i dx = 0 and sum_i dx xhat = eps (sum g xhat) / (var + eps)^(3/2) */
static void the_two_sums_of_the_input_gradient(void **state)
{
    (void)state;
    const double epsilons[] = {1e-5, 0.1, 3};
    for (size_t e = 0; e < 3; e++) {
        batch b = batch_new(gr_kernels_find(gr_cpu_best(), GRADUS_FLOAT64), 20, 9);
        b.eps = epsilons[e];
        forward(&b, 0, b.columns);
        backward(&b, 0, b.columns);
        for (size_t j = 0; j < b.columns; j++) {
            double sum = 0, product = 0, gradient = 0;
            for (size_t i = 0; i < b.rows; i++) {
                const double dx = get_at(&b.dx, i, j), xhat = get_at(&b.xhat, i, j);
                sum += dx;
                product += dx * xhat;
                gradient += get_at(&b.dy, i, j) * get(&b.gamma, j) * xhat;
            }
            assert_near(0, sum, 1e-14);
            assert_near(b.eps * gradient / pow(b.var[j] + b.eps, 1.5), product, 1e-13);
        }
        batch_free(&b);
    }
}

static void nan_in_a_column_makes_that_column_nan(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu) {
            batch b = batch_new(gr_kernels_find(cpu, precision), 5, 4);
            set_at(&b.x, 2, 1, NAN);
            forward(&b, 0, 4);
            set_at(&b.dy, 1, 2, NAN);
            backward(&b, 0, 4);
            for (size_t i = 0; i < 5; i++)
                for (size_t j = 0; j < 4; j++) {
                    assert_int_equal(isnan(get_at(&b.y, i, j)) != 0, j == 1);
                    assert_int_equal(isnan(get_at(&b.dx, i, j)) != 0, j == 1 || j == 2);
                }
            batch_free(&b);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_instruction_set_and_cut_gives_the_same_bits),
        cmocka_unit_test(other_columns_are_not_touched),
        cmocka_unit_test(inference_gives_the_same_bits),
        cmocka_unit_test(the_mean_has_lanes_and_the_fixed_tree),
        cmocka_unit_test(values_are_near_the_exact_ones),
        cmocka_unit_test(gradients_are_the_differences_of_values),
        cmocka_unit_test(the_two_sums_of_the_input_gradient),
        cmocka_unit_test(nan_in_a_column_makes_that_column_nan),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
