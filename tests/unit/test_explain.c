/*
 * tests/unit/test_explain.c - chain rule by paths: PyTorch, docs/math/backpropagation.md,
 * and the walk of gradus_net_gradient
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <stdlib.h>

#include "every_loss.h"
#include "faults.h"
#include "gradient_cases.h"

enum { MOST_FACTORS = 64 };

static gradus_net *make_net(const char *network, size_t inputs, size_t outputs,
                            gradus_precision precision)
{
    gradus_net *net;
    assert_int_equal(gradus_net_new(NULL, network, inputs, outputs, precision, 3, &net),
                     GRADUS_OK);
    return net;
}

/* The sum over all paths of the products of their factors. */
static double sum_of_paths(const gradus_explanation *e, size_t weight, size_t paths)
{
    gradus_explanation_about about;
    gradus_factor factors[MOST_FACTORS];
    double sum = 0;
    gradus_explanation_describe(e, &about);
    assert_true(about.factors <= MOST_FACTORS);
    for (size_t p = 0; p < paths; p++) {
        double product = 1;
        const size_t count = gradus_explanation_path(e, weight, p, factors);
        assert_in_range(count, 2, about.factors);
        assert_string_equal(factors[0].of, "loss");
        for (size_t i = 0; i < count; i++) {
            product *= factors[i].value;
            if (i > 0) { /* each factor goes on where the one before it ended */
                assert_string_equal(factors[i].of, factors[i - 1].by);
                assert_true(factors[i].value == factors[i].slope * factors[i].local);
            }
        }
        sum += product;
    }
    return sum;
}

/* ---- the 2-2-1 network by hand ---- */

static const double by_hand[6] = {0.11, 0.12, 0.21, 0.08, 0.14, 0.15};

static gradus_explanation *explain_by_hand(const double *w, double target)
{
    gradus_explanation *e;
    gradus_net *net =
        make_net("dense 2 bias=no relu dense 1 bias=no relu", 2, 1, GRADUS_FLOAT64);
    gradus_net_set(net, 0, w);
    gradus_net_set(net, 1, w + 4);
    assert_int_equal(gradus_explanation_new(net, (double[]){2, 3}, &target, NULL, &e),
                     GRADUS_OK);
    gradus_net_free(net);
    return e;
}

static gradus_unit unit(const gradus_explanation *e, size_t index)
{
    gradus_unit u;
    gradus_explanation_unit(e, index, &u);
    return u;
}

static gradus_weight weight(const gradus_explanation *e, size_t index)
{
    gradus_weight w;
    gradus_explanation_weight(e, index, &w);
    return w;
}

static void near(double a, double b)
{
    if (!(fabs(a - b) <= 1e-12))
        fail_msg("%.17g is not %.17g", a, b);
}

static void the_table_of_the_2_2_1_network(void **state)
{
    (void)state;
    static const double gradient[] = {-0.229544, -0.344316, -0.245940,
                                      -0.368910, -0.475484, -0.541068};
    static const double after[] = {0.1329544, 0.1544316, 0.234594,
                                   0.116891, 0.1875484, 0.2041068};
    gradus_explanation *e = explain_by_hand(by_hand, 1);
    gradus_explanation_about about;
    gradus_explanation_describe(e, &about);
    near(unit(e, 2).value, 0.58);
    near(unit(e, 3).value, 0.66);
    near(about.output[0], 0.1802);
    near(about.loss, 0.33603602);
    near(unit(e, 4).dvalue, -0.8198);
    near(about.output_after[0], 0.30410017360904);
    near(about.loss_after, 0.24213828418548);
    assert_true(about.loss_opposite > about.loss);
    assert_int_equal(about.shut, 0);
    for (size_t i = 0; i < 6; i++) {
        const gradus_weight w = weight(e, i);
        assert_int_equal(w.name[1], '1' + (int)i);
        near(w.gradient, gradient[i]);
        near(w.after, after[i]);
        assert_int_equal(w.paths, 1);
        near(sum_of_paths(e, i, 1), gradient[i]);
    }
    assert_string_equal(unit(e, weight(e, 1).from).name, "x2");
    assert_string_equal(unit(e, weight(e, 1).to).name, "h1");
    gradus_explanation_free(e);
}

