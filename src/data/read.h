/* data/read.h - from a file to a table, whole or a piece at a time
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_DATA_READ_H
#define GR_DATA_READ_H

#include "base/file.h"
#include "data/prep.h"

/*
 * gradus_data_read() and gradus_reader_new() with the preprocessing in place of
 * options->model, which is not looked at. With a `prep`, columns are of the kinds it
 * needs; a whole table has its targets, too, where the file has them, a reader's pieces
 * have not.
 */
GRADUS_CHECKED gradus_status gr_data_read(const gradus_context *context, const char *path,
                                          const gradus_read_options *options,
                                          const gr_prep *prep, gradus_data **data);
GRADUS_CHECKED gradus_status gr_reader_new(const gradus_context *context,
                                           const char *path,
                                           const gradus_read_options *options,
                                           const gr_prep *prep, gradus_reader **reader);

/* What a format's reader works on. */
typedef struct gr_source {
    const gradus_context *context;
    gr_stream *stream;          /* taken by `read`, also on failure */
    const gradus_read_options *options;
    const gr_prep *prep;        /* or NULL */
} gr_source;

typedef struct gr_format {
    const char *name;
    bool (*recognise)(const unsigned char *bytes, size_t count);
    gradus_status (*read)(const gr_source *source, gradus_data **data);
} gr_format;

/* Opens source->stream and finds its format. */
GRADUS_CHECKED gradus_status gr_source_open(gr_source *source, const char *path,
                                            const gr_format **format);

/* data/readers.def: READER(name, recognises the first bytes, reads the whole file) */
#define READER(name, recognise, read)                              \
    bool recognise(const unsigned char *bytes, size_t count);      \
    GRADUS_CHECKED gradus_status read(const gr_source *source, gradus_data **data);
#include "data/readers.def"
#undef READER

/* ---- CSV in pieces (data/read_csv.c) ---- */

typedef struct gr_csv_table gr_csv_table;

/* Finds delimiter, header, and the kinds of the columns. `targets`: of a model's, too.
 * Takes the stream, also on failure. */
GRADUS_CHECKED gradus_status gr_csv_table_open(const gr_source *source, bool targets,
                                               gr_csv_table **table);
/* Up to `limit` rows; NULL at the end. */
GRADUS_CHECKED gradus_status gr_csv_table_read(gr_csv_table *table, size_t limit,
                                               gradus_data **data);
/* Writes the rejects. Errors   IO. */
GRADUS_CHECKED gradus_status gr_csv_table_commit(gr_csv_table *table);
void gr_csv_table_free(gr_csv_table *table);

/* ---- cells in a block (data/block.c) ---- */

typedef struct gr_block_shape {
    gr_cell_type type;          /* of the cells in memory */
    size_t cell_bytes;          /* of a cell in the file; fewer than those of `type`: an
                                   unsigned integer that is widened */
    bool big_endian;            /* the file */
    bool by_columns;            /* the file has column after column */
    size_t rows, columns;
} gr_block_shape;

/* Exactly `count` bytes. Errors   DATA: the file is shorter; IO. */
GRADUS_CHECKED gradus_status gr_block_read_bytes(gr_stream *stream, void *bytes,
                                                 size_t count);

/* Errors   DATA: no rows, no columns, more than a table has. Before any use of them. */
GRADUS_CHECKED gradus_status gr_block_check(const gr_block_shape *shape,
                                            const char *path);

/* The rest of the stream as the block of `data`, whose columns are given their cells.
 * Errors   DATA: too short or too long; IO; MEMORY. */
GRADUS_CHECKED gradus_status gr_block_read(gr_stream *stream, const gr_block_shape *shape,
                                           gradus_data *data);

/* Adds the one column of options->labels, read from `path`, as column "label". */
GRADUS_CHECKED gradus_status gr_block_add_labels(const gr_source *source,
                                                 const char *path, gradus_data *data);

#endif
