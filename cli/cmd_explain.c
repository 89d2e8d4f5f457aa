/*
 * cli/cmd_explain.c - gradus explain: backpropagation of one example, written out
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chart.h"
#include "commands.h"
#include "config.h"
#include "explain.h"
#include "message.h"
#include "network.h"
#include "output.h"
#include "table.h"
#include "text.h"

/* The network by hand (docs/math/backpropagation.md), and one of two streams that do not
 * meet. */
static const struct {
    const char *network, *weights, *x, *y;
} examples[] = {
    [EXAMPLE_SMALL] = {"dense 2 bias=no relu dense 1 bias=no relu",
                       "0.11,0.12,0.21,0.08,0.14,0.15", "2,3", "1"},
    [EXAMPLE_STREAMS] = {"dense 2 bias=no relu dense 2 bias=no relu "
                         "dense 2 bias=no relu dense 1 bias=no relu",
                         "0.5,0.3,0.4,0,0,0.6,0.7,0,0,0.8,0.9,0.2", "2", "1"},
};

/* What is read from the command line and from files. */
typedef struct cli_reading {
    gradus_context *context;
    gradus_model *model;
    gradus_data *data;
    gradus_model_about about;
    gradus_explanation *explanation;
    const char *network, *weights, *x, *y;
    size_t inputs, outputs;     /* of a network that is described */
} cli_reading;

/* ---- lists of numbers ---- */

static size_t list_length(const char *list)
{
    size_t count = 1;

    for (const char *c = list; *c; c++)
        count += *c == ',';
    return count;
}

/* Numbers between commas, as many as there must be. */
static gradus_status read_list(const char *flag, const char *list, size_t count,
                               double *numbers)
{
    if (list_length(list) != count)
        return fail(GRADUS_ARGUMENT, "--%s: %zu numbers are needed, not %zu: \"%s\"", flag,
                    count, list_length(list), list);
    for (size_t i = 0; i < count; i++) {
        size_t length = strcspn(list, ",");
        if (!gradus_number_read(list, length, &numbers[i]) || !isfinite(numbers[i]))
            return fail(GRADUS_ARGUMENT, "--%s: \"%.*s\" is not a number", flag,
                        (int)(length < 60 ? length : 60), list);
        list += length + (list[length] == ',');
    }
    return GRADUS_OK;
}

/* ---- the network ---- */