static void shut_gates_stop_the_gradient(void **state)
{
    (void)state;
    gradus_explanation_about about;
    double w[6];
    memcpy(w, by_hand, sizeof w);
    gradus_explanation *e = explain_by_hand(w, 0);
    gradus_explanation_describe(e, &about);
    near(about.loss, 0.01623602);
    gradus_explanation_free(e);

    w[4] = -0.14;
    e = explain_by_hand(w, 1);
    near(unit(e, 4).value, 0.0178);
    gradus_explanation_free(e);

    w[4] = w[5] = -1;
    e = explain_by_hand(w, 1);
    gradus_explanation_describe(e, &about);
    assert_int_equal(about.shut, 1);
    for (size_t i = 0; i < 6; i++)
        assert_true(weight(e, i).gradient == 0);
    gradus_explanation_free(e);

    memcpy(w, by_hand, sizeof w); /* z of h1 is exactly 0: its gate is shut */
    w[0] = 0.75, w[1] = -0.5;
    e = explain_by_hand(w, 1);
    assert_true(unit(e, 2).z == 0 && unit(e, 2).slope == 0);
    assert_true(weight(e, 0).gradient == 0 && weight(e, 2).gradient != 0);
    gradus_explanation_free(e);
}

/* ---- against PyTorch, and against the walk of training ---- */

static void paths_add_up_to_pytorch(void **state)
{
    (void)state;
    static gradient_case c;
    size_t count = 0;
    FILE *file = cases_open();
    while (cases_next(file, &c)) {
        gradus_explanation *e;
        gradus_explanation_options options;
        gradus_explanation_about about;
        if (c.rows > 1)
            continue;
        gradus_net *net = case_net(&c);
        gradus_explanation_defaults(&options);
        options.loss = c.loss;
        assert_int_equal(gradus_explanation_new(net, c.x, c.y, &options, &e), GRADUS_OK);
        gradus_explanation_describe(e, &about);
        assert_int_equal(about.weights, c.parameter_count);
        assert_true(case_error(about.loss, c.value) <= 1e-10);
        for (size_t i = 0; i < about.weights; i++) {
            const gradus_weight w = weight(e, i);
            assert_true(case_error(w.gradient, c.gradient[i]) <= 1e-10);
            assert_true(case_error(sum_of_paths(e, i, w.paths), c.gradient[i]) <= 1e-10);
        }
        for (size_t i = 0; i < c.inputs; i++)
            assert_true(case_error(unit(e, i).dvalue, c.dx[i]) <= 1e-10);
        gradus_explanation_free(e);
        gradus_net_free(net);
        count++;
    }
    fclose(file);
    assert_int_equal(count, 50);
}

static double cubed(double z, void *user)
{
    (void)user;
    return z * z * z;
}

static double cubed_slope(double z, void *user)
{
    (void)user;
    return 3 * z * z;
}

/* Of every activation, loss and kind of block: the gradients of training. */
static void agrees_with_training(const gradus_context *context, const char *network,
                                 const char *loss)
{
    gradus_net *net;
    gradus_explanation *e;
    gradus_explanation_options options;
    double gradient[200], value;
    const double x[] = {0.5, -1.25}, y[] = {0.25, 0.75};
    gradus_explanation_defaults(&options);
    options.loss = loss;
    const gradus_set set = {.rows = 1, .x = x, .y = y};
    assert_int_equal(gradus_net_new(context, network, 2, 2, GRADUS_FLOAT64, 7, &net),
                     GRADUS_OK);
    assert_int_equal(gradus_net_gradient(net, loss, &set, 1, &value, gradient, NULL),
                     GRADUS_OK);
    assert_int_equal(gradus_explanation_new(net, x, y, &options, &e), GRADUS_OK);
    gradus_explanation_about about;
    gradus_explanation_describe(e, &about);
    assert_true(about.weights <= 200);
    if (!(case_error(about.loss, value) <= 1e-12))
        fail_msg("%s, %s: loss %g, not %g", network, loss, about.loss, value);
    for (size_t i = 0; i < about.weights; i++) {
        const gradus_weight w = weight(e, i);
        if (!(case_error(w.gradient, gradient[i]) <= 1e-12) ||
            !(case_error(sum_of_paths(e, i, w.paths), gradient[i]) <= 1e-12))
            fail_msg("%s, %s: %s has gradient %g, not %g", network, loss, w.name, w.gradient,
                     gradient[i]);
    }
    gradus_explanation_free(e);
    gradus_net_free(net);
}

