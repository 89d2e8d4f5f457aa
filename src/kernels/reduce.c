/*
 * kernels/reduce.c - many numbers to few: sums of columns, of squares, what is not finite
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"

void GR_NAME(column_sums)(size_t rows, size_t columns, const void *d_values,
                          void *y_values, int add)
{
    const real *d = d_values;
    real *y = y_values;
    if (!add)
        for (size_t j = 0; j < columns; j++)
            y[j] = 0;
    for (size_t i = 0; i < rows; i++, d += columns)
        GR_EACH for (size_t j = 0; j < columns; j++)
            y[j] += d[j];
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
