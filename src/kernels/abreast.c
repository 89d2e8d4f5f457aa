/*
 * kernels/abreast.c - predictions of a network of low layers, rows abreast in the lanes
 *
 *     z(j, i) = bias(j) + sum_k w(k, j) x(k, i),  a = s(z)      the chains of kernels/product.c
 *
 * Rows i of a block stand side by side, so that vectors are full whatever the layers' widths.
 * The block goes through all layers without leaving the cache. Meanwhile x of the next one is
 * transposed, a strip of it every few steps of the chains: that takes no multiply-add, which is
 * what they wait for.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>

#include "kernels/real.h"
#include "kernels/vector.inc"

enum {
    WIDTH = GR_LINE / sizeof(real),             /* P */
    ROWS = GR_ABREAST_LINES * WIDTH,            /* of a block */
    VECTORS = ROWS / LANES,                     /* of a unit */
    SUMS = GR_VECTOR_REGISTERS == 32 ? 20 : 12, /* vectors of chains in registers */
    STRIP = LANES * QUAD * sizeof(real),        /* bytes */
    UNITS = SUMS / VECTORS < 10 ? SUMS / VECTORS : 10, /* of a tile */
    REACHES = UNITS == 10, /* whether a tile may stand in two panels */
    /* whether a strip has registers beside a tile's chains, and comes between their steps */
    BETWEEN = GR_VECTOR_REGISTERS == 32 && GR_VECTOR_BYTES == GR_LINE
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* ---- x of a block ---- */

/* How far xt(k, i) = x(i, k) has come, by strips of QUAD columns of LANES rows. */
typedef struct transposition {
    const real *x;    /* its first row */
    size_t inputs;
    real *xt;         /* [inputs rounded up to P][ROWS] */
    size_t k, i;      /* where the next strip begins; i = ROWS: there is none */
    size_t last_k;    /* where the last one of a row begins */
    uintptr_t soon;   /* where that strip's share of the block after is, which is fetched */
    size_t steps;     /* of a tile's chains between two strips, in elements of w */
} transposition;

/* So that x of the next block is there when its turn comes. */
static size_t steps_between(const gr_plain_layer *l)
{
    const size_t tiles = (l->outputs + UNITS - 1) / UNITS, steps = tiles * QUAD / VECTORS;
    return (steps > 0 ? steps : 1) * WIDTH;
}

/* Strips of few inputs reach into the next row, where there is one. */
static transposition begin_transposition(const gr_abreast *p, size_t from, void *xt)
{
    const size_t inputs = p->layer[0].inputs;
    if (from >= p->rows)
        return (transposition){.xt = xt, .i = ROWS};
    const real *x = (const real *)p->x + from * inputs;
    transposition t = {.x = x, .inputs = inputs, .xt = xt,
                 .last_k = inputs > QUAD ? inputs - QUAD : 0,
                 .soon = (uintptr_t)x + ROWS * inputs * sizeof *x,
                 .steps = steps_between(&p->layer[0])};
    if ((p->rows - from - ROWS + 1) * inputs < QUAD)
        for (; t.i < ROWS; t.i++)
            for (size_t k = 0; k < inputs; k++)
                t.xt[k * ROWS + t.i] = x[t.i * inputs + k];
    return t;
}

/* The last strip of a row takes some columns of the one before again. */
GR_INLINE void transpose_strip(transposition *t)
{
    const size_t k = least(t->k, t->last_k);
    real *const xt = t->xt + k * ROWS + t->i;
    const uintptr_t soon = t->soon;
    vector column[QUAD];
    columns_of_matrix(t->x + t->i * t->inputs + k, t->inputs, column);
    GR_UNROLL for (size_t j = 0; j < QUAD; j++)
        store(xt + j * ROWS, column[j]);
    GR_UNROLL for (size_t byte = 0; byte < STRIP; byte += GR_LINE)
        __builtin_prefetch((const void *)(soon + byte));
    t->soon = soon + STRIP;
    t->k += QUAD;
    if (t->k >= t->inputs) {
        t->k = 0;
        t->i += LANES;
    }
}

static void transpose_rest(transposition *t)
{
    while (t->i < ROWS)
        transpose_strip(t);
}

/* ---- a layer ---- */

/* w(k, from + j), j < units: of panels [.][inputs][P] or, narrow, [inputs/P][outputs][P]. */
GR_INLINE const real *weight_at(const gr_plain_layer *l, bool narrow, size_t from, size_t k)
{
    const real *w = l->w;
    return narrow ? w + k / WIDTH * l->outputs * WIDTH + from * WIDTH + k % WIDTH
                  : w + from / WIDTH * l->inputs * WIDTH + k * WIDTH + from % WIDTH;
}

