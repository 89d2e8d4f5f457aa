/*
 * cli/regions_report.c - regions of a network: what is told of them, and their picture
 *
 * SPDX-License-Identifier: MIT
 */
#include "regions.h"

#include <math.h>

#include "chart_draw.h"
#include "text.h"

enum { LAYERS = CHART_SERIES - 4, CURVES = 3 }; /* that a picture tells apart */
enum { GRID = 101 };                            /* points of a map, to each side */

/* ---- words and numbers ---- */

void regions_add_bounds(cli_report *report, const gradus_region_bounds *bounds)
{
    report_number(report, "single", bounds->single, 0, NULL);
    report_number(report, "lower", bounds->lower, 0, NULL);
    report_number(report, "lower_dead", bounds->lower_dead, 0, NULL);
    report_number(report, "upper", bounds->upper, 0, NULL);
    report_number(report, "upper_any", bounds->upper_any, 0, NULL);
    report_number(report, "on_line", bounds->on_line, 0, NULL);
}

static void say_bound(cli_report *report, double bound, const char *what)
{
    if (isnan(bound))
        return;
    report_line(report, "");
    report_say(report, "%s %s", isinf(bound) ? "more than 1e308" : text_number(bound, 7), what);
}

static void say_bounds(cli_report *report, const gradus_regions_about *about)
{
    const gradus_region_bounds *b = &about->bounds;
    const bool line = about->variables == 1;

    report_object(report, "bounds");
    regions_add_bounds(report, b);
    report_close(report);
    if (isnan(b->upper_any))
        return;
    report_line(report, "bounds");
    report_say(report, "whatever the weights are, for %zu input%s and these widths:",
               about->variables, line ? "" : "s");
    const double upper = isnan(b->upper) ? b->upper_any : b->upper;
    const bool reached = b->lower_dead == upper;
    say_bound(report, upper, reached ? "at most, and some network has them" : "at most");
    if (!reached && !isnan(b->upper)) {
        say_bound(report, b->lower_dead, "some network has, or more (Serra et al.)");
        say_bound(report, b->lower, "some network has, or more (Montufar et al.)");
    }
    say_bound(report, b->single, "one layer of as many units at most");
}

void regions_say(cli_report *report, const gradus_regions *regions, const gradus_slice *slice,
                 const char *const axis[2])
{
    gradus_regions_about about;

    gradus_regions_describe(regions, &about);
    report_line(report, "on");
    report_array(report, "on");
    for (size_t k = 0; k < about.variables; k++) {
        report_say(report, "%s%s from %s to ", k > 0 ? ", " : "", text_name(axis[k]),
                   text_number(slice->min[k], 6));
        report_say(report, "%s", text_number(slice->max[k], 6));
        report_object(report, NULL);
        report_string(report, "variable", axis[k], NULL);
        report_number(report, "min", slice->min[k], 0, NULL);
        report_number(report, "max", slice->max[k], 0, NULL);
        report_close(report);
    }
    report_close(report);
    report_line(report, "regions");
    report_count(report, "regions", about.regions, " activation regions, ");
    report_count(report, "pieces", about.pieces, " linear pieces, by ");
    report_count(report, "units", about.units, " units");
    if (about.ending) {
        report_say(report, "; before the %s at the end", about.ending);
        report_string(report, "ending", about.ending, NULL);
    }
    report_line(report, about.variables == 1 ? "length" : "area");
    report_say(report, "of a region from %s to ", text_number(about.min, 3));
    report_say(report, "%s", text_number(about.max, 3));
    report_number(report, "least_size", about.min, 0, NULL);
    report_number(report, "most_size", about.max, 0, NULL);
    report_line(report, "signs");
    report_say(report, "all exact; ");
    report_count(report, "exact", about.exact, " of them by integers");
    say_bounds(report, &about);
}

/* ---- pictures ---- */

static size_t deepest(const gradus_regions *regions, size_t count)
{
    size_t layers = 0;

    for (size_t i = 0; i < count; i++) {
        gradus_region region;
        gradus_regions_region(regions, i, &region);
        for (size_t k = 0; k < region.corners; k++)
            if (region.side[k].layer > layers)
                layers = region.side[k].layer;
    }
    return layers;
}

/* A series for each layer; the last one is of all that are deeper. */
static size_t add_layers(cli_chart *chart, chart_kind kind, size_t layers)
{
    const size_t series = layers < LAYERS ? layers : LAYERS;

    for (size_t l = 1; l <= series; l++) {
        char name[48];
        snprintf(name, sizeof name, l < layers && l == series ? "layer %zu and deeper"
                                                              : "layer %zu", l);
        chart_series_add(chart, kind, name);
    }
    return series;
}

