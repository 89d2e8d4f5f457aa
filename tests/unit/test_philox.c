/* tests/unit/test_philox.c - random words of many counters, and dropout by them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"

static void check_words(const gr_kernels *k, uint64_t row, uint32_t block, size_t blocks)
{
    const gr_key key = {.seed = 0x123456789abcdef0, .purpose = GR_PURPOSE_DRAW, .epoch = 77};
    uint32_t words[4 * 50 + 1], expected[4];
    words[4 * blocks] = 12345;
    k->random(key, row, block, blocks, words);
    for (size_t i = 0; i < blocks; i++) {
        gr_random(key, row, block + (uint32_t)i, expected);
        assert_memory_equal(words + 4 * i, expected, sizeof expected);
    }
    assert_int_equal(words[4 * blocks], 12345);
}

static void many_words_are_those_of_their_blocks(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t blocks = 0; blocks <= 50; blocks++) {
                const gr_kernels *k = gr_kernels_find(cpu, precision);
                check_words(k, 0, 0, blocks);
                check_words(k, 0xfedcba987654, 0xfffffff0, blocks); /* it wraps */
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
        cmocka_unit_test(many_words_are_those_of_their_blocks),
        cmocka_unit_test(dropout_follows_the_words_of_its_units),
        cmocka_unit_test(dropout_drops_its_share_and_keeps_the_mean),
        cmocka_unit_test(dropped_nan_stays_nan),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
