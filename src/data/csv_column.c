/* data/csv_column.c - what cells mean, and columns that grow by a cell.
 *
 * SPDX-License-Identifier: MIT
 */
#include "data/csv_column.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "base/status.h"

/* ---- what a cell means ---- */

gradus_status gr_csv_set_marks(const gradus_context *context, const char *marks,
                               gr_csv_rules *rules)
{
    gradus_status status = GRADUS_OK;
    gr_list list = {marks, {.context = context}};
    while (gr_list_next(&list, &status)) {
        uint32_t code;
        const char *text = list.item.text;
        status = gr_values_add(context, &rules->missing, text, list.item.length, &code);
        if (status != GRADUS_OK)
            break;
        rules->mark_starts[(unsigned char)text[0]] = true;
        rules->empty_is_mark |= list.item.length == 0;
    }
    gr_release(context, list.item.text);
    return status;
}

static bool is_missing(const gr_csv_rules *rules, const gr_csv_cell *cell)
{
    if (cell->length == 0)
        return rules->empty_is_mark;
    return rules->mark_starts[(unsigned char)cell->text[0]] &&
           gr_values_find(&rules->missing, cell->text, cell->length) != GR_MISSING;
}

gr_csv_meaning gr_csv_meaning_of(const gr_csv_rules *rules, const gr_csv_cell *cell,
                                 double *number)
{
    if (is_missing(rules, cell))
        return GR_CSV_MISSING;
    if (!gr_number_read(cell->text, cell->length, rules->decimal, number))
        return GR_CSV_TEXT;
    return isnan(*number) ? GR_CSV_MISSING : GR_CSV_NUMBER;
}

bool gr_csv_cell_is_bad(const gr_csv_rules *rules, const gr_csv_column *column,
                        const gr_csv_cell *cell)
{
    double number;
    if (column->kind != GR_CSV_OPEN && column->kind != GR_CSV_NUMBERS)
        return false;
    gr_csv_meaning meaning = gr_csv_meaning_of(rules, cell, &number);
    return (meaning == GR_CSV_NUMBER && isinf(number)) ||
           (meaning == GR_CSV_TEXT && column->kind == GR_CSV_NUMBERS);
}

/* ---- failures ---- */

static gradus_status fail_text(const gr_csv *csv, const gr_csv_rules *rules,
                               const gr_csv_column *column, const gr_csv_cell *cell)
{
    gr_csv_place place = gr_csv_where(csv, cell->at);
    return gr_fail(GRADUS_DATA,
                   "%s:%zu:%zu: \"%.*s%s\" is not a number (column %s): mend "
                   "the cell, or --on-bad-row skip%s%s",
                   csv->path, place.line, place.column,
                   gr_shown_length(cell->length, cell->text), cell->text,
                   gr_shown_rest(cell->length, cell->text), column->name,
                   rules->has_model ? "" : ", or --categorical ",
                   rules->has_model ? "" : column->name);
}

static gradus_status fail_infinite(const gr_csv *csv, const gr_csv_column *column,
                                   gr_csv_place place, const char *text, size_t length)
{
    return gr_fail(
        GRADUS_DATA,
        "%s:%zu:%zu: \"%.*s%s\" is not a finite number (column %s): "
        "mend the cell, or --on-bad-row skip, or --missing with it in the list",
        csv->path, place.line, place.column, gr_shown_length(length, text), text,
        gr_shown_rest(length, text), column->name);
}

/* ---- cells into columns ---- */

gradus_status gr_csv_column_grow(const gradus_context *context, gr_csv_column *column,
                                 size_t old, size_t room)
{
    switch (column->kind) {
    case GR_CSV_OPEN:
    case GR_CSV_NUMBERS:
        return gr_resize(context, old, room, sizeof *column->numbers, "number column",
                         &column->numbers);
    case GR_CSV_CATEGORY:
        return gr_resize(context, old, room, sizeof *column->codes, "category column",
                         &column->codes);
    case GR_CSV_LATER:
    case GR_CSV_PASS:
        break;
    }
    return GRADUS_OK;
}

static gradus_status add_category(const gradus_context *context,
                                  const gr_csv_rules *rules, gr_csv_column *column,
                                  const gr_csv_cell *cell, uint32_t *code)
{
    double number;
    bool may_be_nan = cell->length == 3 && (cell->text[0] | 32) == 'n';
    bool missing = may_be_nan ? gr_csv_meaning_of(rules, cell, &number) == GR_CSV_MISSING
                              : is_missing(rules, cell);
    *code = GR_MISSING;
    column->missing += missing;
    if (missing)
        return GRADUS_OK;
    return gr_values_add(context, &column->values, cell->text, cell->length, code);
}

