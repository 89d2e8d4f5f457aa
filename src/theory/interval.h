/*
 * theory/interval.h - intervals of doubles, rounded outward
 *
 * Each result holds every x * y of x in the one and y in the other: endpoints are computed to
 * nearest, and moved outward by one unit in the last place. Where an endpoint is not a number
 * (inf - inf) nothing is known, and the interval is all numbers.
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

static inline gradus_interval gr_interval_add(gradus_interval x, gradus_interval y)
{
    return gr_interval_outward(x.least + y.least, x.most + y.most);
}

static inline gradus_interval gr_interval_subtract(gradus_interval x, gradus_interval y)
{
    return gr_interval_outward(x.least - y.most, x.most - y.least);
}

/* Of endpoints: 0 times infinity is 0, as no element is infinite. */
static inline double gr_times(double x, double y)
{
    return x == 0 || y == 0 ? 0 : x * y;
}

static inline gradus_interval gr_interval_multiply(gradus_interval x, gradus_interval y)
{
    const double a = gr_times(x.least, y.least), b = gr_times(x.least, y.most),
                 c = gr_times(x.most, y.least), d = gr_times(x.most, y.most);
    return gr_interval_outward(gr_least(gr_least(a, b), gr_least(c, d)),
                               gr_most(gr_most(a, b), gr_most(c, d)));
}

static inline gradus_interval gr_interval_divide(gradus_interval x, gradus_interval y)
{
    if (y.least <= 0 && y.most >= 0)
        return gr_everything();
    const double a = x.least / y.least, b = x.least / y.most,
                 c = x.most / y.least, d = x.most / y.most;
    if (isnan(a) || isnan(b) || isnan(c) || isnan(d))
        return gr_everything();
    return gr_interval_outward(gr_least(gr_least(a, b), gr_least(c, d)),
                               gr_most(gr_most(a, b), gr_most(c, d)));
}

/* The least interval that holds both. */
static inline gradus_interval gr_interval_hull(gradus_interval x, gradus_interval y)
{
    return (gradus_interval){gr_least(x.least, y.least), gr_most(x.most, y.most)};
}

/* What is in both, of two intervals that hold the same number. */
static inline gradus_interval gr_interval_meet(gradus_interval x, gradus_interval y)
{
    return (gradus_interval){gr_most(x.least, y.least), gr_least(x.most, y.most)};
}

/* The largest and the least |x|. */
static inline double gr_interval_magnitude(gradus_interval x)
{
    return gr_most(fabs(x.least), fabs(x.most));
}

static inline double gr_interval_distance(gradus_interval x)
{
    return x.least > 0 ? x.least : x.most < 0 ? -x.most : 0;
}

/* At least x + y, x * y of numbers >= 0. */
static inline double gr_add_up(double x, double y) { return gr_up(x + y); }
static inline double gr_multiply_up(double x, double y) { return gr_up(gr_times(x, y)); }

#endif
