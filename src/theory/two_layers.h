/*
 * theory/two_layers.h - a network with two hidden layers and one output, as numbers
 *
 *     net(x) = b2 + W2 s(b1 + W1 s(b0 + W0 x))
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_TWO_LAYERS_H
#define GR_THEORY_TWO_LAYERS_H

#include "theory/approximate.h"

typedef struct gr_two_layers {
    const gradus_context *context;
    const char *activation;
    size_t width[4];            /* inputs, hidden units twice, 1 */
    double *weight[3];          /* [width[l + 1]][width[l]], all 0 at first */
    double *bias[3];            /* [width[l + 1]] */
} gr_two_layers;

/* Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_two_layers_new(const gradus_context *context,
                                               const char *activation,
                                               const size_t width[3],
                                               gr_two_layers *layers);
void gr_two_layers_free(gr_two_layers *layers);

/* The float64 net of it. */
GRADUS_CHECKED gradus_status gr_two_layers_net(const gr_two_layers *layers, gradus_net **net);

/* SIZE_MAX beyond GR_MOST_PARAMETERS. Widths are double, as they may be too large to count. */
gr_shape gr_two_layers_shape(double inputs, double first, double second);

/* Weight of unit `to` of layer l for what unit `from` of the layer before it gives. */
static inline double *gr_two_layers_weight(const gr_two_layers *layers, size_t l, size_t to,
                                           size_t from)
{
    return &layers->weight[l][to * layers->width[l] + from];
}

#endif
