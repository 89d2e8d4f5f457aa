/* data/reader.c - a table a piece at a time.
 *
 * CSV is read in constant memory. Other formats are small enough to hold: their pieces
 * borrow from the whole table, so they go before the reader does.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/status.h"
#include "data/read.h"

struct gradus_reader {
    const gradus_context *context;
    gr_csv_table *table;    /* CSV, or */
    gradus_data *whole;     /* another format, of which pieces are given */
    size_t row;             /* the next one of it */
};

gradus_status gr_reader_new(const gradus_context *context, const char *path,
                            const gradus_read_options *options, const gr_prep *prep,
                            gradus_reader **out)
{
    gradus_status status;
    gr_source source = {.context = context, .options = options, .prep = prep};
    const gr_format *format;
    gradus_reader *reader = NULL;
    *out = NULL;
    GR_TRY(gr_allocate(context, 1, sizeof *reader, "a reader", &reader));
    reader->context = context;
    GR_TRY(gr_source_open(&source, path, &format));
    if (format->read == gr_csv_read)
        GR_TRY(gr_csv_table_open(&source, false, &reader->table));
    else
        GR_TRY(format->read(&source, &reader->whole));
    *out = reader;
    reader = NULL;
done:
    gradus_reader_free(reader);
    return status;
}

gradus_status gradus_reader_new(const gradus_context *context, const char *path,
                                const gradus_read_options *options, gradus_reader **out)
{
    *out = NULL;
    if (options == NULL || options->model == NULL)
        return gr_fail(GRADUS_ARGUMENT,
                       "reader: options->model is NULL: it tells the kinds "
                       "of the columns");
    return gr_reader_new(gr_context_or_default(context), path, options,
                         gr_model_prep(options->model), out);
}

/* Rows [first, first + rows) of a block of numbers; it stays with `whole`. */
static gradus_status give_piece(const gradus_data *whole, size_t first, size_t rows,
                                gradus_data **out)
{
    gradus_status status;
    gradus_data *piece = NULL;
    GR_TRY(gr_data_start(whole->context, whole->path, whole->columns, &piece));
    for (size_t j = 0; j < whole->columns; j++) {
        const gr_column *from = &whole->column[j];
        GR_TRY(gr_data_add_name(piece, from->name, strlen(from->name)));
        gr_column *to = &piece->column[j];
        to->type = from->type;
        to->stride = from->stride;
        to->cells = (const char *)from->cells +
                    first * from->stride * gr_cell_bytes(from->type);
    }
    piece->rows = rows;
    piece->image = whole->image;
    piece->label_column = whole->label_column;
    piece->about = whole->about;
    GR_TRY(gr_data_check(piece));
    *out = piece;
    piece = NULL;
done:
    gradus_data_free(piece);
    return status;
}

gradus_status gradus_reader_next(gradus_reader *reader, size_t rows, gradus_data **data)
{
    *data = NULL;
    if (reader->whole == NULL) {
        gradus_status status = gr_csv_table_read(reader->table, rows, data);
        if (status == GRADUS_OK && *data == NULL)
            status = gr_csv_table_commit(reader->table);
        return status;
    }
    size_t left = reader->whole->rows - reader->row;
    size_t count = left < rows ? left : rows;
    if (count == 0)
        return GRADUS_OK;
    reader->row += count;
    return give_piece(reader->whole, reader->row - count, count, data);
}

void gradus_reader_free(gradus_reader *reader)
{
    if (reader == NULL)
        return;
    gr_csv_table_free(reader->table);
    gradus_data_free(reader->whole);
    gr_release(reader->context, reader);
}
