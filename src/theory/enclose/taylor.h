/*
 * theory/enclose/taylor.h - Taylor models of second order: functions on a box, enclosed
 *
 * With t_i from -1 to 1 on each of the d axes of the box, a model holds every g with
 *
 *     |g - (c_0 + sum_i c_i t_i + sum_(i<=j) c_ij t_i t_j)| <= r       on the box
 *
 * The coefficients are doubles, and what they are rounded by is part of r. Where r is not
 * finite nothing is known. Source: Makino and Berz, "Taylor models and other validated
 * functional inclusion methods", 2003.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_ENCLOSE_TAYLOR_H
#define GR_THEORY_ENCLOSE_TAYLOR_H

#include <stdbool.h>

#include "theory/enclose/series.h"

enum { GR_TAYLOR_INPUTS = 3, GR_TAYLOR_TERMS = 10 };

typedef struct gr_taylor {
    double c[GR_TAYLOR_TERMS]; /* 1, t_i, then t_i t_j, i <= j, row after row */
    double r;
} gr_taylor;

static inline size_t gr_taylor_terms(size_t d) { return 1 + d + d * (d + 1) / 2; }

/* Where t_i t_j, i <= j, stands. */
static inline size_t gr_taylor_at(size_t d, size_t i, size_t j)
{
    return 1 + d + i * d - i * (i + 1) / 2 + j;
}

/* Nothing is known. */
gr_taylor gr_taylor_unknown(void);
bool gr_taylor_known(const gr_taylor *g);

/* Sums of sizes, bounds: of all coefficients but the first; of the linear, of the others. */
typedef struct gr_sizes {
    double linear, square, all; /* all: with r */
} gr_sizes;
gr_sizes gr_taylor_sizes(size_t d, const gr_taylor *g);

/* A bound of g from above; where the polynomial is greatest, but for terms t_i t_j. */
double gr_taylor_most(size_t d, const gr_taylor *g, double t[GR_TAYLOR_INPUTS]);
gradus_interval gr_taylor_range(size_t d, const gr_taylor *g);

/* factor a + b, and a - b; the factor is exact, or off by `error` at most */
gr_taylor gr_taylor_scaled(size_t d, const gr_taylor *a, double factor, double error);
gr_taylor gr_taylor_plus(size_t d, const gr_taylor *a, const gr_taylor *b);
gr_taylor gr_taylor_minus(size_t d, const gr_taylor *a, const gr_taylor *b);
/* a b */
gr_taylor gr_taylor_product(size_t d, const gr_taylor *a, const gr_taylor *b);

/* A function s on the range of a model: value, slope and half curvature at the first
 * coefficient, each to within an error, and ranges of s and its derivatives. */
typedef struct gr_local {
    double value[3], error[3];
    gradus_interval range[4];
    int smooth;             /* how many derivatives exist all over the range, 0 to 3; with
                               2 the second one may jump, with 1 the first, with 0 s */
} gr_local;

/* s(g) */
gr_taylor gr_taylor_compose(size_t d, const gr_taylor *g, const gr_local *s);

/* y = W x + b: models of n inputs and m units; W [m][n], b [m] or NULL. */
void gr_taylor_dense(size_t d, size_t units, size_t inputs, const double *weight,
                     const double *bias, const gr_taylor *x, gr_taylor *y, double *room);

#endif
