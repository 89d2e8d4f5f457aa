/*
 * cli/approximate_subject.c - the function that a network is built for
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "approximate.h"
#include "box.h"
#include "message.h"
#include "table.h"
#include "text.h"

#ifdef GRADUS_HAS_PROOF
#include "gradus_proof.h"
#endif

/* ---- an expression ---- */

static double value(const double *x, void *expression)
{
    return gradus_expression_value(expression, x);
}

static gradus_status polynomial(const gradus_interval *box, gradus_polynomial **p,
                                void *expression)
{
    return gradus_expression_polynomial(expression, box, p);
}

/* Its values, and with libgradus_proof its enclosures. */
static gradus_status make_function(cli_subject *s, const gradus_context *context,
                                   size_t inputs)
{
    s->plain = (gradus_function){.inputs = inputs, .value = value, .user = s->expression,
                                 .polynomial = polynomial};
    s->f = &s->plain;
#ifdef GRADUS_HAS_PROOF
    const gradus_status status = gradus_proof_new(context, s->expression, inputs, s->box,
                                                  &s->proof);
    if (status != GRADUS_OK)
        return fail_library(status);
    s->f = gradus_proof_function(s->proof);
#else
    (void)context;
#endif
    return GRADUS_OK;
}

static gradus_status open_expression(cli_subject *s, const cli_settings *settings,
                                     const gradus_context *context)
{
    static const char *const few[] = {"x", "y", "z"};
    static const char *const many[] = {"x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8"};
    size_t sides, variables;
    gradus_status status = gradus_expression_new(context, s->text, &s->expression);

    if (status != GRADUS_OK)
        return fail_library(status);
    if (!settings->box.on)
        return fail(GRADUS_ARGUMENT, "--on: on what box? one from:to for each variable, as "
                                     "--on 0:1 or --on 0:1,-1:2");
    status = box_read(settings->box.on, s->box, &sides);
    if (status != GRADUS_OK)
        return status;
    variables = gradus_expression_variables(s->expression);
    if (variables > sides)
        return fail(GRADUS_ARGUMENT, "--on: %zu side%s for %zu variables: give one for each",
                    sides, sides == 1 ? "" : "s", variables);
    for (size_t i = 0; i < sides; i++)
        s->input[i] = sides <= 3 ? few[i] : many[i];
    s->target = "f";
    return make_function(s, context, sides);
}

/* ---- a table ---- */

/* The columns x and y, or the only two there are. */
static gradus_status find_columns(cli_subject *s, size_t column[2])
{
    column[0] = gradus_data_find(s->data, "x");
    column[1] = gradus_data_find(s->data, "y");
    if (column[0] == SIZE_MAX || column[1] == SIZE_MAX) {
        if (gradus_data_columns(s->data) != 2)
            return fail(GRADUS_DATA, "%s: points are two columns, or two of them are named x "
                        "and y", text_name(s->text));
        column[0] = 0;
        column[1] = 1;
    }
    for (size_t k = 0; k < 2; k++) {
        gradus_column about;
        gradus_data_column(s->data, column[k], &about);
        if (about.kind != GRADUS_NUMBER)
            return fail(GRADUS_DATA, "%s:%zu: column %s has \"%s\", which is no number",
                        text_name(s->text), about.why_line, text_name(about.name), about.why);
        *(k == 0 ? &s->input[0] : &s->target) = about.name;
    }
    return GRADUS_OK;
}

static gradus_status take_points(cli_subject *s, const gradus_context *context)
{
    const size_t rows = gradus_data_rows(s->data);
    size_t column[2];
    double *point = NULL;
    gradus_status status = find_columns(s, column);

    if (status != GRADUS_OK)
        return status;
    point = calloc(2 * rows + 1, sizeof *point);
    if (!point)
        return fail(GRADUS_MEMORY, "out of memory: %zu points", rows);
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < 2; k++)
            point[k * rows + i] = gradus_data_cell(s->data, i, column[k]);
    status = gradus_samples_new(context, point, point + rows, rows, &s->samples);
    free(point);
    if (status != GRADUS_OK)
        return fail_library(status);
    s->f = gradus_samples_function(s->samples);
    s->box[0] = gradus_samples_box(s->samples);
    return GRADUS_OK;
}

static gradus_status open_table(cli_subject *s, const cli_settings *settings,
                                const gradus_context *context)
{
    const gradus_read_options read = table_options(settings, NULL);
    size_t sides;
    gradus_status status;

    status = gradus_data_read(context, s->text, &read, &s->data);
    if (status != GRADUS_OK)
        return fail_library(status);
    status = take_points(s, context);
    if (status != GRADUS_OK || !settings->box.on)
        return status;
    status = box_read(settings->box.on, s->box, &sides);
    if (status == GRADUS_OK && sides != 1)
        return fail(GRADUS_ARGUMENT, "--on: %zu sides, but points have one x", sides);
    return status;
}

gradus_status subject_open(const cli_settings *settings, const gradus_context *context,
                           cli_subject *s)
{
    *s = (cli_subject){.text = settings->argument[0]};
    return access(s->text, F_OK) == 0 ? open_table(s, settings, context)
                                      : open_expression(s, settings, context);
}

void subject_close(cli_subject *s)
{
#ifdef GRADUS_HAS_PROOF
    gradus_proof_free(s->proof);
#endif
    gradus_expression_free(s->expression);
    gradus_samples_free(s->samples);
    gradus_data_free(s->data);
}
