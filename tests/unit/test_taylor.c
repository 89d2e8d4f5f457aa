/*
 * tests/unit/test_taylor.c - Taylor models hold the functions that they are made for
 *
 * Random models stand for random functions in them; what is made of the models must hold what
 * is made of the functions, computed in long double at random points.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gradus_proof.h"
#include "theory/enclose/units.h"

#include "runner.h"

#include <math.h>

enum { MODELS = 3000, UNITS = 6 };

static uint32_t state_of_draw = 1;

static double draw(double from, double to)
{
    state_of_draw = state_of_draw * 1664525u + 1013904223u;
    return from + (to - from) * (state_of_draw / 4294967296.0);
}

static gr_taylor draw_model(size_t d, double size, double r)
{
    gr_taylor g = {.r = r * draw(0, 1)};
    for (size_t i = 0; i < gr_taylor_terms(d); i++)
        g.c[i] = draw(-1, 1) * (i == 0 ? 3 : size);
    return g;
}

static long double polynomial(size_t d, const gr_taylor *g, const double *t)
{
    long double sum = g->c[0];
    for (size_t i = 0; i < d; i++) {
        sum += (long double)g->c[1 + i] * t[i];
        for (size_t j = i; j < d; j++)
            sum += (long double)g->c[gr_taylor_at(d, i, j)] * t[i] * t[j];
    }
    return sum;
}

/* A function of the model: anything between -r and r beside the polynomial. */
static long double member(size_t d, const gr_taylor *g, const double *t, int side)
{
    return polynomial(d, g, t) + (long double)side * g->r;
}

static void assert_held(size_t d, const char *what, const gr_taylor *y, const double *t,
                        long double value)
{
    const long double off = value - polynomial(d, y, t);
    if (!((off < 0 ? -off : off) <= y->r + 2e-18L * (1 + (value < 0 ? -value : value))))
        fail_msg("%s, %zu variables: off by %Lg, r = %g", what, d, off, y->r);
}

static long double normal_share(long double z) { return erfcl(-z / sqrtl(2)) / 2; }

static long double apply(const char *name, long double z, double alpha)
{
    const long double scale = 1.0507009873554804934193349852946L;
    const long double left = 1.7580993408473768599402175208123L;
    switch (name[0]) {
    case 'i': return z;
    case 'r': return z > 0 ? z : 0;
    case 'l': return z > 0 ? z : alpha * z;
    case 'h': return z > 0;
    case 't': return tanhl(z);
    case 'm': return z * tanhl(log1pl(expl(z)));
    case 'g': {
        const long double pi = acosl(-1.0L);
        if (name[4] == 0)
            return z * normal_share(z);
        return z / (1 + expl(-sqrtl(8 / pi) * (z + 0.044715L * z * z * z)));
    }
    case 'e':
        return name[1] == 'x' ? expl(z) : z > 0 ? z : alpha * expm1l(z);
    default: break;
    }
    switch (name[2]) {
    case 'l': return name[1] == 'i' ? z / (1 + expl(-z)) : z > 0 ? scale * z : left * expm1l(z);
    case 'g': return 1 / (1 + expl(-z));
    default: return log1pl(expl(z));
    }
}

static void try_unit(const char *name, double alpha, gr_series *series[GR_SMOOTH_COUNT])
{
    gr_unit_type type;
    assert_int_equal(gr_unit_find(name, alpha, &type), GRADUS_OK);
    gr_series **at = &series[type.smooth];
    if (gr_unit_has_series(&type) && *at == NULL)
        assert_int_equal(gr_series_new(NULL, type.smooth, at), GRADUS_OK);
    for (int i = 0; i < MODELS; i++) {
        const size_t d = 1 + (size_t)i % 3;
        const double size = i % 5 == 0 ? 2 : i % 5 == 1 ? 1e-6 : 0.05;
        const gr_taylor z = draw_model(d, size, i % 4 == 0 ? 0 : size / 8);
        gr_taylor y;
        gr_unit_apply(&type, *at, d, 1, &z, &y);
        for (int side = -1; side <= 1; side++) {
            double t[3];
            for (size_t k = 0; k < d; k++)
                t[k] = draw(-1, 1);
            assert_held(d, name, &y, t, apply(name, member(d, &z, t, side), alpha));
        }
    }
}

static void every_activation_is_held(void **state)
{
    (void)state;
    gr_series *series[GR_SMOOTH_COUNT] = {NULL};
    const char *name;
    for (size_t i = 0; (name = gradus_activation_name(i)) != NULL; i++) {
        if (name[0] == 's' && name[3] == 't' && name[4] == 'm')
            continue; /* softmax is tested below */
        try_unit(name, 1, series);
        try_unit(name, 0.3, series);
        try_unit(name, 1.75, series);
    }
    for (int i = 0; i < GR_SMOOTH_COUNT; i++)
        gr_series_free(series[i]);
}

