/*
 * cli/cmd_flow.c - gradus flow: does the gradient reach every layer?
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "commands.h"
#include "config.h"
#include "flow_chart.h"
#include "flow_report.h"
#include "message.h"
#include "needless.h"
#include "network.h"
#include "options.h"
#include "table.h"
#include "text.h"

enum { DEEP = 12 };

/* What is looked at, and where it comes from. */
typedef struct cli_flow {
    cli_settings *settings;
    gradus_context *context;
    gradus_model *model;        /* of MODEL DATA */
    gradus_data *data;
    gradus_examples *examples;
    gradus_trainer *trainer;    /* of DATA alone */
    gradus_flow_options options;
    const gradus_net *net;
    const gradus_set *set;
} cli_flow;

static void flow_close(cli_flow *flow)
{
    gradus_trainer_free(flow->trainer);
    gradus_examples_free(flow->examples);
    gradus_data_free(flow->data);
    gradus_model_free(flow->model);
    gradus_context_free(flow->context);
}

/* ---- flags of the other ways to call it ---- */

static bool is_drawn(const cli_option *option)
{
    return option->verbs == VERB_FLOW && option->group <= GROUP_TRAINING;
}

/* A model has its columns and its network; of a table, all that eval reads it by. */
static bool is_of_model(const cli_option *option)
{
    return (option->group == GROUP_DATA && !(option->verbs & VERB_EVAL)) ||
           (option->group == GROUP_NETWORK && strcmp(option->name, "precision") != 0);
}

