/*
 * cli/run_page.c - train --report FILE.html: a run on one page
 *
 * SPDX-License-Identifier: MIT
 */
#include "run_page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "flow_chart.h"
#include "help.h"
#include "message.h"
#include "metrics.h"
#include "options.h"
#include "output.h"
#include "page.h"
#include "text.h"

enum { MOST_POINTS = 2000, MOST_CLASSES = 16 };

int run_observe(const gradus_progress *at, void *user)
{
    run_record *record = user;

    if (at->end_of_epoch && record->count == record->room && !record->failed) {
        const size_t room = 2 * record->room + 64;
        gradus_progress *larger = realloc(record->epoch, room * sizeof *larger);
        record->failed = !larger;
        if (larger) {
            record->epoch = larger;
            record->room = room;
        }
    }
    if (at->end_of_epoch && !record->failed)
        record->epoch[record->count++] = *at;
    return progress_observe(at, record->progress);
}

void run_record_free(run_record *record)
{
    free(record->epoch);
    record->epoch = NULL;
}

/* ---- curves ---- */

static void draw_curves(const run_about *run, bool classifies, cli_figure *figure)
{
    const run_record *record = run->record;
    const gradus_fit_report *fit = run->fit;
    gradus_trainer_about about;
    const size_t start = fit->best_start ? fit->best_start : 1;
    cli_chart *loss = figure_chart(figure, "Loss");
    cli_chart *metric = figure_chart(figure, classifies ? "Accuracy, held out"
                                                        : "RMSE, held out");
    cli_chart *rate = figure_chart(figure, "Learning rate");
    chart_axes(loss, "epoch", "1", "loss", "mean per example");
    chart_axes(metric, "epoch", "1", classifies ? "accuracy" : "RMSE",
               classifies ? "share" : "the target's unit");
    chart_axes(rate, "epoch", "1", "learning rate of the last step", "1");
    gradus_trainer_describe(run->trainer, &about);
    chart_series *train = chart_series_add(loss, CHART_LINE, "training rows");
    chart_series *valid = chart_series_add(loss, CHART_LINE, "held out");
    chart_series *held = chart_series_add(metric, CHART_LINE, "");
    chart_series *rates = chart_series_add(rate, CHART_LINE, "");
    for (size_t i = 0; i < record->count; i++) {
        const gradus_progress *at = &record->epoch[i];
        if (at->start != start)
            continue;
        series_point(train, (double)at->epoch, at->train_loss);
        series_point(rates, (double)at->epoch, at->rate);
        if (at->valid.rows == 0)
            continue;
        series_point(valid, (double)at->epoch, at->valid.loss);
        series_point(held, (double)at->epoch,
                     classifies ? at->valid.accuracy : at->valid.rmse);
    }
    if (fit->valid.rows)
        chart_mark_add(metric, false, classifies ? about.trivial.accuracy : about.trivial.rmse,
                       "trivial guess");
    if (fit->best_epoch)
        chart_mark_add(loss, true, (double)fit->best_epoch, "weights kept");
}

/* ---- what the model makes of a table ---- */

/* The rows of the data that the run did not learn from, where there are any. */
typedef struct page_rows {
    const uint32_t *row;        /* [count], or NULL: all of the table */
    size_t count;
    const char *name;
} page_rows;

static page_rows rows_of(const run_about *run)
{
    page_rows rows;

    rows.row = gradus_trainer_held_out(run->trainer, &rows.count);
    rows.name = "rows held out";
    if (!rows.row) {
        rows.count = gradus_data_rows(run->data);
        rows.name = run->settings->valid ? "rows of --valid" : "training rows";
    }
    return rows;
}

/* The first class is on the left and, as on the terminal, at the top. */
static void draw_confusion(const gradus_model *model, const gradus_evaluation *found,
                           const page_rows *rows, cli_figure *figure)
{
    const char *across[MOST_CLASSES], *up[MOST_CLASSES];
    const size_t classes = found->classes;
    char title[64];

    snprintf(title, sizeof title, "Confusion, %s", rows->name);
    cli_chart *chart = figure_chart(figure, title);
    double *values = chart_grid_add(chart, "rows", "count", classes, classes);

    chart_axes(chart, "predicted class", "1", "actual class", "1");
    for (size_t i = 0; i < classes; i++)
        across[i] = up[classes - 1 - i] = gradus_model_class(model, i);
    chart_names(chart, &chart->x, across, classes);
    chart_names(chart, &chart->y, up, classes);
    chart->grid.numbers = true;
    for (size_t i = 0; values && i < classes * classes; i++)
        values[(classes - 1 - i / classes) * classes + i % classes] =
            (double)found->confusion[i];
}

