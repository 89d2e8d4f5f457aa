/*
 * tests/unit/test_starts.c - several starts: the best is kept, side by side or not
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <stdio.h>
#include <string.h>

#include "contexts.h"
#include "examples.h"

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
    gradus_context *context = new_context(threads, NULL);
    make_examples(&train, 1);
    make_examples(&valid, 2);
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
    size_t calls, max;
    size_t starts; /* largest number of a start */
} stopping;

static int stop_after(const gradus_progress *progress, void *user)
{
    stopping *s = user;
    s->calls++;
    if (progress->start > s->starts)
        s->starts = progress->start;
    return s->calls >= s->max;
}

static void a_stop_reaches_every_start(void **state)
{
    (void)state;
    static const size_t threads[] = {1, 2, 3, 8};
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        outcome made;
        gradus_fit_options options;
        stopping s = {.max = 100};
        gradus_fit_defaults(&options);
        options.starts = 20;
        options.epochs = 1000;
        options.observer = stop_after;
        options.user = &s;
        run_starts_on(threads[t], &options, &made);
        assert_int_equal(made.status, GRADUS_STOPPED);
        assert_string_equal(made.text, "training: stopped on request");
        assert_int_equal(s.calls, s.max);
        assert_in_range(s.starts, 1, threads[t]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_starts_keep_the_best),
        cmocka_unit_test(starts_side_by_side_change_no_bit),
        cmocka_unit_test(of_equal_starts_the_first_is_kept),
        cmocka_unit_test(a_stop_reaches_every_start),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
