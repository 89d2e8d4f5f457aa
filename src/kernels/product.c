/*
 * kernels/product.c - the matrix product, as chains of fused multiply-adds
 *
 *     C[i][j] = start + A(i, 0) B[0][j] + A(i, 1) B[1][j] + ...     each + one real_fma
 *
 * C is worked in tiles of up to TILE_ROWS x TILE_COLUMNS whose chains stay in registers:
 * 12 accumulators, two vectors of B and one broadcast element of A fill the 16 registers
 * of AVX2. Where several tiles share a panel of columns of B, the panel is copied to the
 * stack, CHUNK rows at a time (16 KB: it stays in the first cache); the chains go on
 * through C from chunk to chunk, which changes no bit. Columns beyond n are padding in
 * that copy, and in a copy of C's tile.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"

#define INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 8")
#endif

enum {
    LANES = GR_VECTOR_BYTES / sizeof(real),
    TILE_ROWS = 6,
    TILE_COLUMNS = 2 * LANES,
    CHUNK = 16384 / (TILE_COLUMNS * sizeof(real))
};

typedef real vector __attribute__((vector_size(GR_VECTOR_BYTES)));

/* One tile's part of the product. start may be c. */
typedef struct part {
    size_t depth;
    const real *a, *b;
    size_t a_row, a_column, b_row;
    const real *start; /* NULL: +0 */
    size_t start_row;
    real *c;
    size_t c_row;
} part;

INLINE vector load(const real *x)
{
    vector v;
    memcpy(&v, x, sizeof v);
    return v;
}

INLINE vector chain(real a, vector b, vector sum)
{
    for (int lane = 0; lane < LANES; lane++)
        sum[lane] = real_fma(a, b[lane], sum[lane]);
    return sum;
}

/* `rows` and `wide` are constants wherever this is inlined: only then do the sums stay in
 * registers (and only with the pragmas and without inner loops over the one or two
 * vectors; with sums in memory it runs at a third of the speed). */
INLINE void tile(size_t rows, int wide, const part *at)
{
    const real *a = at->a, *b = at->b;
    const size_t a_row = at->a_row, a_column = at->a_column, b_row = at->b_row;
    vector left[TILE_ROWS] = {{0}}, right[TILE_ROWS] = {{0}};
    if (at->start) {
        UNROLL
        for (size_t r = 0; r < rows; r++) {
            left[r] = load(at->start + r * at->start_row);
            if (wide)
                right[r] = load(at->start + r * at->start_row + LANES);
        }
    }
    for (size_t k = 0; k < at->depth; k++) {
        const vector b_left = load(b + k * b_row);
        const vector b_right = wide ? load(b + k * b_row + LANES) : b_left;
        UNROLL
        for (size_t r = 0; r < rows; r++) {
            const real a_rk = a[r * a_row + k * a_column];
            left[r] = chain(a_rk, b_left, left[r]);
            if (wide)
                right[r] = chain(a_rk, b_right, right[r]);
        }
    }
    UNROLL
    for (size_t r = 0; r < rows; r++) {
        memcpy(at->c + r * at->c_row, &left[r], sizeof(vector));
        if (wide)
            memcpy(at->c + r * at->c_row + LANES, &right[r], sizeof(vector));
    }
}

#define TILE(rows, vectors)                               \
    static void tile_##rows##_##vectors(const part *at)   \
    {                                                     \
        tile(rows, vectors == 2, at);                     \
    }
TILE(1, 1) TILE(2, 1) TILE(3, 1) TILE(4, 1) TILE(5, 1) TILE(6, 1)
TILE(1, 2) TILE(2, 2) TILE(3, 2) TILE(4, 2) TILE(5, 2) TILE(6, 2)
#undef TILE

static void (*const tiles[2][TILE_ROWS])(const part *at) = {
    {tile_1_1, tile_2_1, tile_3_1, tile_4_1, tile_5_1, tile_6_1},
    {tile_1_2, tile_2_2, tile_3_2, tile_4_2, tile_5_2, tile_6_2},
};

/* A tile of `width` columns where C has no room for whole vectors. */
static void edge_tile(size_t rows, size_t width, size_t vectors, const part *at)
{
    real edge[TILE_ROWS * TILE_COLUMNS] = {0};
    part inside = *at;
    if (at->start) {
        for (size_t r = 0; r < rows; r++)
            memcpy(edge + r * TILE_COLUMNS, at->start + r * at->start_row,
                   width * sizeof(real));
        inside.start = edge;
        inside.start_row = TILE_COLUMNS;
    }
    inside.c = edge;
    inside.c_row = TILE_COLUMNS;
    tiles[vectors - 1][rows - 1](&inside);
    for (size_t r = 0; r < rows; r++)
        memcpy(at->c + r * at->c_row, edge + r * TILE_COLUMNS, width * sizeof(real));
}

/* All rows of one panel and chunk, in tiles of nearly equal height. */
static void tile_rows(size_t m, size_t width, size_t vectors, part at)
{
    size_t count = (m + TILE_ROWS - 1) / TILE_ROWS;
    for (; count > 0; count--) {
        size_t rows = (m + count - 1) / count;
        if (width == vectors * LANES)
            tiles[vectors - 1][rows - 1](&at);
        else
            edge_tile(rows, width, vectors, &at);
        m -= rows;
        at.a += rows * at.a_row;
        at.c += rows * at.c_row;
        if (at.start)
            at.start += rows * at.start_row;
    }
}

/* row = the `width` first elements of x, then zeros; pieces of constant size, because a
 * call of memcpy a row would take longer than the row's products. */
INLINE void copy_row(real *row, const real *x, size_t width)
{
    memset(row, 0, TILE_COLUMNS * sizeof(real));
    for (size_t piece = TILE_COLUMNS; piece > 0; piece /= 2) {
        if (width & piece) {
            memcpy(row, x, piece * sizeof(real));
            row += piece;
            x += piece;
        }
    }
}

/* Columns [j, j + width) of C. */
static void panel(const gr_product *p, size_t j, size_t width)
{
    real copy[CHUNK * TILE_COLUMNS];
    const size_t vectors = width <= LANES ? 1 : 2;
    const int direct = width == vectors * LANES && p->m <= TILE_ROWS;
    part at = {
        .a = p->a, .a_row = p->a_row, .a_column = p->a_column,
        .b = (const real *)p->b + j, .b_row = p->b_row,
        .c = (real *)p->c + j, .c_row = p->c_row,
    };
    if (p->add) {
        at.start = at.c;
        at.start_row = at.c_row;
    } else if (p->bias) {
        at.start = (const real *)p->bias + j;
    }
    size_t done = 0;
    do {
        at.depth = p->depth - done;
        if (!direct && at.depth > CHUNK)
            at.depth = CHUNK;
        part chunk = at;
        if (!direct) {
            for (size_t k = 0; k < at.depth; k++)
                copy_row(copy + k * TILE_COLUMNS, at.b + k * at.b_row, width);
            chunk.b = copy;
            chunk.b_row = TILE_COLUMNS;
        }
        tile_rows(p->m, width, vectors, chunk);
        done += at.depth;
        at.a += at.depth * at.a_column;
        at.b += at.depth * at.b_row;
        at.start = at.c;
        at.start_row = at.c_row;
    } while (done < p->depth);
}

void GR_NAME(product)(const gr_product *p)
{
    for (size_t j = 0; j < p->n; j += TILE_COLUMNS)
        panel(p, j, p->n - j < TILE_COLUMNS ? p->n - j : TILE_COLUMNS);
}