/* Residuals of evenly chosen rows, of the first target. */
static gradus_status draw_residuals(const gradus_model *model, const gradus_data *data,
                                    gradus_predictor *predictor, const page_rows *rows,
                                    cli_figure *figure)
{
    const size_t all = gradus_data_rows(data), step = rows->count / MOST_POINTS + 1;
    const size_t column = gradus_data_find(data, gradus_model_target(model, 0));
    gradus_model_about about;
    gradus_model_describe(model, &about);
    double *y = calloc(all * about.targets, sizeof *y);
    gradus_status status = y ? gradus_predictor_run(predictor, data, y)
                             : fail(GRADUS_MEMORY, "out of memory: predictions");

    if (status == GRADUS_OK && column != SIZE_MAX) {
        char title[64];
        snprintf(title, sizeof title, "Residuals, %s", rows->name);
        cli_chart *chart = figure_chart(figure, title);
        chart_axes(chart, "predicted", "the target's unit", "actual - predicted",
                   "the target's unit");
        chart_series *series = chart_series_add(chart, CHART_POINTS, "");
        for (size_t i = 0; i < rows->count; i += step) {
            const size_t row = rows->row ? rows->row[i] : i;
            series_point(series, y[row * about.targets],
                         gradus_data_cell(data, row, column) - y[row * about.targets]);
        }
        chart_mark_add(chart, false, 0, "");
    }
    free(y);
    return status;
}

static gradus_status draw(const run_about *run, const gradus_model *model,
                          const flow_looks *flow, cli_figure *figure)
{
    gradus_predictor *predictor = NULL;
    const gradus_evaluation *found = NULL;
    const page_rows rows = rows_of(run);
    gradus_model_about about;
    gradus_status status;

    gradus_model_describe(model, &about);
    figure->failed = run->record->failed;
    draw_curves(run, about.task == GRADUS_CLASSIFICATION, figure);
    status = gradus_predictor_new(model, &predictor);
    if (status == GRADUS_OK && about.task == GRADUS_CLASSIFICATION)
        status = rows.row ? gradus_predictor_evaluate_rows(predictor, run->data, rows.row,
                                                           rows.count, &found)
                          : gradus_predictor_evaluate(predictor, run->data, &found);
    if (status == GRADUS_OK && found && found->classes <= MOST_CLASSES)
        draw_confusion(model, found, &rows, figure);
    if (status == GRADUS_OK && about.task == GRADUS_REGRESSION)
        status = draw_residuals(model, run->data, predictor, &rows, figure);
    flow_chart(figure, flow->now, flow->start);
    gradus_predictor_free(predictor);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

/* ---- the page ---- */

static void put_command(const cli_settings *settings, FILE *stream)
{
    char room[GRADUS_NUMBER_LENGTH], usual[64], word[1024];

    fputs("<h2>The command that repeats it</h2>\n<pre>gradus train ", stream);
    text_word(settings->argument[0], word, sizeof word);
    page_escape(stream, word);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const cli_option *option = &option_table[i];
        if (!option_of(option, VERB_TRAIN) || option->group > GROUP_TRAINING)
            continue;
        const char *text = option_text(settings, option, room);
        help_default(option, VERB_TRAIN, usual, sizeof usual);
        if (!text || strcmp(text, option->kind == KIND_FLAG ? "no" : usual) == 0 || !*text)
            continue;
        fprintf(stream, " --%s", option->name);
        if (option->kind != KIND_FLAG) {
            text_word(text, word, sizeof word);
            fputc(' ', stream);
            page_escape(stream, word);
        }
    }
    fputs("</pre>\n", stream);
}

