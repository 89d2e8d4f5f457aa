/*
 * kernels/lose.c - losses of examples, and their gradients
 *
 * docs/math/losses.md. A loss is a sum over outputs of name_term(o, y, delta); its slope stands
 * under it. Terms are computed in `real`, value[i] is their chain over the outputs in
 * double. A term with a factor 0 from the target is 0, also where its logarithm is not
 * finite, but not where the output is NaN.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"

#include "kernels/elementary.inc"

/* (o - y)^2 / 2 */
static inline real mse_term(real o, real y, real delta)
{
    (void)delta;
    return (real)0.5 * (o - y) * (o - y);
}

static inline real mse_slope(real o, real y, real delta)
{
    (void)delta;
    return o - y;
}

/* r^2 / 2 where |r| <= delta, else delta (|r| - delta / 2),  r = o - y */
static inline real huber_term(real o, real y, real delta)
{
    real r = real_abs(o - y);
    return r <= delta ? (real)0.5 * r * r : delta * (r - (real)0.5 * delta);
}

static inline real huber_slope(real o, real y, real delta)
{
    return real_max(real_min(o - y, delta), -delta);
}

/* -y log p */
static inline real cross_entropy_term(real p, real y, real delta)
{
    (void)delta;
    return y == 0 ? y * p : -y * real_log(p);
}

static inline real cross_entropy_slope(real p, real y, real delta)
{
    (void)delta;
    return y == 0 ? y * p : -y / p;
}

/* -y log p - (1 - y) log(1 - p) */
static inline real binary_term(real p, real y, real delta)
{
    (void)delta;
    real one = y == 0 ? 0 : y * real_log(p);
    real zero = y == 1 ? 0 : (1 - y) * real_log1p(-p);
    return -(one + zero);
}

static inline real binary_slope(real p, real y, real delta)
{
    (void)delta;
    return (y == 1 ? 0 : (1 - y) / (1 - p)) - (y == 0 ? 0 : y / p);
}

/* the same for p = sigmoid(z): log(1 + e^z) - y z, with u = e^-|z| */
static inline real binary_sigmoid_term(real z, real y, real delta)
{
    (void)delta;
    return real_fma(-y, z, z > 0 ? z : 0) + real_log1p_fade(z);
}

/* p - y, no digits lost where they are nearly equal */
static inline real binary_sigmoid_slope(real z, real y, real delta)
{
    (void)delta;
    real u = real_fade(-real_abs(z));
    return (z < 0 ? real_fma(u, 1 - y, -y) : real_fma(-u, y, 1 - y)) / (1 + u);
}

/* mu - y log mu */
static inline real poisson_term(real mu, real y, real delta)
{
    (void)delta;
    return y == 0 ? mu : real_fma(-y, real_log(mu), mu);
}

static inline real poisson_slope(real mu, real y, real delta)
{
    (void)delta;
    return 1 - (y == 0 ? y * mu : y / mu);
}

/* the same for mu = e^z */
static inline real poisson_exp_term(real z, real y, real delta)
{
    (void)delta;
    return real_fma(-y, z, real_exp(z));
}

static inline real poisson_exp_slope(real z, real y, real delta)
{
    (void)delta;
    return real_exp(z) - y;
}

/* Outputs are worked in dense blocks, so that vectors are full however few a row has. */
enum { BLOCK = 256 };

typedef struct block {
    size_t rows, columns;         /* several whole rows, or a part of one */
    real output[BLOCK], term[BLOCK], slope[BLOCK];
} block;

/* Rows far apart come and go one by one: a compiler that knows of one output each would write
 * ten times the code, for vectors of single elements. */
#define GR_ONE_BY_ONE(pointer) __asm__("" : "+r"(pointer))

GR_INLINE void load_block(block *b, size_t columns, size_t stride, const real *output)
{
    for (size_t i = 0; i < b->rows; i++, output += stride) {
        for (size_t j = 0; j < columns; j++)
            b->output[i * columns + j] = output[j];
        GR_ONE_BY_ONE(output);
    }
}

/* value[i] += sum_j term(i, j) */
GR_INLINE void store_block(const block *b, size_t columns, size_t stride, double *value,
                           real *gradient)
{
    for (size_t i = 0; i < b->rows; i++)
        for (size_t j = 0; j < columns; j++)
            value[i] += (double)b->term[i * columns + j];
    for (size_t i = 0; i < b->rows; i++, gradient += stride) {
        for (size_t j = 0; j < columns; j++)
            gradient[j] = b->slope[i * columns + j];
        GR_ONE_BY_ONE(gradient);
    }
}

