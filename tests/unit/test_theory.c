/*
 * tests/unit/test_theory.c - networks whose numbers can be worked out by hand
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "gradus.h"

/* ---- the 2-2-1 network of docs/math/backpropagation.md ---- */

typedef struct by_hand {
    gradus_net *net;
    double x[2], y[1];
    gradus_set set;
} by_hand;

static void open_by_hand(by_hand *b, double w5, double w6, double target)
{
    const double hidden[4] = {0.11, 0.12, 0.21, 0.08}, out[2] = {w5, w6};
    *b = (by_hand){.x = {2, 3}, .y = {target}};
    b->set = (gradus_set){.rows = 1, .x = b->x, .y = b->y};
    const char *text = "dense 2 bias=no relu output bias=no relu";
    assert_int_equal(gradus_net_new(NULL, text, 2, 1, GRADUS_FLOAT64, 1, &b->net),
                     GRADUS_OK);
    gradus_net_set(b->net, 0, hidden);
    gradus_net_set(b->net, 1, out);
}

static double output_of(const by_hand *b)
{
    double y;
    void *scratch = NULL;
    const gradus_context *context = gr_context_or_default(NULL);
    assert_int_equal(gr_allocate(context, gradus_net_scratch(b->net), 1, "scratch",
                                 &scratch), GRADUS_OK);
    gradus_net_forward(b->net, b->x, 1, &y, scratch);
    gr_release(context, scratch);
    return y;
}

static void near(double found, double expected)
{
    if (!(fabs(found - expected) <= 1e-12))
        fail_msg("%.17g is not %.17g", found, expected);
}

static double loss_of(const by_hand *b, double gradient[6])
{
    double loss;
    const gradus_status status =
        gradus_net_gradient(b->net, "mse", &b->set, 1, &loss, gradient, NULL);
    assert_int_equal(status, GRADUS_OK);
    return loss;
}

static void the_network_by_hand_gives_its_table(void **state)
{
    (void)state;
    static const double gradients[6] = {-0.229544, -0.344316, -0.245940,
                                        -0.368910, -0.475484, -0.541068};
    static const double updated[6] = {0.1329544, 0.1544316, 0.234594,
                                      0.116891,  0.1875484, 0.2041068};
    by_hand b;
    double gradient[6], weights[6];
    gradus_fit_options options;
    open_by_hand(&b, 0.14, 0.15, 1);
    near(output_of(&b), 0.1802);
    near(loss_of(&b, gradient), 0.33603602);
    for (int i = 0; i < 6; i++)
        near(gradient[i], gradients[i]);
    gradus_fit_defaults(&options);
    options.optimizer = "sgd";
    options.schedule = "constant";
    options.learning_rate = 0.1;
    options.epochs = 1;
    assert_int_equal(gradus_fit(b.net, &b.set, NULL, &options, NULL), GRADUS_OK);
    gradus_net_get(b.net, 0, weights);
    gradus_net_get(b.net, 1, weights + 4);
    for (int i = 0; i < 6; i++)
        near(weights[i], updated[i]);
    near(output_of(&b), 0.30410017360904);
    near(loss_of(&b, gradient), 0.24213828418548);
    gradus_net_free(b.net);
}

static void its_variations_give_their_numbers(void **state)
{
    (void)state;
    by_hand b;
    double gradient[6];
    open_by_hand(&b, -0.14, 0.15, 1);
    near(output_of(&b), 0.0178);
    gradus_net_free(b.net);
    open_by_hand(&b, 0.14, 0.15, 0);
    near(loss_of(&b, gradient), 0.01623602);
    gradus_net_free(b.net);
    open_by_hand(&b, -1, -1, 1); /* the output unit is dead */
    loss_of(&b, gradient);
    for (int i = 0; i < 6; i++)
        assert_true(gradient[i] == 0);
    gradus_net_free(b.net);
}

/* ---- XOR, docs/math/xor.md ---- */

static const double xor_x[8] = {0, 0, 0, 1, 1, 0, 1, 1}, xor_y[4] = {0, 1, 1, 0};

/* 2-4-1 sigmoid, batch descent at rate 40 on the mean loss, N(0,1) start, 2000 epochs. */
static double xor_loss(uint64_t seed)
{
    gradus_net *net;
    gradus_fit_options options;
    const gradus_set set = {.rows = 4, .x = xor_x, .y = xor_y};
    double loss;
    assert_int_equal(gradus_net_new(NULL, "dense 4 start=normal sigmoid "
                                          "output start=normal sigmoid",
                                    2, 1, GRADUS_FLOAT64, seed, &net), GRADUS_OK);
    gradus_fit_defaults(&options);
    options.loss = "mse";
    options.optimizer = "sgd";
    options.schedule = "constant";
    options.learning_rate = 40;
    options.batch = SIZE_MAX;
    options.epochs = 2000;
    assert_int_equal(gradus_fit(net, &set, NULL, &options, NULL), GRADUS_OK);
    assert_int_equal(gradus_net_gradient(net, "mse", &set, 1, &loss, NULL, NULL),
                     GRADUS_OK);
    gradus_net_free(net);
    return 4 * loss;
}

static void xor_is_learned_from_each_of_20_seeds(void **state)
{
    (void)state;
    double worst = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        const double loss = xor_loss(seed);
        if (!(loss < 3e-4))
            fail_msg("seed %d: summed loss %g", (int)seed, loss);
        worst = fmax(worst, loss);
    }
    printf("# worst summed loss of 20 seeds: %.2e\n", worst);
}

