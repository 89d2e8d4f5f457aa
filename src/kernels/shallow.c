/*
 * kernels/shallow.c - products of few steps
 *
 * The chains of kernels/product.c, so short that its tiles would end as soon as they have
 * begun. Here all of B stays in registers, some panels at a time: by rows, for layers of few
 * inputs; by columns, for descent by the gradient of few rows, where each row of C is a chain
 * or two, which wait for themselves while those of the next rows run.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>

#include "kernels/real.h"
#include "kernels/vector.inc"

enum {
    WIDTH = GR_LINE / sizeof(real),             /* P */
    VECTORS = GR_LINE / GR_VECTOR_BYTES,        /* of a row of a panel */
    HELD = GR_VECTOR_REGISTERS == 32 ? 20 : 10, /* vectors of B in registers */
    SUMS = GR_VECTOR_REGISTERS == 32 ? 4 : 2,   /* and of chains, but a row at least */
    DEEPEST = 10,
    STEPS = 4, /* by rows */
    PANELS_ABREAST = GR_VECTOR_REGISTERS == 32 && VECTORS == 1 ? 4 : 1 /* by rows */
};

/* ---- by rows ---- */

/* Rows of some panels, one after the other: B stays in registers. */
GR_INLINE void rows_of(size_t depth, size_t panels, const gr_product *p, size_t panel)
{
    const size_t vectors = panels * VECTORS, rows = p->rows, stride = p->c_stride;
    const bool rectifies = p->rectify;
    const real *const *a = (const real *const *)p->a;
    const real *b = (const real *)p->b + panel * p->b_stride;
    const real *bias = p->bias == NULL ? NULL : (const real *)p->bias + panel * WIDTH;
    real *c = (real *)p->c + panel * WIDTH;
    vector start[PANELS_ABREAST * VECTORS], b_k[STEPS * PANELS_ABREAST * VECTORS];
    GR_UNROLL for (size_t v = 0; v < vectors; v++)
        start[v] = bias == NULL ? (vector){0} : load(bias + v * LANES);
    GR_UNROLL for (size_t i = 0; i < depth * vectors; i++)
        b_k[i] = load(b + i % vectors / VECTORS * p->b_stride + i / vectors * WIDTH +
                      i % VECTORS * LANES);
    for (size_t r = 0; r < rows; r++, c += stride) {
        vector sum[PANELS_ABREAST * VECTORS];
        GR_UNROLL for (size_t v = 0; v < vectors; v++)
            sum[v] = start[v];
        GR_UNROLL for (size_t i = 0; i < depth * vectors; i++)
            sum[i % vectors] = chain(a[r][i / vectors], b_k[i], sum[i % vectors]);
        if (rectifies)
            GR_UNROLL for (size_t v = 0; v < vectors; v++)
                sum[v] = rectify(sum[v]);
        GR_UNROLL for (size_t v = 0; v < vectors; v++)
            store(c + v * LANES, sum[v]);
    }
}

GR_INLINE void by_rows(size_t depth, const gr_product *p)
{
    size_t panel = 0;
    for (; p->panels - panel >= PANELS_ABREAST; panel += PANELS_ABREAST)
        rows_of(depth, PANELS_ABREAST, p, panel);
    for (; panel < p->panels; panel++)
        rows_of(depth, 1, p, panel);
}

static void by_rows_1(const gr_product *p)
{
    by_rows(1, p);
}

static void by_rows_2(const gr_product *p)
{
    by_rows(2, p);
}

static void by_rows_3(const gr_product *p)
{
    by_rows(3, p);
}

static void by_rows_4(const gr_product *p)
{
    by_rows(4, p);
}

static void (*const rows_work[STEPS])(const gr_product *p) = {by_rows_1, by_rows_2, by_rows_3,
                                                              by_rows_4};

/* ---- descent ---- */

/* Always a constant where a function with one is inlined. */
typedef struct shallow_form {
    size_t depth, panels;
} shallow_form;

/* Where the operands of some panels stand. */
typedef struct shallow_place {
    const real *a[DEEPEST]; /* from the first row of C on */
    vector b[HELD];
    double step, shrink;
    real *c;
    size_t c_stride;
} shallow_place;

/* Rows [i, i + rows) of C. Of one panel each multiply-add loads an element of A: so that loads
 * are not the limit, some steps take QUAD elements at once. */
