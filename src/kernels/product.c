/*
 * kernels/product.c - the matrix product, as chains of fused multiply-adds
 *
 *     C(i, j) = start + A(i, 0) B(0, j) + A(i, 1) B(1, j) + ...     each + one real_fma
 *
 * C is worked in tiles of some rows times some panels, whose chains stay in registers: a
 * step of k loads the panels' vectors of B once, and one element of A for each row. Wide
 * and low tiles serve few rows, where a chain's latency must be hidden by other panels.
 * Few steps by rows, and descents by few rows, are those of kernels/shallow.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>

#include "kernels/real.h"
#include "kernels/vector.inc"

enum {
    WIDTH = GR_LINE / sizeof(real),        /* P */
    VECTORS = GR_LINE / GR_VECTOR_BYTES,   /* of a row of a panel */
    SUMS = GR_VECTOR_REGISTERS == 32 ? 20 : 12, /* vectors of chains in registers */
    FAR = 1 << 20, /* bytes of b that do not stay in a cache near by */
    WORTH = 32,    /* steps by columns, beside which fetching is nothing, */
    SPREAD = 64,   /* and among which it is spread */
    TILE_ROWS = GR_VECTOR_REGISTERS == 32 ? 10 : 6,
    LOW_ROWS = GR_TILE > 0 ? GR_TILE : 1 /* of the tiles that A may stand in */
};

/* Whether A stands in tiles; never where tiles are high. */
GR_INLINE bool is_in_tiles(const gr_product *p)
{
    return GR_TILE > 0 && p->tile > 0;
}

/* A tile by rows, one by columns, one by columns whose C descends by its sums, and one that
 * takes the sums of B's columns along, by which a bias descends. */
typedef enum tile_kind { ROWS, COLUMNS, DESCENT, DESCENT_SUMS } tile_kind;

/* Always a constant where a function with one is inlined: only then do the sums stay in
 * registers. */
typedef struct tile_form {
    size_t rows, panels;
    tile_kind kind;
} tile_form;

/* Where the operands of a tile stand. */
typedef struct tile_place {
    const real *const *a; /* of its first row; by columns: of k = 0 */
    size_t first;         /* by columns: its first row's column of a */
    size_t row;           /* by columns: of C, its first one */
    const real *b, *bias, *mask;
    size_t b_row;         /* by columns: elements of b from step to step */
    size_t panel;         /* of b */
    real *c, *sums;
    size_t soon;          /* by columns: its first element of p->soon */
    const char *next;     /* by rows: its share of the next panels of b */
    size_t share;         /* of it, lines for WIDTH steps */
} tile_place;

/* Steps by rows of one panel, whose multiply-adds each load an element of A: so that loads are
 * not the limit, some rows take QUAD elements at once. */
GR_INLINE void take_quad_steps(tile_form form, const real *const *row, size_t k, const real *b,
                               vector *sum)
{
    const size_t spread = form.rows / LOADS;
    vector a[TILE_ROWS][QUAD];
    GR_UNROLL for (size_t r = 0; r < spread; r++)
        spread_quad(row[r] + k, a[r]);
    GR_UNROLL for (size_t i = 0; i < QUAD; i++) {
        const vector b_k = load(b + i * WIDTH);
        GR_UNROLL for (size_t r = 0; r < form.rows; r++)
            sum[r] = r < spread ? chain_lanes(a[r][i], b_k, sum[r])
                                : chain(row[r][k + i], b_k, sum[r]);
    }
}

