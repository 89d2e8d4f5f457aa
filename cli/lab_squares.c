/*
 * cli/lab_squares.c - x^2 and x y by depth, beside what one hidden layer can do at best
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "lab.h"
#include "message.h"
#include "text.h"

enum { LEVELS = 20, MOST_POINTS = 1 << 12, SIDE = 101 };

/* The largest error at the middles of pieces, where it is largest, or at many of them. */
static gradus_status measure_square(const gradus_net *net, size_t levels, double *error)
{
    const size_t pieces = (size_t)1 << levels;
    const size_t step = pieces > MOST_POINTS ? pieces / MOST_POINTS : 1;

    *error = 0;
    for (size_t k = 0; k < pieces; k += step) {
        const double x = ((double)k + 0.5) / (double)pieces;
        double y;
        const gradus_status status = gradus_net_predict(net, &x, 1, &y);
        if (status != GRADUS_OK)
            return fail_library(status);
        *error = fmax(*error, fabs(y - x * x));
    }
    return GRADUS_OK;
}

/* On a grid of [-1, 1]^2 whose points are no ends of pieces. */
static gradus_status measure_product(const gradus_net *net, double *error)
{
    *error = 0;
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        const double x[2] = {2 * (double)(i % SIDE) / (SIDE - 1) - 1,
                             2 * (double)(i / SIDE) / (SIDE - 1) - 1};
        double y;
        const gradus_status status = gradus_net_predict(net, x, 1, &y);
        if (status != GRADUS_OK)
            return fail_library(status);
        *error = fmax(*error, fabs(y - x[0] * x[1]));
    }
    return GRADUS_OK;
}

typedef struct sq_level {
    size_t units, product_units;
    double bound, error, shallow, product_bound, product_error;
} sq_level;

static gradus_status study(const cli_lab *lab, size_t levels, sq_level *to)
{
    gradus_net *net;
    gradus_status status = gradus_square_build(lab->context, levels, &to->bound, &net);

    if (status != GRADUS_OK)
        return fail_library(status);
    to->units = 3 * levels - 1;
    to->shallow = gradus_square_shallow_error(to->units);
    status = measure_square(net, levels, &to->error);
    gradus_net_free(net);
    if (status != GRADUS_OK)
        return status;
    status = gradus_product_build(lab->context, levels, 1, &to->product_bound, &net);
    if (status != GRADUS_OK)
        return fail_library(status);
    to->product_units = 6 * levels + 2;
    status = measure_product(net, &to->product_error);
    gradus_net_free(net);
    return status;
}

static void say_level(cli_report *report, size_t levels, const sq_level *l)
{
    report_row(report, "%6zu%7zu%13s%13s%13s  %-8s%6zu%13s", levels, l->units,
               text_number(l->bound, 4), text_number(l->error, 4), text_number(l->shallow, 4),
               l->bound < l->shallow ? "deep" : "one", l->product_units,
               text_number(l->product_error, 4));
    report_object(report, NULL);
    report_count(report, "levels", levels, NULL);
    report_count(report, "units", l->units, NULL);
    report_number(report, "bound", l->bound, 0, NULL);
    report_number(report, "error", l->error, 0, NULL);
    report_number(report, "one_layer_at_least", l->shallow, 0, NULL);
    report_count(report, "product_units", l->product_units, NULL);
    report_number(report, "product_bound", l->product_bound, 0, NULL);
    report_number(report, "product_error", l->product_error, 0, NULL);
    report_close(report);
}

gradus_status lab_squares(cli_lab *lab)
{
    cli_report *report = &lab->report;
    gradus_status status = GRADUS_OK;

    figure_start(&lab->figure, "x² by depth and by width",
                 "The largest error on [0, 1] of the deep network, and the least that one "
                 "hidden layer of as many units can have.");
    cli_chart *chart = figure_chart(&lab->figure, NULL);
    chart_axes(chart, "hidden units", "1", "largest error", "1");
    chart->y.scale = CHART_LOG;
    chart_series *deep = chart_series_add(chart, CHART_LINE, "deep");
    chart_series *shallow = chart_series_add(chart, CHART_LINE, "one layer, at least");
    report_row(report, "%6s%7s%13s%13s%13s  %-8s%6s%13s", "levels", "units", "2^(-2m-2)",
               "measured", "one layer >=", "better", "x y:", "error");
    report_array(report, "levels");
    for (size_t m = 1; m <= LEVELS && status == GRADUS_OK; m++) {
        sq_level level;
        status = study(lab, m, &level);
        if (status != GRADUS_OK)
            break;
        say_level(report, m, &level);
        series_point(deep, (double)level.units, level.bound);
        series_point(shallow, (double)level.units, level.shallow);
        status = lab_stopped();
    }
    report_close(report);
    return status;
}
