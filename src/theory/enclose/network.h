/*
 * theory/enclose/network.h - a network as a function of the user's numbers, over a box
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_ENCLOSE_NETWORK_H
#define GR_THEORY_ENCLOSE_NETWORK_H

#include "theory/enclose/units.h"

typedef struct gr_enclosed_layer {
    gradus_layer about;
    double *weight, *bias;  /* dense; bias NULL: none */
    double *factor, *error, *shift; /* batch norm: factor v + shift, each off by `error`, the
                               shift too */
    gr_unit_type type;      /* activation */
    gr_taylor *y;           /* [units] */
} gr_enclosed_layer;

/* (x - center) scale, clipped, is input `first` of the net. */
typedef struct gr_enclosed_input {
    double center, scale;
    bool clip;
    size_t first;
} gr_enclosed_input;

typedef struct gr_network {
    const gradus_context *context;
    const gradus_net *net;
    size_t inputs;          /* of the user: 1 to 3 */
    gr_enclosed_input input[GR_TAYLOR_INPUTS];
    double center, scale;   /* the output is y / scale + center */
    gradus_precision precision;
    gr_enclosed_layer *layer;
    size_t layers;
    double *room;           /* [units of the widest layer] */
    gr_series *series[GR_SMOOTH_COUNT];
} gr_network;

/* Errors   ARGUMENT: not one output, not 1 to 3 inputs that are numbers, no regression, a
 *          user's activation; MEMORY. */
GRADUS_CHECKED gradus_status gr_network_of_net(const gradus_context *context,
                                               const gradus_net *net, gr_network *network);
GRADUS_CHECKED gradus_status gr_network_of_model(const gradus_context *context,
                                                 const gradus_model *model,
                                                 gr_network *network);
void gr_network_free(gr_network *network);

/* A box, as its centre and what lies on either side of it at most. */
typedef struct gr_place {
    double center[GR_TAYLOR_INPUTS], radius[GR_TAYLOR_INPUTS];
} gr_place;
gr_place gr_place_of(size_t inputs, const gradus_interval *box);

/* The network over a box: at each of its points one of the outcomes holds, of which there
 * are several where units jump. */
enum { GR_MOST_OUTCOMES = 64 };
typedef struct gr_outcomes {
    gr_taylor y[GR_MOST_OUTCOMES];
    size_t count;
} gr_outcomes;
void gr_network_run(const gr_network *network, const gr_place *place, gr_outcomes *made);

/* Of the last run: where, between -1 and 1, a unit of a net of one input has its kink, the
 * one nearest to the middle, or NaN; how much of the units' input is due to each axis. */
double gr_network_kink(const gr_network *network);
void gr_network_shares(const gr_network *network, double share[GR_TAYLOR_INPUTS]);

#endif
