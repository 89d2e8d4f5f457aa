/*
 * cli/chart_json.c - a figure's numbers in the report's JSON object
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "chart_draw.h"

static void json_axis(cli_report *report, const char *key, const chart_axis *axis)
{
    report_object(report, key);
    report_string(report, "label", axis->label, NULL);
    report_string(report, "unit", axis->unit, NULL);
    report_string(report, "scale", axis->scale == CHART_LOG ? "log" : "linear", NULL);
    if (axis->names) {
        report_array(report, "names");
        for (size_t i = 0; i < axis->name_count; i++)
            report_string(report, NULL, axis->names[i], NULL);
        report_close(report);
    }
    report_close(report);
}

static void json_numbers(cli_report *report, const char *key, const chart_series *series,
                         size_t offset)
{
    report_array(report, key);
    for (size_t i = 0; i < series->count; i++) {
        double number;
        memcpy(&number, (const char *)&series->points[i] + offset, sizeof number);
        report_number(report, NULL, number, 0, NULL);
    }
    report_close(report);
}

static void json_series(cli_report *report, const chart_series *series)
{
    static const char *const kinds[] = {"line", "points", "bars", "band"};
    const bool band = series->kind == CHART_BAND;

    report_object(report, NULL);
    report_string(report, "name", series->name, NULL);
    report_string(report, "kind", kinds[series->kind], NULL);
    json_numbers(report, "x", series, offsetof(chart_point, x));
    json_numbers(report, band ? "low" : "y", series, offsetof(chart_point, y));
    if (band)
        json_numbers(report, "high", series, offsetof(chart_point, top));
    report_count(report, "left_out", series->left_out, NULL);
    report_close(report);
}

/* A value left out of a grid keeps its place: null. */
static void number_or_null(cli_report *report, double number)
{
    report_number(report, NULL, isfinite(number) ? number : INFINITY, 0, NULL);
}

static void json_grid(cli_report *report, const chart_grid *grid)
{
    report_object(report, "grid");
    report_string(report, "label", grid->label, NULL);
    report_string(report, "unit", grid->unit, NULL);
    report_array(report, "x");
    for (size_t i = 0; i < grid->columns; i++)
        report_number(report, NULL, grid_x(grid, i), 0, NULL);
    report_close(report);
    report_array(report, "y");
    for (size_t i = 0; i < grid->rows; i++)
        report_number(report, NULL, grid_y(grid, i), 0, NULL);
    report_close(report);
    report_array(report, "values");
    for (size_t r = 0; r < grid->rows; r++) {
        report_array(report, NULL);
        for (size_t c = 0; c < grid->columns; c++)
            number_or_null(report, grid->values[r * grid->columns + c]);
        report_close(report);
    }
    report_close(report);
    report_close(report);
}

static void json_chart(cli_report *report, const cli_chart *chart)
{
    report_object(report, NULL);
    report_string(report, "title", chart_title(chart), NULL);
    json_axis(report, "x", &chart->x);
    json_axis(report, "y", &chart->y);
    report_array(report, "series");
    for (size_t i = 0; i < chart->series_count; i++)
        json_series(report, &chart->series[i]);
    report_close(report);
    report_array(report, "marks");
    for (size_t i = 0; i < chart->marks; i++) {
        report_object(report, NULL);
        report_string(report, "name", chart->mark[i].name, NULL);
        report_number(report, chart->mark[i].vertical ? "x" : "y", chart->mark[i].at, 0,
                      NULL);
        report_close(report);
    }
    report_close(report);
    if (chart->grid.columns)
        json_grid(report, &chart->grid);
    report_close(report);
}

void figure_json(const cli_figure *figure, cli_report *report)
{
    report_array(report, "charts");
    for (size_t i = 0; i < figure->charts; i++)
        json_chart(report, figure->chart[i]);
    report_close(report);
}
