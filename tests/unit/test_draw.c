/*
 * tests/unit/test_draw.c - which examples each step sees
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"

#include "base/status.h"
#include "train/draw.h"

static void draws_are_what_they_say(void **state)
{
    (void)state;
    enum { N = 101, BATCH = 10, STEPS = 11 };
    uint32_t order[BATCH * STEPS];
    bool taken[N] = {false};
    gr_draw draw = {GRADUS_DRAW_SHUFFLE, 1, N, BATCH, STEPS, taken,
                    gr_kernels_find(GR_CPU_REF, GRADUS_FLOAT32)};
    size_t seen[N] = {0};
    gr_draw_epoch(&draw, 0, order);
    for (size_t i = 0; i < N; i++)
        seen[order[i]]++;
    for (size_t i = 0; i < N; i++)
        assert_int_equal(seen[i], 1);
    draw.kind = GRADUS_DRAW_SUBSET;
    size_t total[N] = {0};
    for (uint32_t epoch = 0; epoch < 2000; epoch++) {
        gr_draw_epoch(&draw, epoch, order);
        for (size_t step = 0; step < STEPS; step++)
            for (size_t i = 0; i < BATCH; i++) {
                total[order[step * BATCH + i]]++;
                for (size_t j = 0; j < i; j++)
                    assert_true(order[step * BATCH + i] != order[step * BATCH + j]);
            }
    }
    for (size_t i = 0; i < N; i++) { /* 2178 expected, sd 45 */
        assert_in_range(total[i], 1950, 2400);
        assert_false(taken[i]);
    }
    draw.kind = GRADUS_DRAW_REPLACE;
    memset(total, 0, sizeof total);
    for (uint32_t epoch = 0; epoch < 2000; epoch++) {
        gr_draw_epoch(&draw, epoch, order);
        for (size_t i = 0; i < BATCH * STEPS; i++)
            total[order[i]]++;
    }
    for (size_t i = 0; i < N; i++)
        assert_in_range(total[i], 1950, 2400);
}

static void shuffle(gr_cpu cpu, uint64_t seed, uint32_t epoch, uint32_t rows, uint32_t *order)
{
    const gr_draw draw = {.kind = GRADUS_DRAW_SHUFFLE, .seed = seed, .rows = rows,
                          .batch = 1, .steps = rows,
                          .kernels = gr_kernels_find(cpu, GRADUS_FLOAT32)};
    gr_draw_epoch(&draw, epoch, order);
}

static void shuffle_is_a_permutation(void **state)
{
    (void)state;
    static const uint32_t counts[] = {0, 1, 2, 3, 10, 1000, 65537};
    EACH_CPU(cpu) for (size_t i = 0; i < GR_COUNT(counts); i++) {
        uint32_t *order = malloc((counts[i] + 1) * sizeof *order);
        unsigned char *seen = calloc(counts[i] + 1, 1);
        assert_true(order != NULL && seen != NULL);
        order[counts[i]] = 12345;
        shuffle(cpu, 3, 0, counts[i], order);
        for (uint32_t j = 0; j < counts[i]; j++) {
            assert_true(order[j] < counts[i] && !seen[order[j]]);
            seen[order[j]] = 1;
        }
        assert_int_equal(order[counts[i]], 12345);
        free(order);
        free(seen);
    }
}

/* All 24 orders of four, over 24,000 epochs: chi-square with 23 degrees of freedom. */
static void shuffle_favours_no_order(void **state)
{
    (void)state;
    size_t hits[256] = {0};
    for (uint32_t epoch = 0; epoch < 24000; epoch++) {
        uint32_t order[4];
        shuffle(GR_CPU_REF, 1, epoch, 4, order);
        hits[order[0] << 6 | order[1] << 4 | order[2] << 2 | order[3]]++;
    }
    double chi_square = 0;
    size_t orders = 0;
    for (size_t i = 0; i < 256; i++)
        if (hits[i] > 0) {
            chi_square += ((double)hits[i] - 1000) * ((double)hits[i] - 1000) / 1000;
            orders++;
        }
    assert_int_equal(orders, 24);
    assert_true(chi_square < 55); /* p = 0.0002 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_are_what_they_say),
        cmocka_unit_test(shuffle_is_a_permutation),
        cmocka_unit_test(shuffle_favours_no_order),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
