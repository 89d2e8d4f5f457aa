/*
 * cli/progress.h - a training run as it is watched
 *
 * human on a terminal   a row for epochs 1, 2, 3, 5, 10, 20, 30, 50 ..., every new best
 *                       and the last, and below them one line that is drawn again
 *                       of several starts, whose rows stand mixed, no bests, but each last one
 * human elsewhere       the rows alone: no carriage return, no escape sequence
 * json                  an object a line; what the clock decides stands under "t"
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "watch.h"

typedef struct cli_progress {
    log_kind log;
    bool draws;                 /* standard error is a terminal that can redraw */
    bool every;                 /* rows for all epochs */
    bool valid;                 /* there are validation rows */
    bool classifies;
    size_t rows;                /* of an epoch */
    double started, epoch_started, drawn;
    double rows_per_second;
    size_t ended, done;         /* epochs seen; and those that need not come any more */
    bool headed, status_shown;
    size_t printed;             /* epoch of the last row, 0 for none */
    gradus_progress last;       /* the last epoch's end */
    cli_watch watch;
} cli_progress;

/* Whether a line on standard error is to be drawn again and again. */
bool progress_wanted(const cli_settings *settings);

/* Seconds of a clock that only goes forward. */
double progress_clock(void);

void progress_start(cli_progress *progress, const cli_settings *settings, size_t rows,
                    bool classifies);
gradus_observer progress_observe;
/* Prints what is left to print, and removes the status line. */
void progress_finish(cli_progress *progress);

#endif
