/*
 * theory/staircase.h - networks of steps: Heaviside units, or steep sigmoid ones
 *
 *     steps   net(x) = level_0 + sum_j (level_j - level_{j-1}) s(w_j (x - at_j))
 *     bumps   net(x) = sum_j level_j (s(w_{j-1} (x - at_{j-1})) - s(w_j (x - at_j)))
 *
 * Both are about level_j between the steps j and j+1. Of bumps each takes two units of its own;
 * the first one's rising step stands left of the box, the last one's falling step right of it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_STAIRCASE_H
#define GR_THEORY_STAIRCASE_H

#include "theory/one_layer.h"

typedef struct gr_staircase {
    const gradus_context *context;
    size_t steps;
    double *at, *weight;        /* [steps] where, rising within the box, and how steep */
    double *level;              /* [steps + 1] */
} gr_staircase;

/* Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_staircase_new(const gradus_context *context, size_t steps,
                                              gr_staircase *stairs);
void gr_staircase_free(gr_staircase *stairs);

/* Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_staircase_steps(const gr_staircase *stairs,
                                                const char *activation, gr_one_layer *layer);
GRADUS_CHECKED gradus_status gr_staircase_bumps(const gr_staircase *stairs,
                                                gradus_interval box, const char *activation,
                                                gr_one_layer *layer);

/*
 * How far f is from a network that gr_staircase_steps() or _bumps() made: of Heaviside units it
 * is constant between two steps, where the chain of additions is followed to the bit; of
 * sigmoid units all that are less than 40 from their middle are looked at one by one,
 *
 *     |s(z) - H(z)| <= e^-|z|
 *
 * for the others. Errors   those of enclose; MEMORY.
 */
GRADUS_CHECKED gradus_status gr_staircase_bound(const gr_target *target,
                                                const gr_staircase *stairs,
                                                const gr_one_layer *layer, gr_bound *bound);

#endif
