/*
 * tests/unit/test_draw.c - which examples each step sees
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <string.h>

#include "train/draw.h"

static void draws_are_what_they_say(void **state)
{
    (void)state;
    enum { N = 101, BATCH = 10, STEPS = 11 };
    uint32_t order[BATCH * STEPS];
    bool taken[N] = {false};
    gr_draw draw = {GRADUS_DRAW_SHUFFLE, 1, N, BATCH, STEPS, taken};
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(draws_are_what_they_say)};
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