static gradus_status open_model(cli_reading *reading, cli_lesson *lesson)
{
    const cli_settings *settings = lesson->settings;
    gradus_status status = gradus_model_load(reading->context, settings->argument[0],
                                             &reading->model);

    if (status == GRADUS_OK)
        status = gradus_net_copy(gradus_model_net(reading->model), &lesson->net);
    if (status == GRADUS_OK) {
        gradus_model_describe(reading->model, &reading->about);
        const gradus_read_options read = table_options(settings, reading->model);
        status = gradus_data_read(reading->context, settings->argument[1], &read,
                                  &reading->data);
    }
    snprintf(lesson->source, sizeof lesson->source, "row %zu of %s, as the network sees it",
             settings->explain.row, text_name(settings->argument[1]));
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

/* Settings or, where there is none of them, the example. */
static gradus_status choose(cli_reading *reading, const cli_settings *settings)
{
    const cli_explain_settings *explain = &settings->explain;

    reading->network = settings->train.network;
    reading->weights = explain->weights;
    reading->x = explain->x;
    reading->y = explain->y;
    if (settings->arguments == 1)
        return fail(GRADUS_ARGUMENT, "explain: of %s a row is explained: gradus explain "
                    "%s DATA --row 1", text_name(settings->argument[0]),
                    text_name(settings->argument[0]));
    if (settings->arguments == 2 && reading->network)
        return fail(GRADUS_ARGUMENT, "--network: the model has one: leave one of them out");
    if (settings->arguments == 2)
        return GRADUS_OK;
    if (reading->network && (!reading->x || !reading->y))
        return fail(GRADUS_ARGUMENT, "--network: inputs and targets are needed: --x 2,3 "
                    "--y 1");
    if (reading->network) {
        reading->inputs = list_length(reading->x);
        reading->outputs = list_length(reading->y);
        return GRADUS_OK;
    }
    reading->network = examples[explain->example].network;
    reading->inputs = list_length(examples[explain->example].x);
    reading->outputs = list_length(examples[explain->example].y);
    reading->x = reading->x ? reading->x : examples[explain->example].x;
    reading->y = reading->y ? reading->y : examples[explain->example].y;
    return GRADUS_OK;
}

static gradus_status open_network(cli_reading *reading, cli_lesson *lesson)
{
    gradus_status status =
        gradus_net_new(reading->context, reading->network, reading->inputs,
                       reading->outputs, GRADUS_FLOAT64,
                       lesson->settings->train.fit.seed, &lesson->net);

    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

static gradus_status open_example(cli_reading *reading, cli_lesson *lesson)
{
    gradus_net_about about;
    gradus_status status = GRADUS_OK;

    gradus_net_describe(lesson->net, &about);
    lesson->inputs = about.inputs;
    lesson->outputs = about.outputs;
    lesson->x = calloc(about.inputs + 1, sizeof *lesson->x);
    lesson->y = calloc(about.outputs + 1, sizeof *lesson->y);
    if (!lesson->x || !lesson->y)
        return fail(GRADUS_MEMORY, "out of memory: an example");
    if (reading->model) {
        status = gradus_model_example(reading->model, reading->data,
                                      lesson->settings->explain.row - 1, lesson->x,
                                      lesson->y);
        if (status != GRADUS_OK)
            return fail_library(status);
    }
    if (reading->x)
        status = read_list("x", reading->x, about.inputs, lesson->x);
    if (status == GRADUS_OK && reading->y)
        status = read_list("y", reading->y, about.outputs, lesson->y);
    return status;
}

/* ---- weights ---- */

/* A weight by its name, or by layer,row,column from 1; SIZE_MAX: none. */
static size_t find_weight(const gradus_explanation *explanation, const char *name,
                          size_t length)
{
    gradus_explanation_about about;
    char place[64];

    gradus_explanation_describe(explanation, &about);
    for (size_t i = 0; i < about.weights; i++) {
        gradus_weight w;
        gradus_explanation_weight(explanation, i, &w);
        snprintf(place, sizeof place, "%.*s,%zu,%zu", (int)strcspn(w.tensor, "."), w.tensor,
                 w.row + 1, w.column + 1);
        if ((strlen(w.name) == length && memcmp(w.name, name, length) == 0) ||
            (w.from != SIZE_MAX && strlen(place) == length &&
             memcmp(place, name, length) == 0))
            return i;
    }
    return SIZE_MAX;
}

static gradus_status no_weight(const gradus_explanation *explanation, const char *flag,
                               const char *name, size_t length)
{
    gradus_explanation_about about;
    gradus_weight first, last;

    gradus_explanation_describe(explanation, &about);
    if (about.weights == 0)
        return fail(GRADUS_ARGUMENT, "--%s: the network has no weights", flag);
    gradus_explanation_weight(explanation, 0, &first);
    gradus_explanation_weight(explanation, about.weights - 1, &last);
    return fail(GRADUS_ARGUMENT, "--%s: no weight \"%.*s\": they are called %s to %s", flag,
                (int)(length < 60 ? length : 60), name, first.name, last.name);
}

/* Sets one element of the tensor that a weight is in. */
static gradus_status set_weight(gradus_net *net, const gradus_weight *w, double value)
{
    gradus_tensor tensor;
    size_t index = 0, at;
    double *values;

    for (;; index++) {
        gradus_net_tensor(net, index, &tensor);
        if (strcmp(tensor.name, w->tensor) == 0)
            break;
    }
    values = calloc(tensor.rows * tensor.columns, sizeof *values);
    if (!values)
        return fail(GRADUS_MEMORY, "out of memory: a tensor");
    at = w->row * tensor.columns + w->column;
    gradus_net_get(net, index, values);
    if (gradus_net_precision(net) == GRADUS_FLOAT64)
        values[at] = value;
    else
        ((float *)(void *)values)[at] = (float)value;
    gradus_net_set(net, index, values);
    free(values);
    return GRADUS_OK;
}

/* --weights: numbers for all, or name=number for some. */
static gradus_status set_weights(const gradus_explanation *explanation, gradus_net *net,
                                 const char *list)
{
    gradus_explanation_about about;
    bool named = strchr(list, '=') != NULL;
    gradus_status status = GRADUS_OK;

    gradus_explanation_describe(explanation, &about);
    if (!named && list_length(list) != about.weights)
        return fail(GRADUS_ARGUMENT, "--weights: the network has %zu weights, and %zu are "
                    "given; some of them are set by name: w1=0.5", about.weights,
                    list_length(list));
    for (size_t i = 0; status == GRADUS_OK && *list; i++) {
        size_t length = strcspn(list, ","), name = named ? strcspn(list, "=,") : 0;
        size_t at = named ? find_weight(explanation, list, name) : i;
        const char *number = list + name + (named && name < length);
        gradus_weight w;
        double value;
        if (at == SIZE_MAX)
            return no_weight(explanation, "weights", list, name);
        if (!gradus_number_read(number, length - (size_t)(number - list), &value) ||
            !isfinite(value))
            return fail(GRADUS_ARGUMENT, "--weights: \"%.*s\" is not a number, nor a name "
                        "and a number: w1=0.5", (int)(length < 60 ? length : 60), list);
        gradus_explanation_weight(explanation, at, &w);
        status = set_weight(net, &w, value);
        list += length + (list[length] == ',');
    }
    return status;
}

/* ---- the lesson ---- */

static gradus_status explain(cli_reading *reading, cli_lesson *lesson)
{
    gradus_explanation_options options;
    const gradus_fit_options *fit = &lesson->settings->train.fit;
    gradus_status status;

    gradus_explanation_defaults(&options);
    options.loss = fit->loss ? fit->loss : reading->model ? reading->about.loss : NULL;
    options.delta = reading->model && !fit->loss ? reading->about.delta : fit->delta;
    if (!isnan(fit->learning_rate))
        options.learning_rate = fit->learning_rate;
    lesson->rate = options.learning_rate;
    gradus_explanation_free(reading->explanation);
    status = gradus_explanation_new(lesson->net, lesson->x, lesson->y, &options,
                                    &reading->explanation);
    if (status != GRADUS_OK)
        return fail_library(status);
    lesson->explanation = reading->explanation;
    gradus_explanation_describe(reading->explanation, &lesson->about);
    return GRADUS_OK;
}

static gradus_status explain_with_weights(cli_reading *reading, cli_lesson *lesson)
{
    const cli_explain_settings *settings = &lesson->settings->explain;
    gradus_status status = explain(reading, lesson);
    bool example = !reading->model && reading->network != lesson->settings->train.network;

    if (status == GRADUS_OK && example)
        status = set_weights(reading->explanation, lesson->net,
                             examples[settings->example].weights);
    if (status == GRADUS_OK && reading->weights)
        status = set_weights(reading->explanation, lesson->net, reading->weights);
    if (status == GRADUS_OK && (example || reading->weights))
        status = explain(reading, lesson);
    return status;
}

static gradus_status prepare(cli_lesson *lesson)
{
    const char *chain = lesson->settings->explain.chain;

    lesson->chain = SIZE_MAX;
    if (chain) {
        lesson->chain = find_weight(lesson->explanation, chain, strlen(chain));
        if (lesson->chain == SIZE_MAX)
            return no_weight(lesson->explanation, "chain", chain, strlen(chain));
    }
    lesson->factors = calloc(lesson->about.factors, sizeof *lesson->factors);
    if (!lesson->factors)
        return fail(GRADUS_MEMORY, "out of memory: a path");
    for (size_t i = 0; i < lesson->about.weights; i++) {
        gradus_weight w;
        if (!lesson_shows(lesson, i))
            continue;
        gradus_explanation_weight(lesson->explanation, i, &w);
        lesson->paths = w.paths > EXPLAIN_PATHS ? EXPLAIN_PATHS + 1 : lesson->paths + w.paths;
        if (lesson->paths > EXPLAIN_PATHS)
            return GRADUS_OK;
    }
    return GRADUS_OK;
}

static gradus_status draw(const cli_lesson *lesson)
{
    const cli_settings *settings = lesson->settings;
    cli_output output;
    gradus_status status = lesson_check_picture(lesson);

    if (status == GRADUS_OK)
        status = output_open(&output, settings->picture, settings->force);
    if (status != GRADUS_OK)
        return status;
    if (picture_is_page(settings->picture))
        lesson_page(lesson, output.stream);
    else
        lesson_svg(lesson, output.stream);
    return output_commit(&output);
}

static gradus_status show(const cli_lesson *lesson)
{
    const cli_settings *settings = lesson->settings;
    const bool busy = settings->picture && strcmp(settings->picture, "-") == 0;
    cli_report report;
    gradus_status status;

    report_start(&report);
    lesson_say(&report, lesson);
    status = report_state(&report);
    if (status == GRADUS_OK && settings->picture)
        status = draw(lesson);
    if (status == GRADUS_OK && settings->json)
        report_print_json(&report, stdout);
    else if (status == GRADUS_OK)
        report_print(&report, busy ? stderr : stdout);
    report_free(&report);
    return status;
}

gradus_status cmd_explain(cli_settings *settings)
{
    cli_reading reading = {0};
    cli_lesson lesson = {.settings = settings};
    gradus_status status;

    if (settings->print_config) {
        config_print(settings, stdout);
        return GRADUS_OK;
    }
    status = network_read(settings);
    if (status == GRADUS_OK)
        status = choose(&reading, settings);
    if (status == GRADUS_OK)
        status = picture_check(settings);
    if (status == GRADUS_OK) {
        status = gradus_context_new(&settings->context, &reading.context);
        if (status != GRADUS_OK)
            fail_library(status);
    }
    if (status == GRADUS_OK)
        status = reading.network ? open_network(&reading, &lesson)
                                 : open_model(&reading, &lesson);
    if (status == GRADUS_OK)
        status = open_example(&reading, &lesson);
    if (status == GRADUS_OK)
        status = explain_with_weights(&reading, &lesson);
    if (status == GRADUS_OK)
        status = prepare(&lesson);
    if (status == GRADUS_OK)
        status = show(&lesson);
    free(lesson.factors);
    free(lesson.y);
    free(lesson.x);
    gradus_explanation_free(reading.explanation);
    gradus_data_free(reading.data);
    gradus_net_free(lesson.net);
    gradus_model_free(reading.model);
    gradus_context_free(reading.context);
    return status;
}