/* Some units' outputs a, from one on, take part in the chains z of a narrow layer; w(., k) of
 * those from `here` on stand with the next P. */
GR_INLINE void take_units(size_t units, size_t here, const gr_plain_layer *l, size_t from,
                          const vector *a, real *z)
{
    const real *w = weight_at(l, true, 0, from), *bias = l->bias;
    const size_t jump = (l->outputs - 1) * WIDTH;
    const bool rectifies = l->rectify && from + units == l->inputs;
    for (size_t j = 0; j < l->outputs; j++, w += WIDTH, z += ROWS) {
        vector sum[VECTORS];
        GR_UNROLL for (size_t v = 0; v < VECTORS; v++)
            sum[v] = from > 0 ? load(z + v * LANES) : bias == NULL ? (vector){0} : all(bias[j]);
        GR_UNROLL for (size_t i = 0; i < units * VECTORS; i++)
            sum[i % VECTORS] = chain(w[i / VECTORS + (i / VECTORS < here ? 0 : jump)], a[i],
                                     sum[i % VECTORS]);
        GR_UNROLL for (size_t v = 0; v < VECTORS; v++)
            store(z + v * LANES, rectifies ? rectify(sum[v]) : sum[v]);
    }
}

/* A step of chains: w(k, .) is `apart` elements from unit to unit, those from `here` on stand
 * `jump` elements behind; x is a row of all units. */
GR_INLINE void take_step(size_t units, size_t here, const real *w, size_t apart, size_t jump,
                         const real *x, vector *sum)
{
    GR_UNROLL for (size_t i = 0; i < units * VECTORS; i++) {
        const real *of = w + (i / VECTORS < here ? 0 : jump) + i / VECTORS * apart;
        sum[i] = chain(*of, load(x + i % VECTORS * LANES), sum[i]);
    }
}

/* The chains of some units from one on, `here` of them in its panel and the others in the next
 * one, all rows of the block, and strips of the next block between their steps; z is of layer
 * `next` if there is one, whose chains go on at once. */
GR_INLINE void chains_of_units(size_t units, size_t here, bool narrow, const gr_plain_layer *l,
                               const gr_plain_layer *next, size_t from, transposition *ahead,
                               const real *x, real *z)
{
    vector sum[SUMS];
    const real *bias = l->bias;
    GR_UNROLL for (size_t i = 0; i < units * VECTORS; i++)
        sum[i] = bias == NULL ? (vector){0} : all(bias[from + i / VECTORS]);
    for (size_t k = 0; narrow && k < l->inputs; k++, x += ROWS)
        take_step(units, units, weight_at(l, narrow, from, k), WIDTH, 0, x, sum);
    if (!narrow) {
        const real *w = weight_at(l, false, from, 0), *const end = w + l->inputs * WIDTH;
        const size_t jump = (l->inputs - 1) * WIDTH;
        while (w < end) {
            const real *stop = end;
            if (BETWEEN && ahead->i < ROWS) {
                transpose_strip(ahead);
                stop = (size_t)(end - w) < ahead->steps ? end : w + ahead->steps;
            }
            for (; w < stop; w += WIDTH, x += ROWS)
                take_step(units, here, w, 1, jump, x, sum);
        }
    }
    if (l->rectify)
        GR_UNROLL for (size_t i = 0; i < units * VECTORS; i++)
            sum[i] = rectify(sum[i]);
    if (next != NULL) {
        take_units(units, here, next, from, sum, z);
        return;
    }
    GR_UNROLL for (size_t i = 0; i < units * VECTORS; i++)
        store(z + from * ROWS + i * LANES, sum[i]);
}

typedef void some_units(const gr_plain_layer *l, const gr_plain_layer *next, size_t from,
                        transposition *ahead, const real *x, real *z);
#define TILE(name, most, here, narrow)                                                    \
    static void name(const gr_plain_layer *l, const gr_plain_layer *next, size_t from,    \
                     transposition *ahead, const real *x, real *z)                        \
    {                                                                                     \
        const size_t units = most <= UNITS ? most : 1;                                    \
        if (most <= UNITS) /* else never called */                                        \
            chains_of_units(units, here, narrow, l, next, from, ahead, x, z);             \
    }
