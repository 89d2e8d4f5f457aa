/* tests/unit/test_activate.c - activations: bits, errors of doubles, slopes, edges.
 *
 * The errors of floats: test_every_float.c. With GRADUS_SLOW in the environment more doubles
 * are sampled, and the largest errors printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"
#include "ulp.h"

#define NAME(name) name##_long
#define C(name) name##l
typedef long double wide;
#include "exact.inc"
#include "exact_slope.inc"

/* Softmax, the last one, acts on rows: what follows is for those before it. */
enum { ELEMENTWISE = GR_ACTIVATION_SOFTMAX };

static const struct activation {
    const char *name;
    double alpha;
    int smooth;
} activations[] = {
#define ACTIVATION(id, name, alpha, has_alpha, start, trainable, smooth, from_output) \
    {name, alpha, smooth},
#include "kernels/activations.def"
#undef ACTIVATION
};

/* Largest error of doubles in ulp; of slopes, in halves of the machine's epsilon times the
 * largest slope. */
static const struct bound {
    double value, slope, largest;
} bounds[ELEMENTWISE] = {
    [GR_ACTIVATION_IDENTITY] = {0, 0, 1},      [GR_ACTIVATION_SIGMOID] = {2.5, 6, 0.25},
    [GR_ACTIVATION_TANH] = {2, 4, 1},          [GR_ACTIVATION_RELU] = {0, 0, 1},
    [GR_ACTIVATION_LEAKY_RELU] = {0.5, 0, 1},  [GR_ACTIVATION_ELU] = {1.2, 1, 1},
    [GR_ACTIVATION_GELU] = {2.8, 2.5, 1.12},   [GR_ACTIVATION_GELU_TANH] = {2.5, 8, 1.12},
    [GR_ACTIVATION_SELU] = {2, 1.5, 1.75},     [GR_ACTIVATION_SILU] = {2, 3.5, 1.09},
    [GR_ACTIVATION_MISH] = {2.9, 3.5, 1.08},   [GR_ACTIVATION_SOFTPLUS] = {2, 1.5, 1},
    [GR_ACTIVATION_EXP] = {1.1, 1.5, 1},       [GR_ACTIVATION_HEAVISIDE] = {0, 0, 1},
};

static void forward(const gr_kernels *k, size_t id, const array *z, array *a)
{
    k->activate[id].forward(z->rows, z->columns, activations[id].alpha, z->data, a->data);
}

static void backward(const gr_kernels *k, size_t id, const array *z, const array *a,
                     const array *da, array *dz)
{
    k->activate[id].backward(z->rows, z->columns, activations[id].alpha, z->data, a->data,
                             da->data, dz->data);
}

/* s'(z) of one number in double */
static double slope(size_t id, double z)
{
    const gr_kernels *k = gr_kernels_find(gr_cpu_best(), GRADUS_FLOAT64);
    /* a matrix of one number is a line: kernels/kernels.h */
    _Alignas(GR_LINE) double line[8] = {z}, a[8], da[8] = {1}, dz[8];
    k->activate[id].forward(1, 1, activations[id].alpha, line, a);
    k->activate[id].backward(1, 1, activations[id].alpha, line, a, da, dz);
    return dz[0];
}

static double value(size_t id, double z)
{
    const gr_kernels *k = gr_kernels_find(gr_cpu_best(), GRADUS_FLOAT64);
    _Alignas(GR_LINE) double line[8] = {z}, a[8];
    k->activate[id].forward(1, 1, activations[id].alpha, line, a);
    return a[0];
}

static void every_instruction_set_gives_the_same_bits(void **state)
{
    (void)state;
    EACH_PRECISION(p) {
        const gr_kernels *ref = gr_kernels_find(GR_CPU_REF, p);
        for (size_t id = 0; id < ELEMENTWISE; id++) {
            for (size_t count = 0; count < 70; count++) {
                array z = matrix_odd(ref, 1, count), da = matrix_odd(ref, 1, count);
                array a = array_copy(&z), dz = array_copy(&z);
                forward(ref, id, &z, &a);
                backward(ref, id, &z, &a, &da, &dz);
                EACH_CPU(cpu) {
                    const gr_kernels *k = gr_kernels_find(cpu, p);
                    array a2 = array_copy(&z), dz2 = array_copy(&da); /* in place */
                    a2.k = dz2.k = k;
                    forward(k, id, &a2, &a2);
                    backward(k, id, &z, &a2, &dz2, &dz2);
                    assert_same_array(&a, &a2);
                    assert_same_array(&dz, &dz2);
                    array_free(&a2), array_free(&dz2);
                }
                array_free(&z), array_free(&da), array_free(&a), array_free(&dz);
            }
        }
    }
}

static void report(size_t id, const char *what, double error, double where)
{
    if (getenv("GRADUS_SLOW"))
        fprintf(stderr, "%-10s %-12s %.3f at %a\n", activations[id].name, what, error, where);
}

enum { CHUNK = 4096 };

