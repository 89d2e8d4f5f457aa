/*
 * cli/train_plan.h - what train says before it trains
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_TRAIN_PLAN_H
#define CLI_TRAIN_PLAN_H

#include "report.h"

typedef struct cli_plan {
    const cli_settings *settings;   /* as the trainer resolved them */
    const gradus_data *data;
    const gradus_data *valid;   /* or NULL */
    gradus_trainer *trainer;
    bool task_was_open;         /* the task was found by itself */
    double read_seconds;
    const char *commonest;      /* out: name of the commonest class, or NULL */
} cli_plan;

void plan_report(cli_report *report, cli_plan *plan);

#endif
