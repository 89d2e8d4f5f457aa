/*
 * tests/unit/test_flow.c - error signals, their bounds, and all else of a layer
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include "flows.h"

enum { MOST = 4096 };

/* ---- norms ---- */

static void spectral_norms(void **state)
{
    (void)state;
    double left[8], right[8];
    const double diagonal[] = {3, 0, 0, 0, -7, 0};
    near(gr_spectral_norm(2, 3, diagonal, left, right), 7, 1e-9);
    const double rank_one[] = {3, 6, 4, 8}; /* (3, 4)^T (1, 2) */
    near(gr_spectral_norm(2, 2, rank_one, left, right), 5 * sqrt(5), 1e-12);
    const double close[] = {1, 0, 0, 0, 0.999, 0, 0, 0, -1}; /* two of one size */
    near(gr_spectral_norm(3, 3, close, left, right), 1, 1e-3);
    const double none[4] = {0};
    assert_true(gr_spectral_norm(2, 2, none, left, right) == 0);
    const double broken[] = {1, NAN, 0, 1};
    assert_true(isnan(gr_spectral_norm(2, 2, broken, left, right)));
}

static void norms_of_the_smallest_and_largest_numbers(void **state)
{
    (void)state;
    const double small[] = {3e-200, 4e-200}, large[] = {3e200, -4e200};
    const double broken[] = {1, NAN}, endless[] = {1, -INFINITY};
    near(gr_norm(2, small), 5e-200, 1e-12);
    near(gr_norm(2, large), 5e200, 1e-12);
    assert_true(gr_norm(0, small) == 0);
    assert_true(isnan(gr_norm(2, broken)));
    assert_true(isinf(gr_norm(2, endless)));
}

/* ---- the bound: docs/math/vanishing-gradients.md ---- */

static void a_quarter_for_each_layer_of_sigmoid(void **state)
{
    (void)state;
    gradus_net *net = new_net(NULL, "repeat 21 { dense 4 start=orthogonal sigmoid } output", 1);
    gradus_flow *flow = flow_of(net, &examples, NULL);
    const double top = layer_of(flow, 20).error_bound;
    double quarter = 1;
    for (size_t k = 0; k <= 20; k++, quarter /= 4) {
        near(layer_of(flow, 20 - k).error_bound / top, quarter, 1e-8);
        near(layer_of(flow, k).spectral, 1, 1e-9);
        assert_true(layer_of(flow, k).error <= layer_of(flow, k).error_bound);
        assert_true(layer_of(flow, k).slope <= 0.25 && layer_of(flow, k).slope > 0.2);
    }
    near(top, 0.25 * layer_of(flow, 21).spectral * about_of(flow).error, 1e-9);
    near(quarter * 4, 9.094947017729282e-13, 1e-12);
    gradus_flow_free(flow);
    gradus_net_free(net);
}

static void one_weight_reaches_its_bound(void **state)
{
    (void)state;
    gradus_net *net = new_net(NULL, "dense 1 dense 1 dense 1", 1);
    gradus_flow *flow = flow_of(net, &examples, NULL);
    for (size_t i = 0; i < 3; i++)
        near(layer_of(flow, i).error, layer_of(flow, i).error_bound, 1e-9);
    gradus_flow_free(flow);
    gradus_net_free(net);
}

static void no_signal_is_above_its_bound(void **state)
{
    (void)state;
    static const char *const blocks[] = {
        "dense 6 %s dense 5 %s output", "residual scale=-0.7 { dense 5 %s dense 4 } output",
        "dense 6 batchnorm %s dense 5 batchnorm %s output", "dense 6 %s dropout 0.4 output",
        "%s residual { dense 5 %s } %s output %s", "dense 6 residual { softmax } %s output"};
    char text[256];
    for (size_t a = 0; gradus_activation_name(a) != NULL; a++)
        for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++) {
            const char *s = gradus_activation_name(a);
            if (strcmp(s, "heaviside") == 0)
                continue;
            snprintf(text, sizeof text, blocks[b], s, s, s, s);
            gradus_net *net = new_net(NULL, text, 2);
            gradus_flow *flow = flow_of(net, &examples, NULL);
            assert_true(about_of(flow).layers > 0);
            for (size_t i = 0; i < about_of(flow).layers; i++) {
                const gradus_flow_layer l = layer_of(flow, i);
                if (!(l.error <= l.error_bound * (1 + 1e-6)) && !isnan(l.error))
                    fail_msg("%s, layer %zu: %g above %g", text, i, l.error, l.error_bound);
                if (l.slope_most > l.slope_limit * (1 + 1e-6))
                    fail_msg("%s: slope %.9g above %.9g", s, l.slope_most, l.slope_limit);
            }
            gradus_flow_free(flow);
            gradus_net_free(net);
        }
}

