/*
 * cli/flow_report.h - how a gradient flows, as a table and in words
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_FLOW_REPORT_H
#define CLI_FLOW_REPORT_H

#include "report.h"

/*
 * A row for each layer, of many only the first and last unless `all`. With `first`, the
 * same net's at the start of training, the drift since. In JSON: layers.
 */
void flow_table(cli_report *report, const gradus_flow *flow, const gradus_flow *first,
                bool all);

/* The verdict and its cause; what is 0 by underflow. In JSON: verdict, layer, applied, cause,
 * loss, rows, error, underflows. */
void flow_verdict(cli_report *report, const gradus_flow *flow, gradus_precision precision);

/* A number in JSON only, left out where it is not finite: JSON has no infinity. */
void flow_number(cli_report *report, const char *key, double value);

/* gradus flow without a table: what the start of a network does, over some seeds. */
gradus_status flow_moments(cli_settings *settings, const gradus_context *context);

/* What to change, where something is wrong. In JSON: remedy. */
void flow_remedy(cli_report *report, const gradus_flow *flow);

#endif
