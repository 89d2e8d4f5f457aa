/*
 * tests/unit/test_start_moments.c - moments of nets at their start, and what theory expects
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <stdbool.h>

#include "gradus.h"

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
        assert_true(layer.activation.min < layer.activation.mean);
        assert_true(layer.activation.max > layer.activation.mean);
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
    assert_true(fabs(about.input.min) < 1e-12 && fabs(about.input.max) < 1e-12);
    gradus_moments_free(moments);
    options.seeds = 0;
    assert_int_equal(gradus_moments_new(NULL, "dense 32", &options, &moments),
                     GRADUS_ARGUMENT);
    assert_null(moments);
}

/* E[f(z)] for z from N(0, q), of s(z) = tanh z: f is s^2 or s'^2; by the trapezoidal rule. */
static double expected(bool slope, double q)
{
    double sum = 0, weights = 0;
    for (double t = -8; t <= 8; t += 0x1p-6) {
        const double s = tanh(sqrt(q) * t), weight = exp(-t * t / 2);
        sum += weight * (slope ? (1 - s * s) * (1 - s * s) : s * s);
        weights += weight;
    }
    return sum / weights;
}

enum { MOST_LAYERS = 50 };

/* q <- E[s(sqrt q z)^2] from layer to layer, and back d <- d E[s'(sqrt q z)^2]. */
static void recursion(size_t layers, double *square, double *signal)
{
    double q = 1, d = 1, slope[MOST_LAYERS];
    for (size_t l = 0; l < layers; l++) {
        slope[l] = expected(true, q);
        square[l] = q = expected(false, q);
    }
    for (size_t l = layers; l-- > 0;)
        signal[l] = d *= slope[l];
}

/* The numbers of docs/math/vanishing-gradients.md: q near 1 / 2l, d near l / L. */
static void numbers_of_the_recursion(void **state)
{
    (void)state;
    double square[MOST_LAYERS], signal[MOST_LAYERS];
    recursion(50, square, signal);
    assert_true(fabs(square[0] - 0.3943) < 5e-5 && fabs(square[49] - 0.0102) < 5e-5);
    assert_true(fabs(signal[0] - 0.0143) < 5e-5 && fabs(signal[49] - 0.980) < 5e-4);
}

/* Wide nets; what narrow ones have is less, by a share that grows like L / n. */
static void tanh_fades_as_the_recursion_says(void **state)
{
    (void)state;
    enum { LAYERS = 30 };
    gradus_moments_options options;
    gradus_moments *moments;
    gradus_moments_layer layer;
    double square[LAYERS], signal[LAYERS];
    gradus_moments_defaults(&options);
    options.precision = GRADUS_FLOAT32;
    options.inputs = options.outputs = 256;
    options.rows = 16;
    options.seeds = 10;
    recursion(LAYERS, square, signal);
    assert_int_equal(gradus_moments_new(NULL, "repeat 30 { dense 256 start=xavier tanh }",
                                        &options, &moments), GRADUS_OK);
    for (size_t l = 0; l < LAYERS; l++) {
        gradus_moments_layer_describe(moments, l, &layer);
        if (!(fabs(layer.activation.mean / square[l] - 1) < 0.1 &&
              fabs(layer.gradient.mean / signal[l] - 1) < 0.25))
            fail_msg("layer %zu: a^2 %g, expected %g; d^2 %g, expected %g", l + 1,
                     layer.activation.mean, square[l], layer.gradient.mean, signal[l]);
    }
    gradus_moments_free(moments);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_of_a_linear_net),
        cmocka_unit_test(numbers_of_the_recursion),
        cmocka_unit_test(tanh_fades_as_the_recursion_says),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
