/*
 * cli/cmd_lab.c - gradus lab: demonstrations of the theory, with a table and a picture
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "commands.h"
#include "config.h"
#include "lab.h"
#include "message.h"
#include "stop.h"
#include "text.h"

typedef struct lab_entry {
    const char *name, *arguments, *purpose;
    size_t max;
    gradus_status (*run)(cli_lab *lab);
} lab_entry;

#define LAB(name_, arguments_, most_, purpose_) \
    {.name = #name_, .arguments = arguments_, .max = most_, .purpose = purpose_,  \
     .run = lab_##name_},
static const lab_entry lab_table[] = {
#include "labs.def"
};
#undef LAB

enum { LAB_COUNT = sizeof lab_table / sizeof *lab_table };

/* ---- what labs share ---- */

gradus_status lab_net(const cli_lab *lab, const char *description, size_t inputs,
                      size_t outputs, uint64_t seed, gradus_net **net)
{
    const gradus_status status = gradus_net_new(lab->context, description, inputs, outputs,
                                                GRADUS_FLOAT64, seed, net);

    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

static int observe_stop(const gradus_progress *at, void *user)
{
    (void)at;
    (void)user;
    return stop_wanted();
}

gradus_fit_options lab_fit_options(const char *loss, double rate, size_t epochs)
{
    gradus_fit_options options;

    gradus_fit_defaults(&options);
    options.loss = loss;
    options.optimizer = "sgd";
    options.schedule = "constant";
    options.learning_rate = rate;
    options.batch = SIZE_MAX;
    options.epochs = epochs;
    options.observer = observe_stop;
    return options;
}

gradus_status lab_stopped(void)
{
    return stop_wanted() ? fail(GRADUS_STOPPED, "stopped on request") : GRADUS_OK;
}

/* ---- the verb ---- */

static const lab_entry *find(const char *name)
{
    for (size_t i = 0; i < LAB_COUNT; i++)
        if (strcmp(lab_table[i].name, name) == 0)
            return &lab_table[i];
    return NULL;
}

static gradus_status unknown(const char *name)
{
    cli_nearest near = nearest_start(name);

    for (size_t i = 0; i < LAB_COUNT; i++)
        nearest_try(&near, lab_table[i].name);
    if (near.best)
        return fail(GRADUS_ARGUMENT, "no lab \"%s\"; did you mean \"%s\"?", name, near.best);
    return fail(GRADUS_ARGUMENT, "no lab \"%s\": gradus lab lists them", name);
}

static void list(cli_report *report)
{
    report_row(report, "gradus lab NAME ...");
    report_array(report, "labs");
    for (size_t i = 0; i < LAB_COUNT; i++) {
        const lab_entry *entry = &lab_table[i];
        char words[64];
        snprintf(words, sizeof words, "%s %s", entry->name, entry->arguments);
        report_row(report, "  %-33s %s", words, entry->purpose);
        report_object(report, NULL);
        report_string(report, "name", entry->name, NULL);
        report_string(report, "arguments", entry->arguments, NULL);
        report_string(report, "purpose", entry->purpose, NULL);
        report_close(report);
    }
    report_close(report);
}

static gradus_status run_lab(cli_lab *lab, const lab_entry *entry)
{
    gradus_status status = GRADUS_OK;

    if (lab->arguments > entry->max)
        return fail(GRADUS_ARGUMENT, "\"%s\" is one too many: gradus lab %s %s",
                    lab->argument[entry->max], entry->name, entry->arguments);
    status = gradus_context_new(&lab->settings->context, &lab->context);
    if (status != GRADUS_OK)
        return fail_library(status);
    report_string(&lab->report, "lab", entry->name, NULL);
    stop_gently(true);
    status = entry->run(lab);
    stop_gently(false);
    stop_at_closed_pipe();
    if (status != GRADUS_OK)
        return status;
    figure_report(&lab->figure, &lab->report);
    return GRADUS_OK;
}

gradus_status cmd_lab(cli_settings *settings)
{
    const lab_entry *entry = settings->arguments ? find(settings->argument[0]) : NULL;
    cli_lab lab = {.settings = settings};
    gradus_status status;

    if (settings->print_config) {
        config_print(settings, stdout);
        return GRADUS_OK;
    }
    if (settings->arguments && !entry)
        return unknown(settings->argument[0]);
    if (!entry && settings->picture)
        return fail(GRADUS_ARGUMENT, "--picture: name a lab: gradus lab lists them");
    status = picture_check(settings);
    if (status != GRADUS_OK)
        return status;
    report_start(&lab.report);
    if (entry) {
        lab.argument = settings->argument + 1;
        lab.arguments = settings->arguments - 1;
        status = run_lab(&lab, entry);
    } else {
        list(&lab.report);
    }
    if (status == GRADUS_OK)
        status = picture_tell(settings, &lab.figure, &lab.report);
    figure_free(&lab.figure);
    report_free(&lab.report);
    gradus_context_free(lab.context);
    return status;
}
