/*
 * cli/rows.h - predictions as rows of text
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include <stdio.h>

#include "record.h"
#include "settings.h"

/* The columns of the output, and how they are written. */
typedef struct cli_rows {
    FILE *stream;
    const gradus_model *model;
    gradus_model_about about;
    bool single;                /* float32: write the digits of a float */
    bool heading;               /* names are printed, not values */
    bool escapes;               /* to a terminal: what could move it is escaped */
    row_format format;
    row_part only;
    bool append;
    size_t top;                 /* SIZE_MAX: all classes in their order */
    double threshold;           /* NaN: the likeliest class */
    size_t *order;              /* [classes] for --top */
    char decimal;               /* of the numbers written */
    /* --append */
    char from;                  /* between cells of the input */
    char to;                    /* between cells of the output */
    char **names;               /* [name_count] of the input's columns, for JSON */
    size_t name_count;
    cli_record record;              /* the input row being written again */
} cli_rows;

/* Errors   ARGUMENT: settings that do not fit the model; MEMORY. */
gradus_status rows_open(cli_rows *rows, const cli_settings *settings,
                        const gradus_model *model, FILE *stream);
void rows_close(cli_rows *rows);

/* The header, before the first row. `data` is the first piece of the input. */
gradus_status rows_head(cli_rows *rows, const gradus_data *data);
/* All rows of a piece; y as gradus_predictor_run() gave it. */
gradus_status rows_write(cli_rows *rows, const gradus_data *data, const double *y);

#endif
