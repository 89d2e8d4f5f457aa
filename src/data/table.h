/*
 * data/table.h - a table in memory, column by column
 *
 * A number column is either its own array, or one column of a block that holds
 * a whole IDX or NPY file as it was ([rows][width] of a narrow type), so that images stay
 * one byte a pixel.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_DATA_TABLE_H
#define GR_DATA_TABLE_H

#include <stdbool.h>

#include "base/memory.h"

typedef enum gr_cell_type {
    GR_CELL_U8,
    GR_CELL_I8,
    GR_CELL_I16,
    GR_CELL_I32,
    GR_CELL_I64,
    GR_CELL_F32,
    GR_CELL_F64
} gr_cell_type;

/* Marks of a missing value where none are named; the last one is the empty cell. */
#define GR_MISSING_MARKS "?,NA,N/A,na,n/a,NaN,nan,NULL,null,"

/* Code of a missing category. */
#define GR_MISSING UINT32_MAX

typedef struct gr_values { /* distinct texts, interned: a category column's, or names */
    char **text;           /* [count], in order of first appearance */
    size_t count, room;
    uint64_t *slots;       /* open addressing over XXH3 of a text: its upper half, and
                              code + 1 below; 0 is free */
    size_t slot_count;     /* a power of two, or 0 */
    char *block;           /* where the texts stand: the newest of a chain of blocks */
    size_t used, size;     /* bytes of it */
} gr_values;

typedef struct gr_column {
    const char *name;      /* in data->names, whose code is the column's index */
    gradus_column_kind kind;
    /* number */
    const void *cells;     /* first cell: own array, or into the table's block */
    gr_cell_type type;
    size_t stride;         /* cells from row to row */
    bool own;              /* cells is this column's own array */
    /* category */
    uint32_t *codes;       /* [rows], GR_MISSING for none */
    gr_values values;
    char *why;             /* the first cell that made it a category, or NULL */
    size_t why_line;
    size_t missing;
} gr_column;

struct gradus_data {
    const gradus_context *context;
    size_t rows, columns;
    gr_column *column;
    gr_values names;       /* [columns] */
    size_t label_column;   /* of options->labels: whole numbers name classes; or
                              SIZE_MAX */
    void *block;           /* IDX, NPY: the cells of all columns, or NULL */
    bool image;            /* the block's columns are pixels: scaled all alike */
    gradus_data_about about;
    char *header;          /* text behind about.header */
    char *records;         /* keep_records: texts of all rows, one after the other */
    size_t *record_start;  /* [rows + 1] */
    char *path;            /* for messages */
    char *missing;         /* marks of a missing value in its file, or NULL: the usual */
};

/* Most rows of a table: a row's number fits uint32_t, and UINT32_MAX is none. */
#define GR_DATA_ROWS ((size_t)UINT32_MAX - 1)

/*
 * An empty table whose columns have no cells yet, and then the columns' names, in order.
 * An empty name becomes c<N>, N counted from 1. Free with gradus_data_free() at any
 * point. Errors   MEMORY; naming also DATA: two columns of one name.
 */
GRADUS_CHECKED gradus_status gr_data_start(const gradus_context *context,
                                           const char *path, size_t columns,
                                           gradus_data **data);
GRADUS_CHECKED gradus_status gr_data_add_name(gradus_data *data, const char *text,
                                              size_t length);

/* The path for messages: "-" is "standard input". */
const char *gr_shown_path(const char *path);

/* How much of a text to show in a message, for "%.*s%s": length, then "" or "...". */
int gr_shown_length(size_t length, const char *text);
const char *gr_shown_rest(size_t length, const char *text);

size_t gr_cell_bytes(gr_cell_type type);

/* Number of a cell as double; NaN where it is missing. */
double gr_column_number(const gr_column *column, size_t row);

/* Counts the missing numbers of all columns. Errors   DATA: an infinite number, with its
 * row and column. */
GRADUS_CHECKED gradus_status gr_data_check(gradus_data *data);

/* Code of a text, or GR_MISSING when it is none of the values. */
uint32_t gr_values_find(const gr_values *values, const char *text, size_t length);
/* The same, adding it where it is new. Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_values_add(const gradus_context *context,
                                           gr_values *values, const char *text,
                                           size_t length, uint32_t *code);
void gr_values_free(const gradus_context *context, gr_values *values);

/* Index of a column; on failure ARGUMENT with "did you mean". `role` is the flag or field
 * that named it, for the message. */
GRADUS_CHECKED gradus_status gr_data_find(const gradus_data *data, const char *name,
                                          const char *role, size_t *column);

/*
 * Items of a list "a,b" (quoted as in CSV where an item has a comma; blanks around items
 * are dropped). Starts as {text, {context}}; "" has one item, the empty one.
 *
 *     gr_list list = {"a,b", {context}};
 *     while (gr_list_next(&list, &status)) ... list.item.text, list.item.length ...
 *     gr_release(context, list.item.text);
 *
 * Errors   MEMORY in *status, and then false.
 */
typedef struct gr_list {
    const char *rest; /* NULL at the end */
    gr_text item;
} gr_list;
bool gr_list_next(gr_list *list, gradus_status *status);

/*
 * Names in a list "a,b" (quoted as in CSV where a name has a comma), each looked up in
 * the table: marks[column] = true. NULL or "" marks nothing.
 * Errors   ARGUMENT with "did you mean".
 */
GRADUS_CHECKED gradus_status gr_data_mark(const gradus_data *data, const char *list,
                                          const char *role, bool *marks);

#endif
