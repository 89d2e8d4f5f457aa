/*
 * tests/unit/test_flow.c - error signals, bounds and verdicts; moments at the start
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "faults.h"
#include "kernels/elementary.h"
#include "theory/flow.h"

enum { ROWS = 40, INPUTS = 4, MOST = 4096 };

static double x[ROWS * INPUTS], y[ROWS * INPUTS];
static const gradus_set examples = {.rows = ROWS, .x = x, .y = y};

static int draw_examples(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS * INPUTS; i++) {
        const gr_key key = {7, GR_PURPOSE_SPLIT, 0};
        x[i] = gr_normal(gr_random_uniform(key, i, 0), gr_random_uniform(key, i, 1));
        y[i] = gr_normal(gr_random_uniform(key, i, 2), gr_random_uniform(key, i, 3));
    }
    return 0;
}

static gradus_net *new_net(const gradus_context *context, const char *text, size_t outputs)
{
    gradus_net *net;
    if (gradus_net_new(context, text, INPUTS, outputs, GRADUS_FLOAT64, 3, &net) != GRADUS_OK)
        fail_msg("%s", gradus_error());
    return net;
}

static gradus_flow *flow_of(const gradus_net *net, const gradus_set *set,
                            const gradus_flow_options *options)
{
    gradus_flow *flow;
    if (gradus_flow_new(net, set, options, &flow) != GRADUS_OK)
        fail_msg("%s", gradus_error());
    return flow;
}

static gradus_flow_about about_of(const gradus_flow *flow)
{
    gradus_flow_about about;
    gradus_flow_describe(flow, &about);
    return about;
}

static gradus_flow_layer layer_of(const gradus_flow *flow, size_t layer)
{
    gradus_flow_layer about;
    gradus_flow_layer_describe(flow, layer, &about);
    return about;
}

static void near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance * (fabs(b) + 1e-300)))
        fail_msg("%.17g is not %.17g", a, b);
}

/* A tensor by its name. */
static size_t tensor_of(const gradus_net *net, const char *name)
{
    for (size_t i = 0; i < gradus_net_tensors(net); i++) {
        gradus_tensor tensor;
        gradus_net_tensor(net, i, &tensor);
        if (strcmp(tensor.name, name) == 0)
            return i;
    }
    fail_msg("no tensor %s", name);
    return 0;
}

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

/* ---- the bound: theory.md R13 ---- */

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

/* ---- verdicts ---- */

static void check_verdict(const char *text, gradus_flow_verdict verdict, size_t layer)
{
    gradus_net *net = new_net(NULL, text, 2);
    gradus_flow *flow = flow_of(net, &examples, NULL);
    const gradus_flow_about about = about_of(flow);
    if (about.verdict != verdict || about.layer != layer)
        fail_msg("%s: %s, layer %zu: %s", text, gradus_flow_verdict_name(about.verdict),
                 about.layer, about.cause);
    assert_true((*about.remedy == 0) == (verdict == GRADUS_FLOW_HEALTHY));
    gradus_flow_free(flow);
    gradus_net_free(net);
}

static void verdicts(void **state)
{
    (void)state;
    check_verdict("dense 16 relu dense 16 relu output", GRADUS_FLOW_HEALTHY, SIZE_MAX);
    check_verdict("repeat 20 { dense 16 sigmoid } output", GRADUS_FLOW_VANISHING, 0);
    check_verdict("dense 8 tanh dense 8 start=normal sd=1e-5 tanh dense 8 tanh output",
                  GRADUS_FLOW_VANISHING, 1);
    check_verdict("repeat 9 { dense 64 start=normal sd=1 relu } output",
                  GRADUS_FLOW_EXPLODING, 0);
    check_verdict("dense 16 relu dense 16 start=constant value=-1 relu output",
                  GRADUS_FLOW_DEAD, 1);
    check_verdict("dense 16 tanh dense 16 start=normal sd=40 tanh output",
                  GRADUS_FLOW_SATURATED, 1);
    check_verdict("dense 16 repeat 50 { residual scale=0.02 { dense 16 relu } } output",
                  GRADUS_FLOW_HEALTHY, SIZE_MAX);
    check_verdict("repeat 20 { dense 16 batchnorm sigmoid } output", GRADUS_FLOW_HEALTHY,
                  SIZE_MAX);
    check_verdict("dense 2 start=normal sd=1e200 dense 2 start=normal sd=1e200 output",
                  GRADUS_FLOW_EXPLODING, 1);
    assert_string_equal(gradus_flow_verdict_name(GRADUS_FLOW_SATURATED), "saturated");
    assert_null(gradus_flow_verdict_name((gradus_flow_verdict)9));
}

