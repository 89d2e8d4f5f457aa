/* tests/unit/functions.h - functions of one variable with enclosures, to be approximated.
 *
 * Intervals of sin are those of its ends, and of the turns between; all is put a little
 * further out than the errors of gr_sin and gr_cos.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_FUNCTIONS_H
#define GR_TESTS_FUNCTIONS_H

#include <math.h>

#include "kernels/elementary.h"
#include "theory/interval.h"

typedef gradus_interval iv;

static inline iv iv_of(double x) { return gr_interval_at(x); }
static inline iv iv_times(double k, iv x) { return gr_interval_multiply(iv_of(k), x); }
static inline iv iv_wide(double least, double most)
{
    const double out = 1e-15 * (fabs(least) + fabs(most)) + 1e-300;
    return (iv){least - out, most + out};
}

/* sin(x + quarters pi/2): does it turn at pi/2 + k pi in x? */
static inline iv iv_turning(iv x, double (*f)(double), double phase)
{
    const double pi = 3.14159265358979323846;
    const double a = f(x.min), b = f(x.max);
    iv out = iv_wide(a < b ? a : b, a < b ? b : a);
    for (double k = floor((x.min - phase) / pi) - 1; phase + k * pi < x.max + 1e-9; k++)
        if (phase + k * pi > x.min - 1e-9)
            out = gr_interval_hull(out, iv_of(fmod(fabs(k), 2) == 0 ? 1 : -1));
    return out;
}
static inline iv iv_sin(iv x) { return iv_turning(x, gr_sin, 3.14159265358979323846 / 2); }
static inline iv iv_cos(iv x) { return iv_turning(x, gr_cos, 0); }

static inline iv iv_square(iv x)
{
    const double least = gr_interval_distance(x), most = gr_interval_magnitude(x);
    return iv_wide(least * least, most * most);
}

/* ---- sin 5x ---- */

static double wave(const double *x, void *user) { (void)user; return gr_sin(5 * *x); }
static gradus_status wave_in(const iv *x, int order, iv *out, void *user)
{
    const iv five = iv_times(5, *x);
    (void)user;
    out[0] = iv_sin(five);
    if (order >= 1)
        out[1] = iv_times(5, iv_cos(five));
    if (order >= 2)
        out[2] = iv_times(-25, iv_sin(five));
    return GRADUS_OK;
}

/* ---- sin(x) x^2 - x^3/30 + x^4/500 ---- */

static double classic(const double *at, void *user)
{
    const double x = *at;
    (void)user;
    return gr_sin(x) * x * x - x * x * x / 30 + x * x * x * x / 500;
}
static gradus_status classic_in(const iv *x, int order, iv *out, void *user)
{
    const iv s = iv_sin(*x), c = iv_cos(*x), x2 = iv_square(*x),
             x3 = gr_interval_multiply(*x, x2), x4 = iv_square(x2);
    (void)user;
    out[0] = gr_interval_add(gr_interval_subtract(gr_interval_multiply(s, x2),
                                                  gr_interval_divide(x3, iv_of(30))),
                             gr_interval_divide(x4, iv_of(500)));
    if (order >= 1)
        out[1] = gr_interval_add(
            gr_interval_add(gr_interval_multiply(c, x2),
                            gr_interval_multiply(s, iv_times(2, *x))),
            gr_interval_subtract(gr_interval_divide(x3, iv_of(125)),
                                 gr_interval_divide(x2, iv_of(10))));
    if (order >= 2)
        out[2] = gr_interval_add(
            gr_interval_add(gr_interval_multiply(c, iv_times(4, *x)),
                            gr_interval_multiply(s, gr_interval_subtract(iv_of(2), x2))),
            gr_interval_subtract(iv_times(3, gr_interval_divide(x2, iv_of(125))),
                                 gr_interval_divide(*x, iv_of(5))));
    return GRADUS_OK;
}

/* ---- |x - 1/3|, sqrt x, 7, tanh 40x ---- */

static double kink(const double *x, void *user) { (void)user; return fabs(*x - 1.0 / 3); }
static gradus_status kink_in(const iv *x, int order, iv *out, void *user)
{
    const iv from = gr_interval_subtract(*x, iv_of(1.0 / 3));
    (void)user;
    out[0] = (iv){gr_interval_distance(from), gr_interval_magnitude(from)};
    if (order >= 1)
        out[1] = (iv){from.min > 0 ? 1 : -1, from.max < 0 ? -1 : 1};
    if (order >= 2)
        out[2] = from.min > 0 || from.max < 0 ? iv_of(0) : gr_everything();
    return GRADUS_OK;
}

static double root(const double *x, void *user) { (void)user; return sqrt(*x); }
static gradus_status root_in(const iv *x, int order, iv *out, void *user)
{
    const double a = gr_down(sqrt(x->min)), b = gr_up(sqrt(x->max));
    (void)user;
    out[0] = (iv){a > 0 ? a : 0, b};
    if (order >= 1)
        out[1] = (iv){gr_down(0.5 / b), a > 0 ? gr_up(0.5 / a) : INFINITY};
    if (order >= 2)
        out[2] = (iv){a > 0 ? -0.25 / (a * a * a) * (1 + 1e-14) : -INFINITY,
                      -0.25 / (b * b * b) * (1 - 1e-14)};
    return GRADUS_OK;
}

static double seven(const double *x, void *user) { (void)x, (void)user; return 7; }
static gradus_status seven_in(const iv *x, int order, iv *out, void *user)
{
    (void)x, (void)user;
    out[0] = iv_of(7);
    for (int k = 1; k <= order; k++)
        out[k] = iv_of(0);
    return GRADUS_OK;
}

static double steep(const double *x, void *user) { (void)user; return gr_tanh(40 * *x); }
static gradus_status steep_in(const iv *x, int order, iv *out, void *user)
{
    const double a = gr_tanh(40 * x->min), b = gr_tanh(40 * x->max);
    iv t = iv_wide(a, b);
    (void)user;
    t.min -= 1e-15, t.max += 1e-15;
    out[0] = t;
    const iv s = gr_interval_subtract(iv_of(1), iv_square(t));
    if (order >= 1)
        out[1] = iv_times(40, s);
    if (order >= 2)
        out[2] = iv_times(-3200, gr_interval_multiply(t, s));
    return GRADUS_OK;
}

typedef struct known {
    const char *name;
    gradus_function f;
    gradus_interval box;
    int smooth;
} known;
static const known known_functions[] = {
    {"sin 5x", {1, wave, wave_in, NULL, NULL}, {0, 2}, 1},
    {"classic", {1, classic, classic_in, NULL, NULL}, {0, 10}, 1},
    {"|x - 1/3|", {1, kink, kink_in, NULL, NULL}, {-1, 1}, 0},
    {"sqrt x", {1, root, root_in, NULL, NULL}, {0, 1}, 0},
    {"7", {1, seven, seven_in, NULL, NULL}, {-2, 3}, 0},
    {"tanh 40x", {1, steep, steep_in, NULL, NULL}, {-1, 1}, 1},
};

#endif