static void softmax_is_held(void **state)
{
    (void)state;
    gr_unit_type type;
    gr_series *series;
    assert_int_equal(gr_unit_find("softmax", 0, &type), GRADUS_OK);
    assert_int_equal(gr_series_new(NULL, type.smooth, &series), GRADUS_OK);
    for (int i = 0; i < MODELS; i++) {
        const size_t d = 1 + (size_t)i % 3;
        gr_taylor z[UNITS], y[UNITS];
        double t[3];
        long double e[UNITS], sum = 0;
        for (size_t j = 0; j < UNITS; j++)
            z[j] = draw_model(d, i % 2 == 0 ? 0.1 : 1e-4, 1e-3);
        gr_unit_apply(&type, series, d, UNITS, z, y);
        for (size_t k = 0; k < d; k++)
            t[k] = draw(-1, 1);
        for (size_t j = 0; j < UNITS; j++)
            sum += e[j] = expl(member(d, &z[j], t, (int)j % 3 - 1));
        for (size_t j = 0; j < UNITS; j++)
            assert_held(d, "softmax", &y[j], t, e[j] / sum);
    }
    gr_series_free(series);
}

static void sums_and_products_are_held(void **state)
{
    (void)state;
    for (int i = 0; i < MODELS; i++) {
        const size_t d = 1 + (size_t)i % 3;
        const gr_taylor a = draw_model(d, 0.5, i % 2), b = draw_model(d, 0.5, i % 3);
        const double factor = draw(-4, 4);
        gr_taylor y;
        double t[3];
        for (size_t k = 0; k < d; k++)
            t[k] = draw(-1, 1);
        const int s = i / 6 % 3 - 1, u = i / 18 % 3 - 1;
        const long double at_a = member(d, &a, t, s), at_b = member(d, &b, t, u);
        y = gr_taylor_plus(d, &a, &b);
        assert_held(d, "a + b", &y, t, at_a + at_b);
        y = gr_taylor_minus(d, &a, &b);
        assert_held(d, "a - b", &y, t, at_a - at_b);
        y = gr_taylor_product(d, &a, &b);
        assert_held(d, "a b", &y, t, at_a * at_b);
        y = gr_taylor_scaled(d, &a, factor, 0.125);
        assert_held(d, "f a", &y, t, at_a * (factor + 0.125 * u));
        const gradus_interval range = gr_taylor_range(d, &a);
        assert_true(range.min <= (double)at_a && (double)at_a <= range.max);
    }
}

/* The largest value of a square without mixed terms is met to rounding. */
static void the_most_of_a_square_is_exact(void **state)
{
    (void)state;
    for (int i = 0; i < MODELS; i++) {
        const gr_taylor g = draw_model(1, 2, 0);
        double likely[3], most = -INFINITY;
        for (int k = -1000; k <= 1000; k++)
            most = fmax(most, (double)polynomial(1, &g, (double[]){k / 1000.0}));
        const double bound = gr_taylor_most(1, &g, likely);
        assert_true(bound >= most && bound <= most + 1e-6);
        assert_true((double)polynomial(1, &g, likely) >= bound - 1e-13);
    }
}

/* Chains of more than 64, and weights that cancel. */
static void dense_layers_are_held(void **state)
{
    (void)state;
    enum { INPUTS = 150 };
    static double weight[UNITS * INPUTS], bias[UNITS], room[INPUTS];
    static gr_taylor x[INPUTS], y[UNITS];
    for (int i = 0; i < 60; i++) {
        const size_t d = 1 + (size_t)i % 3;
        double t[3];
        for (size_t k = 0; k < INPUTS; k++)
            x[k] = draw_model(d, 1, i % 2 == 0 ? 0 : 1e-9);
        for (size_t k = 0; k < UNITS * INPUTS; k++)
            weight[k] = draw(-1, 1) * (k % 7 == 0 ? 1e6 : 1);
        for (size_t j = 0; j < UNITS; j++)
            bias[j] = draw(-1, 1);
        gr_taylor_dense(d, UNITS, INPUTS, weight, i % 5 == 0 ? NULL : bias, x, y, room);
        for (size_t k = 0; k < d; k++)
            t[k] = draw(-1, 1);
        for (size_t j = 0; j < UNITS; j++) {
            long double sum = i % 5 == 0 ? 0 : bias[j];
            for (size_t k = 0; k < INPUTS; k++)
                sum += weight[j * INPUTS + k] *
                       member(d, &x[k], t, weight[j * INPUTS + k] > 0 ? 1 : -1);
            assert_held(d, "W x + b", &y[j], t, sum);
            assert_true(i % 2 != 0 || y[j].r < 1e-6); /* no wider than it takes */
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_activation_is_held),
        cmocka_unit_test(softmax_is_held),
        cmocka_unit_test(sums_and_products_are_held),
        cmocka_unit_test(the_most_of_a_square_is_exact),
        cmocka_unit_test(dense_layers_are_held),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
