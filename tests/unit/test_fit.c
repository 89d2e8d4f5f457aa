/*
 * tests/unit/test_fit.c - training: bits, memory, stopping, and what it learns
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "gradus.h"

enum { ROWS = 300, INPUTS = 5 };

typedef struct examples {
    float x[ROWS * INPUTS], y[ROWS];
    gradus_set set;
} examples;

/* y = sin(sum x) + noise */
static void make_examples(examples *e, uint64_t seed)
{
    const gr_key key = {seed, GR_PURPOSE_SPLIT, 3};
    for (uint32_t i = 0; i < ROWS; i++) {
        double sum = 0;
        for (uint32_t j = 0; j < INPUTS; j++)
            sum += e->x[i * INPUTS + j] = (float)(2 * gr_random_uniform(key, i, j) - 1);
        e->y[i] = (float)(sin(sum) + 0.1 * gr_random_uniform(key, i, 99));
    }
    e->set = (gradus_set){.rows = ROWS, .x = e->x, .y = e->y};
}

static gradus_net *new_net(const gradus_context *context, const char *text)
{
    gradus_net *net;
    assert_int_equal(gradus_net_new(context, text, INPUTS, 1, GRADUS_FLOAT32, 1, &net),
                     GRADUS_OK);
    return net;
}

static uint64_t digest_of(const gradus_net *net)
{
    uint64_t digest;
    assert_int_equal(gradus_net_digest(net, &digest), GRADUS_OK);
    return digest;
}

/* ---- the same bits ---- */

static uint64_t trained_digest(size_t threads, const char *cpu, const char *text,
                               const char *optimizer)
{
    examples train, valid;
    gradus_context *context;
    gradus_context_options where;
    gradus_fit_options options;
    make_examples(&train, 1);
    make_examples(&valid, 2);
    gradus_context_defaults(&where);
    where.threads = threads;
    where.cpu = cpu;
    assert_int_equal(gradus_context_new(&where, &context), GRADUS_OK);
    gradus_net *net = new_net(context, text);
    gradus_fit_defaults(&options);
    options.epochs = 1;
    options.batch = 140;
    options.clip = 0.5;
    options.optimizer = optimizer;
    options.learning_rate = 0.01;
    assert_int_equal(gradus_fit(net, &train.set, &valid.set, &options, NULL), GRADUS_OK);
    const uint64_t digest = digest_of(net);
    gradus_net_free(net);
    gradus_context_free(context);
    return digest;
}

/* Wide enough for products, activations and batch norm to be parted among threads. */
static void threads_and_instruction_sets_change_no_bit(void **state)
{
    (void)state;
    static const char *const nets[] = {
        "dense 500 relu dense 300 tanh output",
        "dense 500 batchnorm gelu dropout 0.2 residual scale=0.5 { dense 500 mish } output",
        "dense 500 selu residual { dense 200 silu dense 80 } softplus dropout 0.5 output",
    };
    for (size_t o = 0; gradus_optimizer_name(o) != NULL; o++) {
        const char *text = nets[o % 3], *optimizer = gradus_optimizer_name(o);
        const uint64_t one = trained_digest(1, NULL, text, optimizer);
        assert_int_equal(trained_digest(2, NULL, text, optimizer), one);
        assert_int_equal(trained_digest(3, NULL, text, optimizer), one);
        assert_int_equal(trained_digest(8, NULL, text, optimizer), one);
        if (o < 3)
            assert_int_equal(trained_digest(2, "ref", text, optimizer), one);
        assert_int_not_equal(trained_digest(1, NULL, nets[(o + 1) % 3], optimizer), one);
    }
}

