/*
 * cli/train_plan.c - what train says before it trains
 *
 * SPDX-License-Identifier: MIT
 */
#include "train_plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commas.h"
#include "header_note.h"
#include "network.h"
#include "text.h"

enum { MOST_NAMED = 5, MOST_COUNTED = 20 };

static void say_data(cli_report *report, const cli_plan *plan)
{
    gradus_data_about about;

    gradus_data_describe(plan->data, &about);
    report_line(report, "data");
    report_say(report, "%s: ", text_name(plan->settings->argument[0]));
    report_object(report, "data");
    report_string(report, "format", about.format, NULL);
    report_count(report, "rows", gradus_data_rows(plan->data), " rows, ");
    report_count(report, "columns", gradus_data_columns(plan->data), " columns, ");
    report_say(report, "%s, read in %s", text_bytes(about.bytes),
               text_seconds(plan->read_seconds));
    if (about.skipped)
        report_say(report, "; %s malformed rows left out", text_count(about.skipped));
    report_count(report, "skipped", about.skipped, NULL);
    report_close(report);
}

/* ---- target ---- */

/* Whether the cell is of this class; `number` is the class's name as a number. */
static bool is_class(const gradus_data *data, size_t column, gradus_column_kind kind,
                     double cell, const char *name, double number)
{
    const char *value;

    if (kind == GRADUS_NUMBER)
        return cell == number;
    value = cell >= 0 ? gradus_data_value(data, column, (size_t)cell) : NULL;
    return value && strcmp(value, name) == 0;
}

/* Rows of each class: of the table, and of the part that is learned from; [classes]. */
static void count_classes(const cli_plan *plan, size_t column, size_t classes,
                          size_t *counts, size_t *learned)
{
    const gradus_model *model = gradus_trainer_model(plan->trainer);
    size_t held;
    const uint32_t *row = gradus_trainer_held_out(plan->trainer, &held);
    gradus_column about;

    gradus_data_column(plan->data, column, &about);
    for (size_t k = 0; k < classes; k++) {
        const char *name = gradus_model_class(model, k);
        double number = NAN;
        gradus_number_read(name, strlen(name), &number);
        counts[k] = 0;
        for (size_t i = 0; i < gradus_data_rows(plan->data); i++)
            counts[k] += is_class(plan->data, column, about.kind,
                                  gradus_data_cell(plan->data, i, column), name, number);
        learned[k] = counts[k];
        for (size_t i = 0; row && i < held; i++)
            learned[k] -= is_class(plan->data, column, about.kind,
                                   gradus_data_cell(plan->data, row[i], column), name, number);
    }
}

static void say_classes(cli_report *report, cli_plan *plan, size_t column, size_t classes)
{
    const gradus_model *model = gradus_trainer_model(plan->trainer);
    size_t counts[MOST_COUNTED], learned[MOST_COUNTED], all = 0, most = 0;

    report_array(report, "classes");
    for (size_t k = 0; k < classes; k++)
        report_string(report, NULL, gradus_model_class(model, k), NULL);
    report_close(report);
    if (classes > MOST_COUNTED) {
        report_say(report, "%s classes", text_count(classes));
        return;
    }
    count_classes(plan, column, classes, counts, learned);
    for (size_t k = 0; k < classes; k++) {
        all += counts[k];
        most = learned[k] > learned[most] ? k : most;
    }
    plan->commonest = gradus_model_class(model, most);
    for (size_t k = 0; k < classes && k < MOST_NAMED; k++)
        report_say(report, "%s\"%s\" %s", k ? ", " : "",
                   text_name(gradus_model_class(model, k)),
                   text_share((double)counts[k] / (double)(all ? all : 1), 1));
    if (classes > MOST_NAMED)
        report_say(report, ", ... %zu classes", classes);
}

static void say_target(cli_report *report, cli_plan *plan)
{
    const gradus_model *model = gradus_trainer_model(plan->trainer);
    gradus_model_about about;
    bool classifies;

    gradus_model_describe(model, &about);
    classifies = about.task == GRADUS_CLASSIFICATION;
    report_line(report, "target");
    report_array(report, "targets");
    for (size_t k = 0; k < about.targets; k++)
        report_string(report, NULL, gradus_model_target(model, k), NULL);
    report_close(report);
    for (size_t k = 0; k < about.targets && k < MOST_NAMED; k++) {
        const char *name = gradus_model_target(model, k);
        size_t column = gradus_data_find(plan->data, name);
        gradus_column values;

        report_say(report, "%s%s: ", k ? "; " : "", text_name(name));
        gradus_data_column(plan->data, column, &values);
        if (classifies)
            say_classes(report, plan, column, about.classes);
        else
            report_say(report, "%s .. %s, mean %s", text_number(values.min, 4),
                       text_number(values.max, 4), text_number(values.mean, 4));
    }
    report_string(report, "task", classifies ? "classification" : "regression", NULL);
    report_say(report, "  -> %s", classifies ? "classification" : "regression");
    if (plan->task_was_open)
        report_say(report, " (see --task)");
}

