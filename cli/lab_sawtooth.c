/*
 * cli/lab_sawtooth.c - teeth: 3 units a layer double their number
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "lab.h"
#include "message.h"
#include "text.h"

enum { LEVELS = 16, SHOWN = 4, UNITS_A_LEVEL = 3 };

static gradus_status count_pieces(const gradus_net *net, size_t *pieces)
{
    const gradus_slice line = {.variables = 1, .min = {0}, .max = {1}};
    gradus_regions *regions;
    gradus_regions_about about;
    const gradus_status status = gradus_regions_new(net, &line, NULL, &regions);

    if (status != GRADUS_OK)
        return fail_library(status);
    gradus_regions_describe(regions, &about);
    gradus_regions_free(regions);
    *pieces = about.pieces;
    return GRADUS_OK;
}

/* Values at the ends and middles of the slopes: 0, 1/2, 1, 1/2, 0, ... */
static gradus_status draw_wave(const gradus_net *net, size_t levels, cli_chart *chart)
{
    const size_t last = (size_t)2 << levels;
    char name[32];
    snprintf(name, sizeof name, "%zu level%s", levels, levels == 1 ? "" : "s");
    chart_series *series = chart_series_add(chart, CHART_LINE, name);

    for (size_t k = 0; k <= last; k++) {
        const double x = (double)k / (double)last;
        double y;
        const gradus_status status = gradus_net_predict(net, &x, 1, &y);
        if (status != GRADUS_OK)
            return fail_library(status);
        series_point(series, x, y);
    }
    return GRADUS_OK;
}

static void say_level(cli_report *report, size_t levels, size_t pieces)
{
    const size_t units = UNITS_A_LEVEL * levels;
    const double needed = ldexp(1, (int)levels) - 1;
    const double area = gradus_sawtooth_shallow_error(levels, units);
    const bool misses = (double)units < needed;

    report_row(report, "%6zu%8zu%10s%18s%14s%14s", levels, units, text_count(pieces),
               text_count((uint64_t)needed), misses ? "0.5" : "0", text_fixed(area, 4));
    report_object(report, NULL);
    report_count(report, "levels", levels, NULL);
    report_count(report, "units", units, NULL);
    report_count(report, "pieces", pieces, NULL);
    report_number(report, "units_of_one_layer", needed, 0, NULL);
    report_number(report, "largest_error_of_one_layer", misses ? 0.5 : 0, 0, NULL);
    report_number(report, "mean_error_of_one_layer", area, 0, NULL);
    report_close(report);
}

static gradus_status study(cli_lab *lab, size_t levels, cli_chart *waves)
{
    gradus_net *net;
    size_t pieces = 0;
    gradus_status status = gradus_sawtooth_build(lab->context, levels, &net);

    if (status != GRADUS_OK)
        return fail_library(status);
    status = count_pieces(net, &pieces);
    if (status == GRADUS_OK && levels <= SHOWN)
        status = draw_wave(net, levels, waves);
    gradus_net_free(net);
    if (status == GRADUS_OK)
        say_level(&lab->report, levels, pieces);
    return status;
}

gradus_status lab_sawtooth(cli_lab *lab)
{
    cli_report *report = &lab->report;
    gradus_status status = GRADUS_OK;

    figure_start(&lab->figure, "Three units a layer double the teeth",
                 "A hat composed with itself; units by depth and in one layer.");
    cli_chart *waves = figure_chart(&lab->figure, "the network");
    chart_axes(waves, "x", "1", "g(g(...g(x)))", "1");
    cli_chart *sizes = figure_chart(&lab->figure, "units for the same teeth");
    chart_axes(sizes, "levels", "1", "hidden units", "1");
    sizes->y.scale = CHART_LOG;
    chart_series *deep = chart_series_add(sizes, CHART_LINE, "deep");
    chart_series *shallow = chart_series_add(sizes, CHART_LINE, "one layer, at least");
    report_row(report, "%6s%8s%10s%18s%14s%14s", "levels", "units", "pieces",
               "one layer needs", "of as many:", "");
    report_row(report, "%6s%8s%10s%18s%14s%14s", "", "", "", "units", "|error| >=",
               "mean >=");
    report_array(report, "levels");
    for (size_t s = 1; s <= LEVELS && status == GRADUS_OK; s++) {
        status = study(lab, s, waves);
        series_point(deep, (double)s, (double)(UNITS_A_LEVEL * s));
        series_point(shallow, (double)s, ldexp(1, (int)s) - 1);
        if (status == GRADUS_OK)
            status = lab_stopped();
    }
    report_close(report);
    return status;
}
