/*
 * theory/dual.c - activations and losses of dual numbers
 *
 * Each is written from its definition, as a person would, and not as the kernels do, whose
 * slopes are to be checked: no formula of a slope stands here. A branch decides by the value.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/dual.h"

/* ---- activations ---- */

/* 1 / (1 + e^-z), with an exponential that cannot overflow */
static gr_dual sigmoid(gr_dual z)
{
    const gr_dual one = gr_dual_of(1);
    const gr_dual e = gr_dual_exp(gr_dual_scale(z.value < 0 ? 1 : -1, z));
    return gr_dual_divide(z.value < 0 ? e : one, gr_dual_add(one, e));
}

/* 2 sigmoid(2 z) - 1 */
static gr_dual tangent_of(gr_dual z)
{
    return gr_dual_subtract(gr_dual_scale(2, sigmoid(gr_dual_scale(2, z))), gr_dual_of(1));
}

/* log(1 + e^z) = z + log(1 + e^-z), the one without a large exponential */
static gr_dual softplus(gr_dual z)
{
    if (z.value < 0)
        return gr_dual_log1p(gr_dual_exp(z));
    return gr_dual_add(z, gr_dual_log1p(gr_dual_exp(gr_dual_scale(-1, z))));
}

/* z if z > 0, else alpha (e^z - 1) */
static gr_dual elu(double alpha, gr_dual z)
{
    if (z.value > 0)
        return z;
    return gr_dual_scale(alpha, gr_dual_subtract(gr_dual_exp(z), gr_dual_of(1)));
}

/* z (1 + erf(z / sqrt 2)) / 2 */
static gr_dual gelu(gr_dual z)
{
    const gr_dual e = gr_dual_erf(gr_dual_scale(sqrt(0.5), z));
    return gr_dual_multiply(gr_dual_scale(0.5, z), gr_dual_add(gr_dual_of(1), e));
}

/* z (1 + tanh(sqrt(2 / pi) (z + 0.044715 z^3))) / 2 */
static gr_dual gelu_tanh(gr_dual z)
{
    const gr_dual cube = gr_dual_multiply(z, gr_dual_multiply(z, z));
    const gr_dual w = gr_dual_add(z, gr_dual_scale(0.044715, cube));
    const gr_dual t = tangent_of(gr_dual_scale(0.79788456080286536, w));
    return gr_dual_multiply(gr_dual_scale(0.5, z), gr_dual_add(gr_dual_of(1), t));
}

gr_dual gr_dual_activate(gr_activation_id activation, double alpha, gr_dual z)
{
    switch (activation) {
    case GR_ACTIVATION_SIGMOID:
        return sigmoid(z);
    case GR_ACTIVATION_TANH:
        return tangent_of(z);
    case GR_ACTIVATION_RELU:
        return z.value > 0 ? z : gr_dual_scale(0, z);
    case GR_ACTIVATION_LEAKY_RELU:
        return z.value > 0 ? z : gr_dual_scale(alpha, z);
    case GR_ACTIVATION_ELU:
        return elu(alpha, z);
    case GR_ACTIVATION_SELU:
        return gr_dual_scale(1.0507009873554805, elu(1.6732632423543772, z));
    case GR_ACTIVATION_GELU:
        return gelu(z);
    case GR_ACTIVATION_GELU_TANH:
        return gelu_tanh(z);
    case GR_ACTIVATION_SILU:
        return gr_dual_multiply(z, sigmoid(z));
    case GR_ACTIVATION_MISH:
        return gr_dual_multiply(z, tangent_of(softplus(z)));
    case GR_ACTIVATION_SOFTPLUS:
        return softplus(z);
    case GR_ACTIVATION_EXP:
        return gr_dual_exp(z);
    case GR_ACTIVATION_HEAVISIDE:
        return gr_dual_of(z.value > 0);
    case GR_ACTIVATION_IDENTITY:
    case GR_ACTIVATION_SOFTMAX: /* of a row */
    case GR_ACTIVATION_COUNT:
        break;
    }
    return z;
}

