/*
 * tests/unit/test_staircase.c - units of steps and bumps, and what is proved about them
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include "base/context.h"
#include "base/random.h"
#include "functions.h"
#include "theory/staircase.h"

enum { STEPS = 3 };

/* Levels 0.1, -0.7, 0.3, 0.2 on 0:1, parted at 0.2, 0.4, 0.7. */
static void example(gr_staircase *stairs, double weight)
{
    static const double at[STEPS] = {0.2, 0.4, 0.7};
    static const double level[STEPS + 1] = {0.1, -0.7, 0.3, 0.2};
    assert_int_equal(gr_staircase_new(gr_context_or_default(NULL), STEPS, stairs), GRADUS_OK);
    for (size_t j = 0; j <= STEPS; j++) {
        stairs->level[j] = level[j];
        if (j < STEPS) {
            stairs->at[j] = at[j];
            stairs->weight[j] = weight;
        }
    }
}

static double output(const gradus_net *net, double x)
{
    double y;
    assert_int_equal(gradus_net_predict(net, &x, 1, &y), GRADUS_OK);
    return y;
}

static gradus_net *net_of(const gr_one_layer *layer)
{
    gradus_net *net;
    assert_int_equal(gr_one_layer_net(layer, &net), GRADUS_OK);
    return net;
}

/* Each bump is its height on (left, right], to the bit, ends of the box included. */
static void heaviside_bumps_are_exact(void **state)
{
    gr_staircase stairs;
    gr_one_layer layer;
    (void)state;
    example(&stairs, 1);
    assert_int_equal(gr_staircase_bumps(&stairs, (gradus_interval){0, 1}, "heaviside", &layer),
                     GRADUS_OK);
    assert_int_equal(layer.units, 2 * (STEPS + 1));
    gradus_net *net = net_of(&layer);
    for (size_t j = 0; j <= STEPS; j++) {
        const double left = j > 0 ? gr_up(stairs.at[j - 1]) : 0;
        const double right = j < STEPS ? stairs.at[j] : 1;
        const double level = stairs.level[j];
        assert_true(output(net, left) == level && output(net, right) == level &&
                    output(net, (left + right) / 2) == level);
    }
    gradus_net_free(net);
    gr_one_layer_free(&layer);
    gr_staircase_free(&stairs);
}

/* One unit a step; the levels are met within a rounding of their sum. */
static void heaviside_steps(void **state)
{
    gr_staircase stairs;
    gr_one_layer layer;
    (void)state;
    example(&stairs, 1);
    assert_int_equal(gr_staircase_steps(&stairs, "heaviside", &layer), GRADUS_OK);
    assert_int_equal(layer.units, STEPS);
    gradus_net *net = net_of(&layer);
    for (size_t j = 0; j < STEPS; j++) {
        assert_true(fabs(output(net, stairs.at[j]) - stairs.level[j]) < 1e-15);
        assert_true(fabs(output(net, gr_up(stairs.at[j])) - stairs.level[j + 1]) < 1e-15);
    }
    gradus_net_free(net);
    gr_one_layer_free(&layer);
    gr_staircase_free(&stairs);
}

/* f is 0: the bound is of |net| itself. */
static double zero(const double *x, void *user) { (void)x, (void)user; return 0; }
static gradus_status zero_in(const iv *x, int order, iv *out, void *user)
{
    (void)x, (void)user;
    for (int k = 0; k <= order; k++)
        out[k] = iv_of(0);
    return GRADUS_OK;
}

static gr_bound bound_of(const gr_staircase *stairs, const gr_one_layer *layer)
{
    static const gradus_function f = {1, zero, zero_in, NULL, NULL};
    static const gradus_interval box = {0, 1};
    const gr_target target = {.context = gr_context_or_default(NULL), .f = &f, .box = &box};
    gr_bound bound;
    assert_int_equal(gr_staircase_bound(&target, stairs, layer, &bound), GRADUS_OK);
    return bound;
}

/* Of soft steps, steep and wide, beside the largest of many points. */
static void soft_steps_are_enclosed(void **state)
{
    static const double weights[] = {1, 7, 30, 200, 1e4};
    (void)state;
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
        for (int bumps = 0; bumps < 2; bumps++) {
            gr_staircase stairs;
            gr_one_layer layer;
            double most = 0;
            example(&stairs, weights[i]);
            assert_int_equal(bumps ? gr_staircase_bumps(&stairs, (gradus_interval){0, 1},
                                                        "sigmoid", &layer)
                                   : gr_staircase_steps(&stairs, "sigmoid", &layer),
                             GRADUS_OK);
            gradus_net *net = net_of(&layer);
            for (size_t k = 0; k <= 5000; k++)
                most = fmax(most, fabs(output(net, (double)k / 5000)));
            const gr_bound bound = bound_of(&stairs, &layer);
            assert_true(bound.proved && most <= bound.bound && bound.bound <= 1.03 * most);
            gradus_net_free(net);
            gr_one_layer_free(&layer);
            gr_staircase_free(&stairs);
        }
}

/* Both values where two levels meet count, and one level that stands out is seen. */
static void the_largest_level_is_the_bound(void **state)
{
    gr_staircase stairs;
    gr_one_layer layer;
    (void)state;
    example(&stairs, 1);
    assert_int_equal(gr_staircase_bumps(&stairs, (gradus_interval){0, 1}, "heaviside", &layer),
                     GRADUS_OK);
    const gr_bound bound = bound_of(&stairs, &layer);
    assert_true(bound.bound >= 0.7 && bound.bound < 0.7 + 1e-15 && bound.rounding == 0);
    gr_one_layer_free(&layer);
    gr_staircase_free(&stairs);
}

/* Of many levels, large and small by turns: the sums as they are rounded are within the bound,
 * to the bit. */
static void roundings_are_followed(void **state)
{
    enum { MANY = 500 };
    const gr_key key = {7, GR_PURPOSE_MOMENTS, 0};
    gr_staircase stairs;
    gr_one_layer layer;
    double most = 0;
    (void)state;
    assert_int_equal(gr_staircase_new(gr_context_or_default(NULL), MANY, &stairs), GRADUS_OK);
    for (size_t j = 0; j <= MANY; j++) {
        stairs.level[j] = gr_random_uniform(key, j, 0) + (j % 2 == 0 ? 1e6 : 0);
        if (j < MANY) {
            stairs.at[j] = (double)(j + 1) / (MANY + 1);
            stairs.weight[j] = 1;
        }
    }
    stairs.level[MANY - 1] = 2e6; /* the largest, after many sums */
    assert_int_equal(gr_staircase_steps(&stairs, "heaviside", &layer), GRADUS_OK);
    gradus_net *net = net_of(&layer);
    for (size_t j = 0; j < MANY; j++)
        most = fmax(most, fabs(output(net, stairs.at[j])));
    const gr_bound bound = bound_of(&stairs, &layer);
    assert_true(most <= bound.bound && bound.bound < most + 1e-6);
    assert_true(bound.rounding < 1e-6);
    gradus_net_free(net);
    gr_one_layer_free(&layer);
    gr_staircase_free(&stairs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heaviside_bumps_are_exact),
        cmocka_unit_test(heaviside_steps),
        cmocka_unit_test(soft_steps_are_enclosed),
        cmocka_unit_test(the_largest_level_is_the_bound),
        cmocka_unit_test(roundings_are_followed),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
