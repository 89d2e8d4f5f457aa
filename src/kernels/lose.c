/*
 * kernels/lose.c - losses of examples, and their gradients
 *
 * docs/math/losses.md. A loss is a sum over outputs of name_term(o, y, delta); its slope stands
 * under it. Terms are computed in `real`, value[i] is their chain over the outputs in
 * double. A term with a factor 0 from the target is 0, also where its logarithm is not
 * finite, but not where the output is NaN.
 *
 * Chains of many rows are worked abreast: some columns of them are transposed, so that rows
 * stand in the lanes.
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

typedef void lose_elements(size_t count, real delta, const real *output, const real *y,
                           real *term, real *slope);

enum { BLOCK = 256 }; /* elements at once */

/* Rows far apart come and go one by one: a compiler that sees elements so far from each other
 * writes ten times the code, for vectors of single ones. */
#define GR_ONE_BY_ONE(pointer) __asm__("" : "+r"(pointer))

/* One output a row. */
GR_INLINE void lose_single(lose_elements *work, size_t rows, double delta, const real *output,
                           const real *y, double *value, real *gradient)
{
    enum { STRIDE = GR_LINE / sizeof(real) };
    real o[BLOCK], term[BLOCK], slope[BLOCK];
    for (size_t i = 0, count; i < rows; i += count, y += count, value += count) {
        count = rows - i < BLOCK ? rows - i : BLOCK;
        for (size_t r = 0; r < count; r++, output += STRIDE) {
            o[r] = *output;
            GR_ONE_BY_ONE(output);
        }
        work(count, (real)delta, o, y, term, slope);
        for (size_t r = 0; r < count; r++)
            value[r] = 0.0 + (double)term[r];
        for (size_t r = 0; r < count; r++, gradient += STRIDE) {
            *gradient = slope[r];
            GR_ONE_BY_ONE(gradient);
        }
    }
}

/* Row after row. */
static void lose_each(lose_elements *work, size_t rows, size_t outputs, double delta,
                      const real *output, const real *y, double *value, real *gradient)
{
    const size_t stride = gr_stride(outputs, sizeof(real));
    real term[BLOCK];
    for (size_t i = 0; i < rows; i++, output += stride, y += outputs, gradient += stride) {
        double sum = 0;
        for (size_t j = 0, columns; j < outputs; j += columns) {
            columns = outputs - j < BLOCK ? outputs - j : BLOCK;
            work(columns, (real)delta, output + j, y + j, term, gradient + j);
            for (size_t c = 0; c < columns; c++)
                sum += (double)term[c];
        }
        value[i] = sum;
    }
}

/* ---- rows in the lanes ---- */

enum { WIDTH = GR_LINE / sizeof(real) }; /* P: rows abreast, and columns at once */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void lose_rows(lose_elements *work, size_t rows, size_t outputs, double delta,
                      const real *output, const real *y, double *value, real *gradient)
{
    const size_t stride = gr_stride(outputs, sizeof(real));
    _Alignas(GR_LINE) real o[WIDTH * WIDTH], target[WIDTH * WIDTH];
    _Alignas(GR_LINE) real term[WIDTH * WIDTH], slope[WIDTH * WIDTH];
    for (size_t i = 0; i < rows; i += WIDTH) {
        const size_t count = least(rows - i, WIDTH);
        double sum[WIDTH] = {0};
        for (size_t j = 0; j < outputs; j += WIDTH) {
            const size_t columns = least(outputs - j, WIDTH);
            GR_NAME(load_columns)(output + i * stride + j, stride, count, columns, o);
            GR_NAME(load_columns)(y + i * outputs + j, outputs, count, columns, target);
            work(columns * WIDTH, (real)delta, o, target, term, slope);
            for (size_t c = 0; c < columns; c++)
                GR_EACH_LANE for (size_t r = 0; r < WIDTH; r++)
                    sum[r] += (double)term[c * WIDTH + r];
            GR_NAME(store_columns)(slope, count, columns, gradient + i * stride + j, stride);
        }
        memcpy(value + i, sum, count * sizeof *sum);
    }
}

#define LOSE(name)                                                                      \
    GR_INLINE void name##_elements(size_t count, real delta, const real *output,        \
                                   const real *y, real *term, real *slope)              \
    {                                                                                   \
        GR_EACH for (size_t i = 0; i < count; i++)                                      \
            term[i] = name##_term(output[i], y[i], delta);                              \
        GR_EACH for (size_t i = 0; i < count; i++)                                      \
            slope[i] = name##_slope(output[i], y[i], delta);                            \
    }                                                                                   \
    static void name##_apart(size_t count, real delta, const real *output,              \
                             const real *y, real *term, real *slope)                    \
    {                                                                                   \
        name##_elements(count, delta, output, y, term, slope);                          \
    }                                                                                   \
    static void name(size_t rows, size_t outputs, double delta, const void *output,     \
                     const void *y, double *value, void *gradient)                      \
    {                                                                                   \
        if (outputs == 1)                                                               \
            lose_single(name##_elements, rows, delta, output, y, value, gradient);      \
        else if (rows < GR_FEW_ROWS)                                                    \
            lose_each(name##_apart, rows, outputs, delta, output, y, value, gradient);  \
        else                                                                            \
            lose_rows(name##_apart, rows, outputs, delta, output, y, value, gradient);  \
    }
LOSE(mse)
LOSE(huber)
LOSE(cross_entropy)
LOSE(binary)
LOSE(binary_sigmoid)
LOSE(poisson)
LOSE(poisson_exp)
#undef LOSE

const gr_lose GR_NAME(lose)[GR_LOSS_COUNT] = {
    [GR_LOSS_MSE] = {mse, NULL},
    [GR_LOSS_CROSS_ENTROPY] = {cross_entropy, GR_NAME(cross_entropy_softmax)},
    [GR_LOSS_BINARY_CROSS_ENTROPY] = {binary, binary_sigmoid},
    [GR_LOSS_HUBER] = {huber, NULL},
    [GR_LOSS_POISSON] = {poisson, poisson_exp},
};
