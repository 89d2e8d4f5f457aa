/*
 * data/prep.h - fitted preprocessing: from a table's cells to a net's inputs and back
 *
 *     number     (x - center) * scale, clipped smoothly to (-3, 3) where `clip` is set:
 *                u / sqrt(1 + (u/3)^2); a missing one becomes `fill` before that, and
 *                sets an indicator input to 1 (else 0) where `indicator` is set
 *     category   one input per known value, 1 for the cell's and 0 elsewhere; all 0 for
 *                missing and unseen ones. Two values: a single input, +1 and -1.
 *     target     class numbers; or (y - center) * scale for each regression target
 *
 * Everything here is fitted to training rows only and is stored in the model file.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_DATA_PREP_H
#define GR_DATA_PREP_H

#include "data/table.h"

typedef struct gr_prep_input {
    char *name;
    gradus_column_kind kind;
    double center, scale, fill; /* number */
    bool clip, indicator;       /* number */
    gr_values values; /* category: those that have an input, most frequent first */
    size_t first, width;        /* its part of the net's inputs */
} gr_prep_input;

typedef struct gr_prep_target {
    char *name;
    double center, scale;       /* regression: the net learns (y - center) * scale */
    double mean;                /* of the training rows, the trivial predictor's answer */
} gr_prep_target;

typedef struct gr_prep {
    const gradus_context *context;
    gradus_task task;           /* never AUTO */
    char *missing;              /* marks of a missing value in the table's file: "?,NA," */
    gr_prep_input *input;
    size_t inputs;              /* columns */
    size_t width;               /* the net's inputs */
    gr_prep_target *target;
    size_t targets;
    gr_values classes;          /* classification: names; sorted as numbers or as text */
    double *class_share;        /* [classes] share of the training rows */
} gr_prep;

typedef struct gr_prep_options {
    const size_t *inputs;       /* columns to learn from, [input_count] */
    size_t input_count;
    const size_t *targets;      /* [target_count] */
    size_t target_count;
    gradus_task task;           /* not AUTO */
    gradus_scaling scaling;
    bool scale_target;          /* regression: standardise (not for counts: poisson) */
    const uint32_t *rows;       /* the training rows to fit to, [row_count] */
    size_t row_count;
} gr_prep_options;

/*
 * Fits. A column that is the same in every row, or a category whose values are all rare,
 * is left out: the model does without it. A category value gets an input when at least
 * GR_PREP_RARE training rows have it, and among at most GR_PREP_VALUES of them, the most
 * frequent (ties: first to appear).
 * Classes of a number column are named by its numbers ("3", "0.5").
 *
 * Errors   DATA: a target with one class, more than GR_PREP_CLASSES of them, an infinite
 *          number; MEMORY.
 */
enum { GR_PREP_RARE = 2, GR_PREP_VALUES = 1000, GR_PREP_CLASSES = 65536 };
GRADUS_CHECKED gradus_status gr_prep_fit(const gradus_data *data,
                                         const gr_prep_options *options, gr_prep **prep);
void gr_prep_free(gr_prep *prep);

/* Fills first, width and prep->width from kinds, values and indicators (fit and load). */
GRADUS_CHECKED gradus_status gr_prep_layout(gr_prep *prep);

/*
 * A prep bound to a table: columns found by name. Where the prep has numbers and the
 * table categories, their texts must be numbers; the other way round numbers are looked
 * up by their text.
 */
typedef struct gr_prep_binding {
    const gr_prep *prep;
    const gradus_data *data;
    size_t *column;             /* [inputs] of the table */
    uint32_t **code;            /* [inputs] category: code in the table -> code in prep */
    double **number; /* [inputs] number: code in the table -> number, or NULL */
    size_t *target;             /* [targets], SIZE_MAX where the table has none */
    uint32_t *class_code;       /* code in the table's target -> class, or NULL */
} gr_prep_binding;
/* Errors   DATA: columns that are not there, all named; a text where a number is needed;
 *          MEMORY. need_target: the targets must be there, too. */
GRADUS_CHECKED gradus_status gr_prep_bind(const gr_prep *prep, const gradus_data *data,
                                          bool need_target, gr_prep_binding *binding);
void gr_prep_unbind(gr_prep_binding *binding);

/* Called for every cell whose category was not seen in training. */
typedef void gr_unseen(void *user, size_t input, size_t row, const char *text);

/* Inputs of the net for one row, in double: x [width]. `unseen` may be NULL. */
void gr_prep_row(const gr_prep_binding *binding, size_t row, double *x, gr_unseen *unseen,
                 void *user);

/* The same from cells in memory, in the order of prep->input. */
void gr_prep_cells(const gr_prep *prep, const gradus_cell *cells, double *x,
                   gr_unseen *unseen, void *user);

/* Class of a row, or GR_MISSING: no value, or a class not known. */
uint32_t gr_prep_class(const gr_prep_binding *binding, size_t row);
/* Regression target of a row as it is (not scaled), NaN: missing. */
double gr_prep_target_value(const gr_prep_binding *binding, size_t row, size_t target);

/* The preprocessing of a model, so that a reader can take its columns' kinds. A model
 * belongs to a higher floor: this one function is implemented there (store/model.c). */
const gr_prep *gr_model_prep(const gradus_model *model);

#endif
