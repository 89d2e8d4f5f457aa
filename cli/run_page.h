/*
 * cli/run_page.h - train --report FILE.html: a run on one page
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_RUN_PAGE_H
#define CLI_RUN_PAGE_H

#include "chart.h"
#include "progress.h"
#include "train_flow.h"

/* The ends of all epochs, as they came; out of memory is kept. */
typedef struct run_record {
    cli_progress *progress;     /* what else watches the run */
    gradus_progress *epoch;     /* owned */
    size_t count, room;
    bool failed;
} run_record;

gradus_observer run_observe;    /* its user is a run_record */
void run_record_free(run_record *record);

/* What a page is about. */
typedef struct run_about {
    const cli_settings *settings;
    const gradus_context *context;
    gradus_trainer *trainer;
    const run_record *record;
    const gradus_fit_report *fit;
    const gradus_data *data;    /* of which it shows what the network makes */
    const char *commonest;      /* the commonest class, or NULL */
} run_about;

/*
 * Writes the page of --report: curves of the run, what the network makes of the data, the flow
 * of its gradient; the same numbers to the JSON.  Errors   ARGUMENT, IO, MEMORY; DATA.
 */
gradus_status run_page(const run_about *run, cli_report *report);

#endif
