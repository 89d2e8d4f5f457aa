/*
 * kernels/move.c - elements to other places: transposes, rows by index, other precisions
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"

/* 16 x 16 elements at a time, so that what is written by columns is still in the cache
 * when its neighbours come */
enum { SQUARE = 16 };

static size_t square_end(size_t from, size_t size)
{
    return size - from < SQUARE ? size : from + SQUARE;
}

void GR_NAME(transpose)(size_t rows, size_t columns, const void *x_values, void *xt_values)
{
    const real *x = x_values;
    real *xt = xt_values;
    for (size_t i0 = 0; i0 < rows; i0 += SQUARE) {
        const size_t i1 = square_end(i0, rows);
        for (size_t j0 = 0; j0 < columns; j0 += SQUARE) {
            const size_t j1 = square_end(j0, columns);
            for (size_t j = j0; j < j1; j++)
                for (size_t i = i0; i < i1; i++)
                    xt[j * rows + i] = x[i * columns + j];
        }
    }
}

void GR_NAME(gather)(size_t rows, size_t columns, const void *x_values,
                     const uint32_t *index, void *y_values)
{
    const real *x = x_values;
    real *y = y_values;
    for (size_t i = 0; i < rows; i++)
        memcpy(y + i * columns, x + index[i] * columns, columns * sizeof(real));
}

void GR_NAME(gather_labels)(size_t rows, size_t columns, const uint32_t *label,
                            const uint32_t *index, double smoothing, void *y_values)
{
    const double share = smoothing / (double)columns;
    const real off = (real)share, on = (real)(1 - smoothing + share);
    real *y = y_values;
    for (size_t i = 0; i < rows; i++, y += columns) {
        for (size_t j = 0; j < columns; j++)
            y[j] = off;
        y[label[index[i]]] = on;
    }
}

void GR_NAME(from_double)(size_t count, const double *x, void *y_values)
{
    real *y = y_values;
    for (size_t i = 0; i < count; i++)
        y[i] = (real)x[i];
}

void GR_NAME(to_double)(size_t count, const void *x_values, double *y)
{
    const real *x = x_values;
    for (size_t i = 0; i < count; i++)
        y[i] = (double)x[i];
}
