/*
 * task/examples.h - rows of a table as the arrays a net learns from
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TASK_EXAMPLES_H
#define GR_TASK_EXAMPLES_H

#include "data/prep.h"
#include "kernels/kernels.h"

typedef struct gr_examples {
    const gradus_context *context;
    gradus_set set;          /* rows 0: none */
    void *x, *y;             /* what the set points to */
    uint32_t *label;
    double *weight;
    size_t unknown;          /* rows left out: no target, or a class not in training */
} gr_examples;

typedef struct gr_examples_options {
    const gr_prep *prep;
    const gradus_data *data;
    const uint32_t *rows;       /* [count], or NULL: all rows of the table */
    size_t count;
    const gr_kernels *kernels;  /* of the net's precision */
    const char *weight;         /* column of example weights, or NULL */
    const double *class_weight; /* [classes], or NULL */
    bool counts;                /* a target below 0 is an error */
} gr_examples_options;

/*
 * Errors   DATA: a column is missing, a weight or a count is negative or not finite;
 *          ARGUMENT: the weight column is not there; MEMORY.
 */
GRADUS_CHECKED gradus_status gr_examples_new(const gr_examples_options *options,
                                             gr_examples *examples);
void gr_examples_free(gr_examples *examples);

/* A row's class, or its targets as the net learns them; false where there is none. */
bool gr_read_target(const gr_prep_binding *binding, size_t row, uint32_t *label,
                    double *y);

/*
 * Weight of each class, [classes], or NULL where `text` is NULL. "balanced": rows /
 * (classes * rows of the class); "a=1,b=3": as given, 1 for those not named.
 * Errors   ARGUMENT: malformed, an unknown class, a regression; MEMORY.
 */
GRADUS_CHECKED gradus_status gr_class_weights(const gr_prep *prep, const char *text,
                                              double **weights);

/* What the trivial predictor gives, and the examples it is measured on. */
typedef struct gr_baseline {
    const gradus_context *context;
    const gr_prep *prep;
    const char *loss;
    double delta;
    size_t rows;
    const uint32_t *label;   /* [rows], or NULL: regression */
    const double *target;    /* [rows][targets] as the net learns them, or NULL */
    const double *weight;    /* [rows], or NULL */
} gr_baseline;

/*
 * Metrics of the shares of the classes, or the mean, of the training rows. The loss is
 * NaN where this context has none of that name.  Errors   MEMORY.
 */
GRADUS_CHECKED gradus_status gr_baseline_measure(const gr_baseline *baseline,
                                                 gradus_metrics *metrics);

#endif
