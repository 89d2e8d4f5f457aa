/*
 * cli/lab_cost.c - what a gradient costs, beside a forward pass and beside differences
 *
 * The forward pass is gradus_net_forward() of the batch, which is what a prediction costs;
 * the gradient a step of gradus_fit() on it: forward, loss, backward, plain descent. Both go
 * through the same eight batches, on one thread and in turns, so that both see the same
 * machine; the medians are compared. Central differences
 *
 *     (loss(w + h) - loss(w - h)) / 2h
 *
 * are taken for each weight, in double precision, and are compared with the gradient.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench_meter.h"
#include "lab.h"
#include "message.h"
#include "progress.h"
#include "stop.h"
#include "text.h"

enum { TURNS = 15, SHAPES = 3, SMALL = 4, MOST_EPOCHS = 20000, BATCHES = 8 };

/* Seconds that a turn takes of each of the two. */
static const double turn = 0.04;

typedef struct cost_case {
    const char *layers, *text;
    size_t inputs, outputs, rows;
    gradus_precision precision;
    bool differences;
    gradus_net_about about;
    gradus_net *net;
    void *x, *y, *answer, *scratch;
    size_t epochs, passes;      /* of a turn, through all batches */
    double gradient[TURNS], forward[TURNS], difference[TURNS]; /* seconds */
    double error;               /* of the differences' gradient, as a share of its norm */
} cost_case;

typedef struct cost_clock {
    double first, last;         /* ends of the first and of the last epoch */
} cost_clock;

/* ---- numbers of either precision ---- */

static size_t size_of(const cost_case *c)
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

static void close_case(cost_case *c)
{
    free(c->scratch);
    free(c->answer);
    free(c->y);
    free(c->x);
    gradus_net_free(c->net);
}

static gradus_status open_case(const gradus_context *context, cost_case *c)
{
    const size_t size = size_of(c);
    gradus_status status = gradus_net_new(context, c->text, c->inputs, c->outputs,
                                          c->precision, 1, &c->net);

    if (status != GRADUS_OK)
        return fail_library(status);
    gradus_net_describe(c->net, &c->about);
    c->x = malloc(BATCHES * c->rows * c->inputs * size);
    c->y = malloc(BATCHES * c->rows * c->outputs * size);
    c->answer = malloc(c->rows * c->outputs * size);
    c->scratch = aligned_alloc(64, (gradus_net_scratch(c->net) + 63) / 64 * 64);
    if (!c->x || !c->y || !c->answer || !c->scratch)
        return fail(GRADUS_MEMORY, "out of memory: %zu rows", c->rows);
    fill(c, c->x, BATCHES * c->rows * c->inputs);
    fill(c, c->y, BATCHES * c->rows * c->outputs);
    return GRADUS_OK;
}

/* ---- the three times ---- */

static int observe(const gradus_progress *at, void *user)
{
    cost_clock *clock = user;

    if (at->end_of_epoch) {
        clock->last = progress_clock();
        clock->first = at->epoch == 1 ? clock->last : clock->first;
    }
    return stop_wanted();
}