/* The last layer's flat units are those of a net that is sure. */
static void a_sure_net_is_not_saturated(void **state)
{
    (void)state;
    check_verdict("dense 16 tanh dense 2 start=normal sd=40 sigmoid", GRADUS_FLOW_HEALTHY,
                  SIZE_MAX);
}

/* ---- precision ---- */

static void underflow_is_told(void **state)
{
    (void)state;
    static float narrow_x[ROWS * INPUTS], narrow_y[ROWS * INPUTS];
    static double wide_x[ROWS * INPUTS], wide_y[ROWS * INPUTS];
    const gradus_set narrow = {.rows = ROWS, .x = narrow_x, .y = narrow_y};
    const gradus_set wide = {.rows = ROWS, .x = wide_x, .y = wide_y};
    gradus_net *net, *copy;
    for (size_t i = 0; i < ROWS * INPUTS; i++) {
        wide_x[i] = narrow_x[i] = (float)x[i];
        wide_y[i] = narrow_y[i] = (float)y[i];
    }
    const char *text = "repeat 100 { dense 8 sigmoid } output";
    assert_int_equal(gradus_net_new(NULL, text, INPUTS, 1, GRADUS_FLOAT32, 3, &net),
                     GRADUS_OK);
    gradus_flow_options options;
    gradus_flow_defaults(&options);
    gradus_flow *flow = flow_of(net, &narrow, &options);
    assert_true(about_of(flow).underflows > 20);
    assert_true(layer_of(flow, 0).underflow && layer_of(flow, 0).error == 0);
    assert_false(layer_of(flow, 99).underflow);
    assert_non_null(strstr(about_of(flow).cause, "underflow"));
    gradus_flow_free(flow);

    options.float64 = 1;
    flow = flow_of(net, &narrow, &options);
    assert_int_equal(about_of(flow).underflows, 0);
    assert_true(layer_of(flow, 0).error > 0);
    assert_int_equal(gradus_net_new(NULL, text, INPUTS, 1, GRADUS_FLOAT64, 3, &copy),
                     GRADUS_OK);
    for (size_t i = 0; i < gradus_net_tensors(net); i++) {
        float values[64];
        double doubles[64];
        gradus_tensor tensor;
        gradus_net_tensor(net, i, &tensor);
        gradus_net_get(net, i, values);
        for (size_t j = 0; j < tensor.rows * tensor.columns; j++)
            doubles[j] = values[j];
        gradus_net_set(copy, i, doubles);
    }
    gradus_flow *same = flow_of(copy, &wide, NULL);
    assert_true(layer_of(same, 0).error == layer_of(flow, 0).error);
    assert_true(layer_of(same, 7).weight_gradient == layer_of(flow, 7).weight_gradient);
    gradus_flow_free(same);
    gradus_net_free(copy);
    gradus_flow_free(flow);
    gradus_net_free(net);
}

/* ---- steps and drift ---- */

static void a_step_that_was_taken(void **state)
{
    (void)state;
    double weight[2 * INPUTS];
    gradus_net *before = new_net(NULL, "dense 2 tanh output", 1), *after;
    gradus_flow_options options;
    gradus_flow_defaults(&options);
    assert_int_equal(gradus_net_copy(before, &after), GRADUS_OK);
    const size_t at = tensor_of(after, "1.weight");
    gradus_net_get(after, at, weight);
    weight[0] += 3;
    weight[5] -= 4;
    gradus_net_set(after, at, weight);
    options.before = before;
    gradus_flow *flow = flow_of(after, &examples, &options);
    near(layer_of(flow, 0).update, 5, 1e-12);
    assert_true(layer_of(flow, 1).update == 0);
    assert_int_equal(about_of(flow).update_layer, 0);
    near(about_of(flow).update_ratio, 5 / layer_of(flow, 0).weight, 1e-12);
    gradus_flow_free(flow);
    gradus_net *other;
    assert_int_equal(gradus_net_new(NULL, "dense 2 tanh output", INPUTS, 1, GRADUS_FLOAT32, 1,
                                    &other), GRADUS_OK);
    options.before = other;
    assert_int_equal(gradus_flow_new(after, &examples, &options, &flow), GRADUS_ARGUMENT);
    gradus_net_free(other);
    gradus_net_free(after);
    gradus_net_free(before);
}

