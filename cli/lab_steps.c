/*
 * cli/lab_steps.c - steps, bumps and ramps: what networks are built of
 *
 *     step   s(w x + b), at -b/w; from 0.1 to 0.9 over 2 ln 9 / w
 *     bump   h (s(w x - w s1) - s(w x - w s2))
 *     relu   ramp 2 units, hat 3, flat-topped bump 4
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"
#include "message.h"
#include "text.h"

enum { MOST_UNITS = 4, POINTS = 801, COUNTS = 5, DRAWN = 10 };

/* base 0 + sum_j out_j s(weight_j x + bias_j) */
typedef struct stp_net {
    const char *name, *activation;
    size_t units;
    double weight[MOST_UNITS], bias[MOST_UNITS], out[MOST_UNITS];
} stp_net;

static gradus_status new_net(const cli_lab *lab, const stp_net *of, gradus_net **net)
{
    const double base = 0;
    char text[80];
    gradus_status status;

    snprintf(text, sizeof text, "dense %zu %s output", of->units, of->activation);
    status = lab_net(lab, text, 1, 1, 1, net);
    if (status != GRADUS_OK)
        return status;
    gradus_net_set(*net, 0, of->weight);
    gradus_net_set(*net, 1, of->bias);
    gradus_net_set(*net, 2, of->out);
    gradus_net_set(*net, 3, &base);
    return GRADUS_OK;
}

static gradus_status value_at(const gradus_net *net, double x, double *y)
{
    return gradus_net_predict(net, &x, 1, y);
}

static gradus_status draw(const cli_lab *lab, const stp_net *of, cli_chart *chart)
{
    gradus_net *net = NULL;
    chart_series *series = chart_series_add(chart, CHART_LINE, of->name);
    gradus_status status = new_net(lab, of, &net);

    for (size_t i = 0; i < POINTS && status == GRADUS_OK; i++) {
        const double x = (double)i / (POINTS - 1);
        double y;
        status = value_at(net, x, &y);
        series_point(series, x, status == GRADUS_OK ? y : NAN);
    }
    gradus_net_free(net);
    return status;
}

/* ---- steps ---- */

/* Where the step takes this value, by halving. */
static gradus_status crossing(const gradus_net *net, double value, double *x)
{
    double left = -1, right = 2, y;

    for (int i = 0; i < 80; i++) {
        const gradus_status status = value_at(net, *x = (left + right) / 2, &y);
        if (status != GRADUS_OK)
            return fail_library(status);
        if (y < value)
            left = *x;
        else
            right = *x;
    }
    return GRADUS_OK;
}

static gradus_status say_step(cli_lab *lab, double w, double b)
{
    const stp_net step = {"", "sigmoid", 1, {w}, {b}, {1}};
    const double width = 2 * log(9) / w;
    double half = 0, low = 0, high = 0;
    gradus_net *net = NULL;
    gradus_status status = new_net(lab, &step, &net);

    if (status == GRADUS_OK)
        status = crossing(net, 0.5, &half);
    if (status == GRADUS_OK)
        status = crossing(net, 0.1, &low);
    if (status == GRADUS_OK)
        status = crossing(net, 0.9, &high);
    gradus_net_free(net);
    if (status != GRADUS_OK)
        return status;
    report_row(&lab->report, "%6g%8g%12s%12s%14s%14s", w, b, text_number(-b / w, 6),
               text_number(half, 6), text_number(width, 6), text_number(high - low, 6));
    report_object(&lab->report, NULL);
    report_number(&lab->report, "w", w, 0, NULL);
    report_number(&lab->report, "b", b, 0, NULL);
    report_number(&lab->report, "step", -b / w, 0, NULL);
    report_number(&lab->report, "half", half, 0, NULL);
    report_number(&lab->report, "width", width, 0, NULL);
    report_number(&lab->report, "measured_width", high - low, 0, NULL);
    report_close(&lab->report);
    return GRADUS_OK;
}

static gradus_status say_steps(cli_lab *lab)
{
    static const double all[][2] = {{20, -20}, {4, -2}, {40, -20}, {400, -200}, {600, -200},
                                    {800, -200}};
    gradus_status status = GRADUS_OK;

    report_row(&lab->report, "one sigmoid unit is a step");
    report_row(&lab->report, "%6s%8s%12s%12s%14s%14s", "w", "b", "-b/w", "is 1/2 at",
               "2 ln 9 / w", "0.1 to 0.9");
    report_array(&lab->report, "steps");
    for (size_t i = 0; i < sizeof all / sizeof *all && status == GRADUS_OK; i++)
        status = say_step(lab, all[i][0], all[i][1]);
    report_close(&lab->report);
    return status;
}

