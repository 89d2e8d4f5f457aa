/*
 * cli/bench_work.c - training and prediction, and the time they take
 *
 * Training is gradus_fit(); a run has so many epochs that its opening does not count, but
 * takes a second at most, as a small network's is not asked to stop before it ends.
 * Prediction is gradus_net_predict(), row by row gradus_net_forward(). Each run works on a copy
 * of the network: every repetition does the same arithmetic, and one thread and all find their
 * networks in the same place, which for the smallest is 2 % of the time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench_work.h"

#include <math.h>

#include "message.h"
#include "progress.h"
#include "stop.h"

enum { MOST_PASSES = 1000000000 };

static const double longest_run = 1;

/* Small enough that no shape diverges; the time does not depend on it. */
static const double learning_rate = 1e-4;

/* Asked before every step that takes so many operations, next to which asking is free. */
static const double long_step = 1e6;

static int observe_stop(const gradus_progress *at, void *user)
{
    (void)at;
    (void)user;
    return stop_wanted();
}

static gradus_status train(const bench_work *work, gradus_net *net, double *seconds)
{
    const bench_subject *subject = work->subject;
    const double step = (double)subject->batch * bench_operations(&subject->shape, true);
    gradus_fit_options options;
    gradus_status status;

    gradus_fit_defaults(&options);
    options.loss = subject->shape.loss;
    options.optimizer = subject->machine->settings->train.fit.optimizer;
    options.learning_rate = learning_rate;
    options.schedule = "constant";
    options.batch = subject->batch;
    options.epochs = work->passes;
    options.observer = step >= long_step ? observe_stop : NULL;
    *seconds = progress_clock();
    status = gradus_fit(net, &subject->set, NULL, &options, NULL);
    *seconds = progress_clock() - *seconds;
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

static void predict_row_by_row(const bench_subject *subject, const gradus_net *net)
{
    const size_t size = bench_number_size(subject);
    const size_t x_row = bench_inputs(&subject->shape) * size;
    const size_t y_row = bench_outputs(&subject->shape) * size;

    for (size_t i = 0; i < subject->rows; i++)
        gradus_net_forward(net, (const char *)subject->x + i * x_row, 1,
                           (char *)subject->prediction + i * y_row, subject->scratch);
}

static gradus_status predict(const bench_work *work, const gradus_net *net, double *seconds)
{
    const bench_subject *subject = work->subject;
    gradus_status status = GRADUS_OK;

    *seconds = progress_clock();
    for (size_t i = 0; i < work->passes && status == GRADUS_OK; i++) {
        if (stop_wanted())
            return fail(GRADUS_STOPPED, "bench: stopped on request");
        if (subject->shape.row_by_row)
            predict_row_by_row(subject, net);
        else
            status = gradus_net_predict(net, subject->x, subject->rows, subject->prediction);
    }
    *seconds = progress_clock() - *seconds;
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

static gradus_status run(const bench_work *work, double *seconds)
{
    gradus_net *net;
    gradus_status status;

    if (stop_wanted())
        return fail(GRADUS_STOPPED, "bench: stopped on request");
    status = gradus_net_copy(work->subject->net[work->team], &net);
    if (status != GRADUS_OK)
        return fail_library(status);
    status = work->train ? train(work, net, seconds) : predict(work, net, seconds);
    gradus_net_free(net);
    return status;
}

gradus_status bench_work_fit(bench_work *work, double seconds)
{
    double took = 0;

    work->runs = (size_t)ceil(seconds / longest_run);
    seconds /= (double)work->runs;
    /* A try of an eighth of the time says how many are needed, and warms the caches. */
    for (work->passes = 1;; work->passes *= took > seconds / 64 ? 8 : 64) {
        gradus_status status = run(work, &took);
        if (status != GRADUS_OK)
            return status;
        if (took >= seconds / 8 || work->passes > MOST_PASSES / 64)
            break;
    }
    took /= (double)work->passes;
    work->passes = took * MOST_PASSES < seconds ? MOST_PASSES : (size_t)ceil(seconds / took);
    return GRADUS_OK;
}

gradus_status bench_work_time(const bench_work *work, double *seconds)
{
    double sum = 0, took = 0;
    gradus_status status = GRADUS_OK;

    for (size_t i = 0; i < work->runs && status == GRADUS_OK; i++) {
        status = run(work, &took);
        sum += took;
    }
    *seconds = sum / bench_work_rows(work);
    return status;
}

double bench_work_rows(const bench_work *work)
{
    return (double)work->runs * (double)work->passes * (double)work->subject->rows;
}

size_t bench_work_threads(const bench_work *work)
{
    return work->team == TEAM_ONE ? 1 : work->subject->machine->threads;
}

gradus_status bench_work_peak(const bench_work *work, double *flops)
{
    const bench_machine *machine = work->subject->machine;
    gradus_status status = gradus_peak(machine->context[work->team],
                                       machine->precision == GRADUS_FLOAT64, flops);

    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}
