/*
 * tests/unit/test_walk.c - a net computed from its layers alone gives what the net gives
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gradus.h"

enum { INPUTS = 3, OUTPUTS = 2, MOST_UNITS = 8, MOST_LAYERS = 16, MOST_VALUES = 64 };

static gradus_net *new_net(const char *text, gradus_precision precision)
{
    gradus_net *net;
    if (gradus_net_new(NULL, text, INPUTS, OUTPUTS, precision, 3, &net) != GRADUS_OK)
        fail_msg("\"%s\": %s", text, gradus_error());
    return net;
}

static double apply(const gradus_layer *layer, double z)
{
    if (strcmp(layer->activation, "tanh") == 0)
        return tanh(z);
    if (strcmp(layer->activation, "leaky-relu") == 0)
        return z > 0 ? z : layer->alpha * z;
    assert_string_equal(layer->activation, "relu");
    return z > 0 ? z : 0;
}

/* The formulas of gradus.h, in its words. */
static void compute(const gradus_net *net, size_t index, double v[][MOST_UNITS])
{
    double tensor[4][MOST_VALUES];
    gradus_layer layer;
    gradus_net_layer(net, index, &layer);
    for (size_t t = 0; t < layer.tensors; t++)
        gradus_net_get(net, layer.tensor + t, tensor[t]);
    for (size_t j = 0; j < layer.units; j++) {
        double *y = &v[index][j];
        const double *x = v[layer.from];
        if (layer.kind == GRADUS_LAYER_DENSE) {
            *y = layer.tensors > 1 ? tensor[1][j] : 0;
            for (size_t k = 0; k < layer.inputs; k++)
                *y += tensor[0][j * layer.inputs + k] * x[k];
        } else if (layer.kind == GRADUS_LAYER_ACTIVATION) {
            *y = apply(&layer, x[j]);
        } else if (layer.kind == GRADUS_LAYER_BATCHNORM) {
            *y = tensor[0][j] * (x[j] - tensor[2][j]) / sqrt(tensor[3][j] + layer.epsilon) +
                 tensor[1][j];
        } else if (layer.kind == GRADUS_LAYER_ADD) {
            *y = v[layer.skip][j] + layer.scale * x[j];
        } else {
            assert_int_equal(layer.kind, GRADUS_LAYER_DROPOUT);
            *y = x[j];
        }
    }
}

/* Statistics and shifts that are neither 0 nor 1. */
static void disturb(gradus_net *net)
{
    for (size_t i = 0; i < gradus_net_tensors(net); i++) {
        gradus_tensor about;
        double values[MOST_VALUES];
        gradus_net_tensor(net, i, &about);
        gradus_net_get(net, i, values);
        for (size_t k = 0; about.rank == 1 && k < about.columns; k++)
            values[k] += 0.25 + 0.125 * (double)((3 * k + i) % 5);
        gradus_net_set(net, i, values);
    }
}

static void every_kind_of_layer_is_told(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "dense 5 tanh output",
        "dense 4 bias=no relu dense 6 leaky-relu alpha=0.25 dropout 0.5 output tanh",
        "batchnorm dense 5 batchnorm relu residual scale=0.5 { dense 4 tanh dense 5 } output",
        "residual { dense 6 tanh batchnorm } residual { dense 6 } dense 2",
    };
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        gradus_net *net = new_net(texts[t], GRADUS_FLOAT64);
        const size_t layers = gradus_net_layers(net);
        double v[MOST_LAYERS][MOST_UNITS] = {{0.5, -1.25, 2}}, y[OUTPUTS];
        assert_true(layers <= MOST_LAYERS);
        disturb(net);
        for (size_t i = 1; i < layers; i++)
            compute(net, i, v);
        assert_int_equal(gradus_net_predict(net, v[0], 1, y), GRADUS_OK);
        for (size_t j = 0; j < OUTPUTS; j++)
            assert_true(fabs(y[j] - v[layers - 1][j]) < 1e-14 * (1 + fabs(y[j])));
        gradus_net_free(net);
    }
}

static void what_does_not_apply_is_said_so(void **state)
{
    (void)state;
    gradus_net *net = new_net("dense 4 relu dropout 0.25 output", GRADUS_FLOAT32);
    gradus_layer layer;
    assert_int_equal(gradus_net_layers(net), 5);
    gradus_net_layer(net, 0, &layer);
    assert_int_equal(layer.kind, GRADUS_LAYER_INPUT);
    assert_int_equal(layer.from, SIZE_MAX);
    assert_int_equal(layer.skip, SIZE_MAX);
    assert_int_equal(layer.inputs, 0);
    assert_int_equal(layer.units, INPUTS);
    assert_int_equal(layer.tensors, 0);
    assert_string_equal(layer.activation, "");
    gradus_net_layer(net, 3, &layer);
    assert_int_equal(layer.kind, GRADUS_LAYER_DROPOUT);
    assert_true(layer.rate == 0.25);
    assert_int_equal(layer.from, 2);
    gradus_net_layer(net, 4, &layer);
    assert_int_equal(layer.kind, GRADUS_LAYER_DENSE);
    assert_int_equal(layer.inputs, 4);
    assert_int_equal(layer.units, OUTPUTS);
    assert_int_equal(layer.tensor, 2);
    assert_int_equal(layer.tensors, 2);
    gradus_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_layer_is_told),
        cmocka_unit_test(what_does_not_apply_is_said_so),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
