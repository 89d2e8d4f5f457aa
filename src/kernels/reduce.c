/*
 * kernels/reduce.c - many numbers to few: sums of columns, of squares, what is not finite
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"

enum { WIDTH = GR_LINE / sizeof(real) }; /* P */

/* The sums of some panels, so many that their chains hide each other's latency. */
GR_INLINE void sum_panels(size_t rows, size_t stride, size_t panels, const real *d, real *y)
{
    real sum[8 * WIDTH] = {0};
    for (size_t i = 0; i < rows; i++, d += stride)
        GR_UNROLL for (size_t j = 0; j < panels * WIDTH; j++)
            sum[j] += d[j];
    memcpy(y, sum, panels * WIDTH * sizeof(real));
}

void GR_NAME(column_sums)(size_t rows, size_t columns, size_t from, size_t to,
                          const void *d_values, void *y_values)
{
    const size_t stride = gr_stride(columns, sizeof(real));
    const real *d = d_values;
    real *y = y_values;
    for (; to - from >= 4; from += 4)
        sum_panels(rows, stride, 4, d + from * WIDTH, y + from * WIDTH);
    for (; from < to; from++)
        sum_panels(rows, stride, 1, d + from * WIDTH, y + from * WIDTH);
}

double GR_NAME(square_sum)(size_t count, const void *values)
{
    const real *x = values;
    double lane[GR_LANES] = {0};
    for (size_t i = 0; i < count / GR_LANES; i++, x += GR_LANES)
        for (size_t l = 0; l < GR_LANES; l++)
            lane[l] = fma((double)x[l], (double)x[l], lane[l]);
    for (size_t l = 0; l < count % GR_LANES; l++)
        lane[l] = fma((double)x[l], (double)x[l], lane[l]);
    return real_tree(lane);
}

/* x - x is 0 for a finite x only; in blocks, since nearly always there is nothing to find */
size_t GR_NAME(find_not_finite)(size_t count, const void *values)
{
    const real *x = values;
    for (size_t from = 0, to; from < count; from = to) {
        to = count - from < 256 ? count : from + 256;
        int found = 0;
        for (size_t i = from; i < to; i++)
            found |= !(x[i] - x[i] == 0);
        for (size_t i = from; found && i < to; i++)
            if (!(x[i] - x[i] == 0))
                return i;
    }
    return SIZE_MAX;
}
