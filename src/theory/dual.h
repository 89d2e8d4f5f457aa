/*
 * theory/dual.h - dual numbers: a value, and its derivative in one direction
 *
 *     x + x' e,  e^2 = 0:     (x + x' e) (y + y' e) = x y + (x' y + x y') e
 *
 * What is computed with them is differentiated on the way, without a step size and without
 * a formula for the derivative of the whole: an elementary function needs its own alone.
 * Source: Wengert, "A simple automatic derivative evaluation program", CACM 7, 1964.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_DUAL_H
#define GR_THEORY_DUAL_H

#include <math.h>
#include <stdbool.h>

#include "kernels/elementary.h"
#include "kernels/kernels.h"

typedef struct gr_dual {
    double value, slope;
} gr_dual;

/* A constant. */
static inline gr_dual gr_dual_of(double value)
{
    return (gr_dual){value, 0};
}

static inline gr_dual gr_dual_add(gr_dual x, gr_dual y)
{
    return (gr_dual){x.value + y.value, x.slope + y.slope};
}

static inline gr_dual gr_dual_subtract(gr_dual x, gr_dual y)
{
    return (gr_dual){x.value - y.value, x.slope - y.slope};
}

static inline gr_dual gr_dual_multiply(gr_dual x, gr_dual y)
{
    return (gr_dual){x.value * y.value, fma(x.slope, y.value, x.value * y.slope)};
}

/* sum + x y */
static inline gr_dual gr_dual_fma(gr_dual x, gr_dual y, gr_dual sum)
{
    return (gr_dual){fma(x.value, y.value, sum.value),
                     fma(x.value, y.slope, fma(x.slope, y.value, sum.slope))};
}

/* q = x / y:  x = q y, so x' = q' y + q y' */
static inline gr_dual gr_dual_divide(gr_dual x, gr_dual y)
{
    const double q = x.value / y.value;
    return (gr_dual){q, (x.slope - q * y.slope) / y.value};
}

static inline gr_dual gr_dual_scale(double factor, gr_dual x)
{
    return (gr_dual){factor * x.value, factor * x.slope};
}

static inline gr_dual gr_dual_exp(gr_dual x)
{
    const double y = gr_exp(x.value);
    return (gr_dual){y, y * x.slope};
}

static inline gr_dual gr_dual_log(gr_dual x)
{
    return (gr_dual){gr_log(x.value), x.slope / x.value};
}

static inline gr_dual gr_dual_log1p(gr_dual x)
{
    return (gr_dual){gr_log1p(x.value), x.slope / (1 + x.value)};
}

/* r = sqrt(x):  r^2 = x, so 2 r r' = x' */
static inline gr_dual gr_dual_sqrt(gr_dual x)
{
    const double r = sqrt(x.value);
    return (gr_dual){r, x.slope / (2 * r)};
}

/* erf'(x) = 2 / sqrt(pi) e^(-x^2) */
static inline gr_dual gr_dual_erf(gr_dual x)
{
    return (gr_dual){gr_erf(x.value),
                     1.1283791670955126 * gr_exp(-x.value * x.value) * x.slope};
}

/*
 * The activations of kernels/activations.def (but softmax), and softmax over a row, from
 * their definitions in docs/math/activations.md; a and z may be the same.
 */
gr_dual gr_dual_activate(gr_activation_id activation, double alpha, gr_dual z);
void gr_dual_softmax(size_t columns, const gr_dual *z, gr_dual *a);

/* The losses of kernels/losses.def for one example; of the fused activation's z, if fused. */
typedef struct gr_dual_loss {
    gr_loss_id loss;
    bool fused;
    double delta;
} gr_dual_loss;
gr_dual gr_dual_lose(const gr_dual_loss *loss, size_t outputs, const gr_dual *output,
                     const double *target);

/*
 * The slopes of the same functions, as formulas, of dual numbers: what a backward pass needs
 * (theory/dual_slope.c). Not of heaviside and softmax. gradient [outputs] is of one example.
 */
gr_dual gr_dual_slope(gr_activation_id activation, double alpha, gr_dual z);
void gr_dual_lose_slope(const gr_dual_loss *loss, size_t outputs, const gr_dual *output,
                        const double *target, gr_dual *gradient);

#endif
