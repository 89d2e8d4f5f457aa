/*
 * cli/lab_xor.c - XOR: what one neuron cannot do, and a hidden layer can
 *
 * Plain descent on all four points, N(0,1) start, sigmoid throughout. The loss is told as the
 * sum over the points; gradients are averaged, so that a rate of 40 is 10 on the sum.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"
#include "message.h"
#include "stop.h"
#include "text.h"

enum { EPOCHS = 2000, SEEDS = 100, TABLE = 20, WIDTHS = 6, PICTURES = 6, SIDE = 41 };

static const double points[4][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
static const double answers[4] = {0, 1, 1, 0};
static const double learning_rate = 40;
/* 0: no hidden layer, a single neuron */
static const size_t widths[WIDTHS] = {0, 2, 3, 4, 8, 16};
static const size_t shown_epochs[PICTURES] = {0, 30, 100, 200, 500, 2000};

typedef struct xor_run {
    double loss[EPOCHS + 1];    /* summed, before each epoch's step */
    double last;                /* summed, after all of them */
    size_t right;               /* of the four points */
} xor_run;

typedef struct xor_lab {
    xor_run run[SEEDS];         /* of the width at hand */
    size_t solved[WIDTHS];
    size_t least[WIDTHS], most[WIDTHS]; /* points right, of all seeds */
    double best[WIDTHS];        /* least loss of all seeds */
} xor_lab;

static int observe(const gradus_progress *at, void *user)
{
    xor_run *run = user;

    if (at->end_of_epoch && at->epoch <= EPOCHS)
        run->loss[at->epoch - 1] = 4 * at->train_loss;
    return stop_wanted();
}

static gradus_status new_net(const cli_lab *lab, size_t width, uint64_t seed,
                             gradus_net **net)
{
    char text[80];

    snprintf(text, sizeof text, "dense %zu start=normal sigmoid ", width);
    snprintf(text + (width ? strlen(text) : 0), 40, "output start=normal sigmoid");
    return lab_net(lab, text, 2, 1, seed, net);
}

