/*
 * data/prep_category.c - which values of a category get an input
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "data/prep_fit.h"

typedef struct frequency {
    uint32_t code;
    uint32_t rows;
} frequency;

/* Most frequent first; of equally frequent ones the first to appear in the table. */
static int compare(const void *a_, const void *b_)
{
    const frequency *a = a_, *b = b_;
    if (a->rows != b->rows)
        return a->rows > b->rows ? -1 : 1;
    return a->code < b->code ? -1 : a->code > b->code;
}

gradus_status gr_prep_fit_category(const gradus_data *data, size_t column,
                                   const gr_prep_options *options, gr_prep_input *input)
{
    const gr_column *cells = &data->column[column];
    const size_t count = cells->values.count;
    frequency *found = NULL;
    gradus_status status = gr_allocate(data->context, count, sizeof *found,
                                       "frequencies of a category", &found);
    for (size_t v = 0; status == GRADUS_OK && v < count; v++)
        found[v].code = (uint32_t)v;
    for (size_t i = 0; status == GRADUS_OK && i < options->row_count; i++) {
        const uint32_t code = cells->codes[options->rows[i]];
        if (code != GR_MISSING)
            found[code].rows++;
    }
    if (status == GRADUS_OK && count > 0)
        qsort(found, count, sizeof *found, compare);
    for (size_t v = 0; status == GRADUS_OK && v < count && v < GR_PREP_VALUES; v++) {
        const char *text = cells->values.text[found[v].code];
        uint32_t code;
        if (found[v].rows < GR_PREP_RARE)
            break;
        status = gr_values_add(data->context, &input->values, text, strlen(text), &code);
    }
    gr_release(data->context, found);
    return status;
}

const char *gr_prep_cell_text(const gr_column *column, size_t row,
                              char buffer[GRADUS_NUMBER_LENGTH])
{
    if (column->kind == GRADUS_CATEGORY) {
        const uint32_t code = column->codes[row];
        return code == GR_MISSING ? NULL : column->values.text[code];
    }
    const double number = gr_column_number(column, row);
    if (number != number)
        return NULL;
    gradus_number_write(number, buffer);
    return buffer;
}
