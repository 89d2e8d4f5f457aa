/*
 * kernels/abreast.c - predictions of a network of low layers, rows abreast in the lanes
 *
 *     z(j, i) = bias(j) + sum_k w(k, j) x(k, i),  a = s(z)      the chains of kernels/product.c
 *
 * Rows i of a block stand side by side, so that vectors are full whatever the layers' widths. x
 * is transposed once, and the block goes through all layers without leaving the cache.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>

#include "kernels/real.h"
#include "kernels/vector.inc"

enum {
    WIDTH = GR_LINE / sizeof(real),       /* P */
    ROWS = GR_ABREAST_LINES * WIDTH,         /* of a block */
    VECTORS = ROWS / LANES,               /* of a unit */
    SUMS = GR_VECTOR_REGISTERS == 32 ? 20 : 12, /* vectors of chains in registers */
    UNITS = SUMS / VECTORS < 8 ? SUMS / VECTORS : 8 /* of a tile */
};

/* ---- x of a block ---- */

/* xt(k, i) = x(i, k) of a square; both may be read and written beyond the columns. Apart,
 * because a compiler that sees its shuffles and the chains at once takes them to single
 * elements. */
static __attribute__((noinline)) void turn_square(const real *x, size_t stride, real *xt)
{
    vector square[LANES];
    GR_UNROLL for (size_t i = 0; i < LANES; i++)
        square[i] = load(x + i * stride);
    transpose(square);
    GR_UNROLL for (size_t k = 0; k < LANES; k++)
        store(xt + k * ROWS, square[k]);
}

/* The first of `left` rows that follow each other. Squares reach beyond the last one. */
static void turn_rows(size_t inputs, size_t left, const real *x, real *xt)
{
    const size_t over = (inputs + LANES - 1) / LANES * LANES - inputs;
    if (left >= ROWS && (left - ROWS) * inputs >= over) {
        for (size_t i = 0; i < ROWS; i += LANES)
            for (size_t k = 0; k < inputs; k += LANES)
                turn_square(x + i * inputs + k, inputs, xt + k * ROWS + i);
        return;
    }
    const size_t rows = left < ROWS ? left : ROWS;
    for (size_t k = 0; k < inputs; k++)
        for (size_t i = 0; i < ROWS; i++) /* without a row a lane repeats the last */
            xt[k * ROWS + i] = x[(i < rows ? i : rows - 1) * inputs + k];
}

/* ---- a layer ---- */

/* w(k, from + j), j < units: of panels [.][inputs][P] or, narrow, [inputs/P][outputs][P]. */
GR_INLINE const real *weight_at(const gr_plain_layer *l, bool narrow, size_t from, size_t k)
{
    const real *w = l->w;
    return narrow ? w + k / WIDTH * l->outputs * WIDTH + from * WIDTH + k % WIDTH
                  : w + from / WIDTH * l->inputs * WIDTH + k * WIDTH + from % WIDTH;
}

/* Some units' outputs a, from one on, take part in the chains z of a narrow layer. */
GR_INLINE void take_units(size_t units, const gr_plain_layer *l, size_t from, const vector *a,
                          real *z)
{
    const real *w = weight_at(l, true, 0, from), *bias = l->bias;
    const bool rectifies = l->rectify && from + units == l->inputs;
    for (size_t j = 0; j < l->outputs; j++, w += WIDTH, z += ROWS) {
        vector sum[VECTORS];
        GR_UNROLL for (size_t v = 0; v < VECTORS; v++)
            sum[v] = from > 0 ? load(z + v * LANES) : bias == NULL ? (vector){0} : all(bias[j]);
        GR_UNROLL for (size_t i = 0; i < units * VECTORS; i++)
            sum[i % VECTORS] = chain(w[i / VECTORS], a[i], sum[i % VECTORS]);
        GR_UNROLL for (size_t v = 0; v < VECTORS; v++)
            store(z + v * LANES, rectifies ? rectify(sum[v]) : sum[v]);
    }
}

/* The chains of some units from one on, all rows of the block; z is of layer `next` if there is
 * one, whose chains go on at once. */
