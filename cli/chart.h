/*
 * cli/chart.h - one small description of a picture, drawn as SVG, as text and on a page
 *
 * A figure has one or more charts side by side; a chart has two axes, and series, a grid
 * and marks between them. Texts are copied. Numbers that are not finite are left out,
 * counted, and said to be. Out of memory is kept and returned at the end.
 *
 *     figure_start(&figure, "Loss of three runs", "Mean loss over the epochs.");
 *     chart = figure_chart(&figure, NULL);
 *     chart_axes(chart, "epoch", "1", "loss", "per example");
 *     chart->y.scale = CHART_LOG;
 *     series = chart_series_add(chart, CHART_LINE, "rate 0.1");
 *     series_point(series, 1, 0.5);
 *     ...
 *     figure_report(&figure, &report);             as text and in the JSON object
 *     figure_write(&figure, path, force);          as SVG, or as a page
 *     figure_free(&figure);
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_CHART_H
#define CLI_CHART_H

#include "report.h"

/* What is more than this cannot be told apart, or not be seen. */
enum { CHART_SERIES = 16, CHART_MARKS = 16, CHART_LEVELS = 16, FIGURE_CHARTS = 16 };

typedef enum chart_scale { CHART_LINEAR, CHART_LOG } chart_scale;
typedef enum chart_kind { CHART_LINE, CHART_POINTS, CHART_BARS, CHART_BAND } chart_kind;

typedef struct cli_figure cli_figure;

typedef struct chart_axis {
    const char *label;
    const char *unit;           /* "1": none, and then not shown */
    chart_scale scale;
    double min, max;            /* NaN: by what is drawn */
    const char *const *names;   /* of 0, 1, 2, ... instead of ticks, or NULL */
    size_t name_count;
} chart_axis;

typedef struct chart_point {
    double x, y, top;           /* top: the upper edge of a band */
    bool starts;                /* no line comes from the point before it */
} chart_point;

typedef struct chart_series {
    cli_figure *figure;
    const char *name;           /* "" where it needs none */
    chart_kind kind;
    chart_point *points;        /* owned */
    size_t count, room;
    size_t left_out;            /* points that are not finite */
    bool gap;                   /* the next one starts anew */
} chart_series;

/* Values at the points of a grid, drawn as a map with lines of equal value. */
typedef struct chart_grid {
    const char *label, *unit;   /* of the values */
    chart_scale scale;
    size_t columns, rows;       /* 0: the chart has none */
    double x[2], y[2];          /* of the first and last column, row */
    double *values;             /* [rows][columns], owned; NaN: left out */
    double limit[2];            /* of the colours; NaN: by the values */
    double level[CHART_LEVELS]; /* where lines are drawn */
    size_t levels;
    bool diverging;             /* two colours, that part at 0: of errors */
    bool numbers;               /* each value is written into its cell */
} chart_grid;

typedef struct chart_mark {
    bool vertical;
    double at;
    const char *name;
} chart_mark;

typedef struct cli_chart {
    cli_figure *figure;
    const char *title;          /* NULL: the figure's says it */
    chart_axis x, y;
    chart_series series[CHART_SERIES];
    size_t series_count;
    chart_mark mark[CHART_MARKS];
    size_t marks;
    chart_grid grid;
} cli_chart;

struct cli_figure {
    const char *title, *about;
    size_t columns;             /* charts side by side; 0: by their number */
    cli_chart *chart[FIGURE_CHARTS];
    size_t charts;
    struct chart_text *kept;    /* copies of texts */
    bool failed;
};

void figure_start(cli_figure *figure, const char *title, const char *about);
void figure_free(cli_figure *figure);
/* Errors   MEMORY, when anything below found none. */
gradus_status figure_state(const cli_figure *figure);

/* The next chart. It is never NULL: where there are too many, the figure has failed and the
 * last one is given again; so too for series. */
cli_chart *figure_chart(cli_figure *figure, const char *title);
void chart_axes(cli_chart *chart, const char *x, const char *x_unit, const char *y,
                const char *y_unit);
/* Names for 0, 1, ... on an axis, of bars or classes. */
void chart_names(cli_chart *chart, chart_axis *axis, const char *const *names,
                 size_t count);
chart_series *chart_series_add(cli_chart *chart, chart_kind kind, const char *name);
void series_point(chart_series *series, double x, double y);
void series_band(chart_series *series, double x, double low, double high);
/* No line between the last point and the next one. */
void series_gap(chart_series *series);
void chart_mark_add(cli_chart *chart, bool vertical, double at, const char *name);
/* Room for values [rows][columns], the first at (x0, y0); NULL out of memory. */
double *chart_grid_add(cli_chart *chart, const char *label, const char *unit,
                       size_t columns, size_t rows);
void chart_grid_place(cli_chart *chart, double x0, double x1, double y0, double y1);
void chart_level_add(cli_chart *chart, double level);

/* ---- what is made of it ---- */

/* "charts" in the JSON object, and the pictures as text in its lines. */
void figure_report(const cli_figure *figure, cli_report *report);
void figure_json(const cli_figure *figure, cli_report *report);
void figure_text(const cli_figure *figure, cli_report *report);

/* An SVG file's text: it stands for itself, with its data in <metadata>. */
void figure_svg(const cli_figure *figure, FILE *stream);
/* The same within a page, and the data under it in tables to unfold. */
void figure_section(const cli_figure *figure, FILE *stream);
/* A whole page. */
void figure_page(const cli_figure *figure, FILE *stream);

/*
 * --picture FILE: whether it can be written, before any work; and the writing of it. A name
 * that ends in .html gives a page, every other one an SVG.  Errors   ARGUMENT, IO, MEMORY.
 */
gradus_status picture_check(const cli_settings *settings);
bool picture_is_page(const char *path);
gradus_status picture_write(const cli_settings *settings, const cli_figure *figure);
/* The same, and the report as --json and --log ask: on standard error where the picture takes
 * standard output. */
gradus_status picture_tell(const cli_settings *settings, const cli_figure *figure,
                           cli_report *report);

#endif
