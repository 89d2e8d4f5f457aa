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

enum {
    WIDTH = GR_LINE / sizeof(real), /* P */
    GROUPS = 2
};

/* The weight of input k and output 0; those of other outputs are WIDTH apart. */
GR_INLINE const real *weight_at(const gr_narrow *p, size_t outputs, size_t k)
{
    return (const real *)p->w + k / WIDTH * outputs * WIDTH + k % WIDTH;
}

/* Column k of x takes part in the chains of all outputs; w is that of k for output 0. */
GR_INLINE void take_column(vector x, const real *w, size_t outputs, vector *sum)
{
    GR_UNROLL for (size_t j = 0; j < outputs; j++)
        sum[j] = chain(w[j * WIDTH], x, sum[j]);
}

/* Some groups of LANES rows, so that a chain does not wait for itself; sum [groups][outputs] */
GR_INLINE void rows_in_lanes(size_t groups, size_t outputs, const gr_narrow *p,
                             const real *const *row, real *sums)
{
    const real *bias = p->bias;
    vector sum[GROUPS * GR_NARROW] = {{0}};
    size_t k = 0;
    for (size_t j = 0; bias != NULL && j < groups * outputs; j++)
        sum[j] = all(bias[j % outputs]);
    for (; k + LANES <= p->depth; k += LANES) {
        const real *w = weight_at(p, outputs, k);
        _Alignas(GR_LINE) real column[GROUPS][LANES * LANES];
        for (size_t g = 0; g < groups; g++)
            GR_NAME(transpose_rows)(row + g * LANES, k, LANES, column[g]);
        GR_UNROLL for (size_t i = 0; i < LANES; i++)
            GR_UNROLL for (size_t g = 0; g < groups; g++)
                take_column(load(column[g] + i * LANES), w + i, outputs, sum + g * outputs);
    }
    for (; k < p->depth; k++) {
        const real *w = weight_at(p, outputs, k);
        GR_UNROLL for (size_t g = 0; g < groups; g++) {
            vector x;
            GR_UNROLL for (size_t i = 0; i < LANES; i++)
                x[i] = row[g * LANES + i][k];
            take_column(x, w, outputs, sum + g * outputs);
        }
    }
    for (size_t j = 0; j < groups * outputs; j++)
        store(sums + j * LANES, sum[j]);
}

/* One row: the chains of its outputs. */
GR_INLINE void one_row(size_t outputs, const gr_narrow *p)
{
    const real *x = p->x[0], *bias = p->bias;
    real sum[GR_NARROW] = {0}, *z = p->z;
    for (size_t j = 0; bias != NULL && j < outputs; j++)
        sum[j] = bias[j];
    for (size_t k = 0; k < p->depth; k++) {
        const real *w = weight_at(p, outputs, k);
        GR_UNROLL for (size_t j = 0; j < outputs; j++)
            sum[j] = real_fma(w[j * WIDTH], x[k], sum[j]);
    }
    for (size_t j = 0; j < outputs; j++)
        z[j] = sum[j];
}

GR_INLINE void all_rows(size_t outputs, const gr_narrow *p)
{
    real *z = p->z;
    if (p->rows == 1) {
        one_row(outputs, p);
        return;
    }
    for (size_t from = 0; from < p->rows; from += GROUPS * LANES) {
        const size_t left = p->rows - from;
        const size_t rows = left < GROUPS * LANES ? left : GROUPS * LANES;
        const real *const *row = (const real *const *)p->x + from;
        const real *repeated[GROUPS * LANES];
        _Alignas(GR_LINE) real sum[GROUPS * GR_NARROW * LANES];
        if (rows < GROUPS * LANES) { /* without a row a lane repeats the last */
            for (size_t i = 0; i < GROUPS * LANES; i++)
                repeated[i] = row[i < rows ? i : rows - 1];
            row = repeated;
        }
        if (rows <= LANES)
            rows_in_lanes(1, outputs, p, row, sum);
        else
            rows_in_lanes(GROUPS, outputs, p, row, sum);
        for (size_t i = 0; i < rows; i++, z += p->z_stride)
            for (size_t j = 0; j < outputs; j++)
                z[j] = sum[(i / LANES * outputs + j) * LANES + i % LANES];
    }
}

static void outputs_1(const gr_narrow *p)
{
    all_rows(1, p);
}

static void outputs_2(const gr_narrow *p)
{
    all_rows(2, p);
}

static void outputs_3(const gr_narrow *p)
{
    all_rows(3, p);
}

static void outputs_4(const gr_narrow *p)
{
    all_rows(4, p);
}

static void (*const work[GR_NARROW])(const gr_narrow *p) = {outputs_1, outputs_2, outputs_3,
                                                            outputs_4};

void GR_NAME(narrow)(const gr_narrow *p)
{
    work[p->outputs - 1](p);
}
