/* tests/unit/test_interval.c - intervals hold what they must, and are no wider.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/interval.h"

#include "kernel_check.h"

#include <float.h>

typedef gradus_interval interval;

static void assert_is(interval u, double least, double most)
{
    if (u.min != least || u.max != most)
        fail_msg("[%a, %a] is not [%a, %a]", u.min, u.max, least, most);
}

static interval of(double least, double most)
{
    return (interval){least, most};
}

static void exact_results_stay_exact(void **state)
{
    (void)state;
    const interval unit = {0, 1}, one = {1, 1};
    assert_is(gr_interval_subtract(one, unit), 0, 1);
    assert_is(gr_interval_add(unit, of(-2, 3)), -2, 4);
    assert_is(gr_interval_multiply(unit, of(-3, 2)), -3, 2);
    assert_is(gr_interval_multiply(of(-2, 3), of(-5, 7)), -15, 21);
    assert_is(gr_interval_multiply(of(0, 0), of(-INFINITY, INFINITY)), 0, 0);
    assert_is(gr_interval_divide(of(1, 6), of(2, 4)), 0.25, 3);
    assert_is(gr_interval_divide(of(-6, 6), of(-3, -2)), -3, 3);
    assert_is(gr_interval_negate(of(-1, 2)), -2, 1);
}

static void inexact_results_hold_the_truth(void **state)
{
    (void)state;
    const double tenth = 0.1, third = 1.0 / 3;
    const interval sum = gr_interval_add(of(tenth, tenth), of(0.2, 0.2));
    assert_is(sum, gr_down(0.1 + 0.2), 0.1 + 0.2); /* the double is above */
    const interval square = gr_interval_multiply(of(tenth, tenth), of(tenth, tenth));
    assert_is(square, gr_down(tenth * tenth), tenth * tenth);
    assert_is(gr_interval_divide(of(1, 1), of(3, 3)), third, gr_up(third));
    assert_is(gr_interval_divide(of(1, 1), of(-3, -3)), -gr_up(third), -third);
}

/* In long double the operations are nearly exact: enough to see which side is which. */
static void hold(interval u, long double exact)
{
    const long double slack = fabsl(exact) * 0x1p-62L;
    if (!((long double)u.min <= exact + slack && exact - slack <= (long double)u.max))
        fail_msg("%.20Lg is not in [%a, %a]", exact, u.min, u.max);
    if (!(gr_up(u.min) >= u.max))
        fail_msg("[%a, %a] has a double inside", u.min, u.max);
}

static void random_numbers(void **state)
{
    (void)state;
    if (LDBL_MANT_DIG < 64)
        skip();
    for (int i = 0; i < 100000; i++) {
        const double x = ldexp(between(-1, 1), (int)between(-30, 30));
        const double y = ldexp(between(-1, 1), (int)between(-30, 30));
        const interval u = {x, x}, v = {y, y};
        hold(gr_interval_add(u, v), (long double)x + y);
        hold(gr_interval_subtract(u, v), (long double)x - y);
        hold(gr_interval_multiply(u, v), (long double)x * y);
        hold(gr_interval_divide(u, v), (long double)x / y);
    }
}

static void ends_of_the_doubles(void **state)
{
    (void)state;
    const interval large = {DBL_MAX, DBL_MAX}, tiny = {0x1p-1074, 0x1p-1074};
    assert_is(gr_interval_add(large, large), DBL_MAX, INFINITY);
    assert_is(gr_interval_multiply(large, of(-2, 2)), -INFINITY, INFINITY);
    assert_is(gr_interval_multiply(large, of(2, 2)), DBL_MAX, INFINITY);
    assert_is(gr_interval_multiply(tiny, of(0.5, 0.5)), -0x1p-1074, 0x1p-1074);
    assert_is(gr_interval_divide(large, of(0.5, 0.5)), DBL_MAX, INFINITY);
    assert_true(gr_interval_divide(tiny, of(3, 3)).max > 0);
    assert_is(gr_interval_add(of(-INFINITY, 1), of(2, INFINITY)), -INFINITY, INFINITY);
    assert_is(gr_interval_add(of(-INFINITY, 0), of(INFINITY, INFINITY)), -INFINITY, INFINITY);
    assert_is(gr_interval_multiply(of(0, INFINITY), of(2, 3)), 0, INFINITY);
    assert_is(gr_interval_divide(of(1, 2), of(0, 1)), -INFINITY, INFINITY);
    assert_is(gr_interval_divide(of(1, 2), of(2, INFINITY)), 0, 1);
    assert_is(gr_interval_divide(of(0, INFINITY), of(1, INFINITY)), -INFINITY, INFINITY);
    assert_is(gr_interval_add(of(NAN, 1), of(1, 1)), -INFINITY, INFINITY);
    assert_is(gr_interval_multiply(of(1, NAN), of(1, 1)), -INFINITY, INFINITY);
    assert_true(gr_up(0) == 0x1p-1074 && gr_down(0) == -0x1p-1074);
    assert_true(gr_up(-0x1p-1074) == 0 && gr_up(DBL_MAX) == INFINITY);
    assert_true(gr_up(-INFINITY) == -DBL_MAX && gr_down(INFINITY) == DBL_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_results_stay_exact),
        cmocka_unit_test(inexact_results_hold_the_truth),
        cmocka_unit_test(random_numbers),
        cmocka_unit_test(ends_of_the_doubles),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
