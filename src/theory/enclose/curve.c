/*
 * theory/enclose/curve.c - elementary functions of intervals, with two derivatives
 *
 * A function that rises, or falls, has its range from its values at the ends; the others
 * turn where it is known. Derivatives are written so that they are products of such.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/enclose/curve.h"

#include "theory/enclose/points.h"

typedef gradus_interval interval;
typedef interval point(double x);

static interval times(double k, interval u)
{
    return gr_interval_multiply(gr_interval_at(k), u);
}

static interval minus(interval u) { return gr_interval_negate(u); }

static interval rising(point *f, interval u)
{
    const interval least = f(u.min);
    return (interval){least.min, u.min == u.max ? least.max : f(u.max).max};
}

/* An even function that falls on both sides of 0. */
static interval hill(point *f, interval u)
{
    return (interval){f(gr_interval_magnitude(u)).min, f(gr_interval_distance(u)).max};
}

/* sin, cos: between the values at the ends, if it does not turn between them */
static interval wave(point *f, interval u, double top)
{
    interval y = gr_interval_hull(f(u.min), f(u.max));
    if (u.min == u.max)
        return y;
    if (gr_passes(u, top, 2))
        y.max = 1;
    if (gr_passes(u, top + 1, 2))
        y.min = -1;
    return y;
}

/* ---- powers ---- */

gradus_interval gr_square(gradus_interval u)
{
    const double least = gr_interval_distance(u), most = gr_interval_magnitude(u);
    return (interval){gr_product_of(least, least).min, gr_product_of(most, most).max};
}

/* x^n = product of the x^(2^k), x >= 0 */
static interval product_of(double x, uint32_t n)
{
    interval y = gr_interval_at(1), square = gr_interval_at(x);
    for (; n > 0; n >>= 1) {
        if (n & 1)
            y = gr_interval_multiply(y, square);
        if (n > 1)
            square = gr_interval_multiply(square, square);
    }
    return y;
}

/* u^n, n >= 0 */
static interval whole(interval u, uint32_t n)
{
    if (n % 2 == 0)
        return (interval){product_of(gr_interval_distance(u), n).min,
                          product_of(gr_interval_magnitude(u), n).max};
    return (interval){u.min < 0 ? -product_of(-u.min, n).max
                                  : product_of(u.min, n).min,
                      u.max < 0 ? -product_of(-u.max, n).min
                                 : product_of(u.max, n).max};
}

/* u^n; with n < 0 and an end at 0 it has one bound, or none. */
static interval whole_power(interval u, double n)
{
    const interval one = gr_interval_at(1);
    if (n >= 0)
        return whole(u, (uint32_t)n);
    const interval v = whole(u, (uint32_t)-n);
    if (v.min < 0 && v.max > 0)
        return gr_everything();
    if (v.min == 0 && v.max > 0)
        return (interval){gr_interval_divide(one, gr_interval_at(v.max)).min, INFINITY};
    if (v.max == 0 && v.min < 0)
        return (interval){-INFINITY, gr_interval_divide(one, gr_interval_at(v.min)).max};
    return gr_interval_divide(one, v);
}

enum { WHOLE = 1 << 20 };

static bool is_whole(interval c)
{
    return c.min == c.max && c.min == floor(c.min) && fabs(c.min) <= WHOLE;
}

/* u^c for u >= 0: its extremes are at corners, as it rises or falls in each of both. */
static interval real_power(interval u, interval c)
{
    if (is_whole(c))
        return whole_power(u, c.min);
    const interval left = gr_interval_hull(gr_power_at(u.min, c.min),
                                           gr_power_at(u.min, c.max));
    return gr_interval_hull(left, gr_interval_hull(gr_power_at(u.max, c.min),
                                                   gr_power_at(u.max, c.max)));
}

gr_domain gr_power_domain(gradus_interval u, gradus_interval c)
{
    if (is_whole(c) && c.min >= 0)
        return GR_DEFINED;
    const bool zero = c.min > 0; /* may the base be 0? */
    if (is_whole(c) ? u.min > 0 || u.max < 0 : zero ? u.min >= 0 : u.min > 0)
        return GR_DEFINED;
    if (is_whole(c))
        return u.min == 0 && u.max == 0 ? GR_UNDEFINED : GR_UNKNOWN;
    return u.max < 0 || (!zero && u.max == 0) ? GR_UNDEFINED : GR_UNKNOWN;
}

void gr_power_curve(gradus_interval u, gradus_interval c, int order, gradus_interval f[3])
{
    const interval one = gr_interval_at(1), c1 = gr_interval_subtract(c, one),
                   c2 = gr_interval_subtract(c1, one);
    const interval both = gr_interval_multiply(c, c1), none = gr_interval_at(0);
    if (!is_whole(c))
        u.min = gr_most(u.min, 0);
    f[0] = real_power(u, c);
    f[1] = f[2] = none;
    if (order >= 1 && gr_interval_magnitude(c) > 0)
        f[1] = gr_interval_multiply(c, real_power(u, c1));
    if (order >= 2 && gr_interval_magnitude(both) > 0)
        f[2] = gr_interval_multiply(both, real_power(u, c2));
}

