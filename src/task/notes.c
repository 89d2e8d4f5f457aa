/*
 * task/notes.c - what is worth saying about columns and classes
 *
 * SPDX-License-Identifier: MIT
 */
#include "task/notes.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "task/numbering.h"

enum {
    SHOWN = 4,          /* names in one note */
    FEW_ROWS = 10,      /* of a class */
    ID_ROWS = 20,       /* fewer rows than that say nothing about identifiers */
    LOOK_ROWS = 1 << 22 /* larger tables are not searched for identifiers */
};

/* ---- texts ---- */

gradus_status gr_note(gr_notes *notes, const char *format, ...)
{
    gradus_status status;
    char *text = NULL;
    va_list arguments, again;

    va_start(arguments, format);
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, arguments);
    GR_TRY(gr_allocate(notes->context, (size_t)length + 1, 1, "notes", &text));
    vsnprintf(text, (size_t)length + 1, format, again);
    GR_TRY(gr_resize(notes->context, notes->count, notes->count + 1, sizeof *notes->text,
                     "notes", &notes->text));
    notes->text[notes->count++] = text;
    text = NULL;
done:
    gr_release(notes->context, text);
    va_end(again);
    va_end(arguments);
    return status;
}

void gr_notes_free(gr_notes *notes)
{
    if (notes->context == NULL)
        return;
    for (size_t n = 0; n < notes->count; n++)
        gr_release(notes->context, notes->text[n]);
    gr_release(notes->context, notes->text);
    *notes = (gr_notes){0};
}

const char *gr_count_text(size_t count, char text[GR_COUNT_LENGTH])
{
    size_t at = GR_COUNT_LENGTH - 1;

    text[at] = '\0';
    for (size_t digits = 0; digits == 0 || count > 0; digits++, count /= 10) {
        if (digits > 0 && digits % 3 == 0)
            text[--at] = ',';
        text[--at] = (char)('0' + count % 10);
    }
    return text + at;
}

gradus_status gr_names_add(gr_names *names, const char *name)
{
    if (names->count++ >= SHOWN)
        return GRADUS_OK;
    return gr_text_add(&names->names, "%s\"%s\"", names->count > 1 ? ", " : "", name);
}

gradus_status gr_names_end(gr_names *names)
{
    char count[GR_COUNT_LENGTH];

    if (names->count <= SHOWN)
        return GRADUS_OK;
    return gr_text_add(&names->names, " and %s more",
                       gr_count_text(names->count - SHOWN, count));
}

void gr_names_free(gr_names *names)
{
    gr_release(names->names.context, names->names.text);
    *names = (gr_names){0};
}

/* ---- columns ---- */

static bool is_constant(const gr_column *column, size_t rows)
{
    for (size_t i = 1; i < rows; i++)
        if (gr_cell_key(column, i) != gr_cell_key(column, 0))
            return false;
    return true;
}

static bool is_whole_number(const gr_column *column, size_t row)
{
    const double number = gr_column_number(column, row);
    return !isnan(number) && rint(number) == number;
}

/* Nearly as many values as rows, or whole numbers that are all different. */
static bool is_identifier(const gr_column *column, size_t rows, gr_numbering *numbering)
{
    const size_t present = rows - column->missing;

    if (present < ID_ROWS || rows > LOOK_ROWS)
        return false;
    if (column->kind == GRADUS_CATEGORY)
        return column->values.count >= present - present / 10;
    gr_numbering_clear(numbering);
    for (size_t i = 0; i < rows; i++)
        if (!is_whole_number(column, i)
            || gr_numbering_add(numbering, gr_cell_key(column, i)) != i)
            return false;
    return true;
}

/* Rows of a category column whose text is a number. */
static size_t count_number_texts(const gr_column *column, size_t rows, bool *is_number)
{
    size_t count = 0;

    for (size_t v = 0; v < column->values.count; v++) {
        double number;
        const char *text = column->values.text[v];
        is_number[v] = gradus_number_read(text, strlen(text), &number);
    }
    for (size_t i = 0; i < rows; i++)
        count += column->codes[i] != GR_MISSING && is_number[column->codes[i]];
    return count;
}