static bool is_of_table(const cli_option *option)
{
    static const char *const ours[] = {"network", "activation", "batchnorm", "start",
                                       "precision", "seed"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (strcmp(option->name, ours[i]) == 0)
            return false;
    return option->group <= GROUP_TRAINING && !is_drawn(option);
}

static gradus_status check_flags(const cli_settings *settings)
{
    gradus_status status;

    if (settings->arguments == 0)
        return needless_refuse(settings, is_of_table, "no table is given");
    status = needless_refuse(settings, is_drawn, "networks are drawn without a table only");
    if (status == GRADUS_OK && settings->arguments == 2)
        status = needless_refuse(settings, is_of_model, "the model has its own");
    return status;
}

/* ---- a model on a table ---- */

/* The settings of the run that made the model, where they are not said now. */
static gradus_status take_settings(cli_flow *flow, const char *text)
{
    cli_settings *settings = flow->settings;
    const char *problem;
    config_line line = {.number = 0};
    gradus_status status = GRADUS_OK;

    while (status == GRADUS_OK && config_next(&text, &line, &problem)) {
        const cli_option *option = option_find(line.key);
        if (option && option->group == GROUP_TRAINING && option_of(option, VERB_FLOW) &&
            !settings->given[option - option_table])
            status = option_set(settings, option, line.value, line.key);
    }
    return status;
}

static gradus_status open_model(cli_flow *flow)
{
    cli_settings *settings = flow->settings;
    gradus_model_about about;
    gradus_status status =
        gradus_model_load(flow->context, settings->argument[0], &flow->model);

    if (status != GRADUS_OK)
        return fail_library(status);
    gradus_model_describe(flow->model, &about);
    status = take_settings(flow, about.settings);
    if (status != GRADUS_OK)
        return status;
    note_terminal(settings->argument[1]);
    const gradus_read_options read = table_options(settings, flow->model);
    status = gradus_data_read(flow->context, settings->argument[1], &read, &flow->data);
    if (status == GRADUS_OK)
        status = gradus_examples_new(flow->model, flow->data, &flow->examples);
    if (status != GRADUS_OK)
        return fail_library(status);
    flow->options.fit = settings->train.fit;
    flow->options.fit.loss = about.loss;
    flow->options.float64 = settings->train.precision == GRADUS_FLOAT64;
    flow->net = gradus_model_net(flow->model);
    flow->set = gradus_examples_set(flow->examples);
    return GRADUS_OK;
}

/* ---- a network before its training ---- */

static gradus_status open_plan(cli_flow *flow)
{
    cli_settings *settings = flow->settings;
    gradus_status status;

    if (!settings->train.target && settings->read.labels)
        settings->train.target = "label";
    if (!settings->train.target)
        return fail(GRADUS_ARGUMENT, "flow needs --target COL, the column to predict, with a "
                    "table, or a model and a table: gradus flow MODEL DATA");
    status = network_read(settings);
    if (status != GRADUS_OK)
        return status;
    note_terminal(settings->argument[0]);
    status = table_read(flow->context, settings, settings->argument[0], &flow->data);
    if (status == GRADUS_OK)
        status = gradus_trainer_new(flow->context, flow->data, NULL, &settings->train,
                                    &flow->trainer);
    if (status != GRADUS_OK)
        return fail_library(status);
    flow->options.fit = gradus_trainer_options(flow->trainer)->fit;
    flow->net = gradus_model_net(gradus_trainer_model(flow->trainer));
    flow->set = gradus_trainer_set(flow->trainer);
    return GRADUS_OK;
}

/* ---- telling ---- */

/* A deep network in numbers, any other as it is. */
static void say_network(cli_report *report, const cli_flow *flow)
{
    gradus_net_about about;

    gradus_net_describe(flow->net, &about);
    report_line(report, "network");
    report_string(report, "description", gradus_net_text(flow->net), NULL);
    if (about.depth <= DEEP)
        network_say(report, flow->net);
    else
        report_say(report, "%zu inputs, %zu layers of up to %zu units, %s weights",
                   about.inputs, about.depth, about.width, text_count(about.parameters));
}

static gradus_status tell(const cli_flow *flow, const gradus_flow *found)
{
    const cli_settings *settings = flow->settings;
    cli_report report;
    cli_figure figure;
    gradus_flow_about about;
    gradus_status status;
    char text[512];

    report_start(&report);
    gradus_flow_describe(found, &about);
    snprintf(text, sizeof text, "How error signals pass through the layers on the way back, "
             "and what they make of the weights. %s: %s.",
             gradus_flow_verdict_name(about.verdict), about.cause);
    figure_start(&figure, "Flow of the gradient", text);
    say_network(&report, flow);
    report_line(&report, "examples");
    report_say(&report, "%s rows; loss %s, |d| %s at the last layer", text_count(about.rows),
               text_fixed(about.loss, 4), text_number(about.error, 3));
    flow_table(&report, found, NULL, settings->verbose);
    flow_verdict(&report, found, settings->train.precision);
    flow_remedy(&report, found);
    flow_chart(&figure, found, NULL);
    if (settings->picture)
        figure_json(&figure, &report);
    status = picture_tell(settings, &figure, &report);
    figure_free(&figure);
    report_free(&report);
    return status;
}

gradus_status cmd_flow(cli_settings *settings)
{
    cli_flow flow = {.settings = settings};
    gradus_flow *found = NULL;
    gradus_status status;

    if (settings->print_config) {
        config_print(settings, stdout);
        return GRADUS_OK;
    }
    gradus_flow_defaults(&flow.options);
    status = check_flags(settings);
    if (status == GRADUS_OK)
        status = picture_check(settings);
    if (status != GRADUS_OK)
        return status;
    status = gradus_context_new(&settings->context, &flow.context);
    if (status != GRADUS_OK)
        return fail_library(status);
    if (settings->arguments == 0) {
        status = flow_moments(settings, flow.context);
        flow_close(&flow);
        return status;
    }
    status = settings->arguments == 2 ? open_model(&flow) : open_plan(&flow);
    flow.options.rows = settings->check.rows;
    if (status == GRADUS_OK) {
        status = gradus_flow_new(flow.net, flow.set, &flow.options, &found);
        status = status == GRADUS_OK ? tell(&flow, found) : fail_library(status);
    }
    gradus_flow_free(found);
    flow_close(&flow);
    return status;
}