GR_INLINE void take_rows(shallow_form form, size_t rows, const shallow_place *at, size_t i)
{
    const size_t vectors = form.panels * VECTORS, sums = rows * vectors;
    vector sum[SUMS > 2 * VECTORS ? SUMS : 2 * VECTORS] = {0};
    const size_t spread = SPREADS && sums == QUAD && vectors == 1 ? form.depth / LOADS : 0;
    GR_UNROLL for (size_t k = 0; k < spread; k++) {
        vector a[QUAD];
        spread_quad(at->a[k] + i, a);
        GR_UNROLL for (size_t s = 0; s < QUAD; s++)
            sum[s] = chain_lanes(a[s], at->b[k], sum[s]);
    }
    GR_UNROLL for (size_t k = spread; k < form.depth; k++)
        GR_UNROLL for (size_t s = 0; s < sums; s++)
            sum[s] = chain(at->a[k][i + s / vectors], at->b[k * vectors + s % vectors], sum[s]);
    GR_UNROLL for (size_t s = 0; s < sums; s++) {
        const size_t v = s % vectors;
        real *c = at->c + (i + s / vectors) * WIDTH + v / VECTORS * at->c_stride +
                  v % VECTORS * LANES;
        descend(at->step, at->shrink, sum[s], c);
    }
}

/* The sums of B's columns. */
GR_INLINE void take_sums(shallow_form form, const gr_product *p, const vector *b, real *sums)
{
    const size_t vectors = form.panels * VECTORS;
    GR_UNROLL for (size_t v = 0; v < vectors; v++) {
        vector sum = {0};
        GR_UNROLL for (size_t k = 0; k < form.depth; k++)
            sum += b[k * vectors + v];
        descend(p->sums_step, p->sums_shrink, sum, sums + v * LANES);
    }
}

GR_INLINE void take_panels(shallow_form form, const gr_product *p, size_t panel)
{
    const size_t vectors = form.panels * VECTORS, rows = p->rows;
    const size_t abreast = SUMS > vectors ? SUMS / vectors : 1;
    const real *const *ahead = panel == 0 ? (const real *const *)p->ahead : NULL;
    shallow_place at = {.step = p->step, .shrink = p->shrink,
                        .c = (real *)p->c + panel * p->c_stride, .c_stride = p->c_stride};
    size_t i = 0;
    if (form.depth * vectors > HELD)
        return; /* never called: see GR_NAME(shallow) */
    GR_UNROLL for (size_t k = 0; k < form.depth; k++)
        at.a[k] = (const real *)p->a[k] + p->first;
    GR_UNROLL for (size_t s = 0; s < form.depth * vectors; s++)
        at.b[s] = load((const real *)p->b + s / vectors * p->b_stride + panel * WIDTH +
                       s % vectors * LANES);
    if (p->sums != NULL)
        take_sums(form, p, at.b, (real *)p->sums + panel * WIDTH);
    while (rows - i >= WIDTH) {
        if (ahead != NULL)
            GR_UNROLL for (size_t k = 0; k < form.depth; k++)
                __builtin_prefetch(ahead[k] + p->ahead_first + i, 0, 2);
        for (const size_t end = i + WIDTH; i < end; i += abreast)
            take_rows(form, abreast, &at, i);
    }
    for (; i < rows; i++)
        take_rows(form, 1, &at, i);
}

typedef void panels_of(const gr_product *p, size_t panel);
#define PANELS(depth, panels)                                                          \
    static void descent_##depth##_##panels(const gr_product *p, size_t panel)          \
    {                                                                                  \
        take_panels((shallow_form){depth, panels}, p, panel);                          \
    }
#define DEPTHS(panels)                                                                 \
    PANELS(1, panels) PANELS(2, panels) PANELS(3, panels) PANELS(4, panels)            \
    PANELS(5, panels) PANELS(6, panels) PANELS(7, panels) PANELS(8, panels)            \
    PANELS(9, panels) PANELS(10, panels)
DEPTHS(1)
DEPTHS(2)

#define NAMES(panels)                                                                  \
    {                                                                                  \
        descent_1_##panels, descent_2_##panels, descent_3_##panels, descent_4_##panels, \
        descent_5_##panels, descent_6_##panels, descent_7_##panels, descent_8_##panels, \
        descent_9_##panels, descent_10_##panels                                        \
    }
static panels_of *const work[2][DEEPEST] = {NAMES(1), NAMES(2)};

bool GR_NAME(shallow)(const gr_product *p)
{
    const size_t most = p->depth > 0 ? HELD / VECTORS / p->depth : 0; /* panels that are held */
    if (!p->by_columns && p->depth - 1 < STEPS && p->mask == NULL) {
        rows_work[p->depth - 1](p);
        return true;
    }
    if (!p->descend || p->depth > DEEPEST || most == 0 || p->bias != NULL)
        return false;
    for (size_t panel = 0, panels; panel < p->panels; panel += panels) {
        panels = most > 1 && p->panels - panel > 1 ? 2 : 1;
        work[panels - 1][p->depth - 1](p, panel);
    }
    return true;
}
