/*
 * tests/unit/test_depth.c - networks that are small because they are deep
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include "base/status.h"
#include "faults.h"
#include "regions_nets.h"

/* Hidden units and hidden layers, by the biases of dense layers. */
static void shape_of(const gradus_net *net, size_t *units, size_t *layers)
{
    const char *at = gradus_net_text(net);
    *units = *layers = 0;
    for (char *end; (at = strstr(at, "dense ")) != NULL; at = end) {
        const size_t width = strtoul(at + 6, &end, 10);
        if (strncmp(end + strspn(end, " \n"), "identity", 8) == 0)
            continue;
        *units += width;
        ++*layers;
    }
}

static double at(const gradus_net *net, double x)
{
    double y;
    assert_int_equal(gradus_net_predict(net, &x, 1, &y), GRADUS_OK);
    return y;
}

static void a_sawtooth_has_its_teeth(void **state)
{
    (void)state;
    for (size_t s = 1; s <= 16; s++) {
        gradus_net *net;
        size_t units, layers;
        assert_int_equal(gradus_sawtooth_build(NULL, s, &net), GRADUS_OK);
        shape_of(net, &units, &layers);
        assert_int_equal(units, 3 * s);
        assert_int_equal(layers, s);
        const size_t teeth = (size_t)1 << s, step = s > 10 ? 37 : 1;
        for (size_t k = 0; k <= teeth; k += step) {
            assert_true(at(net, (double)k / (double)teeth) == (double)(k % 2));
            assert_true(at(net, ((double)k + 0.25) / (double)teeth) ==
                        (k == teeth ? 0 : k % 2 == 0 ? 0.25 : 0.75));
        }
        assert_true(at(net, -3) == 0 && at(net, 1.5) == 0);
        const gradus_regions_about inside = count(net, 1, 0, 1), all = count(net, 1, -1, 2);
        assert_int_equal(inside.pieces, teeth);
        assert_int_equal(all.pieces, teeth + 2);
        gradus_net_free(net);
    }
}

static void squares_have_their_error(void **state)
{
    (void)state;
    for (size_t m = 1; m <= 20; m++) {
        gradus_net *net;
        double bound, most = 0;
        size_t units, layers;
        assert_int_equal(gradus_square_build(NULL, m, &bound, &net), GRADUS_OK);
        shape_of(net, &units, &layers);
        assert_int_equal(units, 3 * m - 1);
        assert_int_equal(layers, m);
        assert_true(bound == ldexp(1, -2 * (int)m - 2));
        const size_t pieces = (size_t)1 << m, step = m > 11 ? pieces / 1777 : 1;
        for (size_t k = 0; k < pieces; k += step) {
            const double node = ldexp((double)k, -(int)m);
            const double middle = ldexp((double)k + 0.5, -(int)m);
            const double error = at(net, middle) - middle * middle;
            assert_true(fabs(at(net, node) - node * node) <= 1e-15);
            assert_true(fabs(error - bound) <= 1e-15);
            most = error > most ? error : most;
        }
        assert_true(fabs(most - bound) <= 1e-15);
        for (uint32_t i = 0; i < 500; i++) {
            const double x = (1 + draw(m, 3, i)) / 2, error = at(net, x) - x * x;
            assert_true(error >= -1e-15 && error <= bound + 1e-15);
        }
        if (m <= 12)
            assert_int_equal(count(net, 1, 0, 1).pieces, pieces);
        gradus_net_free(net);
    }
}

static double times(const gradus_net *net, double x, double y)
{
    double product;
    assert_int_equal(gradus_net_predict(net, (const double[2]){x, y}, 1, &product), GRADUS_OK);
    return product;
}

static void products_have_their_error(void **state)
{
    (void)state;
    static const double ranges[] = {1, 3, 0.3, 1000};
    for (size_t r = 0; r < 4; r++)
        for (size_t m = 1; m <= 10; m++) {
            gradus_net *net;
            double bound, most = 0;
            size_t units, layers;
            assert_int_equal(gradus_product_build(NULL, m, ranges[r], &bound, &net), GRADUS_OK);
            shape_of(net, &units, &layers);
            assert_int_equal(units, 6 * m + 2);
            assert_int_equal(layers, m + 1);
            /* within what two squares of |x| and one of |x + y| would be off */
            assert_true(bound <= 4 * ranges[r] * ranges[r] * ldexp(1, -2 * (int)m));
            for (uint32_t i = 0; i < 2000; i++) {
                const double x = ranges[r] * draw(m, 1, i), y = ranges[r] * draw(m, 2, i);
                const double error = fabs(times(net, x, y) - x * y);
                assert_true(error <= bound * (1 + 1e-9) + 1e-14 * ranges[r] * ranges[r]);
                most = error > most ? error : most;
                assert_true(fabs(times(net, x, 0)) <= 1e-15 * ranges[r] * ranges[r]);
                assert_true(fabs(times(net, 0, y)) <= 1e-15 * ranges[r] * ranges[r]);
            }
            assert_true(most > 0.4 * bound);
            gradus_net_free(net);
        }
}

