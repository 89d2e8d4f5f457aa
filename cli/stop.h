/*
 * cli/stop.h - signals that end the program, and the files that are left
 *
 * While training runs, the first one asks it to stop, so that what was learned can be
 * kept; the second one, or one at any other time, ends the program at once. A file that
 * is being written disappears then, and one that stood there before stays. SIGHUP and SIGQUIT
 * are the same; but for SIGTERM, what the program's parent ignores stays ignored.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <gradus.h>
#include <stdbool.h>

void stop_setup(void);

/* From here on (until false) the first signal only sets a flag. */
void stop_gently(bool gently);

/* After that, where nothing but the report is left: who reads it may go away quietly. */
void stop_at_closed_pipe(void);
bool stop_wanted(void);
int stop_exit_code(void);       /* 128 and the signal's number, as 130 for Ctrl-C */

/* mkstemp(), of a file that a signal removes when it ends the program, until it has been
 * renamed or removed by the functions below. */
int stop_mkstemp(char *name);

/* The system's files; those that are made by them are removed by a signal, too. */
const gradus_files *stop_files(void);

/* Whether a status line stands on the terminal that a signal has to clear. */
void stop_clears_line(bool clears);

#endif
