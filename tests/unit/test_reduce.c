/* tests/unit/test_reduce.c - sums of columns, of squares, in lanes; what is not finite.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"

/* Columns of the panels [from, to); those of others keep what they had. Gradients are 0
 * beyond their columns, and so are their sums. */
static void check_column_sums(gradus_precision precision, size_t rows, size_t columns,
                              int cleared)
{
    const gr_kernels *ref = gr_kernels_find(GR_CPU_REF, precision);
    const size_t panels = gr_panels(columns, ref->size), from = whole_between(0, panels);
    const size_t to = whole_between(from, panels);
    array d = matrix_odd(ref, rows, columns);
    array before = lines_odd(ref, panels * ref->width), y = array_copy(&before);
    if (cleared)
        clear_beyond(&d);
    for (size_t j = from * ref->width; j < to * ref->width; j++) {
        set(&y, j, 0);
        for (size_t i = 0; i < rows; i++)
            set(&y, j, get(&y, j) + get_at(&d, i, j));
    }
    EACH_CPU(cpu) {
        array got = array_copy(&before);
        got.k = gr_kernels_find(cpu, precision);
        got.k->column_sums(rows, columns, from, to, d.data, got.data);
        for (size_t j = columns; !cleared && j < got.count; j++)
            set(&got, j, get(&y, j)); /* of junk: decides nothing */
        assert_same_array(&y, &got);
        array_free(&got);
    }
    array_free(&d), array_free(&before), array_free(&y);
}

static void column_sums_are_chains_over_the_rows(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        for (size_t rows = 0; rows < 12; rows++)
            for (size_t columns = 0; columns < 200; columns += columns < 40 ? 1 : 7)
                for (int trial = 0; trial < 4; trial++)
                    check_column_sums(precision, rows, columns, trial % 2);
}

/* element i in lane i % 8, then ((0+4)+(2+6)) + ((1+5)+(3+7)) */
static double tree(const double *lane)
{
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

static void sums_have_lanes_and_the_fixed_tree(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        for (size_t count = 0; count < 100; count++) {
            array x = array_between(gr_kernels_find(GR_CPU_REF, precision), count, -1, 1);
            double squares[8] = {0}, sums[8] = {0}, values[100];
            for (size_t i = 0; i < count; i++) {
                values[i] = get(&x, i);
                squares[i % 8] = fma(values[i], values[i], squares[i % 8]);
                sums[i % 8] += values[i];
            }
            const double expected[] = {tree(squares), tree(sums)};
            EACH_CPU(cpu) {
                const gr_kernels *k = gr_kernels_find(cpu, precision);
                double got[] = {k->square_sum(count, x.data), gr_sum(count, values)};
                assert_same_doubles(2, expected, got);
            }
            array_free(&x);
        }
}

static void the_first_element_that_is_not_finite_is_found(void **state)
{
    (void)state;
    const double odd[] = {NAN, INFINITY, -INFINITY};
    EACH_PRECISION(precision)
        EACH_CPU(cpu) {
            const gr_kernels *k = gr_kernels_find(cpu, precision);
            for (size_t count = 0; count < 600; count += 13) {
                array x = array_between(k, count, -1, 1);
                if (count > 0)
                    set(&x, 0, k->size == 4 ? (double)FLT_MAX : DBL_MAX);
                assert_true(k->find_not_finite(count, x.data) == SIZE_MAX);
                for (size_t i = 0; i < count; i += 5) {
                    const double kept = get(&x, i);
                    set(&x, i, odd[i % 3]);
                    set(&x, count - 1, NAN);
                    assert_int_equal(k->find_not_finite(count, x.data), i);
                    set(&x, count - 1, 0);
                    set(&x, i, kept);
                }
                array_free(&x);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(column_sums_are_chains_over_the_rows),
        cmocka_unit_test(sums_have_lanes_and_the_fixed_tree),
        cmocka_unit_test(the_first_element_that_is_not_finite_is_found),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
