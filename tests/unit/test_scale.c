/* tests/unit/test_scale.c - sums and multiples element by element, and dropout.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"

static double rounded(const gr_kernels *k, double x)
{
    return k->size == 4 ? (double)(float)x : x;
}

static double fused(const gr_kernels *k, double a, double b, double c)
{
    return k->size == 4 ? (double)fmaf((float)a, (float)b, (float)c) : fma(a, b, c);
}

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
            for (size_t columns = 0; columns < 40; columns++) {
                const gr_kernels *k = gr_kernels_find(cpu, precision);
                array d = array_odd(k, 3 * columns), expected = array_copy(&d);
                for (size_t i = 0; i < d.count; i++)
                    set(&expected, i, rounded(k, weight[i / columns]) * get(&d, i));
                k->scale_rows(3, columns, weight, d.data);
                assert_same_array(&expected, &d);
                array_free(&d), array_free(&expected);
            }
}

/* By the definition, a word at a time; any cut over rows and columns gives the same. */
static void dropout_follows_the_words_of_its_units(void **state)
{
    (void)state;
    const gr_key key = {.seed = 7, .purpose = GR_PURPOSE_DROPOUT, .epoch = 3};
    const double rates[] = {0, 0.1, 0.5, 0.999};
    const uint64_t first = 1000;
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t columns = 0; columns < 15; columns++)
                for (uint32_t column = 0; column < 6; column++)
                    for (size_t r = 0; r < 4; r++) {
                        const gr_kernels *k = gr_kernels_find(cpu, precision);
                        array x = array_between(k, 3 * columns, 1, 2);
                        array expected = array_new(k, x.count), y = array_copy(&x);
                        for (size_t i = 0; i < x.count; i++) {
                            uint32_t word = gr_random_word(key, first + i / columns,
                                                           column + (uint32_t)(i % columns));
                            double kept = rounded(k, 1 / (1 - rates[r]));
                            int dropped = (double)word < rates[r] * 0x1p32;
                            set(&expected, i, dropped ? 0 : kept * get(&x, i));
                        }
                        void *second = (char *)y.data + columns * k->size;
                        k->dropout(1, columns, rates[r], key, first, column, y.data,
                                   y.data);
                        k->dropout(2, columns, rates[r], key, first + 1, column, second,
                                   second);
                        assert_same_array(&expected, &y);
                        array_free(&x), array_free(&expected), array_free(&y);
                    }
}

static void dropout_drops_its_share_and_keeps_the_mean(void **state)
{
    (void)state;
    const gr_kernels *k = gr_kernels_find(gr_cpu_best(), GRADUS_FLOAT32);
    const gr_key key = {.seed = 1, .purpose = GR_PURPOSE_DROPOUT, .epoch = 0};
    const size_t count = 40000;
    array x = array_between(k, count, 1, 1);
    double mean = 0, dropped = 0;
    k->dropout(100, 400, 0.2, key, 0, 0, x.data, x.data);
    for (size_t i = 0; i < count; i++) {
        mean += get(&x, i) / (double)count;
        dropped += get(&x, i) == 0;
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
    array x = array_between(k, 100, NAN, NAN);
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
