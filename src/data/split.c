/*
 * data/split.c - which rows train and which are held out
 *
 * Rows that must stay together form a unit: a row by itself, all rows with the same cells
 * (`content`), or all rows of a group. Units are ordered by class and by a random number
 * keyed by (seed, unit), and dealt out in that order.
 *
 * SPDX-License-Identifier: MIT
 */
#include "data/split.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/random.h"
#include "base/status.h"

typedef struct entry {
    uint64_t rank;  /* random, equal for all rows of a unit */
    uint64_t unit;
    uint32_t class;
    uint32_t place; /* index into the caller's rows */
} entry;

/* A number for what stands in a cell, whatever the order of values in the file. */
static uint64_t cell_number(const gr_column *column, uint32_t row, uint64_t seed)
{
    uint64_t parts[2] = {seed, 0}; /* missing is one value */
    if (column->kind == GRADUS_CATEGORY) {
        const uint32_t code = column->codes[row];
        if (code != GR_MISSING)
            parts[1] = gr_digest_of(column->values.text[code],
                                    strlen(column->values.text[code]));
    } else {
        const double number = gr_column_number(column, row);
        const double positive_zero = number + 0.0; /* so that -0 is 0 */
        if (number == number)
            memcpy(&parts[1], &positive_zero, sizeof positive_zero);
    }
    return gr_digest_of(parts, sizeof parts);
}

static uint64_t unit_of(const gradus_data *data, const gr_split_options *options,
                        uint32_t row)
{
    uint64_t unit = 0;
    if (options->group == SIZE_MAX && options->kind == GRADUS_SPLIT_RANDOM)
        return row;
    if (options->group != SIZE_MAX)
        return cell_number(&data->column[options->group], row, 0);
    for (size_t c = 0; c < data->columns; c++)
        if (options->content == NULL || options->content[c])
            unit = cell_number(&data->column[c], row, unit);
    return unit;
}

static int compare(const void *a_, const void *b_)
{
    const entry *a = a_, *b = b_;
    if (a->class != b->class)
        return a->class < b->class ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->unit != b->unit)
        return a->unit < b->unit ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

/* All rows in the order in which units are dealt out. */
static gradus_status order_rows(const gradus_data *data, const gr_split_options *options,
                                const uint32_t *rows, size_t count, entry **made)
{
    const gr_key key = {options->seed, GR_PURPOSE_SPLIT, 0};
    const bool stratified = options->classes != NULL && options->group == SIZE_MAX;
    entry *order = NULL;
    gradus_status status =
        gr_allocate(data->context, count, sizeof *order, "a split of the rows", &order);
    for (size_t i = 0; status == GRADUS_OK && i < count; i++) {
        const uint64_t unit = unit_of(data, options, rows[i]);
        order[i] = (entry){
            .unit = unit,
            .rank = gr_random_64(key, unit & 0xffffffffffff, (uint32_t)(unit >> 48)),
            .class = stratified ? options->classes[rows[i]] : 0,
            .place = (uint32_t)i,
        };
    }
    if (status == GRADUS_OK)
        qsort(order, count, sizeof *order, compare);
    *made = order;
    return status;
}

/* Rows of the unit that begins at order[from]. */
static size_t unit_rows(const entry *order, size_t from, size_t count)
{
    size_t to = from + 1;
    while (to < count && order[to].unit == order[from].unit &&
           order[to].class == order[from].class)
        to++;
    return to - from;
}

static size_t smallest(const size_t *sizes, size_t count)
{
    size_t best = 0;
    for (size_t i = 1; i < count; i++)
        if (sizes[i] < sizes[best])
            best = i;
    return best;
}

/* Each unit goes to the part that has the fewest rows so far. */
gradus_status gr_split_folds(const gradus_data *data, const gr_split_options *options,
                             const uint32_t *rows, size_t count, size_t folds,
                             uint32_t *part)
{
    gradus_status status;
    entry *order = NULL;
    size_t *sizes = NULL, units = 0;
    GR_TRY(order_rows(data, options, rows, count, &order));
    GR_TRY(gr_allocate(data->context, folds, sizeof *sizes, "folds", &sizes));
    for (size_t i = 0; i < count; units++) {
        const size_t size = unit_rows(order, i, count), fold = smallest(sizes, folds);
        for (size_t end = i + size; i < end; i++)
            part[order[i].place] = (uint32_t)fold;
        sizes[fold] += size;
    }
    if (units < folds)
        status = gr_fail(GRADUS_DATA, "%s: %zu rows or groups that may be parted are too "
                         "few for %zu folds: take fewer folds", data->path, units, folds);
done:
    gr_release(data->context, sizes);
    gr_release(data->context, order);
    return status;
}

/* The first unit that is not the last of its class; else the first. */
static size_t spare_unit(const entry *order, size_t count)
{
    for (size_t i = 0, size; i < count; i += size) {
        size = unit_rows(order, i, count);
        if (i + size < count && order[i + size].class == order[i].class)
            return i;
    }
    return 0;
}

/*
 * Of each class the first units, while half of the next one still fits into the share of
 * all rows so far: what one class falls short the next one makes good, so that many small
 * classes are held out as a few big ones. The last unit of a class always trains.
 */
gradus_status gr_split_holdout(const gradus_data *data, const gr_split_options *options,
                               const uint32_t *rows, size_t count, double share,
                               bool *held, size_t *held_count)
{
    entry *order = NULL;
    gradus_status status;
    size_t all = 0;
    GR_TRY(order_rows(data, options, rows, count, &order));
    for (size_t i = 0, end = 0; i < count;) {
        while (end < count && order[end].class == order[i].class)
            end++;
        while (i < end) {
            const size_t size = unit_rows(order, i, end);
            const bool fits = (double)all + 0.5 * (double)size <= share * (double)end;
            const bool hold = fits && i + size < end;
            for (size_t unit_end = i + size; i < unit_end; i++)
                held[order[i].place] = hold;
            all += hold ? size : 0;
        }
    }
    if (all == 0 && count > 1 && share > 0) {
        const size_t from = spare_unit(order, count),
                     size = unit_rows(order, from, count);
        if (size == count)
            GR_TRY(gr_fail(GRADUS_DATA, "%s: no row can be held out, for all %zu belong "
                           "together: give --valid FILE, or --holdout 0", data->path,
                           count));
        for (size_t j = from; j < from + size; j++)
            held[order[j].place] = true;
        all = size;
    }
    *held_count = all;
done:
    gr_release(data->context, order);
    return status;
}
