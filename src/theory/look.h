/*
 * theory/look.h - what is known of a function of one variable on a piece of its box
 *
 * With f.enclose it is proved; without, read off values at a few points of the piece.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_LOOK_H
#define GR_THEORY_LOOK_H

#include "theory/approximate.h"
#include "theory/interval.h"

/* All values of f, f' and f'' on a piece. */
typedef struct gr_look {
    gradus_interval value, slope, bend;
} gr_look;

/* Errors   ARGUMENT: f is not finite there; those of enclose. */
GRADUS_CHECKED gradus_status gr_look_at(const gr_target *target, double x,
                                        gradus_interval *value);
/* Where f only rises or falls all its values lie between those at the ends. */
GRADUS_CHECKED gradus_status gr_look_over(const gr_target *target, gradus_interval x,
                                          gradus_interval left, gradus_interval right,
                                          gr_look *look);

/* The failure where f has no finite value at x [inputs].   ARGUMENT. */
gradus_status gr_not_finite(const double *x, size_t inputs, double value);

#endif
