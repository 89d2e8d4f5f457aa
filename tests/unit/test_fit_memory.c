/*
 * tests/unit/test_fit_memory.c - what training takes: as predicted, and nothing in a step
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <string.h>

#include "base/memory.h"
#include "examples.h"
#include "train/optimizer.h"
#include "train/run.h"

/* ---- steps ---- */

static int count_allocations(const gradus_progress *progress, void *user)
{
    uint64_t *counts = user;
    (void)progress;
    if (counts[0] == 0)
        counts[0] = gr_memory_count();
    counts[1] = gr_memory_count();
    return 0;
}

static void assert_steps_allocate_nothing(const char *optimizer, gradus_draw draw,
                                          double clip, size_t starts)
{
    examples e;
    uint64_t counts[2] = {0};
    gradus_fit_options options;
    make_examples(&e, 1);
    gradus_net *net =
        new_net(NULL, "dense 9 batchnorm relu residual { dense 9 tanh } dropout 0.1 output");
    gradus_fit_defaults(&options);
    options.epochs = 3;
    options.optimizer = optimizer;
    options.draw = draw;
    options.clip = clip;
    options.starts = starts;
    options.observer = count_allocations;
    options.user = counts;
    assert_int_equal(gradus_fit(net, &e.set, &e.set, &options, NULL), GRADUS_OK);
    assert_true(counts[0] > 0);
    assert_int_equal(counts[0], counts[1]);
    gradus_net_free(net);
}

static void a_step_allocates_nothing(void **state)
{
    (void)state;
    static const gradus_draw draws[] = {GRADUS_DRAW_SHUFFLE, GRADUS_DRAW_REPLACE,
                                        GRADUS_DRAW_SUBSET};
    for (size_t o = 0; gradus_optimizer_name(o) != NULL; o++)
        for (size_t d = 0; d < 3; d++) {
            assert_steps_allocate_nothing(gradus_optimizer_name(o), draws[d], 0, 1);
            assert_steps_allocate_nothing(gradus_optimizer_name(o), draws[d], 0.5, 1);
            assert_steps_allocate_nothing(gradus_optimizer_name(o), draws[d], 0.5, 3);
        }
}

/* ---- what a training takes ---- */

typedef struct counting {
    size_t bytes; /* held now */
} counting;

/* The size of a block stands in the 16 bytes before it. */
static void *counting_allocate(size_t bytes, void *user)
{
    counting *c = user;
    char *block = test_malloc(bytes + 16);
    memcpy(block, &bytes, sizeof bytes);
    c->bytes += bytes;
    return block + 16;
}

static void counting_release(void *block, void *user)
{
    counting *c = user;
    size_t bytes;
    if (block == NULL)
        return;
    memcpy(&bytes, (char *)block - 16, sizeof bytes);
    c->bytes -= bytes;
    test_free((char *)block - 16);
}

static void *counting_resize(void *block, size_t bytes, void *user)
{
    size_t old;
    memcpy(&old, (char *)block - 16, sizeof old);
    void *made = counting_allocate(bytes, user);
    memcpy(made, block, old < bytes ? old : bytes);
    counting_release(block, user);
    return made;
}

static const char *const sized_nets[] = {
    "output", "dense 1 relu output", "dense 3 tanh output", "dense 8 relu dense 8 relu output",
    "dense 16 sigmoid output", "dense 17 gelu output", "dense 64 relu dense 64 relu output",
    "dense 300 tanh dense 100 tanh output", "dense 512 relu output",
    "dense 9 batchnorm relu output", "dense 64 batchnorm gelu dense 64 batchnorm gelu output",
    "dense 20 relu dropout 0.2 dense 20 relu dropout 0.2 output",
    "residual { dense 5 tanh dense 5 } output", "residual { dense 33 relu } output",
    "dense 24 residual scale=0.5 { batchnorm relu dense 24 } relu output",
    "repeat 6 { dense 12 relu } output", "dense 2 dense 2 dense 2 output",
    "batchnorm dense 40 silu output",
    "dense 128 mish dropout 0.5 residual { dense 32 elu } output",
    "tanh residual { relu } dense 4 residual { sigmoid } output",
};

static void assert_predicted(const char *text, gradus_precision precision, size_t batch,
                             const char *optimizer, size_t checkpoint, double clip)
{
    counting c = {0};
    const gradus_memory memory = {counting_allocate, counting_resize, counting_release, &c};
    gradus_context_options where;
    gradus_context *context;
    gradus_net *net;
    gr_plan *plan;
    gr_optimizer o;
    gradus_fit_options options;
    void *kept;
    size_t predicted;
    gradus_context_defaults(&where);
    where.memory = &memory;
    assert_int_equal(gradus_context_new(&where, &context), GRADUS_OK);
    const size_t before = c.bytes;
    assert_int_equal(gradus_net_new(context, text, INPUTS, 1, precision, 1, &net), GRADUS_OK);
    gradus_fit_defaults(&options);
    options.batch = batch;
    options.optimizer = optimizer;
    options.checkpoint_activations = checkpoint;
    options.clip = clip;
    assert_int_equal(gradus_fit_memory(net, &options, 5000, &predicted, NULL), GRADUS_OK);
    const gr_plan_options plan_options = gr_run_plan(&options);
    assert_int_equal(gr_plan_new(net, &plan_options, &plan), GRADUS_OK);
    assert_int_equal(gr_optimizer_open(net, &options, NULL, &o), GRADUS_OK);
    assert_int_equal(gr_allocate(context, net->parameter_room + net->statistic_room,
                                 net->kernels->size, "the best weights", &kept), GRADUS_OK);
    if (predicted != c.bytes - before)
        fail_msg("%s, %zu rows, checkpoints %zu: %zu bytes predicted, %zu taken", text, batch,
                 checkpoint, predicted, c.bytes - before);
    gr_release(context, kept);
    gr_optimizer_close(&o);
    gr_plan_free(plan);
    gradus_net_free(net);
    assert_int_equal(c.bytes, before);
    gradus_context_free(context);
}