static void rows_are_independent(void **state)
{
    (void)state;
    examples e;
    make_examples(&e, 1);
    gradus_net *net = new_net(NULL, "dense 33 gelu residual { dense 33 relu dropout 0.1 } "
                                    "batchnorm output");
    float all[ROWS], one;
    void *scratch = NULL;
    assert_int_equal(gr_allocate(gr_context_or_default(NULL), gradus_net_scratch(net), 1,
                                 "scratch", &scratch), GRADUS_OK);
    gradus_net_forward(net, e.x, ROWS, all, scratch);
    for (size_t i = 0; i < ROWS; i++) {
        gradus_net_forward(net, e.x + i * INPUTS, 1, &one, scratch);
        assert_memory_equal(&one, &all[i], sizeof one);
    }
    gr_release(gr_context_or_default(NULL), scratch);
    gradus_net_free(net);
}

/* Inference shares memory between layers, training does not: the same loss from both. */
static void forward_agrees_with_the_training_pass(void **state)
{
    (void)state;
    static const char *const nets[] = {
        "dense 7 tanh dense 9 relu dense 7 sigmoid dense 3 gelu output",
        "residual { dense 5 tanh dense 5 } residual { dense 8 relu } output",
        "dense 6 residual { residual { dense 6 silu } dense 6 residual { elu } } output",
        "tanh residual { relu } dense 4 residual scale=0.5 { sigmoid } output",
    };
    for (size_t n = 0; n < sizeof nets / sizeof *nets; n++) {
        examples e;
        float y[ROWS];
        double loss, sum = 0;
        void *scratch = NULL;
        make_examples(&e, 1);
        gradus_net *net = new_net(NULL, nets[n]);
        assert_int_equal(gr_allocate(gr_context_or_default(NULL), gradus_net_scratch(net), 1,
                                     "scratch", &scratch), GRADUS_OK);
        gradus_net_forward(net, e.x, ROWS, y, scratch);
        for (size_t i = 0; i < ROWS; i++)
            sum += ((double)y[i] - e.y[i]) * ((double)y[i] - e.y[i]) / 2 / ROWS;
        assert_int_equal(gradus_net_gradient(net, "mse", &e.set, 1, &loss, NULL, NULL),
                         GRADUS_OK);
        assert_true(fabs(loss - sum) < 1e-6 * loss);
        gr_release(gr_context_or_default(NULL), scratch);
        gradus_net_free(net);
    }
}

/* Many threads may use one net, each with its own scratch. */
typedef struct reader {
    const gradus_net *net;
    const examples *e;
    float y[ROWS];
} reader;

static void *read_often(void *reader_)
{
    reader *r = reader_;
    void *scratch = NULL;
    const gradus_context *context = gr_context_or_default(NULL);
    if (gr_allocate(context, gradus_net_scratch(r->net), 1, "scratch", &scratch) ==
        GRADUS_OK)
        for (int i = 0; i < 50; i++)
            gradus_net_forward(r->net, r->e->x, ROWS, r->y, scratch);
    gr_release(context, scratch);
    return NULL;
}

static void many_threads_share_one_net(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    static reader readers[THREADS];
    examples e;
    pthread_t threads[THREADS];
    make_examples(&e, 1);
    gradus_net *net = new_net(NULL, "residual { dense 20 tanh } batchnorm relu output");
    for (size_t t = 0; t < THREADS; t++) {
        readers[t] = (reader){.net = net, .e = &e};
        assert_int_equal(pthread_create(&threads[t], NULL, read_often, &readers[t]), 0);
    }
    for (size_t t = 0; t < THREADS; t++)
        pthread_join(threads[t], NULL);
    for (size_t t = 1; t < THREADS; t++)
        assert_memory_equal(readers[t].y, readers[0].y, sizeof readers[0].y);
    gradus_net_free(net);
}

/* ---- memory ---- */

static int count_allocations(const gradus_progress *progress, void *user)
{
    uint64_t *counts = user;
    (void)progress;
    if (counts[0] == 0)
        counts[0] = gr_memory_count();
    counts[1] = gr_memory_count();
    return 0;
}

