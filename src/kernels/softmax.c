/*
 * kernels/softmax.c - softmax over each row, its Jacobian, and cross-entropy after it
 *
 * Maximum and sums are chains over the classes in ascending order. But for the Jacobian, those
 * of many rows are worked abreast: some columns at a time are transposed, so that rows stand in
 * the lanes. Where a row has more columns they come once for each pass over it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"

#include "kernels/elementary.inc"

enum { WIDTH = GR_LINE / sizeof(real) }; /* P: rows abreast, and columns at once */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- rows one by one ---- */

/* e_j = e^(z_j - max_i z_i); a NaN anywhere in a row makes its sum NaN. e may be z. */
static void exponents_of_rows(size_t rows, size_t columns, const real *z, real *e)
{
    const size_t stride = gr_stride(columns, sizeof(real));
    for (size_t i = 0; i < rows; i++) {
        const real *z_i = z + i * stride;
        real *e_i = e + i * stride;
        real max = z_i[0];
        for (size_t j = 1; j < columns; j++)
            max = z_i[j] > max ? z_i[j] : max;
        GR_EACH for (size_t j = 0; j < columns; j++)
            e_i[j] = z_i[j] - max;
        for (size_t j = columns; j < stride; j++)
            e_i[j] = 0;
    }
    /* over all rows at once: rows are often shorter than a vector */
    const size_t count = rows * stride;
    GR_EACH for (size_t i = 0; i < count; i++)
        e[i] = real_fade(e[i]);
}

/* ---- rows abreast ---- */

typedef struct abreast {
    size_t rows, columns, stride;
    const real *z;
    _Alignas(GR_LINE) real max[WIDTH];
    real z_c[WIDTH * WIDTH], e_c[WIDTH * WIDTH]; /* [columns][rows] */
} abreast;

static void begin_abreast(abreast *a, size_t rows, size_t columns, const real *z)
{
    a->rows = rows, a->columns = columns, a->z = z;
    a->stride = gr_stride(columns, sizeof(real));
    for (size_t r = 0; r < WIDTH; r++)
        a->max[r] = r < rows ? z[r * a->stride] : 0;
    for (size_t j = 0; j < columns; j += WIDTH) {
        const size_t count = least(columns - j, WIDTH);
        GR_NAME(load_columns)(z + j, a->stride, rows, count, a->z_c);
        for (size_t i = 0; i < count * WIDTH; i += WIDTH)
            GR_EACH_LANE for (size_t r = 0; r < WIDTH; r++)
                a->max[r] = a->z_c[i + r] > a->max[r] ? a->z_c[i + r] : a->max[r];
    }
}

/* e of the columns from j on: how many. A row's only ones are at hand, z too. */
static size_t take_exponents(abreast *a, size_t j)
{
    const size_t columns = least(a->columns - j, WIDTH);
    if (a->columns > WIDTH)
        GR_NAME(load_columns)(a->z + j, a->stride, a->rows, columns, a->z_c);
    for (size_t i = 0; i < columns * WIDTH; i += WIDTH)
        GR_EACH_LANE for (size_t r = 0; r < WIDTH; r++)
            a->e_c[i + r] = a->z_c[i + r] - a->max[r];
    GR_EACH for (size_t i = 0; i < columns * WIDTH; i++)
        a->e_c[i] = real_fade(a->e_c[i]);
    return columns;
}

/* ---- softmax ---- */

static void forward_abreast(size_t rows, size_t columns, const real *z, real *p)
{
    abreast a;
    _Alignas(GR_LINE) real sum[WIDTH] = {0};
    begin_abreast(&a, rows, columns, z);
    for (size_t j = 0; j < columns; j += WIDTH)
        for (size_t i = 0, end = take_exponents(&a, j) * WIDTH; i < end; i += WIDTH)
            GR_EACH_LANE for (size_t r = 0; r < WIDTH; r++)
                sum[r] += a.e_c[i + r];
    for (size_t j = 0; j < columns; j += WIDTH) {
        const size_t count = columns > WIDTH ? take_exponents(&a, j) : columns;
        for (size_t i = 0; i < count * WIDTH; i += WIDTH)
            GR_EACH_LANE for (size_t r = 0; r < WIDTH; r++)
                a.e_c[i + r] /= sum[r];
        GR_NAME(store_columns)(a.e_c, rows, count, p + j, a.stride);
    }
}

/* p_j = e_j / sum_i e_i */
void GR_NAME(softmax_forward)(size_t rows, size_t columns, double alpha,
                              const void *z_values, void *a_values)
{
    (void)alpha;
    const size_t stride = gr_stride(columns, sizeof(real));
    const real *z = z_values;
    real *p = a_values;
    for (size_t i = 0; rows >= GR_FEW_ROWS && i < rows; i += WIDTH)
        forward_abreast(least(rows - i, WIDTH), columns, z + i * stride, p + i * stride);
    if (rows >= GR_FEW_ROWS)
        return;
    exponents_of_rows(rows, columns, z, p);
    for (size_t i = 0; i < rows; i++, p += stride) {
        real sum = 0;
        for (size_t j = 0; j < columns; j++)
            sum += p[j];
        GR_EACH for (size_t j = 0; j < columns; j++)
            p[j] /= sum;
    }
}

