/* data/read_npy.c - NPY, numpy's format for one array.
 *
 *     \x93NUMPY major minor | header length, little-endian, 2 bytes (major 1) or 4
 *     {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }   blanks, a line end
 *     cells
 *
 * The header is a literal of Python; it is recognised, not evaluated. Numbers in arrays
 * of rank 1 (one column) and 2 are read; columns are c1, c2, ...
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/status.h"
#include "data/read.h"

enum { PREFIX = 8, MOST_HEADER = 1 << 16 };

static const char magic[] = "\x93NUMPY";

typedef struct npy {
    gr_block_shape shape;
    size_t rank, size[2];
    char type[8];   /* descr without quotes */
    bool seen[3];   /* descr, fortran_order, shape */
} npy;

bool gr_npy_recognise(const unsigned char *bytes, size_t count)
{
    return count >= PREFIX && memcmp(bytes, magic, sizeof magic - 1) == 0;
}

/* ---- the literal: each function returns what follows, or NULL ---- */

static const char *skip(const char *p, const char *token)
{
    if (p == NULL)
        return NULL;
    p += strspn(p, " \n\t");
    return strncmp(p, token, strlen(token)) == 0 ? p + strlen(token) : NULL;
}

static const char *read_type(const char *p, npy *array)
{
    p = skip(p, "'");
    const char *end = p == NULL ? NULL : strchr(p, '\'');
    if (end == NULL || (size_t)(end - p) >= sizeof array->type)
        return NULL;
    memcpy(array->type, p, (size_t)(end - p));
    return end + 1;
}

static const char *read_order(const char *p, npy *array)
{
    const char *yes = skip(p, "True");
    array->shape.by_columns = yes != NULL;
    return yes != NULL ? yes : skip(p, "False");
}

/* (), (3,), (3, 4), (3, 4, 5): sizes beyond the second only count. */
static const char *read_shape(const char *p, npy *array)
{
    p = skip(p, "(");
    while (p != NULL && skip(p, ")") == NULL) {
        size_t digits, size = 0;
        p += strspn(p, " ");
        digits = strspn(p, "0123456789");
        if (digits == 0 || digits > 18)
            return NULL;
        for (size_t i = 0; i < digits; i++)
            size = 10 * size + (size_t)(p[i] - '0');
        if (array->rank < 2)
            array->size[array->rank] = size;
        array->rank++;
        p += digits;
        const char *comma = skip(p, ",");
        if (comma == NULL)
            return skip(p, ")");
        p = comma;
    }
    return skip(p, ")");
}

/* All three keys, each once. */
static bool read_literal(const char *p, npy *array)
{
    static const struct {
        const char *key;
        const char *(*read)(const char *p, npy *array);
    } keys[] = {
        {"'descr'", read_type}, {"'fortran_order'", read_order}, {"'shape'", read_shape}};
    p = skip(p, "{");
    for (int i = 0; i < 3 && p != NULL; i++) {
        const char *value = NULL;
        for (size_t k = 0; k < GR_COUNT(keys) && value == NULL; k++) {
            value = skip(skip(p, keys[k].key), ":");
            if (value != NULL && array->seen[k])
                return false;
            if (value != NULL) {
                array->seen[k] = true;
                value = keys[k].read(value, array);
                break;
            }
        }
        p = value;
        if (p != NULL && skip(p, ",") != NULL)
            p = skip(p, ",");
    }
    p = skip(p, "}");
    return p != NULL && p[strspn(p, " \n")] == 0;
}

/* ---- the array ---- */

