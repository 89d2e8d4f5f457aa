/* tests/unit/test_activate.c - activations: bits, errors in ulp, slopes, edges.
 *
 * With GRADUS_SLOW in the environment, the errors of the single-precision activations are
 * taken over all 2^32 numbers, and printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"
#include "ulp.h"

#define NAME(name) name##_double
#define C(name) name
typedef double wide;
#include "exact.inc"
#undef NAME
#undef C
#define NAME(name) name##_long
#define C(name) name##l
#define wide long double
#include "exact.inc"
#undef wide

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

/* Largest error in ulp, of float (all of them) and double (sampled). */
static const double bounds[ELEMENTWISE][2] = {
    [GR_ACTIVATION_IDENTITY] = {0, 0},   [GR_ACTIVATION_SIGMOID] = {2.5, 2.5},
    [GR_ACTIVATION_TANH] = {1.5, 1.5},   [GR_ACTIVATION_RELU] = {0, 0},
    [GR_ACTIVATION_LEAKY_RELU] = {1, 1}, [GR_ACTIVATION_ELU] = {1, 1.5},
    [GR_ACTIVATION_GELU] = {6, 6},       [GR_ACTIVATION_GELU_TANH] = {4, 4},
    [GR_ACTIVATION_SELU] = {2, 2},       [GR_ACTIVATION_SILU] = {4, 4},
    [GR_ACTIVATION_MISH] = {5, 5},       [GR_ACTIVATION_SOFTPLUS] = {2, 2},
    [GR_ACTIVATION_EXP] = {1, 1},        [GR_ACTIVATION_HEAVISIDE] = {0, 0},
};

/* The tanh form of gelu loses digits with the exponent of its tail, w = 1.6 (z + ...). */
static double bound_at(size_t id, int precision, double z)
{
    double bound = bounds[id][precision];
    if (id == GR_ACTIVATION_GELU_TANH && z < 0)
        bound -= 3.5 * 1.6 * (z + 0.044715 * z * z * z);
    return bound;
}

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

static void report(size_t id, const char *type, double error, double where)
{
    if (getenv("GRADUS_SLOW"))
        fprintf(stderr, "%-10s %-6s %.3f ulp at %a\n", activations[id].name, type, error,
                where);
}

enum { CHUNK = 4096 };

static void single_precision_errors_stay_within_their_bounds(void **state)
{
    (void)state;
    const uint64_t step = getenv("GRADUS_SLOW") ? 1 : 1009;
    const gr_kernels *k = gr_kernels_find(gr_cpu_best(), GRADUS_FLOAT32);
    static _Alignas(GR_LINE) float z[CHUNK], a[CHUNK];
    for (size_t id = 0; id < ELEMENTWISE; id++) {
        double worst = 0, where = 0;
        for (uint64_t bits = 0; bits < UINT64_C(1) << 32;) {
            size_t count = 0;
            for (; count < CHUNK && bits < UINT64_C(1) << 32; bits += step) {
                uint32_t low = (uint32_t)bits;
                memcpy(&z[count++], &low, sizeof low);
            }
            k->activate[id].forward((count + 15) / 16, 16, activations[id].alpha, z, a);
            const double alpha = (double)(float)activations[id].alpha;
            for (size_t i = 0; i < count; i++) {
                if (!isfinite(z[i]))
                    continue;
                double x = (double)z[i], exact = exact_double(id, alpha, x);
                if (a[i] == (float)exact) /* at most half a unit: nearly always */
                    continue;
                double error = ulp_float((long double)exact, (double)a[i]);
                if (!(error <= bound_at(id, 0, x)))
                    fail_msg("%s(%a) is %.3f ulp off", activations[id].name, x, error);
                if (error > worst) {
                    worst = error;
                    where = x;
                }
            }
        }
        report(id, "float", worst, where);
    }
}

static void double_precision_errors_stay_within_their_bounds(void **state)
{
    (void)state;
    if (LDBL_MANT_DIG < 64)
        skip();
    const size_t samples = getenv("GRADUS_SLOW") ? 10000000 : 100000;
    for (size_t id = 0; id < ELEMENTWISE; id++) {
        double worst = 0, where = 0;
        for (size_t i = 0; i < samples; i++) {
            double z = i % 2 ? between(-4, 4) : i % 4 ? between(-760, 760)
                     : ldexp(between(-1, 1), (int)between(-1074, 1023));
            long double exact = exact_long(id, (long double)activations[id].alpha, z);
            double error = ulp_double(exact, value(id, z));
            if (!(error <= bound_at(id, 1, z)))
                fail_msg("%s(%a) is %.3f ulp off", activations[id].name, z, error);
            if (error > worst) {
                worst = error;
                where = z;
            }
        }
        report(id, "double", worst, where);
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

static void slopes_agree_in_both_precisions(void **state)
{
    (void)state;
    const gr_kernels *k = gr_kernels_find(gr_cpu_best(), GRADUS_FLOAT32);
    for (size_t id = 0; id < ELEMENTWISE; id++) {
        for (int i = 0; i < 4000; i++) {
            _Alignas(GR_LINE) float z[16] = {(float)between(-20, 20)}, a[16], dz[16];
            _Alignas(GR_LINE) float da[16] = {1};
            k->activate[id].forward(1, 1, activations[id].alpha, z, a);
            k->activate[id].backward(1, 1, activations[id].alpha, z, a, da, dz);
            assert_near(slope(id, (double)z[0]), (double)dz[0], roundings(k, 12));
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

/* theory.md section 2: the largest slopes, where they are, and the lowest values */
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
                    set(&z, i, NAN);
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
        cmocka_unit_test(single_precision_errors_stay_within_their_bounds),
        cmocka_unit_test(double_precision_errors_stay_within_their_bounds),
        cmocka_unit_test(slopes_are_the_differences_of_values),
        cmocka_unit_test(slopes_agree_in_both_precisions),
        cmocka_unit_test(values_and_slopes_at_zero_and_the_ends),
        cmocka_unit_test(extremes_are_those_of_the_theory),
        cmocka_unit_test(nan_in_gives_nan_out),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
