/*
 * cli/cmd_landscape.c - gradus landscape: the loss around a model's weights
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "chart.h"
#include "commands.h"
#include "config.h"
#include "message.h"
#include "text.h"

enum { LEVELS = 9 };

typedef struct cli_landscape {
    cli_settings *settings;
    gradus_context *context;
    gradus_model *model;
    gradus_data *data;
    gradus_examples *examples;
    gradus_landscape *found;
    gradus_landscape_about about;
    const char *loss;
    cli_report report;
    cli_figure figure;
} cli_landscape;

static void close_all(cli_landscape *l)
{
    figure_free(&l->figure);
    report_free(&l->report);
    gradus_landscape_free(l->found);
    gradus_examples_free(l->examples);
    gradus_data_free(l->data);
    gradus_model_free(l->model);
    gradus_context_free(l->context);
}

/* ---- measuring ---- */

static gradus_status read_table(cli_landscape *l)
{
    const cli_settings *settings = l->settings;
    gradus_read_options read = settings->read;
    gradus_status status;

    note_terminal(settings->argument[1]);
    read.model = l->model;
    if (settings->no_header)
        read.header = GRADUS_HEADER_NO;
    status = gradus_data_read(l->context, settings->argument[1], &read, &l->data);
    if (status == GRADUS_OK)
        status = gradus_examples_new(l->model, l->data, &l->examples);
    return status;
}

static gradus_status measure(cli_landscape *l)
{
    const cli_settings *settings = l->settings;
    gradus_landscape_options options;
    gradus_model_about about;
    gradus_status status = gradus_context_new(&settings->context, &l->context);

    if (status == GRADUS_OK)
        status = gradus_model_load(l->context, settings->argument[0], &l->model);
    if (status == GRADUS_OK)
        status = read_table(l);
    if (status != GRADUS_OK)
        return fail_library(status);
    gradus_model_describe(l->model, &about);
    l->loss = settings->train.fit.loss ? settings->train.fit.loss : about.loss;
    gradus_landscape_defaults(&options);
    options.loss = l->loss;
    options.delta = settings->train.fit.delta;
    options.seed = settings->train.fit.seed;
    options.rows = settings->check.rows;
    options.grid = settings->landscape.grid;
    options.span = settings->landscape.span;
    options.line = settings->landscape.line;
    status = gradus_landscape_new(gradus_model_net(l->model),
                                  gradus_examples_set(l->examples), &options, &l->found);
    if (status != GRADUS_OK)
        return fail_library(status);
    gradus_landscape_describe(l->found, &l->about);
    return GRADUS_OK;
}

/* ---- drawing ---- */

/* Least and most of the finite values; false: there are none. */
static bool limits(const double *values, size_t count, double *least, double *most)
{
    bool any = false;

    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i])) {
            *least = !any || values[i] < *least ? values[i] : *least;
            *most = !any || values[i] > *most ? values[i] : *most;
            any = true;
        }
    return any;
}

static void mark_model(cli_chart *chart, double y)
{
    series_point(chart_series_add(chart, CHART_POINTS, "the model"), 0, y);
}

static void draw_line(cli_landscape *l, cli_chart *chart)
{
    const double *values = gradus_landscape_values(l->found);
    const double last = (double)l->about.columns - 1, span = l->about.span;

    chart_axes(chart, "along a random direction", "1", "loss", "per example");
    chart_series *series = chart_series_add(chart, CHART_LINE, "loss");
    for (size_t j = 0; j < l->about.columns; j++)
        series_point(series, span * ((2 * (double)j - last) / last), values[j]);
    mark_model(chart, l->about.loss);
}

/* Lines of equal loss, closer together near the least one, as the loss is a valley. */
static void draw_plane(cli_landscape *l, cli_chart *chart)
{
    const size_t side = l->about.columns;
    const double span = l->about.span, *from = gradus_landscape_values(l->found);
    double least = 0, most = 0;

    chart_axes(chart, "along the first direction", "1", "along the second", "1");
    double *values = chart_grid_add(chart, "loss", "per example", side, side);
    chart_grid_place(chart, -span, span, -span, span);
    if (values)
        memcpy(values, from, side * side * sizeof *values);
    if (limits(from, side * side, &least, &most) && most > least) {
        for (size_t i = 1; i <= LEVELS; i++) {
            const double share = (double)i / (LEVELS + 1);
            chart_level_add(chart, least + (most - least) * share * share);
        }
        if (least > 0 && most > 20 * least)
            chart->grid.scale = CHART_LOG;
    }
    mark_model(chart, 0);
}