/* ---- functions, each with its derivatives ---- */

static void exponential(interval u, interval f[3])
{
    f[0] = f[1] = f[2] = rising(gr_exp_at, u);
}

/* log u, 1/u, -1/u^2 */
static void logarithm(interval u, int order, interval f[3])
{
    u.min = gr_most(u.min, 0);
    f[0] = rising(gr_log_at, u);
    if (order >= 1)
        f[1] = whole_power(u, -1);
    if (order >= 2)
        f[2] = minus(whole_power(u, -2));
}

/* s = sqrt u, 1/(2 s), -1/(4 s^3) */
static void root(interval u, int order, interval f[3])
{
    u.min = gr_most(u.min, 0);
    f[0] = rising(gr_sqrt_at, u);
    if (order >= 1)
        f[1] = times(0.5, whole_power(f[0], -1));
    if (order >= 2)
        f[2] = times(-0.25, whole_power(f[0], -3));
}

static void sine(interval u, int order, interval f[3])
{
    f[0] = wave(gr_sin_at, u, 0.5);
    if (order >= 1)
        f[1] = wave(gr_cos_at, u, 0);
    f[2] = minus(f[0]);
}

static void cosine(interval u, int order, interval f[3])
{
    f[0] = wave(gr_cos_at, u, 0);
    if (order >= 1)
        f[1] = minus(wave(gr_sin_at, u, 0.5));
    f[2] = minus(f[0]);
}

/* t, 1 + t^2, 2 t (1 + t^2) */
static void tangent(interval u, interval f[3])
{
    f[0] = gr_passes(u, 0.5, 1) ? gr_everything() : rising(gr_tan_at, u);
    f[1] = gr_interval_add(gr_interval_at(1), gr_square(f[0]));
    f[2] = times(2, gr_interval_multiply(f[0], f[1]));
}

/* t, 1/cosh^2, -2 t/cosh^2 */
static void hyperbolic_tangent(interval u, int order, interval f[3])
{
    f[0] = rising(gr_tanh_at, u);
    if (order >= 1)
        f[1] = hill(gr_bell_at, u);
    if (order >= 2)
        f[2] = times(-2, gr_interval_multiply(f[0], f[1]));
}

/* s, s' = 1/(4 cosh(u/2)^2), -s' tanh(u/2) */
static void sigmoid(interval u, int order, interval f[3])
{
    const interval half = times(0.5, u);
    f[0] = rising(gr_sigmoid_at, u);
    if (order >= 1)
        f[1] = times(0.25, hill(gr_bell_at, half));
    if (order >= 2)
        f[2] = minus(gr_interval_multiply(f[1], rising(gr_tanh_at, half)));
}

/* It jumps nowhere in u: both 0 and 1 if it is not known on which side of 0 u is. */
static void step(interval u, interval f[3])
{
    f[0] = (interval){u.min > 0 ? 1 : 0, u.max > 0 ? 1 : 0};
    f[1] = f[2] = gr_interval_at(0);
}

void gr_curve(gradus_operator kind, gradus_interval u, int order, gradus_interval f[3])
{
    switch (kind) {
    case GRADUS_OPERATOR_EXP:     exponential(u, f); break;
    case GRADUS_OPERATOR_LOG:     logarithm(u, order, f); break;
    case GRADUS_OPERATOR_SQRT:    root(u, order, f); break;
    case GRADUS_OPERATOR_SIN:     sine(u, order, f); break;
    case GRADUS_OPERATOR_COS:     cosine(u, order, f); break;
    case GRADUS_OPERATOR_TAN:     tangent(u, f); break;
    case GRADUS_OPERATOR_TANH:    hyperbolic_tangent(u, order, f); break;
    case GRADUS_OPERATOR_SIGMOID: sigmoid(u, order, f); break;
    case GRADUS_OPERATOR_STEP:    step(u, f); break;
    default:                      f[0] = f[1] = f[2] = gr_everything();
    }
}

gr_domain gr_curve_domain(gradus_operator kind, gradus_interval u)
{
    switch (kind) {
    case GRADUS_OPERATOR_LOG:
        return u.min > 0 ? GR_DEFINED : u.max <= 0 ? GR_UNDEFINED : GR_UNKNOWN;
    case GRADUS_OPERATOR_SQRT:
        return u.min >= 0 ? GR_DEFINED : u.max < 0 ? GR_UNDEFINED : GR_UNKNOWN;
    case GRADUS_OPERATOR_TAN:
        return gr_passes(u, 0.5, 1) ? GR_UNKNOWN : GR_DEFINED;
    case GRADUS_OPERATOR_STEP:
        return u.min > 0 || u.max <= 0 ? GR_DEFINED : GR_UNKNOWN;
    default:
        return GR_DEFINED;
    }
}
