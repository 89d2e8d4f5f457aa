/*
 * kernels/update.c - one step of an optimiser over one tensor
 *
 * docs/math/descent.md, in PyTorch's forms. With g the gradient times gradient_scale and w
 * first multiplied by shrink (decoupled weight decay):
 *
 *     sgd        w = fma(-rate gradient_scale, g, w), one rounding
 *     momentum   v = mu v + g,  w = w - rate v
 *     nesterov   v = mu v + g,  w = w - rate (g + mu v)
 *     rmsprop    v = alpha v + (1 - alpha) g^2,  w = w - rate g / (sqrt v + epsilon)
 *     adam       m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2,
 *                w = w - rate/correct1 m / (sqrt v / sqrt correct2 + epsilon)
 *
 * Scalars are computed in double and rounded once. adam and adamw differ in their default
 * decay only.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"

static void sgd(const gr_update *u)
{
    const real *g = u->g, shrink = (real)u->shrink;
    const real step = (real)(-u->rate * u->gradient_scale);
    real *w = u->w;
    GR_EACH for (size_t i = 0; i < u->count; i++)
        w[i] = real_fma(step, g[i], w[i] * shrink);
}

static void momentum(const gr_update *u)
{
    const real *g = u->g, shrink = (real)u->shrink, scale = (real)u->gradient_scale;
    const real mu = (real)u->momentum, step = (real)-u->rate;
    real *w = u->w, *v = u->v;
    GR_EACH for (size_t i = 0; i < u->count; i++) {
        real v_i = real_fma(mu, v[i], scale * g[i]);
        v[i] = v_i;
        w[i] = real_fma(step, v_i, w[i] * shrink);
    }
}

static void nesterov(const gr_update *u)
{
    const real *g = u->g, shrink = (real)u->shrink, scale = (real)u->gradient_scale;
    const real mu = (real)u->momentum, step = (real)-u->rate;
    real *w = u->w, *v = u->v;
    GR_EACH for (size_t i = 0; i < u->count; i++) {
        real g_i = scale * g[i], v_i = real_fma(mu, v[i], g_i);
        v[i] = v_i;
        w[i] = real_fma(step, real_fma(mu, v_i, g_i), w[i] * shrink);
    }
}

static void rmsprop(const gr_update *u)
{
    const real *g = u->g, shrink = (real)u->shrink, scale = (real)u->gradient_scale;
    const real alpha = (real)u->alpha, rest = (real)(1 - u->alpha);
    const real step = (real)-u->rate, epsilon = (real)u->epsilon;
    real *w = u->w, *v = u->v;
    GR_EACH for (size_t i = 0; i < u->count; i++) {
        real g_i = scale * g[i], v_i = real_fma(rest * g_i, g_i, alpha * v[i]);
        v[i] = v_i;
        w[i] = real_fma(step, g_i / (real_sqrt(v_i) + epsilon), w[i] * shrink);
    }
}

static void adam(const gr_update *u)
{
    const real *g = u->g, shrink = (real)u->shrink, scale = (real)u->gradient_scale;
    const real beta1 = (real)u->beta1, rest1 = (real)(1 - u->beta1);
    const real beta2 = (real)u->beta2, rest2 = (real)(1 - u->beta2);
    const real step = (real)(-u->rate / u->correct1);
    const real root = (real)(1 / sqrt(u->correct2)), epsilon = (real)u->epsilon;
    real *w = u->w, *m = u->m, *v = u->v;
    GR_EACH for (size_t i = 0; i < u->count; i++) {
        real g_i = scale * g[i];
        real m_i = real_fma(rest1, g_i, beta1 * m[i]);
        real v_i = real_fma(rest2 * g_i, g_i, beta2 * v[i]);
        m[i] = m_i;
        v[i] = v_i;
        w[i] = real_fma(step, m_i / real_fma(real_sqrt(v_i), root, epsilon),
                        w[i] * shrink);
    }
}

gr_update_step *const GR_NAME(update)[GR_OPTIMIZER_COUNT] = {
    [GR_OPTIMIZER_SGD] = sgd,           [GR_OPTIMIZER_MOMENTUM] = momentum,
    [GR_OPTIMIZER_NESTEROV] = nesterov, [GR_OPTIMIZER_RMSPROP] = rmsprop,
    [GR_OPTIMIZER_ADAM] = adam,         [GR_OPTIMIZER_ADAMW] = adam,
};