/* Byte order and type of cells, "<f8". */
static bool find_type(npy *array)
{
    static const struct {
        const char *name;
        gr_cell_type type;
        size_t bytes;
    } types[] = {
        {"u1", GR_CELL_U8, 1},  {"b1", GR_CELL_U8, 1},  {"i1", GR_CELL_I8, 1},
        {"i2", GR_CELL_I16, 2}, {"u2", GR_CELL_I32, 2}, {"i4", GR_CELL_I32, 4},
        {"u4", GR_CELL_I64, 4}, {"i8", GR_CELL_I64, 8}, {"f4", GR_CELL_F32, 4},
        {"f8", GR_CELL_F64, 8},
    };
    char order = array->type[0];
    for (size_t i = 0; i < GR_COUNT(types) && strchr("<>|", order) != NULL; i++)
        if (strcmp(array->type + 1, types[i].name) == 0) {
            array->shape.type = types[i].type;
            array->shape.cell_bytes = types[i].bytes;
            array->shape.big_endian = order == '>';
            return order != '|' || types[i].bytes == 1;
        }
    return false;
}

static gradus_status read_header_text(gr_stream *stream, const char *path, char *text)
{
    unsigned char prefix[PREFIX], length[4] = {0};
    gradus_status status = gr_block_read_bytes(stream, prefix, PREFIX);
    if (status != GRADUS_OK)
        return status;
    unsigned major = prefix[6];
    if (major < 1 || major > 3)
        return gr_fail(GRADUS_DATA,
                       "%s: NPY version %u is not known: save it with version 1", path,
                       major);
    status = gr_block_read_bytes(stream, length, major == 1 ? 2 : 4);
    size_t count = (size_t)length[0] | (size_t)length[1] << 8 | (size_t)length[2] << 16 |
                   (size_t)length[3] << 24;
    if (status == GRADUS_OK && count >= MOST_HEADER)
        return gr_fail(GRADUS_DATA, "%s: an NPY header of %zu bytes: is it damaged?",
                       path, count);
    return status == GRADUS_OK ? gr_block_read_bytes(stream, text, count) : status;
}

static gradus_status read_header(gr_stream *stream, const char *path, char *text,
                                 npy *array)
{
    gradus_status status = read_header_text(stream, path, text);
    if (status != GRADUS_OK)
        return status;
    if (!read_literal(text, array))
        return gr_fail(GRADUS_DATA,
                       "%s: an NPY header that is not as numpy writes it: is it "
                       "damaged, or an array of records?",
                       path);
    if (!find_type(array))
        return gr_fail(GRADUS_DATA,
                       "%s: cells of type '%s': save it as float64, float32 or "
                       "an integer type of at most 32 bits, or int64",
                       path, array->type);
    if (array->rank < 1 || array->rank > 2)
        return gr_fail(GRADUS_DATA,
                       "%s: an array of rank %zu: reshape it to (rows, columns)", path,
                       array->rank);
    array->shape.rows = array->size[0];
    array->shape.columns = array->rank == 1 ? 1 : array->size[1];
    return gr_block_check(&array->shape, path);
}

gradus_status gr_npy_read(const gr_source *source, gradus_data **out)
{
    gradus_status status;
    gradus_data *data = NULL;
    char *text = NULL;
    npy array = {.rank = 0};
    const char *path = gr_stream_path(source->stream);
    *out = NULL;
    GR_TRY(gr_allocate(source->context, MOST_HEADER, 1, "NPY header", &text));
    GR_TRY(read_header(source->stream, gr_shown_path(path), text, &array));
    GR_TRY(gr_data_start(source->context, path, array.shape.columns, &data));
    data->about = (gradus_data_about){
        .format = "npy", .rank = array.rank, .shape = {array.size[0], array.size[1]}};
    for (size_t j = 0; j < data->columns; j++)
        GR_TRY(gr_data_add_name(data, "", 0));
    GR_TRY(gr_block_read(source->stream, &array.shape, data));
    if (source->options->labels != NULL)
        GR_TRY(gr_block_add_labels(source, source->options->labels, data));
    *out = data;
    data = NULL;
done:
    gr_release(source->context, text);
    gradus_data_free(data);
    gr_stream_close(source->stream);
    return status;
}
