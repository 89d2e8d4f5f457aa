/*
 * cli/lab_cost.c - what a gradient costs, beside a forward pass and beside differences
 *
 * The forward pass is gradus_net_forward() of the batch, which is what a prediction costs;
 * the gradient a step of gradus_fit() on it: forward, loss, backward, plain descent. Behind
 * each step stands a forward pass, on the one thread, so that both of a pair see the same
 * machine; the median of the pairs' ratios is told. Differences are in cli/lab_differences.c.
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

enum { SHAPES = 3 };

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

/* ---- the two times, in pairs ---- */

typedef struct cost_watch {
    const cost_case *c;
    size_t pairs, max;
    double *gradient, *forward, *ratio; /* [most] seconds, seconds and their ratio */
    void *y, *scratch;          /* of a forward pass */
    double mark;                /* when the step began */
} cost_watch;

/* After a step, a forward pass of a batch. The first step of an epoch is not counted: it waits
 * for the order of the rows. */
static int observe(const gradus_progress *at, void *user)
{
    cost_watch *w = user;
    const cost_case *c = w->c;
    const size_t batch = c->rows * c->inputs * cost_size(c);
    const double stepped = progress_clock();

    if (at->end_of_epoch)
        return stop_wanted();
    gradus_net_forward(at->net, (const char *)c->x + (at->step - 1) * batch, c->rows, w->y,
                       w->scratch);
    const double passed = progress_clock();
    if (at->step > 1 && w->pairs < w->max) {
        w->gradient[w->pairs] = stepped - w->mark;
        w->forward[w->pairs] = passed - stepped;
        w->ratio[w->pairs] = w->gradient[w->pairs] / w->forward[w->pairs];
        w->pairs++;
    }
    w->mark = passed;
    return stop_wanted();
}

/* So small a rate moves nothing that could change a time. */
static gradus_status take_pairs(cost_watch *w)
{
    const cost_case *c = w->c;
    const gradus_set set = {.rows = c->batches * c->rows, .x = c->x, .y = c->y};
    gradus_fit_options options = lab_fit_options("mse", 1e-9, w->max / (c->batches - 1));
    gradus_status status;

    options.batch = c->rows;
    options.observer = observe;
    options.user = w;
    status = gradus_fit(c->net, &set, NULL, &options, NULL);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

/* Medians. */
static gradus_status measure(const cost_case *c, cost_times *times)
{
    cost_watch w = {.c = c, .max = c->pairs};
    gradus_status status;

    w.gradient = calloc(3 * w.max, sizeof *w.gradient);
    w.forward = w.gradient + w.max;
    w.ratio = w.forward + w.max;
    w.y = malloc(c->rows * c->outputs * cost_size(c));
    w.scratch = aligned_alloc(64, (gradus_net_scratch(c->net) + 63) / 64 * 64);
    if (w.gradient && w.y && w.scratch)
        status = take_pairs(&w);
    else
        status = fail(GRADUS_MEMORY, "out of memory: a batch");
    if (status == GRADUS_OK) {
        times->upper = bench_quantile(w.gradient, w.pairs, 0.5);
        times->lower = bench_quantile(w.forward, w.pairs, 0.5);
        times->ratio = bench_quantile(w.ratio, w.pairs, 0.5);
    }
    free(w.scratch);
    free(w.y);
    free(w.gradient);
    return status;
}

/* ---- table and picture ---- */

static const cost_case shapes[SHAPES] = {
    {.layers = "1024-1024-1024-1024-10", .inputs = 1024, .outputs = 10, .rows = 256,
     .batches = 9, .pairs = 32, .text = "repeat 3 { dense 1024 relu } output"},
    {.layers = "784-512-512-10", .inputs = 784, .outputs = 10, .rows = 128,
     .batches = 33, .pairs = 320, .text = "repeat 2 { dense 512 relu } output"},
    {.layers = "13-64-64-1", .inputs = 13, .outputs = 1, .rows = 256,
     .batches = 101, .pairs = 5000, .text = "repeat 2 { dense 64 relu } output"}};

static void say(cli_report *report, const cost_case *c, const cost_times *times)
{
    const double r = c->about.gradient_cost;

    report_row(report, "%-23s%6zu%10.1f us%10.1f us%9s%9s%+6.0f %%", c->layers, c->rows,
               1e6 * times->upper, 1e6 * times->lower, text_number(times->ratio, 3),
               text_number(r, 3), 100 * (times->ratio / r - 1));
    report_object(report, NULL);
    report_string(report, "network", c->layers, NULL);
    report_count(report, "rows", c->rows, NULL);
    report_count(report, "parameters", c->about.parameters, NULL);
    report_number(report, "gradient_cost", r, 0, NULL);
    report_object(report, "t");
    report_number(report, "gradient_s", times->upper, 0, NULL);
    report_number(report, "forward_s", times->lower, 0, NULL);
    report_number(report, "ratio", times->ratio, 0, NULL);
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
    chart->y.min = 0;
    chart_series *measured = chart_series_add(chart, CHART_POINTS, "measured");
    chart_series *counted = chart_series_add(chart, CHART_LINE, "r");
    report_row(&lab->report, "%-23s%6s%13s%13s%9s%9s", "network", "rows", "gradient",
               "forward", "ratio", "r");
    report_array(&lab->report, "gradients");
    for (size_t i = 0; i < SHAPES && status == GRADUS_OK; i++) {
        cost_case c = shapes[i];
        cost_times times;
        status = cost_open(context, &c);
        if (status == GRADUS_OK)
            status = measure(&c, &times);
        cost_close(&c);
        if (status != GRADUS_OK)
            return status;
        say(&lab->report, &c, &times);
        series_point(measured, (double)i, times.ratio);
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
