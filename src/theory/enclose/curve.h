/*
 * theory/enclose/curve.h - elementary functions of intervals, with two derivatives
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_ENCLOSE_CURVE_H
#define GR_THEORY_ENCLOSE_CURVE_H

#include "theory/interval.h"

/* Is a function defined and continuous at all points of an interval? */
typedef enum gr_domain {
    GR_DEFINED,
    GR_UNKNOWN,  /* not at all of them */
    GR_UNDEFINED /* at none */
} gr_domain;

gr_domain gr_curve_domain(gradus_operator kind, gradus_interval u);

/* f[0], f[1], f[2] hold f, f', f'' of one operand for all points of u where f is defined.
 * Not of those with a kink: abs, relu. */
void gr_curve(gradus_operator kind, gradus_interval u, int order, gradus_interval f[3]);

/* u^c, c a constant: a whole number where its ends are one. */
gr_domain gr_power_domain(gradus_interval u, gradus_interval c);
void gr_power_curve(gradus_interval u, gradus_interval c, int order, gradus_interval f[3]);

gradus_interval gr_square(gradus_interval u);

#endif