static void every_activation_loss_and_block(void **state)
{
    (void)state;
    static const char *const blocks[] = {
        "dense 3 %s output %s", "residual { dense 3 %s dense 2 } output %s",
        "%s dense 4 residual scale=0.5 { residual { softmax } dense 3 tanh } output %s"};
    const gradus_activation user = {"cubed", cubed, cubed_slope, NULL};
    const gradus_loss quarter = {"quartic", quartic, NULL};
    gradus_context *context;
    char network[256];
    assert_int_equal(gradus_context_new(NULL, &context), GRADUS_OK);
    assert_int_equal(gradus_context_add_activation(context, &user), GRADUS_OK);
    assert_int_equal(gradus_context_add_loss(context, &quarter), GRADUS_OK);
    for (size_t a = 0;; a++) {
        const char *name = gradus_activation_name(a) ? gradus_activation_name(a) : "cubed";
        for (size_t l = 0; strcmp(name, "heaviside") != 0 && l < LOSSES; l++)
            for (size_t b = 0; b < 3; b++) {
                const char *last = every_loss[l].last != NULL ? every_loss[l].last : "";
                snprintf(network, sizeof network, blocks[b], name, last);
                agrees_with_training(context, network, every_loss[l].name);
            }
        if (gradus_activation_name(a) == NULL)
            break;
    }
    gradus_context_free(context);
}

/* ---- batch norm, dropout, single precision ---- */

static double loss_of(const gradus_net *net, const double *x, const double *y)
{
    double output, loss;
    void *scratch;
    assert_int_equal(posix_memalign(&scratch, 64, gradus_net_scratch(net) + 64), 0);
    gradus_net_forward(net, x, 1, &output, scratch);
    loss = 0.5 * (output - *y) * (output - *y);
    free(scratch);
    return loss;
}

/* As in prediction: the slope of the loss of gradus_net_forward(), by the 4-point rule. */
static void batch_norm_and_dropout_are_as_in_prediction(void **state)
{
    (void)state;
    static const double steps[] = {-2, -1, 1, 2}, factors[] = {1, -8, 8, -1};
    const double x[] = {0.5, -1.25}, y = 0.75, h = 3e-4;
    gradus_explanation *e;
    gradus_net *net = make_net("batchnorm dense 3 batchnorm tanh dropout 0.5 output", 2, 1,
                               GRADUS_FLOAT64);
    size_t at = 0;
    const double mean[] = {0.3, -0.2, 0.1}, variance[] = {0.5, 2, 1.5};
    for (size_t t = 0; t < gradus_net_tensors(net); t++) {
        gradus_tensor tensor;
        gradus_net_tensor(net, t, &tensor);
        if (strstr(tensor.name, "mean") != NULL)
            gradus_net_set(net, t, mean);
        if (strstr(tensor.name, "variance") != NULL)
            gradus_net_set(net, t, variance);
    }
    assert_int_equal(gradus_explanation_new(net, x, &y, NULL, &e), GRADUS_OK);
    for (size_t t = 0; t < gradus_net_tensors(net); t++) {
        gradus_tensor tensor;
        double values[8];
        gradus_net_tensor(net, t, &tensor);
        gradus_net_get(net, t, values);
        for (size_t i = 0; tensor.trained && i < tensor.rows * tensor.columns; i++) {
            const double middle = values[i];
            double slope = 0;
            for (size_t k = 0; k < 4; k++) {
                values[i] = middle + steps[k] * h;
                gradus_net_set(net, t, values);
                slope += factors[k] * loss_of(net, x, &y) / (12 * h);
            }
            values[i] = middle;
            gradus_net_set(net, t, values);
            const gradus_weight w = weight(e, at++);
            assert_true(case_error(w.gradient, slope) < 1e-9);
            assert_true(case_error(sum_of_paths(e, at - 1, w.paths), slope) < 1e-9);
        }
    }
    assert_string_equal(unit(e, 4).applied, "batchnorm tanh dropout");
    gradus_explanation_free(e);
    gradus_net_free(net);
}