static gradus_status draw_steps(cli_lab *lab)
{
    static const stp_net steps[] = {{"w = 4, b = -2", "sigmoid", 1, {4}, {-2}, {1}},
                                    {"w = 10, b = -5", "sigmoid", 1, {10}, {-5}, {1}},
                                    {"w = 40, b = -20", "sigmoid", 1, {40}, {-20}, {1}},
                                    {"w = 400, b = -200", "sigmoid", 1, {400}, {-200}, {1}}};
    cli_chart *chart = figure_chart(&lab->figure, "steps sharpening");
    gradus_status status = GRADUS_OK;

    chart_axes(chart, "x", "1", "sigmoid(w x + b)", "1");
    for (size_t i = 0; i < sizeof steps / sizeof *steps && status == GRADUS_OK; i++)
        status = draw(lab, &steps[i], chart);
    return status;
}

/* ---- bumps and relu shapes ---- */

static const stp_net bumps[] = {
    {"w = 50", "sigmoid", 2, {50, 50}, {-20, -35}, {0.3, -0.3}},
    {"w = 1000", "sigmoid", 2, {1000, 1000}, {-400, -700}, {0.3, -0.3}},
    {"heaviside", "heaviside", 2, {1, 1}, {-0.4, -0.7}, {0.3, -0.3}},
};
static const stp_net shapes[] = {
    {"ramp", "relu", 2, {1, 1}, {-0.25, -0.5}, {4, -4}},
    {"hat", "relu", 3, {1, 1, 1}, {-0.25, -0.5, -0.75}, {4, -8, 4}},
    {"flat-topped bump", "relu", 4, {1, 1, 1, 1}, {-0.125, -0.25, -0.75, -0.875},
     {8, -8, -8, 8}},
};
enum { MOST_SHAPES = 3 };

/* A row of values at some places. */
static gradus_status say_values(cli_lab *lab, const stp_net *of, const double *x,
                                size_t places)
{
    gradus_net *net = NULL;
    char line[128];
    size_t length = (size_t)snprintf(line, sizeof line, "  %-16s%5zu", of->name, of->units);
    gradus_status status = new_net(lab, of, &net);

    report_object(&lab->report, NULL);
    report_string(&lab->report, "name", of->name, NULL);
    report_string(&lab->report, "activation", of->activation, NULL);
    report_count(&lab->report, "units", of->units, NULL);
    report_array(&lab->report, "values");
    for (size_t i = 0; i < places && status == GRADUS_OK; i++) {
        double y = NAN;
        status = value_at(net, x[i], &y);
        report_number(&lab->report, NULL, y, 0, NULL);
        length += (size_t)snprintf(line + length, sizeof line - length, "%9s",
                                   text_number(y, 3));
    }
    report_close(&lab->report);
    report_close(&lab->report);
    report_row(&lab->report, "%s", line);
    gradus_net_free(net);
    return status;
}

static gradus_status say_shapes(cli_lab *lab, const char *key, const char *title,
                                const stp_net *of, const double *x, size_t places)
{
    char line[128];
    size_t length = (size_t)snprintf(line, sizeof line, "  %-16s%5s", "at", "units");
    gradus_status status = GRADUS_OK;

    report_row(&lab->report, "%s", "");
    report_row(&lab->report, "%s", title);
    for (size_t i = 0; i < places; i++)
        length += (size_t)snprintf(line + length, sizeof line - length, "%9g", x[i]);
    report_row(&lab->report, "%s", line);
    report_array(&lab->report, key);
    for (size_t i = 0; i < MOST_SHAPES && status == GRADUS_OK; i++)
        status = say_values(lab, &of[i], x, places);
    report_close(&lab->report);
    return status;
}

static gradus_status draw_shapes(cli_lab *lab, const char *title, const stp_net *of)
{
    cli_chart *chart = figure_chart(&lab->figure, title);
    gradus_status status = GRADUS_OK;

    chart_axes(chart, "x", "1", "network", "1");
    for (size_t i = 0; i < MOST_SHAPES && status == GRADUS_OK; i++)
        status = draw(lab, &of[i], chart);
    return status;
}

