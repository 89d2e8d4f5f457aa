/* data/read_idx.c - IDX, the format of the MNIST files.
 *
 *     0 0 type rank | rank sizes, 32-bit big-endian | cells, big-endian, last index
 * fastest
 *
 * The first size counts rows; a row's cells are the columns p0, p1, ... (pixels). A file
 * of rank 1 has one column, "label".
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "base/status.h"
#include "data/read.h"

enum { MOST_RANK = 4 }; /* as in gradus_data_about */

bool gr_idx_recognise(const unsigned char *bytes, size_t count)
{
    return count >= 2 && bytes[0] == 0 && bytes[1] == 0;
}

static bool find_type(unsigned code, gr_block_shape *shape)
{
    static const struct {
        gr_cell_type type;
        unsigned code, bytes;
    } types[] = {
        {GR_CELL_U8, 0x08, 1},  {GR_CELL_I8, 0x09, 1},  {GR_CELL_I16, 0x0B, 2},
        {GR_CELL_I32, 0x0C, 4}, {GR_CELL_F32, 0x0D, 4}, {GR_CELL_F64, 0x0E, 8},
    };
    for (size_t i = 0; i < GR_COUNT(types); i++)
        if (types[i].code == code) {
            shape->type = types[i].type;
            shape->cell_bytes = types[i].bytes;
            return true;
        }
    return false;
}

static gradus_status read_header(gr_stream *stream, const char *path,
                                 gr_block_shape *shape, gradus_data_about *about)
{
    unsigned char start[4], sizes[4 * MOST_RANK];
    gradus_status status = gr_block_read_bytes(stream, start, sizeof start);
    if (status != GRADUS_OK)
        return status;
    size_t rank = start[3];
    if (!find_type(start[2], shape) || rank < 1 || rank > MOST_RANK)
        return gr_fail(GRADUS_DATA,
                       "%s: starts with two zero bytes, but is no IDX file of "
                       "rank 1 to %d (type 0x%02x, rank %zu): is it another format?",
                       path, MOST_RANK, start[2], rank);
    status = gr_block_read_bytes(stream, sizes, 4 * rank);
    if (status != GRADUS_OK)
        return status;
    shape->columns = 1;
    about->format = "idx";
    about->rank = rank;
    for (size_t k = 0; k < rank; k++) {
        const unsigned char *p = sizes + 4 * k;
        size_t size = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
        about->shape[k] = size;
        if (k == 0)
            shape->rows = size;
        else if (size == 0 || shape->columns > UINT32_MAX / size)
            shape->columns = size == 0 ? 0 : UINT32_MAX; /* refused by gr_block_read() */
        else
            shape->columns *= size;
    }
    shape->big_endian = true;
    return GRADUS_OK;
}

static gradus_status name_columns(gradus_data *data, size_t rank)
{
    gradus_status status = GRADUS_OK;
    for (size_t j = 0; j < data->columns && status == GRADUS_OK; j++) {
        char name[24] = "label";
        int length = rank == 1 ? 5 : snprintf(name, sizeof name, "p%zu", j);
        status = gr_data_add_name(data, name, (size_t)length);
    }
    return status;
}

gradus_status gr_idx_read(const gr_source *source, gradus_data **out)
{
    gradus_status status;
    gradus_data *data = NULL;
    gr_block_shape shape = {0};
    gradus_data_about about = {0};
    const char *path = gr_stream_path(source->stream);
    *out = NULL;
    GR_TRY(read_header(source->stream, gr_shown_path(path), &shape, &about));
    GR_TRY(gr_block_check(&shape, gr_shown_path(path)));
    GR_TRY(gr_data_start(source->context, path, shape.columns, &data));
    data->about = about;
    data->image = about.rank > 2;
    GR_TRY(name_columns(data, about.rank));
    GR_TRY(gr_block_read(source->stream, &shape, data));
    if (source->options->labels != NULL)
        GR_TRY(gr_block_add_labels(source, source->options->labels, data));
    *out = data;
    data = NULL;
done:
    gradus_data_free(data);
    gr_stream_close(source->stream);
    return status;
}