static gradus_status note_nearly_number(gr_notes *notes, const gr_column *column,
                                        size_t rows)
{
    gradus_status status;
    bool *is_number = NULL;
    const size_t present = rows - column->missing;

    if (column->kind != GRADUS_CATEGORY || column->why == NULL || present == 0)
        return GRADUS_OK;
    GR_TRY(gr_allocate(notes->context, column->values.count, sizeof *is_number,
                       "number texts", &is_number));
    const size_t numbers = count_number_texts(column, rows, is_number);
    if (numbers < present && numbers >= present - present / 10) {
        char count[GR_COUNT_LENGTH], line[GR_COUNT_LENGTH];
        const bool known = column->why_line > 0;
        GR_TRY(gr_note(notes, "\"%s\" is text because of \"%s\"%s%s, and else numbers "
                       "(%s rows): --missing with \"%s\" in its list makes it a number",
                       column->name, column->why, known ? " in line " : "",
                       known ? gr_count_text(column->why_line, line) : "",
                       gr_count_text(numbers, count), column->why));
    }
done:
    gr_release(notes->context, is_number);
    return status;
}

static gradus_status note_missing(gr_notes *notes, const gr_roles *roles)
{
    gradus_status status = GRADUS_OK;
    gr_text text = {.context = notes->context};
    size_t columns = 0;
    char count[GR_COUNT_LENGTH];

    for (size_t k = 0; k < roles->inputs; k++) {
        const gr_column *column = &roles->data->column[roles->input[k]];
        if (column->missing == 0 || columns++ >= SHOWN)
            continue;
        GR_TRY(gr_text_add(&text, "%s\"%s\" %s", columns > 1 ? ", " : "", column->name,
                           gr_count_text(column->missing, count)));
    }
    if (columns > SHOWN)
        GR_TRY(gr_text_add(&text, ", and %s more column%s",
                           gr_count_text(columns - SHOWN, count),
                           columns - SHOWN == 1 ? "" : "s"));
    if (columns > 0)
        GR_TRY(gr_note(notes, "rows without a value: %s", text.text));
done:
    gr_release(notes->context, text.text);
    return status;
}

gradus_status gr_note_columns(gr_notes *notes, const gr_roles *roles)
{
    gradus_status status;
    const gradus_data *data = roles->data;
    gr_names constant = {.names.context = notes->context};
    gr_names identifier = {.names.context = notes->context};
    gr_numbering numbering = {0};

    if (data->image) /* constant pixels are no news */
        return GRADUS_OK;
    GR_TRY(gr_numbering_open(notes->context,
                             data->rows > LOOK_ROWS ? 0 : (uint32_t)data->rows,
                             &numbering));
    for (size_t k = 0; k < roles->inputs; k++) {
        const gr_column *column = &data->column[roles->input[k]];
        if (is_constant(column, data->rows))
            GR_TRY(gr_names_add(&constant, column->name));
        else if (is_identifier(column, data->rows, &numbering))
            GR_TRY(gr_names_add(&identifier, column->name));
        GR_TRY(note_nearly_number(notes, column, data->rows));
    }
    GR_TRY(gr_names_end(&constant));
    GR_TRY(gr_names_end(&identifier));
    if (constant.count > 0)
        GR_TRY(gr_note(notes, "the same in every row, so nothing to learn from: %s",
                       constant.names.text));
    if (identifier.count > 0)
        GR_TRY(gr_note(notes, "another value in (nearly) every row: %s: --drop what "
                       "only names the rows", identifier.names.text));
    GR_TRY(note_missing(notes, roles));
done:
    gr_numbering_close(&numbering);
    gr_names_free(&identifier);
    gr_names_free(&constant);
    return status;
}

/* ---- classes ---- */

gradus_status gr_note_classes(gr_notes *notes, const gr_prep *prep, size_t train_rows)
{
    gradus_status status = GRADUS_OK;
    const size_t classes = prep->classes.count;
    gr_names few = {.names.context = notes->context};
    char count[2][GR_COUNT_LENGTH];

    for (size_t k = 0; k < classes; k++)
        if (prep->class_share[k] * (double)train_rows < FEW_ROWS - 0.5)
            GR_TRY(gr_names_add(&few, prep->classes.text[k]));
    GR_TRY(gr_names_end(&few));
    if (classes > FEW_ROWS && classes > train_rows / 5)
        GR_TRY(gr_note(notes, "target \"%s\" has %s classes in %s training rows: is it "
                       "the right column?", prep->target[0].name,
                       gr_count_text(classes, count[0]),
                       gr_count_text(train_rows, count[1])));
    else if (few.count > 0)
        GR_TRY(gr_note(notes, "fewer than %d training rows: class %s", FEW_ROWS,
                       few.names.text));
done:
    gr_names_free(&few);
    return status;
}