/* To the byte. */
static void memory_is_what_was_predicted(void **state)
{
    (void)state;
    static const size_t batches[] = {2, 3, 16, 100, 1024};
    for (size_t n = 0; n < sizeof sized_nets / sizeof *sized_nets; n++)
        for (size_t b = 0; b < sizeof batches / sizeof *batches; b++)
            for (size_t o = 0; gradus_optimizer_name(o) != NULL; o++) {
                static const size_t distances[] = {0, 3, SIZE_MAX};
                const char *optimizer = gradus_optimizer_name(o);
                assert_predicted(sized_nets[n], GRADUS_FLOAT32, batches[b], optimizer,
                                 distances[(n + b) % 3], 0);
                assert_predicted(sized_nets[n], GRADUS_FLOAT64, batches[b], optimizer,
                                 distances[(n + b + o) % 3], (double)((n + o) % 2));
            }
    assert_predicted("dense 9 relu output", GRADUS_FLOAT32, 1, "adam", 0, 0);
}

/* Of dense weights the gradient is held only where a step waits for its norm. */
static void a_step_within_the_pass_keeps_no_gradient(void **state)
{
    (void)state;
    size_t at_once, clipped, activations[2];
    gradus_fit_options options;
    gradus_net *net = new_net(NULL, "dense 300 relu dense 500 relu output");
    const size_t gradient = net->parameter_room * net->kernels->size;
    gradus_fit_defaults(&options);
    assert_int_equal(gradus_fit_memory(net, &options, 5000, &at_once, &activations[0]),
                     GRADUS_OK);
    options.clip = 1;
    assert_int_equal(gradus_fit_memory(net, &options, 5000, &clipped, &activations[1]),
                     GRADUS_OK);
    assert_in_range(clipped - at_once, gradient * 99 / 100 - 4096, gradient);
    assert_int_equal(activations[0], activations[1]);
    options.clip = 0;
    options.batch = GR_CHAIN + 1; /* worked in two pieces, whose gradients are added */
    assert_int_equal(gradus_fit_memory(net, &options, 5000, &at_once, NULL), GRADUS_OK);
    options.clip = 1;
    assert_int_equal(gradus_fit_memory(net, &options, 5000, &clipped, NULL), GRADUS_OK);
    assert_int_equal(at_once, clipped);
    gradus_net_free(net);
}

/* A batch whose examples weigh nothing takes no step, and the others the same one. */
static void weightless_batches_take_no_step(void **state)
{
    (void)state;
    enum { FEW = 40 };
    examples e;
    double weight[FEW];
    uint64_t digest[2];
    make_examples(&e, 1);
    e.set.rows = FEW;
    e.set.weight = weight;
    for (size_t i = 0; i < FEW; i++)
        weight[i] = i % 3 == 0 ? 1 + (double)i / FEW : 0;
    for (int clips = 0; clips <= 1; clips++) {
        gradus_fit_options options;
        gradus_net *net = new_net(NULL, "dense 40 relu dense 30 batchnorm tanh output");
        gradus_fit_defaults(&options);
        options.batch = 2;
        options.epochs = 5;
        options.clip = clips ? 1e200 : 0;
        assert_int_equal(gradus_fit(net, &e.set, NULL, &options, NULL), GRADUS_OK);
        assert_int_equal(gradus_net_digest(net, &digest[clips]), GRADUS_OK);
        gradus_net_free(net);
    }
    assert_true(digest[0] == digest[1]);
}

/* Every allocation fails once: an error, no leak (ASan), and no crash. */
typedef struct failing {
    size_t left;
} failing;

static void *failing_allocate(size_t bytes, void *user)
{
    failing *f = user;
    if (f->left == 0)
        return NULL;
    f->left--;
    return test_malloc(bytes);
}

static void *failing_resize(void *block, size_t bytes, void *user)
{
    failing *f = user;
    if (f->left == 0)
        return NULL;
    f->left--;
    return test_realloc(block, bytes);
}

static void failing_release(void *block, void *user)
{
    (void)user;
    test_free(block);
}

static gradus_status train_with(size_t allocations)
{
    failing f = {allocations};
    const gradus_memory memory = {failing_allocate, failing_resize, failing_release, &f};
    gradus_context_options where;
    gradus_context *context;
    gradus_net *net = NULL;
    gradus_fit_options options;
    examples e;
    make_examples(&e, 1);
    gradus_context_defaults(&where);
    where.memory = &memory;
    where.threads = 2;
    gradus_status status = gradus_context_new(&where, &context);
    if (status != GRADUS_OK)
        return status;
    gradus_fit_defaults(&options);
    options.epochs = 1;
    options.starts = 2;
    options.draw = GRADUS_DRAW_SUBSET;
    status = gradus_net_new(context, "residual { dense 4 start=orthogonal tanh } output",
                            INPUTS, 1, GRADUS_FLOAT32, 1, &net);
    if (status == GRADUS_OK)
        status = gradus_fit(net, &e.set, &e.set, &options, NULL);
    gradus_net_free(net);
    gradus_context_free(context);
    return status;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    size_t n = 0;
    while (n < 1000 && train_with(n) == GRADUS_MEMORY)
        n++;
    assert_true(n > 20 && n < 1000);
    assert_int_equal(train_with(n), GRADUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_allocates_nothing),
        cmocka_unit_test(memory_is_what_was_predicted),
        cmocka_unit_test(a_step_within_the_pass_keeps_no_gradient),
        cmocka_unit_test(weightless_batches_take_no_step),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
