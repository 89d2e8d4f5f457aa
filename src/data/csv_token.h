/* data/csv_token.h - the records and cells of a CSV file, one record at a time.
 *
 * RFC 4180 and its dialects: any delimiter; lines end with LF, CRLF or CR, the last one
 * with nothing if it likes; a byte order mark is passed over; blanks around a cell are
 * dropped; a cell whose first character is a quote ends at the next single quote, and
 * "" in it is one quote; elsewhere quotes are ordinary. Lines without any text are
 * skipped.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_DATA_CSV_TOKEN_H
#define GR_DATA_CSV_TOKEN_H

#include <stdbool.h>

#include "base/file.h"
#include "base/memory.h"

#define GR_CSV_COLUMNS ((size_t)1000000)  /* most cells of a record */
#define GR_CSV_FIELD ((size_t)1 << 30)    /* most bytes of a cell */

typedef struct gr_csv_cell {
    const char *text;   /* [length], not ended by 0; without quotes and blanks around */
    size_t length;
    const char *at;     /* where it starts in the record, its quote included */
    bool doubled;       /* the text in the file has "" for " */
} gr_csv_cell;

typedef struct gr_csv {
    const gradus_context *context;
    const char *path;           /* for messages */
    char delimiter;
    size_t most_cells, most_bytes; /* GR_CSV_COLUMNS, GR_CSV_FIELD; tests take less */

    /* the current record; all pointers are valid until the next one */
    const char *record;         /* its text as in the file, without the line end */
    size_t record_length;
    size_t line;                /* where it starts, from 1 */
    gr_csv_cell *cell;
    size_t cells;

    size_t cell_room;
    size_t lines;               /* of this record, with its line end */
    bool doubled;               /* one of its cells is */
    char *plain;                /* texts of cells whose doubled quotes are undone */
    size_t plain_room;

    gr_stream *stream;          /* owned */
    char *window;               /* [from, to) is to be scanned; a LF stands at `to` */
    size_t from, to, room;
    bool at_end;
    bool has_zero;              /* in the file, a zero byte stands at `to` */
    bool stops[256];            /* bytes that end a cell without quotes */
    bool keep, replay;          /* the whole text goes to `kept`, comes from it again */
    gr_text kept;
    size_t replayed;            /* bytes of it */
} gr_csv;

/* Takes the stream, also on failure; close in either case. `keep`: for gr_csv_rewind(),
 * where the file cannot be opened a second time.
 * Errors   DATA, IO, MEMORY. */
GRADUS_CHECKED gradus_status gr_csv_open(gr_csv *csv, const gradus_context *context,
                                         gr_stream *stream, bool keep);
void gr_csv_close(gr_csv *csv);

void gr_csv_set_delimiter(gr_csv *csv, char delimiter);

/* The next record with text; *more is false at the end.
 * Errors   DATA: an open quote, text behind a quote, a zero byte, beyond a limit. */
GRADUS_CHECKED gradus_status gr_csv_next(gr_csv *csv, bool *more);

/* To the first record again: opens the file once more, or replays what was kept. */
GRADUS_CHECKED gradus_status gr_csv_rewind(gr_csv *csv);

/* Makes at least `bytes` of text available in the window, fewer at the end of the file.
 */
GRADUS_CHECKED gradus_status gr_csv_fill(gr_csv *csv, size_t bytes);

/*
 * Looks ahead without taking: scans the record at window[*from], moves *from behind it
 * and sets cell, cells. False where no complete record is left in the window, or it is
 * broken. Cells may have "" for ". Only before the first gr_csv_next().
 */
bool gr_csv_look(gr_csv *csv, size_t *from);

/* Line and column, both from 1, of a place in the record; columns count characters. */
typedef struct gr_csv_place {
    size_t line, column;
} gr_csv_place;
gr_csv_place gr_csv_where(const gr_csv *csv, const char *at);

#endif