/* Steps [from, to) of a tile's chains; behind them in `sum` are the sums of B's columns. */
GR_INLINE void take_steps(tile_form form, const gr_product *p, const tile_place *at,
                          size_t from, size_t to, vector *sum)
{
    const bool by_rows = form.kind == ROWS;
    const size_t vectors = form.panels * VECTORS, sums = form.rows * vectors;
    const size_t b_row = by_rows ? WIDTH : at->b_row;
    const size_t b_panel = by_rows ? p->b_stride : WIDTH;
    const real *row[TILE_ROWS], *b = at->b + from * b_row;
    GR_UNROLL for (size_t r = 0; r < form.rows; r++)
        row[r] = by_rows ? at->a[r] : NULL;
    if (SPREADS && by_rows && vectors == 1 && form.rows >= LOADS)
        for (; from + QUAD <= to; from += QUAD, b += QUAD * b_row)
            take_quad_steps(form, row, from, b, sum);
    GR_UNROLL_STEPS for (size_t k = from; k < to; k++, b += b_row) {
        vector b_k[SUMS];
        const real *x = by_rows ? NULL : at->a[k] + at->first;
        size_t column = k;
        __asm__("" : "+r"(x)); /* one pointer and constants, not a pointer a row */
        if (VECTORS == 1) /* AVX-512 */
            __asm__("" : "+r"(column)); /* not seen to be k: else pointers step, one a row */
        GR_UNROLL for (size_t v = 0; v < vectors; v++)
            b_k[v] = load(b + v / VECTORS * b_panel + v % VECTORS * LANES);
        GR_UNROLL for (size_t i = 0; i < sums; i++) {
            const size_t r = i / vectors;
            sum[i] = chain(by_rows ? row[r][column] : x[r], b_k[i % vectors], sum[i]);
        }
        GR_UNROLL for (size_t v = 0; v < vectors; v++)
            if (form.kind == DESCENT_SUMS)
                sum[sums + v] += b_k[v];
    }
}

/* All steps by rows; meanwhile come the lines that are read soon. */
GR_INLINE void take_steps_by_rows(tile_form form, const gr_product *p, const tile_place *at,
                                  vector *sum)
{
    const size_t reach = at->b == p->b ? p->reach : 0; /* once a row */
    const char *next = at->next;
    size_t k = 0;
    if (reach == 0 && at->share == 0) {
        take_steps(form, p, at, 0, p->depth, sum);
        return;
    }
    for (; p->depth - k >= WIDTH; k += WIDTH) {
        if (reach > 0)
            GR_UNROLL for (size_t r = 0; r < form.rows; r++) /* a line for each one read here */
                __builtin_prefetch((const char *)(at->a[r] + k) + reach, 0, 2);
        for (size_t i = 0; i < at->share; i++, next += GR_LINE)
            __builtin_prefetch(next, 0, 2);
        take_steps(form, p, at, k, k + WIDTH, sum);
    }
    take_steps(form, p, at, k, p->depth, sum);
}

/* The share that some rows of a tile have of the panels of B that other tiles read soon. */
GR_INLINE void fetch_b(tile_form form, const gr_product *p, const tile_place *at, size_t row,
                       size_t rows)
{
    if (p->b_next == 0)
        return;
    const real *b_next = (const real *)p->b + at->panel * WIDTH + p->b_next;
    const size_t from = (at->row + row) * p->depth / p->rows;
    const size_t to = (at->row + row + rows) * p->depth / p->rows;
    for (size_t k = from; k < to; k++)
        GR_UNROLL for (size_t i = 0; i < form.panels; i++)
            __builtin_prefetch(b_next + k * p->b_stride + i * WIDTH, 0, 2);
}

/* Of rows [from, to) of A that come next, what the tile reads of this one. */
GR_INLINE void fetch_ahead(const gr_product *p, const tile_place *at, size_t from, size_t to)
{
    for (size_t k = from; p->ahead != NULL && k < to; k++)
        __builtin_prefetch((const real *)p->ahead[k] + p->ahead_first + at->row, 0, 2);
}

/* What is read at the place of a row of C. */
GR_INLINE void fetch_row(tile_form form, const gr_product *p, const tile_place *at, size_t row)
{
    for (size_t s = 0; s < 3 && p->soon[s] != NULL; s++)
        GR_UNROLL for (size_t i = 0; i < form.panels; i++)
            __builtin_prefetch((const real *)p->soon[s] + at->soon + row * WIDTH +
                                   i * p->soon_stride, 1);
}

/* All steps by columns. What is read soon comes row by row, in the first half of many steps:
 * all at once would keep what is read now from the L1 cache. */
