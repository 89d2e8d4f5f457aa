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
#include "needless.h"
#include "network.h"
#include "options.h"
#include "stop.h"
#include "table.h"
#include "text.h"
#include "training_path.h"

enum { LEVELS = 9 };

typedef struct cli_landscape {
    cli_settings *settings;
    gradus_context *context;
    gradus_model *model;        /* of MODEL DATA */
    gradus_data *data;
    gradus_examples *examples;
    gradus_trainer *trainer;    /* of DATA alone */
    training_path path;
    const gradus_net *net;
    const gradus_set *set;
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
    path_free(&l->path);
    gradus_trainer_free(l->trainer);
    gradus_examples_free(l->examples);
    gradus_data_free(l->data);
    gradus_model_free(l->model);
    gradus_context_free(l->context);
}

/* ---- a model on a table ---- */

static bool is_of_training(const cli_option *option)
{
    return !(option->verbs & VERB_LANDSCAPE);
}

static gradus_status open_model(cli_landscape *l)
{
    const cli_settings *settings = l->settings;
    gradus_model_about about;
    gradus_status status = needless_refuse(settings, is_of_training, "the model is trained");

    if (status != GRADUS_OK)
        return status;
    status = gradus_model_load(l->context, settings->argument[0], &l->model);
    if (status == GRADUS_OK) {
        const gradus_read_options read = table_options(settings, l->model);
        note_terminal(settings->argument[1]);
        status = gradus_data_read(l->context, settings->argument[1], &read, &l->data);
    }
    if (status == GRADUS_OK)
        status = gradus_examples_new(l->model, l->data, &l->examples);
    if (status != GRADUS_OK)
        return fail_library(status);
    gradus_model_describe(l->model, &about);
    l->loss = settings->train.fit.loss ? settings->train.fit.loss : about.loss;
    l->net = gradus_model_net(l->model);
    l->set = gradus_examples_set(l->examples);
    return GRADUS_OK;
}

/* ---- a training, watched ---- */

static gradus_status train(cli_landscape *l)
{
    gradus_fit_report fit;
    gradus_status status;

    path_start(&l->path, gradus_model_net(gradus_trainer_model(l->trainer)));
    stop_gently(true);
    status = gradus_trainer_run(l->trainer, &fit);
    stop_gently(false);
    stop_at_closed_pipe();
    if (l->path.status != GRADUS_OK)
        status = l->path.status;
    return status == GRADUS_STOPPED ? GRADUS_OK : status;
}

static gradus_status open_training(cli_landscape *l)
{
    cli_settings *settings = l->settings;
    gradus_status status;

    if (!settings->train.target && settings->read.labels)
        settings->train.target = "label";
    if (!settings->train.target)
        return fail(GRADUS_ARGUMENT, "landscape needs --target COL, the column to predict, "
                    "with a table, or a model and a table: gradus landscape MODEL DATA");
    status = network_read(settings);
    if (status != GRADUS_OK)
        return status;
    settings->train.fit.observer = path_observe;
    settings->train.fit.user = &l->path;
    note_terminal(settings->argument[0]);
    status = table_read(l->context, settings, settings->argument[0], &l->data);
    if (status == GRADUS_OK)
        status = gradus_trainer_new(l->context, l->data, NULL, &settings->train, &l->trainer);
    if (status == GRADUS_OK)
        status = train(l);
    if (status != GRADUS_OK)
        return fail_library(status);
    l->loss = gradus_trainer_options(l->trainer)->fit.loss;
    l->net = gradus_model_net(gradus_trainer_model(l->trainer));
    l->set = gradus_trainer_set(l->trainer);
    return GRADUS_OK;
}

/* ---- measuring ---- */

