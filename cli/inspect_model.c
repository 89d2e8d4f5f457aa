/*
 * cli/inspect_model.c - a model explained
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "help.h"
#include "inspect.h"
#include "message.h"
#include "metrics.h"
#include "network.h"
#include "options.h"
#include "text.h"
#include "wrap.h"

enum { MOST_INPUTS = 40, MOST_CLASSES = 10 };

static void say_task(cli_report *report, const gradus_model *model,
                     const gradus_model_about *about)
{
    bool classifies = about->task == GRADUS_CLASSIFICATION;

    report_line(report, "task");
    report_string(report, "task", classifies ? "classification" : "regression", " of ");
    report_array(report, "targets");
    for (size_t k = 0; k < about->targets; k++)
        report_string(report, NULL, gradus_model_target(model, k),
                      k + 1 < about->targets ? ", " : "");
    report_close(report);
    if (classifies) {
        report_array(report, "classes");
        for (size_t k = 0; k < about->classes; k++) {
            const char *name = gradus_model_class(model, k);
            report_string(report, NULL, name, NULL);
            if (k < MOST_CLASSES)
                report_say(report, "%s%s", k ? ", " : ": ", text_name(name));
        }
        report_close(report);
        if (about->classes > MOST_CLASSES)
            report_say(report, ", ... %s classes", text_count(about->classes));
    }
    report_say(report, "; loss ");
    report_object(report, "method");
    report_string(report, "loss", about->loss, "");
    report_close(report);
    report_count(report, "train_rows", about->train_rows, NULL);
}

static void say_held_out(cli_report *report, const gradus_model_about *about)
{
    const gradus_metrics *valid = &about->valid;

    if (about->train_rows == 0) {
        report_line(report, "built");
        report_say(report, "not trained");
        return;
    }
    report_line(report, "learned");
    report_say(report, "from %s rows", text_count(about->train_rows));
    if (valid->rows == 0) {
        report_say(report, "; none were held out");
        return;
    }
    report_say(report, "; on %s others: ", text_count(valid->rows));
    if (!isnan(valid->accuracy))
        report_say(report, "accuracy %s, ", text_share(valid->accuracy, 1));
    if (!isnan(valid->auc))
        report_say(report, "auc %.3f, ", valid->auc);
    if (!isnan(valid->rmse))
        report_say(report, "rmse %s, ", text_fixed(valid->rmse, 4));
    if (!isnan(valid->r2))
        report_say(report, "r2 %.3f, ", valid->r2);
    report_say(report, "loss %s", text_fixed(valid->loss, 4));
    report_object(report, "valid");
    metrics_json(report, valid);
    report_close(report);
}

static void say_input(cli_report *report, const gradus_model_input *input, bool shown)
{
    bool number = input->kind == GRADUS_NUMBER;
    /* The net sees (x - center) * scale; a constant column has no width of its own. */
    double width = input->scale != 0 ? 1 / input->scale : 0;

    report_object(report, NULL);
    report_string(report, "name", input->name, NULL);
    report_string(report, "kind", number ? "number" : "category", NULL);
    report_count(report, "first", input->first, NULL);
    report_count(report, "width", input->width, NULL);
    if (number) {
        report_number(report, "center", input->center, 0, NULL);
        report_number(report, "scale", input->scale, 0, NULL);
        report_number(report, "fill", input->fill, 0, NULL);
    } else {
        report_count(report, "values", input->values, NULL);
    }
    report_close(report);
    if (!shown)
        return;
    if (number)
        report_row(report, "%-9s%s %-9s%-12s%-11s%s", "", text_cut(input->name, 23), "number",
                   text_number(input->center, 4), text_number(width, 4),
                   text_number(input->fill, 4));
    else
        report_row(report, "%-9s%s %-9s%s values", "", text_cut(input->name, 23), "category",
                   text_count(input->values));
}

static void say_inputs(cli_report *report, const gradus_model *model,
                       const gradus_model_about *about, bool all)
{
    report_row(report, "%-9s%-23s %-9s%-12s%-11s%s", "inputs", "name", "kind", "center",
               "spread", "missing becomes");
    report_array(report, "columns");
    for (size_t i = 0; i < about->inputs; i++) {
        gradus_model_input input;
        gradus_model_input_describe(model, i, &input);
        say_input(report, &input, all || i < MOST_INPUTS);
    }
    report_close(report);
    if (!all && about->inputs > MOST_INPUTS)
        report_row(report, "%-9s... and %s more; -v shows them", "",
                   text_count(about->inputs - MOST_INPUTS));
}

