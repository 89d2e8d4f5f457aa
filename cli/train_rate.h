/*
 * cli/train_rate.h - train --learning-rate find: what the range test found
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_TRAIN_RATE_H
#define CLI_TRAIN_RATE_H

#include "report.h"

/* Whether --learning-rate find was said. */
bool rate_is_sought(const cli_settings *settings);

/* What find and --picture do not go with, before anything is read.  Errors   ARGUMENT, IO. */
gradus_status rate_check(const cli_settings *settings);

/* gradus_trainer_find_rate(), which a signal stops.  Errors   as that. */
gradus_status rate_find(gradus_trainer *trainer, gradus_rate_search *search);

/* Nothing, where nothing was sought; else the line `rate`, "rate" in the JSON
 * object, and --picture.  Errors   ARGUMENT, IO, MEMORY. */
gradus_status rate_report(cli_report *report, const cli_settings *settings,
                          const gradus_rate_search *search);

#endif
