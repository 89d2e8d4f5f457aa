/*
 * theory/tangent.h - forward mode: a net's outputs and their derivative in one direction
 *
 * A walk of its own through the net, in double and in dual numbers, which shares no line
 * with the backward pass.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_TANGENT_H
#define GR_THEORY_TANGENT_H

#include "base/arena.h"
#include "net/plan.h"
#include "theory/dual.h"

typedef struct gr_tangent {
    const gradus_net *net;
    size_t rows, last;    /* the last node that is walked */
    bool training;        /* dropout draws masks, batch norm uses the rows' statistics */
    gr_key dropout;
    gr_dual *parameter;   /* trained tensors in order, as in files; a slope is a direction */
    gr_dual **tensor;     /* [tensors] where each begins; statistics stand behind */
    gr_dual *x;           /* [rows][inputs] */
    gr_dual **y;          /* [nodes][rows][width] */
    gr_arena arena;
} gr_tangent;

/* With the net's parameters and without a direction.  Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_tangent_open(gr_tangent *t, const gradus_net *net,
                                             size_t rows);
void gr_tangent_close(gr_tangent *t);

/* Walks up to node `last`. */
void gr_tangent_run(gr_tangent *t);

/* The loss of row i, of y of node `last`, as a plan chose it; the user's own gives its slope
 * itself. `room` is [3][outputs]. */
gr_dual gr_tangent_loss(const gr_tangent *t, const gr_plan *criterion, size_t row,
                        const double *target, double *room);

#endif
