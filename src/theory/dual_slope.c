/*
 * theory/dual_slope.c - slopes of activations and losses, of dual numbers
 *
 * The formulas of docs/math/activations.md and losses.md; the dual number's own slope then
 * is the second derivative. A branch decides by the value, as in dual.c: a kink has none.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/dual.h"

/* ---- activations ---- */

static gr_dual sigmoid(gr_dual z)
{
    return gr_dual_activate(GR_ACTIVATION_SIGMOID, 0, z);
}

/* s (1 - s) = s(z) s(-z) */
static gr_dual bell(gr_dual z)
{
    return gr_dual_multiply(sigmoid(z), sigmoid(gr_dual_scale(-1, z)));
}

/* 1 - tanh^2 z = 4 s(2 z) s(-2 z) */
static gr_dual tanh_slope(gr_dual z)
{
    return gr_dual_scale(4, bell(gr_dual_scale(2, z)));
}

/* Phi(z) + z phi(z) */
static gr_dual gelu_slope(gr_dual z)
{
    const gr_dual e = gr_dual_erf(gr_dual_scale(sqrt(0.5), z));
    const gr_dual phi = gr_dual_scale(
        0.3989422804014327, gr_dual_exp(gr_dual_scale(-0.5, gr_dual_multiply(z, z))));
    return gr_dual_fma(z, phi, gr_dual_scale(0.5, gr_dual_add(gr_dual_of(1), e)));
}

/* (1 + t + z (1 - t^2) w') / 2, t = tanh w, w = c (z + 0.044715 z^3) */
static gr_dual gelu_tanh_slope(gr_dual z)
{
    const double c = 0.79788456080286536;
    const gr_dual square = gr_dual_multiply(z, z);
    const gr_dual inner = gr_dual_add(gr_dual_of(1), gr_dual_scale(0.044715, square));
    const gr_dual w = gr_dual_scale(c, gr_dual_multiply(z, inner));
    const gr_dual slope =
        gr_dual_scale(c, gr_dual_add(gr_dual_of(1), gr_dual_scale(3 * 0.044715, square)));
    const gr_dual t = gr_dual_activate(GR_ACTIVATION_TANH, 0, w);
    const gr_dual rise = gr_dual_multiply(gr_dual_multiply(z, tanh_slope(w)), slope);
    return gr_dual_scale(0.5, gr_dual_add(gr_dual_add(gr_dual_of(1), t), rise));
}

/* tanh(u) + z (1 - tanh^2 u) s(z), u = softplus z */
static gr_dual mish_slope(gr_dual z)
{
    const gr_dual u = gr_dual_activate(GR_ACTIVATION_SOFTPLUS, 0, z);
    return gr_dual_fma(gr_dual_multiply(z, tanh_slope(u)), sigmoid(z),
                       gr_dual_activate(GR_ACTIVATION_TANH, 0, u));
}

static gr_dual elu_slope(double alpha, gr_dual z)
{
    return z.value > 0 ? gr_dual_of(1) : gr_dual_scale(alpha, gr_dual_exp(z));
}

gr_dual gr_dual_slope(gr_activation_id activation, double alpha, gr_dual z)
{
    switch (activation) {
    case GR_ACTIVATION_SIGMOID:
        return bell(z);
    case GR_ACTIVATION_TANH:
        return tanh_slope(z);
    case GR_ACTIVATION_RELU:
        return gr_dual_of(z.value > 0);
    case GR_ACTIVATION_LEAKY_RELU:
        return gr_dual_of(z.value > 0 ? 1 : alpha);
    case GR_ACTIVATION_ELU:
        return elu_slope(alpha, z);
    case GR_ACTIVATION_SELU:
        return gr_dual_scale(1.0507009873554805, elu_slope(1.6732632423543772, z));
    case GR_ACTIVATION_GELU:
        return gelu_slope(z);
    case GR_ACTIVATION_GELU_TANH:
        return gelu_tanh_slope(z);
    case GR_ACTIVATION_SILU:
        return gr_dual_fma(z, bell(z), sigmoid(z));
    case GR_ACTIVATION_MISH:
        return mish_slope(z);
    case GR_ACTIVATION_SOFTPLUS:
        return sigmoid(z);
    case GR_ACTIVATION_EXP:
        return gr_dual_exp(z);
    case GR_ACTIVATION_IDENTITY:
    case GR_ACTIVATION_HEAVISIDE: /* refused before */
    case GR_ACTIVATION_SOFTMAX:   /* of a row */
    case GR_ACTIVATION_COUNT:
        break;
    }
    return gr_dual_of(1);
}

/* ---- losses ---- */

/* -y / o, 0 where y is 0, also where o is 0 */
static gr_dual quotient(double y, gr_dual o)
{
    return y == 0 ? gr_dual_of(0) : gr_dual_divide(gr_dual_of(-y), o);
}

static gr_dual slope_of(const gr_dual_loss *loss, gr_dual o, double y)
{
    const gr_dual r = gr_dual_subtract(o, gr_dual_of(y));
    switch (loss->loss) {
    case GR_LOSS_MSE:
        return r;
    case GR_LOSS_HUBER:
        return fabs(r.value) <= loss->delta ? r
                                            : gr_dual_of(r.value < 0 ? -loss->delta
                                                                     : loss->delta);
    case GR_LOSS_CROSS_ENTROPY: /* of p */
        return quotient(y, o);
    case GR_LOSS_BINARY_CROSS_ENTROPY: /* s(z) - y; of p: (1 - y) / (1 - p) - y / p */
        if (loss->fused)
            return gr_dual_subtract(sigmoid(o), gr_dual_of(y));
        return gr_dual_subtract(quotient(y, o),
                                quotient(1 - y, gr_dual_subtract(gr_dual_of(1), o)));
    case GR_LOSS_POISSON: /* e^z - y; of mu: 1 - y / mu */
        return loss->fused ? gr_dual_subtract(gr_dual_exp(o), gr_dual_of(y))
                           : gr_dual_add(gr_dual_of(1), quotient(y, o));
    case GR_LOSS_COUNT:
        break;
    }
    return gr_dual_of(0);
}

void gr_dual_lose_slope(const gr_dual_loss *loss, size_t outputs, const gr_dual *output,
                        const double *target, gr_dual *gradient)
{
    if (loss->loss != GR_LOSS_CROSS_ENTROPY || !loss->fused) {
        for (size_t j = 0; j < outputs; j++)
            gradient[j] = slope_of(loss, output[j], target[j]);
        return;
    }
    /* of z: p_j sum_i y_i - y_j, p = softmax z */
    double sum = 0;
    for (size_t j = 0; j < outputs; j++)
        sum += target[j];
    gr_dual_softmax(outputs, output, gradient);
    for (size_t j = 0; j < outputs; j++)
        gradient[j] =
            gr_dual_subtract(gr_dual_scale(sum, gradient[j]), gr_dual_of(target[j]));
}
