/* tests/unit/test_move.c - transposes, gathered rows and labels, other precisions.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"

static void a_transpose_moves_every_element(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t rows = 0; rows < 40; rows += 3)
                for (size_t columns = 0; columns < 70; columns += 7) {
                    const gr_kernels *k = gr_kernels_find(cpu, precision);
                    array x = array_odd(k, rows * columns);
                    array expected = array_new(k, x.count), xt = array_new(k, x.count);
                    for (size_t i = 0; i < rows; i++)
                        for (size_t j = 0; j < columns; j++)
                            set(&expected, j * rows + i, get(&x, i * columns + j));
                    k->transpose(rows, columns, x.data, xt.data);
                    assert_same_array(&expected, &xt);
                    array_free(&x), array_free(&expected), array_free(&xt);
                }
}

static void gather_picks_rows(void **state)
{
    (void)state;
    const uint32_t index[] = {3, 0, 3, 1};
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t columns = 0; columns < 20; columns++) {
                const gr_kernels *k = gr_kernels_find(cpu, precision);
                array x = array_odd(k, 4 * columns), y = array_new(k, 4 * columns);
                array expected = array_new(k, 4 * columns);
                for (size_t i = 0; i < 4; i++)
                    for (size_t j = 0; j < columns; j++)
                        set(&expected, i * columns + j, get(&x, index[i] * columns + j));
                k->gather(4, columns, x.data, index, y.data);
                assert_same_array(&expected, &y);
                array_free(&x), array_free(&y), array_free(&expected);
            }
}

static void labels_become_smoothed_rows(void **state)
{
    (void)state;
    const uint32_t label[] = {2, 0, 1}, index[] = {1, 0, 0, 2};
    EACH_PRECISION(precision)
        EACH_CPU(cpu) {
            const gr_kernels *k = gr_kernels_find(cpu, precision);
            for (int smoothed = 0; smoothed < 2; smoothed++) {
                array y = array_new(k, 12), expected = array_new(k, 12);
                const double e = smoothed ? 0.1 : 0;
                for (size_t i = 0; i < 4; i++)
                    for (size_t j = 0; j < 3; j++)
                        set(&expected, 3 * i + j,
                            j == label[index[i]] ? 1 - e + e / 3 : e / 3);
                k->gather_labels(4, 3, label, index, e, y.data);
                assert_same_array(&expected, &y);
                array_free(&y), array_free(&expected);
            }
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
        cmocka_unit_test(a_transpose_moves_every_element),
        cmocka_unit_test(gather_picks_rows),
        cmocka_unit_test(labels_become_smoothed_rows),
        cmocka_unit_test(doubles_are_rounded_once),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
