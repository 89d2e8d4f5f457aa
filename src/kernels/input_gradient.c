/*
 * kernels/input_gradient.c - BP2 by a weight as it stands, rows in the lanes
 *
 *     dx(i, j) = sum_k dz(i, k) w(j, k)                  the chains of kernels/product.c
 *
 * A product by rows takes the transpose of W, and of a large W that is as much as the caches
 * hold once more, written and read in every step. Here dz is transposed instead, a group of
 * rows at a time, and dx back, so that W is read where it stands, an element for all lanes.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stddef.h>

#include "kernels/real.h"
#include "kernels/vector.inc"

enum {
    WIDTH = GR_LINE / sizeof(real),                 /* P */
    ROWS = GR_GROUP_ROWS,
    VECTORS = ROWS / LANES,                         /* of a group of rows */
    INPUTS = GR_VECTOR_REGISTERS == 32 ? 5 : 6,     /* of a tile */
    PANELS = 5,                                     /* of dx that stand by columns at once */
    AHEAD = 8                                       /* panels of W that are fetched ahead */
};

size_t GR_NAME(input_gradient_room)(size_t outputs)
{
    return ((outputs + WIDTH - 1) / WIDTH + 1 + PANELS) * WIDTH * ROWS * sizeof(real);
}

/* dz of a group, [outputs][ROWS]; without a row a lane repeats the last. */
static void turn_dz(const gr_input_gradient *p, size_t from, real *dzt)
{
    const size_t left = p->rows - from;
    const real *row[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        row[i] = (const real *)p->dz[from + (i < left ? i : left - 1)];
    for (size_t i = 0; i < ROWS; i += LANES)
        for (size_t k = 0; k < p->outputs; k += LANES)
            GR_NAME(transpose_rows)(row + i, k, ROWS, dzt + k * ROWS + i);
}

/* Inputs [0, INPUTS) of w for a group: dxt [.][ROWS] */
static void tile(const gr_input_gradient *p, const real *w, const real *dzt, real *dxt)
{
    const size_t stride = p->inputs * WIDTH; /* of w, panel to panel */
    const size_t whole = (p->outputs + WIDTH - 1) / WIDTH * stride;
    const real *soon = w + AHEAD * stride;
    const real *const behind = w + whole; /* then the next tile begins */
    vector sum[INPUTS * VECTORS] = {{0}};
    for (size_t k = 0; k < p->outputs; w += stride) {
        const size_t end = p->outputs - k < WIDTH ? p->outputs : k + WIDTH;
        if (soon >= behind)
            soon -= whole - INPUTS * WIDTH;
        GR_UNROLL for (size_t j = 0; j < INPUTS; j++)
            __builtin_prefetch(soon + j * WIDTH);
        soon += stride;
        for (const real *w_k = w; k < end; k++, w_k++, dzt += ROWS) {
            vector dz_k[VECTORS];
            GR_UNROLL for (size_t v = 0; v < VECTORS; v++)
                dz_k[v] = load(dzt + v * LANES);
            GR_UNROLL for (size_t i = 0; i < INPUTS * VECTORS; i++)
                sum[i] = chain(w_k[i / VECTORS * WIDTH], dz_k[i % VECTORS], sum[i]);
        }
    }
    GR_UNROLL for (size_t i = 0; i < INPUTS * VECTORS; i++)
        store(dxt + i * LANES, sum[i]);
}

/* Rows of dx, LANES columns; those of `count` on are 0, as are outputs that mask them. */
static __attribute__((noinline)) void give_square(const gr_input_gradient *p, size_t rows,
                                                  size_t count, size_t at, const real *dxt)
{
    const real *mask = p->mask;
    real *dx = p->dx;
    vector square[LANES];
    GR_UNROLL for (size_t j = 0; j < LANES; j++)
        square[j] = j < count ? load(dxt + j * ROWS) : (vector){0};
    transpose(square);
    GR_UNROLL for (size_t i = 0; i < LANES; i++)
        if (i < rows) {
            const size_t to = at + i * p->stride;
            store(dx + to, mask == NULL ? square[i] : through_rectifier(square[i],
                                                                        load(mask + to)));
        }
}

/* Columns [from, to) of dx, of the group's rows from `row` on. */
static void give_dx(const gr_input_gradient *p, size_t row, size_t from, size_t to,
                    const real *dxt)
{
    const size_t end = (to + WIDTH - 1) / WIDTH * WIDTH;
    for (size_t i = 0; i < ROWS && row + i < p->rows; i += LANES)
        for (size_t j = from; j < end; j += LANES)
            give_square(p, p->rows - row - i, j < to ? to - j : 0,
                        (row + i) * p->stride + j, dxt + (j - from) * ROWS + i);
}

/* The last tile ends with the last input: it computes some of the one before it again. */
void GR_NAME(input_gradient)(const gr_input_gradient *p)
{
    enum { CHUNK = PANELS * WIDTH };
    const size_t outputs = (p->outputs + WIDTH - 1) / WIDTH * WIDTH;
    real *const dzt = p->room, *const dxt = dzt + (outputs + WIDTH) * ROWS;
    for (size_t row = 0; row < p->rows; row += ROWS) {
        turn_dz(p, row, dzt);
        for (size_t from = 0, to; from < p->inputs; from = to) {
            to = p->inputs - from < CHUNK ? p->inputs : from + CHUNK;
            for (size_t j = from; j < to; j += INPUTS) {
                const size_t first = to - j < INPUTS ? to - INPUTS : j;
                tile(p, (const real *)p->w + first * WIDTH, dzt,
                     dxt + ((ptrdiff_t)first - (ptrdiff_t)from) * ROWS);
            }
            give_dx(p, row, from, to, dxt);
        }
    }
}
