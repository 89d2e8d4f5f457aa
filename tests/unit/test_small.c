/*
 * tests/unit/test_small.c - small networks: the short way gives the bits of the usual one
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "net/plan.h"
#include "train/optimizer.h"

enum { MOST_ROWS = 64, MOST_INPUTS = 32, MOST_OUTPUTS = 16, STEPS = 3 };

typedef struct sample {
    _Alignas(64) char x[MOST_ROWS * MOST_INPUTS * sizeof(double)];
    char y[MOST_ROWS * MOST_OUTPUTS * sizeof(double)];
    uint32_t label[MOST_ROWS], index[MOST_ROWS];
    double weight[MOST_ROWS];
    gradus_set set;
} sample;

static void put(gradus_precision precision, void *array, size_t at, double value)
{
    if (precision == GRADUS_FLOAT32)
        ((float *)array)[at] = (float)value;
    else
        ((double *)array)[at] = value;
}

/* Rows are drawn backwards, so that they are found by their pointers. */
static void make_sample(sample *s, gradus_precision precision, size_t rows, size_t inputs,
                        size_t outputs, bool labels, bool weights)
{
    const gr_key key = {rows + inputs, GR_PURPOSE_SPLIT, 3};
    for (size_t i = 0; i < rows * inputs; i++)
        put(precision, s->x, i, 2 * gr_random_uniform(key, 0, (uint32_t)i) - 1);
    for (size_t i = 0; i < rows * outputs; i++)
        put(precision, s->y, i, gr_random_uniform(key, 1, (uint32_t)i));
    for (size_t i = 0; i < rows; i++) {
        s->label[i] = (uint32_t)(i * 7 % (outputs > 1 ? outputs : 2));
        s->index[i] = (uint32_t)(rows - 1 - i);
        s->weight[i] = 0.5 + (double)(i % 3);
    }
    s->set = (gradus_set){.rows = rows, .x = s->x, .y = labels ? NULL : s->y,
                          .label = labels ? s->label : NULL,
                          .weight = weights ? s->weight : NULL};
}

typedef struct setting {
    const char *network, *loss, *optimizer;
    size_t inputs, outputs, rows;
    double weight_decay;
    bool labels, weights, stored; /* stored: the gradient is, as for clipping */
} setting;

/* Some steps on one net; what the parameters, gradients and losses are then. */
typedef struct outcome {
    char parameters[1 << 15], gradient[1 << 15];
    double loss[STEPS];
    size_t count; /* of parameters */
} outcome;

static void take_steps(const setting *at, gradus_net *net, const sample *s, bool usual,
                       outcome *out)
{
    gr_plan *plan;
    gr_optimizer optimizer;
    gradus_fit_options options;
    const gr_plan_options wanted = {.rows = at->rows, .loss = at->loss};
    gradus_fit_defaults(&options);
    options.optimizer = at->optimizer;
    options.weight_decay = at->weight_decay;
    assert_int_equal(gr_plan_new(net, &wanted, &plan), GRADUS_OK);
    assert_int_equal(gr_optimizer_open(net, &options, NULL, &optimizer), GRADUS_OK);
    gr_optimizer_reset(&optimizer);
    assert_true(plan->small.layers > 0);
    if (usual)
        plan->small.layers = 0;
    for (size_t step = 0; step < STEPS; step++) {
        /* the last steps are short ones, as those at the end of an epoch */
        const size_t rows = step + 1 < STEPS ? at->rows : (at->rows + 1) / 2;
        const double weight = gr_plan_weight(&s->set, s->index, rows);
        const double rate = step == 0 ? 0.1 : 0.05;
        const gr_descent *descent =
            at->stored ? NULL : gr_optimizer_descent(&optimizer, 1 / weight, rate);
        gr_plan_gradient(plan, &s->set, s->index, rows, descent, NULL, &out->loss[step]);
        if (at->stored)
            gr_optimizer_step(&optimizer, plan->pass.gradient, weight, rate);
    }
    memset(out->parameters, 0, sizeof out->parameters);
    memset(out->gradient, 0, sizeof out->gradient);
    out->count = 0;
    for (size_t i = 0; i < net->tensors; i++) {
        const gr_tensor *t = &net->tensor[i];
        gr_tensor_unpack(net, t, gr_tensor_values(net, t),
                         gr_at(net, out->parameters, out->count));
        if (at->stored)
            gr_tensor_unpack(net, t, gr_at(net, plan->pass.gradient, t->first),
                             gr_at(net, out->gradient, out->count));
        out->count += t->rows * t->columns;
        assert_true(out->count * sizeof(double) <= sizeof out->parameters);
    }
    gr_optimizer_close(&optimizer);
    gr_plan_free(plan);
}

static outcome small, usual, reference;

static void assert_same_outcome(const setting *at, const outcome *a, const outcome *b)
{
    if (memcmp(a, b, sizeof *a) != 0)
        fail_msg("%s, %zu rows, %s: other bits", at->network, at->rows, at->optimizer);
}

/* What stands beyond the columns of a tensor would be taken for a weight that diverged. */
static void assert_padding_is_zero(const gradus_net *net)
{
    static char values[1 << 15];
    _Alignas(64) static char panels[1 << 15];
    for (size_t i = 0; i < net->tensors; i++) {
        const gr_tensor *t = &net->tensor[i];
        memset(panels, 0, sizeof panels);
        gr_tensor_unpack(net, t, gr_tensor_values(net, t), values);
        gr_tensor_pack(net, t, values, panels);
        assert_memory_equal(panels, gr_tensor_values(net, t), t->room * net->kernels->size);
    }
}

