/*
 * cli/lab_xor_draw.c - XOR: losses, success by width, and the output over the plane
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "lab_xor.h"
#include "message.h"

enum { PICTURES = 6, SIDE = 41 };

static const size_t shown_epochs[PICTURES] = {0, 30, 100, 200, 500, 2000};

void xor_draw_losses(cli_figure *figure, const xor_lab *xor)
{
    cli_chart *chart = figure_chart(figure, "2-4-1: loss of 20 seeds");
    double loss[XOR_SEEDS];

    chart_axes(chart, "epoch", "1", "loss", "summed over 4 points");
    chart->x.scale = chart->y.scale = CHART_LOG;
    chart_series *band = chart_series_add(chart, CHART_BAND, "smallest to largest");
    chart_series *middle = chart_series_add(chart, CHART_LINE, "median");
    for (double at = 1; at < XOR_EPOCHS * 1.09; at *= 1.1) {
        const size_t epoch = at < XOR_EPOCHS ? (size_t)at : XOR_EPOCHS;
        if (band->count && band->points[band->count - 1].x >= (double)epoch)
            continue;
        xor_losses(xor, epoch, XOR_TABLE, loss);
        series_band(band, (double)epoch, loss[0], loss[XOR_TABLE - 1]);
        series_point(middle, (double)epoch, loss[XOR_TABLE / 2]);
    }
}

void xor_draw_widths(cli_figure *figure, const xor_lab *xor)
{
    static const char *const names[XOR_WIDTHS] = {"none", "2", "3", "4", "8", "16"};
    cli_chart *chart = figure_chart(figure, "Success by width");

    chart_axes(chart, "hidden units", "1", "succeed", "share of 100 seeds");
    chart_names(chart, &chart->x, names, XOR_WIDTHS);
    chart->y.max = 1;
    chart_series *bars = chart_series_add(chart, CHART_BARS, "");
    for (size_t w = 0; w < XOR_WIDTHS; w++)
        series_point(bars, (double)w, (double)xor->solved[w] / XOR_SEEDS);
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
            if ((size_t)xor_answers[i] == k)
                series_point(series, xor_points[i][0], xor_points[i][1]);
    }
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

gradus_status xor_draw_outputs(cli_lab *lab)
{
    gradus_net *net;
    gradus_status status = xor_net(lab, 4, 1, &net);

    for (size_t k = 0; k < PICTURES && status == GRADUS_OK; k++) {
        const size_t before = k ? shown_epochs[k - 1] : 0;
        if (shown_epochs[k] > before)
            status = xor_descend(net, XOR_RATE, shown_epochs[k] - before, NULL);
        if (status == GRADUS_OK)
            status = draw_output(&lab->figure, net, shown_epochs[k]);
    }
    gradus_net_free(net);
    return status;
}