static void put_metric(const cli_metric *metric, const gradus_metrics *of, FILE *stream)
{
    const double value = metric_value(metric, of);

    if (!isfinite(value))
        fputs("<td>\u2013</td>", stream);
    else
        fprintf(stream, "<td>%s</td>", metric->is_share ? text_share(value, 1)
                                                       : text_number(value, 4));
}

/* The network beside a guess that knows nothing of the inputs. */
static void put_metrics(const run_about *run, const gradus_metrics *valid, FILE *stream)
{
    gradus_trainer_about about;

    gradus_trainer_describe(run->trainer, &about);
    fprintf(stream, "<h2>Result on the %s rows held out</h2>\n<table>\n<tr><th></th>"
            "<th>network</th><th>trivial guess</th></tr>\n", text_count(valid->rows));
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        if (!isfinite(metric_value(&metric_table[i], valid)))
            continue;
        fprintf(stream, "<tr><th>%s</th>", metric_table[i].title);
        put_metric(&metric_table[i], valid, stream);
        put_metric(&metric_table[i], &about.trivial, stream);
        fputs("</tr>\n", stream);
    }
    fputs("</table>\n<p class=\"small\">The trivial guess looks at no input: it is always ",
          stream);
    if (isnan(valid->accuracy)) {
        fputs("the mean of the target", stream);
    } else if (run->commonest) {
        page_escape(stream, run->commonest);
        fputs(", the commonest class", stream);
    } else {
        fputs("the commonest class", stream);
    }
    if (!isnan(valid->accuracy))
        fputs(", with the shares of the classes as probabilities", stream);
    fputs(". A network that has learned anything has a smaller loss.</p>\n", stream);
}

static void put_flow(const gradus_flow *flow, FILE *stream)
{
    gradus_flow_about about;

    gradus_flow_describe(flow, &about);
    fprintf(stream, "<h2>Flow of the gradient</h2>\n<p>%s: ",
            gradus_flow_verdict_name(about.verdict));
    page_escape(stream, about.cause);
    fputs(".</p>\n", stream);
    if (*about.remedy) {
        fputs("<p>Remedy: ", stream);
        page_escape(stream, about.remedy);
        fputs(".</p>\n", stream);
    }
}

static gradus_status put_page(const run_about *run, const gradus_model *model,
                              const flow_looks *flow, const cli_figure *figure)
{
    gradus_model_about about;
    cli_output output;
    gradus_status status = figure_state(figure);

    gradus_model_describe(model, &about);
    if (status == GRADUS_OK)
        status = output_open(&output, run->settings->report, run->settings->force);
    if (status != GRADUS_OK)
        return status;
    page_start(output.stream, figure->title, NULL);
    if (about.valid.rows)
        put_metrics(run, &about.valid, output.stream);
    figure_section(figure, output.stream);
    put_flow(flow->now, output.stream);
    fputs("<h2>Network</h2>\n<pre>", output.stream);
    page_escape(output.stream, gradus_net_text(gradus_model_net(model)));
    fputs("</pre>\n<h2>Settings</h2>\n<pre>", output.stream);
    page_escape(output.stream, about.settings);
    fputs("</pre>\n", output.stream);
    put_command(run->settings, output.stream);
    page_end(output.stream);
    return output_commit(&output);
}

gradus_status run_page(const run_about *run, cli_report *report)
{
    const gradus_model *model = gradus_trainer_model(run->trainer);
    flow_looks flow = {NULL, NULL};
    cli_figure figure;
    char title[256];
    gradus_status status = flow_look(run->context, run->trainer, &flow);

    snprintf(title, sizeof title, "Learning %.100s from %.100s",
             gradus_model_target(model, 0), run->settings->argument[0]);
    figure_start(&figure, title, "Loss, metric and learning rate of each epoch; what the "
                 "network makes of rows; and how the gradient passes through its layers.");
    if (status == GRADUS_OK)
        status = draw(run, model, &flow, &figure);
    if (status == GRADUS_OK)
        status = put_page(run, model, &flow, &figure);
    if (status == GRADUS_OK) {
        figure_json(&figure, report);
        report_line(report, "report");
        report_say(report, "%s", text_name(run->settings->report));
    }
    figure_free(&figure);
    flow_looks_free(&flow);
    return status;
}
