/*
 * tests/unit/test_rate.c - schedules of the learning rate against their formulas
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>

#include "train/rate.h"

static double rate_of(const char *schedule, double warmup, size_t t)
{
    gradus_fit_options options;
    gr_rate rate;
    gradus_fit_defaults(&options);
    options.schedule = schedule;
    options.warmup = warmup;
    assert_int_equal(gr_rate_choose(&options, 2, 30, 10, &rate), GRADUS_OK);
    return gr_rate_at(&rate, t);
}

static void schedules_follow_their_formulas(void **state)
{
    (void)state;
    const double pi = acos(-1);
    for (size_t t = 0; t < 300; t++) {
        const double u = (double)t / 300, e = (double)t / 10;
        const struct {
            const char *name;
            double expected;
        } cases[] = {
            {"constant", 1},
            {"step", pow(0.1, floor(e / 10))},
            {"exponential", pow(0.95, e)},
            {"inverse-time", 1 / (1 + 0.1 * e)},
            {"cosine", (1 + cos(pi * u)) / 2},
            {"one-cycle", u < 0.25 ? 0.04 + 0.96 * (1 - cos(pi * 4 * u)) / 2
                                   : 1e-5 + (1 - 1e-5) * (1 + cos(pi * (u - 0.25) / 0.75)) / 2},
            {"log-cosine", (1 - cos(2 * pi * log2(1 + 15 * u))) / 2},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            assert_true(fabs(rate_of(cases[i].name, 0, t) - 2 * cases[i].expected) < 1e-12);
    }
    assert_true(fabs(rate_of("constant", 0.1, 0) - 2.0 / 30) < 1e-15);
    assert_true(fabs(rate_of("constant", 0.1, 14) - 1.0) < 1e-15);
    assert_true(rate_of("constant", 0.1, 30) == 2);
    assert_null(gradus_schedule_name(7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(schedules_follow_their_formulas)};
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