/* ---- what is measured ---- */

static double norm_of_part(const double *values, size_t from, size_t count)
{
    return gr_norm(count, values + from);
}

/* Against gradus_net_gradient(): of one example, d is the gradient of the bias. */
static void agrees_with_the_gradient(void **state)
{
    (void)state;
    double gradient[MOST], value;
    gradus_net *net = new_net(NULL, "dense 5 gelu dense 3 tanh output", 2);
    const gradus_set one = {.rows = 1, .x = x, .y = y};
    gradus_flow_options options;
    gradus_flow_defaults(&options);
    options.fit.optimizer = "sgd";
    options.fit.learning_rate = 0.5;
    gradus_flow *flow = flow_of(net, &one, &options);
    assert_int_equal(gradus_net_gradient(net, NULL, &one, 1, &value, gradient, NULL),
                     GRADUS_OK);
    static const size_t weights[] = {20, 15, 6}, units[] = {5, 3, 2};
    near(about_of(flow).loss, value, 1e-14);
    for (size_t i = 0, at = 0; i < 3; at += weights[i] + units[i], i++) {
        const gradus_flow_layer l = layer_of(flow, i);
        const double d = norm_of_part(gradient, at + weights[i], units[i]);
        near(l.weight_gradient, norm_of_part(gradient, at, weights[i]), 1e-12);
        near(l.error, d, 1e-12);
        near(l.gradient_moment, d * d / (double)units[i], 1e-12);
        near(l.update, 0.5 * l.weight_gradient, 1e-12);
        near(l.update_ratio, l.update / l.weight, 1e-14);
        assert_int_equal(l.number, i + 1);
        assert_int_equal(l.units, units[i]);
    }
    assert_string_equal(layer_of(flow, 0).applied, "gelu");
    assert_string_equal(layer_of(flow, 2).applied, "");
    gradus_flow_free(flow);
    gradus_net_free(net);
}

/* Of several examples: root mean squares, and the gradient of the mean. */
static void of_several_examples(void **state)
{
    (void)state;
    gradus_net *net = new_net(NULL, "dense 5 relu dense 3 tanh output", 2);
    gradus_flow *flow = flow_of(net, &examples, NULL);
    double sum = 0, gradient[MOST], value;
    for (size_t i = 0; i < ROWS; i++) {
        const gradus_set one = {.rows = 1, .x = x + i * INPUTS, .y = y + i * 2};
        gradus_flow *single = flow_of(net, &one, NULL);
        sum += layer_of(single, 0).error * layer_of(single, 0).error;
        gradus_flow_free(single);
    }
    near(layer_of(flow, 0).error, sqrt(sum / ROWS), 1e-12);
    assert_int_equal(gradus_net_gradient(net, NULL, &examples, 1, &value, gradient, NULL),
                     GRADUS_OK);
    near(layer_of(flow, 0).weight_gradient, norm_of_part(gradient, 0, 20), 1e-12);
    near(layer_of(flow, 1).weight_gradient, norm_of_part(gradient, 25, 15), 1e-12);
    assert_int_equal(about_of(flow).rows, ROWS);

    double mean = 0, deviation = 0; /* of the inputs */
    for (size_t j = 0; j < INPUTS; j++) {
        double m = 0, s = 0;
        for (size_t i = 0; i < ROWS; i++)
            m += x[i * INPUTS + j] / ROWS;
        for (size_t i = 0; i < ROWS; i++)
            s += (x[i * INPUTS + j] - m) * (x[i * INPUTS + j] - m) / ROWS;
        mean += m / INPUTS;
        deviation += sqrt(s) / INPUTS;
    }
    near(layer_of(flow, 0).input_mean, mean, 1e-12);
    near(layer_of(flow, 0).input_deviation, deviation, 1e-12);
    gradus_flow_free(flow);
    gradus_net_free(net);
}

