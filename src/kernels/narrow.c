/*
 * kernels/narrow.c - the products of a layer with few outputs
 *
 *     z(i, j)  = bias[j] + sum_k x[i][k] w(k, j)         the chains of kernels/product.c
 *     dx(i, k) = sum_j dz[i][j] w(k, j)
 *     dw(k, j) = sum_i dz[i][j] x(i, k)
 *
 * Few outputs would leave most lanes of a vector empty. In the forward product the lanes are
 * rows: some columns of x at a time are brought into vectors, and take part in all chains.
 * Backward they are inputs: some panels of weights and of their gradients stay in registers
 * while all rows pass by, each read once for both.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"
#include "kernels/vector.inc"

enum {
    WIDTH = GR_LINE / sizeof(real),      /* P */
    VECTORS = GR_LINE / GR_VECTOR_BYTES, /* of a row of a panel */
    GROUPS = 2,
    ABREAST = GR_VECTOR_REGISTERS == 32 && VECTORS == 1 ? 4 : 1 /* panels, backward */
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

/* QUAD columns of a group of rows, from k on. */
GR_INLINE void columns_of_rows(const real *const *row, size_t k, vector *column)
{
    vector piece[QUAD];
    GR_UNROLL for (size_t i = 0; i < QUAD; i++)
        piece[i] = pieces_of_rows(row[i] + k, row[i + PIECE_1] + k, row[i + PIECE_2] + k,
                                  row[i + PIECE_3] + k);
    columns_of_pieces(piece, column);
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
    for (; k + QUAD <= p->depth; k += QUAD) {
        const real *w = weight_at(p, outputs, k);
        vector column[GROUPS][QUAD];
        GR_UNROLL for (size_t g = 0; g < groups; g++)
            columns_of_rows(row + g * LANES, k, column[g]);
        GR_UNROLL for (size_t i = 0; i < QUAD; i++)
            GR_UNROLL for (size_t g = 0; g < groups; g++)
                take_column(column[g][i], w + i, outputs, sum + g * outputs);
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

/* ---- backward ---- */

/* Always a constant where a function with one is inlined. */
typedef struct gradient_form {
    size_t outputs, panels;
    bool dx, dw;
} gradient_form;

GR_INLINE void gradients_of(gradient_form form, const gr_narrow_gradient *p, size_t panel)
{
    const size_t vectors = form.panels * VECTORS, all_of = form.outputs * vectors;
    const size_t stride = p->stride, first = panel * form.outputs * WIDTH;
    const bool masked = p->masked;
    const real *const *dz = (const real *const *)p->dz, *w = (const real *)p->w + first;
    const real *x = (const real *)p->x + panel * WIDTH;
    real *dx = form.dx ? (real *)p->dx + panel * WIDTH : NULL;
    vector w_k[GR_NARROW * ABREAST * VECTORS], sum[GR_NARROW * ABREAST * VECTORS] = {{0}};
    GR_UNROLL for (size_t i = 0; i < all_of; i++) /* panels [outputs][P] */
        w_k[i] = form.dx ? load(w + i * LANES) : (vector){0};
    for (size_t r = 0; r < p->rows; r++, x += stride) {
        vector x_k[ABREAST * VECTORS], d[ABREAST * VECTORS] = {{0}};
        GR_UNROLL for (size_t v = 0; v < vectors; v++)
            x_k[v] = load(x + v * LANES);
        GR_UNROLL for (size_t i = 0; i < all_of; i++) {
            const size_t j = i / VECTORS % form.outputs;
            const size_t v = i / VECTORS / form.outputs * VECTORS + i % VECTORS;
            if (form.dx)
                d[v] = chain(dz[r][j], w_k[i], d[v]);
            if (form.dw)
                sum[i] = chain(dz[r][j], x_k[v], sum[i]);
        }
        if (form.dx && masked)
            GR_UNROLL for (size_t v = 0; v < vectors; v++)
                d[v] = through_rectifier(d[v], x_k[v]);
        if (form.dx)
            GR_UNROLL for (size_t v = 0; v < vectors; v++)
                store(dx + r * stride + v * LANES, d[v]);
    }
    if (form.dw)
        GR_UNROLL for (size_t i = 0; i < all_of; i++)
            store((real *)p->dw + first + i * LANES, sum[i]);
}

GR_INLINE void all_gradients(size_t outputs, bool dx, bool dw, const gr_narrow_gradient *p)
{
    const size_t abreast = outputs > 2 ? (ABREAST + 1) / 2 : ABREAST;
    size_t panel = 0;
    for (; p->panels - panel >= abreast; panel += abreast)
        gradients_of((gradient_form){outputs, abreast, dx, dw}, p, panel);
    for (; panel < p->panels; panel++)
        gradients_of((gradient_form){outputs, 1, dx, dw}, p, panel);
}

#define GRADIENTS(outputs)                                                  \
    static void gradients_##outputs(const gr_narrow_gradient *p)            \
    {                                                                       \
        if (p->dw == NULL)                                                  \
            all_gradients(outputs, true, false, p);                         \
        else if (p->dx == NULL)                                             \
            all_gradients(outputs, false, true, p);                         \
        else                                                                \
            all_gradients(outputs, true, true, p);                          \
    }
GRADIENTS(1)
GRADIENTS(2)
GRADIENTS(3)
GRADIENTS(4)

static void (*const gradients[GR_NARROW])(const gr_narrow_gradient *p) = {
    gradients_1, gradients_2, gradients_3, gradients_4};

void GR_NAME(narrow_gradient)(const gr_narrow_gradient *p)
{
    gradients[p->outputs - 1](p);
}
