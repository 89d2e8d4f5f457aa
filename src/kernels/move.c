/*
 * kernels/move.c - elements to other places: into panels and back, rows by index, other
 * precisions
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"
#include "kernels/vector.inc"

enum { WIDTH = GR_LINE / sizeof(real) }; /* P */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

void GR_NAME(pack)(size_t rows, size_t columns, const void *x_values, size_t row,
                   size_t column, void *w_values)
{
    const real *x = x_values;
    real *w = w_values;
    for (size_t j0 = 0; j0 < columns; j0 += WIDTH, x += WIDTH * column)
        for (size_t i = 0; i < rows; i++, w += WIDTH)
            for (size_t j = 0; j < WIDTH; j++)
                w[j] = j < columns - j0 ? x[i * row + j * column] : 0;
}

void GR_NAME(unpack)(size_t rows, size_t columns, const void *w_values, void *x_values,
                     size_t row, size_t column)
{
    const real *w = w_values;
    real *x = x_values;
    for (size_t j0 = 0; j0 < columns; j0 += WIDTH, x += WIDTH * column)
        for (size_t i = 0; i < rows; i++, w += WIDTH)
            for (size_t j = 0; j < least(WIDTH, columns - j0); j++)
                x[i * row + j * column] = w[j];
}

/* to(c, r) = from(r, c), r < rows, rows beyond are 0; both P elements from row to row */
GR_INLINE void transpose_square(size_t rows, const real *from, real *to)
{
    vector square[LANES];
    GR_UNROLL for (size_t r = 0; r < LANES; r++) {
        square[r] = (vector){0};
        if (r < rows)
            square[r] = load(from + r * WIDTH);
    }
    transpose(square);
    GR_UNROLL for (size_t r = 0; r < LANES; r++)
        store(to + r * WIDTH, square[r]);
}

void GR_NAME(transpose_panel)(size_t rows, const real *w, size_t stride, real *wt)
{
    for (size_t i = 0; i < (rows + WIDTH - 1) / WIDTH * WIDTH; i += LANES) {
        const size_t left = i < rows ? least(LANES, rows - i) : 0;
        real *to = wt + i / WIDTH * stride + i % WIDTH;
        for (size_t j = 0; j < WIDTH; j += LANES) {
            if (left == LANES)
                transpose_square(LANES, w + i * WIDTH + j, to + j * WIDTH);
            else
                transpose_square(left, w + i * WIDTH + j, to + j * WIDTH);
        }
    }
}

/* Here, not where chains use them: a compiler that sees these shuffles and chains at once takes
 * the chains to single elements. */
void GR_NAME(transpose_rows)(const real *const *row, size_t k, size_t stride, real *columns)
{
    vector square[LANES];
    GR_UNROLL for (int i = 0; i < LANES; i++)
        square[i] = load(row[i] + k);
    transpose(square);
    GR_UNROLL for (size_t i = 0; i < LANES; i++)
        store(columns + i * stride, square[i]);
}

/* The transpose of the panels [from, to) of w [outputs/P][inputs][P]; wt is
 * [inputs/P][outputs rounded up to P][P]. */
void GR_NAME(transpose)(size_t inputs, size_t outputs, size_t from, size_t to,
                        const void *w_values, void *wt_values)
{
    const size_t panels = (outputs + WIDTH - 1) / WIDTH, block = WIDTH * WIDTH;
    for (size_t panel = from; panel < to; panel++)
        GR_NAME(transpose_panel)(inputs, (const real *)w_values + panel * inputs * WIDTH,
                                 panels * block, (real *)wt_values + panel * block);
}

void GR_NAME(load_columns)(const real *x, size_t stride, size_t rows, size_t columns, real *to)
{
    for (size_t i = 0; i < WIDTH; i += LANES)
        for (size_t j = 0; j < WIDTH; j += LANES) {
            const size_t left = j < columns ? columns - j : 0, count = least(left, LANES);
            vector square[LANES];
            GR_UNROLL for (size_t r = 0; r < LANES; r++)
                square[r] = i + r < rows && count > 0
                          ? load_first(count, x + (i + r) * stride + j) : (vector){0};
            transpose(square);
            GR_UNROLL for (size_t c = 0; c < LANES; c++)
                store(to + (j + c) * WIDTH + i, square[c]);
        }
}

void GR_NAME(store_columns)(const real *from, size_t rows, size_t columns, real *x,
                            size_t stride)
{
    for (size_t i = 0; i < rows; i += LANES)
        for (size_t j = 0; j < WIDTH; j += LANES) {
            vector square[LANES];
            GR_UNROLL for (size_t c = 0; c < LANES; c++)
                square[c] = j + c < columns ? load(from + (j + c) * WIDTH + i) : (vector){0};
            transpose(square);
            GR_UNROLL for (size_t r = 0; r < LANES; r++)
                if (i + r < rows)
                    store(x + (i + r) * stride + j, square[r]);
        }
}

/* Row after row, as they may stand far from each other. */
void GR_NAME(pack_tiles)(size_t rows, size_t columns, const void *const *x, size_t first,
                         size_t tile, void *y_values)
{
    enum { T = GR_TILE > 0 ? GR_TILE : 1 };
    real *y = y_values;
    for (size_t k = 0; k < rows; k++, y += T) {
        const real *from = (const real *)x[k] + first;
        size_t i = 0;
        for (; columns - i >= T; i += T)
            memcpy(y + i / T * tile, from + i, T * sizeof(real));
        for (size_t j = i; j < columns; j++)
            y[i / T * tile + j - i] = from[j];
    }
}

/* y[i stride + j] = x[index[i]][j] */
void GR_NAME(gather)(size_t rows, size_t columns, const void *x_values,
                     const uint32_t *index, size_t stride, void *y_values)
{
    const real *x = x_values;
    real *y = y_values;
    if (columns == 1)
        for (size_t i = 0; i < rows; i++)
            y[i * stride] = x[index[i]];
    else
        for (size_t i = 0; i < rows; i++)
            memcpy(y + i * stride, x + index[i] * columns, columns * sizeof(real));
}

void GR_NAME(gather_labels)(size_t rows, size_t columns, const uint32_t *label,
                            const uint32_t *index, double smoothing, void *y_values)
{
    const double share = smoothing / (double)columns;
    const real off = (real)share, on = (real)(1 - smoothing + share);
    real *y = y_values;
    for (size_t i = 0; i < rows; i++, y += columns) {
        for (size_t j = 0; j < columns; j++)
            y[j] = off;
        y[label[index[i]]] = on;
    }
}

void GR_NAME(from_double)(size_t count, const double *x, void *y_values)
{
    real *y = y_values;
    for (size_t i = 0; i < count; i++)
        y[i] = (real)x[i];
}

void GR_NAME(to_double)(size_t count, const void *x_values, double *y)
{
    const real *x = x_values;
    for (size_t i = 0; i < count; i++)
        y[i] = (double)x[i];
}
