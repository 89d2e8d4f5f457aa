/*
 * kernels/scale.c - sums and multiples, element by element
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"

void GR_NAME(scale_rows)(size_t rows, size_t columns, const double *weight, void *d_values)
{
    const size_t stride = gr_stride(columns, sizeof(real));
    real *d = d_values;
    for (size_t i = 0; i < rows; i++, d += stride) {
        const real weight_i = (real)weight[i];
        for (size_t j = 0; j < columns; j++)
            d[j] *= weight_i;
    }
}

void GR_NAME(add)(size_t count, const void *x_values, void *y_values)
{
    const real *x = x_values;
    real *y = y_values;
    GR_EACH for (size_t i = 0; i < count; i++)
        y[i] += x[i];
}

void GR_NAME(add_scaled)(size_t count, double scale_double, const void *x_values,
                         void *y_values)
{
    const real scale = (real)scale_double, *x = x_values;
    real *y = y_values;
    GR_EACH for (size_t i = 0; i < count; i++)
        y[i] = real_fma(scale, x[i], y[i]);
}

void GR_NAME(scale)(size_t count, double scale_double, const void *x_values,
                    void *y_values)
{
    const real scale = (real)scale_double, *x = x_values;
    real *y = y_values;
    GR_EACH for (size_t i = 0; i < count; i++)
        y[i] = scale * x[i];
}

/* word < rate 2^32 is word < ceil(rate 2^32); one call of gr_random serves 4 columns.
 * Times 0, not 0: a NaN must not be dropped unseen. */