static void polynomials_have_their_error(void **state)
{
    (void)state;
    static const struct {
        size_t terms;
        double a[6], min, max;
    } cases[] = {{6, {0.3, -1, 0.5, 2, -1.5, 0.7}, -1, 1},
                 {4, {1, 1, 1. / 2, 1. / 6}, 0, 3},
                 {3, {0, 0, 1}, -2, 0.5},
                 {2, {0.1, -0.3}, -7, 5},
                 {1, {0.1}, -1, 1},
                 {6, {0, 0, 0, 0, 0, 1}, 0.1, 0.2},
                 {3, {1, 0, 0}, -1, 1}};
    static const size_t products[7] = {4, 2, 1, 0, 0, 4, 0};
    for (size_t c = 0; c < 7; c++)
        for (size_t m = 2; m <= 12; m += 5) {
            gradus_net *net;
            double bound, most = 0;
            const double least = cases[c].min, wide = cases[c].max - least;
            assert_int_equal(gradus_polynomial_build(NULL, cases[c].a, cases[c].terms, least,
                                                     cases[c].max, m, &bound, &net),
                             GRADUS_OK);
            size_t units, layers;
            shape_of(net, &units, &layers);
            const size_t least_layers = products[c] * m;
            assert_true(layers == least_layers || layers == least_layers + 1);
            for (uint32_t i = 0; i <= 1000; i++) {
                const double x = least + wide * (double)i / 1000;
                double p = 0;
                for (size_t k = cases[c].terms; k-- > 0;)
                    p = p * x + cases[c].a[k];
                most = fmax(most, fabs(at(net, x) - p));
            }
            assert_true(most <= bound + 1e-12);
            assert_true(bound <= 500 * ldexp(1, -2 * (int)m) + 1e-12);
            assert_true(cases[c].terms > 2 || bound < 1e-14);
            gradus_net_free(net);
        }
}

/* All 2^n inputs, each way, to the bit. */
static void parity_is_exact(void **state)
{
    (void)state;
    for (int way = 0; way < GRADUS_PARITY_COUNT; way++)
        for (size_t n = 1; n <= 12; n++) {
            static double x[4096 * 12], y[4096];
            const size_t rows = (size_t)1 << n;
            gradus_net *net;
            for (size_t i = 0; i < rows * n; i++)
                x[i] = (double)(i / n >> i % n & 1);
            assert_int_equal(gradus_parity_build(NULL, (gradus_parity)way, n, &net), GRADUS_OK);
            assert_int_equal(gradus_net_predict(net, x, rows, y), GRADUS_OK);
            for (size_t i = 0; i < rows; i++)
                if (y[i] != (double)(__builtin_popcountll(i) % 2))
                    fail_msg("%s of %zu bits: row %zu gives %g",
                             gradus_parity_name((gradus_parity)way), n, i, y[i]);
            gradus_net_free(net);
        }
}

static void parity_takes_its_units(void **state)
{
    (void)state;
    for (size_t n = 2; n <= 12; n++) {
        size_t log = 1;
        while ((size_t)1 << log < n)
            log++;
        const size_t want[GRADUS_PARITY_COUNT][2] = {
            {n + ((size_t)1 << (n - 1)), 2}, {n, 1}, {n, 1}, {2 * (n - 1), n - 1},
            {3 * log, log}};
        for (int way = 0; way < GRADUS_PARITY_COUNT; way++) {
            gradus_net *net;
            size_t units, layers;
            assert_int_equal(gradus_parity_build(NULL, (gradus_parity)way, n, &net), GRADUS_OK);
            shape_of(net, &units, &layers);
            assert_int_equal(units, want[way][0]);
            assert_int_equal(layers, want[way][1]);
            gradus_net_free(net);
        }
    }
}

/* ---- one hidden layer ---- */

/* The interpolant of x^2 on n equal pieces, half its error lower, is as far as the bound. */
static void the_bound_of_squares_is_reached(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 50; n++) {
        const double h = 1 / (double)n, bound = gradus_square_shallow_error(n - 1);
        double most = 0;
        for (size_t i = 0; i <= 40 * n; i++) {
            const double x = (double)i / (40 * (double)n);
            const double left = floor(x / h * (1 + 1e-15)) * h;
            const double line = left * left + (2 * left + h) * (x - left) - h * h / 8;
            most = fmax(most, fabs(line - x * x));
        }
        assert_true(fabs(most - bound) <= 1e-12);
        assert_true(fabs(bound - h * h / 8) <= 1e-16);
    }
}

