/*
 * cli/cmd_train.c - gradus train: from a table to a model
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commas.h"
#include "commands.h"
#include "config.h"
#include "help.h"
#include "message.h"
#include "metrics.h"
#include "network.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "run_page.h"
#include "stop.h"
#include "table.h"
#include "text.h"
#include "train_flow.h"
#include "train_plan.h"
#include "train_rate.h"

/* What a run holds; each is freed by train_close(). */
typedef struct cli_train {
    cli_settings *settings;
    gradus_context *context;
    gradus_data *data, *valid;
    gradus_trainer *trainer;
    cli_progress progress;
    run_record record;          /* with --report */
    cli_plan plan;
    cli_report report;
    gradus_rate_search search;  /* with --learning-rate find */
    double read_seconds;
} cli_train;

static void train_close(cli_train *train)
{
    watch_free(&train->progress.watch);
    run_record_free(&train->record);
    report_free(&train->report);
    gradus_trainer_free(train->trainer);
    gradus_data_free(train->valid);
    gradus_data_free(train->data);
    gradus_context_free(train->context);
}

/* ---- before anything is read ---- */

static bool differs(const cli_settings *settings, const char *name)
{
    char room[GRADUS_NUMBER_LENGTH], usual[64];
    const cli_option *option = option_find(name);

    help_default(option, VERB_TRAIN, usual, sizeof usual);
    if (option->kind == KIND_FLAG)
        return strcmp(option_text(settings, option, room), "yes") == 0;
    return strcmp(option_text(settings, option, room), usual) != 0;
}

static gradus_status check_settings(cli_settings *settings)
{
    static const char *const short_forms[] = {"hidden", "activation", "batchnorm",
                                              "dropout", "start"};
    const char *output = settings->output;

    if (!settings->train.target && settings->read.labels)
        settings->train.target = "label";
    if (!settings->train.target)
        return fail(GRADUS_ARGUMENT,
                    "train needs --target COL, the column to predict: "
                    "gradus inspect %s lists the columns",
                    settings->argument[0]);
    for (size_t i = 0; i < sizeof short_forms / sizeof *short_forms; i++)
        if (settings->train.network && differs(settings, short_forms[i]))
            return fail(GRADUS_ARGUMENT,
                        "--network says all of the network, --%s too: leave one out",
                        short_forms[i]);
    if (settings->folds == 1)
        return fail(GRADUS_ARGUMENT, "--cv 1: at least 2 parts are needed");
    if (settings->folds && output)
        return fail(GRADUS_ARGUMENT,
                    "--cv makes no model, --output asks for one: drop one");
    if (settings->folds && settings->valid)
        return fail(GRADUS_ARGUMENT, "--cv measures on parts of the table, --valid on "
                                     "another: leave one out");
    if (settings->valid && settings->read.rejects)
        return fail(GRADUS_ARGUMENT,
                    "--rejects is one file, and --valid a second table to read: leave "
                    "one out; gradus inspect %s --on-bad-row skip --rejects FILE takes "
                    "those of one table",
                    settings->argument[0]);
    if (settings->watch && (settings->folds || settings->train.fit.starts > 1))
        return fail(GRADUS_ARGUMENT, "--watch follows one network: leave out --cv and "
                                     "--restarts");
    if (settings->valid_labels && !settings->valid)
        return fail(GRADUS_ARGUMENT, "--valid-labels: --valid names no table to label");
    if (output && strcmp(output, "-") == 0 && settings->json)
        return fail(GRADUS_ARGUMENT,
                    "--output - and --json both want standard output: drop one");
    if (output && strcmp(output, "-") == 0 && isatty(STDOUT_FILENO))
        return fail(GRADUS_ARGUMENT, "--output -: a model is no text: send it to a file");
    if (settings->report && (settings->folds || strcmp(settings->report, "-") == 0))
        return fail(GRADUS_ARGUMENT, "--report is a page about one run: name a file, and leave "
                                     "--cv out");
    if (settings->report && output && strcmp(settings->report, output) == 0)
        return fail(GRADUS_ARGUMENT, "--report and --output name the same file: %s", output);
    gradus_status status = rate_check(settings);
    if (status == GRADUS_OK && settings->report)
        status = output_check(settings->report, settings->force);
    return status == GRADUS_OK && output ? output_check(output, settings->force) : status;
}

