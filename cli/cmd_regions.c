/*
 * cli/cmd_regions.c - gradus regions: the regions on which a network is linear
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "box.h"
#include "commands.h"
#include "config.h"
#include "message.h"
#include "network.h"
#include "progress.h"
#include "regions.h"
#include "stop.h"
#include "table.h"
#include "text.h"

enum { POINTS = 3 };

typedef struct cli_regions {
    cli_settings *settings;
    gradus_context *context;
    gradus_model *model;        /* or NULL: `own` */
    gradus_net *own;
    gradus_data *data;
    const gradus_net *net;
    gradus_net_about about;
    double *point[POINTS];      /* [inputs]; the slice's origin and directions */
    const char *axis[2];        /* "x1", a column's name, "along" */
    gradus_slice slice;
    gradus_regions *found;
    cli_report report;
    cli_figure figure;
} cli_regions;

static void close_all(cli_regions *r)
{
    figure_free(&r->figure);
    report_free(&r->report);
    gradus_regions_free(r->found);
    for (size_t i = 0; i < POINTS; i++)
        free(r->point[i]);
    gradus_data_free(r->data);
    gradus_net_free(r->own);
    gradus_model_free(r->model);
    gradus_context_free(r->context);
}

/* ---- the network ---- */

static gradus_status open_network(cli_regions *r)
{
    const cli_settings *settings = r->settings;
    gradus_status status;

    if (settings->train.network) {
        status = network_read(r->settings);
        if (status != GRADUS_OK)
            return status;
        status = gradus_net_new(r->context, settings->train.network, settings->check.inputs,
                                settings->check.outputs, settings->train.precision,
                                settings->train.fit.seed, &r->own);
        r->net = r->own;
    } else {
        status = gradus_model_load(r->context, settings->argument[0], &r->model);
        r->net = status == GRADUS_OK ? gradus_model_net(r->model) : NULL;
    }
    if (status != GRADUS_OK)
        return fail_library(status);
    gradus_net_describe(r->net, &r->about);
    for (size_t i = 0; i < POINTS; i++)
        if (!(r->point[i] = calloc(r->about.inputs, sizeof **r->point)))
            return fail(GRADUS_MEMORY, "out of memory: %zu inputs", r->about.inputs);
    return GRADUS_OK;
}

