/*
 * cli/record.h - a CSV record, cell by cell
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_RECORD_H
#define CLI_RECORD_H

#include <stdbool.h>
#include <stdio.h>

/*
 * The next cell of a record, without its quotes, in `cell` (grown as needed, ends in 0).
 * *at is where it begins, moves behind it, and is NULL after the last. False at the end
 * or out of memory.
 */
typedef struct cli_record {
    const char *at, *end;
    char delimiter;
    char *cell;                 /* owned */
    size_t length, room;
    bool quoted;                /* the cell stood in quotes */
    bool failed;                /* out of memory */
} cli_record;

void record_start(cli_record *record, const char *text, size_t length, char delimiter);
bool record_next(cli_record *record);
void record_free(cli_record *record);

/* Writes a cell, in quotes where it needs them for this delimiter. */
void record_print_cell(FILE *stream, const char *text, size_t length, char delimiter);

#endif
