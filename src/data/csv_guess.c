/* data/csv_guess.c - delimiter, number of columns and header of a CSV.
 *
 * SPDX-License-Identifier: MIT
 */
#include "data/csv_guess.h"

#include <string.h>

enum { SAMPLE_ROWS = 100, SAMPLE_BYTES = 1 << 16 };

typedef struct sample {
    size_t cells[SAMPLE_ROWS]; /* of each row */
    size_t rows;
    size_t usual, agreeing;    /* the commonest number of cells, and rows that have it */
} sample;

static sample look_at(gr_csv *csv, char delimiter)
{
    sample seen = {.rows = 0};
    size_t from = csv->from;
    gr_csv_set_delimiter(csv, delimiter);
    while (seen.rows < SAMPLE_ROWS && gr_csv_look(csv, &from))
        seen.cells[seen.rows++] = csv->cells;
    for (size_t i = 0; i < seen.rows; i++) {
        size_t same = 0;
        for (size_t j = 0; j < seen.rows; j++)
            same += seen.cells[j] == seen.cells[i];
        if (same > seen.agreeing) {
            seen.agreeing = same;
            seen.usual = seen.cells[i];
        }
    }
    return seen;
}

/* Is the share of agreeing rows greater, or equal with more cells? */
static bool is_better(const sample *a, const sample *b)
{
    size_t left = a->agreeing * b->rows, right = b->agreeing * a->rows;
    return a->usual > 1 &&
           (b->usual < 2 || left > right || (left == right && a->usual > b->usual));
}

static sample find_delimiter(gr_csv *csv, char decimal)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    char best = ',';
    sample chosen = look_at(csv, best);
    if (decimal == ',')
        chosen.usual = 1;
    for (size_t i = 1; i < sizeof candidates; i++) {
        sample seen = look_at(csv, candidates[i]);
        if (is_better(&seen, &chosen)) {
            chosen = seen;
            best = candidates[i];
        }
    }
    return look_at(csv, best);
}

/* ---- header ---- */

static bool same_text(const gr_csv_cell *a, const gr_csv_cell *b)
{
    return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

/* What the cells of the first row alone say: -1 no header, 1 one, 0 not sure. */
static int judge_first(const gr_csv_rules *rules, const gr_csv_cell *first,
                       size_t columns, const gr_values *names)
{
    bool any = false;
    for (size_t j = 0; j < columns; j++) {
        double number;
        if (names != NULL) {
            if (gr_values_find(names, first[j].text, first[j].length) != GR_MISSING)
                return 1;
        } else if (gr_csv_meaning_of(rules, &first[j], &number) == GR_CSV_NUMBER) {
            return -1;
        }
        any |= first[j].length > 0;
    }
    return names == NULL && any ? 0 : -1;
}

static bool is_distinct(const gr_csv_cell *first, size_t columns)
{
    for (size_t j = 0; j < columns && columns <= SAMPLE_ROWS; j++)
        for (size_t k = 0; k < j; k++)
            if (same_text(&first[j], &first[k]))
                return false;
    return true;
}

/* The rows below: numbers make it a header, a repeated cell makes it data. */
static bool judge_below(gr_csv *csv, const gr_csv_rules *rules, const gr_csv_cell *first,
                        size_t columns, size_t from)
{
    bool numbers = false, repeated = false;
    for (size_t i = 1; i < SAMPLE_ROWS && gr_csv_look(csv, &from); i++)
        for (size_t j = 0; j < columns && csv->cells == columns; j++) {
            double number;
            numbers |= gr_csv_meaning_of(rules, &csv->cell[j], &number) == GR_CSV_NUMBER;
            repeated |= first[j].length > 0 && same_text(&first[j], &csv->cell[j]);
        }
    return numbers || (!repeated && is_distinct(first, columns));
}

static gradus_status find_header(gr_csv *csv, const gr_csv_rules *rules, size_t columns,
                                 const gr_values *names, bool *has_header)
{
    size_t from = csv->from;
    do
        if (!gr_csv_look(csv, &from))
            return GRADUS_OK;
    while (csv->cells != columns);
    gr_csv_cell *first; /* looking on overwrites csv->cell */
    gradus_status status =
        gr_allocate(csv->context, columns, sizeof *first, "CSV cells", &first);
    if (status != GRADUS_OK)
        return status;
    memcpy(first, csv->cell, columns * sizeof *first);
    int verdict = judge_first(rules, first, columns, names);
    *has_header = verdict > 0 || (verdict == 0 &&
                                  judge_below(csv, rules, first, columns, from));
    gr_release(csv->context, first);
    return GRADUS_OK;
}

gradus_status gr_csv_guess(gr_csv *csv, const gr_csv_rules *rules, gradus_header header,
                           const gr_values *names, gr_csv_shape *shape)
{
    sample seen;
    size_t bytes = SAMPLE_BYTES;
    do { /* a row may be longer than the sample */
        gradus_status status = gr_csv_fill(csv, bytes);
        if (status != GRADUS_OK)
            return status;
        seen = shape->delimiter != 0 ? look_at(csv, shape->delimiter)
                                     : find_delimiter(csv, rules->decimal);
        bytes = 2 * (csv->to - csv->from);
    } while (seen.rows < 2 && !csv->at_end && bytes < 2 * csv->most_bytes);
    shape->delimiter = csv->delimiter;
    shape->columns = seen.usual;
    shape->has_header = header == GRADUS_HEADER_YES;
    if (header == GRADUS_HEADER_AUTO && seen.rows > 0)
        return find_header(csv, rules, seen.usual, names, &shape->has_header);
    return GRADUS_OK;
}
