/*
 * cli/lab_memory.c - what a deep network's activations take, kept or computed twice
 *
 * Plain chains of layers of 256 relu units are trained for some steps of 256 rows, once with
 * all activations kept and once with checkpoints where they take the least memory. The bytes
 * are what gradus_fit_memory() says, the time is that of the fastest step.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"
#include "message.h"
#include "progress.h"
#include "stop.h"
#include "text.h"

enum { WIDTH = 256, BATCH = 256, STEPS = 8, ROWS = STEPS * BATCH, MOST = 8, DEEPEST = 10000 };

typedef struct mem_way {
    size_t bytes;               /* of activations */
    double seconds;             /* of a step */
    uint64_t digest;
} mem_way;

typedef struct mem_clock {
    double last, min;           /* seconds */
} mem_clock;

static int take_time(const gradus_progress *at, void *user)
{
    mem_clock *clock = user;
    const double now = progress_clock();

    if (!at->end_of_epoch && at->step > 1)
        clock->min = fmin(clock->min, now - clock->last);
    clock->last = now;
    return stop_wanted();
}

/* Numbers between -1 and 1 that look random, the same on every machine. */
static void fill(float *x, size_t count)
{
    uint64_t state = 1;

    for (size_t i = 0; i < count; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        x[i] = (float)(state >> 40) / (float)(1 << 23) - 1;
    }
}

/* A short training of a copy of the network. */
static gradus_status train(const gradus_net *net, const gradus_set *set, size_t layers,
                           size_t checkpoints, mem_way *way)
{
    mem_clock clock = {.min = INFINITY};
    gradus_net *copy = NULL;
    gradus_fit_options fit = lab_fit_options("mse", 1e-5, layers < 50 ? 10 : 1);
    size_t all;
    gradus_status status = gradus_net_copy(net, &copy);

    fit.batch = BATCH;
    fit.checkpoint_activations = checkpoints;
    fit.observer = take_time;
    fit.user = &clock;
    if (status == GRADUS_OK)
        status = gradus_fit_memory(net, &fit, ROWS, &all, &way->bytes);
    if (status == GRADUS_OK)
        status = gradus_fit(copy, set, NULL, &fit, NULL);
    if (status == GRADUS_OK)
        status = gradus_net_digest(copy, &way->digest);
    gradus_net_free(copy);
    way->seconds = clock.min;
    return status;
}

static gradus_status compare(const cli_lab *lab, const gradus_set *set, size_t layers,
                             mem_way ways[2])
{
    char text[64];
    gradus_net *net = NULL;
    gradus_status status;

    snprintf(text, sizeof text, "repeat %zu { dense %d relu } output", layers, WIDTH);
    status = gradus_net_new(lab->context, text, WIDTH, 1, GRADUS_FLOAT32, 1, &net);
    if (status == GRADUS_OK)
        status = train(net, set, layers, 0, &ways[0]);
    if (status == GRADUS_OK)
        status = train(net, set, layers, SIZE_MAX, &ways[1]);
    gradus_net_free(net);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

static void say(cli_report *report, size_t layers, const mem_way ways[2])
{
    static const char *const names[] = {"kept", "checkpoints"};
    const bool same = ways[0].digest == ways[1].digest;
    char kept[32];

    snprintf(kept, sizeof kept, "%s", text_bytes(ways[0].bytes));
    report_row(report, "%6zu %12s %12s %8.3f %11s %11s %6.2f  %s", layers, kept,
               text_bytes(ways[1].bytes), (double)ways[1].bytes / (double)ways[0].bytes,
               text_seconds(ways[0].seconds), text_seconds(ways[1].seconds),
               ways[1].seconds / ways[0].seconds, same ? "the same" : "OTHERS");
    report_object(report, NULL);
    report_count(report, "layers", layers, NULL);
    report_flag(report, "same_bits", same);
    for (size_t i = 0; i < 2; i++) {
        report_object(report, names[i]);
        report_count(report, "activation_bytes", ways[i].bytes, NULL);
        report_string(report, "digest", text_digest_plain(ways[i].digest), NULL);
        report_object(report, "t");
        report_number(report, "step_s", ways[i].seconds, 0, NULL);
        report_close(report);
        report_close(report);
    }
    report_close(report);
}

static gradus_status compare_all(cli_lab *lab, const gradus_set *set, const size_t *layers,
                                 size_t count)
{
    cli_chart *chart;
    chart_series *kept, *twice;
    mem_way ways[2];

    figure_start(&lab->figure, "Memory of activations, and depth",
                 "Bytes of a batch of 256 rows through layers of 256 units.");
    chart = figure_chart(&lab->figure, NULL);
    chart_axes(chart, "layers", "1", "memory", "bytes");
    chart->x.scale = chart->y.scale = CHART_LOG;
    kept = chart_series_add(chart, CHART_LINE, "all kept");
    twice = chart_series_add(chart, CHART_LINE, "checkpoints");
    report_row(&lab->report, "%6s %12s %12s %8s %11s %11s %6s  %s", "layers", "all kept",
               "checkpoints", "share", "step", "step", "ratio", "bits");
    report_array(&lab->report, "depths");
    for (size_t i = 0; i < count; i++) {
        const gradus_status status = compare(lab, set, layers[i], ways);
        if (status != GRADUS_OK)
            return status;
        say(&lab->report, layers[i], ways);
        series_point(kept, (double)layers[i], (double)ways[0].bytes);
        series_point(twice, (double)layers[i], (double)ways[1].bytes);
    }
    report_close(&lab->report);
    return GRADUS_OK;
}

static gradus_status take_layers(const cli_lab *lab, size_t layers[MOST], size_t *count)
{
    static const size_t usual[] = {10, 100, 1000};
    double number;

    *count = lab->arguments ? lab->arguments : sizeof usual / sizeof *usual;
    for (size_t i = 0; i < *count; i++) {
        const char *text = lab->arguments ? lab->argument[i] : "1";
        if (!gradus_number_read(text, strlen(text), &number) || number != floor(number) ||
            !(number >= 1 && number <= DEEPEST))
            return fail(GRADUS_ARGUMENT, "memory: \"%s\" is not a whole number from 1 to %d",
                        text, DEEPEST);
        layers[i] = lab->arguments ? (size_t)number : usual[i];
    }
    return GRADUS_OK;
}

gradus_status lab_memory(cli_lab *lab)
{
    float *x = malloc(ROWS * WIDTH * sizeof *x), *y = malloc(ROWS * sizeof *y);
    const gradus_set set = {.rows = ROWS, .x = x, .y = y};
    size_t layers[MOST], count;
    gradus_status status = take_layers(lab, layers, &count);

    if (status == GRADUS_OK && (!x || !y))
        status = fail(GRADUS_MEMORY, "out of memory: %d rows", ROWS);
    if (status == GRADUS_OK) {
        fill(x, (size_t)ROWS * WIDTH);
        fill(y, ROWS);
        status = compare_all(lab, &set, layers, count);
    }
    free(y);
    free(x);
    return status;
}
