/*
 * tests/unit/test_gradient.c - gradients in single precision, and of large batches
 *
 * The float64 gradient of every activation x loss x kind of layer is proved by
 * gradus_check_library() (test_gradcheck.c); float32 ones agree with it to
 * 64 2^-24 sqrt(chain).
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "every_loss.h"
#include "gradus.h"

enum { ROWS = 9, INPUTS = 3, OUTPUTS = 3, MOST = 400 };

static const char *const activations[] = {
#define ACTIVATION(id, name, alpha, has_alpha, start, trainable, smooth, from_output) \
    trainable ? name : NULL,
#include "kernels/activations.def"
#undef ACTIVATION
};

static const char *const kinds[] = {
    "dense 5 %s output",
    "dense 4 residual scale=0.5 { dense 5 %s dense 4 } residual { dense 6 %s } output",
    "dense 5 bias=no batchnorm %s output",
    "dense 6 %s dropout 0.3 output",
};

typedef struct check {
    gradus_net *net;
    const char *loss;
    double x[ROWS * INPUTS], y[ROWS * OUTPUTS], weight[ROWS];
    gradus_set set;
} check;

static void make_examples(check *c, uint64_t seed)
{
    const gr_key key = {seed, GR_PURPOSE_SPLIT, 7};
    for (uint32_t i = 0; i < ROWS * INPUTS; i++)
        c->x[i] = 4 * gr_random_uniform(key, 0, i) - 2;
    for (uint32_t i = 0; i < ROWS; i++) {
        double sum = 0;
        for (uint32_t j = 0; j < OUTPUTS; j++)
            sum += c->y[i * OUTPUTS + j] = gr_random_uniform(key, 1, i * OUTPUTS + j);
        for (uint32_t j = 0; j < OUTPUTS; j++) /* rows add to 1: right for every loss */
            c->y[i * OUTPUTS + j] /= sum;
        c->weight[i] = 0.5 + gr_random_uniform(key, 2, i);
    }
    c->set = (gradus_set){.rows = ROWS, .x = c->x, .y = c->y, .weight = c->weight};
}

static void describe(char *text, size_t room, const char *kind, const char *activation,
                     const char *last)
{
    snprintf(text, room, kind, activation, activation);
    if (last != NULL)
        snprintf(text + strlen(text), room - strlen(text), " %s", last);
}

static gradus_context *context_with_quartic(void)
{
    gradus_context *context;
    const gradus_loss loss = {"quartic", quartic, NULL};
    assert_int_equal(gradus_context_new(NULL, &context), GRADUS_OK);
    assert_int_equal(gradus_context_add_loss(context, &loss), GRADUS_OK);
    return context;
}

#define EACH_COMBINATION(code)                                                          \
    for (size_t a = 0; a < sizeof activations / sizeof *activations; a++)               \
        for (size_t l = 0; activations[a] && l < LOSSES; l++)                           \
            for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {                 \
                char text[256];                                                         \
                describe(text, sizeof text, kinds[k], activations[a],                   \
                         every_loss[l].last);                                           \
                code                                                                    \
            }

