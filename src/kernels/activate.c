/*
 * kernels/activate.c - activations element by element, and their slopes
 *
 * docs/math/activations.md. Every activation is a pair: name(z, alpha) = s(z), and under it
 * name_slope(z, a, alpha) = s'(z), where a = s(z). ACTIVATE() makes the kernels
 *
 *     forward   a = s(z)          backward   dz = da s'(z)
 *
 * A slope times infinity must not become NaN: hence the limits. What goes to 0 on the left
 * is y 2^n with y of ordinary size, multiplied last, so that it is rounded once where it
 * underflows; y may be huge on the right, where 2^n is not to be lifted.
 *
 * Largest error in ulp, subnormal results included: of all floats
 * (tests/unit/test_every_float.c), and of sampled doubles (test_activate.c):
 *
 *     leaky relu 0.5  0.5    exp     1.05 1.06   elu      1.11 1.06   selu 1.96 1.94
 *     tanh       1.83 1.83   sigmoid 2.45 2.49   softplus 1.70 1.68   silu 1.80 1.79
 *     mish       2.87 2.62   gelu    2.14 2.67   gelu-tanh 1.89 2.20
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"

#include "kernels/elementary.inc"

/* left where z <= 0, right where z > 0, z itself where it is NaN */
static inline real side(real z, real left, real right)
{
    return z > 0 ? right : z <= 0 ? left : z;
}

static inline real limited(real z, real limit)
{
    return real_max(real_min(z, limit), -limit);
}

static inline real identity(real z, real alpha)
{
    (void)alpha;
    return z;
}

static inline real identity_slope(real z, real a, real alpha)
{
    (void)a, (void)alpha;
    return z == z ? 1 : z;
}

static inline real sigmoid(real z, real alpha)
{
    (void)alpha;
    return real_sigmoid(z);
}

static inline real sigmoid_slope(real z, real a, real alpha)
{
    (void)z, (void)alpha;
    return a * (1 - a);
}

static inline real hyperbolic(real z, real alpha)
{
    (void)alpha;
    return real_tanh(z);
}

static inline real hyperbolic_slope(real z, real a, real alpha)
{
    (void)z, (void)alpha;
    return real_fma(-a, a, 1);
}

static inline real relu(real z, real alpha)
{
    (void)alpha;
    return side(z, 0, z);
}

static inline real relu_slope(real z, real a, real alpha)
{
    (void)a, (void)alpha;
    return side(z, 0, 1);
}

static inline real leaky_relu(real z, real alpha)
{
    return z > 0 ? z : alpha * z;
}

static inline real leaky_relu_slope(real z, real a, real alpha)
{
    (void)a;
    return side(z, alpha, 1);
}

static inline real elu(real z, real alpha)
{
    return z > 0 ? z : alpha * real_expm1(real_min(z, 0));
}

static inline real elu_slope(real z, real a, real alpha)
{
    (void)a;
    return z > 0 ? 1 : alpha * real_fade(real_min(z, 0));
}

/* Klambauer et al. 2017: the fixed point of mean 0 and variance 1 */
#define SELU_SCALE ((real)1.0507009873554804934193349852946)
#define SELU_ALPHA ((real)1.7580993408473768599402175208123) /* times the scale */

static inline real selu(real z, real alpha)
{
    (void)alpha;
    return z > 0 ? SELU_SCALE * z : SELU_ALPHA * real_expm1(real_min(z, 0));
}

static inline real selu_slope(real z, real a, real alpha)
{
    (void)a, (void)alpha;
    return z > 0 ? SELU_SCALE : SELU_ALPHA * real_fade(real_min(z, 0));
}

/* z Phi(z) = max(z, 0) - x Phi(-x),  x = |z| */
static inline real gelu(real z, real alpha)
{
    (void)alpha;
    return (z > 0 ? z : 0) - real_lost(real_min(real_abs(z), TAIL_END));
}

/* Phi(z) + z phi(z); with x = |z|: d on the left and 1 - d on the right, where
 * d = Phi(-x) - x phi(x) = e^(-x^2/2) (tail(x) - x / sqrt(2 pi)) */
