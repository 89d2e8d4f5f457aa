/*
 * theory/flow.h - how error signals and activations pass through a net
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_FLOW_H
#define GR_THEORY_FLOW_H

#include "net/plan.h"

/* A slope of at most this share of the activation's largest one is flat; a unit that is flat
 * on so many of the examples is saturated. */
#define GR_FLAT 0.05
#define GR_FLAT_ROWS 0.9

/* A layer as it is reported, and where it stands in the net. */
typedef struct gr_flow_row {
    gradus_flow_layer about;
    size_t root;       /* node whose output is z: a dense layer, or what the activation reads */
    size_t activation; /* node, or SIZE_MAX */
    double *mean, *deviation; /* [inputs] of each input over the examples; dense layers */
    char applied[32];
} gr_flow_row;

enum { GR_FLOW_TEXT = 400 };

struct gradus_flow {
    const gradus_context *context;
    gradus_flow_about about;
    gr_flow_row *row;  /* [about.layers] */
    double *moments;   /* where means and deviations stand */
    double input;      /* root mean square of the net's inputs */
    size_t not_finite; /* the first layer with a value that is not finite, or SIZE_MAX */
    char cause[GR_FLOW_TEXT], remedy[GR_FLOW_TEXT];
};

/* What a measurement needs: the pass it looks at, and room. */
typedef struct gr_flow_work {
    gradus_flow *flow;
    const gradus_net *net;
    gr_plan *plan;
    double weight;     /* sum of the weights of the examples */
    const gradus_net *before, *after; /* what the update is the difference of */
    gradus_net *stepped;
    bool moments;      /* these alone: no step, no bound, no verdict */
    void *dense;       /* [largest tensor] in the net's precision */
    double *matrix, *other; /* [largest tensor] */
    double *left, *right;   /* [rows], [columns] of it */
    void *ones, *slope;     /* matrices of the widest layer */
    double *line;      /* [widest] */
    size_t *flat, *active;  /* [widest] */
    double *factor;    /* [nodes] for the bound */
    uint32_t *index;   /* [rows] */
} gr_flow_work;

/* Norm without overflow or underflow of the squares. */
double gr_norm(size_t count, const double *x);

/* The largest |s'(z)| there is; NaN where it is not known or not limited. */
double gr_slope_most(size_t activation, double alpha);

/* Root mean square over the examples of |dloss_i/dy_i| of a node; NaN: not computed. */
double gr_flow_signal(const gr_flow_work *w, size_t node);

/* All of a layer but the bound and the verdict. */
void gr_flow_measure(const gr_flow_work *w, gr_flow_row *row);

/* |W|_2 of w [rows][columns] by power iteration from a fixed start. */
double gr_spectral_norm(size_t rows, size_t columns, const double *w, double *left,
                        double *right);

/* Of every layer the bound on |d|, by the norms on the way from the loss
 * (docs/math/vanishing-gradients.md). */
void gr_flow_bound(const gr_flow_work *w);

void gr_flow_judge(gradus_flow *flow);

/* A flow of moments alone: errors, moments and gradients of weights. *input is the error
 * signal at the net's inputs. */
GRADUS_CHECKED gradus_status gr_flow_moments(const gradus_net *net, const gradus_set *set,
                                             const char *loss, gradus_flow **flow,
                                             double *input);

#endif