typedef void lose_block(block *b, real delta, const real *y);

GR_INLINE void lose(lose_block *work, size_t rows, size_t outputs, double delta,
                    const real *output, const real *y, double *value, real *gradient)
{
    const size_t stride = gr_stride(outputs, sizeof(real));
    block b;
    memset(value, 0, rows * sizeof *value);
    for (size_t i = 0; i < rows; i += b.rows) {
        b.rows = outputs > BLOCK ? 1 : BLOCK / outputs;
        b.rows = b.rows < rows - i ? b.rows : rows - i;
        for (size_t j = 0; j < outputs; j += b.columns) {
            b.columns = outputs - j < BLOCK ? outputs - j : BLOCK;
            load_block(&b, b.columns, stride, output + i * stride + j);
            work(&b, (real)delta, y + i * outputs + j);
            store_block(&b, b.columns, stride, value + i, gradient + i * stride + j);
        }
    }
}

#define LOSE(name)                                                                      \
    static void name##_block(block *b, real delta, const real *y)                      \
    {                                                                                  \
        const size_t count = b->rows * b->columns;                                     \
        GR_EACH for (size_t i = 0; i < count; i++)                                     \
            b->term[i] = name##_term(b->output[i], y[i], delta);                       \
        GR_EACH for (size_t i = 0; i < count; i++)                                     \
            b->slope[i] = name##_slope(b->output[i], y[i], delta);                     \
    }                                                                                  \
    static void name(size_t rows, size_t outputs, double delta, const void *output,    \
                     const void *y, double *value, void *gradient)                     \
    {                                                                                  \
        if (outputs == 1) /* known to the compiler: no loops over columns */           \
            lose(name##_block, rows, 1, delta, output, y, value, gradient);            \
        else                                                                           \
            lose(name##_block, rows, outputs, delta, output, y, value, gradient);      \
    }
LOSE(mse)
LOSE(huber)
LOSE(cross_entropy)
LOSE(binary)
LOSE(binary_sigmoid)
LOSE(poisson)
LOSE(poisson_exp)
#undef LOSE

/*
 * -sum_j y_j log p_j for p = softmax(z), by log-sum-exp in double:
 *
 *     sum_j y_j (max - z_j) + (sum_j y_j) log(S),  S = sum_j e^(z_j - max) = 1 + rest
 *
 * The gradient is p_j sum_i y_i - y_j, which is p - y where targets sum to 1.
 */
static void cross_entropy_softmax(size_t rows, size_t outputs, double delta,
                                  const void *z_values, const void *target, double *value,
                                  void *gradient)
{
    (void)delta;
    const size_t stride = gr_stride(outputs, sizeof(real));
    const real *z = z_values, *y = target;
    real *g = gradient;
    GR_NAME(softmax_exp)(rows, outputs, z, g);
    for (size_t i = 0; i < rows; i++, z += stride, y += outputs, g += stride) {
        real max = z[0], sum = 0, weight = 0;
        double distance = 0, rest = -1;
        for (size_t j = 0; j < outputs; j++)
            max = z[j] > max ? z[j] : max;
        for (size_t j = 0; j < outputs; j++) {
            sum += g[j];
            rest += (double)g[j];
            weight += y[j];
            if (y[j] != 0) /* max - z may be infinite: 0 times it is no part of the sum */
                distance = fma((double)y[j], (double)max - (double)z[j], distance);
        }
        double log_sum = (double)real_log1p((real)rest);
        value[i] = fma((double)weight, log_sum, distance);
        GR_EACH for (size_t j = 0; j < outputs; j++)
            g[j] = real_fma(g[j] / sum, weight, -y[j]);
        for (size_t j = outputs; j < stride; j++)
            g[j] = 0;
    }
}

const gr_lose GR_NAME(lose)[GR_LOSS_COUNT] = {
    [GR_LOSS_MSE] = {mse, NULL},
    [GR_LOSS_CROSS_ENTROPY] = {cross_entropy, cross_entropy_softmax},
    [GR_LOSS_BINARY_CROSS_ENTROPY] = {binary, binary_sigmoid},
    [GR_LOSS_HUBER] = {huber, NULL},
    [GR_LOSS_POISSON] = {poisson, poisson_exp},
};
