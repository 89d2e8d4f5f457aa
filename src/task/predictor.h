/*
 * task/predictor.h - a model at work: cells in, probabilities or values out
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TASK_PREDICTOR_H
#define GR_TASK_PREDICTOR_H

#include "net/plan.h"
#include "store/model.h"

enum {
    GR_BLOCK = 256,   /* rows worked at once */
    GR_UNSEEN_TEXT = 64
};

typedef struct gr_unseen_cells {
    size_t count;
    size_t row;                /* of the first one, counted over all calls */
    char text[GR_UNSEEN_TEXT]; /* of the first one, cut where it is longer */
} gr_unseen_cells;

/* An evaluation and the arrays it points to. */
typedef struct gr_evaluating {
    gradus_evaluation result;
    size_t *confusion;
} gr_evaluating;

struct gradus_predictor {
    const gradus_model *model;
    size_t outputs;            /* of the net */
    size_t width;              /* of a prediction: classes or targets */
    double *row;               /* [net inputs] */
    void *x;                   /* [GR_BLOCK][net inputs], in the net's precision */
    void *y;                   /* [GR_BLOCK][outputs] */
    double *output;            /* [GR_BLOCK][outputs] */
    void *scratch;             /* of gradus_net_forward */
    gr_unseen_cells *unseen;   /* [inputs] */
    size_t rows;               /* worked in earlier calls */
    gr_evaluating evaluating;
};

/* Inputs of one row of a bound table, put into x as its row `at`; counts unseen cells. */
void gr_predictor_load(gradus_predictor *predictor, const gr_prep_binding *binding,
                       size_t row, size_t at);

/*
 * Evaluates on rows[0 .. count) of a table, NULL: on all.
 * Errors   DATA: a column or the target is missing, no usable row; MEMORY.
 */
GRADUS_CHECKED gradus_status gr_predictor_evaluate(gradus_predictor *predictor,
                                                   const gradus_data *data,
                                                   const uint32_t *rows, size_t count);

#endif