static gradus_status descend(gradus_net *net, size_t epochs, xor_run *run)
{
    const gradus_set set = {.rows = 4, .x = points, .y = answers};
    gradus_fit_options options = lab_fit_options("mse", learning_rate, epochs);

    if (run) {
        options.observer = observe;
        options.user = run;
    }
    const gradus_status status = gradus_fit(net, &set, NULL, &options, NULL);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

static gradus_status train(const cli_lab *lab, size_t width, uint64_t seed, xor_run *run)
{
    double output[4] = {0};
    gradus_net *net = NULL;
    gradus_status status = new_net(lab, width, seed, &net);

    if (status == GRADUS_OK)
        status = descend(net, EPOCHS, run);
    if (status == GRADUS_OK)
        status = gradus_net_predict(net, points, 4, output);
    run->last = 0;
    run->right = 0;
    for (size_t i = 0; i < 4; i++) {
        run->last += (output[i] - answers[i]) * (output[i] - answers[i]) / 2;
        run->right += (output[i] > 0.5) == (answers[i] > 0.5);
    }
    run->loss[EPOCHS] = run->last;
    gradus_net_free(net);
    return status;
}

static gradus_status train_width(const cli_lab *lab, xor_lab *xor, size_t w)
{
    gradus_status status = GRADUS_OK;

    xor->least[w] = 4;
    xor->best[w] = INFINITY;
    for (size_t seed = 1; seed <= SEEDS && status == GRADUS_OK; seed++) {
        xor_run *run = &xor->run[seed - 1];
        status = train(lab, widths[w], seed, run);
        xor->solved[w] += run->right == 4;
        xor->best[w] = fmin(xor->best[w], run->last);
        xor->least[w] = run->right < xor->least[w] ? run->right : xor->least[w];
        xor->most[w] = run->right > xor->most[w] ? run->right : xor->most[w];
    }
    return status;
}

/* ---- tables ---- */

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Summed losses of the first `count` seeds at an epoch, in ascending order. */
static void sorted_losses(const xor_lab *xor, size_t epoch, size_t count, double *loss)
{
    for (size_t i = 0; i < count; i++)
        loss[i] = xor->run[i].loss[epoch];
    qsort(loss, count, sizeof *loss, by_size);
}

static void say_seeds(cli_report *report, const xor_lab *xor)
{
    report_row(report, "2-4-1, sigmoid, rate %g, %d epochs: summed loss", learning_rate,
               EPOCHS);
    report_row(report, "%6s%12s%12s%12s%12s  %s", "seed", "start", "100", "500", "2000",
               "points right");
    report_array(report, "seeds");
    for (size_t i = 0; i < SEEDS; i++) {
        const xor_run *run = &xor->run[i];
        if (i < TABLE)
            report_row(report, "%6zu%12s%12s%12s%12s  %zu of 4", i + 1,
                       text_number(run->loss[0], 3), text_number(run->loss[100], 3),
                       text_number(run->loss[500], 3), text_number(run->last, 3),
                       run->right);
        report_object(report, NULL);
        report_count(report, "seed", i + 1, NULL);
        report_number(report, "first_loss", run->loss[0], 0, NULL);
        report_number(report, "last_loss", run->last, 0, NULL);
        report_count(report, "right", run->right, NULL);
        report_close(report);
    }
    report_close(report);
}

static void say_quantiles(cli_report *report, const xor_lab *xor)
{
    static const size_t counts[] = {TABLE, SEEDS};
    double loss[SEEDS];

    for (size_t k = 0; k < 2; k++) {
        size_t solved = 0;
        for (size_t i = 0; i < counts[k]; i++)
            solved += xor->run[i].right == 4;
        sorted_losses(xor, EPOCHS, counts[k], loss);
        report_row(report, "of %zu seeds %zu succeed; summed loss at the end: %s ... median "
                   "%s ... %s", counts[k], solved, text_number(loss[0], 3),
                   text_number(loss[counts[k] / 2], 3),
                   text_number(loss[counts[k] - 1], 3));
    }
}

static void say_widths(cli_report *report, const xor_lab *xor)
{
    report_row(report, "%s", "");
    report_row(report, "%8s%22s%18s%14s", "hidden", "succeed of 100 seeds",
               "points right", "least loss");
    report_array(report, "widths");
    for (size_t w = 0; w < WIDTHS; w++) {
        report_row(report, "%8s%22zu%9s ... %-5s%13s",
                   widths[w] ? text_count(widths[w]) : "none", xor->solved[w],
                   text_share((double)xor->least[w] / 4, 0),
                   text_share((double)xor->most[w] / 4, 0), text_number(xor->best[w], 3));
        report_object(report, NULL);
        report_count(report, "hidden", widths[w], NULL);
        report_number(report, "success", (double)xor->solved[w] / SEEDS, 0, NULL);
        report_number(report, "least_right", (double)xor->least[w] / 4, 0, NULL);
        report_number(report, "most_right", (double)xor->most[w] / 4, 0, NULL);
        report_number(report, "least_loss", xor->best[w], 0, NULL);
        report_close(report);
    }
    report_close(report);
}

/* h1 = relu(x1 + x2), h2 = relu(x1 + x2 - 1), y = h1 - 2 h2 */
static gradus_status say_exact(cli_lab *lab)
{
    static const double tensors[4][4] = {{1, 1, 1, 1}, {0, -1}, {1, -2}, {0}};
    cli_report *report = &lab->report;
    double y[4];
    gradus_net *net;
    gradus_status status = lab_net(lab, "dense 2 relu output", 2, 1, 1, &net);

    if (status != GRADUS_OK)
        return status;
    for (size_t i = 0; i < 4; i++)
        gradus_net_set(net, i, tensors[i]);
    status = gradus_net_predict(net, points, 4, y);
    gradus_net_free(net);
    if (status != GRADUS_OK)
        return fail_library(status);
    report_row(report, "%s", "");
    report_row(report, "exact with relu: h1 = relu(x1 + x2), h2 = relu(x1 + x2 - 1), "
               "y = h1 - 2 h2");
    report_row(report, "of 00, 01, 10, 11 it makes %g, %g, %g, %g", y[0], y[1], y[2], y[3]);
    report_array(report, "exact");
    for (size_t i = 0; i < 4; i++)
        report_number(report, NULL, y[i], 0, NULL);
    report_close(report);
    return GRADUS_OK;
}

/* ---- picture ---- */

static void draw_losses(cli_figure *figure, const xor_lab *xor)
{
    cli_chart *chart = figure_chart(figure, "2-4-1: loss of 20 seeds");
    double loss[SEEDS];

    chart_axes(chart, "epoch", "1", "loss", "summed over 4 points");
    chart->x.scale = chart->y.scale = CHART_LOG;
    chart_series *band = chart_series_add(chart, CHART_BAND, "least to largest");
    chart_series *middle = chart_series_add(chart, CHART_LINE, "median");
    for (double at = 1; at < EPOCHS * 1.09; at *= 1.1) {
        const size_t epoch = at < EPOCHS ? (size_t)at : EPOCHS;
        if (band->count && band->points[band->count - 1].x >= (double)epoch)
            continue;
        sorted_losses(xor, epoch, TABLE, loss);
        series_band(band, (double)epoch, loss[0], loss[TABLE - 1]);
        series_point(middle, (double)epoch, loss[TABLE / 2]);
    }
}

static void draw_widths(cli_figure *figure, const xor_lab *xor)
{
    static const char *const names[WIDTHS] = {"none", "2", "3", "4", "8", "16"};
    cli_chart *chart = figure_chart(figure, "Success by width");

    chart_axes(chart, "hidden units", "1", "succeed", "share of 100 seeds");
    chart_names(chart, &chart->x, names, WIDTHS);
    chart->y.most = 1;
    chart_series *bars = chart_series_add(chart, CHART_BARS, "");
    for (size_t w = 0; w < WIDTHS; w++)
        series_point(bars, (double)w, (double)xor->solved[w] / SEEDS);
}

/* The output over the plane, the line where it is 1/2, and the four points. */
static gradus_status draw_output(cli_figure *figure, const gradus_net *net, size_t epoch)
{
    char title[40];

    snprintf(title, sizeof title, "Output after %zu epochs", epoch);
    cli_chart *chart = figure_chart(figure, title);
    chart_axes(chart, "x1", "1", "x2", "1");
    double *values = chart_grid_add(chart, "output", "1", SIDE, SIDE);
    double (*x)[2] = calloc(SIDE * SIDE, sizeof *x);
    gradus_status status = values && x ? GRADUS_OK : GRADUS_MEMORY;

    chart_grid_place(chart, -0.5, 1.5, -0.5, 1.5);
    chart->grid.limit[0] = 0;
    chart->grid.limit[1] = 1;
    chart_level_add(chart, 0.5);
    for (size_t i = 0; x && i < SIDE * SIDE; i++) {
        x[i][0] = -0.5 + 2 * (double)(i % SIDE) / (SIDE - 1);
        x[i][1] = -0.5 + 2 * (double)(i / SIDE) / (SIDE - 1);
    }
    if (status == GRADUS_OK)
        status = gradus_net_predict(net, x, SIDE * SIDE, values);
    free(x);
    for (size_t k = 0; k < 2; k++) {
        chart_series *series =
            chart_series_add(chart, CHART_POINTS, k ? "target 1" : "target 0");
        for (size_t i = 0; i < 4; i++)
            if ((size_t)answers[i] == k)
                series_point(series, points[i][0], points[i][1]);
    }
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

static gradus_status draw_outputs(cli_lab *lab)
{
    gradus_net *net;
    gradus_status status = new_net(lab, 4, 1, &net);

    for (size_t k = 0; k < PICTURES && status == GRADUS_OK; k++) {
        const size_t before = k ? shown_epochs[k - 1] : 0;
        if (shown_epochs[k] > before)
            status = descend(net, shown_epochs[k] - before, NULL);
        if (status == GRADUS_OK)
            status = draw_output(&lab->figure, net, shown_epochs[k]);
    }
    gradus_net_free(net);
    return status;
}

/* ---- the lab ---- */

static gradus_status study(cli_lab *lab, xor_lab *xor)
{
    static const size_t order[WIDTHS] = {0, 1, 2, 4, 5, 3}; /* 4 units last: they are drawn */
    gradus_status status = GRADUS_OK;

    for (size_t k = 0; k < WIDTHS && status == GRADUS_OK; k++)
        status = train_width(lab, xor, order[k]);
    if (status != GRADUS_OK)
        return status;
    say_seeds(&lab->report, xor);
    say_quantiles(&lab->report, xor);
    say_widths(&lab->report, xor);
    status = say_exact(lab);
    if (status != GRADUS_OK)
        return status;
    figure_start(&lab->figure, "XOR", "The loss of a 2-4-1 network while it learns XOR, how "
                 "often networks of other widths succeed, and the output of seed 1 over the "
                 "plane as it learns, with the line where it is one half.");
    draw_losses(&lab->figure, xor);
    draw_widths(&lab->figure, xor);
    return draw_outputs(lab);
}

gradus_status lab_xor(cli_lab *lab)
{
    xor_lab *xor = calloc(1, sizeof *xor);
    gradus_status status = xor ? study(lab, xor) : fail(GRADUS_MEMORY, "out of memory: runs");

    free(xor);
    return status;
}
