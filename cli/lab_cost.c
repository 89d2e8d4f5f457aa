/*
 * cli/lab_cost.c - what a gradient costs, beside a forward pass and beside differences
 *
 * The forward pass is gradus_net_forward() of the batch, which is what a prediction costs;
 * the gradient a step of gradus_fit() on it: forward, loss, backward, plain descent. Both go
 * through the same batches, on one thread and in turns, so that both see the same machine;
 * the medians are compared. Steps are timed within an epoch: what an epoch costs beside them,
 * such as a fresh order, is left out. Differences are in cli/lab_differences.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "bench_meter.h"
#include "lab_cost.h"
#include "message.h"
#include "progress.h"
#include "stop.h"
#include "text.h"

enum { TURNS = 9, SHAPES = 3 };

/* ---- a network and its examples ---- */

size_t cost_size(const cost_case *c)
{
    return c->precision == GRADUS_FLOAT64 ? sizeof(double) : sizeof(float);
}

/* Between -1 and 1, the same on every machine. */
static void fill(const cost_case *c, void *values, size_t count)
{
    uint64_t state = 1;

    for (size_t i = 0; i < count; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const double value = (double)(state >> 40) / (1 << 23) - 1;
        if (c->precision == GRADUS_FLOAT64)
            ((double *)values)[i] = value;
        else
            ((float *)values)[i] = (float)value;
    }
}

gradus_status cost_open(const gradus_context *context, cost_case *c)
{
    const size_t rows = c->batches * c->rows;
    const gradus_status status = gradus_net_new(context, c->text, c->inputs, c->outputs,
                                                c->precision, 1, &c->net);

    if (status != GRADUS_OK)
        return fail_library(status);
    gradus_net_describe(c->net, &c->about);
    c->x = malloc(rows * c->inputs * cost_size(c));
    c->y = malloc(rows * c->outputs * cost_size(c));
    if (!c->x || !c->y)
        return fail(GRADUS_MEMORY, "out of memory: %zu rows", rows);
    fill(c, c->x, rows * c->inputs);
    fill(c, c->y, rows * c->outputs);
    return GRADUS_OK;
}

void cost_close(cost_case *c)
{
    free(c->y);
    free(c->x);
    gradus_net_free(c->net);
}

/* ---- the two times ---- */

typedef struct cost_clock {
    double first, last; /* ends of the first and of the last step */
} cost_clock;

static int observe(const gradus_progress *at, void *user)
{
    cost_clock *clock = user;

    if (!at->end_of_epoch && at->step == 1)
        clock->first = progress_clock();
    if (!at->end_of_epoch && at->step == at->steps)
        clock->last = progress_clock();
    return stop_wanted();
}

