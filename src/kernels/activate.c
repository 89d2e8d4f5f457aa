/*
 * kernels/activate.c - activations element by element, and their slopes
 *
 * theory.md section 2. Every activation is a pair: name(z, alpha) = s(z), and under it
 * name_slope(z, a, alpha) = s'(z), where a = s(z). ACTIVATE() makes the kernels
 *
 *     forward   a = s(z)          backward   dz = da s'(z)
 *
 * u is e^-|z| throughout. A slope times infinity must not become NaN: hence the limits.
 * z u must not lose its last digits where u underflows: hence u = m s t, multiplied late.
 *
 * Largest error in ulp, subnormal results included: of all floats, and of sampled doubles
 * (tests/unit/test_activate.c holds them to it):
 *
 *     leaky relu 0.5 0.5   exp    0.95 0.98   elu      0.9 1.2   selu 1.8 1.6
 *     tanh       1.5 1.5   sigmoid 2.5 2.4    softplus 1.7 1.8   silu 3.4 3.1
 *     mish       4.7 4.3   gelu    5.4 4.8
 *     gelu-tanh  3, and in the left tail 4 + 3.5 |w|, w the exponent in its comment
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
    return z > 0 ? 1 : alpha * real_exp(real_min(z, 0));
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
    return z > 0 ? SELU_SCALE : SELU_ALPHA * real_exp(real_min(z, 0));
}

/* z Phi(z), Phi(z) = 1/2 + z p(z^2) in the middle, Phi(-x) = e^(-x^2/2) tail(x) */
static inline real gelu(real z, real alpha)
{
    (void)alpha;
    real x = real_min(real_abs(z), TAIL_END);
    real bell = real_bell(x), tail = real_tail(x);
    real middle = real_fma(z, middle_polynomial(real_min(x * x, 1)), (real)0.5);
    real left = -x * tail * bell; /* x tail is near 0.4: the tiny factor comes last */
    return x < 1 ? z * middle : z < 0 ? left : z * (1 - bell * tail);
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

/* z sigmoid(w), w = 2 sqrt(2/pi) (z + 0.044715 z^3): Hendrycks and Gimpel's form, since
 * (1 + tanh x) / 2 = sigmoid(2 x) */
#define GELU_TANH_SCALE ((real)1.5957691216057307117597842397375)
#define GELU_TANH_CUBE ((real)0.044715)

static inline real gelu_tanh(real z, real alpha)
{
    (void)alpha;
    real x = limited(z, TAIL_END);
    real w = GELU_TANH_SCALE * x * real_fma(GELU_TANH_CUBE * x, x, 1);
    exponential e = real_decay(w);
    real q = (z < 0 ? x * e.m : z) / (1 + real_value(e));
    return z < 0 ? q * e.s * e.t : q;
}

/* sigmoid(w) (1 + z (1 - sigmoid(w)) w') */
static inline real gelu_tanh_slope(real z, real a, real alpha)
{
    (void)a, (void)alpha;
    real x = limited(z, TAIL_END);
    real w = GELU_TANH_SCALE * x * real_fma(GELU_TANH_CUBE * x, x, 1);
    real dw = GELU_TANH_SCALE * real_fma(3 * GELU_TANH_CUBE * x, x, 1);
    real u = real_value(real_decay(w)), q = 1 / (1 + u);
    real p = z < 0 ? u * q : q, rest = z < 0 ? q : u * q;
    return p * real_fma(x * dw, rest, 1);
}

/* z sigmoid(z) */
static inline real silu(real z, real alpha)
{
    (void)alpha;
    exponential e = real_decay(z);
    real x = real_max(z, EXP_LOWEST);
    real q = (z < 0 ? x * e.m : z) / (1 + real_value(e));
    return z < 0 ? q * e.s * e.t : q;
}

/* sigmoid(z) (1 + z (1 - sigmoid(z))) */
static inline real silu_slope(real z, real a, real alpha)
{
    (void)a, (void)alpha;
    real u = real_value(real_decay(z)), q = 1 / (1 + u);
    real p = z < 0 ? u * q : q, rest = z < 0 ? q : u * q;
    return p * real_fma(limited(z, -EXP_LOWEST), rest, 1);
}

/* z tanh(softplus z) = z n / d:  n = u (u + 2), d = n + 2 where z < 0, and both divided
 * by u^2 elsewhere: n = 1 + 2 u, d = n + 2 u^2 */
static inline real mish(real z, real alpha)
{
    (void)alpha;
    exponential e = real_decay(z);
    real u = real_value(e), x = real_max(z, EXP_LOWEST);
    real left = x * e.m * (u + 2) / real_fma(u, u + 2, 2) * e.s * e.t;
    real n = real_fma(2, u, 1);
    return z < 0 ? left : z * (n / real_fma(2 * u, u, n));
}

/* n / d + z (1 - n^2 / d^2) sigmoid(z) = (n + 4 z v (1 + u) / d) / d, v = u or u^2 */
static inline real mish_slope(real z, real a, real alpha)
{
    (void)a, (void)alpha;
    real u = real_value(real_decay(z)), v = z < 0 ? u : u * u;
    real n = z < 0 ? u * (u + 2) : real_fma(2, u, 1);
    real d = z < 0 ? n + 2 : real_fma(2 * u, u, n);
    return (n + 4 * limited(z, -EXP_LOWEST) * v * (1 + u) / d) / d;
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
