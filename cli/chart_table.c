/*
 * cli/chart_table.c - a chart's numbers as tables, in XHTML, with the digits of --json
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "chart_draw.h"
#include "page.h"

static void start(const cli_chart *chart, const char *name, FILE *stream)
{
    fputs("<table xmlns=\"http://www.w3.org/1999/xhtml\">\n<caption>", stream);
    page_escape(stream, chart_title(chart));
    if (*name) {
        fputs(": ", stream);
        page_escape(stream, name);
    }
    fputs("</caption>\n", stream);
}

static void put_head(FILE *stream, const char *label, const char *unit, const char *after)
{
    char text[200];

    axis_title(label, unit, text, sizeof text);
    fputs("<th>", stream);
    page_escape(stream, text);
    fprintf(stream, "%s</th>", after);
}

static void put_number(FILE *stream, double number, const char *element)
{
    char text[GRADUS_NUMBER_LENGTH] = "";

    if (isfinite(number))
        gradus_number_write(number, text);
    fprintf(stream, "<%s>%s</%s>", element, text, element);
}

/* On an axis with names, the name of a place. */
static void put_place(FILE *stream, const chart_axis *axis, double at, const char *element)
{
    if (!axis->names || at < 0 || at >= (double)axis->name_count) {
        put_number(stream, at, element);
        return;
    }
    fprintf(stream, "<%s>", element);
    page_escape(stream, axis->names[(size_t)at]);
    fprintf(stream, "</%s>", element);
}

static void put_series(const cli_chart *chart, const chart_series *series, FILE *stream)
{
    const bool band = series->kind == CHART_BAND;

    start(chart, series->name, stream);
    fputs("<tr>", stream);
    put_head(stream, chart->x.label, chart->x.unit, "");
    put_head(stream, chart->y.label, chart->y.unit, band ? ", from" : "");
    if (band)
        put_head(stream, chart->y.label, chart->y.unit, ", to");
    fputs("</tr>\n", stream);
    for (size_t i = 0; i < series->count; i++) {
        fputs("<tr>", stream);
        put_place(stream, &chart->x, series->points[i].x, "td");
        put_number(stream, series->points[i].y, "td");
        if (band)
            put_number(stream, series->points[i].top, "td");
        fputs("</tr>\n", stream);
    }
    fputs("</table>\n", stream);
}

/* A column for each x, a row for each y, the uppermost first, as in the picture. */
static void put_grid(const cli_chart *chart, FILE *stream)
{
    const chart_grid *grid = &chart->grid;
    char text[200];

    axis_title(grid->label, grid->unit, text, sizeof text);
    start(chart, text, stream);
    fputs("<tr>", stream);
    put_head(stream, chart->y.label, chart->y.unit, "");
    for (size_t c = 0; c < grid->columns; c++)
        put_place(stream, &chart->x, grid_x(grid, c), "th");
    fputs("</tr>\n", stream);
    for (size_t r = grid->rows; r-- > 0;) {
        fputs("<tr>", stream);
        put_place(stream, &chart->y, grid_y(grid, r), "th");
        for (size_t c = 0; c < grid->columns; c++)
            put_number(stream, grid->values[r * grid->columns + c], "td");
        fputs("</tr>\n", stream);
    }
    fputs("</table>\n", stream);
}

static void put_marks(const cli_chart *chart, FILE *stream)
{
    start(chart, "lines", stream);
    for (size_t i = 0; i < chart->marks; i++) {
        const chart_mark *mark = &chart->mark[i];
        const chart_axis *axis = mark->vertical ? &chart->x : &chart->y;
        fputs("<tr><td>", stream);
        page_escape(stream, mark->name);
        fputs("</td>", stream);
        put_head(stream, axis->label, axis->unit, "");
        put_number(stream, mark->at, "td");
        fputs("</tr>\n", stream);
    }
    fputs("</table>\n", stream);
}

void chart_table(const cli_chart *chart, FILE *stream)
{
    char left_out[160];

    for (size_t i = 0; i < chart->series_count; i++)
        put_series(chart, &chart->series[i], stream);
    if (chart->grid.columns)
        put_grid(chart, stream);
    if (chart->marks)
        put_marks(chart, stream);
    chart_left_out(chart, left_out, sizeof left_out);
    if (*left_out)
        fprintf(stream, "<p xmlns=\"http://www.w3.org/1999/xhtml\">%s</p>\n", left_out);
}
