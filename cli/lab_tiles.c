/*
 * cli/lab_tiles.c - what an error costs in units, in one, two and three dimensions
 *
 * Networks are built for
 *
 *     f(x) = 1/(1 + |x|^2)    on -1:1 in each direction
 *     f_i = -2 x_i f^2        f_ij = 8 x_i x_j f^3 - 2 (i = j) f^2
 *
 * from finer and finer grids. Constant pieces, tiles, are within h of f where they are h wide:
 * N^d of them for an error of about 1/N. Linear ones, interpolation, are within h^2.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lab.h"
#include "message.h"
#include "surface.h"
#include "text.h"

enum { MOST_INPUTS = 3, SIZES = 11, PICTURE = 8 };

static const gradus_interval box[MOST_INPUTS] = {{-1, 1}, {-1, 1}, {-1, 1}};
static const size_t sizes[SIZES] = {4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128};

/* A construction in d dimensions, and the units that N pieces of each axis take. */
typedef struct tile_case {
    const char *construction;
    size_t inputs;
    size_t max;                 /* pieces that are tried */
    double power;               /* error^-power units, by theory */
} tile_case;

static const tile_case cases[] = {
    {"tiles", 1, 128, 1}, {"tiles", 2, 64, 2}, {"tiles", 3, 24, 3},
    {"sigmoid-tiles", 1, 128, 1}, {"sigmoid-tiles", 2, 64, 2}, {"sigmoid-tiles", 3, 24, 3},
    {"interpolation", 1, 128, 0.5}, {"kuhn", 2, 64, 1}, {"kuhn", 3, 32, 1.5},
};
enum { CASES = sizeof cases / sizeof *cases };

/* ---- f, and all its values on a box ---- */

static double value(const double *x, void *user)
{
    const size_t d = *(const size_t *)user;
    double u = 1;

    for (size_t i = 0; i < d; i++)
        u += x[i] * x[i];
    return 1 / u;
}

static gradus_interval outward(double least, double most)
{
    return (gradus_interval){nextafter(least, -INFINITY), nextafter(most, INFINITY)};
}

static gradus_interval times(gradus_interval a, gradus_interval b)
{
    const double p = a.min * b.min, q = a.min * b.max;
    const double r = a.max * b.min, s = a.max * b.max;

    return outward(fmin(fmin(p, q), fmin(r, s)), fmax(fmax(p, q), fmax(r, s)));
}

static gradus_interval scaled(double factor, gradus_interval a)
{
    return times((gradus_interval){factor, factor}, a);
}

/* 1/(1 + sum x_i^2) */
static gradus_interval enclose_value(const gradus_interval *x, size_t d)
{
    gradus_interval u = {1, 1};

    for (size_t i = 0; i < d; i++) {
        const double a = fabs(x[i].min), b = fabs(x[i].max);
        const double near = x[i].min > 0 || x[i].max < 0 ? fmin(a, b) : 0, far = fmax(a, b);
        const gradus_interval square = outward(near * near, far * far);
        u = outward(u.min + fmax(square.min, 0), u.max + square.max);
    }
    return outward(1 / u.max, 1 / u.min);
}

static gradus_status enclose(const gradus_interval *x, int order, gradus_interval *result,
                             void *user)
{
    const size_t d = *(const size_t *)user;
    const gradus_interval f = enclose_value(x, d), ff = times(f, f), fff = times(f, ff);

    *result++ = f;
    for (size_t i = 0; i < d && order > 0; i++)
        *result++ = scaled(-2, times(x[i], ff));
    for (size_t i = 0; i < d && order > 1; i++)
        for (size_t j = i; j < d; j++) {
            const gradus_interval bend = scaled(8, times(times(x[i], x[j]), fff));
            const gradus_interval less = scaled(i == j ? -2 : 0, ff);
            *result++ = outward(bend.min + less.min, bend.max + less.max);
        }
    return GRADUS_OK;
}

/* ---- networks ---- */

/* Hidden units of n pieces along each axis: docs/math/constructions.md */
static size_t units_of(const tile_case *c, size_t n)
{
    const size_t d = c->inputs, cells = d == 1 ? n : d == 2 ? n * n : n * n * n;
    const size_t nodes = d == 2 ? (n + 1) * (n + 1) : (n + 1) * (n + 1) * (n + 1) + 2 * n - 1;

    if (c->power < (double)d)
        return d == 1 ? n : nodes;
    return cells + d * (n + 1) - (c->construction[0] == 's' ? 2 * d + 1 : 0);
}

