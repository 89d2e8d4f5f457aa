/*
 * theory/knots.h - where an approximation of one variable is cut into pieces
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_KNOTS_H
#define GR_THEORY_KNOTS_H

#include "theory/approximate.h"

typedef struct gr_knots {
    const gradus_context *context;
    size_t pieces;
    double *x, *y;              /* [pieces + 1] rising from end to end of the box; f there */
} gr_knots;

/* Errors   ARGUMENT: pieces that are too short for doubles, f is not finite; MEMORY. */
GRADUS_CHECKED gradus_status gr_knots_equal(const gr_target *target, size_t pieces,
                                            gr_knots *knots);
void gr_knots_free(gr_knots *knots);

#endif
