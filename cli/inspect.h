/*
 * cli/inspect.h - models and tables explained
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_INSPECT_H
#define CLI_INSPECT_H

#include "report.h"

gradus_status inspect_model(cli_report *report, const cli_settings *settings);
gradus_status inspect_data(cli_report *report, cli_settings *settings);

#endif
