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

static const char candidates[] = {',', ';', '\t', '|'};

static sample find_delimiter(gr_csv *csv, char decimal)
{
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

/* ---- with a model: the first record alone ---- */

/* Reads until the window holds a record, or as much as the sample. */
static gradus_status fill_record(gr_csv *csv)
{
    gradus_status status = GRADUS_OK;
    size_t from = csv->from;
    while (status == GRADUS_OK && !csv->at_end && !gr_csv_look(csv, &from) &&
           csv->to - csv->from < SAMPLE_BYTES) {
        status = gr_csv_fill(csv, csv->to - csv->from + 1);
        from = csv->from;
    }
    return status;
}

/* How many of the names the first record holds. */
static size_t count_names(gr_csv *csv, char delimiter, const gr_values *names)
{
    size_t from = csv->from, count = 0;
    gr_csv_set_delimiter(csv, delimiter);
    if (!gr_csv_look(csv, &from))
        return 0;
    for (size_t j = 0; j < csv->cells; j++)
        count += gr_values_find(names, csv->cell[j].text, csv->cell[j].length) !=
                 GR_MISSING;
    return count;
}

/*
 * A first record that holds names of the model is the header: the shape is known before
 * any row has come. So it is of rows without a header, where the delimiter is told.
 */
static bool guess_first(gr_csv *csv, char decimal, gradus_header header,
                        const gr_values *names, gr_csv_shape *shape)
{
    bool headless = header == GRADUS_HEADER_NO;
    char best = shape->delimiter;
    size_t from = csv->from, most = best != 0 ? count_names(csv, best, names) : 0;
    for (size_t i = 0; i < sizeof candidates && shape->delimiter == 0; i++) {
        char candidate = candidates[i];
        size_t count = candidate != decimal ? count_names(csv, candidate, names) : 0;
        if (count > most) {
            most = count;
            best = candidate;
        }
    }
    if (headless ? shape->delimiter == 0 : most == 0)
        return false;
    gr_csv_set_delimiter(csv, best);
    if (!gr_csv_look(csv, &from))
        return false;
    *shape = (gr_csv_shape){best, csv->cells, !headless};
    return true;
}

gradus_status gr_csv_guess(gr_csv *csv, const gr_csv_rules *rules, gradus_header header,
                           const gr_values *names, gr_csv_shape *shape)
{
    sample seen;
    size_t bytes = SAMPLE_BYTES;
    if (shape->delimiter != 0)
        gr_csv_set_delimiter(csv, shape->delimiter);
    if (names != NULL) {
        gradus_status status = fill_record(csv);
        if (status != GRADUS_OK || guess_first(csv, rules->decimal, header, names, shape))
            return status;
    }
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
