/* tests/unit/test_scale.c - sums and multiples element by element.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"

static void sums_and_multiples_are_rounded_once(void **state)
{
    (void)state;
    const double scale = 1.0 / 3;
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t count = 0; count < 70; count++) {
                const gr_kernels *k = gr_kernels_find(cpu, precision);
                array x = array_odd(k, count), y = array_odd(k, count);
                array sum = array_copy(&y), scaled_sum = array_copy(&y);
                array scaled = array_copy(&x);
                array expected[3] = {array_new(k, count), array_new(k, count),
                                     array_new(k, count)};
                for (size_t i = 0; i < count; i++) {
                    const double c = rounded(k, scale), a = get(&x, i), b = get(&y, i);
                    set(&expected[0], i, a + b);
                    set(&expected[1], i, fused(k, c, a, b));
                    set(&expected[2], i, c * a);
                }
                k->add(count, x.data, sum.data);
                k->add_scaled(count, scale, x.data, scaled_sum.data);
                k->scale(count, scale, scaled.data, scaled.data); /* in place */
                assert_same_array(&expected[0], &sum);
                assert_same_array(&expected[1], &scaled_sum);
                assert_same_array(&expected[2], &scaled);
                array_free(&x), array_free(&y), array_free(&sum);
                array_free(&scaled_sum), array_free(&scaled);
                for (size_t i = 0; i < 3; i++)
                    array_free(&expected[i]);
            }
}

static void rows_are_weighted(void **state)
{
    (void)state;
    const double weight[] = {1.0 / 3, 0, -2};
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t rows = 0; rows <= 3; rows++)
                for (size_t columns = 0; columns < 150; columns++) {
                    const gr_kernels *k = gr_kernels_find(cpu, precision);
                    array d = matrix_odd(k, rows, columns), expected = array_copy(&d);
                    for (size_t i = 0; i < rows; i++)
                        for (size_t j = 0; j < columns; j++)
                            set_at(&expected, i, j,
                                   rounded(k, weight[i]) * get_at(&d, i, j));
                    clear_beyond(&d);
                    k->scale_rows(rows, columns, weight, d.data);
                    assert_same_array(&expected, &d);
                    assert_clear_beyond(&d);
                    array_free(&d), array_free(&expected);
                }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_and_multiples_are_rounded_once),
        cmocka_unit_test(rows_are_weighted),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