/* Seconds of a step; so small a rate moves nothing that could change its time. */
static gradus_status time_gradient(const cost_case *c, double *seconds)
{
    const gradus_set set = {.rows = c->batches * c->rows, .x = c->x, .y = c->y};
    gradus_fit_options options = lab_fit_options("mse", 1e-9, 1);
    cost_clock clock = {0, 0};
    gradus_status status;

    options.batch = c->rows;
    options.observer = observe;
    options.user = &clock;
    status = gradus_fit(c->net, &set, NULL, &options, NULL);
    *seconds = (clock.last - clock.first) / (double)(c->batches - 1);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

static void time_forward(const cost_case *c, void *y, void *scratch, double *seconds)
{
    const size_t batch = c->rows * c->inputs * cost_size(c);
    const double start = progress_clock();

    for (size_t k = 0; k < c->batches; k++)
        gradus_net_forward(c->net, (const char *)c->x + k * batch, c->rows, y, scratch);
    *seconds = (progress_clock() - start) / (double)c->batches;
}

/* Medians of both. */
static gradus_status take_turns(const cost_case *c, double *gradient, double *forward)
{
    double gradients[TURNS], forwards[TURNS];
    void *y = malloc(c->rows * c->outputs * cost_size(c));
    void *scratch = aligned_alloc(64, (gradus_net_scratch(c->net) + 63) / 64 * 64);
    gradus_status status = y && scratch ? GRADUS_OK
                                        : fail(GRADUS_MEMORY, "out of memory: a batch");

    for (size_t i = 0; i < TURNS && status == GRADUS_OK; i++) {
        status = time_gradient(c, &gradients[i]);
        time_forward(c, y, scratch, &forwards[i]);
        if (status == GRADUS_OK)
            status = lab_stopped();
    }
    free(scratch);
    free(y);
    if (status != GRADUS_OK)
        return status;
    *gradient = bench_quantile(gradients, TURNS, 0.5);
    *forward = bench_quantile(forwards, TURNS, 0.5);
    return GRADUS_OK;
}

/* ---- table and picture ---- */

static const cost_case shapes[SHAPES] = {
    {.layers = "1024-1024-1024-1024-10", .inputs = 1024, .outputs = 10, .rows = 256,
     .batches = 8, .text = "repeat 3 { dense 1024 relu } output"},
    {.layers = "784-512-512-10", .inputs = 784, .outputs = 10, .rows = 128,
     .batches = 32, .text = "repeat 2 { dense 512 relu } output"},
    {.layers = "13-64-64-1", .inputs = 13, .outputs = 1, .rows = 256,
     .batches = 128, .text = "repeat 2 { dense 64 relu } output"}};

static void say(cli_report *report, const cost_case *c, double gradient, double forward)
{
    const double r = c->about.gradient_cost, ratio = gradient / forward;

    report_row(report, "%-23s%6zu%10.1f us%10.1f us%9s%9s%+6.0f %%", c->layers, c->rows,
               1e6 * gradient, 1e6 * forward, text_number(ratio, 3), text_number(r, 3),
               100 * (ratio / r - 1));
    report_object(report, NULL);
    report_string(report, "network", c->layers, NULL);
    report_count(report, "rows", c->rows, NULL);
    report_count(report, "parameters", c->about.parameters, NULL);
    report_number(report, "gradient_cost", r, 0, NULL);
    report_object(report, "t");
    report_number(report, "gradient_s", gradient, 0, NULL);
    report_number(report, "forward_s", forward, 0, NULL);
    report_number(report, "ratio", ratio, 0, NULL);
    report_close(report);
    report_close(report);
}

static gradus_status cost_gradients(cli_lab *lab, const gradus_context *context)
{
    static const char *const names[SHAPES] = {"wide", "mnist512", "table"};
    gradus_status status = GRADUS_OK;
    cli_chart *chart = figure_chart(&lab->figure, "Gradient over forward pass");

    chart_axes(chart, "network", "1", "ratio of times", "1");
    chart_names(chart, &chart->x, names, SHAPES);
    chart->y.least = 0;
    chart_series *measured = chart_series_add(chart, CHART_POINTS, "measured");
    chart_series *counted = chart_series_add(chart, CHART_LINE, "r");
    report_row(&lab->report, "%-23s%6s%13s%13s%9s%9s", "network", "rows", "gradient",
               "forward", "ratio", "r");
    report_array(&lab->report, "gradients");
    for (size_t i = 0; i < SHAPES && status == GRADUS_OK; i++) {
        cost_case c = shapes[i];
        double gradient, forward;
        status = cost_open(context, &c);
        if (status == GRADUS_OK)
            status = take_turns(&c, &gradient, &forward);
        cost_close(&c);
        if (status != GRADUS_OK)
            return status;
        say(&lab->report, &c, gradient, forward);
        series_point(measured, (double)i, gradient / forward);
        series_point(counted, (double)i, c.about.gradient_cost);
    }
    report_close(&lab->report);
    return status;
}

gradus_status lab_cost(cli_lab *lab)
{
    gradus_context_options options = lab->settings->context;
    gradus_context *context;
    gradus_status status;

    options.threads = 1;
    status = gradus_context_new(&options, &context);
    if (status != GRADUS_OK)
        return fail_library(status);
    figure_start(&lab->figure, "What a gradient costs",
                 "Times of a gradient, of a forward pass and of central differences by every "
                 "weight, on the same batch and one thread, beside the multiply-adds counted.");
    status = cost_gradients(lab, context);
    gradus_context_free(context);
    return status == GRADUS_OK ? cost_differences(lab) : status;
}
