/*
 * theory/curvature.h - the Hessian of a mean loss, times a vector
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_CURVATURE_H
#define GR_THEORY_CURVATURE_H

#include "theory/tangent.h"

/* Made once for a net and its examples, both in double; used as often as wanted. */
typedef struct gr_curvature {
    const gradus_net *net;
    const gradus_set *set;
    gr_plan criterion;     /* the loss alone */
    gr_tangent tangent;    /* a piece of the rows */
    gr_dual *gradient;     /* [parameters] of the summed loss, in its direction */
    gr_dual **dy;          /* [nodes][piece][width] */
    double *target;        /* [outputs] */
    double weight;         /* of all rows */
    double loss;           /* mean, of the last product */
    gr_arena arena;
} gr_curvature;

typedef struct gr_curvature_loss {
    const char *name;      /* NULL: by the last activation */
    double delta;          /* huber; 0: 1 */
} gr_curvature_loss;

/* Errors   ARGUMENT: a layer without a derivative, functions of the user's, whose second
 * derivative is not known; MEMORY. To be closed also after a failure. */
GRADUS_CHECKED gradus_status gr_curvature_open(gr_curvature *c, const gradus_net *net,
                                               const gradus_set *set,
                                               const gr_curvature_loss *loss);
void gr_curvature_close(gr_curvature *c);

/* gradient = of the mean loss (or NULL), hv = H v, both [parameters] */
void gr_curvature_product(gr_curvature *c, const double *v, double *gradient, double *hv);

/* sqrt(sum_i w_i^2 |g_i - g|^2 / W^2 N / (N - 1)): the standard error of the mean gradient g
 * [parameters], with g_i of row i alone; NaN of one row.   Cost   of a product. */
double gr_curvature_noise(gr_curvature *c, const double *gradient);

#endif
