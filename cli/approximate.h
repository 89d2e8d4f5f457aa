/*
 * cli/approximate.h - what gradus approximate builds a network for, and pictures of it
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_APPROXIMATE_H
#define CLI_APPROXIMATE_H

#include "chart.h"

/* A function: of an expression, or of the points of a table. */
typedef struct cli_subject {
    const char *text;                   /* the expression, or the table's path */
    const gradus_function *f;
    gradus_interval box[GRADUS_VARIABLES];
    const char *input[GRADUS_VARIABLES], *target; /* names of the model's columns */
    gradus_samples *samples;            /* or NULL */
    gradus_data *data;                  /* of them */
    gradus_expression *expression;      /* or NULL */
    struct gradus_proof *proof;         /* or NULL: nothing is proved about it */
    gradus_function plain;              /* its values then */
} cli_subject;

/* An argument that is the name of a file is a table; any other one an expression. With the box
 * of --on, or all that a table has.  Errors   those of the library, told. */
gradus_status subject_open(const cli_settings *settings, const gradus_context *context,
                           cli_subject *subject);
void subject_close(cli_subject *subject);

/* f and the net, and their difference under its bound; of one variable. */
void approximate_draw(cli_figure *figure, const cli_subject *subject,
                      const gradus_approximation *made);

#endif