#define SOME(units)                         \
    TILE(wide_##units, units, units, false) \
    TILE(narrow_##units, units, units, true)
SOME(1) SOME(2) SOME(3) SOME(4) SOME(5) SOME(6) SOME(7) SOME(8) SOME(9) SOME(10)
TILE(reach_2, 10, 2, false) TILE(reach_4, 10, 4, false)
TILE(reach_6, 10, 6, false) TILE(reach_8, 10, 8, false)
#define NAMES(kind)                                                                  \
    {                                                                                \
        kind##_1, kind##_2, kind##_3, kind##_4, kind##_5, kind##_6, kind##_7, kind##_8, \
            kind##_9, kind##_10                                                       \
    }
static some_units *const work[2][10] = {NAMES(wide), NAMES(narrow)};
static some_units *const reach[] = {NULL, reach_2, reach_4, reach_6, reach_8};

/* Of 11 to 13 units that are left: halves. A small rest would wait for its own chains. */
static size_t units_of_tile(size_t left)
{
    const bool small_rest = REACHES && left > UNITS && left < UNITS + 4;
    return small_rest ? (left + 1) / 2 : least(left, UNITS);
}

/* Of some units at once: what divides meanwhile does not hold up the next tile's chains. */
static void activate(const gr_plain_layer *l, size_t units, real *z)
{
    if (l->activate != NULL && !l->by_rows)
        l->activate->forward(units, ROWS, l->alpha, z, z);
}

/* Only whole tiles reach into a second panel. Those before are whole, too, or end with a panel,
 * so that they begin at an even unit. */
static void forward(const gr_plain_layer *l, const gr_plain_layer *next, transposition *ahead,
                    const real *x, real *z)
{
    for (size_t from = 0, units; from < l->outputs; from += units) {
        const size_t here = WIDTH - from % WIDTH; /* in this panel */
        units = units_of_tile(l->outputs - from);
        if (REACHES && !l->narrow && units == UNITS && here < UNITS)
            reach[here / 2](l, next, from, ahead, x, z);
        else {
            units = least(units, here);
            work[l->narrow][units - 1](l, next, from, ahead, x, z);
        }
        if (next == NULL)
            activate(l, units, z + from * ROWS);
    }
    if (next != NULL)
        activate(next, next->outputs, z);
}

/* ---- all layers ---- */

/* y(i, j) = yt(j, i), j < outputs. What a vector writes behind them belongs to the next rows,
 * which come later; behind the last one y may end. */
static void give_rows(size_t outputs, const real *yt, real *y, size_t stride)
{
    for (size_t i = 0; i < ROWS; i += QUAD)
        for (size_t from = (outputs - 1) / LANES * LANES + LANES; from > 0;) {
            vector row[QUAD];
            from -= LANES;
            columns_of_matrix(yt + from * ROWS + i, ROWS, row);
            for (size_t r = 0, at; r < QUAD; r++) {
                at = (i + r) * stride + from;
                if (at + LANES <= ROWS * stride)
                    store(y + at, row[r]);
                else
                    memcpy(y + at, &row[r], (outputs - from) * sizeof *y);
            }
        }
}

/* A row as a whole has its activation where rows are a matrix. */
static void give_activated_rows(const gr_plain_layer *l, const real *zt, real *z, real *y)
{
    const size_t stride = gr_stride(l->outputs, sizeof *z);
    give_rows(l->outputs, zt, z, stride);
    l->activate->forward(ROWS, l->outputs, l->alpha, z, z);
    for (size_t i = 0; i < ROWS; i++)
        memcpy(y + i * l->outputs, z + i * stride, l->outputs * sizeof *y);
}

/* All layers of a block, and x of the one after. */
static void forward_block(const gr_abreast *p, transposition *ahead, const real *x, real *y)
{
    const gr_plain_layer *last = &p->layer[p->layers - 1];
    real *z = p->room[0], *other = p->room[1];
    for (const gr_plain_layer *l = p->layer; l <= last; l++) {
        const bool both = l->activate == NULL && l < last && l[1].narrow;
        real *const spare = other;
        forward(l, both ? l + 1 : NULL, ahead, x, z);
        l += both;
        x = other = z;
        z = spare;
    }
    if (last->by_rows)
        give_activated_rows(last, x, z, y);
    else if (last->outputs == 1)
        memcpy(y, x, ROWS * sizeof *y);
    else
        give_rows(last->outputs, x, y, last->outputs);
}

/* The last block ends with the last row: it computes some of the one before it again. */
void GR_NAME(abreast)(const gr_abreast *p)
{
    const size_t outputs = p->layer[p->layers - 1].outputs;
    transposition t = begin_transposition(p, 0, p->xt[0]);
    real *y = p->y;
    for (size_t from = 0, next; from < p->rows; from = next) {
        const real *xt = t.xt;
        transpose_rest(&t);
        next = from + ROWS < p->rows ? least(from + ROWS, p->rows - ROWS) : p->rows;
        t = begin_transposition(p, next, xt == p->xt[0] ? p->xt[1] : p->xt[0]);
        forward_block(p, &t, xt, y + from * outputs);
    }
}