static void a_net_of_floats_is_explained_in_double(void **state)
{
    (void)state;
    const double x[] = {0.5, -1.25}, y = 0.75;
    gradus_explanation *e;
    gradus_net *net = make_net("dense 3 tanh output", 2, 1, GRADUS_FLOAT32);
    float values[6];
    gradus_net_get(net, 0, values);
    assert_int_equal(gradus_explanation_new(net, x, &y, NULL, &e), GRADUS_OK);
    for (size_t i = 0; i < 6; i++)
        assert_true(weight(e, i).value == (double)values[i]);
    gradus_explanation_free(e);
    gradus_net_free(net);
}

/* ---- limits ---- */

static void paths_beyond_all_counting(void **state)
{
    (void)state;
    const double x = 1, y = 1;
    gradus_explanation *e;
    gradus_net *net = make_net("repeat 70 { dense 2 tanh } output", 1, 1, GRADUS_FLOAT64);
    assert_int_equal(gradus_explanation_new(net, &x, &y, NULL, &e), GRADUS_OK);
    assert_true(weight(e, 0).paths == SIZE_MAX);
    gradus_explanation_about about;
    gradus_explanation_describe(e, &about);
    assert_true(weight(e, about.weights - 9).paths == 1);
    assert_true(weight(e, about.weights - 15).paths == 2);
    gradus_explanation_free(e);
    gradus_net_free(net);
}

static void what_cannot_be_explained_is_said(void **state)
{
    (void)state;
    const double x = 1, y = 1, none = NAN;
    gradus_explanation *e;
    gradus_explanation_options options;
    gradus_net *net = make_net("dense 2 heaviside output", 1, 1, GRADUS_FLOAT64);
    assert_int_equal(gradus_explanation_new(net, &x, &y, NULL, &e), GRADUS_ARGUMENT);
    assert_non_null(strstr(gradus_error(), "heaviside"));
    assert_null(e);
    gradus_net_free(net);
    net = make_net("dense 2 tanh output", 1, 1, GRADUS_FLOAT64);
    assert_int_equal(gradus_explanation_new(net, &none, &y, NULL, &e), GRADUS_ARGUMENT);
    assert_int_equal(gradus_explanation_new(net, &x, &none, NULL, &e), GRADUS_ARGUMENT);
    gradus_explanation_defaults(&options);
    options.loss = "msq";
    assert_int_equal(gradus_explanation_new(net, &x, &y, &options, &e), GRADUS_ARGUMENT);
    gradus_net_free(net);
}

/* Whichever call for memory fails, nothing is left and nothing is given. */
static void without_memory(void **state)
{
    (void)state;
    const double x[] = {0.5, -1.25}, y = 0.75;
    faults f;
    gradus_context *context = faults_open(&f);
    gradus_net *net;
    gradus_explanation *e;
    size_t n = 1;
    assert_int_equal(gradus_net_new(context, "dense 3 tanh output", 2, 1, GRADUS_FLOAT32, 1,
                                    &net), GRADUS_OK);
    for (;; n++) {
        faults_arm(&f, n, FAULT_MEMORY);
        const gradus_status status = gradus_explanation_new(net, x, &y, NULL, &e);
        if (!faults_hit(&f)) {
            assert_int_equal(status, GRADUS_OK);
            break;
        }
        assert_int_equal(status, GRADUS_MEMORY);
        assert_null(e);
    }
    assert_true(n > 5);
    gradus_explanation_free(e);
    gradus_net_free(net);
    faults_close(&f, context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_the_2_2_1_network),
        cmocka_unit_test(shut_gates_stop_the_gradient),
        cmocka_unit_test(paths_add_up_to_pytorch),
        cmocka_unit_test(every_activation_loss_and_block),
        cmocka_unit_test(batch_norm_and_dropout_are_as_in_prediction),
        cmocka_unit_test(a_net_of_floats_is_explained_in_double),
        cmocka_unit_test(paths_beyond_all_counting),
        cmocka_unit_test(what_cannot_be_explained_is_said),
        cmocka_unit_test(without_memory),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