/* The table to validate on means what the same cells mean in the one to learn from. */
static gradus_status read_valid(cli_train *train)
{
    const cli_settings *settings = train->settings;
    gradus_read_options read = table_options(settings, NULL);

    read.like = train->data;
    read.numeric = read.categorical = NULL;
    read.labels = settings->valid_labels;
    return gradus_data_read(train->context, settings->valid, &read, &train->valid);
}

/* Labels of the one table are none of the other. */
static gradus_status check_labels(const cli_train *train)
{
    const cli_settings *settings = train->settings;
    gradus_data_about about;

    if (!train->valid || !settings->read.labels || settings->valid_labels)
        return GRADUS_OK;
    gradus_data_describe(train->valid, &about);
    if (strcmp(about.format, "csv") == 0)
        return GRADUS_OK;
    return fail(GRADUS_ARGUMENT,
                "--labels are those of %s: --valid-labels FILE names those of %s",
                text_name(settings->argument[0]), text_name(settings->valid));
}

static gradus_status train_open(cli_train *train)
{
    cli_settings *settings = train->settings;
    double started = progress_clock();
    gradus_status status = gradus_context_new(&settings->context, &train->context);

    note_terminal(settings->argument[0]);
    if (status == GRADUS_OK)
        status = table_read(train->context, settings, settings->argument[0], &train->data);
    if (status == GRADUS_OK && settings->valid)
        status = read_valid(train);
    train->read_seconds = progress_clock() - started;
    return status == GRADUS_OK ? check_labels(train) : fail_library(status);
}

/* ---- cross-validation ---- */

static int observe_stop(const gradus_progress *at, void *user)
{
    (void)at;
    (void)user;
    return stop_wanted();
}

/* `folds` holds the metrics of the networks, then those of the trivial predictors. */
static void say_folds(cli_report *report, const gradus_metrics *folds, size_t count)
{
    double mean, deviation, trivial, ignored;

    report_line(report, "result");
    report_say(report, "mean and standard deviation of %zu parts", count);
    report_object(report, "cv");
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        const cli_metric *metric = &metric_table[i];
        metric_spread(folds, count, metric, &mean, &deviation);
        if (isnan(mean) || strcmp(metric->name, "loss_error") == 0)
            continue;
        metric_spread(folds + count, count, metric, &trivial, &ignored);
        report_row(report, "%-9s%-10s%12s  +- %-10s trivial %s", "", metric->name,
                   metric->is_share ? text_share(mean, 2) : text_fixed(mean, 5),
                   metric->is_share ? text_share(deviation, 2) : text_number(deviation, 2),
                   metric->is_share ? text_share(trivial, 2) : text_fixed(trivial, 5));
        report_object(report, metric->name);
        report_number(report, "mean", mean, 0, NULL);
        report_number(report, "deviation", deviation, 0, NULL);
        report_number(report, "trivial", trivial, 0, NULL);
        report_close(report);
    }
    report_array(report, "folds");
    for (size_t k = 0; k < count; k++) {
        report_object(report, NULL);
        metrics_json(report, &folds[k]);
        report_close(report);
    }
    report_close(report);
    report_close(report);
}

