/*
 * cli/train_flow.h - why a run diverged, or learned nothing
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_TRAIN_FLOW_H
#define CLI_TRAIN_FLOW_H

#include "report.h"

/* The net of a run as it is, and as it was at the start: the same description and seed draw
 * it.  Errors   MEMORY. */
typedef struct flow_looks {
    gradus_flow *now, *start;   /* NULL, NULL: none yet */
} flow_looks;
gradus_status flow_look(const gradus_context *context, gradus_trainer *trainer,
                        flow_looks *at);
void flow_looks_free(flow_looks *at);

/* The cause, seen in the last finite weights, and what to change.  Errors   MEMORY. */
gradus_status flow_say_diverged(cli_report *report, const gradus_context *context,
                                gradus_trainer *trainer, const gradus_fit_report *fit);

/* The same where the net is no better than the trivial predictor. */
gradus_status flow_say_stalled(cli_report *report, const gradus_context *context,
                               gradus_trainer *trainer, const gradus_fit_report *fit);

#endif
