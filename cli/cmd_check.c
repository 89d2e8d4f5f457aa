/*
 * cli/cmd_check.c - gradus check: a gradient on three routes; the error of a model
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "commands.h"
#include "config.h"
#include "message.h"
#include "network.h"
#include "table.h"
#include "text.h"

enum { MOST_WEIGHTS = 200 };

/* What is checked: examples in double, and as the net takes them. */
typedef struct subject {
    gradus_context *context;
    gradus_model *model;    /* or NULL */
    gradus_net *own;        /* of a description, or NULL */
    const gradus_net *net;
    double *x, *y;
    float *x_single, *y_single;
    gradus_set set;
    gradus_check_options options;
    gradus_model_about about;
    char no[200];           /* why the answer is no */
} subject;

const char *check_error(double error)
{
    static char room[4][24];
    static int next;
    char *text = room[next = (next + 1) % 4];

    snprintf(text, sizeof room[0], "%.1e", error);
    return text;
}

/* ---- what is checked ---- */

static gradus_status allocate(subject *s, size_t rows)
{
    gradus_net_about about;
    size_t inputs, outputs;

    gradus_net_describe(s->net, &about);
    inputs = rows * about.inputs;
    outputs = rows * about.outputs;
    s->x = calloc(inputs, sizeof *s->x);
    s->y = calloc(outputs, sizeof *s->y);
    s->x_single = calloc(inputs, sizeof *s->x_single);
    s->y_single = calloc(outputs, sizeof *s->y_single);
    if (!s->x || !s->y || !s->x_single || !s->y_single)
        return fail(GRADUS_MEMORY, "out of memory: %zu rows", rows);
    return GRADUS_OK;
}

/* The set of the rows gathered, in the net's precision. */
static void finish_set(subject *s, size_t rows)
{
    gradus_net_about about;

    gradus_net_describe(s->net, &about);
    for (size_t i = 0; i < rows * about.inputs; i++)
        s->x_single[i] = (float)s->x[i];
    for (size_t i = 0; i < rows * about.outputs; i++)
        s->y_single[i] = (float)s->y[i];
    s->set = (gradus_set){.rows = rows, .x = s->x_single, .y = s->y_single};
    if (about.precision == GRADUS_FLOAT64)
        s->set = (gradus_set){.rows = rows, .x = s->x, .y = s->y};
}

/* Fractions of a multiple of an irrational number: spread evenly, the same everywhere. */
static double spread(size_t index, double step)
{
    double at = (double)(index + 1) * step;

    return at - floor(at);
}

/* Inputs from -2 to 2; targets that add to 1, which every loss takes. */
static gradus_status open_description(subject *s, cli_settings *settings)
{
    const cli_check_settings *check = &settings->check;
    gradus_status status = network_read(settings);

    if (status != GRADUS_OK)
        return status;
    if (gradus_net_new(s->context, settings->train.network, check->inputs, check->outputs,
                       settings->train.precision, settings->train.fit.seed,
                       &s->own) != GRADUS_OK)
        return fail_library(GRADUS_ARGUMENT);
    s->net = s->own;
    status = allocate(s, check->rows);
    if (status != GRADUS_OK)
        return status;
    for (size_t i = 0; i < check->rows * check->inputs; i++)
        s->x[i] = 4 * spread(i, 0.6180339887498949) - 2;
    for (size_t i = 0; i < check->rows; i++) {
        double *y = s->y + i * check->outputs, sum = 0;
        for (size_t j = 0; j < check->outputs; j++)
            sum += y[j] = 0.1 + spread(i * check->outputs + j, 0.4142135623730951);
        for (size_t j = 0; check->outputs > 1 && j < check->outputs; j++)
            y[j] /= sum;
        y[0] = check->outputs > 1 ? y[0] : y[0] / 1.2;
    }
    finish_set(s, check->rows);
    return GRADUS_OK;
}

