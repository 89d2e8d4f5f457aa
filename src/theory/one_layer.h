/*
 * theory/one_layer.h - a network with one input and one hidden layer, as numbers
 *
 *     net(x) = base + sum_j out_j s(weight_j x + bias_j)
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_ONE_LAYER_H
#define GR_THEORY_ONE_LAYER_H

#include "theory/approximate.h"

typedef struct gr_one_layer {
    const gradus_context *context;
    const char *activation;
    size_t units;
    double base, *weight, *bias, *out; /* [units] */
} gr_one_layer;

/* Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_one_layer_new(const gradus_context *context, size_t units,
                                              gr_one_layer *layer);
void gr_one_layer_free(gr_one_layer *layer);

/* The float64 net of it. */
GRADUS_CHECKED gradus_status gr_one_layer_net(const gr_one_layer *layer, gradus_net **net);

gr_shape gr_one_layer_shape(size_t units);

/*
 * The rounding of an evaluation in double, one chain of fused multiply-adds, where the sum of
 * all |out_j s| and |base| is at most `size` and each s is computed to within `relative`:
 *
 *     size ((1 + relative)(1 + u)^(units + 1) - 1),  u = 2^-53
 */
double gr_one_layer_rounding(size_t units, double size, double relative);

#endif
