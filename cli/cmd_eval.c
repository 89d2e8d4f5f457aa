/*
 * cli/cmd_eval.c - gradus eval: how good a model is on a table
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "commands.h"
#include "config.h"
#include "message.h"
#include "metrics.h"
#include "table.h"
#include "text.h"
#include "unseen.h"

enum { MOST_SHOWN = 12, MOST_CLASSES = 8, WIDTH = 80, RECALL = 10 };

static void say_head(cli_report *report, const gradus_evaluation *evaluation,
                     const char *trivial)
{
    const gradus_metrics *m = &evaluation->model, *t = &evaluation->trivial;

    report_row(report, "rows %s", text_count(m->rows));
    if (!isnan(m->accuracy)) {
        /* 1.96 standard errors of a share: 95 of 100 such tables lie within. */
        double error = 1.96 * sqrt(m->accuracy * (1 - m->accuracy) / (double)m->rows);
        report_say(report, "   accuracy %s (+-%.2f)", text_share(m->accuracy, 2),
                   100 * error);
        if (!isnan(m->auc))
            report_say(report, "   auc %.3f", m->auc);
        report_say(report, "   loss %s", text_fixed(m->loss, 4));
        report_row(report, "%-*s always \"%s\": %s", (int)strlen(text_count(m->rows)) + 5,
                   "", text_name(trivial), text_share(t->accuracy, 2));
        if (!isnan(m->brier))
            report_say(report, "   brier %s", text_fixed(m->brier, 3));
        if (!isnan(m->ece))
            report_say(report, "   ece %s", text_fixed(m->ece, 3));
    } else {
        report_say(report, "   rmse %s   mae %s", text_fixed(m->rmse, 5),
                   text_fixed(m->mae, 5));
        if (!isnan(m->r2))
            report_say(report, "   r2 %.3f", m->r2);
        report_say(report, "   loss %s (+-%s)", text_fixed(m->loss, 4),
                   text_fixed(m->loss_error, 2));
        report_row(report, "%-*s always the mean: rmse %s   mae %s",
                   (int)strlen(text_count(m->rows)) + 5, "", text_fixed(t->rmse, 5),
                   text_fixed(t->mae, 5));
    }
    if (evaluation->unknown)
        report_row(report,
                   "%s rows left out: no target, or a class the model does not know",
                   text_count(evaluation->unknown));
}

/* A name cut to so many bytes, at most 31. */
static const char *cut_name(const char *name, int bytes)
{
    static char room[2][32];
    static int next;
    char *text = room[next = !next];

    snprintf(text, sizeof room[0], "%s", text_name(name));
    if ((int)strlen(text) > bytes) {
        int end = bytes - 2;
        while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
            end--;
        memcpy(text + end, "..", 3);
    }
    return text;
}

/* Rows that are of class k by one reading of the table, and those among them found. */
static double ratio(const gradus_evaluation *evaluation, size_t k, bool by_column)
{
    size_t n = evaluation->classes, all = 0;

    for (size_t i = 0; i < n; i++)
        all += evaluation->confusion[by_column ? i * n + k : k * n + i];
    return all ? (double)evaluation->confusion[k * n + k] / (double)all : NAN;
}

static const char *share_or_dash(double share)
{
    return isnan(share) ? "-" : text_share(share, 1);
}

static void say_confusion(cli_report *report, const gradus_model *model,
                          const gradus_evaluation *evaluation)
{
    size_t n = evaluation->classes;
    int longest = 9, label, cell;

    for (size_t k = 0; k < n; k++) {
        int length = (int)strlen(text_name(gradus_model_class(model, k)));
        longest = length > longest ? length : longest;
    }
    label = longest < 20 ? longest : 20;
    cell = (WIDTH - RECALL - label - 2) / (int)n;
    cell = cell > longest + 2 ? longest + 2 : cell;

    report_row(report, "%*s", label + 2 + cell, "predicted");
    report_row(report, "%-*s", label + 2, "actual");
    for (size_t k = 0; k < n; k++)
        report_say(report, "%*s", cell, cut_name(gradus_model_class(model, k), cell - 1));
    report_say(report, "%*s", RECALL, "recall");
    for (size_t i = 0; i < n; i++) {
        report_row(report, "  %-*s", label,
                   cut_name(gradus_model_class(model, i), label));
        for (size_t k = 0; k < n; k++)
            report_say(report, "%*s", cell, text_count(evaluation->confusion[i * n + k]));
        report_say(report, "%*s", RECALL, share_or_dash(ratio(evaluation, i, false)));
    }
    report_row(report, "  %-*s", label, "precision");
    for (size_t k = 0; k < n; k++)
        report_say(report, "%*s", cell, share_or_dash(ratio(evaluation, k, true)));
}