GR_INLINE void take_steps_by_columns(tile_form form, const gr_product *p,
                                     const tile_place *at, vector *sum)
{
    const size_t depth = p->depth;
    size_t k = 0;
    if (depth >= SPREAD && p->soon[0] != NULL) {
        for (size_t row = 0; row < form.rows; row++) {
            const size_t to = (row + 1) * depth / (2 * form.rows);
            fetch_row(form, p, at, row);
            fetch_b(form, p, at, row, 1);
            fetch_ahead(p, at, row * depth / form.rows, (row + 1) * depth / form.rows);
            take_steps(form, p, at, k, to, sum);
            k = to;
        }
        take_steps(form, p, at, k, depth, sum);
        return;
    }
    fetch_b(form, p, at, 0, form.rows);
    fetch_ahead(p, at, 0, depth);
    for (size_t row = 0; depth >= WORTH && row < form.rows; row++)
        fetch_row(form, p, at, row);
    take_steps(form, p, at, 0, depth, sum);
}

/* Sums by rows times the slope of a relu whose outputs are `mask`. */
GR_INLINE void mask_tile(tile_form form, size_t row, const real *mask, vector *sum)
{
    const size_t vectors = form.panels * VECTORS;
    GR_UNROLL for (size_t i = 0; i < form.rows * vectors; i++) {
        const size_t v = i % vectors;
        sum[i] = through_rectifier(sum[i], load(mask + v * LANES));
        mask += v + 1 == vectors ? row : 0;
        __asm__("" : "+r"(mask));
    }
}

/* Stores go on from row to row with one pointer, not one for each row. */
GR_INLINE void store_tile(tile_form form, const gr_product *p, const vector *sum, real *c)
{
    const bool by_rows = form.kind == ROWS;
    const size_t vectors = form.panels * VECTORS;
    const size_t row = by_rows ? p->c_stride : WIDTH, panel = by_rows ? WIDTH : p->c_stride;
    GR_UNROLL for (size_t i = 0; i < form.rows * vectors; i++) {
        const size_t v = i % vectors;
        store(c + v / VECTORS * panel + v % VECTORS * LANES, sum[i]);
        c += v + 1 == vectors ? row : 0;
        if (by_rows)
            __asm__("" : "+r"(c));
    }
}

/* C = fma(step, sum, shrink C). It shrinks by itself: gcc reads C for both ways at once, and
 * has no registers for that. */
GR_INLINE void descend_tile(tile_form form, const gr_product *p, const vector *sum, real *c)
{
    const size_t vectors = form.panels * VECTORS, panel = p->c_stride;
    const double step = p->step, shrink = p->shrink;
    if (shrink != 1)
        for (size_t i = 0; i < form.panels; i++)
            for (size_t j = 0; j < form.rows * WIDTH; j++)
                c[i * panel + j] *= (real)shrink;
    GR_UNROLL for (size_t i = 0; i < form.panels; i++, c += panel)
        GR_UNROLL for (size_t j = 0; j < form.rows * VECTORS; j++)
            descend(step, 1, sum[j / VECTORS * vectors + i * VECTORS + j % VECTORS],
                    c + j * LANES);
}

GR_INLINE void tile(tile_form form, const gr_product *p, const tile_place *at)
{
    const bool by_rows = form.kind == ROWS;
    const size_t vectors = form.panels * VECTORS;
    const size_t sums = form.rows * vectors; /* sum i: row i / vectors, vector i % vectors */
    vector sum[SUMS + 2 * VECTORS] = {{0}};
    GR_UNROLL for (size_t i = 0; i < sums; i++)
        sum[i] = at->bias == NULL ? (vector){0} : load(at->bias + i % vectors * LANES);
    if (by_rows)
        take_steps_by_rows(form, p, at, sum);
    else
        take_steps_by_columns(form, p, at, sum);
    if (by_rows && p->rectify)
        GR_UNROLL for (size_t i = 0; i < sums; i++)
            sum[i] = rectify(sum[i]);
    if (by_rows && at->mask != NULL)
        mask_tile(form, p->c_stride, at->mask, sum);
    if (form.kind == ROWS || form.kind == COLUMNS)
        store_tile(form, p, sum, at->c);
    else
        descend_tile(form, p, sum, at->c);
    GR_UNROLL for (size_t v = 0; v < vectors; v++)
        if (form.kind == DESCENT_SUMS)
            descend(p->sums_step, p->sums_shrink, sum[sums + v], at->sums + v * LANES);
}

/* `count` tiles one below the other, from a row and panel of C on; `held` is that panel of B,
 * side by side, where A stands in tiles. */