/* A side is drawn from the region in which its unit is above 0. */
static void draw_plane(cli_chart *chart, const gradus_regions *regions, size_t count)
{
    const size_t series = add_layers(chart, CHART_LINE, deepest(regions, count));

    for (size_t i = 0; i < count; i++) {
        gradus_region region;
        gradus_regions_region(regions, i, &region);
        for (size_t k = 0; k < region.corners; k++) {
            const gradus_region_side *side = &region.side[k];
            const double *from = region.corner + 2 * k;
            const double *to = region.corner + 2 * ((k + 1) % region.corners);
            if (side->layer == 0 || !side->above)
                continue;
            chart_series *line =
                &chart->series[(side->layer < series ? side->layer : series) - 1];
            series_gap(line);
            series_point(line, from[0], from[1]);
            series_point(line, to[0], to[1]);
        }
    }
}

static double value_at(const gradus_region *region, size_t output, double s)
{
    const double *map = region->map + 2 * output;

    return map[0] * s + map[1];
}

static void draw_line(cli_chart *chart, const gradus_regions *regions,
                      const gradus_regions_about *about)
{
    const size_t curves = about->outputs < CURVES ? about->outputs : CURVES;
    const size_t layers = deepest(regions, about->regions);
    gradus_region region;

    for (size_t j = 0; j < curves; j++) {
        char name[32] = "output";
        if (about->outputs > 1)
            snprintf(name, sizeof name, "output %zu", j + 1);
        chart_series *curve = chart_series_add(chart, CHART_LINE, name);
        for (size_t i = 0; i < about->regions; i++) {
            gradus_regions_region(regions, i, &region);
            series_point(curve, region.corner[0], value_at(&region, j, region.corner[0]));
            series_point(curve, region.corner[1], value_at(&region, j, region.corner[1]));
        }
    }
    const size_t series = add_layers(chart, CHART_POINTS, layers);
    for (size_t i = 1; i < about->regions; i++) {
        gradus_regions_region(regions, i, &region);
        const size_t layer = region.side[0].layer < series ? region.side[0].layer : series;
        series_point(&chart->series[curves + layer - 1], region.corner[0],
                     value_at(&region, 0, region.corner[0]));
    }
}

/* Left of all sides, or on one: up to a share of the box that rounding may take. */
static bool holds(const gradus_region *region, double x, double y, double area)
{
    for (size_t k = 0; k < region->corners; k++) {
        const double *a = region->corner + 2 * k;
        const double *b = region->corner + 2 * ((k + 1) % region->corners);
        if ((b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) < -1e-12 * area)
            return false;
    }
    return true;
}

/* The points of the grid within the region: from the first to behind the last. */
static void range_of(const gradus_region *region, const gradus_slice *slice, size_t axis,
                     size_t range[2])
{
    const double step = (slice->max[axis] - slice->min[axis]) / (GRID - 1);
    double low = INFINITY, high = -INFINITY;

    for (size_t k = 0; k < region->corners; k++) {
        const double at = (region->corner[2 * k + axis] - slice->min[axis]) / step;
        low = fmin(low, at);
        high = fmax(high, at);
    }
    low = ceil(low - 1e-6);
    high = floor(high + 1e-6);
    range[0] = low > 0 ? (size_t)low : 0;
    range[1] = high < GRID - 1 ? (size_t)(high + 1) : GRID;
}

/* The first output at the points of a grid, by the map of the region where each lies. */
static void fill_grid(cli_chart *chart, const gradus_regions *regions,
                      const gradus_slice *slice, size_t count, double *values)
{
    const double area = (slice->max[0] - slice->min[0]) *
                        (slice->max[1] - slice->min[1]);

    chart_grid_place(chart, slice->min[0], slice->max[0], slice->min[1], slice->max[1]);
    for (size_t i = 0; i < GRID * GRID; i++)
        values[i] = NAN;
    for (size_t i = 0; i < count; i++) {
        gradus_region region;
        size_t across[2], up[2];
        gradus_regions_region(regions, i, &region);
        range_of(&region, slice, 0, across);
        range_of(&region, slice, 1, up);
        for (size_t r = up[0]; r < up[1]; r++)
            for (size_t c = across[0]; c < across[1]; c++) {
                const double x = grid_x(&chart->grid, c), y = grid_y(&chart->grid, r);
                if (holds(&region, x, y, area))
                    values[r * GRID + c] = region.map[0] * x + region.map[1] * y +
                                           region.map[2];
            }
    }
}

void regions_fill(cli_chart *chart, const gradus_regions *regions, const gradus_slice *slice)
{
    gradus_regions_about about;

    gradus_regions_describe(regions, &about);
    if (about.variables == 1)
        return;
    double *values = chart_grid_add(chart, about.outputs > 1 ? "output 1" : "output", "1",
                                    GRID, GRID);
    if (values)
        fill_grid(chart, regions, slice, about.regions, values);
}

void regions_draw(cli_chart *chart, const gradus_regions *regions, const gradus_slice *slice,
                  const char *const axis[2])
{
    gradus_regions_about about;

    gradus_regions_describe(regions, &about);
    chart_axes(chart, axis[0], "1", about.variables == 1 ? "output" : axis[1], "1");
    chart->x.min = slice->min[0];
    chart->x.max = slice->max[0];
    if (about.variables == 1) {
        draw_line(chart, regions, &about);
        return;
    }
    chart->y.min = slice->min[1];
    chart->y.max = slice->max[1];
    draw_plane(chart, regions, about.regions);
}