/* The first rows of the table. */
static gradus_status read_rows(subject *s, const cli_settings *settings,
                               const gradus_data *data)
{
    gradus_net_about about;
    gradus_status status = allocate(s, settings->check.rows);
    size_t rows = 0;

    gradus_net_describe(s->net, &about);
    for (size_t i = 0; status == GRADUS_OK && rows < settings->check.rows &&
                       i < gradus_data_rows(data); i++) {
        status = gradus_model_example(s->model, data, i, s->x + rows * about.inputs,
                                      s->y + rows * about.outputs);
        if (status == GRADUS_OK)
            rows++;
        else
            fail_library(status);
    }
    if (status == GRADUS_OK)
        finish_set(s, rows);
    return status;
}

static gradus_status open_model(subject *s, const cli_settings *settings)
{
    gradus_data *data = NULL;
    gradus_status status = gradus_model_load(s->context, settings->argument[1], &s->model);

    if (status != GRADUS_OK)
        return fail_library(status);
    s->net = gradus_model_net(s->model);
    gradus_model_describe(s->model, &s->about);
    if (!s->options.loss) {
        s->options.loss = s->about.loss;
        s->options.delta = s->about.delta;
    }
    note_terminal(settings->argument[2]);
    const gradus_read_options read = table_options(settings, s->model);
    status = gradus_data_read(s->context, settings->argument[2], &read, &data);
    status = status == GRADUS_OK ? read_rows(s, settings, data) : fail_library(status);
    gradus_data_free(data);
    return status;
}

static void close_subject(subject *s)
{
    free(s->x);
    free(s->y);
    free(s->x_single);
    free(s->y_single);
    gradus_net_free(s->own);
    gradus_model_free(s->model);
    gradus_context_free(s->context);
}

/* ---- what is said ---- */

static const gradus_check_block *worst_of(const gradus_check *check)
{
    gradus_check_about about;

    gradus_check_describe(check, &about);
    return gradus_check_part(check, about.worst);
}

void check_add_worst(cli_report *report, const gradus_check *check)
{
    const gradus_check_block *block = worst_of(check);

    report_object(report, "worst");
    report_string(report, "tensor", block->name, NULL);
    report_count(report, "row", block->row, NULL);
    report_count(report, "column", block->column, NULL);
    report_number(report, "backprop", block->backprop, 0, NULL);
    report_number(report, "differences", block->by_differences, 0, NULL);
    report_number(report, "dual", block->by_dual, 0, NULL);
    report_close(report);
}

void check_say_worst(cli_report *report, const gradus_check *check)
{
    const gradus_check_block *block = worst_of(check);

    report_line(report, "worst");
    report_say(report, "%s[%zu][%zu]: by backpropagation %s, by differences %s, by dual "
               "numbers %s", block->name, block->row, block->column,
               text_number(block->backprop, 12),
               isnan(block->by_differences) ? "none, at a kink"
                                            : text_number(block->by_differences, 12),
               text_number(block->by_dual, 12));
}

static void say_blocks(cli_report *report, const gradus_check *check)
{
    const gradus_check_block *block;

    report_row(report, "%-16s%12s%9s%7s%13s%14s", "tensor", "shape", "checked", "kinks",
               "differences", "dual numbers");
    report_array(report, "blocks");
    for (size_t i = 0; (block = gradus_check_part(check, i)); i++) {
        char shape[48];
        snprintf(shape, sizeof shape, "%zu x %zu", block->rows, block->columns);
        report_row(report, "%-16s%12s%9zu%7zu%13s%14s%s", block->name, shape,
                   block->checked, block->kinks, check_error(block->differences),
                   check_error(block->dual), block->right ? "" : "  wrong");
        report_object(report, NULL);
        report_string(report, "tensor", block->name, NULL);
        report_count(report, "rows", block->rows, NULL);
        report_count(report, "columns", block->columns, NULL);
        report_count(report, "checked", block->checked, NULL);
        report_count(report, "kinks", block->kinks, NULL);
        report_number(report, "differences", block->differences, 0, NULL);
        report_number(report, "dual", block->dual, 0, NULL);
        report_flag(report, "right", block->right);
        report_close(report);
    }
    report_close(report);
}