/* dz_j = p_j (dp_j - sum_i dp_i p_i) */
void GR_NAME(softmax_backward)(size_t rows, size_t columns, double alpha,
                               const void *z_values, const void *a_values,
                               const void *da_values, void *dz_values)
{
    (void)alpha, (void)z_values;
    const size_t stride = gr_stride(columns, sizeof(real));
    const real *p = a_values, *dp = da_values;
    real *dz = dz_values;
    for (size_t i = 0; i < rows; i++, p += stride, dp += stride, dz += stride) {
        real sum = 0;
        for (size_t j = 0; j < columns; j++)
            sum = real_fma(dp[j], p[j], sum);
        GR_EACH for (size_t j = 0; j < columns; j++)
            dz[j] = p[j] * (dp[j] - sum);
    }
}

/* ---- cross-entropy ---- */

/*
 * -sum_j y_j log p_j for p = softmax(z), by log-sum-exp in double:
 *
 *     sum_j y_j (max - z_j) + (sum_j y_j) log(S),  S = sum_j e^(z_j - max) = 1 + rest
 *
 * The gradient is p_j sum_i y_i - y_j, which is p - y where targets sum to 1.
 */
typedef struct entropy {
    _Alignas(GR_LINE) real sum[WIDTH];
    real weight[WIDTH];
    double distance[WIDTH], rest[WIDTH];
} entropy;

/* max - z may be infinite: 0 times it is no part of the distance. */
static void take_sums(entropy *s, const abreast *a, const real *y, size_t columns)
{
    for (size_t i = 0; i < columns * WIDTH; i += WIDTH)
        GR_EACH_LANE for (size_t r = 0; r < WIDTH; r++) {
            const real y_i = y[i + r], e = a->e_c[i + r];
            const double distance =
                fma((double)y_i, (double)a->max[r] - (double)a->z_c[i + r], s->distance[r]);
            s->sum[r] += e;
            s->rest[r] += (double)e;
            s->weight[r] += y_i;
            s->distance[r] = y_i != 0 ? distance : s->distance[r];
        }
}

static void take_slopes(const entropy *s, const real *e, const real *y, size_t columns, real *g)
{
    for (size_t j = 0; j < columns; j++, e += WIDTH, y += WIDTH, g += WIDTH)
        GR_EACH_LANE for (size_t r = 0; r < WIDTH; r++)
            g[r] = real_fma(e[r] / s->sum[r], s->weight[r], -y[r]);
}

static void take_values(const entropy *s, size_t rows, double *value)
{
    real log_sum[WIDTH];
    GR_EACH_LANE for (size_t r = 0; r < WIDTH; r++)
        log_sum[r] = real_log1p((real)s->rest[r]);
    for (size_t r = 0; r < rows; r++)
        value[r] = fma((double)s->weight[r], (double)log_sum[r], s->distance[r]);
}

static void entropy_abreast(size_t rows, size_t outputs, const real *z, const real *y,
                            double *value, real *g)
{
    abreast a;
    entropy s = {.sum = {0}};
    _Alignas(GR_LINE) real y_c[WIDTH * WIDTH];
    for (size_t r = 0; r < WIDTH; r++)
        s.rest[r] = -1;
    begin_abreast(&a, rows, outputs, z);
    for (size_t j = 0; j < outputs; j += WIDTH) {
        const size_t columns = take_exponents(&a, j);
        GR_NAME(load_columns)(y + j, outputs, rows, columns, y_c);
        take_sums(&s, &a, y_c, columns);
    }
    for (size_t j = 0; j < outputs; j += WIDTH) {
        const size_t columns = outputs > WIDTH ? take_exponents(&a, j) : outputs;
        if (outputs > WIDTH)
            GR_NAME(load_columns)(y + j, outputs, rows, columns, y_c);
        take_slopes(&s, a.e_c, y_c, columns, a.e_c);
        GR_NAME(store_columns)(a.e_c, rows, columns, g + j, a.stride);
    }
    take_values(&s, rows, value);
}

/* One row, whose g is e^(z - max) before. */
static double entropy_of_row(size_t outputs, const real *z, const real *y, real *g)
{
    real max = z[0], sum = 0, weight = 0;
    double distance = 0, rest = -1;
    for (size_t j = 0; j < outputs; j++)
        max = z[j] > max ? z[j] : max;
    for (size_t j = 0; j < outputs; j++) {
        sum += g[j];
        rest += (double)g[j];
        weight += y[j];
        if (y[j] != 0)
            distance = fma((double)y[j], (double)max - (double)z[j], distance);
    }
    GR_EACH for (size_t j = 0; j < outputs; j++)
        g[j] = real_fma(g[j] / sum, weight, -y[j]);
    for (size_t j = outputs; j < gr_stride(outputs, sizeof(real)); j++)
        g[j] = 0;
    return fma((double)weight, (double)real_log1p((real)rest), distance);
}

void GR_NAME(cross_entropy_softmax)(size_t rows, size_t outputs, double delta,
                                    const void *z_values, const void *target, double *value,
                                    void *gradient)
{
    (void)delta;
    const size_t stride = gr_stride(outputs, sizeof(real));
    const real *z = z_values, *y = target;
    real *g = gradient;
    if (rows < GR_FEW_ROWS) {
        exponents_of_rows(rows, outputs, z, g);
        for (size_t i = 0; i < rows; i++)
            value[i] = entropy_of_row(outputs, z + i * stride, y + i * outputs, g + i * stride);
        return;
    }
    for (size_t i = 0; i < rows; i += WIDTH)
        entropy_abreast(least(rows - i, WIDTH), outputs, z + i * stride, y + i * outputs,
                        value + i, g + i * stride);
}
