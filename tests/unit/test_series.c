/*
 * tests/unit/test_series.c - activations from their tables are as near as they say
 *
 * The measure is Arb in 200 bits, at random points, at the borders of cells and of the table,
 * and far out.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gradus_proof.h"
#include "theory/enclose/series.h"
#include "theory/enclose/smooth.h"

#include "runner.h"

#include <math.h>
#include <stdlib.h>

enum { BITS = 200, POINTS = 5000 };

static const char *const names[] = {"sigmoid", "tanh", "softplus", "gelu", "gelu-tanh",
                                    "silu", "mish", "exp", "expm1", "clip"};

static uint32_t state_of_draw = 1;

static double draw(double from, double to)
{
    state_of_draw = state_of_draw * 1664525u + 1013904223u;
    return from + (to - from) * (state_of_draw / 4294967296.0);
}

/* |value - terms[k]| <= error, where the ball allows for nothing else */
static int is_near(const arb_t term, double value, double error)
{
    arb_t difference, limit;
    arb_init(difference);
    arb_init(limit);
    arb_set_d(difference, value);
    arb_sub(difference, difference, term, BITS);
    arb_abs(difference, difference);
    arb_set_d(limit, error);
    const int near = isinf(error) || !arb_gt(difference, limit);
    arb_clear(limit);
    arb_clear(difference);
    return near;
}

static int holds(gradus_interval range, const arb_t term)
{
    arb_t end;
    arb_init(end);
    arb_set_d(end, range.min);
    int right = isinf(range.min) || !arb_gt(end, term);
    arb_set_d(end, range.max);
    right = right && (isinf(range.max) || !arb_lt(end, term));
    arb_clear(end);
    return right;
}

/* At z, and over a range that z lies in. */
static void try_point(const gr_series *series, gr_smooth function, double z, double reach)
{
    double value[3], error[3];
    gradus_interval range[4];
    arb_t at;
    arb_ptr terms = _arb_vec_init(4);
    arb_init(at);
    arb_set_d(at, z);
    gr_smooth_series(terms, function, at, 4, BITS);
    gr_series_at(series, z, value, error);
    for (int k = 0; k < 3; k++)
        if (!is_near(terms + k, value[k], error[k]))
            fail_msg("%s, derivative %d at %.17g: %.17g is off by more than %g",
                     names[function], k, z, value[k], error[k]);
    gr_series_range(series, z - reach * draw(0, 1), z + reach * draw(0, 1), range);
    arb_mul_ui(terms + 2, terms + 2, 2, BITS);
    arb_mul_ui(terms + 3, terms + 3, 6, BITS);
    for (int k = 0; k < 4; k++)
        if (!holds(range[k], terms + k))
            fail_msg("%s, derivative %d at %.17g is not in [%g, %g]", names[function], k, z,
                     range[k].min, range[k].max);
    arb_clear(at);
    _arb_vec_clear(terms, 4);
}

static void errors_are_bounds(void **state)
{
    (void)state;
    for (int f = 0; f < GR_SMOOTH_COUNT; f++) {
        const gr_smooth function = (gr_smooth)f;
        gr_series *series;
        assert_int_equal(gr_series_new(NULL, function, &series), GRADUS_OK);
        for (int i = 0; i < POINTS; i++) {
            const double reach = i % 4 == 0 ? 0 : i % 4 == 1 ? 0.01 : i % 4 == 2 ? 1 : 50;
            try_point(series, function, draw(-66, 66), reach);
            try_point(series, function, draw(-4, 4), reach);
            const double border = -64 + 0.03125 * (i % 4097);
            try_point(series, function, border, reach);
            try_point(series, function, border - 1e-14 * draw(0, 1), reach);
        }
        for (double z = 64; z < 700; z *= 1.25) {
            try_point(series, function, z, 1);
            try_point(series, function, -z, 1);
        }
        gr_series_free(series);
    }
}

/* The bounds are of use: some units of rounding, and ranges that are not all numbers. */
static void errors_are_small(void **state)
{
    (void)state;
    for (int f = 0; f < GR_SMOOTH_COUNT; f++) {
        gr_series *series;
        assert_int_equal(gr_series_new(NULL, (gr_smooth)f, &series), GRADUS_OK);
        for (int i = 0; i < POINTS; i++) {
            const double z = draw(-8, 8);
            double value[3], error[3];
            gradus_interval range[4];
            gr_series_at(series, z, value, error);
            assert_true(error[0] < 1e-15 * (1 + fabs(value[0])));
            assert_true(error[1] < 1e-13 * (1 + fabs(value[0])));
            assert_true(error[2] < 3e-11 * (1 + fabs(value[0])));
            gr_series_range(series, z, z, range);
            assert_true(range[0].max - range[0].min < 0.2 * (1 + fabs(value[0])));
            assert_true(fabs(range[3].max) < 8 * (1 + fabs(value[0])));
        }
        gr_series_free(series);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_bounds),
        cmocka_unit_test(errors_are_small),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
