/*
 * cli/chart.c - a figure as it is put together
 *
 * SPDX-License-Identifier: MIT
 */
#include "chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

struct chart_text {
    struct chart_text *next;
    char text[];
};

/* ---- memory ---- */

static const char *keep(cli_figure *figure, const char *text)
{
    const size_t length = strlen(text);
    struct chart_text *kept = malloc(sizeof *kept + length + 1);

    if (!kept) {
        figure->failed = true;
        return "";
    }
    memcpy(kept->text, text, length + 1);
    kept->next = figure->kept;
    figure->kept = kept;
    return kept->text;
}

void figure_start(cli_figure *figure, const char *title, const char *about)
{
    memset(figure, 0, sizeof *figure);
    figure->title = keep(figure, title);
    figure->about = keep(figure, about);
}

void figure_free(cli_figure *figure)
{
    for (size_t i = 0; i < figure->charts; i++) {
        cli_chart *chart = figure->chart[i];
        for (size_t j = 0; j < chart->series_count; j++)
            free(chart->series[j].points);
        free((void *)(uintptr_t)chart->x.names);
        free((void *)(uintptr_t)chart->y.names);
        free(chart->grid.values);
        free(chart);
    }
    while (figure->kept) {
        struct chart_text *next = figure->kept->next;
        free(figure->kept);
        figure->kept = next;
    }
    memset(figure, 0, sizeof *figure);
}

gradus_status figure_state(const cli_figure *figure)
{
    return figure->failed ? fail(GRADUS_MEMORY, "out of memory for the picture, or more parts "
                                                "than one can hold") : GRADUS_OK;
}

/* ---- charts, series, marks ---- */

/* Stands in where there is no memory for another; what it is told is lost. */
static cli_chart nowhere;

cli_chart *figure_chart(cli_figure *figure, const char *title)
{
    cli_chart *chart = figure->charts < FIGURE_CHARTS ? calloc(1, sizeof *chart) : NULL;

    if (!chart) {
        figure->failed = true;
        nowhere = (cli_chart){.figure = figure};
        return &nowhere;
    }
    chart->figure = figure;
    chart->title = title ? keep(figure, title) : NULL;
    chart->x.min = chart->x.max = chart->y.min = chart->y.max = NAN;
    chart_axes(chart, "", "1", "", "1");
    figure->chart[figure->charts++] = chart;
    return chart;
}

void chart_axes(cli_chart *chart, const char *x, const char *x_unit, const char *y,
                const char *y_unit)
{
    chart->x.label = keep(chart->figure, x);
    chart->x.unit = keep(chart->figure, x_unit);
    chart->y.label = keep(chart->figure, y);
    chart->y.unit = keep(chart->figure, y_unit);
}

void chart_names(cli_chart *chart, chart_axis *axis, const char *const *names,
                 size_t count)
{
    const char **copy = calloc(count + 1, sizeof *copy);

    if (!copy || chart == &nowhere) {
        chart->figure->failed = true;
        free(copy);
        return;
    }
    for (size_t i = 0; i < count; i++)
        copy[i] = keep(chart->figure, names[i]);
    free((void *)(uintptr_t)axis->names);
    axis->names = copy;
    axis->name_count = count;
}

chart_series *chart_series_add(cli_chart *chart, chart_kind kind, const char *name)
{
    static chart_series lost;
    chart_series *series;

    if (chart == &nowhere || chart->series_count == CHART_SERIES) {
        chart->figure->failed = true;
        lost = (chart_series){.figure = chart->figure};
        return &lost;
    }
    series = &chart->series[chart->series_count++];
    *series = (chart_series){.figure = chart->figure, .kind = kind,
                             .name = keep(chart->figure, name)};
    return series;
}

static void add_point(chart_series *series, chart_point point)
{
    if (!isfinite(point.x) || !isfinite(point.y) || !isfinite(point.top)) {
        series->left_out++;
        series->gap = true;
        return;
    }
    if (series->figure->failed)
        return;
    if (series->count == series->room) {
        const size_t room = 2 * series->room + 64;
        chart_point *larger = realloc(series->points, room * sizeof *larger);
        if (!larger) {
            series->figure->failed = true;
            return;
        }
        series->points = larger;
        series->room = room;
    }
    point.starts = series->gap || series->count == 0;
    series->gap = false;
    series->points[series->count++] = point;
}

void series_point(chart_series *series, double x, double y)
{
    add_point(series, (chart_point){.x = x, .y = y, .top = y});
}

void series_band(chart_series *series, double x, double low, double high)
{
    add_point(series, (chart_point){.x = x, .y = low, .top = high});
}

void series_gap(chart_series *series)
{
    series->gap = true;
}

void chart_mark_add(cli_chart *chart, bool vertical, double at, const char *name)
{
    if (chart->marks < CHART_MARKS && isfinite(at))
        chart->mark[chart->marks++] =
            (chart_mark){vertical, at, keep(chart->figure, name)};
}

/* ---- grid ---- */

double *chart_grid_add(cli_chart *chart, const char *label, const char *unit,
                       size_t columns, size_t rows)
{
    chart_grid *grid = &chart->grid;

    if (chart == &nowhere || columns < 1 || rows < 1 || columns > 1024 || rows > 1024)
        grid->values = NULL;
    else
        grid->values = calloc(columns * rows, sizeof *grid->values);
    if (!grid->values) {
        chart->figure->failed = true;
        return NULL;
    }
    grid->label = keep(chart->figure, label);
    grid->unit = keep(chart->figure, unit);
    grid->columns = columns;
    grid->rows = rows;
    grid->limit[0] = grid->limit[1] = NAN;
    chart_grid_place(chart, 0, (double)columns - 1, 0, (double)rows - 1);
    return grid->values;
}

void chart_grid_place(cli_chart *chart, double x0, double x1, double y0, double y1)
{
    chart->grid.x[0] = x0;
    chart->grid.x[1] = x1;
    chart->grid.y[0] = y0;
    chart->grid.y[1] = y1;
}

void chart_level_add(cli_chart *chart, double level)
{
    if (chart->grid.levels < CHART_LEVELS && isfinite(level))
        chart->grid.level[chart->grid.levels++] = level;
}