static gradus_status build(const cli_lab *lab, const tile_case *c, size_t n,
                           gradus_approximation **made)
{
    size_t d = c->inputs;
    const gradus_function f = {d, value, enclose, &d, NULL};
    gradus_approximation_options options;
    gradus_status status = lab_stopped();

    gradus_approximation_defaults(&options);
    options.construction = c->construction;
    options.units = units_of(c, n);
    if (status != GRADUS_OK)
        return status;
    status = gradus_approximation_new(lab->context, &f, box, &options, made);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

/* ---- growth ---- */

/* Least squares of log units by log bound, over the finer half. */
typedef struct tile_fit {
    double x[SIZES], y[SIZES];
    size_t count;
} tile_fit;

static double slope_of(const tile_fit *fit)
{
    const size_t from = fit->count / 2;
    const double n = (double)(fit->count - from);
    double x = 0, y = 0, xx = 0, xy = 0;

    for (size_t i = from; i < fit->count; i++) {
        x += fit->x[i] / n;
        y += fit->y[i] / n;
    }
    for (size_t i = from; i < fit->count; i++) {
        xx += (fit->x[i] - x) * (fit->x[i] - x);
        xy += (fit->x[i] - x) * (fit->y[i] - y);
    }
    return xy / xx;
}

static void say_point(cli_report *report, const tile_case *c,
                      const gradus_approximation_about *about)
{
    report_row(report, "%-14s%2zu%8zu%11s%12s%12s", c->construction, c->inputs, about->pieces,
               text_count(about->units), text_number(about->bound, 4),
               text_number(about->measured, 4));
    report_object(report, NULL);
    report_count(report, "pieces", about->pieces, NULL);
    report_count(report, "units", about->units, NULL);
    report_count(report, "parameters", about->parameters, NULL);
    report_number(report, "bound", about->bound, 0, NULL);
    report_number(report, "measured", about->measured, 0, NULL);
    report_close(report);
}

static gradus_status grow(cli_lab *lab, const tile_case *c, chart_series *series)
{
    cli_report *report = &lab->report;
    tile_fit fit = {.count = 0};
    gradus_status status = GRADUS_OK;

    report_object(report, NULL);
    report_string(report, "construction", c->construction, NULL);
    report_count(report, "inputs", c->inputs, NULL);
    report_array(report, "networks");
    for (size_t i = 0; i < SIZES && sizes[i] <= c->max && status == GRADUS_OK; i++) {
        gradus_approximation_about about;
        gradus_approximation *made;
        status = build(lab, c, sizes[i], &made);
        if (status != GRADUS_OK)
            continue;
        gradus_approximation_describe(made, &about);
        gradus_approximation_free(made);
        say_point(report, c, &about);
        if (series)
            series_point(series, about.bound, (double)about.units);
        fit.x[fit.count] = log(about.bound);
        fit.y[fit.count++] = log((double)about.units);
    }
    report_close(report);
    if (status != GRADUS_OK)
        return status;
    report_row(report, "%-14s%2zu  units ~ bound^%s, by theory %s", c->construction, c->inputs,
               text_number(slope_of(&fit), 3), text_number(-c->power, 3));
    report_number(report, "power", slope_of(&fit), 0, NULL);
    report_number(report, "power_by_theory", -c->power, 0, NULL);
    report_close(report);
    return GRADUS_OK;
}

static gradus_status grow_all(cli_lab *lab)
{
    cli_chart *chart = figure_chart(&lab->figure, "Units for an error");
    gradus_status status = GRADUS_OK;

    chart_axes(chart, "error, at most", "1", "units", "1");
    chart->x.scale = chart->y.scale = CHART_LOG;
    report_row(&lab->report, "%-14s%2s%8s%11s%12s%12s", "construction", "d", "pieces", "units",
               "bound", "measured");
    report_array(&lab->report, "constructions");
    for (size_t i = 0; i < CASES && status == GRADUS_OK; i++) {
        char name[40];
        const bool shown = cases[i].construction[0] != 's'; /* with sigmoid it is the same */
        snprintf(name, sizeof name, "%s, %zu-D", cases[i].construction, cases[i].inputs);
        status = grow(lab, &cases[i], shown ? chart_series_add(chart, CHART_LINE, name) : NULL);
    }
    report_close(&lab->report);
    return status;
}

/* ---- the surface ---- */

static gradus_status draw_surfaces(cli_lab *lab)
{
    static const tile_case drawn[] = {
        {"tiles", 2, PICTURE, 2}, {"sigmoid-tiles", 2, PICTURE, 2}, {"kuhn", 2, PICTURE, 1}};
    size_t two = 2;
    const gradus_function f = {2, value, enclose, &two, NULL};
    gradus_status status = GRADUS_OK;

    for (size_t i = 0; i < 3 && status == GRADUS_OK; i++) {
        gradus_approximation *made;
        status = build(lab, &drawn[i], PICTURE, &made);
        if (status != GRADUS_OK)
            return status;
        const cli_surface surface = {&f, box, gradus_approximation_net(made),
                                     drawn[i].construction};
        status = surface_draw(&surface, i == 0, &lab->figure);
        gradus_approximation_free(made);
    }
    return status;
}

gradus_status lab_tiles(cli_lab *lab)
{
    gradus_status status;

    figure_start(&lab->figure, "What an error costs in several dimensions",
                 "Units of networks that are built for 1/(1 + |x|^2) on -1:1 in one, two and "
                 "three dimensions, by the proved bound of their error; and with 8 pieces of "
                 "each axis in two dimensions their values and errors.");
    report_row(&lab->report, "%s", "1/(1 + |x|^2) on -1:1 in each direction");
    status = grow_all(lab);
    return status == GRADUS_OK ? draw_surfaces(lab) : status;
}