/* h1 = relu(x1+x2), h2 = relu(x1+x2-1), y = h1 - 2 h2 */
static void relu_solves_xor_exactly(void **state)
{
    (void)state;
    const double w[4] = {1, 1, 1, 1}, b[2] = {0, -1}, v[2] = {1, -2};
    gradus_net *net;
    double y[4];
    char scratch[32768] __attribute__((aligned(64)));
    assert_int_equal(gradus_net_new(NULL, "dense 2 relu output bias=no", 2, 1,
                                    GRADUS_FLOAT64, 1, &net), GRADUS_OK);
    gradus_net_set(net, 0, w);
    gradus_net_set(net, 1, b);
    gradus_net_set(net, 2, v);
    assert_true(gradus_net_scratch(net) <= sizeof scratch);
    gradus_net_forward(net, xor_x, 4, y, scratch);
    for (int i = 0; i < 4; i++)
        assert_true(y[i] == xor_y[i]);
    gradus_net_free(net);
}

/* ---- counts of docs/math/network.md ---- */

static void parameters_and_costs_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t inputs, outputs, parameters;
        double cost;
    } cases[] = {
        {"dense 4 relu dense 3 relu output", 2, 1, 31, 0},
        {"dense 30 sigmoid output sigmoid", 784, 10, 23860, 0},
        {"dense 10 tanh output bias=no", 3, 1, 50, 0},
        {"dense 1024 dense 1024 dense 1024 output", 1024, 10, 0, 2.67},
        {"dense 64 relu dense 64 relu output", 13, 1, 0, 2.83},
        {"dense 128 relu output", 784, 10, 0, 2.01},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gradus_net *net;
        gradus_net_about about;
        assert_int_equal(gradus_net_new(NULL, cases[i].text, cases[i].inputs,
                                        cases[i].outputs, GRADUS_FLOAT32, 1, &net),
                         GRADUS_OK);
        gradus_net_describe(net, &about);
        if (cases[i].parameters > 0)
            assert_int_equal(about.parameters, cases[i].parameters);
        if (cases[i].cost > 0)
            assert_true(fabs(about.gradient_cost - cases[i].cost) < 0.005);
        gradus_net_free(net);
    }
}

/* ---- batch norm, docs/math/batch-norm.md ---- */

static gradus_fit_options one_plain_step(void)
{
    gradus_fit_options options;
    gradus_fit_defaults(&options);
    options.optimizer = "sgd";
    options.schedule = "constant";
    options.batch = SIZE_MAX;
    options.epochs = 1;
    return options;
}

/* running <- 0.9 running + 0.1 batch, from mean 0 and variance 1; divisor m - 1 */
static void running_statistics_take_in_a_tenth(void **state)
{
    (void)state;
    const double x[4] = {1, 2, 3, 6}, y[4] = {0};
    const gradus_set set = {.rows = 4, .x = x, .y = y};
    const gradus_fit_options options = one_plain_step();
    gradus_net *net;
    double mean, variance;
    assert_int_equal(gradus_net_new(NULL, "batchnorm output", 1, 1, GRADUS_FLOAT64, 1, &net),
                     GRADUS_OK);
    assert_int_equal(gradus_fit(net, &set, NULL, &options, NULL), GRADUS_OK);
    gradus_net_get(net, 2, &mean);
    gradus_net_get(net, 3, &variance);
    near(mean, 0.1 * 3);
    near(variance, 0.9 + 0.1 * 14 / 3);
    gradus_net_free(net);
}

/* ---- label smoothing ---- */

/* One row of class 1 through a sigmoid: db = p - (1 - e) - e / 2, p = 1/2 at z = 0. */
static void one_output_learns_smoothed_labels(void **state)
{
    (void)state;
    const double x[1] = {0}, zero = 0;
    const uint32_t label[1] = {1};
    const gradus_set set = {.rows = 1, .x = x, .label = label};
    gradus_fit_options options = one_plain_step();
    gradus_net *net;
    double bias;
    options.label_smoothing = 0.2;
    options.learning_rate = 1;
    assert_int_equal(gradus_net_new(NULL, "output sigmoid", 1, 1, GRADUS_FLOAT64, 1, &net),
                     GRADUS_OK);
    gradus_net_set(net, 1, &zero);
    assert_int_equal(gradus_fit(net, &set, NULL, &options, NULL), GRADUS_OK);
    gradus_net_get(net, 1, &bias);
    near(bias, -(0.5 - 0.9));
    gradus_net_free(net);
}

/* Smoothing is for training: the validation loss is that of the labels themselves. */
static void validation_is_not_smoothed(void **state)
{
    (void)state;
    const double x[2] = {-1, 1};
    const uint32_t label[2] = {0, 1};
    const gradus_set set = {.rows = 2, .x = x, .label = label};
    gradus_fit_options options = one_plain_step();
    gradus_fit_report report;
    gradus_net *net;
    double loss;
    options.label_smoothing = 0.5;
    assert_int_equal(gradus_net_new(NULL, "output softmax", 1, 2, GRADUS_FLOAT64, 1, &net),
                     GRADUS_OK);
    assert_int_equal(gradus_fit(net, &set, &set, &options, &report), GRADUS_OK);
    assert_int_equal(gradus_net_gradient(net, NULL, &set, 1, &loss, NULL, NULL), GRADUS_OK);
    near(report.valid.loss, loss);
    gradus_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_network_by_hand_gives_its_table),
        cmocka_unit_test(its_variations_give_their_numbers),
        cmocka_unit_test(xor_is_learned_from_each_of_20_seeds),
        cmocka_unit_test(relu_solves_xor_exactly),
        cmocka_unit_test(parameters_and_costs_are_counted),
        cmocka_unit_test(running_statistics_take_in_a_tenth),
        cmocka_unit_test(one_output_learns_smoothed_labels),
        cmocka_unit_test(validation_is_not_smoothed),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