/* Around zero, where exponentials fade, of every exponent, and next to the seams. */
static double sample(size_t i)
{
    static const double seams[] = {-20,    -37.5,  -38.5,  -708.4, -745,
                                   0.1733, 0.3466, 0.5199, 18.2,   -36.74};
    switch (i % 4) {
    case 0: return between(-4, 4);
    case 1: return between(-40, 40) * (i % 8 < 4 ? 1 : 19);
    case 2: return ldexp(between(-1, 1), (int)between(-1074, 1023));
    default: return seams[i / 4 % 10] * (1 + ldexp(between(-1, 1), (int)between(-52, -3)));
    }
}

static void double_precision_errors_stay_within_their_bounds(void **state)
{
    (void)state;
    if (LDBL_MANT_DIG < 64)
        skip();
    const gr_kernels *k = gr_kernels_find(gr_cpu_best(), GRADUS_FLOAT64);
    const size_t chunks = getenv("GRADUS_SLOW") ? 4000 : 100;
    static _Alignas(GR_LINE) double z[CHUNK], a[CHUNK];
    for (size_t id = 0; id < ELEMENTWISE; id++) {
        double worst = 0, where = 0;
        for (size_t chunk = 0; chunk < chunks; chunk++) {
            for (size_t i = 0; i < CHUNK; i++)
                z[i] = sample(i);
            k->activate[id].forward(CHUNK / 8, 8, activations[id].alpha, z, a);
            for (size_t i = 0; i < CHUNK; i++) {
                const long double exact = exact_long(id, activations[id].alpha, z[i]);
                const double error = ulp_double(exact, a[i]);
                if (!(error <= bounds[id].value))
                    fail_msg("%s(%a) is %.3f ulp off", activations[id].name, z[i], error);
                where = error > worst ? z[i] : where;
                worst = error > worst ? error : worst;
            }
        }
        report(id, "value", worst, where);
    }
}

/* (s(z - 2h) - 8 s(z - h) + 8 s(z + h) - s(z + 2h)) / 12 h */
static void slopes_are_the_differences_of_values(void **state)
{
    (void)state;
    const double h = 3e-4;
    for (size_t id = 0; id < ELEMENTWISE; id++) {
        for (double z = -30.017; z < 30; z += 0.0371) {
            if (!activations[id].smooth && fabs(z) < 4 * h)
                continue;
            double difference = (value(id, z - 2 * h) - 8 * value(id, z - h) +
                                 8 * value(id, z + h) - value(id, z + 2 * h)) / (12 * h);
            assert_near(difference, slope(id, z), 1e-9);
        }
    }
}

/* |error| against the largest slope; e^z has none: there it is 1 + e^z. */
static void slopes_stay_within_their_bounds(void **state)
{
    (void)state;
    if (LDBL_MANT_DIG < 64)
        skip();
    EACH_PRECISION(p) {
        const gr_kernels *k = gr_kernels_find(gr_cpu_best(), p);
        for (size_t id = 0; id < ELEMENTWISE; id++) {
            double worst = 0, where = 0;
            for (int chunk = 0; chunk < 20; chunk++) {
                array z = matrix_between(k, 1, CHUNK, -24, 24), a = array_copy(&z);
                array da = matrix_between(k, 1, CHUNK, 1, 1), dz = array_copy(&z);
                forward(k, id, &z, &a);
                backward(k, id, &z, &a, &da, &dz);
                for (size_t i = 0; i < CHUNK; i++) {
                    const long double x = get(&z, i);
                    const long double alpha = rounded(k, activations[id].alpha);
                    const long double exact = slope_long(id, alpha, x);
                    const double largest = id == GR_ACTIVATION_EXP ? 1 + (double)exact
                                                                   : bounds[id].largest;
                    const double error = (double)fabsl(get(&dz, i) - exact) /
                                         (roundings(k, 0.5) * largest);
                    where = error > worst ? get(&z, i) : where;
                    worst = error > worst ? error : worst;
                }
                array_free(&z), array_free(&a), array_free(&da), array_free(&dz);
            }
            report(id, p == GRADUS_FLOAT32 ? "float slope" : "double slope", worst, where);
            if (!(worst <= bounds[id].slope))
                fail_msg("the slope of %s at %a is %.3f units off", activations[id].name,
                         where, worst);
        }
    }
}