static void a_step_allocates_nothing(void **state)
{
    (void)state;
    static const gradus_draw draws[] = {GRADUS_DRAW_SHUFFLE, GRADUS_DRAW_REPLACE,
                                        GRADUS_DRAW_SUBSET};
    for (size_t d = 0; d < 3; d++) {
        examples e;
        uint64_t counts[2] = {0};
        gradus_fit_options options;
        make_examples(&e, 1);
        gradus_net *net =
            new_net(NULL, "dense 9 batchnorm relu residual { dense 9 tanh } dropout 0.1 "
                          "output");
        gradus_fit_defaults(&options);
        options.epochs = 3;
        options.draw = draws[d];
        options.observer = count_allocations;
        options.user = counts;
        assert_int_equal(gradus_fit(net, &e.set, &e.set, &options, NULL), GRADUS_OK);
        assert_true(counts[0] > 0);
        assert_int_equal(counts[0], counts[1]);
        gradus_net_free(net);
    }
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

/* ---- stopping ---- */

static int keep_least(const gradus_progress *progress, void *user)
{
    double *least = user;
    if (progress->end_of_epoch && progress->valid.loss < *least)
        *least = progress->valid.loss;
    return 0;
}

static void early_stopping_puts_the_best_weights_back(void **state)
{
    double least = INFINITY;
    (void)state;
    examples train, valid;
    gradus_fit_options options;
    gradus_fit_report report;
    double loss;
    make_examples(&train, 1);
    make_examples(&valid, 2);
    train.set.rows = 20; /* few: overfits at once */
    gradus_net *net = new_net(NULL, "dense 64 relu dense 64 relu output");
    gradus_fit_defaults(&options);
    options.epochs = 400;
    options.patience = 15;
    options.learning_rate = 0.01;
    options.observer = keep_least;
    options.user = &least;
    assert_int_equal(gradus_fit(net, &train.set, &valid.set, &options, &report), GRADUS_OK);
    assert_true(report.stopped_early);
    assert_int_equal(report.epochs, report.best_epoch + 15);
    assert_true(report.valid.loss == least);
    assert_int_equal(gradus_net_gradient(net, "mse", &valid.set, 1, &loss, NULL, NULL),
                     GRADUS_OK);
    assert_true(fabs(loss - report.valid.loss) < 1e-12 * loss);
    gradus_net_free(net);
}

static int stop_at_once(const gradus_progress *progress, void *user)
{
    (void)user;
    return progress->epoch >= 1;
}

static void an_observer_stops_the_run(void **state)
{
    (void)state;
    examples e;
    gradus_fit_options options;
    gradus_fit_report report;
    make_examples(&e, 1);
    gradus_net *net = new_net(NULL, "dense 4 relu output");
    gradus_fit_defaults(&options);
    options.observer = stop_at_once;
    assert_int_equal(gradus_fit(net, &e.set, NULL, &options, &report), GRADUS_STOPPED);
    assert_int_equal(report.epochs, 1);
    gradus_net_free(net);
}

static void divergence_is_found_and_finite_weights_kept(void **state)
{
    (void)state;
    examples e;
    gradus_fit_options options;
    make_examples(&e, 1);
    gradus_net *net = new_net(NULL, "dense 8 identity dense 8 identity output");
    gradus_fit_defaults(&options);
    options.optimizer = "sgd";
    options.schedule = "constant";
    options.learning_rate = 1e4;
    assert_int_equal(gradus_fit(net, &e.set, NULL, &options, NULL), GRADUS_DIVERGED);
    assert_non_null(strstr(gradus_error(), "learning rate"));
    assert_non_null(strstr(gradus_error(), "layer"));
    for (size_t i = 0; i < gradus_net_tensors(net); i++) {
        float values[64];
        gradus_tensor tensor;
        gradus_net_tensor(net, i, &tensor);
        gradus_net_get(net, i, values);
        for (size_t j = 0; j < tensor.rows * tensor.columns; j++)
            assert_true(isfinite(values[j]));
    }
    gradus_net_free(net);
}

static void several_starts_keep_the_best(void **state)
{
    (void)state;
    examples e;
    gradus_fit_options options;
    gradus_fit_report one, many;
    make_examples(&e, 1);
    gradus_fit_defaults(&options);
    options.epochs = 10;
    gradus_net *net = new_net(NULL, "dense 3 relu output");
    assert_int_equal(gradus_fit(net, &e.set, &e.set, &options, &one), GRADUS_OK);
    gradus_net_free(net);
    net = new_net(NULL, "dense 3 relu output");
    options.starts = 8;
    assert_int_equal(gradus_fit(net, &e.set, &e.set, &options, &many), GRADUS_OK);
    assert_true(many.valid.loss < one.valid.loss);
    assert_true(many.best_start > 1);
    gradus_net_free(net);
}

/* What comes of several starts on some threads. */
typedef struct outcome {
    gradus_status status;
    gradus_fit_report report;
    uint64_t digest;
    char text[300];
} outcome;

static void run_starts_on(size_t threads, const gradus_fit_options *options, outcome *made)
{
    examples train, valid;
    gradus_context *context;
    gradus_context_options where;
    make_examples(&train, 1);
    make_examples(&valid, 2);
    gradus_context_defaults(&where);
    where.threads = threads;
    where.always_threads = 1;
    assert_int_equal(gradus_context_new(&where, &context), GRADUS_OK);
    gradus_net *net = new_net(context, "dense 8 start=orthogonal identity dense 8 identity "
                                       "output");
    memset(made, 0, sizeof *made);
    made->status = gradus_fit(net, &train.set, &valid.set, options, &made->report);
    made->digest = digest_of(net);
    if (made->status != GRADUS_OK)
        snprintf(made->text, sizeof made->text, "%s", gradus_error());
    gradus_net_free(net);
    gradus_context_free(context);
}

static void assert_starts_agree(const gradus_fit_options *options, outcome *one)
{
    static const size_t threads[] = {2, 3, 8};
    run_starts_on(1, options, one);
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        outcome other;
        run_starts_on(threads[t], options, &other);
        assert_int_equal(other.status, one->status);
        assert_string_equal(other.text, one->text);
        assert_int_equal(other.digest, one->digest);
        assert_memory_equal(&other.report, &one->report, sizeof other.report);
    }
}

