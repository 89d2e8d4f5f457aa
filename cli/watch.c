/*
 * cli/watch.c - what --watch tells along training
 *
 * SPDX-License-Identifier: MIT
 */
#include "watch.h"

#include <string.h>

#include "flow_report.h"
#include "message.h"
#include "text.h"

bool watch_is_round(size_t epoch)
{
    while (epoch % 10 == 0 && epoch > 0)
        epoch /= 10;
    return epoch == 1 || epoch == 2 || epoch == 3 || epoch == 5;
}

static bool is_watched(size_t epoch, const gradus_progress *at)
{
    return watch_is_round(epoch) || epoch == at->epochs;
}

void watch_free(cli_watch *watch)
{
    gradus_net_free(watch->before);
    gradus_flow_free(watch->first);
    memset(watch, 0, sizeof *watch);
}

/* Nothing more is watched; training goes on. */
static void give_up(cli_watch *watch)
{
    note("--watch: %s", gradus_error());
    watch_free(watch);
}

static void keep(cli_watch *watch, const gradus_net *net)
{
    gradus_net_free(watch->before);
    watch->before = NULL;
    if (gradus_net_copy(net, &watch->before) != GRADUS_OK)
        give_up(watch);
}

static void tell(const cli_watch *watch, const gradus_flow *flow, size_t epoch)
{
    const cli_settings *settings = watch->settings;
    cli_report report;

    report_start(&report);
    report_row(&report, "%s", "");
    report_row(&report, epoch ? "after epoch %zu" : "before training", epoch);
    report_count(&report, "n", epoch, NULL);
    flow_table(&report, flow, watch->first, settings->verbose);
    flow_verdict(&report, flow, settings->train.precision);
    flow_remedy(&report, flow);
    report_row(&report, "%s", "");
    if (settings->log == LOG_HUMAN)
        report_print(&report, stderr);
    else if (settings->log == LOG_JSON)
        report_print_event(&report, stderr, "flow");
    report_free(&report);
}

gradus_status watch_start(cli_watch *watch, const cli_settings *settings,
                          gradus_trainer *trainer)
{
    const gradus_net *net = gradus_model_net(gradus_trainer_model(trainer));
    gradus_status status;

    gradus_flow_defaults(&watch->options);
    watch->options.fit = gradus_trainer_options(trainer)->fit;
    watch->settings = settings;
    watch->set = gradus_trainer_set(trainer);
    status = gradus_flow_new(net, watch->set, &watch->options, &watch->first);
    if (status != GRADUS_OK)
        return fail_library(status);
    tell(watch, watch->first, 0);
    keep(watch, net);
    return GRADUS_OK;
}

void watch_step(cli_watch *watch, const gradus_progress *at)
{
    const bool next_ends = at->end_of_epoch ? at->steps == 1 : at->step + 1 == at->steps;
    const size_t epoch = at->epoch + 1; /* that the next step is of */

    if (watch->settings && next_ends && is_watched(epoch, at))
        keep(watch, at->net);
}

void watch_epoch(cli_watch *watch, const gradus_progress *at)
{
    gradus_flow *flow;

    if (!watch->settings || !is_watched(at->epoch, at))
        return;
    watch->options.before = watch->before;
    if (gradus_flow_new(at->net, watch->set, &watch->options, &flow) != GRADUS_OK) {
        give_up(watch);
        return;
    }
    tell(watch, flow, at->epoch);
    gradus_flow_free(flow);
}
