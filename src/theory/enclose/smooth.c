/*
 * theory/enclose/smooth.c - power series of the smooth activations, in balls
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/enclose/smooth.h"

#ifdef GR_FLINT_3
#include <flint/arb_hypgeom.h>
#include <flint/arb_poly.h>
#else
#include <arb_hypgeom.h>
#include <arb_poly.h>
#endif

/* 1 / (1 + e^-x) */
static void sigmoid(arb_poly_t y, const arb_poly_t x, slong length, slong precision)
{
    arb_poly_neg(y, x);
    arb_poly_exp_series(y, y, length, precision);
    arb_poly_add_si(y, y, 1, precision);
    arb_poly_inv_series(y, y, length, precision);
}

/* 2 sigmoid(2 x) - 1 */
static void hyperbolic(arb_poly_t y, const arb_poly_t x, slong length, slong precision)
{
    arb_poly_t twice;
    arb_poly_init(twice);
    arb_poly_scalar_mul_2exp_si(twice, x, 1);
    sigmoid(y, twice, length, precision);
    arb_poly_scalar_mul_2exp_si(y, y, 1);
    arb_poly_add_si(y, y, -1, precision);
    arb_poly_clear(twice);
}

/* log(1 + e^x) */
static void softplus(arb_poly_t y, const arb_poly_t x, slong length, slong precision)
{
    arb_poly_exp_series(y, x, length, precision);
    arb_poly_log1p_series(y, y, length, precision);
}

/* x erfc(-x / sqrt 2) / 2 */
static void gelu(arb_poly_t y, const arb_poly_t x, slong length, slong precision)
{
    arb_t root;
    arb_init(root);
    arb_sqrt_ui(root, 2, precision);
    arb_poly_scalar_div(y, x, root, precision);
    arb_poly_neg(y, y);
    arb_hypgeom_erfc_series(y, y, length, precision);
    arb_poly_mullow(y, y, x, length, precision);
    arb_poly_scalar_mul_2exp_si(y, y, -1);
    arb_clear(root);
}

/* x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)) */
static void gelu_tanh(arb_poly_t y, const arb_poly_t x, slong length, slong precision)
{
    arb_poly_t w;
    arb_t factor;
    arb_poly_init(w);
    arb_init(factor);
    arb_set_ui(factor, 44715);
    arb_div_ui(factor, factor, 1000000, precision);
    arb_poly_pow_ui_trunc_binexp(w, x, 3, length, precision);
    arb_poly_scalar_mul(w, w, factor, precision);
    arb_poly_add(w, w, x, precision);
    arb_const_pi(factor, precision);
    arb_ui_div(factor, 8, factor, precision);
    arb_sqrt(factor, factor, precision);
    arb_poly_scalar_mul(w, w, factor, precision);
    sigmoid(y, w, length, precision);
    arb_poly_mullow(y, y, x, length, precision);
    arb_clear(factor);
    arb_poly_clear(w);
}

static void silu(arb_poly_t y, const arb_poly_t x, slong length, slong precision)
{
    sigmoid(y, x, length, precision);
    arb_poly_mullow(y, y, x, length, precision);
}

/* x tanh(log(1 + e^x)) = x - 2 x / ((1 + e^x)^2 + 1) */
static void mish(arb_poly_t y, const arb_poly_t x, slong length, slong precision)
{
    arb_poly_exp_series(y, x, length, precision);
    arb_poly_add_si(y, y, 1, precision);
    arb_poly_mullow(y, y, y, length, precision);
    arb_poly_add_si(y, y, 1, precision);
    arb_poly_inv_series(y, y, length, precision);
    arb_poly_scalar_mul_2exp_si(y, y, 1);
    arb_poly_neg(y, y);
    arb_poly_add_si(y, y, 1, precision);
    arb_poly_mullow(y, y, x, length, precision);
}

static void exponential(arb_poly_t y, const arb_poly_t x, slong length, slong precision)
{
    arb_poly_exp_series(y, x, length, precision);
}

static void exponential_minus_1(arb_poly_t y, const arb_poly_t x, slong length,
                                slong precision)
{
    arb_poly_exp_series(y, x, length, precision);
    arb_poly_add_si(y, y, -1, precision);
}

/* x / sqrt(1 + x^2 / 9) */
static void clip(arb_poly_t y, const arb_poly_t x, slong length, slong precision)
{
    arb_t nine;
    arb_init(nine);
    arb_set_ui(nine, 9);
    arb_poly_mullow(y, x, x, length, precision);
    arb_poly_scalar_div(y, y, nine, precision);
    arb_poly_add_si(y, y, 1, precision);
    arb_poly_rsqrt_series(y, y, length, precision);
    arb_poly_mullow(y, y, x, length, precision);
    arb_clear(nine);
}

void gr_smooth_series(arb_ptr terms, gr_smooth function, const arb_t at, slong length,
                      slong precision)
{
    static void (*const functions[])(arb_poly_t, const arb_poly_t, slong, slong) = {
        [GR_SMOOTH_SIGMOID] = sigmoid, [GR_SMOOTH_TANH] = hyperbolic,
        [GR_SMOOTH_SOFTPLUS] = softplus, [GR_SMOOTH_GELU] = gelu,
        [GR_SMOOTH_GELU_TANH] = gelu_tanh, [GR_SMOOTH_SILU] = silu,
        [GR_SMOOTH_MISH] = mish, [GR_SMOOTH_EXP] = exponential,
        [GR_SMOOTH_EXPM1] = exponential_minus_1, [GR_SMOOTH_CLIP] = clip,
    };
    arb_poly_t x, y;
    arb_poly_init(x);
    arb_poly_init(y);
    arb_poly_set_coeff_arb(x, 0, at);
    arb_poly_set_coeff_si(x, 1, 1);
    functions[function](y, x, length, precision);
    for (slong k = 0; k < length; k++)
        arb_poly_get_coeff_arb(terms + k, y, k);
    arb_poly_clear(y);
    arb_poly_clear(x);
}
