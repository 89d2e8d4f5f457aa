/*
 * tests/unit/test_optimizer.c - decay, clipping and bias correction around the updates
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>

#include "gradus.h"

enum { MOST_ROWS = 40, MOST_INPUTS = 20, MOST_OUTPUTS = 6, MOST_WEIGHTS = 4096 };

/* One step of plain descent with decay: w <- (1 - rate decay) w - rate g, b <- b - rate g */
static void check_decay(const char *text, size_t inputs, size_t outputs, size_t rows)
{
    gradus_net *net;
    gradus_fit_options options;
    double x[MOST_ROWS * MOST_INPUTS], y[MOST_ROWS * MOST_OUTPUTS], loss;
    static double before[MOST_WEIGHTS], after[MOST_WEIGHTS], gradient[MOST_WEIGHTS];
    const gradus_set set = {.rows = rows, .x = x, .y = y};
    for (size_t i = 0; i < MOST_ROWS * MOST_INPUTS; i++)
        x[i] = sin((double)i);
    for (size_t i = 0; i < MOST_ROWS * MOST_OUTPUTS; i++)
        y[i] = cos((double)i);
    assert_int_equal(gradus_net_new(NULL, text, inputs, outputs, GRADUS_FLOAT64, 1, &net),
                     GRADUS_OK);
    double *at = before;
    for (size_t i = 0; i < gradus_net_tensors(net); i++) {
        gradus_tensor tensor;
        gradus_net_tensor(net, i, &tensor);
        gradus_net_get(net, i, at);
        for (size_t k = 0; k < tensor.rows * tensor.columns; k++, at++)
            *at += 0.25; /* biases begin at 0, which does not decay */
        gradus_net_set(net, i, at - tensor.rows * tensor.columns);
    }
    assert_int_equal(gradus_net_gradient(net, "mse", &set, 1, &loss, gradient, NULL),
                     GRADUS_OK);
    gradus_fit_defaults(&options);
    options.optimizer = "sgd";
    options.schedule = "constant";
    options.learning_rate = 0.25;
    options.weight_decay = 0.5;
    options.batch = rows;
    options.epochs = 1;
    assert_int_equal(gradus_fit(net, &set, NULL, &options, NULL), GRADUS_OK);
    for (size_t i = 0, first = 0; i < gradus_net_tensors(net); i++) {
        gradus_tensor tensor;
        gradus_net_tensor(net, i, &tensor);
        gradus_net_get(net, i, after);
        const double shrink = tensor.rank == 2 ? 1 - 0.125 : 1;
        for (size_t k = 0; k < tensor.rows * tensor.columns; k++, first++)
            assert_true(fabs(after[k] - (shrink * before[first] - 0.25 * gradient[first])) <
                        1e-13);
    }
    gradus_net_free(net);
}

/* By the kernels of a network of narrow layers, of few rows and of many. */
static void decay_acts_on_weight_matrices_only(void **state)
{
    (void)state;
    check_decay("output start=normal", 2, 1, 1);
    check_decay("dense 40 tanh dense 30 relu output", MOST_INPUTS, MOST_OUTPUTS, 3);
    check_decay("dense 40 tanh dense 30 relu output", MOST_INPUTS, MOST_OUTPUTS, MOST_ROWS);
    check_decay("dense 40 tanh dense 30 relu output", MOST_INPUTS, 1, MOST_ROWS);
}

/* The rate times the clipped norm is how far plain descent goes. */
static void clipping_bounds_the_step(void **state)
{
    (void)state;
    gradus_net *net;
    gradus_fit_options options;
    const double x[2] = {30, -40}, y[1] = {100};
    double before[2], after[2], bias[2];
    const gradus_set set = {.rows = 1, .x = x, .y = y};
    assert_int_equal(gradus_net_new(NULL, "output", 2, 1, GRADUS_FLOAT64, 1, &net), GRADUS_OK);
    gradus_net_get(net, 0, before);
    gradus_net_get(net, 1, &bias[0]);
    gradus_fit_defaults(&options);
    options.optimizer = "sgd";
    options.schedule = "constant";
    options.learning_rate = 0.5;
    options.clip = 0.1;
    options.epochs = 1;
    assert_int_equal(gradus_fit(net, &set, NULL, &options, NULL), GRADUS_OK);
    gradus_net_get(net, 0, after);
    gradus_net_get(net, 1, &bias[1]);
    const double moved = sqrt(pow(after[0] - before[0], 2) + pow(after[1] - before[1], 2) +
                              pow(bias[1] - bias[0], 2));
    assert_true(fabs(moved - 0.05) < 1e-12);
    gradus_net_free(net);
}

/* Three steps of Adam on one weight, written out: m^ = m / (1 - beta1^t), v^ alike. */
static void bias_correction_follows_the_step(void **state)
{
    (void)state;
    gradus_net *net;
    gradus_fit_options options;
    const double x[1] = {1}, y[1] = {3}, start = 0.5;
    double w = start, m = 0, v = 0, found;
    const gradus_set set = {.rows = 1, .x = x, .y = y};
    for (int t = 1; t <= 3; t++) {
        const double g = w - 3;
        m = 0.8 * m + 0.2 * g;
        v = 0.99 * v + 0.01 * g * g;
        w -= 0.1 * (m / (1 - pow(0.8, t))) / (sqrt(v / (1 - pow(0.99, t))) + 1e-8);
    }
    assert_int_equal(gradus_net_new(NULL, "output bias=no", 1, 1, GRADUS_FLOAT64, 1, &net),
                     GRADUS_OK);
    gradus_net_set(net, 0, &start);
    gradus_fit_defaults(&options);
    options.optimizer = "adam";
    options.schedule = "constant";
    options.learning_rate = 0.1;
    options.beta1 = 0.8;
    options.beta2 = 0.99;
    options.epochs = 3;
    assert_int_equal(gradus_fit(net, &set, NULL, &options, NULL), GRADUS_OK);
    gradus_net_get(net, 0, &found);
    assert_true(fabs(found - w) < 1e-14);
    gradus_net_free(net);
}

/* Two dropout layers of one width never drop the same units: with rate 1/2 on the same
 * 64 ones, both are open in about a quarter of the places and the output shows it. */
static void dropout_layers_have_masks_of_their_own(void **state)
{
    (void)state;
    enum { WIDTH = 64 };
    gradus_net *net;
    double x[WIDTH], weight[WIDTH], gradient[WIDTH], y[1] = {0}, loss;
    const gradus_set set = {.rows = 1, .x = x, .y = y};
    size_t open = 0;
    for (int j = 0; j < WIDTH; j++)
        x[j] = weight[j] = 1;
    assert_int_equal(gradus_net_new(NULL, "dropout 0.5 dropout 0.5 output bias=no", WIDTH, 1,
                                    GRADUS_FLOAT64, 1, &net), GRADUS_OK);
    gradus_net_set(net, 0, weight);
    assert_int_equal(gradus_net_gradient(net, "mse", &set, 1, &loss, gradient, NULL),
                     GRADUS_OK);
    for (int j = 0; j < WIDTH; j++)
        open += gradient[j] != 0;
    assert_in_range(open, 7, 25); /* 16 expected; 32 if the masks were equal */
    gradus_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decay_acts_on_weight_matrices_only),
        cmocka_unit_test(clipping_bounds_the_step),
        cmocka_unit_test(bias_correction_follows_the_step),
        cmocka_unit_test(dropout_layers_have_masks_of_their_own),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
