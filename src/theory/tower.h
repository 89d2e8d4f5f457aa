/*
 * theory/tower.h - a network laid down layer by layer, with weights that are known
 *
 * A form is a sum of a few units of the layer that was added last, and a constant. Every unit
 * of the next layer is an activation of a form, so that what is linear between two layers
 * costs no units.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_TOWER_H
#define GR_THEORY_TOWER_H

#include <stdbool.h>

#include "base/memory.h"
#include "net/net.h"

enum { GR_FORM_TERMS = 24 }; /* two forms over 6 units of two squares, and what they carry */

typedef struct gr_form {
    size_t terms;
    size_t unit[GR_FORM_TERMS];
    double factor[GR_FORM_TERMS];
    double constant;
} gr_form;

/* factor times a unit. */
gr_form gr_form_unit(size_t unit, double factor);
gr_form gr_form_scale(gr_form a, double factor);
gr_form gr_form_add(gr_form a, gr_form b); /* terms of one unit are added up */
gr_form gr_form_shift(gr_form a, double constant);

typedef struct gr_tower {
    const gradus_context *context;
    size_t inputs;          /* of the network */
    size_t before, width;   /* units of the layer before the last one, and of the last one */
    gr_text text;
    double *values;         /* weights and biases of all layers, one after another */
    size_t count;
    double *weight, *bias;  /* of the last layer: [width][before], [width]; all 0 at first */
    size_t units, layers;   /* hidden ones */
    bool planned;           /* only counted: nothing is allocated, and nothing can fail */
} gr_tower;

/* Forms are sums of inputs until a layer is added. */
gr_tower gr_tower_start(const gradus_context *context, size_t inputs);
/* One that only counts; there is nothing to finish. */
gr_tower gr_tower_plan(size_t inputs);
/* A layer of units with this activation; NULL: the output, of one unit.  Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_tower_add(gr_tower *tower, size_t units,
                                          const char *activation);
/* What a unit of the last layer is an activation of: a form over the layer before it. */
void gr_tower_unit(gr_tower *tower, size_t unit, gr_form z);
/* The network, whose output has been added; the tower is no more, also where this fails.
 * `status` is that of what was done so far.  Errors   that, MEMORY. */
GRADUS_CHECKED gradus_status gr_tower_finish(gr_tower *tower, gradus_status status,
                                             gradus_net **net);
/* The same, of a tower whose output is to be a form. */
GRADUS_CHECKED gradus_status gr_tower_output(gr_tower *tower, gradus_status status,
                                             gr_form output, gradus_net **net);

#endif