static void compare(const setting *at, gradus_precision precision)
{
    static sample s;
    for (gr_cpu cpu = GR_CPU_REF; cpu <= gr_cpu_best(); cpu++) {
        gradus_context *context;
        gradus_net *net, *copy;
        gradus_context_options options;
        gradus_context_defaults(&options);
        options.cpu = gr_cpu_name(cpu);
        options.threads = 1;
        assert_int_equal(gradus_context_new(&options, &context), GRADUS_OK);
        assert_int_equal(gradus_net_new(context, at->network, at->inputs, at->outputs,
                                        precision, 9, &net), GRADUS_OK);
        assert_int_equal(gradus_net_copy(net, &copy), GRADUS_OK);
        make_sample(&s, precision, at->rows, at->inputs, at->outputs, at->labels,
                    at->weights);
        take_steps(at, net, &s, false, &small);
        take_steps(at, copy, &s, true, &usual);
        assert_same_outcome(at, &small, &usual);
        assert_padding_is_zero(net);
        if (cpu == GR_CPU_REF)
            reference = small;
        assert_same_outcome(at, &small, &reference);
        gradus_net_free(copy);
        gradus_net_free(net);
        gradus_context_free(context);
    }
}

static const size_t batches[] = {1, 2, 3, 4, 5, 7, 8, 31, 64};

static void every_batch(setting at)
{
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        at.rows = batches[i];
        for (gradus_precision precision = GRADUS_FLOAT32; precision <= GRADUS_FLOAT64;
             precision++)
            compare(&at, precision);
    }
}

static void every_activation_and_width(void **state)
{
    (void)state;
    static const char *const trainable[] = {
#define ACTIVATION(id, name, alpha, has_alpha, start, is_trainable, smooth, from_output) \
    is_trainable ? name : NULL,
#include "kernels/activations.def"
#undef ACTIVATION
    };
    static const char *const shapes[] = {
        "dense 5 %s output", "dense 1 %s dense 8 %s output %s",
        "dense 3 bias=no %s dense 4 %s dense 2 output bias=no"};
    for (size_t i = 0; i < sizeof trainable / sizeof *trainable; i++)
        for (size_t j = 0; trainable[i] != NULL && j < 3; j++) {
            char network[200];
            const char *name = trainable[i];
            snprintf(network, sizeof network, shapes[j], name, name, name);
            every_batch((setting){.network = network, .loss = "mse", .optimizer = "sgd",
                                  .inputs = 2 + j, .outputs = 1 + 2 * j, .weight_decay = 0.01});
        }
}

static void every_loss(void **state)
{
    (void)state;
    static const char *const ends[][2] = {
        {"mse", "output"}, {"huber", "output tanh"}, {"poisson", "output exp"},
        {"binary-cross-entropy", "output sigmoid"}, {"cross-entropy", "output softmax"},
        {"mse", "output softmax"}};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        for (size_t outputs = 1; outputs <= 8; outputs += outputs < 4 ? 1 : 4) {
            char network[200];
            snprintf(network, sizeof network, "dense 6 tanh %s", ends[i][1]);
            every_batch((setting){.network = network, .loss = ends[i][0], .optimizer = "sgd",
                                  .inputs = 3, .outputs = outputs, .weights = outputs % 2,
                                  .labels = i >= 3 && outputs % 3});
        }
}

static void every_optimizer(void **state)
{
    (void)state;
    for (size_t i = 0; gradus_optimizer_name(i) != NULL; i++)
        for (int stored = 0; stored < 2; stored++)
            every_batch((setting){.network = "dense 7 silu dense 3 tanh output", .loss = "mse",
                                  .optimizer = gradus_optimizer_name(i), .inputs = 20,
                                  .outputs = 2, .weight_decay = 0.1, .stored = stored});
}

static void a_panel_is_full(void **state)
{
    (void)state;
    const setting at = {.network = "dense 16 relu dense 15 tanh output", .loss = "mse",
                        .optimizer = "sgd", .inputs = 32, .outputs = 16, .rows = 6};
    compare(&at, GRADUS_FLOAT32);
}

/* What is wider, longer or more than a chain takes the usual way. */
static void others_are_not_small(void **state)
{
    (void)state;
    static const struct {
        const char *network;
        size_t inputs, rows;
        bool dx;
    } cases[] = {
        {"dense 17 tanh output", 2, 4, false},    {"dense 4 tanh output", 33, 4, false},
        {"dense 4 tanh output", 2, 65, false},    {"dense 4 tanh output", 2, 4, true},
        {"dense 4 batchnorm tanh output", 2, 4, false},
        {"dense 4 residual { dense 4 tanh } output", 2, 4, false},
        {"tanh dense 4 output", 2, 4, false},     {"dense 4 tanh tanh output", 2, 4, false},
        {"dense 4 dropout 0.1 output", 2, 4, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gradus_net *net;
        gr_plan *plan;
        const gr_plan_options wanted = {.rows = cases[i].rows, .input_gradient = cases[i].dx};
        assert_int_equal(gradus_net_new(NULL, cases[i].network, cases[i].inputs, 1,
                                        GRADUS_FLOAT32, 1, &net), GRADUS_OK);
        assert_int_equal(gr_plan_new(net, &wanted, &plan), GRADUS_OK);
        assert_int_equal(plan->small.layers, 0);
        gr_plan_free(plan);
        gradus_net_free(net);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_activation_and_width), cmocka_unit_test(every_loss),
        cmocka_unit_test(every_optimizer),            cmocka_unit_test(a_panel_is_full),
        cmocka_unit_test(others_are_not_small),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
