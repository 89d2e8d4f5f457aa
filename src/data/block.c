/* data/block.c - cells of a fixed width, from a stream into a block of memory.
 *
 * The block grows as bytes arrive: a header that promises too much costs nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/status.h"
#include "data/read.h"

enum {
    PIECE = 1 << 16,                   /* bytes read at a time, a multiple of any cell */
    FIRST_ROOM = 1 << 24               /* bytes of the block before any were seen */
};
#define MOST_COLUMNS ((size_t)1000000) /* as CSV's: a column costs some 200 bytes */

static const char *path_of(const gr_stream *stream)
{
    return gr_shown_path(gr_stream_path(stream));
}

/* Reads until `count` bytes are there or the file ends. */
static gradus_status read_up_to(gr_stream *stream, unsigned char *bytes, size_t count,
                                size_t *total)
{
    size_t got = 1;
    for (*total = 0; *total < count && got > 0; *total += got) {
        gradus_status status =
            gr_stream_read(stream, bytes + *total, count - *total, &got);
        if (status != GRADUS_OK)
            return status;
    }
    return GRADUS_OK;
}

gradus_status gr_block_read_bytes(gr_stream *stream, void *bytes, size_t count)
{
    size_t total;
    gradus_status status = read_up_to(stream, bytes, count, &total);
    if (status == GRADUS_OK && total < count)
        return gr_fail(GRADUS_DATA, "%s: ends inside its header: fetch or copy it again",
                       path_of(stream));
    return status;
}

static bool host_is_big_endian(void)
{
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 0;
}

/* `count` cells as they are in memory, from as they are in the file. */
static void convert(const gr_block_shape *shape, const unsigned char *from, size_t count,
                    unsigned char *to)
{
    size_t bytes = shape->cell_bytes, size = gr_cell_bytes(shape->type);
    if (bytes == size && (size == 1 || shape->big_endian == host_is_big_endian())) {
        memcpy(to, from, count * size);
        return;
    }
    for (size_t i = 0; i < count; i++, from += bytes, to += size) {
        uint64_t bits = 0;
        for (size_t k = 0; k < bytes; k++)
            bits = bits << 8 | from[shape->big_endian ? k : bytes - 1 - k];
        for (size_t k = 0; k < size; k++)
            to[host_is_big_endian() ? size - 1 - k : k] = (unsigned char)(bits >> 8 * k);
    }
}

gradus_status gr_block_check(const gr_block_shape *shape, const char *path)
{
    if (shape->rows == 0 || shape->columns == 0)
        return gr_fail(GRADUS_DATA, "%s: %zu rows of %zu cells: there is nothing in it",
                       path, shape->rows, shape->columns);
    if (shape->rows > GR_DATA_ROWS || shape->columns > MOST_COLUMNS ||
        shape->rows > SIZE_MAX / 16 / shape->columns)
        return gr_fail(GRADUS_DATA,
                       "%s: %zu rows of %zu cells: more than %zu rows or %zu "
                       "columns are not read",
                       path, shape->rows, shape->columns, GR_DATA_ROWS, MOST_COLUMNS);
    return GRADUS_OK;
}

/* The cells, in a growing block. */
static gradus_status read_cells(gr_stream *stream, const gr_block_shape *shape,
                                gradus_data *data, unsigned char *piece)
{
    gradus_status status;
    unsigned char *block = NULL;
    size_t size = gr_cell_bytes(shape->type), cells = shape->rows * shape->columns;
    size_t room = cells < FIRST_ROOM / size ? cells : FIRST_ROOM / size, done = 0, got;
    GR_TRY(gr_allocate(data->context, room, size, data->path, &block));
    while (done < cells) {
        size_t most = PIECE / shape->cell_bytes;
        size_t count = cells - done < most ? cells - done : most;
        GR_TRY(read_up_to(stream, piece, count * shape->cell_bytes, &got));
        if (got < count * shape->cell_bytes)
            GR_TRY(
                gr_fail(GRADUS_DATA, "%s: ends in row %zu of %zu: fetch or copy it again",
                        data->path, (done + got / shape->cell_bytes) / shape->columns + 1,
                        shape->rows));
        if (done + count > room) {
            size_t more = room < cells / 2 ? 2 * room : cells;
            GR_TRY(gr_resize(data->context, room, more, size, data->path, &block));
            room = more;
        }
        convert(shape, piece, count, block + done * size);
        done += count;
    }
    GR_TRY(read_up_to(stream, piece, 1, &got));
    if (got > 0)
        GR_TRY(gr_fail(GRADUS_DATA, "%s: longer than the %zu rows of %zu cells that its "
                       "header tells: is it damaged?", data->path, shape->rows,
                       shape->columns));
    data->block = block;
    block = NULL;
done:
    gr_release(data->context, block);
    return status;
}

gradus_status gr_block_read(gr_stream *stream, const gr_block_shape *shape,
                            gradus_data *data)
{
    gradus_status status;
    unsigned char *piece = NULL;
    size_t size = gr_cell_bytes(shape->type);
    GR_TRY(gr_allocate(data->context, PIECE, 1, "reading", &piece));
    GR_TRY(read_cells(stream, shape, data, piece));
    data->rows = shape->rows;
    for (size_t j = 0; j < shape->columns; j++) {
        size_t first = shape->by_columns ? j * shape->rows : j;
        data->column[j].cells = (const char *)data->block + first * size;
        data->column[j].type = shape->type;
        data->column[j].stride = shape->by_columns ? 1 : shape->columns;
    }
    data->about.bytes = gr_stream_bytes(stream);
    GR_TRY(gr_data_check(data));
done:
    gr_release(data->context, piece);
    return status;
}

/* ---- labels ---- */

static gradus_status check_labels(const gradus_data *data, const gradus_data *labels)
{
    if (labels->columns != 1)
        return gr_fail(GRADUS_DATA, "%s: %zu columns: labels are one number a row",
                       labels->path, labels->columns);
    if (labels->rows != data->rows)
        return gr_fail(GRADUS_DATA,
                       "%s: labels for %zu rows, and %s has %zu: do they belong "
                       "together?",
                       labels->path, labels->rows, data->path, data->rows);
    return GRADUS_OK;
}

gradus_status gr_block_add_labels(const gr_source *source, const char *path,
                                  gradus_data *data)
{
    gradus_status status;
    gradus_data *labels = NULL;
    gradus_read_options options;
    gradus_read_defaults(&options);
    GR_TRY(gr_data_read(source->context, path, &options, NULL, &labels));
    if (labels->block == NULL)
        GR_TRY(gr_fail(GRADUS_DATA, "%s: labels are read from IDX and NPY only",
                       labels->path));
    GR_TRY(check_labels(data, labels));
    GR_TRY(gr_resize(data->context, data->columns, data->columns + 1,
                     sizeof *data->column, "columns", &data->column));
    GR_TRY(gr_data_add_name(data, "label", strlen("label")));
    gr_column *column = &data->column[data->columns];
    *column = labels->column[0];
    column->name = data->names.text[data->columns];
    column->own = true;
    labels->block = NULL; /* the column's own from here */
    if (column->type < GR_CELL_F32)
        data->label_column = data->columns;
    data->columns++;
done:
    gradus_data_free(labels);
    return status;
}