static double greatest(size_t columns, const gr_dual *z)
{
    double most = z[0].value;
    for (size_t j = 1; j < columns; j++)
        most = z[j].value > most ? z[j].value : most;
    return most;
}

/* e^(z_j - m) / sum_i e^(z_i - m), m = max z, a constant: it changes nothing */
void gr_dual_softmax(size_t columns, const gr_dual *z, gr_dual *a)
{
    const gr_dual m = gr_dual_of(greatest(columns, z));
    gr_dual sum = gr_dual_of(0);
    for (size_t j = 0; j < columns; j++) {
        a[j] = gr_dual_exp(gr_dual_subtract(z[j], m));
        sum = gr_dual_add(sum, a[j]);
    }
    for (size_t j = 0; j < columns; j++)
        a[j] = gr_dual_divide(a[j], sum);
}

/* ---- losses ---- */

/* log sum_i e^(z_i) */
static gr_dual log_sum(size_t columns, const gr_dual *z)
{
    const gr_dual m = gr_dual_of(greatest(columns, z));
    gr_dual sum = gr_dual_of(0);
    for (size_t j = 0; j < columns; j++)
        sum = gr_dual_add(sum, gr_dual_exp(gr_dual_subtract(z[j], m)));
    return gr_dual_add(m, gr_dual_log(sum));
}

/* r^2 / 2 where |r| <= delta, else delta (|r| - delta / 2) */
static gr_dual huber(gr_dual r, double delta)
{
    if (fabs(r.value) <= delta)
        return gr_dual_scale(0.5, gr_dual_multiply(r, r));
    const gr_dual size = gr_dual_scale(r.value < 0 ? -1 : 1, r);
    return gr_dual_scale(delta, gr_dual_subtract(size, gr_dual_of(delta / 2)));
}

/* y times x, 0 where y is 0, also where x is not finite */
static gr_dual share(double y, gr_dual x)
{
    return y == 0 ? gr_dual_of(0) : gr_dual_scale(y, x);
}

/* -y log p - (1 - y) log(1 - p); of z: softplus(z) - y z */
static gr_dual binary(bool fused, gr_dual o, double y)
{
    if (fused)
        return gr_dual_subtract(softplus(o), gr_dual_scale(y, o));
    const gr_dual one = share(-y, gr_dual_log(o));
    return gr_dual_add(one, share(y - 1, gr_dual_log1p(gr_dual_scale(-1, o))));
}

/* mu - y log mu; of z = log mu: e^z - y z */
static gr_dual poisson(bool fused, gr_dual o, double y)
{
    if (fused)
        return gr_dual_subtract(gr_dual_exp(o), gr_dual_scale(y, o));
    return gr_dual_add(o, share(-y, gr_dual_log(o)));
}

gr_dual gr_dual_lose(const gr_dual_loss *loss, size_t outputs, const gr_dual *output,
                     const double *target)
{
    const bool by_row = loss->loss == GR_LOSS_CROSS_ENTROPY && loss->fused;
    const gr_dual all = by_row ? log_sum(outputs, output) : gr_dual_of(0);
    gr_dual sum = gr_dual_of(0), term = gr_dual_of(0);
    for (size_t j = 0; j < outputs; j++) {
        const gr_dual o = output[j], r = gr_dual_subtract(o, gr_dual_of(target[j]));
        switch (loss->loss) {
        case GR_LOSS_MSE:
            term = gr_dual_scale(0.5, gr_dual_multiply(r, r));
            break;
        case GR_LOSS_HUBER:
            term = huber(r, loss->delta);
            break;
        case GR_LOSS_CROSS_ENTROPY: /* -y log p; of z: y (log sum e^z - z) */
            term = by_row ? share(target[j], gr_dual_subtract(all, o))
                          : share(-target[j], gr_dual_log(o));
            break;
        case GR_LOSS_BINARY_CROSS_ENTROPY:
            term = binary(loss->fused, o, target[j]);
            break;
        case GR_LOSS_POISSON:
            term = poisson(loss->fused, o, target[j]);
            break;
        case GR_LOSS_COUNT:
            break;
        }
        sum = gr_dual_add(sum, term);
    }
    return sum;
}
