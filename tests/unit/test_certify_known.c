/*
 * tests/unit/test_certify_known.c - errors that are known hold in what is enclosed
 *
 * SPDX-License-Identifier: MIT
 */
#include "certify_check.h"

static void interpolation_of_a_square(void **state)
{
    (void)state;
    for (size_t pieces = 1; pieces <= 1024; pieces *= 4) {
        subject s = subject_of(squares(pieces), "x^2", 1, 0, 1);
        const gradus_certificate c = certify(&s, 1e-6, 0);
        const double exact = 0.25 / (double)(pieces * pieces);
        assert_true(c.reached && c.lower <= exact * (1 + 1e-9) && c.upper >= exact);
        /* a tree of the kinks, and a few boxes in each piece, all of which are as bad */
        assert_true(c.boxes < 40 * pieces + 40);
        close_subject(&s);
    }
}

/* A net that is what it is compared with: nothing but rounding is left. */
static void no_error_at_all(void **state)
{
    (void)state;
    gradus_net *net = new_net("dense 2 relu output", 1, GRADUS_FLOAT64);
    set_all(net, (double[]){1, -1}, (double[]){0, 0}, (double[]){1, 1}, 0);
    subject s = subject_of(net, "abs(x)", 1, -1, 1);
    const gradus_certificate c = certify(&s, 1e-3, 0);
    assert_true(c.lower < 1e-15 && c.upper < 5e-14 && c.boxes < 2000);
    close_subject(&s);
}

/* sqrt has no slope at 0, where the error 1/4 is: net = 1/4 + x. */
static void a_slope_without_bound(void **state)
{
    (void)state;
    gradus_net *net = new_net("dense 1", 1, GRADUS_FLOAT64);
    gradus_net_set(net, 0, (double[]){1});
    gradus_net_set(net, 1, (double[]){0.375});
    subject s = subject_of(net, "sqrt(x)", 1, 0, 1);
    const gradus_certificate c = certify(&s, 1e-6, 0);
    assert_true(c.reached && c.lower <= 0.375 && c.upper >= 0.375 && c.where[0] == 0);
    assert_true(c.boxes < 500);
    close_subject(&s);
}

static void kinks_of_the_function(void **state)
{
    (void)state;
    gradus_net *net = new_net("dense 1", 2, GRADUS_FLOAT64);
    gradus_net_set(net, 0, (double[]){0, 0});
    gradus_net_set(net, 1, (double[]){0.75});
    subject s = subject_of(net, "max(abs(x - 1/3), abs(y + 1/7))", 2, -0.6, 0.6);
    const gradus_certificate c = certify(&s, 1e-4, 0);
    assert_true(c.reached && c.lower <= 0.75 && c.upper >= 0.75);
    assert_true(fabs(c.where[0] - 1 / 3.0) < 1e-3 && fabs(c.where[1] + 1 / 7.0) < 1e-3);
    close_subject(&s);
}

/* H(x - 1/2) against x: the error is 1/2 on both sides of the jump, a least upper bound. */
static void a_jump(void **state)
{
    (void)state;
    gradus_net *net = new_net("dense 1 heaviside output", 1, GRADUS_FLOAT64);
    set_all(net, (double[]){3}, (double[]){-1.5}, (double[]){1}, 0);
    subject s = subject_of(net, "x", 1, 0, 1);
    const gradus_certificate c = certify(&s, 1e-6, 0);
    assert_true(c.reached && c.lower <= 0.5 && c.upper >= 0.5);
    assert_true(isinf(c.rounding));
    close_subject(&s);
}

/* Two bumps side by side, of height 1 and 2 on (0, 1/2] and (1/2, 1]: at 1/2 one falls and the
 * other rises. With `opposed` the second one's left edge is the unit of -z, so that at 1/2
 * itself, where every unit is 0, the net is 3 = 1 + 2 - 0. */
static void neighbours_jump_together(void **state)
{
    (void)state;
    for (int opposed = 0; opposed < 2; opposed++) {
        gradus_net *net = new_net("dense 4 heaviside output", 1, GRADUS_FLOAT64);
        const double sign = opposed ? -1 : 1;
        set_all(net, (double[]){3, 3, 3 * sign, 3}, (double[]){0.5, -1.5, -1.5 * sign, -4.5},
                (double[]){1, -1, 2 * sign, -2}, opposed ? 2 : 0);
        subject s = subject_of(net, "1 + x", 1, 0.125, 1);
        const gradus_certificate c = certify(&s, 1e-6, 0);
        /* |1 + 1/2 - 3| at one point, which is seen from above only, or on both sides of it */
        const double exact = opposed ? 1.5 : 0.5;
        assert_true(c.reached == !opposed && c.lower >= 0.499 && c.boxes < 1000);
        assert_true(c.lower <= exact && c.upper >= exact && c.upper <= exact + 1e-3);
        close_subject(&s);
    }
}

/* Two sigmoid units beyond all doubles: 1 - e^-100 and less. Models of a - 1 and 1 - a' are the
 * same, 0, but the one unit never jumps and the other has: net = -1, the error of 1 is 2. */