static inline real gelu_slope(real z, real a, real alpha)
{
    (void)a, (void)alpha;
    real x = real_min(real_abs(z), TAIL_END);
    real d = real_fma(x, (real)-0.39894228040143267793994605993438, real_tail(x));
    d *= real_bell(x);
    return z < 0 ? d : 1 - d;
}

/* z sigmoid(x) = z p / (p + 1 + t), e of x; the sum is rounded once */
static inline real gated(real z, reduced e)
{
    real lifted = real_power2(e.n_round, LIFT), p = lifted * SINK, one = p + 1;
    real y = z / (one + (real_rest(-(e.r + e.low)) + (p - (one - 1))));
    return z < 0 ? y * lifted * SINK : y * p;
}

/* z sigmoid(w), w = 2 sqrt(2/pi) (z + 0.044715 z^3) in two parts: Hendrycks and Gimpel's
 * form, since (1 + tanh x) / 2 = sigmoid(2 x) */
static inline real gelu_tanh(real z, real alpha)
{
    (void)alpha;
    real x = limited(z, TAIL_END), square = x * x;
    real square_low = real_fma(x, x, -square);
    real f = real_fma(GELU_CUBE, square, GELU_LINE); /* w = x (f + f_low) */
    real f_low = real_fma(GELU_CUBE, square, GELU_LINE - f);
    f_low = real_fma(GELU_CUBE_LOW, square, real_fma(GELU_CUBE, square_low, f_low));
    f_low += GELU_LINE_LOW;
    real w = x * f;
    reduced e = real_gate(w);
    e.low += real_fma(x, f_low, real_fma(x, f, -w));
    return gated(real_max(z, -TAIL_END), e);
}

/* sigmoid(w) (1 + z (1 - sigmoid(w)) w') */
static inline real gelu_tanh_slope(real z, real a, real alpha)
{
    (void)a, (void)alpha;
    real x = limited(z, TAIL_END), square = x * x;
    real dw = real_fma(3 * GELU_CUBE, square, GELU_LINE);
    reduced e = real_gate(x * real_fma(GELU_CUBE, square, GELU_LINE));
    real p = real_power2(e.n_round, LIFT) * SINK, m = 1 + real_rest(-(e.r + e.low));
    real v = 1 / (p + m);
    return p * v * real_fma(x * dw, m * v, 1);
}

/* z sigmoid(z) */
static inline real silu(real z, real alpha)
{
    (void)alpha;
    return gated(real_max(z, EXP_LOWEST), real_gate(z));
}

/* sigmoid(z) (1 + z (1 - sigmoid(z))) */
static inline real silu_slope(real z, real a, real alpha)
{
    (void)a, (void)alpha;
    reduced e = real_gate(z);
    real p = real_power2(e.n_round, LIFT) * SINK, m = 1 + real_rest(-(e.r + e.low));
    real v = 1 / (p + m);
    return p * v * real_fma(limited(z, -EXP_LOWEST), m * v, 1);
}

/* z tanh(softplus z) = z p n / d,  n = p + 2 m,  d = p n + 2 m^2 = c + 2 t (n - t),
 * c = p^2 + 2 p + 2,  m = 1 + t;  q = n / d, then what n, d and q were rounded by */
static inline real mish(real z, real alpha)
{
    (void)alpha;
    reduced e = real_gate(z);
    real lifted = real_power2(e.n_round, LIFT), p = lifted * SINK, p2 = p + 2;
    real t = real_rest(-(e.r + e.low));
    real n = real_fma(2, t, p2), n_low = real_fma(2, t, p2 - n) + (p - (p2 - 2));
    real c = real_fma(p, p2, 2), rest = real_fma(2 * t, n - t, real_fma(p, p2, 2 - c));
    real d = c + rest, d_low = (c - d) + rest, v = 1 / d, q = n * v;
    q = real_fma(real_fma(-q, d_low, n_low) + real_fma(-q, d, n), v, q);
    real y = real_max(z, EXP_LOWEST) * q;
    return z < 0 ? y * lifted * SINK : y * p;
}

