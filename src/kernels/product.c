/*
 * kernels/product.c - the matrix product, as chains of fused multiply-adds
 *
 *     C(i, j) = start + A(i, 0) B(0, j) + A(i, 1) B(1, j) + ...     each + one real_fma
 *
 * C is worked in tiles of some rows times some panels, whose chains stay in registers: a
 * step of k loads the panels' vectors of B once, and one element of A for each row. Wide
 * and low tiles serve few rows, where a chain's latency must be hidden by other panels.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"
#include "kernels/vector.inc"

enum {
    WIDTH = GR_LINE / sizeof(real),        /* P */
    VECTORS = GR_LINE / GR_VECTOR_BYTES,   /* of a row of a panel */
    SUMS = GR_VECTOR_REGISTERS == 32 ? 20 : 12, /* vectors of chains in registers */
    TILE_ROWS = 8
};

/* C takes a vector of sums, or descends by it. */
GR_INLINE void put(vector sum, const gr_product *p, real *c)
{
    if (p->descend)
        sum = chain((real)p->step, sum, load(c) * (real)p->shrink);
    store(c, sum);
}

/* `rows`, `panels` and `by_columns` are constants wherever this is inlined: only then do
 * the sums stay in registers. */
GR_INLINE void tile(size_t rows, size_t panels, int by_columns, const gr_product *p,
                    const real *const *a, size_t first, const real *b, const real *bias,
                    real *c)
{
    const size_t vectors = panels * VECTORS;
    const size_t b_row = by_columns ? p->b_stride : WIDTH;
    const size_t b_panel = by_columns ? WIDTH : p->b_stride;
    const size_t c_row = by_columns ? WIDTH : p->c_stride;
    const size_t c_panel = by_columns ? p->c_stride : WIDTH;
    const size_t sums = rows * vectors; /* sum i: of row i / vectors, vector i % vectors */
    const real *row[TILE_ROWS];
    vector sum[SUMS];
    GR_UNROLL for (size_t i = 0; i < sums; i++)
        sum[i] = bias == NULL ? (vector){0} : load(bias + i % vectors * LANES);
    GR_UNROLL for (size_t r = 0; r < rows; r++)
        row[r] = by_columns ? NULL : a[r];
    if (by_columns && p->depth >= 32) /* C comes from far, while the sums are computed */
        GR_UNROLL for (size_t i = 0; i < rows * panels; i++)
            __builtin_prefetch(c + i / panels * WIDTH + i % panels * c_panel, 1);
    for (size_t k = 0; k < p->depth; k++, b += b_row) {
        vector b_k[SUMS];
        const real *x = by_columns ? a[k] + first : NULL;
        __asm__("" : "+r"(x)); /* one pointer and constants, not a pointer a row */
        GR_UNROLL for (size_t v = 0; v < vectors; v++)
            b_k[v] = load(b + v / VECTORS * b_panel + v % VECTORS * LANES);
        GR_UNROLL for (size_t i = 0; i < sums; i++) {
            const size_t r = i / vectors;
            sum[i] = chain(by_columns ? x[r] : row[r][k], b_k[i % vectors], sum[i]);
        }
    }
    GR_UNROLL for (size_t i = 0; i < sums; i++) {
        const size_t r = i / vectors, v = i % vectors;
        put(sum[i], p, c + r * c_row + v / VECTORS * c_panel + v % VECTORS * LANES);
    }
}

/* `count` tiles one below the other, from a row and panel of C on */
GR_INLINE void tiles(size_t rows, size_t panels, int by_columns, const gr_product *p,
                     size_t count, size_t from, size_t panel)
{
    const size_t c_row = by_columns ? WIDTH : p->c_stride;
    const size_t c_panel = by_columns ? p->c_stride : WIDTH;
    const real *b = (const real *)p->b + panel * (by_columns ? WIDTH : p->b_stride);
    const real *bias = p->bias == NULL ? NULL : (const real *)p->bias + panel * WIDTH;
    real *c = (real *)p->c + from * c_row + panel * c_panel;
    const real *const *a = (const real *const *)p->a + (by_columns ? 0 : from);
    if (rows * panels * VECTORS > SUMS)
        return; /* never called: see most_rows */
    for (size_t i = 0; i < count; i++, c += rows * c_row)
        tile(rows, panels, by_columns, p, a + (by_columns ? 0 : i * rows),
             p->first + from + i * rows, b, bias, c);
}

typedef void tiles_of(const gr_product *p, size_t count, size_t from, size_t panel);
#define TILES(rows, panels)                                                               \
    static void by_rows_##rows##_##panels(const gr_product *p, size_t count, size_t from, \
                                          size_t panel)                                   \
    {                                                                                     \
        tiles(rows, panels, 0, p, count, from, panel);                                    \
    }                                                                                     \
    static void by_columns_##rows##_##panels(const gr_product *p, size_t count,           \
                                             size_t from, size_t panel)                   \
    {                                                                                     \
        tiles(rows, panels, 1, p, count, from, panel);                                    \
    }
#define TILES_OF(panels)                                                              \
    TILES(1, panels) TILES(2, panels) TILES(3, panels) TILES(4, panels)               \
    TILES(5, panels) TILES(6, panels) TILES(7, panels) TILES(8, panels)
TILES_OF(1)
TILES_OF(2)
TILES_OF(4)
TILES_OF(8)

#define NAMES(kind, panels)                                                           \
    {                                                                                 \
        kind##_1_##panels, kind##_2_##panels, kind##_3_##panels, kind##_4_##panels,   \
        kind##_5_##panels, kind##_6_##panels, kind##_7_##panels, kind##_8_##panels    \
    }
#define NAMES_OF(kind) {NAMES(kind, 1), NAMES(kind, 2), NAMES(kind, 4), NAMES(kind, 8)}
static tiles_of *const work[2][4][TILE_ROWS] = {
    NAMES_OF(by_rows),
    NAMES_OF(by_columns),
};

/* Rows of the highest tile of 1, 2, 4, 8 panels. */
#define MOST(panels) \
    (SUMS / (panels * VECTORS) < TILE_ROWS ? SUMS / (panels * VECTORS) : TILE_ROWS)
static const size_t most_rows[4] = {MOST(1), MOST(2), MOST(4), MOST(8)};

/* The widest tile (2^n panels) that takes all rows at once, else the one that needs the
 * fewest loads for each multiply-add. */
static size_t choose_width(size_t rows, size_t panels)
{
    const size_t usual = VECTORS == 1 && panels > 1 ? 1 : 0;
    for (size_t width = 3; width > usual; width--)
        if ((size_t)1 << width <= panels && rows <= most_rows[width])
            return width;
    return usual;
}

/* All rows of some panels, in tiles of nearly equal height: `more` of them one row higher. */
static void product_column(const gr_product *p, size_t width, size_t panel)
{
    tiles_of *const *kind = work[p->by_columns != 0][width];
    if (p->rows <= most_rows[width]) {
        kind[p->rows - 1](p, 1, 0, panel);
        return;
    }
    const size_t count = (p->rows + most_rows[width] - 1) / most_rows[width];
    const size_t height = p->rows / count, more = p->rows % count;
    if (more > 0)
        kind[height](p, more, 0, panel);
    kind[height - 1](p, count - more, more * (height + 1), panel);
}

void GR_NAME(product)(const gr_product *p)
{
    for (size_t done = 0, width; done < p->panels && p->rows > 0; done += (size_t)1 << width) {
        width = choose_width(p->rows, p->panels - done);
        product_column(p, width, done);
    }
}
