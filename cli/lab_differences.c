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
 * thread; behind each weight's two losses stands a gradient, and the median of the ratios of
 * such pairs, times P, is told.
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

enum { PAIRS = 2000, SHAPES = 4, VECTOR_ROWS = 128 };

typedef struct differences {
    size_t pairs;               /* so far; as many as weights in a round */
    double *pair, *gradient, *ratio; /* [pairs] seconds of two losses, of a gradient; ratio */
    double *weight, *slope, *found; /* [parameters]; found by backpropagation */
    cost_times times;           /* of differences by all weights, and of a gradient */
    double error;               /* of the slopes, as a share of the gradient's norm */
} differences;

static gradus_status loss_of(const cost_case *c, double *loss, double *gradient)
{
    const gradus_set set = {.rows = c->rows, .x = c->x, .y = c->y};
    const gradus_status status = gradus_net_gradient(c->net, "mse", &set, 1, loss, gradient,
                                                     NULL);

    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

/* The slope by one weight of a tensor, and behind it a gradient. */
static gradus_status take_pair(const cost_case *c, size_t index, double *weight,
                               double *slope, differences *d)
{
    const double h = 0x1p-17, w = *weight, start = progress_clock();
    double above, below, loss;
    gradus_status status;

    *weight = w + h;
    gradus_net_set(c->net, index, d->weight);
    status = loss_of(c, &above, NULL);
    *weight = w - h;
    gradus_net_set(c->net, index, d->weight);
    if (status == GRADUS_OK)
        status = loss_of(c, &below, NULL);
    const double differed = progress_clock();
    *weight = w;
    if (status == GRADUS_OK)
        status = loss_of(c, &loss, d->found);
    if (status != GRADUS_OK)
        return status;
    *slope = (above - below) / (2 * h);
    d->pair[d->pairs] = differed - start;
    d->gradient[d->pairs] = progress_clock() - differed;
    d->ratio[d->pairs] = d->pair[d->pairs] / d->gradient[d->pairs];
    d->pairs++;
    return lab_stopped();
}

/* By every weight. */
static gradus_status take_round(const cost_case *c, differences *d)
{
    double *slope = d->slope;
    gradus_status status = GRADUS_OK;

    for (size_t i = 0; i < gradus_net_tensors(c->net) && status == GRADUS_OK; i++) {
        gradus_tensor tensor;
        gradus_net_tensor(c->net, i, &tensor);
        const size_t count = tensor.rows * tensor.columns;
        gradus_net_get(c->net, i, d->weight);
        for (size_t k = 0; k < count && status == GRADUS_OK; k++)
            status = take_pair(c, i, &d->weight[k], slope++, d);
        gradus_net_set(c->net, i, d->weight);
    }
    return status;
}

/* How far the last differences are from backpropagation. */
static double error_of(const differences *d, size_t weights)
{
    double off = 0, norm = 0;

    for (size_t i = 0; i < weights; i++) {
        off += (d->slope[i] - d->found[i]) * (d->slope[i] - d->found[i]);
        norm += d->found[i] * d->found[i];
    }
    return sqrt(off / norm);
}

static gradus_status take_rounds(const cost_case *c, size_t rounds, differences *d)
{
    const double weights = (double)c->about.parameters;
    gradus_status status = GRADUS_OK;
    double loss;

    for (size_t i = 0; i < rounds && status == GRADUS_OK; i++)
        status = take_round(c, d);
    if (status == GRADUS_OK)
        status = loss_of(c, &loss, d->found);
    if (status != GRADUS_OK)
        return status;
    d->times.upper = weights * bench_quantile(d->pair, d->pairs, 0.5);
    d->times.lower = bench_quantile(d->gradient, d->pairs, 0.5);
    d->times.ratio = weights * bench_quantile(d->ratio, d->pairs, 0.5);
    d->error = error_of(d, c->about.parameters);
    return GRADUS_OK;
}

/* Room for a gradient, for differences, and for the times of some rounds. */
static gradus_status open_differences(differences *d, size_t weights, size_t rounds)
{
    d->weight = calloc(3 * weights * (1 + rounds), sizeof *d->weight);
    if (!d->weight)
        return fail(GRADUS_MEMORY, "out of memory: %zu weights", weights);
    d->slope = d->weight + weights;
    d->found = d->slope + weights;
    d->pair = d->found + weights;
    d->gradient = d->pair + rounds * weights;
    d->ratio = d->gradient + rounds * weights;
    return GRADUS_OK;
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
    const size_t rounds = 1 + PAIRS / (c->about.parameters + 1);
    if (status == GRADUS_OK)
        status = open_differences(d, c->about.parameters, rounds);
    if (status == GRADUS_OK)
        status = take_rounds(c, rounds, d);
    free(d->weight);
    cost_close(c);
    gradus_context_free(context);
    return status;
}

/* ---- table and picture ---- */

static const cost_case shapes[SHAPES] = {
    {.layers = "2-4-3-1", .inputs = 2, .outputs = 1, .rows = 128,
     .text = "dense 4 relu dense 3 relu output"},
    {.layers = "4-16-3", .inputs = 4, .outputs = 3, .rows = 64,
     .text = "dense 16 relu output"},
    {.layers = "8-32-32-1", .inputs = 8, .outputs = 1, .rows = 16,
     .text = "repeat 2 { dense 32 relu } output"},
    {.layers = "13-64-64-1", .inputs = 13, .outputs = 1, .rows = 8,
     .text = "repeat 2 { dense 64 relu } output"}};

static void say(cli_report *report, const cost_case *c, const differences *one,
                const differences *vectors)
{
    const double theory = 2 * (double)c->about.parameters / c->about.gradient_cost;

    report_row(report, "%-12s%6zu%12.1f us%9.1f us%8s%8s%+5.0f %%%10s", c->layers, c->rows,
               1e6 * one->times.upper, 1e6 * one->times.lower, text_number(one->times.ratio, 3),
               text_number(theory, 3), 100 * (one->times.ratio / theory - 1),
               text_number(vectors->times.ratio, 3));
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
    report_number(report, "gradient_s", one->times.lower, 0, NULL);
    report_number(report, "differences_s", one->times.upper, 0, NULL);
    report_number(report, "ratio", one->times.ratio, 0, NULL);
    report_number(report, "ratio_on_vectors", vectors->times.ratio, 0, NULL);
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
        differences one = {.pairs = 0}, vectors = {.pairs = 0};
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
        series_point(measured, weights, one.times.ratio);
        series_point(counted, weights, 2 * weights / c.about.gradient_cost);
    }
    report_close(&lab->report);
    return status;
}