static void values_and_slopes_at_zero_and_the_ends(void **state)
{
    (void)state;
    const double inf = INFINITY, selu = 1.7580993408473768, scale = 1.0507009873554805;
    const struct edge {
        double left, zero, right, slope_left, slope_zero, slope_right;
    } edges[ELEMENTWISE] = {
        [GR_ACTIVATION_IDENTITY] = {-inf, 0, inf, 1, 1, 1},
        [GR_ACTIVATION_SIGMOID] = {0, 0.5, 1, 0, 0.25, 0},
        [GR_ACTIVATION_TANH] = {-1, 0, 1, 0, 1, 0},
        [GR_ACTIVATION_RELU] = {0, 0, inf, 0, 0, 1},
        [GR_ACTIVATION_LEAKY_RELU] = {-inf, 0, inf, 0.01, 0.01, 1},
        [GR_ACTIVATION_ELU] = {-1, 0, inf, 0, 1, 1},
        [GR_ACTIVATION_GELU] = {0, 0, inf, 0, 0.5, 1},
        [GR_ACTIVATION_GELU_TANH] = {0, 0, inf, 0, 0.5, 1},
        [GR_ACTIVATION_SELU] = {-selu, 0, inf, 0, selu, scale},
        [GR_ACTIVATION_SILU] = {0, 0, inf, 0, 0.5, 1},
        [GR_ACTIVATION_MISH] = {0, 0, inf, 0, 0.6, 1},
        [GR_ACTIVATION_SOFTPLUS] = {0, log(2), inf, 0, 0.5, 1},
        [GR_ACTIVATION_EXP] = {0, 1, inf, 0, 1, inf},
        [GR_ACTIVATION_HEAVISIDE] = {0, 0, 1, 0, 0, 0},
    };
    for (size_t id = 0; id < ELEMENTWISE; id++) {
        const struct edge e = edges[id];
        const double got[] = {value(id, -inf), value(id, 0), value(id, inf),
                              slope(id, -inf), slope(id, 0), slope(id, inf)};
        const double expected[] = {e.left,       e.zero,       e.right,
                                   e.slope_left, e.slope_zero, e.slope_right};
        for (size_t i = 0; i < 6; i++)
            if (!(got[i] == expected[i] || fabs(got[i] - expected[i]) < 1e-15))
                fail_msg("%s, edge %zu: %g is not %g", activations[id].name, i, got[i],
                         expected[i]);
    }
}

/* docs/math/activations.md: the largest slopes, where they are, and the lowest values */
static void extremes_are_those_of_the_theory(void **state)
{
    (void)state;
    const struct extreme {
        size_t id;
        double largest, at, lowest;
    } extremes[] = {
        {GR_ACTIVATION_SIGMOID, 0.25, 0, 0},
        {GR_ACTIVATION_TANH, 1, 0, -1},
        {GR_ACTIVATION_GELU, 1.12890, 1.41421, -0.16997},
        {GR_ACTIVATION_SILU, 1.09984, 2.39936, -0.27846},
        {GR_ACTIVATION_MISH, 1.08850, 1.49057, -0.30884},
        {GR_ACTIVATION_SELU, 1.75810, 0, -1.75810},
    };
    for (size_t i = 0; i < sizeof extremes / sizeof *extremes; i++) {
        double largest = 0, at = 0, lowest = 0;
        for (double z = -40; z <= 40; z += 1e-4) {
            double s = slope(extremes[i].id, z), a = value(extremes[i].id, z);
            if (fabs(s) > largest) {
                largest = fabs(s);
                at = z;
            }
            lowest = a < lowest ? a : lowest;
        }
        assert_near(extremes[i].largest, largest, 3e-4);
        assert_true(largest <= extremes[i].largest + 6e-6);
        assert_near(extremes[i].at, at, 1e-3);
        assert_near(extremes[i].lowest, lowest, 6e-6);
    }
    assert_near(1.12890, slope(GR_ACTIVATION_GELU, sqrt(2)), 6e-6);
    assert_near(-0.12890, slope(GR_ACTIVATION_GELU, -sqrt(2)), 6e-6);
    assert_near(1.09984, slope(GR_ACTIVATION_SILU, 2.39936), 6e-6);
    assert_near(1.08850, slope(GR_ACTIVATION_MISH, 1.49057), 6e-6);
    assert_near(1.75810, slope(GR_ACTIVATION_SELU, -1e-9), 6e-6);
}

static void nan_in_gives_nan_out(void **state)
{
    (void)state;
    EACH_PRECISION(p)
        EACH_CPU(cpu) {
            const gr_kernels *k = gr_kernels_find(cpu, p);
            for (size_t id = 0; id < ELEMENTWISE; id++) {
                const size_t count = 40; /* NaN in the vectors and in the tail */
                array z = matrix_between(k, 1, count, -2, 2), a = array_copy(&z);
                array da = matrix_between(k, 1, count, 1, 2), dz = array_copy(&z);
                for (size_t i = 0; i < count; i += 3) {
                    set(&z, i, copysign(NAN, i % 2 == 0 ? 1 : -1));
                    set(&da, i + 1 < count ? i + 1 : i, NAN);
                }
                forward(k, id, &z, &a);
                backward(k, id, &z, &a, &da, &dz);
                for (size_t i = 0; i < count; i++) {
                    assert_int_equal(isnan(get(&a, i)) != 0, isnan(get(&z, i)) != 0);
                    assert_int_equal(isnan(get(&dz, i)) != 0,
                                     isnan(get(&z, i)) || isnan(get(&da, i)));
                }
                array_free(&z), array_free(&da), array_free(&a), array_free(&dz);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_instruction_set_gives_the_same_bits),
        cmocka_unit_test(double_precision_errors_stay_within_their_bounds),
        cmocka_unit_test(slopes_are_the_differences_of_values),
        cmocka_unit_test(slopes_stay_within_their_bounds),
        cmocka_unit_test(values_and_slopes_at_zero_and_the_ends),
        cmocka_unit_test(extremes_are_those_of_the_theory),
        cmocka_unit_test(nan_in_gives_nan_out),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