static gradus_status measure(cli_landscape *l)
{
    const cli_settings *settings = l->settings;
    const cli_landscape_settings *own = &settings->landscape;
    gradus_landscape_options options;
    gradus_status status = gradus_context_new(&settings->context, &l->context);

    if (status != GRADUS_OK)
        return fail_library(status);
    status = settings->arguments == 2 ? open_model(l) : open_training(l);
    if (status != GRADUS_OK)
        return status;
    gradus_landscape_defaults(&options);
    options.loss = l->loss;
    options.delta = settings->train.fit.delta;
    options.seed = settings->train.fit.seed;
    options.rows = settings->check.rows;
    options.grid = own->grid;
    options.span = isnan(own->span) ? 0 : own->span;
    options.line = own->line;
    options.path = (const gradus_net *const *)l->path.net;
    options.points = l->path.count;
    options.gradient_tolerance = isnan(own->gradient) ? 0 : own->gradient;
    options.curvature_tolerance = own->curvature;
    options.flat_curvature = own->flat;
    status = gradus_landscape_new(l->net, l->set, &options, &l->found);
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

/* The way of training, and where it ended. */
static void mark_model(const cli_landscape *l, cli_chart *chart, bool line)
{
    const gradus_landscape_point *path = gradus_landscape_path(l->found);
    chart_series *series;

    if (l->about.points) {
        series = chart_series_add(chart, CHART_LINE, "path of the optimiser");
        for (size_t i = 0; i < l->about.points; i++)
            series_point(series, path[i].a, line ? path[i].loss : path[i].b);
    }
    series = chart_series_add(chart, CHART_POINTS, "the model");
    series_point(series, 0, line ? l->about.loss : 0);
}

static void draw_line(cli_landscape *l, cli_chart *chart)
{
    const double *values = gradus_landscape_values(l->found);
    const double last = (double)l->about.columns - 1, span = l->about.span;

    chart_axes(chart, l->about.points ? "along the first principal direction"
                                      : "along a random direction", "1", "loss",
               "per example");
    chart_series *series = chart_series_add(chart, CHART_LINE, "loss");
    for (size_t j = 0; j < l->about.columns; j++)
        series_point(series, span * ((2 * (double)j - last) / last), values[j]);
    mark_model(l, chart, true);
}

/* Lines of equal loss: by equal factors, or closer together near the least one, as the loss is
 * a valley. */
static void add_levels(cli_chart *chart, double least, double most)
{
    if (least > 0 && most > 20 * least)
        chart->grid.scale = CHART_LOG;
    for (size_t i = 1; i <= LEVELS; i++) {
        const double share = (double)i / (LEVELS + 1);
        chart_level_add(chart, chart->grid.scale == CHART_LOG
                                   ? least * pow(most / least, share)
                                   : least + (most - least) * share * share);
    }
}

static void draw_plane(cli_landscape *l, cli_chart *chart)
{
    const size_t side = l->about.columns;
    const double span = l->about.span, *from = gradus_landscape_values(l->found);
    double least = 0, most = 0;

    if (l->about.points)
        chart_axes(chart, "first principal direction", "1", "second principal direction", "1");
    else
        chart_axes(chart, "along the first direction", "1", "along the second direction",
                   "1");
    double *values = chart_grid_add(chart, "loss", "per example", side, side);
    chart_grid_place(chart, -span, span, -span, span);
    if (values)
        memcpy(values, from, side * side * sizeof *values);
    if (limits(from, side * side, &least, &most) && most > least)
        add_levels(chart, least, most);
    mark_model(l, chart, false);
}

static void draw(cli_landscape *l)
{
    const bool line = l->about.lines == 1;
    char text[320];

    snprintf(text, sizeof text, "The mean loss %s through the model's weights%s. Verdict: %s; "
             "eigenvalues of the Hessian from %s to %s.",
             line ? "along a line" : "over a plane",
             line ? "" : ", with lines of equal loss", gradus_stationary_name(l->about.verdict),
             text_number(l->about.min, 4), text_number(l->about.max, 4));
    figure_start(&l->figure, "Loss landscape", text);
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

static void say_path(cli_landscape *l)
{
    cli_report *report = &l->report;
    const gradus_landscape_point *path = gradus_landscape_path(l->found);
    const size_t points = l->about.points;

    if (points == 0)
        return;
    report_line(report, "path");
    report_say(report, "%zu networks, epoch 0 to %zu; the plane has %s of it, the first "
               "direction %s", points, l->path.epoch[points - 1],
               text_share(l->about.explained[0] + l->about.explained[1], 1),
               text_share(l->about.explained[0], 1));
    report_array(report, "explained");
    for (size_t k = 0; k < 2; k++)
        report_number(report, NULL, l->about.explained[k], 0, NULL);
    report_close(report);
    report_array(report, "path");
    for (size_t i = 0; i < points; i++) {
        report_object(report, NULL);
        report_count(report, "epoch", l->path.epoch[i], NULL);
        report_number(report, "a", path[i].a, 0, NULL);
        report_number(report, "b", path[i].b, 0, NULL);
        report_number(report, "loss", path[i].loss, 0, NULL);
        report_close(report);
    }
    report_close(report);
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
    if (isfinite(about->noise)) {
        report_say(report, ", its standard error over the rows %s",
                   text_number(about->noise, 3));
        report_number(report, "noise", about->noise, 0, NULL);
    }
    report_line(report, "Hessian");
    report_say(report, "eigenvalues from %s", text_number(about->min, 4));
    report_say(report, " to %s", text_number(about->max, 4));
    report_say(report, ", error at most %s",
               text_number(fmax(about->min_error, about->max_error), 2));
    report_number(report, "min", about->min, 0, NULL);
    report_number(report, "max", about->max, 0, NULL);
    report_number(report, "least_error", about->min_error, 0, NULL);
    report_number(report, "most_error", about->max_error, 0, NULL);
    report_count(report, "products", about->products, NULL);
    say_path(l);
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
