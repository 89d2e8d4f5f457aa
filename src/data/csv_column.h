/* data/csv_column.h - what cells mean, and columns that grow by a cell
 *
 * A column is taken for numbers until a cell says otherwise. If numbers came before that
 * cell, their texts are gone ("007" and "7" are different categories): the column is then
 * read LATER, in a second pass over the file.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_DATA_CSV_COLUMN_H
#define GR_DATA_CSV_COLUMN_H

#include "data/csv_token.h"
#include "data/table.h"

typedef struct gr_csv_rules {
    char decimal;
    gr_values missing;      /* marks of a missing value */
    bool mark_starts[256];  /* first bytes of marks */
    bool empty_is_mark;
    bool has_model;         /* kinds come from a model: changes what messages advise */
} gr_csv_rules;

/* `marks`: a list as in gradus_read_options. Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_csv_set_marks(const gradus_context *context,
                                              const char *marks, gr_csv_rules *rules);

typedef enum gr_csv_meaning { GR_CSV_MISSING, GR_CSV_NUMBER, GR_CSV_TEXT } gr_csv_meaning;

/* NaN in any spelling is missing; an infinite number is a NUMBER. */
gr_csv_meaning gr_csv_meaning_of(const gr_csv_rules *rules, const gr_csv_cell *cell,
                                 double *number);

typedef enum gr_csv_kind {
    GR_CSV_OPEN,     /* numbers so far */
    GR_CSV_NUMBERS,  /* must be numbers */
    GR_CSV_CATEGORY,
    GR_CSV_LATER,    /* a category that needs the second pass */
    GR_CSV_PASS      /* not wanted */
} gr_csv_kind;

typedef struct gr_csv_column {
    gr_csv_kind kind;
    const char *name;
    bool any;               /* OPEN: a number was met */
    double *numbers;        /* [room of the table], as codes */
    uint32_t *codes;
    gr_values values;
    char *why;
    size_t why_line;
    size_t missing;
    char *infinite;         /* OPEN: the first infinite number, as text, or NULL */
    gr_csv_place infinite_place;
} gr_csv_column;

/* Room for `room` rows where there was room for `old`. Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_csv_column_grow(const gradus_context *context,
                                                gr_csv_column *column, size_t old,
                                                size_t room);

/* Would this cell fail, or make the column fail at the end? */
bool gr_csv_cell_is_bad(const gr_csv_rules *rules, const gr_csv_column *column,
                        const gr_csv_cell *cell);

/* Puts a cell of csv's record into row `row` of `room`. Errors   DATA, MEMORY. */
GRADUS_CHECKED gradus_status gr_csv_column_add(const gr_csv *csv,
                                               const gr_csv_rules *rules,
                                               gr_csv_column *column,
                                               const gr_csv_cell *cell, size_t row,
                                               size_t room);

/* A LATER column is given its codes, all missing yet, for the second pass. */
GRADUS_CHECKED gradus_status gr_csv_column_again(const gradus_context *context,
                                                 gr_csv_column *column, size_t rows);

/* Moves what was read to a column of the table. Errors   DATA: an infinite number. */
GRADUS_CHECKED gradus_status gr_csv_column_finish(const gr_csv *csv,
                                                  gr_csv_column *column, size_t rows,
                                                  size_t room, gr_column *done);

void gr_csv_column_free(const gradus_context *context, gr_csv_column *column);

#endif