/* ---- the sum of bumps against f ---- */

static double sum_value(const double *x, void *user)
{
    return gradus_expression_value(user, x);
}

static gradus_status draw_sum(cli_lab *lab, const gradus_function *f, const gradus_net *net)
{
    cli_chart *chart = figure_chart(&lab->figure, "the sum of 10 bumps against f");
    chart_series *exact, *built;
    gradus_status status = GRADUS_OK;

    chart_axes(chart, "x", "1", "f", "1");
    exact = chart_series_add(chart, CHART_LINE, "f");
    built = chart_series_add(chart, CHART_LINE, "network");
    for (size_t i = 0; i < POINTS && status == GRADUS_OK; i++) {
        const double x = (double)i / (POINTS - 1);
        double y = NAN;
        status = value_at(net, x, &y);
        series_point(exact, x, f->value(&x, f->user));
        series_point(built, x, y);
    }
    return status;
}

static gradus_status say_sum(cli_lab *lab, const gradus_function *f, size_t count)
{
    const gradus_interval box = {0, 1};
    gradus_approximation_options options;
    gradus_approximation_about about;
    gradus_approximation *made = NULL;
    gradus_status status;

    gradus_approximation_defaults(&options);
    options.activation = "heaviside";
    options.construction = "bumps";
    options.units = 2 * count;
    status = gradus_approximation_new(lab->context, f, &box, &options, &made);
    if (status != GRADUS_OK)
        return fail_library(status);
    gradus_approximation_describe(made, &about);
    report_row(&lab->report, "%8zu%8zu%14s", count, about.units,
               text_number(about.measured, 4));
    report_object(&lab->report, NULL);
    report_count(&lab->report, "bumps", count, NULL);
    report_count(&lab->report, "units", about.units, NULL);
    report_number(&lab->report, "error", about.measured, 0, NULL);
    report_close(&lab->report);
    if (count == DRAWN)
        status = draw_sum(lab, f, gradus_approximation_net(made));
    gradus_approximation_free(made);
    return status;
}

static gradus_status say_sums(cli_lab *lab)
{
    static const size_t counts[COUNTS] = {5, DRAWN, 20, 40, 80};
    const char *text = "sin(2*pi*x)/2 + x";
    gradus_expression *expression = NULL;
    gradus_status status = gradus_expression_new(lab->context, text, &expression);

    if (status != GRADUS_OK)
        return fail_library(status);
    const gradus_function f = {.inputs = 1, .value = sum_value, .user = expression};
    report_row(&lab->report, "%s", "");
    report_row(&lab->report, "f(x) = %s on 0:1 as a sum of Heaviside bumps", text);
    report_row(&lab->report, "%8s%8s%14s", "bumps", "units", "error");
    report_array(&lab->report, "sums");
    for (size_t i = 0; i < COUNTS && status == GRADUS_OK; i++)
        status = say_sum(lab, &f, counts[i]);
    report_close(&lab->report);
    gradus_expression_free(expression);
    return status;
}

gradus_status lab_steps(cli_lab *lab)
{
    static const double at[] = {0.3, 0.4, 0.41, 0.55, 0.69, 0.7};
    static const double turns[] = {0.25, 0.375, 0.5, 0.75, 0.8125, 1};
    enum { PLACES = sizeof at / sizeof *at };
    gradus_status status;

    figure_start(&lab->figure, "Steps, bumps and ramps",
                 "What networks of one hidden layer are built of.");
    status = say_steps(lab);
    if (status == GRADUS_OK)
        status = say_shapes(lab, "bumps", "two steps are a bump: 0.3 on (0.4, 0.7]", bumps, at,
                            PLACES);
    if (status == GRADUS_OK)
        status = say_shapes(lab, "shapes", "relu units are ramps, hats and flat-topped bumps",
                            shapes, turns, PLACES);
    if (status == GRADUS_OK)
        status = draw_steps(lab);
    if (status == GRADUS_OK)
        status = draw_shapes(lab, "bumps", bumps);
    if (status == GRADUS_OK)
        status = draw_shapes(lab, "ramp, hat, flat-topped bump", shapes);
    return status == GRADUS_OK ? say_sums(lab) : status;
}
