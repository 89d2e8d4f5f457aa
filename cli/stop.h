/*
 * cli/stop.h - signals: Ctrl-C and SIGTERM
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
int stop_exit_code(void);       /* 130 or 143 */

/* Signals wait in between, so that no file is made, renamed or removed without a word to
 * stop_removes() or stop_keeps(). */
void stop_hold(void);
void stop_go_on(void);

/* A temporary file is to be removed when a signal ends the program, until it has become
 * another or is gone. Of more than four at a time, the others are left. */
void stop_removes(const char *path);
void stop_keeps(const char *path);

/* The system's files; those that the library makes are removed likewise. */
const gradus_files *stop_files(void);

/* Whether a status line stands on the terminal that a signal has to clear. */
void stop_clears_line(bool clears);

#endif
