/*
 * tests/unit/test_fit.c - training: bits, stopping, and what it learns
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <stdio.h>
#include <pthread.h>
#include <string.h>

#include "base/cpu.h"
#include "base/memory.h"
#include "contexts.h"
#include "examples.h"

/* ---- the same bits ---- */

static uint64_t trained_by(size_t threads, const char *cpu, const char *text,
                           const char *optimizer, double clip)
{
    examples train, valid;
    gradus_context *context = new_context(threads, cpu);
    gradus_fit_options options;
    make_examples(&train, 1);
    make_examples(&valid, 2);
    gradus_net *net = new_net(context, text);
    gradus_fit_defaults(&options);
    options.epochs = 1;
    options.batch = 128;
    options.clip = clip;
    options.optimizer = optimizer;
    options.learning_rate = 0.01;
    assert_int_equal(gradus_fit(net, &train.set, &valid.set, &options, NULL), GRADUS_OK);
    const uint64_t digest = digest_of(net);
    gradus_net_free(net);
    gradus_context_free(context);
    return digest;
}

static uint64_t trained_digest(size_t threads, const char *cpu, const char *text,
                               const char *optimizer)
{
    return trained_by(threads, cpu, text, optimizer, 0.5);
}

/* Without a norm to clip, weights step while others' gradients are computed: here those of 1
 * MiB, which BP2 reads as they stand. */
static void steps_within_the_pass_change_no_bit(void **state)
{
    (void)state;
    static const char *const optimizers[] = {"sgd", "adam"};
    const char *text = "dense 520 relu dense 520 relu dense 520 tanh output";
    for (size_t o = 0; o < 2; o++) {
        const uint64_t one = trained_by(1, NULL, text, optimizers[o], 0);
        for (size_t threads = 2; threads <= 3; threads++)
            assert_int_equal(trained_by(threads, NULL, text, optimizers[o], 0), one);
        assert_int_equal(trained_by(2, "ref", text, optimizers[o], 0), one);
    }
}

/* Wide enough for products, activations and batch norm to be parted among threads. */
static void threads_and_instruction_sets_change_no_bit(void **state)
{
    (void)state;
    static const char *const nets[] = {
        "dense 500 relu dense 300 tanh output",
        "dense 500 batchnorm gelu dropout 0.2 residual scale=0.5 { dense 500 mish } output",
        "dense 500 selu residual { dense 200 silu dense 80 } softplus dropout 0.5 output",
        "dense 520 relu dense 520 relu residual { dense 520 tanh } output", /* large W */
    };
    for (size_t o = 0; gradus_optimizer_name(o) != NULL; o++) {
        const char *text = nets[o % 4], *optimizer = gradus_optimizer_name(o);
        const uint64_t one = trained_digest(1, NULL, text, optimizer);
        assert_int_equal(trained_digest(2, NULL, text, optimizer), one);
        assert_int_equal(trained_digest(3, NULL, text, optimizer), one);
        assert_int_equal(trained_digest(8, NULL, text, optimizer), one);
        for (gr_cpu cpu = GR_CPU_REF; o < 4 && cpu <= gr_cpu_best(); cpu++)
            assert_int_equal(trained_digest(2, gr_cpu_name(cpu), text, optimizer), one);
        assert_int_not_equal(trained_digest(1, NULL, nets[(o + 1) % 4], optimizer), one);
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
    gradus_fit_report report;
    assert_int_equal(gradus_fit(net, &e.set, NULL, &options, &report), GRADUS_DIVERGED);
    assert_non_null(strstr(gradus_error(), "learning rate"));
    assert_non_null(strstr(gradus_error(), "layer"));
    char where[64];
    snprintf(where, sizeof where, "epoch %zu, step %zu: layer %zu ", report.epochs + 1,
             report.diverged_step, report.diverged_layer);
    assert_non_null(strstr(gradus_error(), where));
    assert_true(report.diverged_step > 0 && report.diverged_layer > 0);
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

/* The loss of such rows is finite: a batch is scaled by its own variance. */
static void a_variance_beyond_single_precision_is_divergence(void **state)
{
    (void)state;
    examples e;
    gradus_fit_options options;
    gradus_fit_report report;
    make_examples(&e, 1);
    for (size_t i = 0; i < ROWS * INPUTS; i++)
        e.x[i] *= 1e25F;
    gradus_net *net = new_net(NULL, "batchnorm dense 8 tanh output");
    gradus_fit_defaults(&options);
    assert_int_equal(gradus_fit(net, &e.set, NULL, &options, &report), GRADUS_DIVERGED);
    assert_non_null(strstr(gradus_error(), "layer 1 (batchnorm) has a mean or a variance"));
    assert_int_equal(report.diverged_layer, 1);
    gradus_net_free(net);
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
        cmocka_unit_test(steps_within_the_pass_change_no_bit),
        cmocka_unit_test(rows_are_independent),
        cmocka_unit_test(forward_agrees_with_the_training_pass),
        cmocka_unit_test(many_threads_share_one_net),
        cmocka_unit_test(early_stopping_puts_the_best_weights_back),
        cmocka_unit_test(an_observer_stops_the_run),
        cmocka_unit_test(divergence_is_found_and_finite_weights_kept),
        cmocka_unit_test(a_variance_beyond_single_precision_is_divergence),
        cmocka_unit_test(bad_settings_are_refused),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
