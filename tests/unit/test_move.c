/* tests/unit/test_move.c - panels and back, transposes, gathered rows and labels, other
 * precisions.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"

enum { MOST = 40 };

static size_t panels_of(const gr_kernels *k, size_t columns)
{
    return gr_panels(columns, k->size);
}

/* Element (i, j) of panels [columns/P][rows][P]. */
static size_t in_panels(const gr_kernels *k, size_t rows, size_t i, size_t j)
{
    return (j / k->width * rows + i) * k->width + j % k->width;
}

static array panels_odd(const gr_kernels *k, size_t rows, size_t columns)
{
    return lines_odd(k, panels_of(k, columns) * rows * k->width);
}

/* From dense rows to panels and back; `across`: x has [columns][rows] of them. */
static void check_pack(const gr_kernels *k, size_t rows, size_t columns, int across)
{
    const size_t row = across ? 1 : columns, column = across ? rows : 1;
    array x = array_odd(k, rows * columns), w = panels_odd(k, rows, columns);
    array expected = lines_new(k, w.count), back = array_new(k, x.count);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < panels_of(k, columns) * k->width; j++)
            set(&expected, in_panels(k, rows, i, j),
                j < columns ? get(&x, i * row + j * column) : 0);
    k->pack(rows, columns, x.data, row, column, w.data);
    assert_same_array(&expected, &w);
    k->unpack(rows, columns, w.data, back.data, row, column);
    assert_same_array(&x, &back);
    array_free(&x), array_free(&w), array_free(&expected), array_free(&back);
}

static void panels_hold_every_element_and_zeros(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t rows = 0; rows <= MOST; rows++)
                for (size_t columns = 0; columns <= MOST; columns++)
                    for (int across = 0; across < 2; across++)
                        check_pack(gr_kernels_find(cpu, precision), rows, columns, across);
}

/* Panels [from, to) only, into wt of junk: rows of wt that belong to other panels keep it,
 * and what stands beyond the inputs keeps it or is 0. */
static void check_transpose(const gr_kernels *k, size_t inputs, size_t outputs, size_t from,
                            size_t to)
{
    const size_t rows = panels_of(k, outputs) * k->width; /* of a panel of wt */
    array w = panels_odd(k, inputs, outputs), before = panels_odd(k, rows, inputs);
    array wt = array_copy(&before);
    k->transpose(inputs, outputs, from, to, w.data, wt.data);
    for (size_t j = 0; j < rows; j++)
        for (size_t i = 0; i < panels_of(k, inputs) * k->width; i++) {
            const size_t at = in_panels(k, rows, j, i);
            const int mine = j >= from * k->width && j < to * k->width;
            const void *expected = mine && i < inputs
                                       ? element(&w, in_panels(k, inputs, i, j))
                                       : element(&before, at);
            if (mine && i >= inputs ? get(&wt, at) != 0
                                    : memcmp(expected, element(&wt, at), k->size) != 0)
                fail_msg("%s, %zu bytes, [%zu][%zu], panels [%zu, %zu): wt(%zu, %zu) is %a",
                         gr_cpu_name(k->cpu), k->size, inputs, outputs, from, to, j, i,
                         get(&wt, at));
        }
    array_free(&w), array_free(&before), array_free(&wt);
}

static void a_transpose_moves_every_element_of_its_panels(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu) {
            const gr_kernels *k = gr_kernels_find(cpu, precision);
            for (size_t inputs = 0; inputs <= MOST; inputs++)
                for (size_t outputs = 0; outputs <= MOST; outputs++) {
                    const size_t panels = panels_of(k, outputs);
                    check_transpose(k, inputs, outputs, 0, panels);
                    const size_t from = whole_between(0, panels);
                    check_transpose(k, inputs, outputs, from, whole_between(from, panels));
                }
        }
}

/* Columns [first, first + columns) of rows that stand anywhere; what is between two tiles, and
 * behind the last column, keeps what it had. */