/* What training it once more takes, in batches as they were. */
static void say_training(cli_report *report, const gradus_net *net,
                         const gradus_model_about *model)
{
    const char *text = model->settings, *problem;
    config_line line = {.number = 0};
    char optimizer[sizeof line.value] = "";
    gradus_fit_options fit;
    size_t bytes, activations;

    gradus_fit_defaults(&fit);
    while (config_next(&text, &line, &problem)) {
        if (strcmp(line.key, "optimizer") == 0)
            memcpy(optimizer, line.value, sizeof optimizer);
        if (strcmp(line.key, "checkpoint-activations") == 0)
            fit.checkpoint_activations =
                strcmp(line.value, "auto") == 0 ? SIZE_MAX : strtoull(line.value, NULL, 10);
        if (strcmp(line.key, "batch") == 0)
            fit.batch = strcmp(line.value, "all") == 0 ? SIZE_MAX
                                                       : strtoull(line.value, NULL, 10);
    }
    if (*optimizer)
        fit.optimizer = optimizer;
    fit.loss = model->loss;
    if (model->train_rows == 0 ||
        gradus_fit_memory(net, &fit, model->train_rows, &bytes, &activations) != GRADUS_OK)
        return;
    report_line(report, "training");
    report_count(report, "training_bytes", bytes, " bytes");
    if (fit.batch > 0)
        report_say(report, ", in batches of %s with %s",
                   text_count(fit.batch < model->train_rows ? fit.batch
                                                            : model->train_rows),
                   text_name(fit.optimizer));
    report_say(report, "; ");
    report_count(report, "activation_bytes", activations, " of them for activations");
    if (fit.checkpoint_activations > 0)
        report_say(report, ", of which some are computed twice");
}

static void say_cost(cli_report *report, const gradus_net *net,
                     const gradus_model_about *model)
{
    gradus_net_about about;
    size_t size, hidden;

    gradus_net_describe(net, &about);
    size = about.precision == GRADUS_FLOAT64 ? 8 : 4;
    hidden = about.depth > 0 ? about.depth - 1 : 0;
    report_line(report, "cost");
    report_number(report, "multiply_adds", about.multiply_adds, 9,
                  " multiply-adds a row; ");
    report_say(report, "a gradient costs ");
    report_number(report, "gradient_cost", about.gradient_cost, 3, " times that");
    report_line(report, "memory");
    report_count(report, "bytes", about.parameters * size, " bytes of weights, ");
    report_count(report, "scratch", gradus_net_scratch(net), " bytes to work in");
    say_training(report, net, model);
    report_line(report, "depth");
    report_count(report, "depth", about.depth, "");
    report_say(report,
               " layer%s with weights, that is %zu hidden layer%s and the output; "
               "some count the one, some the other. Width ",
               about.depth == 1 ? "" : "s", hidden, hidden == 1 ? "" : "s");
    report_count(report, "width", about.width, ": the widest layer's units");
}

/* ---- the command that makes this model again ---- */

/* A word of the command; a line that is full goes on behind a backslash. */
static void add_word(cli_report *report, size_t *column, const char *word)
{
    const size_t width = strlen(word) + 1;

    if (*column + width + 2 > WRAP_WIDTH) {
        report_say(report, " \\");
        report_row(report, "%*s", REPORT_INDENT + 1, "");
        *column = REPORT_INDENT + 1;
    }
    report_say(report, " %s", word);
    *column += width;
}

static void say_repeat(cli_report *report, const gradus_model_about *about)
{
    const char *text = about->settings, *problem;
    config_line line = {.number = 0};
    char usual[64], word[512];
    size_t column = REPORT_INDENT + sizeof "gradus train DATA";

    report_object(report, "settings");
    if (about->train_rows > 0)
        report_row(report, "%-*sgradus train DATA", REPORT_INDENT, "repeat");
    while (config_next(&text, &line, &problem)) {
        const cli_option *option = option_find(line.key);
        report_string(report, line.key, line.value, NULL);
        if (!option || !option_of(option, VERB_TRAIN) || about->train_rows == 0)
            continue;
        help_default(option, VERB_TRAIN, usual, sizeof usual);
        if (strcmp(line.value, option->kind == KIND_FLAG ? "no" : usual) == 0)
            continue;
        snprintf(word, sizeof word, "--%s", option->name);
        add_word(report, &column, word);
        if (option->kind == KIND_FLAG)
            continue;
        text_word(line.value, word, sizeof word);
        add_word(report, &column, word);
    }
    report_close(report);
}

gradus_status inspect_model(cli_report *report, const cli_settings *settings)
{
    gradus_context *context = NULL;
    gradus_model *model = NULL;
    gradus_model_about about;
    gradus_status status = gradus_context_new(&settings->context, &context);

    if (status == GRADUS_OK)
        status = gradus_model_load(context, settings->argument[0], &model);
    if (status != GRADUS_OK) {
        fail_library(status);
        goto done;
    }
    gradus_model_describe(model, &about);
    report_line(report, "format");
    report_string(report, "format", "gradus", " model in a safetensors file; ");
    report_count(report, "file_bytes", about.bytes, " bytes");
    say_task(report, model, &about);
    say_held_out(report, &about);
    say_inputs(report, model, &about, settings->verbose);
    report_line(report, "network");
    network_say(report, gradus_model_net(model));
    status = network_layers(report, gradus_model_net(model));
    say_cost(report, gradus_model_net(model), &about);
    report_line(report, "weights");
    report_say(report, "%s", text_digest(about.digest));
    report_string(report, "digest", text_digest_plain(about.digest), NULL);
    say_repeat(report, &about);
done:
    gradus_model_free(model);
    gradus_context_free(context);
    return status;
}
