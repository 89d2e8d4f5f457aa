/*
 * cli/chart_draw.h - what the files that draw charts share
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_CHART_DRAW_H
#define CLI_CHART_DRAW_H

#include "chart.h"

/* What an axis shows, from end to end. */
typedef struct chart_range {
    double min, max;
    chart_scale scale;
    bool whole;                 /* only whole numbers: no ticks between them */
} chart_range;

enum { CHART_TICKS = 16, TICK_LENGTH = 24 };

typedef struct chart_ticks {
    size_t count;
    double at[CHART_TICKS];
    char text[CHART_TICKS][TICK_LENGTH]; /* "0.25", or "1e-4" on some axes with a log scale */
} chart_ticks;

chart_range chart_range_x(const cli_chart *chart);
chart_range chart_range_y(const cli_chart *chart);
chart_range chart_range_grid(const chart_grid *grid);
/* Where a value lies, from 0 to 1; outside where it does; NaN: nowhere on a log scale. */
double range_share(const chart_range *range, double value);
double range_value(const chart_range *range, double share);
/* At most `most` round numbers within the range. */
void range_ticks(const chart_range *range, size_t most, chart_ticks *ticks);
/* Names of 0, 1, 2, ... as ticks, side by side in so many pixels or above each other; of many
 * only some. */
void axis_names(const chart_axis *axis, bool vertical, double pixels, chart_ticks *ticks);

/* Where a column, a row of the grid stands. */
static inline double grid_x(const chart_grid *grid, size_t column)
{
    const double share = grid->columns > 1 ? (double)column / (double)(grid->columns - 1) : 0;
    return grid->x[0] + share * (grid->x[1] - grid->x[0]);
}

static inline double grid_y(const chart_grid *grid, size_t row)
{
    const double share = grid->rows > 1 ? (double)row / (double)(grid->rows - 1) : 0;
    return grid->y[0] + share * (grid->y[1] - grid->y[0]);
}

/* "loss (per example)" */
void axis_title(const char *label, const char *unit, char *text, size_t room);
/* What could not be drawn, in words; "" for none. */
void chart_left_out(const cli_chart *chart, char *text, size_t room);
/* Columns that UTF-8 text takes; wide characters count as one. */
size_t chart_columns(const char *text);
/* The chart's title, or the figure's. */
const char *chart_title(const cli_chart *chart);

/* ---- SVG ---- */

/* The place of a chart in its drawing, in pixels: whole, and the plot in it. */
typedef struct chart_place {
    FILE *to;
    const cli_chart *chart;
    double width, height;
    double left, top, wide, high;
    chart_range x, y;
} chart_place;

double place_x(const chart_place *place, double x);
double place_y(const chart_place *place, double y);

void svg_style(FILE *stream);
void svg_figure(const cli_figure *figure, FILE *stream, bool alone);
void svg_grid(const chart_place *place);
void svg_grid_scale(const chart_place *place, double left);
void svg_series(const chart_place *place, size_t index);
/* The series' line and marker, as a legend shows them. */
void svg_sample(const chart_place *place, size_t index, double x, double y);
/* A number with a minus sign, 1e-4 as a power of ten. */
void svg_number(FILE *stream, const char *text);

/* ---- tables ---- */

void chart_table(const cli_chart *chart, FILE *stream);

#endif