static void depth_wins_from_some_size_on(void **state)
{
    (void)state;
    for (size_t m = 1; m <= 20; m++) {
        const double deep = ldexp(1, -2 * (int)m - 2);
        const double shallow = gradus_square_shallow_error(3 * m - 1);
        assert_int_equal(deep < shallow, m >= 5);
    }
    for (size_t s = 1; s <= 20; s++)
        assert_int_equal(gradus_sawtooth_shallow_error(s, 3 * s) > 0, s >= 6);
    assert_true(gradus_sawtooth_shallow_error(6, 18) == (1 - 40.0 / 64) / 8);
    assert_true(gradus_sawtooth_shallow_error(2000, 3) > 0.124);
    assert_true(gradus_sawtooth_shallow_error(3, 100) == 0);
}

/* ---- refusals ---- */

static void what_cannot_be_built(void **state)
{
    (void)state;
    gradus_net *net;
    double bound = 7;
    const double a[3] = {1, 2, NAN}, large[3] = {1e306, 1e306, 1e306};
    static const double many[66];
    assert_int_equal(gradus_sawtooth_build(NULL, 0, &net), GRADUS_ARGUMENT);
    assert_int_equal(gradus_sawtooth_build(NULL, 1001, &net), GRADUS_ARGUMENT);
    assert_null(net);
    assert_int_equal(gradus_square_build(NULL, 0, &bound, &net), GRADUS_ARGUMENT);
    assert_int_equal(gradus_square_build(NULL, 501, &bound, &net), GRADUS_ARGUMENT);
    assert_int_equal(gradus_product_build(NULL, 3, 0, &bound, &net), GRADUS_ARGUMENT);
    assert_int_equal(gradus_product_build(NULL, 3, INFINITY, &bound, &net), GRADUS_ARGUMENT);
    assert_int_equal(gradus_polynomial_build(NULL, a, 3, 0, 1, 3, &bound, &net),
                     GRADUS_ARGUMENT);
    assert_int_equal(gradus_polynomial_build(NULL, a, 2, 1, 1, 3, &bound, &net),
                     GRADUS_ARGUMENT);
    assert_int_equal(gradus_polynomial_build(NULL, a, 0, 0, 1, 3, &bound, &net),
                     GRADUS_ARGUMENT);
    assert_int_equal(gradus_polynomial_build(NULL, large, 3, 0, 1, 3, &bound, &net),
                     GRADUS_ARGUMENT);
    assert_non_null(strstr(gradus_error(), "no bound"));
    assert_int_equal(gradus_polynomial_build(NULL, many, 66, 0, 1, 3, &bound, &net),
                     GRADUS_ARGUMENT);
    assert_int_equal(gradus_parity_build(NULL, GRADUS_PARITY_TILES, 17, &net), GRADUS_ARGUMENT);
    assert_int_equal(gradus_parity_build(NULL, GRADUS_PARITY_CHAIN, 0, &net), GRADUS_ARGUMENT);
    assert_int_equal(gradus_parity_build(NULL, GRADUS_PARITY_COUNT, 2, &net), GRADUS_ARGUMENT);
    assert_null(gradus_parity_name(GRADUS_PARITY_COUNT));
    assert_null(net);
    assert_true(bound == 7);
}

static void memory_may_fail(void **state)
{
    (void)state;
    faults fault;
    gradus_context *context = faults_open(&fault);
    const double a[4] = {1, 2, 3, 4};
    for (int what = 0; what < 2; what++)
        for (size_t n = 1;; n++) {
            gradus_net *net;
            double bound;
            faults_arm(&fault, n, FAULT_MEMORY);
            const gradus_status status =
                what == 0 ? gradus_parity_build(context, GRADUS_PARITY_CHAIN, 4, &net)
                          : gradus_polynomial_build(context, a, 4, 0, 1, 3, &bound, &net);
            gradus_net_free(net);
            if (!fault.hit) {
                assert_int_equal(status, GRADUS_OK);
                assert_true(n > 8);
                break;
            }
            assert_int_equal(status, GRADUS_MEMORY);
            assert_null(net);
        }
    faults_close(&fault, context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sawtooth_has_its_teeth),
        cmocka_unit_test(squares_have_their_error),
        cmocka_unit_test(products_have_their_error),
        cmocka_unit_test(polynomials_have_their_error),
        cmocka_unit_test(parity_is_exact),
        cmocka_unit_test(parity_takes_its_units),
        cmocka_unit_test(the_bound_of_squares_is_reached),
        cmocka_unit_test(depth_wins_from_some_size_on),
        cmocka_unit_test(what_cannot_be_built),
        cmocka_unit_test(memory_may_fail),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
