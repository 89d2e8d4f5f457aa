/*
 * theory/interval.h - intervals of doubles, rounded outward
 *
 * Each result holds every x * y of x in the one and y in the other. An endpoint is computed
 * to nearest; what that lost has a sign, which an exact operation finds, and where it is on
 * the wrong side the endpoint moves by one unit in the last place: so exact results stay as
 * they are, 1 - [0, 1] is [0, 1], and a square root of it exists. Where an endpoint is not a
 * number (inf - inf) nothing is known, and the interval is all numbers.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_INTERVAL_H
#define GR_THEORY_INTERVAL_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "gradus.h"

/* The next double above x; infinity and NaN stay. */
static inline double gr_up(double x)
{
    uint64_t bits;
    if (!(x < INFINITY))
        return x;
    if (x == 0)
        return 0x1p-1074;
    memcpy(&bits, &x, sizeof bits);
    bits += x > 0 ? 1 : (uint64_t)-1;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline double gr_down(double x) { return -gr_up(-x); }

static inline double gr_least(double x, double y) { return x < y ? x : y; }
static inline double gr_most(double x, double y) { return x > y ? x : y; }

static inline gradus_interval gr_everything(void)
{
    return (gradus_interval){-INFINITY, INFINITY};
}

static inline gradus_interval gr_interval_at(double x)
{
    return (gradus_interval){x, x};
}

static inline gradus_interval gr_interval_outward(double least, double most)
{
    if (isnan(least) || isnan(most))
        return gr_everything();
    return (gradus_interval){gr_down(least), gr_up(most)};
}

/* An infinite endpoint stands for "no bound": of what is finite, it came by overflow. */
static inline double gr_lower(double nearest, double lost, bool exact)
{
    return exact || lost >= 0 ? nearest : gr_down(nearest);
}

static inline double gr_upper(double nearest, double lost, bool exact)
{
    return exact || lost <= 0 ? nearest : gr_up(nearest);
}

/* x + y = sum + lost, exactly; not a number where the sum is infinite */
static inline double gr_sum_lost(double sum, double x, double y)
{
    const double y_seen = sum - x, x_seen = sum - y_seen;
    return (x - x_seen) + (y - y_seen);
}

static inline gradus_interval gr_interval_add(gradus_interval x, gradus_interval y)
{
    const double least = x.min + y.min, most = x.max + y.max;
    if (isnan(least) || isnan(most))
        return gr_everything();
    return (gradus_interval){
        gr_lower(least, gr_sum_lost(least, x.min, y.min),
                 isinf(x.min) || isinf(y.min)),
        gr_upper(most, gr_sum_lost(most, x.max, y.max), isinf(x.max) || isinf(y.max))};
}

static inline gradus_interval gr_interval_negate(gradus_interval x)
{
    return (gradus_interval){-x.max, -x.min};
}

static inline gradus_interval gr_interval_subtract(gradus_interval x, gradus_interval y)
{
    return gr_interval_add(x, gr_interval_negate(y));
}

/* Of endpoints: 0 times infinity is 0, as no element is infinite. */
static inline double gr_times(double x, double y)
{
    return x == 0 || y == 0 ? 0 : x * y;
}

/* Of numbers below it what a product lost may be too small for a double. */
#define GR_LOSSY 0x1p-960

/* x y between endpoints, where neither is NaN */
static inline gradus_interval gr_product_of(double x, double y)
{
    const double p = gr_times(x, y);
    const double lost = fabs(p) >= GR_LOSSY ? fma(x, y, -p) : NAN;
    const bool exact = x == 0 || y == 0 || isinf(x) || isinf(y);
    return (gradus_interval){gr_lower(p, lost, exact), gr_upper(p, lost, exact)};
}

/* x / y; y is not 0 */
static inline gradus_interval gr_quotient_of(double x, double y)
{
    const double q = x / y;
    const bool seen = fabs(q) >= GR_LOSSY && fabs(x) >= GR_LOSSY && fabs(y) >= GR_LOSSY;
    const double rest = seen ? fma(-q, y, x) : NAN, lost = y > 0 ? rest : -rest;
    const bool exact = x == 0 || isinf(x) || isinf(y);
    return (gradus_interval){gr_lower(q, lost, exact), gr_upper(q, lost, exact)};
}

/* The least interval that holds both. */
static inline gradus_interval gr_interval_hull(gradus_interval x, gradus_interval y)
{
    return (gradus_interval){gr_least(x.min, y.min), gr_most(x.max, y.max)};
}

static inline gradus_interval gr_interval_multiply(gradus_interval x, gradus_interval y)
{
    if (isnan(x.min) || isnan(x.max) || isnan(y.min) || isnan(y.max))
        return gr_everything();
    return gr_interval_hull(gr_interval_hull(gr_product_of(x.min, y.min),
                                             gr_product_of(x.min, y.max)),
                            gr_interval_hull(gr_product_of(x.max, y.min),
                                             gr_product_of(x.max, y.max)));
}

static inline gradus_interval gr_interval_divide(gradus_interval x, gradus_interval y)
{
    if ((y.min <= 0 && y.max >= 0) || isnan(y.min) || isnan(y.max))
        return gr_everything();
    const gradus_interval a = gr_quotient_of(x.min, y.min),
                          b = gr_quotient_of(x.min, y.max),
                          c = gr_quotient_of(x.max, y.min),
                          d = gr_quotient_of(x.max, y.max);
    if (isnan(a.min) || isnan(b.min) || isnan(c.min) || isnan(d.min))
        return gr_everything();
    return gr_interval_hull(gr_interval_hull(a, b), gr_interval_hull(c, d));
}

/* The least interval that holds a number, too; {INFINITY, -INFINITY} holds none yet. */
static inline void gr_interval_take(gradus_interval *all, double x)
{
    *all = gr_interval_hull(*all, gr_interval_at(x));
}

/* What is in both, of two intervals that hold the same number. */
static inline gradus_interval gr_interval_meet(gradus_interval x, gradus_interval y)
{
    return (gradus_interval){gr_most(x.min, y.min), gr_least(x.max, y.max)};
}

/* The largest and the least |x|. */
static inline double gr_interval_magnitude(gradus_interval x)
{
    return gr_most(fabs(x.min), fabs(x.max));
}

static inline double gr_interval_distance(gradus_interval x)
{
    return x.min > 0 ? x.min : x.max < 0 ? -x.max : 0;
}

/* At least x + y, x * y of numbers >= 0. */
static inline double gr_add_up(double x, double y) { return gr_up(x + y); }
static inline double gr_multiply_up(double x, double y) { return gr_up(gr_times(x, y)); }

/* n u / (1 - n u) >= (1 + u)^n - 1: at most that much of the sum of its absolute terms a chain
 * of n fused multiply-adds is off. */
static inline double gr_chain_error(double n)
{
    const double nu = gr_up(n * 0x1p-53);
    return gr_up(nu / gr_down(1 - nu));
}

#endif
