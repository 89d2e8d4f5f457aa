/*
 * cli/run_page.h - train --report FILE.html: a run on one page
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_RUN_PAGE_H
#define CLI_RUN_PAGE_H

#include "chart.h"
#include "progress.h"

/* The ends of all epochs, as they came; out of memory is kept. */
typedef struct run_record {
    cli_progress *progress;     /* what else watches the run */
    gradus_progress *epoch;     /* owned */
    size_t count, room;
    bool failed;
} run_record;

gradus_observer run_observe;    /* its user is a run_record */
void run_record_free(run_record *record);

/*
 * Draws the run of `record` and what the model makes of `data` into `figure`, and writes the
 * page.  Errors   ARGUMENT, IO, MEMORY; DATA.
 */
gradus_status run_page_draw(const run_record *record, const gradus_fit_report *fit,
                            const gradus_model *model, const gradus_data *data,
                            cli_figure *figure);
gradus_status run_page_write(const cli_settings *settings, const cli_figure *figure,
                             const gradus_model *model);

#endif
