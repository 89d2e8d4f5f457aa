/* data/csv_table.h - the state of reading a CSV: what its file is like, and the piece of
 * the table that is being read
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_DATA_CSV_TABLE_H
#define GR_DATA_CSV_TABLE_H

#include "data/csv_guess.h"
#include "data/read.h"

struct gr_csv_table {
    const gradus_context *context;
    gr_csv csv;
    gr_csv_rules rules;
    char *marks;            /* of a missing value, as given */
    gr_csv_shape shape;
    gradus_data *head;      /* all columns of the file by name; no rows */
    gr_csv_kind *kind;      /* [shape.columns] as each starts */
    bool skip, keep_records;
    gr_writer *rejects;     /* or NULL */
    char *header;           /* keep_records: its text */
    size_t record, first;   /* records taken; the number of them before the first row */
    size_t skips;           /* rows left out */
    size_t *skipped;        /* without a model: the numbers of their records */
    size_t skip_room;
    /* the piece being read */
    gr_csv_column *column;  /* [shape.columns] */
    size_t rows, room;
    gr_text texts;          /* keep_records */
    size_t *text_start;     /* [room + 1] */
};

/* Has the current record more or fewer cells than most? */
bool gr_csv_is_ragged(const gr_csv_table *table);
gradus_status gr_csv_fail_ragged(const gr_csv_table *table);

/* Counts the current record as left out, and writes it to the rejects. */
GRADUS_CHECKED gradus_status gr_csv_skip(gr_csv_table *table);
GRADUS_CHECKED gradus_status gr_csv_reject(gr_csv_table *table);

#endif