static gradus_status read_table(cli_regions *r)
{
    const cli_settings *settings = r->settings;
    const gradus_read_options read = table_options(settings, r->model);

    note_terminal(settings->argument[1]);
    const gradus_status status =
        gradus_data_read(r->context, settings->argument[1], &read, &r->data);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

/* ---- where ---- */

/* The next number of a list, and what ends it. */
static gradus_status next_number(const char *flag, const char **list, const char *ends,
                                 double *number)
{
    const size_t length = strcspn(*list, ends);

    if (!gradus_number_read(*list, length, number) || !isfinite(*number))
        return fail(GRADUS_ARGUMENT, "--%s: \"%.*s\" is not a number", flag,
                    (int)(length < 60 ? length : 60), *list);
    *list += length;
    return GRADUS_OK;
}

static gradus_status read_box(cli_regions *r)
{
    const char *on = r->settings->box.on;
    gradus_interval box[GRADUS_VARIABLES];
    size_t sides;
    gradus_status status = on ? box_read(on, box, &sides) : GRADUS_OK;

    if (!on || status != GRADUS_OK)
        return status;
    if (sides != r->slice.variables)
        return fail(GRADUS_ARGUMENT, "--on: %zu sides are needed, not %zu: \"%s\"",
                    r->slice.variables, sides, on);
    for (size_t k = 0; k < sides; k++) {
        r->slice.min[k] = box[k].min;
        r->slice.max[k] = box[k].max;
    }
    return GRADUS_OK;
}

/* The inputs themselves; of a model the columns, in their own unit. */
static gradus_status take_inputs(cli_regions *r)
{
    static const char *const names[2] = {"x1", "x2"};
    gradus_model_about about = {.inputs = r->about.inputs};

    r->slice.variables = r->about.inputs;
    if (r->model)
        gradus_model_describe(r->model, &about);
    for (size_t k = 0; k < r->about.inputs; k++) {
        gradus_model_input input = {.center = 0, .scale = 1, .width = 1};
        if (r->model && k < about.inputs)
            gradus_model_input_describe(r->model, k, &input);
        r->axis[k] = r->model ? input.name : names[k];
        if (about.inputs != r->about.inputs || input.width != 1 ||
            input.kind != GRADUS_NUMBER)
            return fail(GRADUS_ARGUMENT, "regions: the columns of the model are not numbers, "
                                         "one input each: name rows of a table with "
                                         "--through");
        r->point[0][k] = -input.center * input.scale;
        r->point[1 + k][k] = input.scale;
        r->slice.min[k] = r->model ? input.center - 2 / fabs(input.scale) : -1;
        r->slice.max[k] = r->model ? input.center + 2 / fabs(input.scale) : 1;
    }
    return GRADUS_OK;
}

static gradus_status read_row(cli_regions *r, double number, double *x)
{
    double *y = calloc(r->about.outputs, sizeof *y);
    gradus_status status;

    if (!y)
        return fail(GRADUS_MEMORY, "out of memory: %zu outputs", r->about.outputs);
    if (!(number >= 1 && number <= (double)gradus_data_rows(r->data)) ||
        floor(number) != number) {
        status = fail(GRADUS_ARGUMENT, "--through: rows are numbered from 1 to %zu",
                      gradus_data_rows(r->data));
    } else {
        status = gradus_model_example(r->model, r->data, (size_t)number - 1, x, y);
        status = status == GRADUS_OK ? GRADUS_OK : fail_library(status);
    }
    free(y);
    return status;
}

/* A point: its coordinates, or with a table a row's number. */
static gradus_status read_point(cli_regions *r, const char **at, double *x)
{
    gradus_status status = GRADUS_OK;
    double number;

    if (r->data) {
        status = next_number("through", at, ":,", &number);
        return status == GRADUS_OK ? read_row(r, number, x) : status;
    }
    for (size_t i = 0; i < r->about.inputs && status == GRADUS_OK; i++) {
        *at += i > 0;
        status = next_number("through", at, ":,", &x[i]);
        if (status == GRADUS_OK && (**at == ',') != (i + 1 < r->about.inputs))
            status = fail(GRADUS_ARGUMENT, "--through: a point has %zu numbers with commas "
                          "between them, and points a colon", r->about.inputs);
    }
    return status;
}

/* P:Q is the line through them, P:Q:R a plane, with P at 0 and the others at 1. */
static gradus_status take_points(cli_regions *r)
{
    const char *at = r->settings->regions.through;
    size_t points = 0;

    do {
        at += points > 0;
        if (points == POINTS)
            return fail(GRADUS_ARGUMENT, "--through: two points make a line, three a plane");
        const gradus_status status = read_point(r, &at, r->point[points++]);
        if (status != GRADUS_OK)
            return status;
    } while (*at == ':');
    if (points < 2 || *at)
        return fail(GRADUS_ARGUMENT, "--through: two points make a line, three a plane; a "
                                     "colon stands between them");
    r->slice.variables = points - 1;
    for (size_t k = 1; k < points; k++)
        for (size_t i = 0; i < r->about.inputs; i++)
            r->point[k][i] -= r->point[0][i];
    for (size_t k = 0; k < 2; k++) {
        r->axis[k] = k == 0 ? "towards the second point" : "towards the third point";
        r->slice.max[k] = 1;
    }
    return GRADUS_OK;
}

static gradus_status find_slice(cli_regions *r)
{
    const cli_settings *settings = r->settings;
    gradus_status status;

    if (settings->arguments == 2 && !settings->regions.through)
        return fail(GRADUS_ARGUMENT, "regions: a table is for --through: rows of it, 1:2 for "
                                     "a line and 1:2:3 for a plane");
    status = settings->arguments == 2 ? read_table(r) : GRADUS_OK;
    if (status != GRADUS_OK)
        return status;
    if (settings->regions.through)
        status = take_points(r);
    else if (r->about.inputs <= 2)
        status = take_inputs(r);
    else
        status = fail(GRADUS_ARGUMENT, "regions: the network has %zu inputs: name points that "
                      "a line or a plane leads through with --through", r->about.inputs);
    r->slice.origin = r->point[0];
    r->slice.along[0] = r->point[1];
    r->slice.along[1] = r->point[2];
    return status == GRADUS_OK ? read_box(r) : status;
}

/* ---- the command ---- */

/* The line that is drawn again. */
typedef struct cli_counting {
    bool draws;
    double drawn;
} cli_counting;

static int observe(size_t regions, double share, void *user)
{
    cli_counting *counting = user;
    const double now = progress_clock();

    if (counting->draws && now - counting->drawn >= 0.2) {
        counting->drawn = now;
        stop_clears_line(true);
        fprintf(stderr, "\r\033[K%s regions, %.0f %% of the box", text_count(regions),
                100 * share);
    }
    return stop_wanted();
}

static gradus_status find_regions(cli_regions *r)
{
    cli_counting counting = {progress_wanted(r->settings), progress_clock()};
    gradus_regions_options options;
    gradus_status status;

    gradus_regions_defaults(&options);
    options.max = r->settings->regions.max;
    options.observer = observe;
    options.user = &counting;
    stop_gently(true);
    status = gradus_regions_new(r->net, &r->slice, &options, &r->found);
    stop_gently(false);
    stop_at_closed_pipe();
    if (counting.draws)
        fputs("\r\033[K", stderr);
    stop_clears_line(false);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

static gradus_status count(cli_regions *r)
{
    gradus_status status = gradus_context_new(&r->settings->context, &r->context);

    if (status != GRADUS_OK)
        return fail_library(status);
    status = open_network(r);
    if (status == GRADUS_OK)
        status = find_slice(r);
    return status == GRADUS_OK ? find_regions(r) : status;
}

static gradus_status tell(cli_regions *r)
{
    report_start(&r->report);
    report_line(&r->report, "network");
    network_say(&r->report, r->net);
    regions_say(&r->report, r->found, &r->slice, r->axis);
    figure_start(&r->figure, "Regions on which a network is linear",
                 r->slice.variables == 1
                     ? "The outputs along a line, and where units change sides."
                     : "The output in colours, and lines on which units change "
                       "sides, by their layers.");
    cli_chart *chart = figure_chart(&r->figure, NULL);
    regions_draw(chart, r->found, &r->slice, r->axis);
    figure_text(&r->figure, &r->report);
    if (r->settings->picture)
        regions_fill(chart, r->found, &r->slice);
    figure_json(&r->figure, &r->report);
    return picture_tell(r->settings, &r->figure, &r->report);
}

gradus_status cmd_regions(cli_settings *settings)
{
    cli_regions r = {.settings = settings};
    gradus_status status;

    if (settings->print_config) {
        config_print(settings, stdout);
        return GRADUS_OK;
    }
    if ((settings->train.network != NULL) != (settings->arguments == 0))
        return fail(GRADUS_ARGUMENT, "regions needs one of MODEL and --network TEXT");
    status = picture_check(settings);
    if (status == GRADUS_OK)
        status = count(&r);
    if (status == GRADUS_OK)
        status = tell(&r);
    close_all(&r);
    return status;
}
