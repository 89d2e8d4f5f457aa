/*
 * cli/output.h - where results go: standard output, or a file that appears whole
 *
 * Every write is checked: a full disk and a closed standard output are failures (exit 5).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdio.h>

#include "settings.h"

/*
 * Whether a file may be written at `path`, before any work is done: it must not be there
 * (unless force), and its folder must take it.  Errors   ARGUMENT, IO.
 */
gradus_status output_check(const char *path, bool force);

typedef struct cli_output {
    FILE *stream;
    const char *path;       /* NULL: standard output */
    char *temporary;        /* NULL: written in place */
} cli_output;

/* `path` NULL or "-" is standard output. What is written to ->stream appears at `path`
 * when output_commit() succeeds; output_cancel() leaves what was there. */
gradus_status output_open(cli_output *output, const char *path, bool force);
/* Whether writing failed so far.  Errors   IO. */
gradus_status output_state(const cli_output *output);
gradus_status output_commit(cli_output *output);
void output_cancel(cli_output *output);

/* At the end of the program: everything has reached standard output, or exit 5. `quiet`
 * when another failure has been told. */
gradus_status output_finish(bool quiet);

#endif