GR_INLINE void tiles(tile_form form, const gr_product *p, size_t count, size_t from,
                     size_t panel, const real *held)
{
    const bool by_rows = form.kind == ROWS;
    const size_t c_row = by_rows ? p->c_stride : WIDTH;
    const size_t start = from * c_row + panel * (by_rows ? WIDTH : p->c_stride);
    const bool in_tiles = !by_rows && is_in_tiles(p);
    const size_t step = in_tiles ? p->tile : form.rows;
    tile_place at = {
        .a = (const real *const *)p->a + (by_rows ? from : 0), .row = from, .panel = panel,
        .first = p->first + (in_tiles ? from / LOW_ROWS * step : from),
        .b = in_tiles ? held : (const real *)p->b + panel * (by_rows ? p->b_stride : WIDTH),
        .b_row = in_tiles ? WIDTH : p->b_stride,
        .bias = p->bias == NULL ? NULL : (const real *)p->bias + panel * WIDTH,
        .mask = p->mask == NULL ? NULL : (const real *)p->mask + start,
        .c = (real *)p->c + start,
        .sums = p->sums == NULL ? NULL : (real *)p->sums + panel * WIDTH,
        .soon = from * WIDTH + panel * p->soon_stride, .next = (const char *)p->b,
    };
    if (form.rows * form.panels * VECTORS > SUMS)
        return; /* never called: see most_rows */
    if (by_rows && p->panels * p->b_stride * sizeof(real) >= FAR && p->depth >= WIDTH &&
        panel + form.panels < p->panels && p->rows >= 4 * form.rows) {
        const size_t lines = form.panels * p->b_stride / WIDTH, pieces = p->depth / WIDTH;
        at.next = (const char *)(at.b + form.panels * p->b_stride) +
                  from * lines / p->rows * GR_LINE;
        at.share = (lines * form.rows / p->rows + pieces - 1) / pieces;
    }
    for (size_t i = 0; i < count; i++) {
        tile(form, p, &at);
        at.a += by_rows ? form.rows : 0;
        at.first += step;
        at.row += form.rows;
        at.mask = at.mask == NULL ? NULL : at.mask + form.rows * c_row;
        at.c += form.rows * c_row;
        at.soon += form.rows * WIDTH;
        at.next += at.share * (p->depth / WIDTH) * GR_LINE;
    }
}

typedef void tiles_of(const gr_product *p, size_t count, size_t from, size_t panel,
                      const real *held);
#define TILE(kind, rows, panels)                                                         \
    static void kind##_##rows##_##panels(const gr_product *p, size_t count, size_t from, \
                                         size_t panel, const real *held)                 \
    {                                                                                    \
        tiles((tile_form){rows, panels, kind}, p, count, from, panel, held);             \
    }
#define TILES(kind, panels)                                                              \
    TILE(kind, 1, panels) TILE(kind, 2, panels) TILE(kind, 3, panels)                    \
    TILE(kind, 4, panels) TILE(kind, 5, panels) TILE(kind, 6, panels)                    \
    TILE(kind, 7, panels) TILE(kind, 8, panels) TILE(kind, 9, panels)                    \
    TILE(kind, 10, panels)
#define TILES_OF(kind) TILES(kind, 1) TILES(kind, 2) TILES(kind, 4) TILES(kind, 8)
TILES_OF(ROWS)
TILES_OF(COLUMNS)
TILES_OF(DESCENT)
TILES(DESCENT_SUMS, 1)
TILES(DESCENT_SUMS, 2)

#define NAMES(kind, panels)                                                              \
    {                                                                                    \
        kind##_1_##panels, kind##_2_##panels, kind##_3_##panels, kind##_4_##panels,      \
        kind##_5_##panels, kind##_6_##panels, kind##_7_##panels, kind##_8_##panels,      \
        kind##_9_##panels, kind##_10_##panels                                            \
    }
#define NAMES_OF(kind) {NAMES(kind, 1), NAMES(kind, 2), NAMES(kind, 4), NAMES(kind, 8)}
static tiles_of *const work[4][4][10] = {
    [ROWS] = NAMES_OF(ROWS), [COLUMNS] = NAMES_OF(COLUMNS), [DESCENT] = NAMES_OF(DESCENT),
    [DESCENT_SUMS] = {NAMES(DESCENT_SUMS, 1), NAMES(DESCENT_SUMS, 2)},
};