static void draw(cli_landscape *l)
{
    const bool line = l->about.lines == 1;

    figure_start(&l->figure, "Loss landscape", line
                 ? "The mean loss along a line through the model's weights."
                 : "The mean loss over a plane through the model's weights, with lines of "
                   "equal loss.");
    cli_chart *chart = figure_chart(&l->figure, NULL);
    if (line)
        draw_line(l, chart);
    else
        draw_plane(l, chart);
}

/* ---- telling ---- */

static const char *explain(gradus_stationary verdict)
{
    switch (verdict) {
    case GRADUS_STATIONARY_SLOPE:
        return "the gradient is above its tolerance: the model stands on a slope";
    case GRADUS_STATIONARY_PLATEAU:
        return "no slope, and no curvature in any direction";
    case GRADUS_STATIONARY_SADDLE:
        return "no slope; the loss bends up in some directions and down in others";
    case GRADUS_STATIONARY_MAXIMUM:
        return "no slope; the loss bends down in some directions and up in none";
    case GRADUS_STATIONARY_MINIMUM:
        break;
    }
    return "no slope; the loss bends down in no direction";
}

/* Facts that both text and JSON have. */
static void say(cli_landscape *l)
{
    cli_report *report = &l->report;
    const gradus_landscape_about *about = &l->about;

    report_line(report, "examples");
    report_count(report, "rows", about->rows, " rows");
    report_say(report, "; mean loss %s", text_number(about->loss, 4));
    report_number(report, "loss", about->loss, 0, NULL);
    if (l->loss) {
        report_say(report, " (%s)", l->loss);
        report_string(report, "loss_name", l->loss, NULL);
    }
    report_line(report, "weights");
    report_count(report, "parameters", about->parameters, " in all; norm of the gradient ");
    report_say(report, "%s", text_number(about->gradient, 3));
    report_number(report, "gradient", about->gradient, 0, NULL);
    report_line(report, "Hessian");
    report_say(report, "eigenvalues from %s", text_number(about->least, 4));
    report_say(report, " to %s", text_number(about->most, 4));
    report_say(report, ", error at most %s",
               text_number(fmax(about->least_error, about->most_error), 2));
    report_number(report, "least", about->least, 0, NULL);
    report_number(report, "most", about->most, 0, NULL);
    report_number(report, "least_error", about->least_error, 0, NULL);
    report_number(report, "most_error", about->most_error, 0, NULL);
    report_count(report, "products", about->products, NULL);
    report_line(report, "verdict");
    report_string(report, "verdict", gradus_stationary_name(about->verdict), ": ");
    report_say(report, "%s (tolerances: gradient %s", explain(about->verdict),
               text_number(about->gradient_tolerance, 3));
    report_say(report, ", eigenvalue %s)", text_number(about->flat, 3));
    report_number(report, "gradient_tolerance", about->gradient_tolerance, 0, NULL);
    report_number(report, "eigenvalue_tolerance", about->flat, 0, NULL);
}

static gradus_status tell(cli_landscape *l)
{
    report_start(&l->report);
    say(l);
    draw(l);
    figure_report(&l->figure, &l->report);
    return picture_tell(l->settings, &l->figure, &l->report);
}

gradus_status cmd_landscape(cli_settings *settings)
{
    cli_landscape l = {.settings = settings};
    gradus_status status;

    if (settings->print_config) {
        config_print(settings, stdout);
        return GRADUS_OK;
    }
    status = picture_check(settings);
    if (status == GRADUS_OK)
        status = measure(&l);
    if (status == GRADUS_OK)
        status = tell(&l);
    close_all(&l);
    return status;
}
