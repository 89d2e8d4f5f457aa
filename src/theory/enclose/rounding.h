/*
 * theory/enclose/rounding.h - what the forward pass is wrong by at most
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_ENCLOSE_ROUNDING_H
#define GR_THEORY_ENCLOSE_ROUNDING_H

#include "theory/enclose/network.h"

/* A bound over the box of |computed - exact|, of the output in the user's unit, or infinity.
 * Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_rounding_over(const gr_network *network,
                                              const gradus_interval *box, double *most);

#endif
