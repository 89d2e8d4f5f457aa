/*
 * tests/unit/test_flow_verdict.c - verdicts, precision, steps and drift
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include "faults.h"
#include "flows.h"

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
    gradus_flow_options options;
    gradus_flow_defaults(&options);
    options.fit.loss = "mse";
    gradus_net *net = new_net(NULL, "dense 16 tanh dense 2 start=normal sd=20 sigmoid", 2);
    gradus_flow *flow = flow_of(net, &examples, &options);
    assert_true(layer_of(flow, 1).saturated >= 0.5);
    assert_int_equal(about_of(flow).verdict, GRADUS_FLOW_HEALTHY);
    gradus_flow_free(flow);
    gradus_net_free(net);
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

/* An input that is constant but for rounding has not drifted by 10^12 deviations. */
static void constant_inputs_do_not_drift(void **state)
{
    (void)state;
    static double still[ROWS * INPUTS], moved[ROWS * INPUTS];
    double mean, deviation;
    for (size_t i = 0; i < ROWS * INPUTS; i++) {
        still[i] = i % INPUTS == 0 ? x[i] : 0.5 + 1e-13 * x[i];
        moved[i] = i % INPUTS == 0 ? x[i] : still[i] + 1;
    }
    const gradus_set here = {.rows = ROWS, .x = still, .y = y};
    const gradus_set there = {.rows = ROWS, .x = moved, .y = y};
    gradus_net *net = new_net(NULL, "dense 3 tanh output", 1);
    gradus_flow *from = flow_of(net, &here, NULL), *to = flow_of(net, &there, NULL);
    gradus_flow_drift(from, to, 0, &mean, &deviation);
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
        cmocka_unit_test_setup(verdicts, draw_examples),
        cmocka_unit_test(a_sure_net_is_not_saturated),
        cmocka_unit_test(underflow_is_told),
        cmocka_unit_test(a_step_that_was_taken),
        cmocka_unit_test(drift_in_deviations),
        cmocka_unit_test(constant_inputs_do_not_drift),
        cmocka_unit_test(looking_changes_nothing),
        cmocka_unit_test(rows_are_spread),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(without_memory),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
