/*
 * cli/lab_differences.c - what central differences by every weight cost, beside a gradient
 *
 *     (loss(w + h) - loss(w - h)) / 2h
 *
 * 2P losses for P weights. The loss is gradus_net_gradient() that is asked for no gradient:
 * the forward pass that a gradient begins with, which keeps its activations; the gradient is
 * the same function, asked for one. Multiply-adds are compared, and so the reference kernels
 * are timed, which take them one by one: on vectors the few of a small network take less time
 * than what a row costs beside them. That ratio is told too. In double precision, on one
 * thread and in turns; medians are compared.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>

#include "bench_meter.h"
#include "lab_cost.h"
#include "message.h"
#include "progress.h"
#include "text.h"

enum { TURNS = 3, SHAPES = 4, VECTOR_ROWS = 128 };

/* Seconds in which gradients are repeated. */
static const double turn = 0.02;

typedef struct differences {
    double *weight, *slope;     /* [parameters] */
    double gradient, all;       /* seconds of a gradient, and of differences by all weights */
    double error;               /* of the slopes, as a share of the gradient's norm */
} differences;

static gradus_status gradient_of(const cost_case *c, double *loss, double *gradient)
{
    const gradus_set set = {.rows = c->rows, .x = c->x, .y = c->y};
    const gradus_status status = gradus_net_gradient(c->net, "mse", &set, 1, loss, gradient,
                                                     NULL);

    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

/* The slopes by a tensor's weights. */
static gradus_status differ_tensor(const cost_case *c, size_t index, size_t count,
                                   double *weight, double *slope)
{
    const double h = 0x1p-17;
    gradus_status status = GRADUS_OK;

    gradus_net_get(c->net, index, weight);
    for (size_t i = 0; i < count && status == GRADUS_OK; i++) {
        const double w = weight[i];
        double above, below;
        weight[i] = w + h;
        gradus_net_set(c->net, index, weight);
        status = gradient_of(c, &above, NULL);
        weight[i] = w - h;
        gradus_net_set(c->net, index, weight);
        if (status == GRADUS_OK)
            status = gradient_of(c, &below, NULL);
        if (status == GRADUS_OK)
            slope[i] = (above - below) / (2 * h);
        weight[i] = w;
    }
    gradus_net_set(c->net, index, weight);
    return status;
}

static gradus_status time_differences(const cost_case *c, const differences *d,
                                      double *seconds)
{
    const double start = progress_clock();
    double *slope = d->slope;
    gradus_status status = GRADUS_OK;

    for (size_t i = 0; i < gradus_net_tensors(c->net) && status == GRADUS_OK; i++) {
        gradus_tensor tensor;
        gradus_net_tensor(c->net, i, &tensor);
        status = differ_tensor(c, i, tensor.rows * tensor.columns, d->weight, slope);
        slope += tensor.rows * tensor.columns;
    }
    *seconds = progress_clock() - start;
    return status;
}

static gradus_status time_gradient(const cost_case *c, const differences *d, double *seconds)
{
    const double start = progress_clock();
    gradus_status status = GRADUS_OK;
    size_t done = 0;
    double loss;

    for (; status == GRADUS_OK && (done < 3 || progress_clock() - start < turn); done++)
        status = gradient_of(c, &loss, d->weight);
    *seconds = (progress_clock() - start) / (double)done;
    return status;
}

/* How far the last differences are from backpropagation. */
static gradus_status compare(const cost_case *c, differences *d)
{
    double loss, off = 0, norm = 0;
    const gradus_status status = gradient_of(c, &loss, d->weight);

    for (size_t i = 0; i < c->about.parameters && status == GRADUS_OK; i++) {
        off += (d->slope[i] - d->weight[i]) * (d->slope[i] - d->weight[i]);
        norm += d->weight[i] * d->weight[i];
    }
    d->error = sqrt(off / norm);
    return status;
}

static gradus_status take_turns(const cost_case *c, differences *d)
{
    double gradients[TURNS], all[TURNS];
    gradus_status status = GRADUS_OK;

    for (size_t i = 0; i < TURNS && status == GRADUS_OK; i++) {
        status = time_gradient(c, d, &gradients[i]);
        if (status == GRADUS_OK)
            status = time_differences(c, d, &all[i]);
        if (status == GRADUS_OK)
            status = lab_stopped();
    }
    if (status != GRADUS_OK)
        return status;
    d->gradient = bench_quantile(gradients, TURNS, 0.5);
    d->all = bench_quantile(all, TURNS, 0.5);
    return compare(c, d);
}

/* On the kernels of a name, NULL for those of this processor. */
static gradus_status measure(const cli_lab *lab, const char *cpu, cost_case *c, differences *d)
{
    gradus_context_options options = lab->settings->context;
    gradus_context *context;
    gradus_status status;

    options.threads = 1;
    options.cpu = cpu ? cpu : options.cpu;
    status = gradus_context_new(&options, &context);
    if (status != GRADUS_OK)
        return fail_library(status);
    status = cost_open(context, c);
    d->weight = calloc(status == GRADUS_OK ? c->about.parameters : 1, sizeof *d->weight);
    d->slope = calloc(status == GRADUS_OK ? c->about.parameters : 1, sizeof *d->slope);
    if (status == GRADUS_OK && (!d->weight || !d->slope))
        status = fail(GRADUS_MEMORY, "out of memory: %zu weights", c->about.parameters);
    if (status == GRADUS_OK)
        status = take_turns(c, d);
    free(d->slope);
    free(d->weight);
    cost_close(c);
    gradus_context_free(context);
    return status;
}

/* ---- table and picture ---- */

static const cost_case shapes[SHAPES] = {
    {.layers = "2-4-3-1", .inputs = 2, .outputs = 1, .rows = 128,
     .text = "dense 4 relu dense 3 relu output"},
    {.layers = "4-16-3", .inputs = 4, .outputs = 3, .rows = 32,
     .text = "dense 16 relu output"},
    {.layers = "8-32-32-1", .inputs = 8, .outputs = 1, .rows = 16,
     .text = "repeat 2 { dense 32 relu } output"},
    {.layers = "13-64-64-1", .inputs = 13, .outputs = 1, .rows = 8,
     .text = "repeat 2 { dense 64 relu } output"}};

static double ratio_of(const differences *d)
{
    return d->all / d->gradient;
}

static void say(cli_report *report, const cost_case *c, const differences *one,
                const differences *vectors)
{
    const double theory = 2 * (double)c->about.parameters / c->about.gradient_cost;

    report_row(report, "%-12s%6zu%12.1f us%9.1f us%8s%8s%+5.0f %%%10s", c->layers, c->rows,
               1e6 * one->all, 1e6 * one->gradient, text_number(ratio_of(one), 3),
               text_number(theory, 3), 100 * (ratio_of(one) / theory - 1),
               text_number(ratio_of(vectors), 3));
    report_object(report, NULL);
    report_string(report, "network", c->layers, NULL);
    report_count(report, "rows", c->rows, NULL);
    report_count(report, "rows_on_vectors", VECTOR_ROWS, NULL);
    report_count(report, "parameters", c->about.parameters, NULL);
    report_number(report, "gradient_cost", c->about.gradient_cost, 0, NULL);
    report_count(report, "forward_passes", 2 * c->about.parameters, NULL);
    report_number(report, "error", one->error, 0, NULL);
    report_number(report, "ratio_by_count", theory, 0, NULL);
    report_object(report, "t");
    report_number(report, "gradient_s", one->gradient, 0, NULL);
    report_number(report, "differences_s", one->all, 0, NULL);
    report_number(report, "ratio", ratio_of(one), 0, NULL);
    report_number(report, "ratio_on_vectors", ratio_of(vectors), 0, NULL);
    report_close(report);
    report_close(report);
}

gradus_status cost_differences(cli_lab *lab)
{
    gradus_status status = GRADUS_OK;
    cli_chart *chart = figure_chart(&lab->figure, "Differences over gradient");

    chart_axes(chart, "weights", "1", "ratio of times", "1");
    chart->x.scale = chart->y.scale = CHART_LOG;
    chart_series *measured = chart_series_add(chart, CHART_POINTS, "measured");
    chart_series *counted = chart_series_add(chart, CHART_LINE, "2P/r");
    report_row(&lab->report, "%s", "");
    report_row(&lab->report, "%-12s%6s%15s%12s%8s%8s%17s", "network", "rows", "differences",
               "gradient", "ratio", "2P/r", "on vectors");
    report_array(&lab->report, "differences");
    for (size_t i = 0; i < SHAPES && status == GRADUS_OK; i++) {
        cost_case c = shapes[i], wide = shapes[i];
        differences one, vectors;
        c.precision = wide.precision = GRADUS_FLOAT64;
        c.batches = wide.batches = 1;
        wide.rows = VECTOR_ROWS;
        status = measure(lab, "ref", &c, &one);
        if (status == GRADUS_OK)
            status = measure(lab, NULL, &wide, &vectors);
        if (status != GRADUS_OK)
            return status;
        say(&lab->report, &c, &one, &vectors);
        const double weights = (double)c.about.parameters;
        series_point(measured, weights, ratio_of(&one));
        series_point(counted, weights, 2 * weights / c.about.gradient_cost);
    }
    report_close(&lab->report);
    return status;
}