/* Inputs moved by two deviations, and three times as far apart. */
static void drift_in_deviations(void **state)
{
    (void)state;
    static double moved[ROWS * INPUTS];
    double mean, deviation;
    for (size_t j = 0; j < INPUTS; j++) {
        double m = 0, s = 0;
        for (size_t i = 0; i < ROWS; i++)
            m += x[i * INPUTS + j] / ROWS;
        for (size_t i = 0; i < ROWS; i++)
            s += (x[i * INPUTS + j] - m) * (x[i * INPUTS + j] - m) / ROWS;
        for (size_t i = 0; i < ROWS; i++)
            moved[i * INPUTS + j] = m + 2 * sqrt(s) + 3 * (x[i * INPUTS + j] - m);
    }
    const gradus_set there = {.rows = ROWS, .x = moved, .y = y};
    gradus_net *net = new_net(NULL, "dense 3 tanh output", 1);
    gradus_flow *from = flow_of(net, &examples, NULL), *to = flow_of(net, &there, NULL);
    gradus_flow_drift(from, to, 0, &mean, &deviation);
    near(mean, 2, 1e-10);
    near(deviation, 2, 1e-10);
    gradus_flow_drift(from, from, 1, &mean, &deviation);
    assert_true(mean == 0 && deviation == 0);
    gradus_flow_free(to);
    gradus_flow_free(from);
    gradus_net_free(net);
}

static void looking_changes_nothing(void **state)
{
    (void)state;
    uint64_t before, after;
    gradus_net *net = new_net(NULL, "dense 6 batchnorm relu dropout 0.5 output", 1);
    assert_int_equal(gradus_net_digest(net, &before), GRADUS_OK);
    gradus_flow_free(flow_of(net, &examples, NULL));
    assert_int_equal(gradus_net_digest(net, &after), GRADUS_OK);
    assert_true(before == after);
    gradus_net_free(net);
}

/* Of many rows some, evenly spread: of 40 and 10 every fourth. */
static void rows_are_spread(void **state)
{
    (void)state;
    static double few_x[10 * INPUTS], few_y[10];
    const gradus_set few = {.rows = 10, .x = few_x, .y = few_y};
    for (size_t i = 0; i < 10; i++) {
        memcpy(few_x + i * INPUTS, x + 4 * i * INPUTS, INPUTS * sizeof *x);
        few_y[i] = y[4 * i];
    }
    gradus_net *net = new_net(NULL, "dense 6 relu output", 1);
    gradus_flow_options options;
    gradus_flow_defaults(&options);
    options.rows = 10;
    gradus_flow *some = flow_of(net, &examples, &options), *same = flow_of(net, &few, NULL);
    assert_int_equal(about_of(some).rows, 10);
    assert_true(about_of(some).loss == about_of(same).loss);
    assert_true(layer_of(some, 0).error == layer_of(same, 0).error);
    gradus_flow_free(same);
    gradus_flow_free(some);
    gradus_net_free(net);
}

/* ---- starts ---- */

static void moments_of_a_linear_net(void **state)
{
    (void)state;
    gradus_moments_options options;
    gradus_moments *moments, *again;
    gradus_moments_about about, same;
    gradus_moments_layer layer;
    gradus_moments_defaults(&options);
    options.inputs = options.outputs = 32;
    options.seeds = 30;
    assert_int_equal(gradus_moments_new(NULL, "repeat 5 { dense 32 start=lecun }", &options,
                                        &moments), GRADUS_OK);
    assert_int_equal(gradus_moments_layers(moments), 5);
    for (size_t i = 0; i < 5; i++) {
        gradus_moments_layer_describe(moments, i, &layer);
        assert_int_equal(layer.number, i + 1);
        assert_true(layer.activation.mean > 0.8 && layer.activation.mean < 1.2);
        assert_true(layer.gradient.mean > 0.8 && layer.gradient.mean < 1.2);
        assert_true(layer.activation.least < layer.activation.mean);
        assert_true(layer.activation.most > layer.activation.mean);
        assert_true(layer.activation.deviation > 0);
    }
    gradus_moments_describe(moments, &about);
    assert_true(fabs(about.input.mean) < 0.1);
    assert_int_equal(gradus_moments_new(NULL, "repeat 5 { dense 32 start=lecun }", &options,
                                        &again), GRADUS_OK);
    gradus_moments_describe(again, &same);
    assert_memory_equal(&about, &same, sizeof about);
    gradus_moments_free(again);
    gradus_moments_free(moments);

    /* orthonormal weights keep every length */
    assert_int_equal(gradus_moments_new(NULL, "repeat 5 { dense 32 start=orthogonal }",
                                        &options, &moments), GRADUS_OK);
    gradus_moments_describe(moments, &about);
    assert_true(fabs(about.input.least) < 1e-12 && fabs(about.input.most) < 1e-12);
    gradus_moments_free(moments);
    options.seeds = 0;
    assert_int_equal(gradus_moments_new(NULL, "dense 32", &options, &moments),
                     GRADUS_ARGUMENT);
    assert_null(moments);
}

