/*
 * theory/gradcheck.h - a gradient by backpropagation, by differences and by dual numbers
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_GRADCHECK_H
#define GR_THEORY_GRADCHECK_H

#include "theory/tangent.h"

/* A number that the loss depends on, and its derivative on three routes. */
typedef struct gr_probe {
    size_t row, column;
    double *at;     /* where it stands in the net or in x */
    double *slope;  /* its direction among the dual numbers */
    double backprop, differences, dual;
    bool kink;      /* no two-sided derivative could be measured */
} gr_probe;

/* A loss whose value is right and whose gradient is wrong: one that a user got wrong. */
typedef struct gr_broken {
    gradus_loss loss;
    const gr_plan *right;
    gradus_break how;
} gr_broken;

struct gradus_check {
    const gradus_context *context;
    gradus_net *net;       /* a copy in double */
    gradus_check_options options;
    gradus_set set;        /* in double; y of labels is one-hot */
    double *x, *y;
    double weight;         /* of all rows */
    gr_plan *plan;         /* what is checked */
    gr_plan *right;        /* the same without what is broken, or NULL */
    gr_broken broken;
    gr_tangent tangent;
    uint32_t *index;
    double *gradient, *dx; /* by backpropagation */
    double size;           /* norm of both */
    double condition;      /* k of gradcheck.c */
    double *room;          /* [3][outputs] */
    char *side;            /* on which side of its kink each unit with one stands */
    size_t sides;
    gr_probe *probe;       /* of the largest block */
    gradus_check_block *block;
    gradus_check_about about;
};

/* A plan option `own` for `right`.  Errors   ARGUMENT: a single output has no other one to be
 * taken for it. */
GRADUS_CHECKED gradus_status gr_break(gr_broken *broken, const gr_plan *right,
                                      gradus_break how);

/* The derivative with respect to a probe by the 4-point rule: probe->differences, kink. */
void gr_probe_differences(gradus_check *check, gr_probe *probe);
/* Notes the side of each unit, for gr_probe_differences(); NULL `side`: counts the units. */
void gr_sides_note(gradus_check *check);

#endif