/* Of all rows each once, whatever their number: from a net that predicts 0, half the mean of
 * the squares. */
static void each_row_counts_once(void **state)
{
    (void)state;
    gradus_net *net = new_net(NULL, "dense 1", 1);
    gradus_flow_options options;
    double sum = 0;
    const double zeros[INPUTS] = {0};
    gradus_flow_defaults(&options);
    gradus_net_set(net, 0, zeros);
    gradus_net_set(net, 1, zeros);
    for (size_t rows = 1; rows <= ROWS; rows++) {
        const gradus_set first = {.rows = rows, .x = x, .y = y};
        sum += y[rows - 1] * y[rows - 1] / 2;
        gradus_flow *flow = flow_of(net, &first, &options);
        const double mean = sum / (double)rows;
        assert_true(fabs(about_of(flow).loss - mean) <= 1e-14 * mean);
        gradus_flow_free(flow);
    }
    gradus_net_free(net);
}

static double wobble(double z, void *user)
{
    (void)user;
    return 3 * z;
}

static double wobble_slope(double z, void *user)
{
    (void)user;
    return z > 0 ? 3 : -1;
}

static void slopes_of_a_users_activation(void **state)
{
    (void)state;
    const gradus_activation user = {"wobble", wobble, wobble_slope, NULL};
    gradus_context *context;
    assert_int_equal(gradus_context_new(NULL, &context), GRADUS_OK);
    assert_int_equal(gradus_context_add_activation(context, &user), GRADUS_OK);
    gradus_net *net = new_net(context, "dense 6 wobble output", 1);
    gradus_flow *flow = flow_of(net, &examples, NULL);
    const gradus_flow_layer l = layer_of(flow, 0);
    near(l.slope_most, 3, 0);
    assert_true(isnan(l.slope_limit));
    assert_true(l.slope < 3 && l.slope > -1);
    assert_true(l.error <= l.error_bound * (1 + 1e-9));
    gradus_flow_free(flow);
    gradus_net_free(net);
    gradus_context_free(context);
}

/* Units 0 and 1 of 4 are shut for all examples, unit 2 for all but one; then all. */
static void dead_units_are_counted(void **state)
{
    (void)state;
    double weight[4 * INPUTS], bias[4] = {-100, -100, 0, 0};
    gradus_net *net = new_net(NULL, "dense 4 relu output", 1);
    double most = -INFINITY, second = -INFINITY;
    gradus_net_get(net, 0, weight);
    for (size_t i = 0; i < ROWS; i++) {
        double z = 0;
        for (size_t j = 0; j < INPUTS; j++)
            z += weight[2 * INPUTS + j] * x[i * INPUTS + j];
        second = z > most ? most : z > second ? z : second;
        most = z > most ? z : most;
    }
    bias[2] = -(most + second) / 2;
    gradus_net_set(net, 1, bias);
    gradus_flow *flow = flow_of(net, &examples, NULL);
    near(layer_of(flow, 0).dead, 0.5, 0);
    assert_int_equal(about_of(flow).verdict, GRADUS_FLOW_HEALTHY);
    gradus_flow_free(flow);
    bias[2] = bias[3] = -100;
    gradus_net_set(net, 1, bias);
    flow = flow_of(net, &examples, NULL);
    near(layer_of(flow, 0).dead, 1, 0);
    assert_int_equal(about_of(flow).verdict, GRADUS_FLOW_DEAD);
    assert_int_equal(about_of(flow).layer, 0);
    assert_non_null(strstr(about_of(flow).cause, "layer 1 (relu): 4 of 4 units"));
    gradus_flow_free(flow);
    gradus_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(spectral_norms, draw_examples),
        cmocka_unit_test(norms_of_the_smallest_and_largest_numbers),
        cmocka_unit_test(a_quarter_for_each_layer_of_sigmoid),
        cmocka_unit_test(one_weight_reaches_its_bound),
        cmocka_unit_test(no_signal_is_above_its_bound),
        cmocka_unit_test(agrees_with_the_gradient),
        cmocka_unit_test(of_several_examples),
        cmocka_unit_test(slopes_of_a_users_activation),
        cmocka_unit_test_setup(each_row_counts_once, draw_examples),
        cmocka_unit_test(dead_units_are_counted),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