static gradus_status check_one(cli_report *report, subject *s)
{
    gradus_check *check;
    gradus_check_about about;
    gradus_status status = gradus_check_gradient(s->net, &s->set, &s->options, &check);

    if (status != GRADUS_OK)
        return fail_library(status);
    gradus_check_describe(check, &about);
    report_flag(report, "right", about.right);
    report_line(report, "network");
    network_say(report, s->net);
    report_line(report, "loss");
    report_number(report, "loss", about.loss, 6, " on ");
    report_count(report, "rows", s->set.rows, " rows");
    say_blocks(report, check);
    report_count(report, "kinks", about.kinks, NULL);
    report_number(report, "differences", about.differences, 0, NULL);
    report_number(report, "dual", about.dual, 0, NULL);
    check_add_worst(report, check);
    check_say_worst(report, check);
    report_line(report, about.right ? "right" : "wrong");
    report_say(report, "the largest error is %s by differences (limit %s) and %s by dual "
               "numbers (limit %s)", check_error(about.differences),
               check_error(s->options.tolerance), check_error(about.dual),
               check_error(s->options.dual_tolerance));
    gradus_check_free(check);
    return about.right ? GRADUS_OK : GRADUS_NO;
}

/* ---- the command ---- */

static bool is_error(const cli_settings *settings)
{
    return strcmp(settings->argument[0], "error") == 0;
}

static gradus_status refuse_words(const cli_settings *settings)
{
    const bool self = settings->check.self, described = settings->train.network != NULL;

    if (is_error(settings) && settings->arguments == 3 && settings->box.on)
        return GRADUS_OK;
    if (is_error(settings))
        return fail(GRADUS_ARGUMENT, "check error needs a model, a function and where to "
                    "compare them: gradus check error MODEL EXPR --on 0:1");
    if (strcmp(settings->argument[0], "grad") != 0)
        return fail(GRADUS_ARGUMENT, "check \"%s\": what can be checked is grad, and error",
                    settings->argument[0]);
    if (settings->box.on)
        return fail(GRADUS_ARGUMENT, "--on is for check error");
    if (settings->arguments == 2)
        return fail(GRADUS_ARGUMENT, "check grad needs a model and a table: gradus check "
                    "grad MODEL DATA");
    if (self + described + (settings->arguments == 3) != 1)
        return fail(GRADUS_ARGUMENT, "check grad needs one of MODEL DATA, --network TEXT "
                    "and --self");
    return GRADUS_OK;
}

static void choose(subject *s, const cli_settings *settings)
{
    const size_t weights = settings->check.weights;

    gradus_check_defaults(&s->options);
    s->options.loss = settings->train.fit.loss;
    s->options.delta = settings->train.fit.delta;
    s->options.seed = settings->train.fit.seed;
    s->options.broken = settings->check.broken;
    s->options.weights = weights == SIZE_MAX ? 0 : weights == 0 ? MOST_WEIGHTS : weights;
}

static gradus_status run(cli_report *report, cli_settings *settings, subject *s)
{
    gradus_status status = gradus_context_new(&settings->context, &s->context);

    if (status != GRADUS_OK)
        return fail_library(status);
    if (is_error(settings))
        return check_error_of(report, s->context, settings, s->no, sizeof s->no);
    snprintf(s->no, sizeof s->no, "the gradient is wrong");
    choose(s, settings);
    if (settings->check.self)
        return check_library(report, s->context, &s->options);
    status = settings->train.network ? open_description(s, settings)
                                     : open_model(s, settings);
    return status == GRADUS_OK ? check_one(report, s) : status;
}

gradus_status cmd_check(cli_settings *settings)
{
    subject s = {.context = NULL};
    cli_report report;
    gradus_status status;

    if (settings->print_config) {
        config_print(settings, stdout);
        return GRADUS_OK;
    }
    status = refuse_words(settings);
    if (status != GRADUS_OK)
        return status;
    report_start(&report);
    status = run(&report, settings, &s);
    if (report_state(&report) != GRADUS_OK)
        status = report_state(&report);
    else if (status != GRADUS_OK && status != GRADUS_NO)
        ; /* told already */
    else if (settings->json)
        report_print_json(&report, stdout);
    else if (settings->log != LOG_NONE)
        report_print(&report, stdout);
    close_subject(&s);
    report_free(&report);
    return status == GRADUS_NO ? fail(GRADUS_NO, "%s", s.no) : status;
}
