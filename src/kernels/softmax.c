/*
 * kernels/softmax.c - softmax over each row, and its Jacobian
 *
 * Maximum and sums are chains over the classes in ascending order.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"

#include "kernels/elementary.inc"

/* e_j = e^(z_j - max_i z_i); a NaN anywhere in a row makes its sum NaN. e may be z. */
void GR_NAME(softmax_exp)(size_t rows, size_t columns, const real *z, real *e)
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

/* p_j = e_j / sum_i e_i */
void GR_NAME(softmax_forward)(size_t rows, size_t columns, double alpha,
                              const void *z_values, void *a_values)
{
    (void)alpha;
    const size_t stride = gr_stride(columns, sizeof(real));
    real *p = a_values;
    GR_NAME(softmax_exp)(rows, columns, z_values, p);
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
