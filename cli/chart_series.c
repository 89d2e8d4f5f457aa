/*
 * cli/chart_series.c - lines, points, bars and bands as SVG
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "chart_draw.h"

enum { COLORS = 7, SHAPES = 6, MANY_POINTS = 40 };

static const char *const dashes[COLORS] = {"", "8 4", "2 3", "10 3 2 3", "14 4", "5 2 1 2", ""};

static size_t colour(size_t index)
{
    return index % COLORS;
}

/* A marker with its middle at (x, y): circle, square, triangle, diamond, plus, cross. */
static void draw_dot(FILE *to, size_t index, double x, double y, double r)
{
    switch (index % SHAPES) {
    case 0:
        fprintf(to, "<circle class=\"dot\" cx=\"%.2f\" cy=\"%.2f\" r=\"%.1f\"/>", x, y, r);
        break;
    case 1:
        fprintf(to, "<rect class=\"dot\" x=\"%.2f\" y=\"%.2f\" width=\"%.1f\" "
                "height=\"%.1f\"/>", x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
        break;
    case 2:
        fprintf(to, "<path class=\"dot\" d=\"M%.2f %.2fl%.1f %.1fh%.1fz\"/>", x, y - 1.2 * r,
                1.15 * r, 2.0 * r, -2.3 * r);
        break;
    case 3:
        fprintf(to, "<path class=\"dot\" d=\"M%.2f %.2fl%.1f %.1fl%.1f %.1fl%.1f %.1fz\"/>",
                x, y - 1.3 * r, 1.3 * r, 1.3 * r, -1.3 * r, 1.3 * r, -1.3 * r, -1.3 * r);
        break;
    case 4:
        fprintf(to, "<path class=\"line\" d=\"M%.2f %.2fh%.1fM%.2f %.2fv%.1f\"/>",
                x - 1.2 * r, y, 2.4 * r, x, y - 1.2 * r, 2.4 * r);
        break;
    default:
        fprintf(to, "<path class=\"line\" d=\"M%.2f %.2fl%.1f %.1fm0 %.1fl%.1f %.1f\"/>",
                x - r, y - r, 2 * r, 2 * r, -2 * r, -2 * r, 2 * r);
        break;
    }
}

/* Coordinates far outside trouble some viewers, and cannot be seen anyway. */
static double near_plot(double pixel)
{
    return pixel < -5000 ? -5000 : pixel > 5000 ? 5000 : pixel;
}

static bool place_point(const chart_place *place, const chart_point *point, double at[3])
{
    at[0] = near_plot(place_x(place, point->x));
    at[1] = near_plot(place_y(place, point->y));
    at[2] = near_plot(place_y(place, point->top));
    return !isnan(at[0]) && !isnan(at[1]) && !isnan(at[2]);
}

static void draw_line(const chart_place *place, const chart_series *series,
                      const char *class, const char *dash)
{
    bool starts = true;
    double at[3];

    fprintf(place->to, "<path class=\"%s\"", class);
    if (*dash)
        fprintf(place->to, " stroke-dasharray=\"%s\"", dash);
    fputs(" d=\"", place->to);
    for (size_t i = 0; i < series->count; i++) {
        if (!place_point(place, &series->points[i], at)) {
            starts = true;
            continue;
        }
        fprintf(place->to, "%c%.2f %.2f", starts || series->points[i].starts ? 'M' : 'L',
                at[0], at[1]);
        starts = false;
    }
    fputs("\"/>\n", place->to);
}

/* Of a line with many points some get a marker, of each series others. */
static void draw_dots(const chart_place *place, const chart_series *series, size_t index)
{
    const bool few = series->kind == CHART_POINTS || series->count <= MANY_POINTS;
    const size_t step = few ? 1 : series->count / 6;
    double at[3];

    for (size_t i = few ? 0 : step * (index % 6 + 1) / 7; i < series->count; i += step)
        if (place_point(place, &series->points[i], at))
            draw_dot(place->to, index, at[0], at[1],
                     series->kind == CHART_POINTS ? 3.6 : 3.2);
    fputc('\n', place->to);
}

static void draw_band(const chart_place *place, const chart_series *series)
{
    double at[3];
    const char *step = "M";

    fputs("<path class=\"band\" d=\"", place->to);
    for (size_t i = 0; i < series->count; i++)
        if (place_point(place, &series->points[i], at)) {
            fprintf(place->to, "%s%.2f %.2f", step, at[0], at[1]);
            step = "L";
        }
    for (size_t i = series->count; i-- > 0;)
        if (place_point(place, &series->points[i], at))
            fprintf(place->to, "%s%.2f %.2f", step, at[0], at[2]);
    fputs("z\"/>\n", place->to);
}

/* Bars of several series stand side by side; they are as wide as the least step allows. */
static void draw_bars(const chart_place *place, const chart_series *series, size_t index)
{
    size_t all = 0, before = 0;
    double step = INFINITY, at[3];

    for (size_t i = 0; i < place->chart->series_count; i++) {
        all += place->chart->series[i].kind == CHART_BARS;
        before += i < index && place->chart->series[i].kind == CHART_BARS;
    }
    for (size_t i = 1; i < series->count; i++)
        step = fmin(step, fabs(place_x(place, series->points[i].x) -
                               place_x(place, series->points[i - 1].x)));
    const double whole = 0.8 * fmin(step, place->wide / (double)(series->count + 1));
    const double width = whole / (double)all;
    const double base = place->y.scale == CHART_LOG ? place->high
                                                    : near_plot(place_y(place, 0));

    for (size_t i = 0; i < series->count; i++)
        if (place_point(place, &series->points[i], at))
            fprintf(place->to, "<rect class=\"bar\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" "
                    "height=\"%.2f\"/>\n", at[0] - whole / 2 + width * (double)before,
                    fmin(at[1], base), 0.94 * width, fabs(base - at[1]));
}

void svg_series(const chart_place *place, size_t index)
{
    const chart_series *series = &place->chart->series[index];

    fprintf(place->to, "<g class=\"s%zu\">\n", colour(index));
    if (series->kind == CHART_BAND) {
        draw_band(place, series);
    } else if (series->kind == CHART_BARS) {
        draw_bars(place, series, index);
    } else {
        if (series->kind == CHART_LINE && place->chart->grid.columns)
            draw_line(place, series, "halo", "");
        if (series->kind == CHART_LINE)
            draw_line(place, series, "line", dashes[colour(index)]);
        if (series->kind == CHART_POINTS || *series->name)
            draw_dots(place, series, index);
    }
    fputs("</g>\n", place->to);
}

void svg_sample(const chart_place *place, size_t index, double x, double y)
{
    const chart_series *series = &place->chart->series[index];
    const char *dash = dashes[colour(index)];

    fprintf(place->to, "<g class=\"s%zu\">", colour(index));
    if (series->kind == CHART_BARS || series->kind == CHART_BAND)
        fprintf(place->to, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"26\" "
                "height=\"10\"/>", series->kind == CHART_BARS ? "bar" : "band", x, y - 5);
    if (series->kind == CHART_LINE)
        fprintf(place->to, "<path class=\"line\"%s%s%s d=\"M%.1f %.1fh26\"/>",
                *dash ? " stroke-dasharray=\"" : "", dash, *dash ? "\"" : "", x, y);
    if (series->kind == CHART_LINE || series->kind == CHART_POINTS)
        draw_dot(place->to, index, x + 13, y, 3.2);
    fputs("</g>\n", place->to);
}
