/* tests/unit/test_elementary.c - our transcendental functions against the C library's.
 *
 * The C library's long double functions are right to far more digits than a double has
 * where long double is longer; elsewhere those cases are skipped. With GRADUS_SLOW in the
 * environment more are sampled, and errors are printed. Floats: test_every_float.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/elementary.h"

#include "kernel_check.h"
#include "ulp.h"

typedef struct function {
    const char *name;
    double (*ours)(double x);
    long double (*exact)(long double x);
    double low, high; /* where most samples lie */
    double bound;     /* largest error in ulp */
    double end;       /* the bound holds for |x| up to here */
} function;

static const function functions[] = {
    {"exp", gr_exp, expl, -750, 715, 1.1, INFINITY},
    {"log", gr_log, logl, 0, 10, 1, INFINITY},
    {"log1p", gr_log1p, log1pl, -1, 5, 2, INFINITY},
    {"tanh", gr_tanh, tanhl, -3, 3, 2, INFINITY},
    {"erf", gr_erf, erfl, -6, 6, 2, INFINITY},
    {"sin", gr_sin, sinl, -10, 10, 1, 1e9},
    {"cos", gr_cos, cosl, -10, 10, 1, 1e9},
    {"tan", gr_tan, tanl, -10, 10, 3, 1e9},
};

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Samples of the range, and of all doubles. */
static double worst(const function *f, size_t samples, double *where)
{
    double largest = 0;
    for (size_t i = 0; i < samples; i++) {
        double x = i % 3 ? between(f->low, f->high)
                         : from_bits((uint64_t)(uniform() * 0x1p32) << 32 |
                                     (uint64_t)(uniform() * 0x1p32));
        if (fabs(x) > f->end)
            x = fmod(x, f->end);
        double error = ulp_double(f->exact((long double)x), f->ours(x));
        if (error > largest) {
            largest = error;
            *where = x;
        }
    }
    return largest;
}

static void errors_stay_within_their_bounds(void **state)
{
    (void)state;
    if (LDBL_MANT_DIG < 64)
        skip();
    const size_t samples = getenv("GRADUS_SLOW") ? 30000000 : 300000;
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        double where = NAN, error = worst(&functions[i], samples, &where);
        if (getenv("GRADUS_SLOW"))
            fprintf(stderr, "%-5s %.3f ulp at %a\n", functions[i].name, error, where);
        if (!(error <= functions[i].bound))
            fail_msg("%s(%a) is %.3f ulp off, more than %g", functions[i].name, where,
                     error, functions[i].bound);
    }
}

static void assert_is(double expected, double got)
{
    if (memcmp(&expected, &got, sizeof got) != 0 && !(isnan(expected) && isnan(got)))
        fail_msg("%a is not %a", got, expected);
}

static void edges_are_exact(void **state)
{
    (void)state;
    assert_is(1, gr_exp(0));
    assert_is(1, gr_exp(-0.0));
    assert_is(INFINITY, gr_exp(INFINITY));
    assert_is(0, gr_exp(-INFINITY));
    assert_is(0x1.fffffffffff2ap+1023, gr_exp(0x1.62e42fefa39efp+9)); /* log DBL_MAX */
    assert_is(INFINITY, gr_exp(0x1.62e42fefa39fp+9));
    assert_is(0x1p-1074, gr_exp(-745.1332191019411)); /* the last one that is not 0 */
    assert_is(0, gr_exp(-745.1332191019412));
    assert_is(0, gr_log(1));
    assert_is(-INFINITY, gr_log(0));
    assert_is(-INFINITY, gr_log(-0.0));
    assert_is(NAN, gr_log(-0x1p-1074));
    assert_is(INFINITY, gr_log(INFINITY));
    assert_is(NAN, gr_log(-INFINITY));
    assert_is(0, gr_log1p(0));
    assert_is(-INFINITY, gr_log1p(-1));
    assert_is(NAN, gr_log1p(-1.5));
    assert_is(INFINITY, gr_log1p(INFINITY));
    assert_is(0x1p-1074, gr_log1p(0x1p-1074));
    assert_is(-0.0, gr_tanh(-0.0));
    assert_is(1, gr_tanh(INFINITY));
    assert_is(-1, gr_tanh(-INFINITY));
    assert_is(0x1p-1074, gr_tanh(0x1p-1074));
    assert_is(-0.0, gr_erf(-0.0));
    assert_is(1, gr_erf(INFINITY));
    assert_is(-1, gr_erf(-INFINITY));
    assert_is(0, gr_sin(0));
    assert_is(1, gr_cos(0));
    assert_is(NAN, gr_sin(1.1e9));
    assert_is(NAN, gr_cos(INFINITY));
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        assert_is(NAN, functions[i].ours(NAN)), assert_is(NAN, functions[i].ours(-NAN));
}

/* Where sine and cosine are hardest: next to multiples of pi/2. */
static void sine_and_cosine_hold_at_their_zeros(void **state)
{
    (void)state;
    if (LDBL_MANT_DIG < 64)
        skip();
    for (int n = 0; n < 636000000; n += n < 63000 ? 7 : 7919) {
        double x = (double)n * 1.5707963267948966;
        assert_true(ulp_double(sinl((long double)x), gr_sin(x)) <= 1);
        assert_true(ulp_double(cosl((long double)x), gr_cos(x)) <= 1);
    }
}

static void powers_and_normal_numbers(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++) {
        double x = between(0.1, 2), y = between(-20, 20);
        assert_true(fabs(gr_pow(x, y) / pow(x, y) - 1) < 1e-14);
    }
    assert_is(1, gr_pow(0.9, 0));
    double sum = 0, squares = 0, fourth = 0;
    const int count = 200000;
    for (int i = 0; i < count; i++) {
        double z = gr_normal(uniform() + 0x1p-54, uniform());
        sum += z;
        squares += z * z;
        fourth += z * z * z * z;
    }
    assert_true(fabs(sum / count) < 0.01);
    assert_true(fabs(squares / count - 1) < 0.015);
    assert_true(fabs(fourth / count - 3) < 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_stay_within_their_bounds),
        cmocka_unit_test(edges_are_exact),
        cmocka_unit_test(sine_and_cosine_hold_at_their_zeros),
        cmocka_unit_test(powers_and_normal_numbers),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
