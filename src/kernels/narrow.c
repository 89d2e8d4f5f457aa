/*
 * kernels/narrow.c - the forward product of a layer with few outputs
 *
 *     z(i, j) = bias[j] + sum_k x[i][k] w(k, j)          the chains of kernels/product.c
 *
 * Few outputs would leave most lanes of a vector empty. Here the lanes are rows: squares of
 * x are transposed in registers, and each of their columns takes part in all chains.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"
#include "kernels/vector.inc"

enum { WIDTH = GR_LINE / sizeof(real) }; /* P */

/* The columns k, k + 1, ... of x, LANES of them, in `column`: apart, because a compiler that
 * sees its shuffles and the chains at once takes them to single elements. */
static __attribute__((noinline)) void transpose_rows(const real *const *row, size_t k,
                                                     real *column)
{
    vector square[LANES];
    GR_UNROLL for (int i = 0; i < LANES; i++)
        square[i] = load(row[i] + k);
    transpose(square);
    GR_UNROLL for (int i = 0; i < LANES; i++)
        store(column + i * LANES, square[i]);
}

/* Column k of x takes part in the chains of all outputs; w is that of k for output 0. */
GR_INLINE void take_column(vector x, const real *w, size_t outputs, vector *sum)
{
    GR_UNROLL for (size_t j = 0; j < outputs; j++)
        sum[j] = chain(w[j * WIDTH], x, sum[j]);
}

GR_INLINE void rows_in_lanes(size_t outputs, const gr_narrow *p, const real *const *row,
                             vector *sums)
{
    const real *bias = p->bias, *panel = p->w;
    vector sum[GR_NARROW] = {{0}};
    size_t k = 0;
    for (size_t j = 0; bias != NULL && j < outputs; j++)
        sum[j] = sum[j] + bias[j];
    for (; k + LANES <= p->depth; k += LANES) {
        const real *w = panel + k / WIDTH * outputs * WIDTH + k % WIDTH;
        _Alignas(GR_LINE) real column[LANES * LANES];
        transpose_rows(row, k, column);
        GR_UNROLL for (int i = 0; i < LANES; i++)
            take_column(load(column + i * LANES), w + i, outputs, sum);
    }
    for (; k < p->depth; k++) {
        const real *w = panel + k / WIDTH * outputs * WIDTH + k % WIDTH;
        vector x;
        GR_UNROLL for (int i = 0; i < LANES; i++)
            x[i] = row[i][k];
        take_column(x, w, outputs, sum);
    }
    for (size_t j = 0; j < outputs; j++)
        sums[j] = sum[j];
}

static void rows_1(const gr_narrow *p, const real *const *row, vector *sum)
{
    rows_in_lanes(1, p, row, sum);
}

static void rows_2(const gr_narrow *p, const real *const *row, vector *sum)
{
    rows_in_lanes(2, p, row, sum);
}

static void rows_3(const gr_narrow *p, const real *const *row, vector *sum)
{
    rows_in_lanes(3, p, row, sum);
}

static void rows_4(const gr_narrow *p, const real *const *row, vector *sum)
{
    rows_in_lanes(4, p, row, sum);
}

static void (*const rows_of[GR_NARROW])(const gr_narrow *p, const real *const *row,
                                        vector *sum) = {rows_1, rows_2, rows_3, rows_4};

void GR_NAME(narrow)(const gr_narrow *p)
{
    real *z = p->z;
    for (size_t from = 0; from < p->rows; from += LANES) {
        const size_t rows = p->rows - from < LANES ? p->rows - from : LANES;
        const real *row[LANES];
        vector sum[GR_NARROW];
        for (size_t i = 0; i < LANES; i++) /* lanes without a row repeat the last one */
            row[i] = p->x[from + (i < rows ? i : rows - 1)];
        rows_of[p->outputs - 1](p, row, sum);
        for (size_t i = 0; i < rows; i++, z += p->z_stride)
            for (size_t j = 0; j < p->outputs; j++)
                z[j] = sum[j][i];
    }
}
