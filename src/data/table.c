/* data/table.c - a table in memory: making, looking, freeing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "data/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "data/lanes.h"

enum { SHOWN = 40 /* bytes of a cell that a message shows */ };

const char *gr_shown_path(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

int gr_shown_length(size_t length, const char *text)
{
    if (length <= SHOWN)
        return (int)length;
    int cut = SHOWN;
    while (cut > 0 && (text[cut] & 0xC0) == 0x80) /* not inside a UTF-8 character */
        cut--;
    return cut;
}

const char *gr_shown_rest(size_t length, const char *text)
{
    return (size_t)gr_shown_length(length, text) < length ? "..." : "";
}

gradus_status gr_data_start(const gradus_context *context, const char *path,
                            size_t columns, gradus_data **out)
{
    gradus_status status;
    gradus_data *data = NULL;
    *out = NULL;
    GR_TRY(gr_allocate(context, 1, sizeof *data, "a table", &data));
    data->context = context;
    data->label_column = SIZE_MAX;
    GR_TRY(gr_allocate(context, columns, sizeof *data->column, "columns", &data->column));
    path = gr_shown_path(path);
    GR_TRY(gr_copy_text(context, path, strlen(path), &data->path));
    data->columns = columns;
    *out = data;
    data = NULL;
done:
    gradus_data_free(data);
    return status;
}

gradus_status gr_data_add_name(gradus_data *data, const char *text, size_t length)
{
    char automatic[24];
    size_t index = data->names.count;
    if (length == 0) {
        length = (size_t)snprintf(automatic, sizeof automatic, "c%zu", index + 1);
        text = automatic;
    }
    uint32_t code;
    gradus_status status =
        gr_values_add(data->context, &data->names, text, length, &code);
    if (status == GRADUS_OK && code != index)
        return gr_fail(GRADUS_DATA,
                       "%s: columns %zu and %zu are both called \"%.*s%s\": rename one",
                       data->path, (size_t)code + 1, index + 1,
                       gr_shown_length(length, text), text, gr_shown_rest(length, text));
    if (status == GRADUS_OK)
        data->column[index].name = data->names.text[index];
    return status;
}

static void *own_cells(const gr_column *column)
{
    return column->own ? (void *)(uintptr_t)column->cells : NULL;
}

void gradus_data_free(gradus_data *data)
{
    if (data == NULL)
        return;
    const gradus_context *context = data->context;
    for (size_t i = 0; i < data->columns; i++) {
        gr_column *column = &data->column[i];
        gr_release(context, own_cells(column));
        gr_release(context, column->codes);
        gr_release(context, column->why);
        gr_values_free(context, &column->values);
    }
    gr_values_free(context, &data->names);
    gr_release(context, data->column);
    gr_release(context, data->block);
    gr_release(context, data->header);
    gr_release(context, data->records);
    gr_release(context, data->record_start);
    gr_release(context, data->missing);
    gr_release(context, data->path);
    gr_release(context, data);
}

size_t gr_cell_bytes(gr_cell_type type)
{
    static const size_t bytes[] = {
        [GR_CELL_U8] = 1,  [GR_CELL_I8] = 1,  [GR_CELL_I16] = 2, [GR_CELL_I32] = 4,
        [GR_CELL_I64] = 8, [GR_CELL_F32] = 4, [GR_CELL_F64] = 8,
    };
    return bytes[type];
}

double gr_column_number(const gr_column *column, size_t row)
{
    size_t i = row * column->stride;
    switch (column->type) {
    case GR_CELL_U8:
        return ((const uint8_t *)column->cells)[i];
    case GR_CELL_I8:
        return ((const int8_t *)column->cells)[i];
    case GR_CELL_I16:
        return ((const int16_t *)column->cells)[i];
    case GR_CELL_I32:
        return ((const int32_t *)column->cells)[i];
    case GR_CELL_I64:
        return (double)((const int64_t *)column->cells)[i];
    case GR_CELL_F32:
        return (double)((const float *)column->cells)[i];
    case GR_CELL_F64:
        break;
    }
    return ((const double *)column->cells)[i];
}

gradus_status gr_data_check(gradus_data *data)
{
    for (size_t j = 0; j < data->columns; j++) {
        gr_column *column = &data->column[j];
        column->missing = 0;
        if (column->type < GR_CELL_F32)
            continue;
        for (size_t i = 0; i < data->rows; i++) {
            double x = gr_column_number(column, i);
            column->missing += isnan(x) ? 1 : 0;
            if (isinf(x))
                return gr_fail(GRADUS_DATA,
                               "%s: row %zu of column %s is infinite: replace "
                               "it by a number, or by NaN for a missing value",
                               data->path, i + 1, column->name);
        }
    }
    return GRADUS_OK;
}

gradus_status gradus_data_new(const gradus_context *context, const double *numbers,
                              size_t rows, size_t columns, const char *const *names,
                              gradus_data **out)
{
    gradus_status status;
    gradus_data *data = NULL;
    double *cells = NULL;
    *out = NULL;
    context = gr_context_or_default(context);
    if (rows == 0 || columns == 0 || rows > GR_DATA_ROWS)
        return gr_fail(GRADUS_ARGUMENT,
                       "a table of %zu rows and %zu columns: give 1 to %zu "
                       "rows and at least 1 column",
                       rows, columns, GR_DATA_ROWS);
    GR_TRY(gr_data_start(context, "table", columns, &data));
    if (columns > SIZE_MAX / rows)
        GR_TRY(gr_fail(GRADUS_MEMORY,
                       "a table: out of memory: %zu rows times %zu columns", rows,
                       columns));
    GR_TRY(gr_allocate(context, rows * columns, sizeof *cells, "a table", &cells));
    memcpy(cells, numbers, rows * columns * sizeof *cells);
    data->block = cells;
    data->rows = rows;
    data->about =
        (gradus_data_about){.format = "memory", .rank = 2, .shape = {rows, columns}};
    for (size_t j = 0; j < columns; j++) {
        const char *name = names == NULL ? "" : names[j];
        GR_TRY(gr_data_add_name(data, name, strlen(name)));
        data->column[j].cells = cells + j;
        data->column[j].type = GR_CELL_F64;
        data->column[j].stride = columns;
    }
    GR_TRY(gr_data_check(data));
    *out = data;
    data = NULL;
done:
    gradus_data_free(data);
    return status;
}

size_t gradus_data_rows(const gradus_data *data)
{
    return data->rows;
}

size_t gradus_data_columns(const gradus_data *data)
{
    return data->columns;
}

void gradus_data_column(const gradus_data *data, size_t index, gradus_column *about)
{
    const gr_column *column = &data->column[index];
    *about = (gradus_column){
        .name = column->name,
        .kind = column->kind,
        .missing = column->missing,
        .values = column->values.count,
        .min = NAN,
        .max = NAN,
        .mean = NAN,
        .why = column->why != NULL ? column->why : "",
        .why_line = column->why_line,
    };
    if (column->kind != GRADUS_NUMBER)
        return;
    gr_lanes sum = {0};
    for (size_t i = 0; i < data->rows; i++) {
        double x = gr_column_number(column, i);
        if (isnan(x))
            continue;
        about->min = sum.count == 0 || x < about->min ? x : about->min;
        about->max = sum.count == 0 || x > about->max ? x : about->max;
        gr_lanes_add(&sum, x);
    }
    if (sum.count > 0)
        about->mean = gr_lanes_total(&sum) / (double)sum.count;
}

size_t gradus_data_find(const gradus_data *data, const char *name)
{
    uint32_t code = gr_values_find(&data->names, name, strlen(name));
    return code == GR_MISSING ? SIZE_MAX : code;
}

const char *gradus_data_value(const gradus_data *data, size_t column, size_t value)
{
    return data->column[column].values.text[value];
}

double gradus_data_cell(const gradus_data *data, size_t row, size_t index)
{
    const gr_column *column = &data->column[index];
    if (column->kind == GRADUS_NUMBER)
        return gr_column_number(column, row);
    return column->codes[row] == GR_MISSING ? -1 : (double)column->codes[row];
}

const char *gradus_data_record(const gradus_data *data, size_t row, size_t *length)
{
    *length = 0;
    if (data->record_start == NULL)
        return NULL;
    *length = data->record_start[row + 1] - data->record_start[row];
    return data->records + data->record_start[row];
}

void gradus_data_describe(const gradus_data *data, gradus_data_about *about)
{
    *about = data->about;
    about->header = data->header;
}