/* Gradients of both precisions at the same (float) parameters and examples. */
static double float_error(const gradus_context *context, const char *text, const char *loss)
{
    check c = {.loss = loss};
    gradus_net *single;
    float x[ROWS * INPUTS], y[ROWS * OUTPUTS], values[MOST], g32[MOST];
    double g64[MOST], wide[MOST], at, error = 0, norm = 0;
    gradus_net_about about;
    make_examples(&c, 3);
    assert_int_equal(gradus_net_new(context, text, INPUTS, OUTPUTS, GRADUS_FLOAT32, 3,
                                    &single), GRADUS_OK);
    assert_int_equal(gradus_net_new(context, text, INPUTS, OUTPUTS, GRADUS_FLOAT64, 3,
                                    &c.net), GRADUS_OK);
    for (size_t i = 0; i < gradus_net_tensors(single); i++) {
        gradus_tensor tensor;
        gradus_net_tensor(single, i, &tensor);
        gradus_net_get(single, i, values);
        for (size_t j = 0; j < tensor.rows * tensor.columns; j++)
            wide[j] = values[j];
        gradus_net_set(c.net, i, wide);
    }
    for (size_t i = 0; i < ROWS * INPUTS; i++)
        c.x[i] = x[i] = (float)c.x[i];
    for (size_t i = 0; i < ROWS * OUTPUTS; i++)
        c.y[i] = y[i] = (float)c.y[i];
    const gradus_set set = {.rows = ROWS, .x = x, .y = y, .weight = c.weight};
    assert_int_equal(gradus_net_gradient(c.net, loss, &c.set, 5, &at, g64, NULL), GRADUS_OK);
    assert_int_equal(gradus_net_gradient(single, loss, &set, 5, &at, g32, NULL), GRADUS_OK);
    gradus_net_describe(single, &about);
    for (size_t i = 0; i < about.parameters; i++) {
        error += (g32[i] - g64[i]) * (g32[i] - g64[i]);
        norm += g64[i] * g64[i];
    }
    gradus_net_free(single);
    gradus_net_free(c.net);
    return sqrt(error / norm);
}

static void float32_gradients_agree_with_float64(void **state)
{
    (void)state;
    gradus_context *context = context_with_quartic();
    const double bound = 64 * 0x1p-24 * sqrt(ROWS);
    double worst = 0;
    EACH_COMBINATION({
        const double error = float_error(context, text, every_loss[l].name);
        if (!(error <= bound))
            fail_msg("%s with %s: float32 is off by %g", text, every_loss[l].name, error);
        worst = fmax(worst, error);
    })
    printf("# worst relative error of a float32 gradient %.1e (bound %.1e)\n", worst, bound);
    gradus_context_free(context);
}

/* Large batches are worked in chains of 4096 rows: the same mathematics. */
static void pieces_of_a_large_batch_add_up(void **state)
{
    (void)state;
    enum { MANY = 3 * 4096 + 17 };
    static double x[MANY * 2], y[MANY];
    gradus_net *net;
    double whole, alone, all[64], sum[64] = {0};
    for (uint32_t i = 0; i < MANY; i++) {
        x[2 * i] = gr_random_uniform((gr_key){1, GR_PURPOSE_SPLIT, 0}, i, 0);
        x[2 * i + 1] = gr_random_uniform((gr_key){1, GR_PURPOSE_SPLIT, 0}, i, 1);
        y[i] = x[2 * i] * x[2 * i + 1];
    }
    assert_int_equal(gradus_net_new(NULL, "dense 8 tanh output", 2, 1, GRADUS_FLOAT64, 1,
                                    &net), GRADUS_OK);
    const gradus_set set = {.rows = MANY, .x = x, .y = y};
    assert_int_equal(gradus_net_gradient(net, "mse", &set, 1, &whole, all, NULL), GRADUS_OK);
    assert_int_equal(gradus_net_gradient(net, "mse", &set, 1, &alone, NULL, NULL), GRADUS_OK);
    assert_memory_equal(&alone, &whole, sizeof whole);
    for (size_t from = 0; from < MANY; from += 1000) {
        const size_t rows = MANY - from < 1000 ? MANY - from : 1000;
        const gradus_set part = {.rows = rows, .x = x + 2 * from, .y = y + from};
        double g[64], at;
        assert_int_equal(gradus_net_gradient(net, "mse", &part, 1, &at, g, NULL), GRADUS_OK);
        for (size_t i = 0; i < 33; i++)
            sum[i] += g[i] * (double)rows / MANY;
    }
    for (size_t i = 0; i < 33; i++)
        assert_true(fabs(sum[i] - all[i]) < 1e-14);
    gradus_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(float32_gradients_agree_with_float64),
        cmocka_unit_test(pieces_of_a_large_batch_add_up),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