static int count_last(const gradus_progress *progress, void *user)
{
    *(size_t *)user += (size_t)progress->last;
    return 0;
}

/* Side by side or one after the other: the same start is the best, with the same bits. */
static void starts_side_by_side_change_no_bit(void **state)
{
    (void)state;
    outcome one;
    gradus_fit_options options;
    size_t finished = 0;
    gradus_fit_defaults(&options);
    options.epochs = 8;
    options.starts = 5;
    options.patience = 2;
    assert_starts_agree(&options, &one);
    assert_int_equal(one.status, GRADUS_OK);

    options.optimizer = "sgd";
    options.schedule = "constant";
    options.learning_rate = 0.75;
    options.observer = count_last;
    options.user = &finished;
    assert_starts_agree(&options, &one);
    assert_int_equal(one.status, GRADUS_OK);
    assert_in_range(finished, 4, 4 * 4); /* 4 times 5 starts, of which some diverge */
    options.observer = NULL;

    options.learning_rate = 1e4;
    assert_starts_agree(&options, &one);
    assert_int_equal(one.status, GRADUS_DIVERGED);
    assert_non_null(strstr(one.text, "layer"));
}

static void of_equal_starts_the_first_is_kept(void **state)
{
    (void)state;
    static const size_t threads[] = {1, 2, 3, 8};
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        examples e;
        gradus_context *context;
        gradus_context_options where;
        gradus_fit_options options;
        gradus_fit_report report;
        make_examples(&e, 1);
        e.set.rows = 1;
        gradus_context_defaults(&where);
        where.threads = threads[t];
        assert_int_equal(gradus_context_new(&where, &context), GRADUS_OK);
        gradus_net *net = new_net(context, "dense 4 start=zeros relu output");
        gradus_fit_defaults(&options);
        options.epochs = 3;
        options.starts = 9;
        assert_int_equal(gradus_fit(net, &e.set, &e.set, &options, &report), GRADUS_OK);
        assert_int_equal(report.best_start, 1);
        assert_int_equal(report.steps, 27);
        gradus_net_free(net);
        gradus_context_free(context);
    }
}