static void check_tiles(const gr_kernels *k, size_t rows, size_t columns, size_t first)
{
    const size_t T = k->tile, tile = rows * T + rows % 3, stride = first + columns + 1;
    array x = array_odd(k, rows * stride);
    array y = array_odd(k, (columns / T + 1) * tile), expected = array_copy(&y);
    const void *row[MOST];
    for (size_t l = 0; l < rows; l++)
        row[l] = element(&x, (rows - 1 - l) * stride);
    for (size_t l = 0; l < rows; l++)
        for (size_t i = 0; i < columns; i++)
            memcpy(element(&expected, i / T * tile + l * T + i % T),
                   element(&x, (rows - 1 - l) * stride + first + i), k->size);
    k->pack_tiles(rows, columns, row, first, tile, y.data);
    assert_same_array(&expected, &y);
    array_free(&x), array_free(&y), array_free(&expected);
}

static void tiles_hold_columns_of_rows(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu) {
            const gr_kernels *k = gr_kernels_find(cpu, precision);
            for (size_t rows = 0; rows < MOST && k->tile > 0; rows++)
                for (size_t columns = 0; columns <= MOST; columns++)
                    check_tiles(k, rows, columns, whole_between(0, 9));
        }
}

static void gather_picks_rows(void **state)
{
    (void)state;
    const uint32_t index[] = {3, 0, 3, 1};
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t rows = 0; rows <= 4; rows++)
                for (size_t columns = 0; columns <= 4 * MOST; columns++) {
                    const gr_kernels *k = gr_kernels_find(cpu, precision);
                    array x = array_odd(k, 4 * columns), y = matrix_odd(k, rows, columns);
                    array expected = array_copy(&y), dense = array_new(k, rows * columns);
                    array expected_dense = array_copy(&dense);
                    for (size_t i = 0; i < rows; i++)
                        for (size_t j = 0; j < columns; j++) {
                            set_at(&expected, i, j, get(&x, index[i] * columns + j));
                            set(&expected_dense, i * columns + j,
                                get(&x, index[i] * columns + j));
                        }
                    k->gather(rows, columns, x.data, index, y.stride, y.data);
                    k->gather(rows, columns, x.data, index, columns, dense.data);
                    assert_same_array(&expected, &y);
                    assert_same_array(&expected_dense, &dense);
                    array_free(&x), array_free(&y), array_free(&expected);
                    array_free(&dense), array_free(&expected_dense);
                }
}

static void labels_become_smoothed_rows(void **state)
{
    (void)state;
    const uint32_t label[] = {2, 0, 1}, index[] = {1, 0, 0, 2};
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t columns = 3; columns <= MOST; columns++)
                for (int smoothed = 0; smoothed < 2; smoothed++) {
                    const gr_kernels *k = gr_kernels_find(cpu, precision);
                    array y = array_new(k, 4 * columns), expected = array_new(k, y.count);
                    const double e = smoothed ? 0.1 : 0, share = e / (double)columns;
                    for (size_t i = 0; i < y.count; i++)
                        set(&expected, i, i % columns == label[index[i / columns]]
                                              ? 1 - e + share : share);
                    k->gather_labels(4, columns, label, index, e, y.data);
                    assert_same_array(&expected, &y);
                    array_free(&y), array_free(&expected);
                }
}

static void doubles_are_rounded_once(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu) {
            const gr_kernels *k = gr_kernels_find(cpu, precision);
            double x[37], back[37];
            array y = array_new(k, 37), expected = array_new(k, 37);
            for (size_t i = 0; i < 37; i++) {
                x[i] = i == 5 ? NAN : i == 6 ? 1e-42 : between(-1, 1);
                set(&expected, i, x[i]);
            }
            k->from_double(37, x, y.data);
            assert_same_array(&expected, &y);
            k->to_double(37, y.data, back);
            for (size_t i = 0; i < 37; i++)
                x[i] = get(&expected, i);
            assert_same_doubles(37, x, back);
            array_free(&y), array_free(&expected);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(panels_hold_every_element_and_zeros),
        cmocka_unit_test(a_transpose_moves_every_element_of_its_panels),
        cmocka_unit_test(tiles_hold_columns_of_rows),
        cmocka_unit_test(gather_picks_rows),
        cmocka_unit_test(labels_become_smoothed_rows),
        cmocka_unit_test(doubles_are_rounded_once),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
