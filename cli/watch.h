/*
 * cli/watch.h - what --watch tells along training
 *
 * It looks at the net between two steps and changes nothing of it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "settings.h"

typedef struct cli_watch {
    const cli_settings *settings;   /* NULL: nothing is watched */
    const gradus_set *set;
    gradus_flow_options options;
    gradus_net *before;             /* the net before the step that ends a watched epoch */
    gradus_flow *first;             /* at the start */
} cli_watch;

/* 1, 2, 3, 5 and these with zeros behind them. */
bool watch_is_round(size_t epoch);

/* Before the first step, where --watch is given.  Errors   as gradus_flow_new(). */
gradus_status watch_start(cli_watch *watch, const cli_settings *settings,
                          gradus_trainer *trainer);
void watch_free(cli_watch *watch);

/* After every step and at each epoch's end; then, after watch_epoch(). */
void watch_step(cli_watch *watch, const gradus_progress *at);
void watch_epoch(cli_watch *watch, const gradus_progress *at);

#endif
