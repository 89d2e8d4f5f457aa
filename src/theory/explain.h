/*
 * theory/explain.h - one example's passes, unit by unit
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_EXPLAIN_H
#define GR_THEORY_EXPLAIN_H

#include "net/plan.h"

enum { GR_UNIT_NAME = 24, GR_APPLIED = 48 };

/* What makes z of a stage. */
typedef enum gr_stage_kind {
    GR_STAGE_INPUT,
    GR_STAGE_DENSE,
    GR_STAGE_ADD,
    GR_STAGE_SOFTMAX,
    GR_STAGE_EACH /* z is the value of another stage that several read */
} gr_stage_kind;

/* A node with what follows it unit by unit and is read by nobody else. */
typedef struct gr_stage {
    gr_stage_kind kind;
    size_t root, end;    /* nodes: z is y of root (of EACH: of the one before), value of end */
    size_t from, skip;   /* stages read, or SIZE_MAX */
    size_t width, first; /* its units; number of the first one */
    double *z, *value, *slope, *dvalue, *dz; /* [width] */
    size_t *paths;       /* [width] from the unit to the loss */
    char applied[GR_APPLIED];
} gr_stage;

struct gradus_explanation {
    const gradus_context *context;
    gradus_net *net;         /* a copy in double */
    gr_plan criterion;       /* holds the loss only: loss, last, fused, delta */
    double rate;
    double **y;              /* [nodes][width] what the nodes compute */
    double **slope;          /* [nodes][width] of those that work on single units */
    double *target;          /* [outputs] */
    double **values;         /* [tensors] as in files */
    double **gradient;       /* [tensors], NULL for statistics */
    double *output, *output_after, *lose; /* [outputs]; lose: dloss/d(value of last) */
    double loss, loss_after, loss_opposite;
    gr_stage *stage;
    size_t stages, units, weights;
    size_t *stage_of;        /* [nodes] */
    char (*unit_name)[GR_UNIT_NAME];   /* [units] */
    char (*weight_name)[GR_UNIT_NAME]; /* [weights] */
    gr_arena arena;
};

/* Finds the stages of the net, up to the one that the loss reads.  Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_stages_find(gradus_explanation *e);
/* Names units and weights. */
void gr_stages_name(gradus_explanation *e);

/* Whether unit j of a stage depends on unit i of a stage it reads, and dz_j/dvalue_i. */
bool gr_stage_reads(const gr_stage *stage, size_t j, size_t i);
double gr_stage_local(const gradus_explanation *e, const gr_stage *stage, size_t j,
                      const gr_stage *from, size_t i);

/* A weight's tensor, and its element there as in files. */
size_t gr_weight_find(const gradus_explanation *e, size_t weight, size_t *element);

/* dvalue/d(parameter) of unit j of a stage, as the number that the parameter multiplies and
 * the slope of all that comes behind it: xhat and s' for the scale of a batch norm. */
typedef struct gr_lever {
    double slope, local;
} gr_lever;
gr_lever gr_lever_of(const gradus_explanation *e, size_t tensor, size_t element);

/* How many paths lead from each unit to the loss. */
void gr_paths_count(gradus_explanation *e);

#endif
