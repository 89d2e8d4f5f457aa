/*
 * tests/unit/jets.h - functions of up to three variables, enclosed with their derivatives
 *
 * A jet holds intervals of a value, the gradient and the second derivatives (i <= j, row after
 * row) over a box; the chain rule is worked out in intervals. Elementary functions are libm's,
 * widened by a few units in the last place.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_JETS_H
#define GR_TESTS_JETS_H

#include "theory/interval.h"

enum { JET_INPUTS = 3 };
typedef gradus_interval range;
typedef struct jet {
    range value, slope[JET_INPUTS], bend[JET_INPUTS * (JET_INPUTS + 1) / 2];
} jet;

static inline range number(double x) { return gr_interval_at(x); }

static inline jet constant(double x)
{
    jet u = {.value = number(x)};
    return u;
}

static inline jet variable(range x, size_t index)
{
    jet u = {.value = x};
    u.slope[index] = number(1);
    return u;
}

static inline jet plus(jet u, jet v)
{
    u.value = gr_interval_add(u.value, v.value);
    for (size_t i = 0; i < JET_INPUTS; i++)
        u.slope[i] = gr_interval_add(u.slope[i], v.slope[i]);
    for (size_t k = 0; k < GR_COUNT(u.bend); k++)
        u.bend[k] = gr_interval_add(u.bend[k], v.bend[k]);
    return u;
}

static inline jet scaled(double factor, jet u)
{
    const range c = number(factor);
    u.value = gr_interval_multiply(c, u.value);
    for (size_t i = 0; i < JET_INPUTS; i++)
        u.slope[i] = gr_interval_multiply(c, u.slope[i]);
    for (size_t k = 0; k < GR_COUNT(u.bend); k++)
        u.bend[k] = gr_interval_multiply(c, u.bend[k]);
    return u;
}

static inline jet times(jet u, jet v)
{
    jet w = {.value = gr_interval_multiply(u.value, v.value)};
    for (size_t i = 0, k = 0; i < JET_INPUTS; i++) {
        w.slope[i] = gr_interval_add(gr_interval_multiply(u.slope[i], v.value),
                                     gr_interval_multiply(u.value, v.slope[i]));
        for (size_t j = i; j < JET_INPUTS; j++, k++)
            w.bend[k] = gr_interval_add(
                gr_interval_add(gr_interval_multiply(u.bend[k], v.value),
                                gr_interval_multiply(u.value, v.bend[k])),
                gr_interval_add(gr_interval_multiply(u.slope[i], v.slope[j]),
                                gr_interval_multiply(u.slope[j], v.slope[i])));
    }
    return w;
}

/* s(u), of ranges of s, s' and s'' over u. */
static inline jet chain(jet u, range s, range slope, range bend)
{
    jet w = {.value = s};
    for (size_t i = 0, k = 0; i < JET_INPUTS; i++) {
        w.slope[i] = gr_interval_multiply(slope, u.slope[i]);
        for (size_t j = i; j < JET_INPUTS; j++, k++)
            w.bend[k] = gr_interval_add(
                gr_interval_multiply(slope, u.bend[k]),
                gr_interval_multiply(bend, gr_interval_multiply(u.slope[i], u.slope[j])));
    }
    return w;
}

static inline range wider(double least, double most)
{
    const double by = 1e-15 * gr_most(fabs(least), fabs(most));
    return gr_interval_outward(least - by, most + by);
}

/* sin over [a, b]: its ends, and 1 or -1 where a crest lies within. */
static inline range sine(range x, double shift)
{
    const double pi = 3.14159265358979323846, a = x.min + shift, b = x.max + shift;
    const double p = sin(a), q = sin(b), slack = 1e-12;
    range s = {fmin(p, q), fmax(p, q)};
    if (floor((b + slack - pi / 2) / (2 * pi)) > floor((a - slack - pi / 2) / (2 * pi)))
        s.max = 1;
    if (floor((b + slack + pi / 2) / (2 * pi)) > floor((a - slack + pi / 2) / (2 * pi)))
        s.min = -1;
    return gr_interval_outward(s.min - 1e-15 * (1 + fabs(b)), s.max + 1e-15 * (1 + fabs(b)));
}

static inline jet jet_sin(jet u)
{
    const range s = sine(u.value, 0), c = sine(u.value, 1.57079632679489661923);
    return chain(u, s, c, (range){-s.max, -s.min});
}

static inline jet jet_exp(jet u)
{
    const range e = wider(exp(u.value.min), exp(u.value.max));
    return chain(u, e, e, e);
}

static inline jet jet_sqrt(jet u)
{
    const range s = wider(sqrt(gr_most(0, u.value.min)), sqrt(gr_most(0, u.value.max)));
    const range half = number(0.5), slope = gr_interval_divide(half, s);
    const range bend = gr_interval_divide(gr_interval_multiply(number(-0.5), slope), u.value);
    return chain(u, (range){gr_most(0, s.min), s.max}, slope, bend);
}

static inline jet reciprocal(jet u)
{
    const range r = gr_interval_divide(number(1), u.value);
    const range rr = gr_interval_multiply(r, r);
    return chain(u, r, (range){-rr.max, -rr.min},
                 gr_interval_multiply(number(2), gr_interval_multiply(rr, r)));
}

/* s' = 1 - s^2, s'' = -2 s (1 - s^2) */
static inline jet jet_tanh(jet u)
{
    const range t = wider(tanh(u.value.min), tanh(u.value.max));
    const range least = gr_interval_multiply(t, t);
    const range square = {t.min <= 0 && t.max >= 0 ? 0 : least.min, least.max};
    const range slope = gr_interval_subtract(number(1), square);
    return chain(u, t, slope, gr_interval_multiply(gr_interval_multiply(number(-2), t), slope));
}

/* Beyond the kink like u or 0; on it, slopes from one to the other and any bend. */
static inline jet jet_relu(jet u)
{
    const range none = number(0);
    if (u.value.min > 0)
        return u;
    if (u.value.max < 0)
        return chain(u, none, none, none);
    return chain(u, (range){0, u.value.max}, (range){0, 1}, gr_everything());
}

static inline jet jet_abs(jet u)
{
    if (u.value.min > 0)
        return u;
    if (u.value.max < 0)
        return scaled(-1, u);
    return chain(u, (range){0, gr_interval_magnitude(u.value)}, (range){-1, 1},
                 gr_everything());
}

#endif