/* Too many classes for a table: the pairs that are confused most often. */
static void say_confused(cli_report *report, const gradus_model *model,
                         const gradus_evaluation *evaluation)
{
    size_t n = evaluation->classes, below = SIZE_MAX;

    report_row(report, "most often confused (--json has all):");
    for (size_t shown = 0; shown < MOST_SHOWN;) {
        size_t most = 0;
        for (size_t i = 0; i < n * n; i++)
            if (i / n != i % n && evaluation->confusion[i] < below &&
                evaluation->confusion[i] > most)
                most = evaluation->confusion[i];
        if (most == 0)
            return;
        for (size_t i = 0; i < n * n && shown < MOST_SHOWN; i++)
            if (i / n != i % n && evaluation->confusion[i] == most) {
                report_row(report, "  %8s  %s taken for %s", text_count(most),
                           text_name(gradus_model_class(model, i / n)),
                           text_name(gradus_model_class(model, i % n)));
                shown++;
            }
        below = most;
    }
}

static void add_json(cli_report *report, const gradus_model *model,
                     const gradus_evaluation *evaluation)
{
    metrics_json(report, &evaluation->model);
    report_count(report, "unknown", evaluation->unknown, NULL);
    report_object(report, "trivial");
    report_string(report, "name",
                  evaluation->trivial_name ? evaluation->trivial_name : "", NULL);
    metrics_json(report, &evaluation->trivial);
    report_close(report);
    if (!evaluation->confusion)
        return;
    report_array(report, "classes");
    for (size_t k = 0; k < evaluation->classes; k++)
        report_string(report, NULL, gradus_model_class(model, k), NULL);
    report_close(report);
    report_array(report, "confusion");
    for (size_t i = 0; i < evaluation->classes; i++) {
        report_array(report, NULL);
        for (size_t k = 0; k < evaluation->classes; k++)
            report_count(report, NULL, evaluation->confusion[i * evaluation->classes + k],
                         NULL);
        report_close(report);
    }
    report_close(report);
    report_number(report, "best_threshold", evaluation->best_threshold, 0, NULL);
    report_number(report, "best_f1", evaluation->best_f1, 0, NULL);
}

/* In all its digits: a threshold that is rounded up loses the row it stands for. */
static void say_threshold(cli_report *report, const gradus_evaluation *evaluation)
{
    const double threshold = evaluation->best_threshold;
    const float narrow = (float)threshold;
    char text[GRADUS_NUMBER_LENGTH];

    if ((double)narrow == threshold)
        gradus_number_write_float(narrow, text);
    else
        gradus_number_write(threshold, text);
    report_row(report, "best threshold for f1 %s (f1 %.2f); predict --threshold %s uses it",
               text, evaluation->best_f1, text);
}

static gradus_status tell(const cli_settings *settings, const gradus_model *model,
                          const gradus_evaluation *evaluation)
{
    cli_report report;
    gradus_status status;

    report_start(&report);
    add_json(&report, model, evaluation);
    say_head(&report, evaluation, evaluation->trivial_name);
    if (evaluation->confusion && evaluation->classes <= MOST_CLASSES)
        say_confusion(&report, model, evaluation);
    else if (evaluation->confusion)
        say_confused(&report, model, evaluation);
    if (!isnan(evaluation->best_threshold))
        say_threshold(&report, evaluation);
    status = report_state(&report);
    if (status == GRADUS_OK && settings->json)
        report_print_json(&report, stdout);
    else if (status == GRADUS_OK && settings->log != LOG_NONE)
        report_print(&report, stdout);
    report_free(&report);
    return status;
}

static gradus_status evaluate(cli_settings *settings, const gradus_context *context,
                              const gradus_model *model)
{
    const gradus_read_options read = table_options(settings, model);
    gradus_predictor *predictor = NULL;
    gradus_data *data = NULL;
    const gradus_evaluation *evaluation;
    gradus_status status;

    note_terminal(settings->argument[1]);
    status = gradus_data_read(context, settings->argument[1], &read, &data);
    if (status == GRADUS_OK)
        status = gradus_predictor_new(model, &predictor);
    if (status == GRADUS_OK)
        status = gradus_predictor_evaluate(predictor, data, &evaluation);
    if (status != GRADUS_OK) {
        fail_library(status);
    } else {
        gradus_data_about about;
        gradus_data_describe(data, &about);
        if (about.skipped)
            note("%s malformed rows left out", text_count(about.skipped));
        unseen_note(predictor, model);
        status = tell(settings, model, evaluation);
    }
    if (status == GRADUS_OK)
        status = metrics_demand(&evaluation->model, settings->at_least, 1, "min");
    if (status == GRADUS_OK)
        status = metrics_demand(&evaluation->model, settings->at_most, -1, "max");
    gradus_predictor_free(predictor);
    gradus_data_free(data);
    return status;
}

gradus_status cmd_eval(cli_settings *settings)
{
    gradus_context *context = NULL;
    gradus_model *model = NULL;
    gradus_status status;

    if (settings->print_config) {
        config_print(settings, stdout);
        return GRADUS_OK;
    }
    status = gradus_context_new(&settings->context, &context);
    if (status == GRADUS_OK)
        status = gradus_model_load(context, settings->argument[0], &model);
    status =
        status == GRADUS_OK ? evaluate(settings, context, model) : fail_library(status);
    gradus_model_free(model);
    gradus_context_free(context);
    return status;
}