static gradus_status cross_validate(cli_train *train)
{
    cli_settings *settings = train->settings;
    gradus_metrics *folds = calloc(2 * settings->folds, sizeof *folds);
    gradus_status status;

    if (!folds)
        return fail(GRADUS_MEMORY, "out of memory: %zu parts", settings->folds);
    settings->train.fit.observer = observe_stop;
    stop_gently(true);
    status = gradus_cross_validate(train->context, train->data, &settings->train,
                                   settings->folds, folds,
                                   folds + settings->folds);
    stop_gently(false);
    if (status == GRADUS_OK)
        say_folds(&train->report, folds, settings->folds);
    free(folds);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

/* ---- training ---- */

/* The settings as the trainer resolved them; a network stays as it was said. */
static void take_resolved(cli_train *train)
{
    cli_settings *settings = train->settings;
    const char *network = settings->train.network;

    settings->train = *gradus_trainer_options(train->trainer);
    settings->train.network = network;
}

/* What the table was read as may be why. */
static gradus_status fail_plan(const gradus_data *data, gradus_status status)
{
    char commas[512];

    fail_library(status);
    if (comma_note(data, commas, sizeof commas))
        note("%s", commas);
    return status;
}

static gradus_status make_plan(cli_train *train)
{
    cli_settings *settings = train->settings;
    const bool find = rate_is_sought(settings);
    gradus_status status;

    train->record.progress = &train->progress;
    settings->train.fit.observer = settings->report ? run_observe : progress_observe;
    settings->train.fit.user = settings->report ? (void *)&train->record
                                                : (void *)&train->progress;
    if (find)
        settings->train.fit.learning_rate = NAN;
    train->plan = (cli_plan){.settings = settings,
                             .data = train->data,
                             .valid = train->valid,
                             .task_was_open = settings->train.task == GRADUS_TASK_AUTO,
                             .read_seconds = train->read_seconds};
    status = gradus_trainer_new(train->context, train->data, train->valid,
                                &settings->train, &train->trainer);
    if (status != GRADUS_OK)
        return fail_plan(train->data, status);
    status = find ? rate_find(train->trainer, &train->search) : GRADUS_OK;
    if (status != GRADUS_OK)
        return status;
    take_resolved(train);
    train->plan.trainer = train->trainer;
    return GRADUS_OK;
}

static void tell(cli_train *train, const char *event)
{
    if (train->settings->log == LOG_HUMAN)
        report_print(&train->report, stderr);
    else if (train->settings->log == LOG_JSON)
        report_print_event(&train->report, stderr, event);
}

static void say_result(cli_train *train, const gradus_fit_report *fit, bool stopped)
{
    cli_report *report = &train->report;
    gradus_trainer_about about;

    gradus_trainer_describe(train->trainer, &about);
    report_count(report, "epochs_done", fit->epochs, NULL);
    report_count(report, "best_epoch", fit->best_epoch, NULL);
    report_flag(report, "stopped_early", fit->stopped_early);
    report_number(report, "train_loss", fit->train_loss, 0, NULL);
    report_line(report, "stopped");
    if (stopped)
        report_say(report, "on request in epoch %zu", fit->epochs + 1);
    else if (fit->stopped_early)
        report_say(report, "no gain for %zu epochs", train->settings->train.fit.patience);
    else
        report_say(report, "after all %zu epochs", fit->epochs);
    if (fit->best_epoch)
        report_say(report, "; weights of epoch %zu", fit->best_epoch);
    if (train->settings->train.fit.starts > 1)
        report_say(report, " of start %zu", fit->best_start);
    report_say(report, fit->best_epoch ? " kept" : "; nothing learned yet");

    report_line(report, "result");
    if (fit->valid.rows > 0) {
        report_say(report, "held out: ");
        metrics_say(report, &fit->valid, &about.trivial, train->plan.commonest);
        report_object(report, "valid");
        metrics_json(report, &fit->valid);
        report_close(report);
        report_object(report, "trivial");
        metrics_json(report, &about.trivial);
        report_close(report);
    } else {
        report_say(report, "train loss %s; no rows were held out to measure on",
                   text_fixed(fit->train_loss, 4));
    }
}

static uint64_t size_of(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISREG(about.st_mode) ? (uint64_t)about.st_size
                                                             : 0;
}

/* Saves, where a file was named; says what was written or how to keep the network. */
static gradus_status save(cli_train *train, bool stopped)
{
    cli_settings *settings = train->settings;
    cli_report *report = &train->report;
    gradus_model *model = gradus_trainer_model(train->trainer);
    const char *path = settings->output;
    gradus_model_about about;
    gradus_status status;
    char word[1024];

    gradus_model_describe(model, &about);
    report_string(report, "digest", text_digest_plain(about.digest), NULL);
    /* An interrupted run gives a new file, but does not take the place of an old one. */
    if (path && stopped && strcmp(path, "-") != 0 && access(path, F_OK) == 0) {
        report_line(report, "note");
        report_say(report, "the previous %s is untouched", text_name(path));
        return GRADUS_OK;
    }
    if (path) {
        status = gradus_model_save(model, path);
        if (status != GRADUS_OK)
            return fail_library(status);
        report_line(report, "wrote");
        report_say(report, "%s (%s), weights %s", text_name(path),
                   text_bytes(size_of(path)), text_digest(about.digest));
        report_string(report, "model", path, NULL);
        text_word(path, word, sizeof word);
        report_row(report, "%-*sgradus eval %s DATA", REPORT_INDENT, "next", word);
        report_row(report, "%-*sgradus predict %s DATA", REPORT_INDENT, "", word);
    } else {
        report_line(report, "weights");
        report_say(report, "%s", text_digest(about.digest));
        report_line(report, "note");
        report_say(report, "nothing was written; -o FILE keeps the network");
    }
    return GRADUS_OK;
}

/* Why, and the last finite weights to the file that was asked for. */
static gradus_status end_diverged(cli_train *train, const gradus_fit_report *fit)
{
    cli_report *report = &train->report;
    gradus_status status = flow_say_diverged(report, train->context, train->trainer, fit);

    if (status != GRADUS_OK)
        return status;
    report_line(report, "kept");
    if (fit->best_epoch)
        report_say(report, "the weights of epoch %zu, the last that are good", fit->best_epoch);
    else
        report_say(report, "the weights of the start: no epoch came to its end");
    report_count(report, "best_epoch", fit->best_epoch, NULL);
    status = save(train, true);
    return status == GRADUS_OK ? GRADUS_DIVERGED : status;
}

static gradus_status run(cli_train *train)
{
    cli_settings *settings = train->settings;
    cli_report *report = &train->report;
    gradus_trainer_about about;
    gradus_model_about model;
    gradus_fit_report fit;
    char *text = config_model_text(settings);
    double started = progress_clock();
    gradus_status status, saved;

    if (!text)
        return fail(GRADUS_MEMORY, "out of memory: the settings");
    status = gradus_model_note(gradus_trainer_model(train->trainer), text);
    free(text);
    if (status != GRADUS_OK)
        return fail_library(status);
    gradus_trainer_describe(train->trainer, &about);
    gradus_model_describe(gradus_trainer_model(train->trainer), &model);
    progress_start(&train->progress, settings, about.train_rows,
                   model.task == GRADUS_CLASSIFICATION);
    if (settings->watch &&
        watch_start(&train->progress.watch, settings, train->trainer) != GRADUS_OK)
        return GRADUS_MEMORY;
    stop_gently(true);
    status = gradus_trainer_run(train->trainer, &fit);
    progress_finish(&train->progress);
    if (status != GRADUS_OK && status != GRADUS_STOPPED) {
        stop_gently(false);
        fail_library(status);
        return status == GRADUS_DIVERGED ? end_diverged(train, &fit) : status;
    }
    say_result(train, &fit, status == GRADUS_STOPPED);
    if (status == GRADUS_OK)
        status = flow_say_stalled(report, train->context, train->trainer, &fit);
    report_line(report, "time");
    report_say(report, "%s; same bits with any --threads",
               text_seconds(progress_clock() - started));
    saved = fit.best_epoch ? save(train, status == GRADUS_STOPPED) : GRADUS_OK;
    if (saved == GRADUS_OK && settings->report)
        saved = run_page(&(run_about){settings, train->context, train->trainer, &train->record,
                                      &fit, train->valid ? train->valid : train->data,
                                      train->plan.commonest},
                         report);
    if (!fit.best_epoch && settings->output)
        note("nothing was written");
    stop_gently(false);
    report_object(report, "t");
    report_number(report, "s", progress_clock() - started, 0, NULL);
    report_close(report);
    return saved != GRADUS_OK ? saved : status;
}

gradus_status cmd_train(cli_settings *settings)
{
    cli_train train = {.settings = settings};
    gradus_status status;

    if (settings->print_config && settings->arguments == 0) {
        config_print(settings, stdout);
        return GRADUS_OK;
    }
    report_start(&train.report);
    status = check_settings(settings);
    if (status == GRADUS_OK)
        status = network_read(settings);
    if (status == GRADUS_OK)
        status = train_open(&train);
    if (status == GRADUS_OK)
        status = make_plan(&train);
    if (status == GRADUS_OK && settings->print_config) {
        config_print(settings, stdout);
        goto done;
    }
    if (status != GRADUS_OK)
        goto done;
    plan_report(&train.report, &train.plan);
    status = rate_report(&train.report, settings, &train.search);
    if (status != GRADUS_OK)
        goto done;
    tell(&train, "plan");
    if (settings->folds && !settings->dry_run)
        status = cross_validate(&train);
    else if (!settings->dry_run)
        status = run(&train);
    if (status == GRADUS_OK || status == GRADUS_STOPPED || status == GRADUS_DIVERGED) {
        if (!settings->dry_run)
            tell(&train, status == GRADUS_DIVERGED ? "diverged" : "done");
        if (settings->json)
            report_print_json(&train.report, stdout);
        if (report_state(&train.report) != GRADUS_OK)
            status = GRADUS_MEMORY;
    }
done:
    train_close(&train);
    return status;
}