/* n / d + z (1 - n^2 / d^2) sigmoid(z) = p (n + 4 z m^2 (p + m) / d) / d */
static inline real mish_slope(real z, real a, real alpha)
{
    (void)a, (void)alpha;
    reduced e = real_gate(z);
    real p = real_power2(e.n_round, LIFT) * SINK, m = 1 + real_rest(-(e.r + e.low));
    real n = real_fma(2, m, p), square = m * m, v = 1 / real_fma(p, n, 2 * square);
    return p * v * real_fma(4 * limited(z, -EXP_LOWEST) * square * (p + m), v, n);
}

static inline real softplus(real z, real alpha)
{
    (void)alpha;
    return real_softplus(z);
}

static inline real softplus_slope(real z, real a, real alpha)
{
    (void)a, (void)alpha;
    return real_sigmoid(z);
}

static inline real exponential_of(real z, real alpha)
{
    (void)alpha;
    return real_exp(z);
}

static inline real exponential_of_slope(real z, real a, real alpha)
{
    (void)z, (void)alpha;
    return a;
}

static inline real heaviside(real z, real alpha)
{
    (void)alpha;
    return side(z, 0, 1);
}

static inline real heaviside_slope(real z, real a, real alpha)
{
    (void)a, (void)alpha;
    return side(z, 0, 0);
}

#define ACTIVATE(name)                                                                 \
    static void name##_forward(size_t rows, size_t columns, double alpha_double,       \
                               const void *z_values, void *a_values)                   \
    {                                                                                  \
        const real alpha = (real)alpha_double, *z = z_values;                          \
        real *a = a_values;                                                            \
        const size_t count = rows * gr_stride(columns, sizeof(real));                   \
        GR_EACH for (size_t i = 0; i < count; i++)                                     \
            a[i] = name(z[i], alpha);                                                  \
    }                                                                                  \
    static void name##_backward(size_t rows, size_t columns, double alpha_double,      \
                                const void *z_values, const void *a_values,            \
                                const void *da_values, void *dz_values)                \
    {                                                                                  \
        const real alpha = (real)alpha_double;                                         \
        const real *z = z_values, *a = a_values, *da = da_values;                      \
        real *dz = dz_values;                                                          \
        const size_t count = rows * gr_stride(columns, sizeof(real));                   \
        GR_EACH for (size_t i = 0; i < count; i++)                                     \
            dz[i] = da[i] * name##_slope(z[i], a[i], alpha);                           \
    }
ACTIVATE(identity)
ACTIVATE(sigmoid)
ACTIVATE(hyperbolic)
ACTIVATE(relu)
ACTIVATE(leaky_relu)
ACTIVATE(elu)
ACTIVATE(selu)
ACTIVATE(gelu)
ACTIVATE(gelu_tanh)
ACTIVATE(silu)
ACTIVATE(mish)
ACTIVATE(softplus)
ACTIVATE(exponential_of)
ACTIVATE(heaviside)
#undef ACTIVATE

const gr_activate GR_NAME(activate)[GR_ACTIVATION_COUNT] = {
    [GR_ACTIVATION_IDENTITY] = {identity_forward, identity_backward},
    [GR_ACTIVATION_SIGMOID] = {sigmoid_forward, sigmoid_backward},
    [GR_ACTIVATION_TANH] = {hyperbolic_forward, hyperbolic_backward},
    [GR_ACTIVATION_RELU] = {relu_forward, relu_backward},
    [GR_ACTIVATION_LEAKY_RELU] = {leaky_relu_forward, leaky_relu_backward},
    [GR_ACTIVATION_ELU] = {elu_forward, elu_backward},
    [GR_ACTIVATION_GELU] = {gelu_forward, gelu_backward},
    [GR_ACTIVATION_GELU_TANH] = {gelu_tanh_forward, gelu_tanh_backward},
    [GR_ACTIVATION_SELU] = {selu_forward, selu_backward},
    [GR_ACTIVATION_SILU] = {silu_forward, silu_backward},
    [GR_ACTIVATION_MISH] = {mish_forward, mish_backward},
    [GR_ACTIVATION_SOFTPLUS] = {softplus_forward, softplus_backward},
    [GR_ACTIVATION_EXP] = {exponential_of_forward, exponential_of_backward},
    [GR_ACTIVATION_HEAVISIDE] = {heaviside_forward, heaviside_backward},
    [GR_ACTIVATION_SOFTMAX] = {GR_NAME(softmax_forward), GR_NAME(softmax_backward)},
};
