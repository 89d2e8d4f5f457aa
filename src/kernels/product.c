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

/* Tiles one below the other. */
typedef struct column {
    size_t tiles, depth;
    const real *const *a; /* of the first row; by columns: of k = 0 */
    size_t first;         /* by columns: the first row's column of a */
    const real *b;
    size_t b_stride;
    const real *bias;
    real *c;
    size_t c_stride;
    int descend;
    real step, shrink;
} column;

GR_INLINE void put(vector sum, const column *at, real *c)
{
    if (at->descend)
        sum = chain(at->step, sum, load(c) * at->shrink);
    store(c, sum);
}

/* `rows`, `panels` and `by_columns` are constants wherever this is inlined: only then do
 * the sums stay in registers. */
GR_INLINE void tile(size_t rows, size_t panels, int by_columns, const column *at,
                 const real *const *a, size_t first, real *c)
{
    const size_t vectors = panels * VECTORS;
    const size_t b_row = by_columns ? at->b_stride : WIDTH;
    const size_t b_panel = by_columns ? WIDTH : at->b_stride;
    const size_t c_row = by_columns ? WIDTH : at->c_stride;
    const size_t c_panel = by_columns ? at->c_stride : WIDTH;
    const size_t sums = rows * vectors; /* sum i: of row i / vectors, vector i % vectors */
    const real *row[TILE_ROWS], *b = at->b;
    vector sum[SUMS];
    GR_UNROLL for (size_t i = 0; i < sums; i++)
        sum[i] = at->bias == NULL ? (vector){0} : load(at->bias + i % vectors * LANES);
    GR_UNROLL for (size_t r = 0; r < rows; r++)
        row[r] = by_columns ? NULL : a[r];
    if (by_columns && at->depth >= 32) /* C comes from far, while the sums are computed */
        GR_UNROLL for (size_t i = 0; i < rows * panels; i++)
            __builtin_prefetch(c + i / panels * WIDTH + i % panels * c_panel, 1);
    for (size_t k = 0; k < at->depth; k++, b += b_row) {
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
        put(sum[i], at, c + r * c_row + v / VECTORS * c_panel + v % VECTORS * LANES);
    }
}

GR_INLINE void tiles(size_t rows, size_t panels, int by_columns, const column *at)
{
    const real *const *a = at->a;
    real *c = at->c;
    size_t first = at->first;
    if (rows * panels * VECTORS > SUMS)
        return; /* never called: see most_rows() */
    for (size_t i = 0; i < at->tiles; i++) {
        tile(rows, panels, by_columns, at, a, first, c);
        a += by_columns ? 0 : rows;
        first += rows;
        c += rows * (by_columns ? WIDTH : at->c_stride);
    }
}

#define TILES(rows, panels)                                     \
    static void by_rows_##rows##_##panels(const column *at)     \
    {                                                           \
        tiles(rows, panels, 0, at);                             \
    }                                                           \
    static void by_columns_##rows##_##panels(const column *at)  \
    {                                                           \
        tiles(rows, panels, 1, at);                             \
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
static void (*const work[2][4][TILE_ROWS])(const column *at) = {
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
static void product_column(const gr_product *p, size_t width, const column *all)
{
    void (*const *kind)(const column *at) = work[p->by_columns != 0][width];
    if (p->rows <= most_rows[width]) {
        kind[p->rows - 1](all);
        return;
    }
    column at = *all;
    const size_t count = (p->rows + most_rows[width] - 1) / most_rows[width];
    const size_t height = p->rows / count, more = p->rows % count;
    if (more > 0) {
        at.tiles = more;
        kind[height](&at);
        at.a += p->by_columns ? 0 : more * (height + 1);
        at.first += more * (height + 1);
        at.c += more * (height + 1) * (p->by_columns ? WIDTH : p->c_stride);
    }
    at.tiles = count - more;
    kind[height - 1](&at);
}

void GR_NAME(product)(const gr_product *p)
{
    column at = {
        .tiles = 1, .depth = p->depth, .a = (const real *const *)p->a, .first = p->first,
        .b = p->b, .b_stride = p->b_stride, .bias = p->bias,
        .c = p->c, .c_stride = p->c_stride,
        .descend = p->descend, .step = (real)p->step, .shrink = (real)p->shrink,
    };
    for (size_t done = 0, width; done < p->panels && p->rows > 0; done += (size_t)1 << width) {
        width = choose_width(p->rows, p->panels - done);
        product_column(p, width, &at);
        at.b += (p->by_columns ? WIDTH : p->b_stride) << width;
        at.c += (p->by_columns ? p->c_stride : WIDTH) << width;
        at.bias += at.bias == NULL ? 0 : WIDTH << width;
    }
}