/* Seconds of a step; so small a rate moves nothing that could change its time. */
static gradus_status time_gradient(const cost_case *c, size_t epochs, double *seconds)
{
    const gradus_set set = {.rows = BATCHES * c->rows, .x = c->x, .y = c->y};
    gradus_fit_options options = lab_fit_options("mse", 1e-9, epochs + 1);
    cost_clock clock = {0, 0};
    gradus_status status;

    options.batch = c->rows;
    options.observer = observe;
    options.user = &clock;
    status = gradus_fit(c->net, &set, NULL, &options, NULL);
    *seconds = (clock.last - clock.first) / (double)(BATCHES * epochs);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

static void time_forward(const cost_case *c, size_t passes, double *seconds)
{
    const size_t batch = c->rows * c->inputs * size_of(c);
    const double start = progress_clock();

    for (size_t i = 0; i < passes; i++)
        for (size_t k = 0; k < BATCHES; k++)
            gradus_net_forward(c->net, (const char *)c->x + k * batch, c->rows, c->answer,
                               c->scratch);
    *seconds = (progress_clock() - start) / (double)(BATCHES * passes);
}

static double loss_of(const cost_case *c)
{
    const double *answer = c->answer, *y = c->y;
    double sum = 0;

    gradus_net_forward(c->net, c->x, c->rows, c->answer, c->scratch);
    for (size_t i = 0; i < c->rows * c->outputs; i++)
        sum += (answer[i] - y[i]) * (answer[i] - y[i]);
    return sum / 2 / (double)c->rows;
}

/* The derivative by each of a tensor's weights. */
static void differ_tensor(const cost_case *c, size_t index, size_t count, double *weight,
                          double *slope)
{
    const double h = 0x1p-17;

    gradus_net_get(c->net, index, weight);
    for (size_t i = 0; i < count; i++) {
        const double w = weight[i];
        weight[i] = w + h;
        gradus_net_set(c->net, index, weight);
        const double above = loss_of(c);
        weight[i] = w - h;
        gradus_net_set(c->net, index, weight);
        slope[i] = (above - loss_of(c)) / (2 * h);
        weight[i] = w;
    }
    gradus_net_set(c->net, index, weight);
}

static void differ(const cost_case *c, double *weight, double *slope, double *seconds)
{
    const double start = progress_clock();

    for (size_t i = 0; i < gradus_net_tensors(c->net); i++) {
        gradus_tensor tensor;
        gradus_net_tensor(c->net, i, &tensor);
        differ_tensor(c, i, tensor.rows * tensor.columns, weight, slope);
        slope += tensor.rows * tensor.columns;
    }
    *seconds = progress_clock() - start;
}

/* How far the last differences are from backpropagation. */
static gradus_status compare(cost_case *c, const double *slope, double *gradient)
{
    const gradus_set set = {.rows = c->rows, .x = c->x, .y = c->y};
    double loss, off = 0, norm = 0;
    const gradus_status status = gradus_net_gradient(c->net, "mse", &set, 1, &loss, gradient,
                                                     NULL);

    for (size_t i = 0; i < c->about.parameters; i++) {
        off += (slope[i] - gradient[i]) * (slope[i] - gradient[i]);
        norm += gradient[i] * gradient[i];
    }
    c->error = sqrt(off / norm);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

/* ---- turns ---- */

static size_t rounds_in(double seconds)
{
    return (size_t)fmin(fmax(turn / (BATCHES * seconds), 1), MOST_EPOCHS);
}

static gradus_status take_turns(cost_case *c, double *weight, double *slope)
{
    gradus_status status = time_gradient(c, 2, &c->gradient[0]);

    time_forward(c, 2, &c->forward[0]);
    c->epochs = rounds_in(c->gradient[0]);
    c->passes = rounds_in(c->forward[0]);
    for (size_t i = 0; i < TURNS && status == GRADUS_OK; i++) {
        status = time_gradient(c, c->epochs, &c->gradient[i]);
        if (c->differences)
            differ(c, weight, slope, &c->difference[i]);
        else
            time_forward(c, c->passes, &c->forward[i]);
        if (status == GRADUS_OK)
            status = lab_stopped();
    }
    return status;
}

static gradus_status measure(const gradus_context *context, cost_case *c)
{
    gradus_status status = open_case(context, c);
    const size_t room = c->differences ? c->about.parameters : 1;
    double *weight = malloc(room * sizeof *weight), *slope = malloc(room * sizeof *slope);

    if (status == GRADUS_OK && (!weight || !slope))
        status = fail(GRADUS_MEMORY, "out of memory: %zu weights", room);
    if (status == GRADUS_OK)
        status = take_turns(c, weight, slope);
    if (status == GRADUS_OK && c->differences)
        status = compare(c, slope, weight);
    free(slope);
    free(weight);
    close_case(c);
    return status;
}

/* ---- table and picture ---- */

static void say_head(cli_report *report, bool differences)
{
    if (differences)
        report_row(report, "%s", "");
    report_row(report, "%-23s%6s%13s%13s%9s%9s", "network", "rows",
               differences ? "differences" : "gradient", differences ? "gradient" : "forward",
               "ratio", differences ? "2P/r" : "r");
    report_array(report, differences ? "differences" : "gradients");
}

static void say(cli_report *report, cost_case *c, chart_series *measured,
                chart_series *counted)
{
    const double gradient = bench_quantile(c->gradient, TURNS, 0.5);
    const double other = bench_quantile(c->differences ? c->difference : c->forward, TURNS,
                                        0.5);
    const double r = c->about.gradient_cost;
    const double theory = c->differences ? 2 * (double)c->about.parameters / r : r;
    const double ratio = c->differences ? other / gradient : gradient / other;

    report_row(report, "%-23s%6zu%10.1f us%10.1f us%9s%9s%+6.0f %%", c->layers, c->rows,
               1e6 * (c->differences ? other : gradient),
               1e6 * (c->differences ? gradient : other), text_number(ratio, 3),
               text_number(theory, 3), 100 * (ratio / theory - 1));
    const double x = c->differences ? (double)c->about.parameters : (double)measured->count;
    series_point(measured, x, ratio);
    series_point(counted, x, theory);
    report_object(report, NULL);
    report_string(report, "network", c->layers, NULL);
    report_count(report, "rows", c->rows, NULL);
    report_count(report, "parameters", c->about.parameters, NULL);
    report_number(report, "gradient_cost", r, 0, NULL);
    if (c->differences) {
        report_count(report, "forward_passes", 2 * c->about.parameters, NULL);
        report_number(report, "error", c->error, 0, NULL);
    }
    report_number(report, "ratio_by_count", theory, 0, NULL);
    report_object(report, "t");
    report_number(report, "gradient_s", gradient, 0, NULL);
    report_number(report, c->differences ? "differences_s" : "forward_s", other, 0, NULL);
    report_number(report, "ratio", ratio, 0, NULL);
    report_close(report);
    report_close(report);
}

static const cost_case shapes[SHAPES] = {
    {.layers = "1024-1024-1024-1024-10", .inputs = 1024, .outputs = 10, .rows = 256,
     .text = "repeat 3 { dense 1024 relu } output"},
    {.layers = "784-512-512-10", .inputs = 784, .outputs = 10, .rows = 128,
     .text = "repeat 2 { dense 512 relu } output"},
    {.layers = "13-64-64-1", .inputs = 13, .outputs = 1, .rows = 32,
     .text = "repeat 2 { dense 64 relu } output"}};

static const cost_case small[SMALL] = {
    {.layers = "2-4-3-1", .inputs = 2, .outputs = 1, .rows = 128,
     .text = "dense 4 relu dense 3 relu output"},
    {.layers = "4-16-3", .inputs = 4, .outputs = 3, .rows = 128,
     .text = "dense 16 relu output"},
    {.layers = "8-32-32-1", .inputs = 8, .outputs = 1, .rows = 128,
     .text = "repeat 2 { dense 32 relu } output"},
    {.layers = "13-64-64-1", .inputs = 13, .outputs = 1, .rows = 128,
     .text = "repeat 2 { dense 64 relu } output"}};

static gradus_status measure_all(cli_lab *lab, const gradus_context *context,
                                 const cost_case *cases, size_t count, bool differences)
{
    static const char *const names[SHAPES] = {"wide", "mnist512", "table"};
    gradus_status status = GRADUS_OK;
    cli_chart *chart = figure_chart(&lab->figure, differences ? "Differences over gradient"
                                                              : "Gradient over forward pass");
    chart_series *measured, *counted;

    chart_axes(chart, differences ? "weights" : "network", "1", "ratio of times", "1");
    if (differences)
        chart->x.scale = chart->y.scale = CHART_LOG;
    else
        chart_names(chart, &chart->x, names, SHAPES);
    if (!differences)
        chart->y.least = 0;
    measured = chart_series_add(chart, CHART_POINTS, "measured");
    counted = chart_series_add(chart, CHART_LINE, differences ? "2P/r" : "r");
    say_head(&lab->report, differences);
    for (size_t i = 0; i < count && status == GRADUS_OK; i++) {
        cost_case c = cases[i];
        c.precision = differences ? GRADUS_FLOAT64 : GRADUS_FLOAT32;
        c.differences = differences;
        status = measure(context, &c);
        if (status == GRADUS_OK)
            say(&lab->report, &c, measured, counted);
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
    status = measure_all(lab, context, shapes, SHAPES, false);
    if (status == GRADUS_OK)
        status = measure_all(lab, context, small, SMALL, true);
    gradus_context_free(context);
    return status;
}