/* The first text in a column that had none: so far it has missing cells, or numbers. */
static gradus_status become_category(const gr_csv *csv, gr_csv_column *column,
                                     const gr_csv_cell *cell, size_t row, size_t room)
{
    gradus_status status;
    const gradus_context *context = csv->context;
    GR_TRY(gr_copy_text(context, cell->text,
                        (size_t)gr_shown_length(cell->length, cell->text), &column->why));
    column->why_line = gr_csv_where(csv, cell->at).line;
    gr_release(context, column->numbers);
    column->numbers = NULL;
    column->kind = column->any ? GR_CSV_LATER : GR_CSV_CATEGORY;
    GR_TRY(gr_csv_column_grow(context, column, 0, room));
    for (size_t i = 0; i < row && column->codes != NULL; i++)
        column->codes[i] = GR_MISSING;
done:
    return status;
}

static gradus_status note_infinite(const gr_csv *csv, gr_csv_column *column,
                                   const gr_csv_cell *cell)
{
    column->infinite_place = gr_csv_where(csv, cell->at);
    return gr_copy_text(csv->context, cell->text,
                        (size_t)gr_shown_length(cell->length, cell->text),
                        &column->infinite);
}

static gradus_status add_number(const gr_csv *csv, gr_csv_column *column,
                                const gr_csv_cell *cell, double number, size_t row)
{
    column->any = true;
    column->numbers[row] = number;
    if (!isinf(number) || column->infinite != NULL)
        return GRADUS_OK;
    if (column->kind == GR_CSV_NUMBERS)
        return fail_infinite(csv, column, gr_csv_where(csv, cell->at), cell->text,
                             cell->length);
    return note_infinite(csv, column, cell);
}

gradus_status gr_csv_column_add(const gr_csv *csv, const gr_csv_rules *rules,
                                gr_csv_column *column, const gr_csv_cell *cell,
                                size_t row, size_t room)
{
    if (column->kind == GR_CSV_OPEN || column->kind == GR_CSV_NUMBERS) {
        double number;
        gr_csv_meaning meaning = gr_csv_meaning_of(rules, cell, &number);
        if (meaning == GR_CSV_NUMBER)
            return add_number(csv, column, cell, number, row);
        if (meaning == GR_CSV_MISSING) {
            column->missing++;
            column->numbers[row] = NAN;
            return GRADUS_OK;
        }
        if (column->kind == GR_CSV_NUMBERS)
            return fail_text(csv, rules, column, cell);
        gradus_status status = become_category(csv, column, cell, row, room);
        if (status != GRADUS_OK)
            return status;
    }
    if (column->kind == GR_CSV_CATEGORY)
        return add_category(csv->context, rules, column, cell, &column->codes[row]);
    return GRADUS_OK;
}

gradus_status gr_csv_column_again(const gradus_context *context, gr_csv_column *column,
                                  size_t rows)
{
    column->kind = GR_CSV_CATEGORY;
    column->missing = 0;
    return gr_csv_column_grow(context, column, 0, rows);
}

gradus_status gr_csv_column_finish(const gr_csv *csv, gr_csv_column *column, size_t rows,
                                   size_t room, gr_column *done)
{
    if (column->kind != GR_CSV_CATEGORY && column->infinite != NULL)
        return fail_infinite(csv, column, column->infinite_place, column->infinite,
                             strlen(column->infinite));
    gradus_status status = gr_csv_column_grow(csv->context, column, room, rows);
    if (status != GRADUS_OK)
        return status;
    done->kind = column->kind == GR_CSV_CATEGORY ? GRADUS_CATEGORY : GRADUS_NUMBER;
    done->cells = column->numbers;
    done->type = GR_CELL_F64;
    done->stride = 1;
    done->own = column->numbers != NULL;
    done->codes = column->codes;
    done->values = column->values;
    done->why = column->why;
    done->why_line = column->why_line;
    done->missing = column->missing;
    column->numbers = NULL;
    column->codes = NULL;
    column->values = (gr_values){0};
    column->why = NULL;
    return GRADUS_OK;
}

void gr_csv_column_free(const gradus_context *context, gr_csv_column *column)
{
    gr_release(context, column->numbers);
    gr_release(context, column->codes);
    gr_values_free(context, &column->values);
    gr_release(context, column->why);
    gr_release(context, column->infinite);
    *column = (gr_csv_column){0};
}
