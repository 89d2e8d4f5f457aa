/*
 * theory/enclose/units.h - activations of Taylor models
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_ENCLOSE_UNITS_H
#define GR_THEORY_ENCLOSE_UNITS_H

#include "theory/enclose/taylor.h"

/* What an activation is made of. */
typedef enum gr_unit_kind {
    GR_UNIT_SMOOTH,     /* a series */
    GR_UNIT_BENT,       /* z where z > 0, else left z: identity, relu, leaky relu */
    GR_UNIT_FADING,     /* right z where z > 0, else left (e^z - 1): elu, selu */
    GR_UNIT_STEP,       /* 1 where z > 0, else 0 */
    GR_UNIT_SOFTMAX
} gr_unit_kind;

typedef struct gr_unit_type {
    gr_unit_kind kind;
    gr_smooth smooth;       /* SMOOTH; FADING and SOFTMAX: what they need of the series */
    double left, right;
    double error;           /* of left and right, relative */
} gr_unit_type;

/* Errors   ARGUMENT: a user's activation, of which nothing is known. */
GRADUS_CHECKED gradus_status gr_unit_find(const char *name, double alpha, gr_unit_type *type);

/* Whether it needs a series. */
bool gr_unit_has_series(const gr_unit_type *type);

/* y = s(z) of `units` models. */
void gr_unit_apply(const gr_unit_type *type, const gr_series *series, size_t d, size_t units,
                   const gr_taylor *z, gr_taylor *y);

#endif
