/*
 * theory/enclose/points.h - elementary functions at one point, enclosed by Arb
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_ENCLOSE_POINTS_H
#define GR_THEORY_ENCLOSE_POINTS_H

#include "theory/interval.h"

/* f(x) for any x of the domain, also an infinite one, as a limit. */
gradus_interval gr_exp_at(double x);
gradus_interval gr_log_at(double x);     /* x >= 0 */
gradus_interval gr_sqrt_at(double x);    /* x >= 0 */
gradus_interval gr_sin_at(double x);     /* -1 to 1 at infinity */
gradus_interval gr_cos_at(double x);
gradus_interval gr_tan_at(double x);
gradus_interval gr_tanh_at(double x);
gradus_interval gr_sigmoid_at(double x);
gradus_interval gr_bell_at(double x);    /* 1 / cosh(x)^2 */
gradus_interval gr_power_at(double x, double c); /* x >= 0 */

/* Is there a whole number k with (k period + phase) pi in the interval? Yes in doubt. */
bool gr_passes(gradus_interval x, double phase, int period);

/* The decimal number that is written there; pi; e. */
gradus_interval gr_decimal(const char *text, size_t length);
gradus_interval gr_pi(void);
gradus_interval gr_e(void);

#endif