/* Rows of the highest tile of 1, 2, 4, 8 panels. */
#define MOST(panels) \
    (SUMS / (panels * VECTORS) < TILE_ROWS ? SUMS / (panels * VECTORS) : TILE_ROWS)
static const size_t most_rows[4] = {MOST(1), MOST(2), MOST(4), MOST(8)};
_Static_assert(LOW_ROWS <= MOST(1), "no tile is as high as those that A stands in");

/* The widest tile (2^n panels) that takes all rows at once, else the one that needs the
 * fewest loads for each multiply-add. */
static size_t choose_width(size_t rows, size_t panels)
{
    const size_t usual = VECTORS == 1 && panels > 1 ? 1 : 0;
    if (panels <= (size_t)1 << usual)
        return usual;
    for (size_t width = 3; width > usual; width--)
        if ((size_t)1 << width <= panels && rows <= most_rows[width])
            return width;
    return usual;
}

/* All rows: so many tiles of a height, and others below them. */
typedef struct cut {
    size_t width;
    struct {
        size_t height, count;
    } run[2];
} cut;

/* Tiles of nearly equal height; or those that A stands in, and a last one. */
static cut cut_rows(const gr_product *p, size_t width)
{
    const size_t rows = p->rows, most = most_rows[width], rest = rows % LOW_ROWS;
    if (is_in_tiles(p))
        return (cut){width, {{LOW_ROWS, rows / LOW_ROWS}, {rest, rest > 0}}};
    if (rows <= most)
        return (cut){width, {{rows, 1}}};
    const size_t count = (rows + most - 1) / most, height = rows / count, more = rows % count;
    return (cut){width, {{height + 1, more}, {height, count - more}}};
}

/* All rows of some panels; the first tile takes sums along. */
GR_INLINE void product_column(const gr_product *p, const cut *at, size_t panel,
                              const real *held)
{
    const tile_kind usual = !p->by_columns ? ROWS : p->descend ? DESCENT : COLUMNS;
    for (size_t i = 0, from = 0; i < 2; i++) {
        const size_t height = at->run[i].height;
        size_t count = at->run[i].count;
        if (count > 0 && from == 0 && p->sums != NULL) {
            work[DESCENT_SUMS][at->width][height - 1](p, 1, 0, panel, held);
            from = height;
            count--;
        }
        if (count > 0)
            work[usual][at->width][height - 1](p, count, from, panel, held);
        from += count * height;
    }
}

/* Where A stands in tiles: a panel of B, whose rows are far from each other, is read by each
 * of them, and brought side by side before. */
static void product_of_tiles(const gr_product *p)
{
    const cut at = cut_rows(p, 0);
    vector held[GR_TILED_STEPS * VECTORS]; /* 32 KiB */
    for (size_t panel = 0; panel < p->panels; panel++) {
        const real *b = (const real *)p->b + panel * WIDTH;
        for (size_t k = 0; k < p->depth; k++, b += p->b_stride)
            GR_UNROLL for (size_t v = 0; v < VECTORS; v++)
                held[k * VECTORS + v] = load(b + v * LANES);
        product_column(p, &at, panel, (const real *)held);
    }
}

/* The transpose of some panels of B, which have just been read. */
static void turn(const gr_product *p, size_t from, size_t to)
{
    const size_t block = WIDTH * WIDTH;
    for (size_t panel = from; panel < to && p->turned != NULL; panel++)
        GR_NAME(transpose_panel)(p->depth, (const real *)p->b + panel * p->b_stride,
                                 p->panels * block, (real *)p->turned + panel * block);
}

void GR_NAME(product)(const gr_product *p)
{
    if (is_in_tiles(p)) {
        product_of_tiles(p);
        return;
    }
    if (GR_NAME(shallow)(p)) {
        turn(p, 0, p->panels);
        return;
    }
    cut at = {.width = SIZE_MAX};
    for (size_t done = 0, to; done < p->panels && p->rows > 0; done = to) {
        const size_t width = choose_width(p->rows, p->panels - done);
        at = width == at.width ? at : cut_rows(p, width);
        to = done + ((size_t)1 << width);
        product_column(p, &at, done, NULL);
        turn(p, done, to);
    }
}
