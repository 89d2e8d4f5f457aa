/* tests/unit/test_random.c - Philox against its published answers; what is made of it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/random.h"

#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "runner.h"

/* Random123's kat_vectors, "philox4x32 10": counter, key, answer. */
static void philox_gives_the_published_answers(void **state)
{
    (void)state;
    static const uint32_t vectors[][10] = {
        {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
         0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0,
         0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
    };
    for (size_t i = 0; i < GR_COUNT(vectors); i++) {
        const uint32_t *v = vectors[i];
        gr_key key = {.seed = (uint64_t)v[5] << 32 | v[4],
                      .purpose = (gr_purpose)(v[1] >> 16),
                      .epoch = v[2]};
        uint32_t words[4];
        gr_random(key, (uint64_t)(v[1] & 0xffff) << 32 | v[0], v[3], words);
        assert_memory_equal(words, v + 6, sizeof words);
        assert_true(gr_random_64(key, (uint64_t)(v[1] & 0xffff) << 32 | v[0], v[3]) ==
                    ((uint64_t)v[7] << 32 | v[6]));
    }
}

static void a_word_is_one_of_its_block(void **state)
{
    (void)state;
    gr_key key = {7, GR_PURPOSE_DROPOUT, 3};
    for (uint32_t column = 0; column < 40; column++) {
        uint32_t words[4];
        gr_random(key, 11, column / 4, words);
        assert_int_equal(gr_random_word(key, 11, column), words[column % 4]);
    }
}

static void every_part_of_the_key_matters(void **state)
{
    (void)state;
    gr_key key = {1, GR_PURPOSE_START, 0};
    gr_key seed = {1ull << 40 | 1, GR_PURPOSE_START, 0};
    gr_key purpose = {1, GR_PURPOSE_DRAW, 0}, epoch = {1, GR_PURPOSE_START, 1};
    uint64_t draws[] = {
        gr_random_64(key, 0, 0),   gr_random_64(seed, 0, 0),
        gr_random_64(purpose, 0, 0), gr_random_64(epoch, 0, 0),
        gr_random_64(key, 1, 0),   gr_random_64(key, 1ull << 32, 0),
        gr_random_64(key, 0, 1),
    };
    for (size_t i = 0; i < GR_COUNT(draws); i++)
        for (size_t j = 0; j < i; j++)
            assert_true(draws[i] != draws[j]);
}

static void uniform_stays_inside_zero_and_one(void **state)
{
    (void)state;
    assert_true(gr_uniform(0) == 0x1p-53);
    assert_true(gr_uniform(UINT64_MAX) == 1 - 0x1p-53);
    assert_true(gr_uniform(1ull << 63) == 0.5 + 0x1p-53);
    gr_key key = {5, GR_PURPOSE_START, 0};
    double sum = 0, square = 0;
    enum { DRAWS = 100000 };
    for (uint32_t i = 0; i < DRAWS; i++) {
        double u = gr_random_uniform(key, i, 2);
        assert_true(u > 0 && u < 1);
        assert_true(u == gr_uniform(gr_random_64(key, i, 2)));
        sum += u;
        square += u * u;
    }
    /* five standard errors: sd(u) = sqrt(1/12), sd(u^2) = sqrt(4/45) */
    assert_true(sum / DRAWS - 0.5 < 0.0046 && sum / DRAWS - 0.5 > -0.0046);
    assert_true(square / DRAWS - 1 / 3.0 < 0.0048 && square / DRAWS - 1 / 3.0 > -0.0048);
}

/* The upper half of a 128-bit product, by the schoolbook in 16-bit digits. */
static uint64_t slow_multiply_high(uint64_t a, uint64_t b)
{
    uint64_t digits[8] = {0};
    for (int i = 0; i < 4; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < 4; j++) {
            carry += digits[i + j] + (a >> 16 * i & 0xffff) * (b >> 16 * j & 0xffff);
            digits[i + j] = carry & 0xffff;
            carry >>= 16;
        }
        digits[i + 4] += carry;
    }
    return digits[7] << 48 | digits[6] << 32 | digits[5] << 16 | digits[4];
}

static void below_scales_the_draw(void **state)
{
    (void)state;
    static const uint64_t bounds[] = {
        1, 2, 3, 10, 0xffffffff, 1ull << 32, 0x123456789abcdef, UINT64_MAX};
    gr_key key = {9, GR_PURPOSE_DRAW, 4};
    for (size_t i = 0; i < GR_COUNT(bounds); i++)
        for (uint32_t row = 0; row < 500; row++) {
            uint64_t draw = gr_random_below(key, row, 0, bounds[i]);
            assert_true(draw < bounds[i]);
            assert_true(draw == slow_multiply_high(gr_random_64(key, row, 0), bounds[i]));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_published_answers),
        cmocka_unit_test(a_word_is_one_of_its_block),
        cmocka_unit_test(every_part_of_the_key_matters),
        cmocka_unit_test(uniform_stays_inside_zero_and_one),
        cmocka_unit_test(below_scales_the_draw),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
