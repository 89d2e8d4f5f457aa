/* tests/unit/test_scale.c - sums and multiples element by element, and dropout.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"

static void sums_and_multiples_are_rounded_once(void **state)
{
    (void)state;
    const double scale = 1.0 / 3;
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t count = 0; count < 70; count++) {
                const gr_kernels *k = gr_kernels_find(cpu, precision);
                array x = array_odd(k, count), y = array_odd(k, count);
                array sum = array_copy(&y), scaled_sum = array_copy(&y);
                array scaled = array_copy(&x);
                array expected[3] = {array_new(k, count), array_new(k, count),
                                     array_new(k, count)};
                for (size_t i = 0; i < count; i++) {
                    const double c = rounded(k, scale), a = get(&x, i), b = get(&y, i);
                    set(&expected[0], i, a + b);
                    set(&expected[1], i, fused(k, c, a, b));
                    set(&expected[2], i, c * a);
                }
                k->add(count, x.data, sum.data);
                k->add_scaled(count, scale, x.data, scaled_sum.data);
                k->scale(count, scale, scaled.data, scaled.data); /* in place */
                assert_same_array(&expected[0], &sum);
                assert_same_array(&expected[1], &scaled_sum);
                assert_same_array(&expected[2], &scaled);
                array_free(&x), array_free(&y), array_free(&sum);
                array_free(&scaled_sum), array_free(&scaled);
                for (size_t i = 0; i < 3; i++)
                    array_free(&expected[i]);
            }
}

static void rows_are_weighted(void **state)
{
    (void)state;
    const double weight[] = {1.0 / 3, 0, -2};
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t rows = 0; rows <= 3; rows++)
                for (size_t columns = 0; columns < 150; columns++) {
                    const gr_kernels *k = gr_kernels_find(cpu, precision);
                    array d = matrix_odd(k, rows, columns), expected = array_copy(&d);
                    for (size_t i = 0; i < rows; i++)
                        for (size_t j = 0; j < columns; j++)
                            set_at(&expected, i, j,
                                   rounded(k, weight[i]) * get_at(&d, i, j));
                    clear_beyond(&d);
                    k->scale_rows(rows, columns, weight, d.data);
                    assert_same_array(&expected, &d);
                    assert_clear_beyond(&d);
                    array_free(&d), array_free(&expected);
                }
}

/* By the definition, a word at a time; any cut over rows gives the same, and y may be x. */
static void check_dropout(const gr_kernels *k, size_t columns, uint32_t column, double rate)
{
    const gr_key key = {.seed = 7, .purpose = GR_PURPOSE_DROPOUT, .epoch = 3};
    const uint64_t first = 1000;
    array x = matrix_between(k, 3, columns, 1, 2), y = array_copy(&x);
    array expected = array_copy(&x), other = matrix_odd(k, 3, columns);
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < columns; j++) {
            const uint32_t word = gr_random_word(key, first + i, column + (uint32_t)j);
            const int dropped = (double)word < rate * 0x1p32;
            set_at(&expected, i, j,
                   dropped ? 0 : rounded(k, 1 / (1 - rate)) * get_at(&x, i, j));
        }
    clear_beyond(&y), clear_beyond(&other);
    void *second = element(&y, y.stride);
    k->dropout(1, columns, rate, key, first, column, y.data, y.data);
    k->dropout(2, columns, rate, key, first + 1, column, second, second);
    k->dropout(3, columns, rate, key, first, column, x.data, other.data);
    assert_same_array(&expected, &y);
    assert_clear_beyond(&y);
    assert_same_array(&expected, &other);
    array_free(&x), array_free(&expected), array_free(&y), array_free(&other);
}

static void dropout_follows_the_words_of_its_units(void **state)
{
    (void)state;
    const double rates[] = {0, 0.1, 0.5, 0.999};
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t columns = 0; columns < 40; columns++)
                for (uint32_t column = 0; column < 6; column++)
                    for (size_t r = 0; r < 4; r++)
                        check_dropout(gr_kernels_find(cpu, precision), columns, column,
                                      rates[r]);
}

static void dropout_drops_its_share_and_keeps_the_mean(void **state)
{
    (void)state;
    const gr_kernels *k = gr_kernels_find(gr_cpu_best(), GRADUS_FLOAT32);
    const gr_key key = {.seed = 1, .purpose = GR_PURPOSE_DROPOUT, .epoch = 0};
    const size_t count = 40000;
    array x = matrix_between(k, 100, 400, 1, 1);
    double mean = 0, dropped = 0;
    k->dropout(100, 400, 0.2, key, 0, 0, x.data, x.data);
    for (size_t i = 0; i < count; i++) {
        const double y = get_at(&x, i / 400, i % 400);
        mean += y / (double)count;
        dropped += y == 0;
    }
    assert_true(fabs(mean - 1) < 0.015);
    assert_true(fabs(dropped / (double)count - 0.2) < 0.01);
    array_free(&x);
}

static void dropped_nan_stays_nan(void **state)
{
    (void)state;
    const gr_kernels *k = gr_kernels_find(gr_cpu_best(), GRADUS_FLOAT64);
    const gr_key key = {.seed = 1, .purpose = GR_PURPOSE_DROPOUT, .epoch = 0};
    array x = matrix_between(k, 1, 100, NAN, NAN);
    k->dropout(1, 100, 0.5, key, 0, 0, x.data, x.data);
    for (size_t i = 0; i < 100; i++)
        assert_true(isnan(get(&x, i)));
    array_free(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_and_multiples_are_rounded_once),
        cmocka_unit_test(rows_are_weighted),
        cmocka_unit_test(dropout_follows_the_words_of_its_units),
        cmocka_unit_test(dropout_drops_its_share_and_keeps_the_mean),
        cmocka_unit_test(dropped_nan_stays_nan),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
