/*
 * cli/record.c - a CSV record, cell by cell
 *
 * SPDX-License-Identifier: MIT
 */
#include "record.h"

#include <stdlib.h>
#include <string.h>

void record_start(cli_record *record, const char *text, size_t length, char delimiter)
{
    record->at = text;
    record->end = text + length;
    record->delimiter = delimiter;
    record->length = 0;
    record->failed = false;
}

void record_free(cli_record *record)
{
    free(record->cell);
    memset(record, 0, sizeof *record);
}

static void add(cli_record *record, const char *bytes, size_t count)
{
    if (record->length + count + 1 > record->room) {
        size_t room = 2 * (record->length + count) + 64;
        char *larger = realloc(record->cell, room);
        if (!larger) {
            record->failed = true;
            return;
        }
        record->cell = larger;
        record->room = room;
    }
    memcpy(record->cell + record->length, bytes, count);
    record->length += count;
    record->cell[record->length] = 0;
}

bool record_next(cli_record *record)
{
    const char *at = record->at;

    if (!at || record->failed)
        return false;
    record->length = 0;
    add(record, "", 0);
    record->quoted = at < record->end && *at == '"';
    if (record->quoted) {
        for (at++; at < record->end; at++) {
            if (*at == '"' && !(at + 1 < record->end && at[1] == '"'))
                break;
            at += *at == '"';
            add(record, at, 1);
        }
        at += at < record->end;
    }
    /* Behind a closing quote, or a cell without quotes. */
    const char *stop = memchr(at, record->delimiter, (size_t)(record->end - at));
    add(record, at, (size_t)((stop ? stop : record->end) - at));
    record->at = stop ? stop + 1 : NULL;
    return !record->failed;
}

void record_print_cell(FILE *stream, const char *text, size_t length, char delimiter)
{
    bool quotes = length > 0 && (*text == ' ' || text[length - 1] == ' ');

    for (size_t i = 0; i < length && !quotes; i++)
        quotes =
            text[i] == delimiter || text[i] == '"' || text[i] == '\n' || text[i] == '\r';
    if (!quotes) {
        fwrite(text, 1, length, stream);
        return;
    }
    fputc('"', stream);
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"')
            fputc('"', stream);
        fputc(text[i], stream);
    }
    fputc('"', stream);
}