/* ---- inputs, notes, split ---- */

static void say_inputs(cli_report *report, const gradus_trainer_about *about)
{
    report_line(report, "inputs");
    report_count(report, "numbers", about->numbers,
                 about->numbers == 1 ? " number" : " numbers");
    report_count(report, "categories", about->categories, NULL);
    if (about->categories)
        report_say(report, ", %s categor%s (%s values)", text_count(about->categories),
                   about->categories == 1 ? "y" : "ies", text_count(about->values));
}

static void say_note(cli_report *report, const char *note, const char **label)
{
    char safe[512];

    text_escape(note, safe, sizeof safe, "");
    report_string(report, NULL, note, NULL);
    report_line(report, *label);
    report_say(report, "%s", safe);
    *label = "";
}

static void say_notes(cli_report *report, const cli_plan *plan)
{
    const char *note, *label = "notes", *header = header_note(plan->data);
    char commas[512];

    report_array(report, "notes");
    if (header)
        say_note(report, header, &label);
    if (comma_note(plan->data, commas, sizeof commas))
        say_note(report, commas, &label);
    for (size_t i = 0; (note = gradus_trainer_note(plan->trainer, i)); i++)
        say_note(report, note, &label);
    report_close(report);
}

static void say_split(cli_report *report, const cli_plan *plan,
                      const gradus_trainer_about *about)
{
    const gradus_train_options *options = &plan->settings->train;

    report_line(report, "split");
    report_count(report, "train_rows", about->train_rows, " train, ");
    report_count(report, "valid_rows", about->valid_rows, NULL);
    if (plan->valid)
        report_say(report, "%s to validate from %s", text_count(about->valid_rows),
                   text_name(plan->settings->valid));
    else if (about->valid_rows == 0)
        report_say(report, "none held out");
    else
        report_say(report, "%s held out (%s, %s, seed %llu)",
                   text_count(about->valid_rows),
                   text_share((double)about->valid_rows /
                                  (double)(about->valid_rows + about->train_rows),
                              0),
                   options->group                           ? "by group"
                   : options->split == GRADUS_SPLIT_CONTENT ? "by row content"
                                                            : "at random",
                   (unsigned long long)options->fit.seed);
    if (about->dropped_rows)
        report_say(report, "; %s without a target left out",
                   text_count(about->dropped_rows));
    report_count(report, "dropped_rows", about->dropped_rows, NULL);
}

static void say_method(cli_report *report, const gradus_fit_options *fit, size_t rows)
{
    report_line(report, "method");
    report_object(report, "method");
    report_string(report, "optimizer", fit->optimizer, ", ");
    report_say(report, "lr ");
    report_number(report, "learning_rate", fit->learning_rate, 0, " ");
    report_string(report, "schedule", fit->schedule, ", ");
    if (fit->batch >= rows)
        report_say(report, "all rows a step, ");
    else
        report_say(report, "batch %s, ", text_count(fit->batch));
    report_count(report, "batch", fit->batch < rows ? fit->batch : rows, NULL);
    report_say(report, "<= ");
    report_count(report, "epochs", fit->epochs, " epochs");
    report_count(report, "patience", fit->patience, NULL);
    if (fit->patience)
        report_say(report, ", patience %zu", fit->patience);
    if (fit->starts > 1)
        report_say(report, ", %zu starts", fit->starts);
    report_string(report, "loss", fit->loss ? fit->loss : "", NULL);
    report_close(report);
    report_count(report, "seed", fit->seed, NULL);
}

/* What checkpoints save of the memory of a step. */
static void say_memory(cli_report *report, const gradus_net *net,
                       const gradus_fit_options *fit, size_t rows)
{
    gradus_fit_options all = *fit;
    size_t bytes, kept, every;

    all.checkpoint_activations = 0;
    if (fit->checkpoint_activations == 0 ||
        gradus_fit_memory(net, fit, rows, &bytes, &kept) != GRADUS_OK ||
        gradus_fit_memory(net, &all, rows, &bytes, &every) != GRADUS_OK)
        return;
    report_line(report, "memory");
    report_say(report, "%s for activations", text_bytes(kept));
    report_say(report, ", computed twice; %s without --checkpoint-activations",
               text_bytes(every));
    report_count(report, "activation_bytes", kept, NULL);
    report_count(report, "activation_bytes_without", every, NULL);
}

void plan_report(cli_report *report, cli_plan *plan)
{
    gradus_trainer_about about;

    gradus_trainer_describe(plan->trainer, &about);
    say_data(report, plan);
    say_target(report, plan);
    say_inputs(report, &about);
    say_notes(report, plan);
    say_split(report, plan, &about);
    report_line(report, "network");
    network_say(report, gradus_model_net(gradus_trainer_model(plan->trainer)));
    say_method(report, &plan->settings->train.fit, about.train_rows);
    say_memory(report, gradus_model_net(gradus_trainer_model(plan->trainer)),
               &plan->settings->train.fit, about.train_rows);
}