static void units_that_look_alike_are_two(void **state)
{
    (void)state;
    gradus_net *net = new_net("dense 2 sigmoid dense 2 heaviside output", 1, GRADUS_FLOAT64);
    gradus_net_set(net, 0, (double[]){50, 50});
    gradus_net_set(net, 1, (double[]){100, 101});
    gradus_net_set(net, 2, (double[]){1, 0, 0, -1});
    gradus_net_set(net, 3, (double[]){-1, 1});
    gradus_net_set(net, 4, (double[]){1, -1});
    gradus_net_set(net, 5, (double[]){0});
    subject s = subject_of(net, "1", 1, 0, 1);
    const gradus_certificate c = certify(&s, 1e-3, 1000);
    assert_true(c.lower <= 2 && c.upper >= 2);
    close_subject(&s);
}

/* Four tiles in the plane, in two hidden layers: 10 on the left below, 20 on the right below,
 * 30 and 40 above. The largest distance from 0 is 40; alone, edges would make 100. */
static void tiles_of_the_plane(void **state)
{
    (void)state;
    gradus_net *net = new_net("dense 2 heaviside dense 4 heaviside output", 2, GRADUS_FLOAT64);
    gradus_net_set(net, 0, (double[]){1, 0, 0, 1});
    gradus_net_set(net, 1, (double[]){-0.3, -0.7});
    gradus_net_set(net, 2, (double[]){-1, -1, 1, -1, -1, 1, 1, 1});
    gradus_net_set(net, 3, (double[]){0.5, -0.5, -0.5, -1.5});
    gradus_net_set(net, 4, (double[]){10, 20, 30, 40});
    gradus_net_set(net, 5, (double[]){0});
    subject s = subject_of(net, "8*x + y", 2, 0, 1);
    const gradus_certificate c = certify(&s, 1e-4, 0);
    const double exact = 40 - 8 * 0.3 - 0.7; /* at the inner corner, from above */
    assert_true(c.reached && c.lower <= exact && c.upper >= exact && c.boxes < 20000);
    close_subject(&s);
}

/* Stairs for x on 0 to 1, 64 of them, whose errors are 1/128 at every edge: a box on each side
 * of an edge, one at it, and those of the tree. */
static void stairs(void **state)
{
    (void)state;
    enum { STEPS = 64 };
    double w[STEPS], b[STEPS], v[STEPS];
    for (int k = 0; k < STEPS; k++) {
        w[k] = 3;
        b[k] = -3 * (k + 0.5) / STEPS;
        v[k] = 1.0 / STEPS;
    }
    gradus_net *net = new_net("dense 64 heaviside output", 1, GRADUS_FLOAT64);
    set_all(net, w, b, v, 0);
    subject s = subject_of(net, "x", 1, 0, 1);
    const gradus_certificate c = certify(&s, 1e-3, 0);
    assert_true(c.reached && c.lower <= 1.0 / 128 && c.upper >= 1.0 / 128);
    assert_true(c.boxes < 9 * STEPS);
    close_subject(&s);
}

/* 100 floats of 0.1 added to each other, and a net whose weights are rounded twice. */
static void rounding_is_bounded(void **state)
{
    (void)state;
    enum { UNITS = 100 };
    static const char *const texts[] = {"dense 100 identity output", "dense 100 tanh output"};
    for (int t = 0; t < 2; t++) {
        gradus_net *single = new_net(texts[t], 1, GRADUS_FLOAT32);
        gradus_net *twin = new_net(texts[t], 1, GRADUS_FLOAT64);
        float ones[UNITS], zeros[UNITS] = {0}, x = 0.1f, y;
        for (int k = 0; k < UNITS; k++)
            ones[k] = t == 0 ? 1 : 1 + (float)k / 300;
        for (size_t i = 0; i < 4; i++) {
            double values[UNITS];
            const float *from = i % 2 == 0 ? ones : zeros;
            for (int k = 0; k < UNITS; k++)
                values[k] = (double)from[k];
            gradus_net_set(single, i, from);
            gradus_net_set(twin, i, values);
        }
        subject s = subject_of(single, "x", 1, 0, 0.25);
        const gradus_certificate c = certify(&s, 1e-3, 0);
        double most = 0;
        for (int i = 0; i < 1000; i++) {
            double exact, at;
            x = 0.1f + (float)i * 1e-4f;
            at = (double)x;
            assert_int_equal(gradus_net_predict(single, &x, 1, &y), GRADUS_OK);
            assert_int_equal(gradus_net_predict(twin, &at, 1, &exact), GRADUS_OK);
            most = fmax(most, fabs((double)y - exact));
        }
        assert_true(most <= c.rounding && most >= c.rounding / 200);
        gradus_net_free(twin);
        close_subject(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interpolation_of_a_square),
        cmocka_unit_test(no_error_at_all),
        cmocka_unit_test(a_slope_without_bound),
        cmocka_unit_test(kinks_of_the_function),
        cmocka_unit_test(a_jump),
        cmocka_unit_test(neighbours_jump_together),
        cmocka_unit_test(units_that_look_alike_are_two),
        cmocka_unit_test(tiles_of_the_plane),
        cmocka_unit_test(stairs),
        cmocka_unit_test(rounding_is_bounded),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