/* The observer is never asked again once it has said stop, not even by another start. */
typedef struct stopping {
    size_t calls, most;
    size_t starts; /* largest number of a start */
} stopping;

static int stop_after(const gradus_progress *progress, void *user)
{
    stopping *s = user;
    s->calls++;
    if (progress->start > s->starts)
        s->starts = progress->start;
    return s->calls >= s->most;
}

static void a_stop_reaches_every_start(void **state)
{
    (void)state;
    static const size_t threads[] = {1, 2, 3, 8};
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        outcome made;
        gradus_fit_options options;
        stopping s = {.most = 100};
        gradus_fit_defaults(&options);
        options.starts = 20;
        options.epochs = 1000;
        options.observer = stop_after;
        options.user = &s;
        run_starts_on(threads[t], &options, &made);
        assert_int_equal(made.status, GRADUS_STOPPED);
        assert_string_equal(made.text, "training: stopped on request");
        assert_int_equal(s.calls, s.most);
        assert_in_range(s.starts, 1, threads[t]);
    }
}

static void bad_settings_are_refused(void **state)
{
    (void)state;
    examples e;
    gradus_fit_options options;
    make_examples(&e, 1);
    gradus_net *net = new_net(NULL, "dense 3 relu output");
#define REFUSED(change, part)                                                             \
    gradus_fit_defaults(&options);                                                        \
    change;                                                                               \
    assert_int_equal(gradus_fit(net, &e.set, NULL, &options, NULL), GRADUS_ARGUMENT);     \
    assert_non_null(strstr(gradus_error(), part))
    REFUSED(options.optimizer = "adan", "did you mean \"adam\"");
    REFUSED(options.schedule = "cosin", "did you mean \"cosine\"");
    REFUSED(options.loss = "mze", "did you mean \"mse\"");
    REFUSED(options.learning_rate = -1, "learning-rate");
    REFUSED(options.beta2 = 1, "beta2");
    REFUSED(options.momentum = -0.1, "momentum");
    REFUSED(options.epochs = 0, "epochs");
    REFUSED(options.warmup = 1, "warmup");
    REFUSED(options.delta = 0, "delta");
    REFUSED(options.label_smoothing = 1, "label-smoothing");
    gradus_net_free(net);
    net = new_net(NULL, "dense 3 heaviside output");
    gradus_fit_defaults(&options);
    assert_int_equal(gradus_fit(net, &e.set, NULL, &options, NULL), GRADUS_ARGUMENT);
    assert_non_null(strstr(gradus_error(), "heaviside"));
    gradus_net_free(net);
    net = new_net(NULL, "dense 3 batchnorm relu output");
    options.batch = 1;
    assert_int_equal(gradus_fit(net, &e.set, NULL, &options, NULL), GRADUS_ARGUMENT);
    assert_non_null(strstr(gradus_error(), "batch norm"));
    gradus_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_and_instruction_sets_change_no_bit),
        cmocka_unit_test(rows_are_independent),
        cmocka_unit_test(forward_agrees_with_the_training_pass),
        cmocka_unit_test(many_threads_share_one_net),
        cmocka_unit_test(a_step_allocates_nothing),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(early_stopping_puts_the_best_weights_back),
        cmocka_unit_test(an_observer_stops_the_run),
        cmocka_unit_test(divergence_is_found_and_finite_weights_kept),
        cmocka_unit_test(several_starts_keep_the_best),
        cmocka_unit_test(starts_side_by_side_change_no_bit),
        cmocka_unit_test(of_equal_starts_the_first_is_kept),
        cmocka_unit_test(a_stop_reaches_every_start),
        cmocka_unit_test(bad_settings_are_refused),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
