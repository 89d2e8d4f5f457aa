/* data/csv_guess.h - delimiter, columns and header of a CSV, from its first rows
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_DATA_CSV_GUESS_H
#define GR_DATA_CSV_GUESS_H

#include "data/csv_column.h"

typedef struct gr_csv_shape {
    char delimiter;     /* in: 0 to find it */
    size_t columns;     /* cells that most rows have; 0 where there is no row */
    bool has_header;    /* in with `header`, else found */
} gr_csv_shape;

/*
 * Looks at the first rows (at most 100 of them in 64 KiB) without taking them, and sets
 * csv's delimiter.
 *
 * delimiter  of , ; tab | the one that gives most rows the same number of cells, at least
 *            two; then the one that gives more cells; else ","
 * header     a first row without numbers above columns that have some; or, in a table of
 *            texts, one whose cells are distinct and come up nowhere below them. With
 *            `names`, a first row that holds one of them.
 *
 * With `names` the first record alone is read where it tells all: it holds one of them,
 * and the delimiter is the one that gives most of them; or there is no header, and the
 * delimiter is told. A pipe may wait for the answer to its first row.
 *
 * Errors   IO, DATA (gzip), MEMORY.
 */
GRADUS_CHECKED gradus_status gr_csv_guess(gr_csv *csv, const gr_csv_rules *rules,
                                          gradus_header header, const gr_values *names,
                                          gr_csv_shape *shape);

#endif