GR_INLINE void chains_of_units(size_t units, bool narrow, const gr_plain_layer *l,
                               const gr_plain_layer *next, size_t from, const real *x, real *z)
{
    vector sum[SUMS];
    const real *bias = l->bias;
    GR_UNROLL for (size_t i = 0; i < units * VECTORS; i++)
        sum[i] = bias == NULL ? (vector){0} : all(bias[from + i / VECTORS]);
    for (size_t k = 0; k < l->inputs; k++, x += ROWS) {
        const real *w = weight_at(l, narrow, from, k);
        GR_UNROLL for (size_t i = 0; i < units * VECTORS; i++)
            sum[i] = chain(w[i / VECTORS * (narrow ? WIDTH : 1)],
                           load(x + i % VECTORS * LANES), sum[i]);
    }
    if (l->rectify)
        GR_UNROLL for (size_t i = 0; i < units * VECTORS; i++)
            sum[i] = rectify(sum[i]);
    if (next != NULL) {
        take_units(units, next, from, sum, z);
        return;
    }
    GR_UNROLL for (size_t i = 0; i < units * VECTORS; i++)
        store(z + from * ROWS + i * LANES, sum[i]);
}

typedef void some_units(const gr_plain_layer *l, const gr_plain_layer *next, size_t from,
                        const real *x, real *z);
#define SOME(units)                                                                         \
    static void wide_##units(const gr_plain_layer *l, const gr_plain_layer *next,           \
                             size_t from, const real *x, real *z)                           \
    {                                                                                       \
        if (units <= UNITS) /* else never called */                                         \
            chains_of_units(units <= UNITS ? units : 1, false, l, next, from, x, z);        \
    }                                                                                       \
    static void narrow_##units(const gr_plain_layer *l, const gr_plain_layer *next,         \
                               size_t from, const real *x, real *z)                         \
    {                                                                                       \
        if (units <= UNITS)                                                                 \
            chains_of_units(units <= UNITS ? units : 1, true, l, next, from, x, z);         \
    }
SOME(1) SOME(2) SOME(3) SOME(4) SOME(5) SOME(6) SOME(7) SOME(8)
#define NAMES(kind)                                                                  \
    {                                                                                \
        kind##_1, kind##_2, kind##_3, kind##_4, kind##_5, kind##_6, kind##_7, kind##_8 \
    }
static some_units *const work[2][8] = {NAMES(wide), NAMES(narrow)};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A tile's units stand in one panel. */
static void forward(const gr_plain_layer *l, const gr_plain_layer *next, const real *x, real *z)
{
    for (size_t from = 0, units; from < l->outputs; from += units) {
        units = least(least(UNITS, l->outputs - from), WIDTH - from % WIDTH);
        work[l->narrow][units - 1](l, next, from, x, z);
    }
    l = next == NULL ? l : next;
    if (l->activate != NULL && !l->by_rows)
        l->activate->forward(l->outputs, ROWS, l->alpha, z, z);
}

/* ---- all layers ---- */

/* y(i, j) = yt(j, i) */
static void give_rows(size_t rows, size_t outputs, const real *yt, real *y, size_t stride)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < outputs; j++)
            y[i * stride + j] = yt[j * ROWS + i];
}

static void give_activated_rows(size_t rows, const gr_plain_layer *l, const real *zt,
                                real *z, real *y)
{
    const size_t stride = gr_stride(l->outputs, sizeof *z);
    give_rows(rows, l->outputs, zt, z, stride);
    l->activate->forward(rows, l->outputs, l->alpha, z, z);
    for (size_t i = 0; i < rows; i++)
        memcpy(y + i * l->outputs, z + i * stride, l->outputs * sizeof *y);
}

void GR_NAME(abreast)(const gr_abreast *p)
{
    const gr_plain_layer *last = &p->layer[p->layers - 1];
    const size_t inputs = p->layer[0].inputs;
    const real *x = p->x;
    real *y = p->y;
    for (size_t from = 0; from < p->rows; from += ROWS, x += ROWS * inputs) {
        const size_t rows = least(ROWS, p->rows - from);
        real *at = p->room[0], *next = p->room[1];
        turn_rows(inputs, p->rows - from, x, at);
        for (const gr_plain_layer *l = p->layer; l <= last; l++) {
            real *z = next;
            const bool both = l->activate == NULL && l < last && l[1].narrow;
            forward(l, both ? l + 1 : NULL, at, z);
            l += both;
            next = at;
            at = z;
        }
        if (last->by_rows)
            give_activated_rows(rows, last, at, next, y + from * last->outputs);
        else if (last->outputs == 1)
            memcpy(y + from, at, rows * sizeof *y);
        else
            give_rows(rows, last->outputs, at, y + from * last->outputs, last->outputs);
    }
}