/* ---- limits ---- */

static void what_is_refused(void **state)
{
    (void)state;
    gradus_flow *flow;
    gradus_flow_options options;
    gradus_net *net = new_net(NULL, "dense 2 heaviside output", 1);
    assert_int_equal(gradus_flow_new(net, &examples, NULL, &flow), GRADUS_ARGUMENT);
    assert_null(flow);
    gradus_net_free(net);
    net = new_net(NULL, "dense 2 tanh output", 1);
    gradus_flow_defaults(&options);
    options.fit.loss = "msq";
    assert_int_equal(gradus_flow_new(net, &examples, &options, &flow), GRADUS_ARGUMENT);
    gradus_flow_defaults(&options);
    options.fit.optimizer = "adm";
    assert_int_equal(gradus_flow_new(net, &examples, &options, &flow), GRADUS_ARGUMENT);
    static const double none[ROWS];
    const gradus_set weightless = {.rows = ROWS, .x = x, .y = y, .weight = none};
    assert_int_equal(gradus_flow_new(net, &weightless, NULL, &flow), GRADUS_ARGUMENT);
    gradus_net_free(net);
}

static void without_memory(void **state)
{
    (void)state;
    faults f;
    gradus_context *context = faults_open(&f);
    gradus_net *net = new_net(context, "dense 3 batchnorm tanh output", 1);
    gradus_moments_options options;
    gradus_moments_defaults(&options);
    options.inputs = options.outputs = 3;
    options.seeds = options.rows = 2;
    for (size_t n = 1, done = 0; done < 2; n++) {
        gradus_flow *flow = NULL;
        gradus_moments *moments = NULL;
        faults_arm(&f, n, FAULT_MEMORY);
        const gradus_status status =
            done == 0 ? gradus_flow_new(net, &examples, NULL, &flow)
                      : gradus_moments_new(context, "dense 3 tanh", &options, &moments);
        if (faults_hit(&f)) {
            assert_int_equal(status, GRADUS_MEMORY);
            assert_true(flow == NULL && moments == NULL);
            continue;
        }
        assert_int_equal(status, GRADUS_OK);
        assert_true(n > 10);
        done++;
        n = 0;
        gradus_flow_free(flow);
        gradus_moments_free(moments);
    }
    gradus_net_free(net);
    faults_close(&f, context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spectral_norms),
        cmocka_unit_test(norms_of_the_smallest_and_largest_numbers),
        cmocka_unit_test_setup(a_quarter_for_each_layer_of_sigmoid, draw_examples),
        cmocka_unit_test(one_weight_reaches_its_bound),
        cmocka_unit_test(no_signal_is_above_its_bound),
        cmocka_unit_test(agrees_with_the_gradient),
        cmocka_unit_test(of_several_examples),
        cmocka_unit_test(slopes_of_a_users_activation),
        cmocka_unit_test(dead_units_are_counted),
        cmocka_unit_test(verdicts),
        cmocka_unit_test(a_sure_net_is_not_saturated),
        cmocka_unit_test(underflow_is_told),
        cmocka_unit_test(a_step_that_was_taken),
        cmocka_unit_test(drift_in_deviations),
        cmocka_unit_test(looking_changes_nothing),
        cmocka_unit_test(rows_are_spread),
        cmocka_unit_test(moments_of_a_linear_net),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(without_memory),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
