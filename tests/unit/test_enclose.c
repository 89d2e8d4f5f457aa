/* tests/unit/test_enclose.c - enclosures of expressions hold what they say.
 *
 * SPDX-License-Identifier: MIT
 */
#include "proofs.h"

#include <math.h>
#include <string.h>

/* ---- what is enclosed ---- */

typedef struct expression_case {
    const char *text;
    size_t inputs;
    double min, max; /* of each side of the box */
} expression_case;

static const expression_case cases[] = {
    {"3", 1, -1, 1},
    {"x", 1, -1, 1},
    {"-x^3 + 2*x - 1/3", 1, -2, 2},
    {"x*x*x - x^2", 1, -2, 2},
    {"sin(x)*x^2 - x^3/30 + x^4/500", 1, -10, 10},
    {"sin(5*x)", 1, -3, 3},
    {"cos(x^2)", 1, -3, 3},
    {"tan(x)", 1, -1.5, 1.5},
    {"exp(-x^2)", 1, -3, 3},
    {"log(x)", 1, 0.01, 5},
    {"log(1.0001 + sin(x))", 1, -10, 10},
    {"sqrt(x)", 1, 0.01, 4},
    {"sqrt(1 - x^2)", 1, -0.99, 0.99},
    {"sqrt(x^2)", 1, -1, 1},
    {"1/(1 + 25*x^2)", 1, -1, 1},
    {"1/x", 1, 0.1, 2},
    {"x^-3", 1, -2, -0.2},
    {"x^0.3", 1, 0.01, 3},
    {"x^-1.5", 1, 0.1, 3},
    {"2^x", 1, -5, 5},
    {"x^x", 1, 0.05, 3},
    {"x^pi", 1, 0.1, 2},
    {"tanh(3*x)", 1, -2, 2},
    {"sigmoid(4*x - 1)", 1, -3, 3},
    {"abs(x)", 1, -1, 1},
    {"abs(sin(3*x))", 1, -2, 2},
    {"relu(x - 0.25)*x", 1, -1, 1},
    {"max(x, 1 - x^2)", 1, -2, 2},
    {"min(sin(x), cos(x))", 1, -4, 4},
    {"step(x^2 + 1)*x", 1, -1, 1},
    {"(x + 1)/(x + 3)", 1, -2, 2},
    {"e^x - pi*x", 1, -1, 3},
    {"x*y", 2, -2, 2},
    {"x^2*y - y^3/(1 + x^2)", 2, -2, 2},
    {"exp(-(x^2 + y^2))", 2, -2, 2},
    {"sin(x*y) + cos(x - y)", 2, -2, 2},
    {"sqrt(x^2 + y^2 + 0.01)", 2, -1, 1},
    {"max(x, y)*min(x, -y)", 2, -1, 1},
    {"x*y*z + sin(x + 2*y - z)/2", 3, -1, 1},
    {"tanh(x - y)*sigmoid(z) + x^2/(2 + z)", 3, -1, 1},
    {"x1*x2 + x3*x4 - x5^2*x6 + exp(x7)*x8", 8, -1, 1},
    {"log(1 + (x - y)^2 + z^4)", 3, -2, 2},
};

static double difference(const subject *s, const double *x, size_t i, double h)
{
    double at[GRADUS_VARIABLES];
    memcpy(at, x, sizeof at);
    at[i] = x[i] + h;
    const double above = s->f->value(at, s->f->user);
    at[i] = x[i] - h;
    return (above - s->f->value(at, s->f->user)) / (2 * h);
}

static double second_difference(const subject *s, const double *x, size_t i, size_t j,
                                double h)
{
    double at[GRADUS_VARIABLES];
    memcpy(at, x, sizeof at);
    at[j] = x[j] + h;
    const double above = difference(s, at, i, h);
    at[j] = x[j] - h;
    return (above - difference(s, at, i, h)) / (2 * h);
}

static void assert_holds(const expression_case *c, const char *what, gradus_interval u,
                         double value, double slack)
{
    if (!(u.min <= value + slack && value - slack <= u.max))
        fail_msg("%s: %s %.17g is not in [%.17g, %.17g]", c->text, what, value, u.min,
                 u.max);
}

/* Values and differences at a random point of a random box, which reaches further than
 * the differences do. */
static void try_box(const subject *s, const expression_case *c, double width)
{
    const size_t d = c->inputs;
    const double h = 1e-4, reach = 2 * h * 1.01;
    gradus_interval box[GRADUS_VARIABLES];
    double x[GRADUS_VARIABLES] = {0};
    for (size_t i = 0; i < d; i++) {
        x[i] = between(c->min + reach, c->max - reach);
        box[i].min = larger(c->min, x[i] - reach - between(0, width));
        box[i].max = smaller(c->max, x[i] + reach + between(0, width));
    }
    const gradus_interval *r = enclose(s, box, 2);
    const double value = s->f->value(x, s->f->user), scale = 1 + fabs(value);
    assert_holds(c, "f", r[0], value, 1e-14 * scale);
    for (size_t i = 0, k = 1 + d; i < d; i++) {
        /* a central difference is a mean of slopes in the box */
        assert_holds(c, "f'", r[1 + i], difference(s, x, i, h), 1e-10 * scale);
        for (size_t j = i; j < d; j++, k++)
            assert_holds(c, "f''", r[k], second_difference(s, x, i, j, h), 1e-6 * scale);
    }
}

static void values_and_derivatives_are_held(void **state)
{
    (void)state;
    const size_t count = sizeof cases / sizeof *cases, boxes = 100000 / count;
    for (size_t i = 0; i < count; i++) {
        subject s;
        gradus_interval box[GRADUS_VARIABLES];
        for (size_t k = 0; k < GRADUS_VARIABLES; k++)
            box[k] = (gradus_interval){cases[i].min, cases[i].max};
        if (open_subject(&s, cases[i].text, cases[i].inputs, box) != GRADUS_OK)
            fail_msg("%s: %s", cases[i].text, gradus_error());
        for (size_t k = 0; k < boxes; k++)
            try_box(&s, &cases[i], k % 3 == 0 ? 1 : k % 3 == 1 ? 0.05 : 1e-6);
        close_subject(&s);
    }
}

/* ---- what is known exactly ---- */

static void assert_interval(gradus_interval u, double least, double most, double slack)
{
    if (!(u.min <= least && u.min >= least - slack && u.max >= most &&
          u.max <= most + slack))
        fail_msg("[%.17g, %.17g] is not [%.17g, %.17g]", u.min, u.max, least, most);
}

static void kinks_have_both_slopes_and_no_curvature(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double min, max;        /* of x */
        double low, high;       /* of f */
        double slope_low, slope_high;
        double curve;           /* largest |f''| */
    } kinks[] = {
        {"abs(x)", -1, 2, 0, 2, -1, 1, INFINITY},
        {"abs(x)", 0, 2, 0, 2, 1, 1, 0}, /* the kink is at the edge: one side only */
        {"abs(x)", -2, 0, 0, 2, -1, -1, 0},
        {"relu(x)", -1, 2, 0, 2, 0, 1, INFINITY},
        {"relu(x)", -1, 0, 0, 0, 0, 0, 0},
        {"relu(x)", 0, 3, 0, 3, 1, 1, 0},
        {"max(x, -2*x)", -1, 1, -1, 2, -2, 1, INFINITY}, /* as if apart: 0 is least */
        {"min(x, 3)", -1, 1, -1, 1, 1, 1, 0},
        {"min(x, 3)", 2, 4, 2, 3, 0, 1, INFINITY},
        {"step(x)", 0.5, 1, 1, 1, 0, 0, 0},
        {"step(x)", -1, 0, 0, 0, 0, 0, 0},
        {"step(x + 2)*x", -1, 1, -1, 1, 1, 1, 0},
    };
    for (size_t i = 0; i < sizeof kinks / sizeof *kinks; i++) {
        subject s;
        const gradus_interval *r =
            enclose_1(&s, kinks[i].text, kinks[i].min, kinks[i].max, 2);
        assert_interval(r[0], kinks[i].low, kinks[i].high, 0);
        assert_interval(r[1], kinks[i].slope_low, kinks[i].slope_high, 0);
        assert_interval(r[2], -kinks[i].curve, kinks[i].curve, 0);
        close_subject(&s);
    }
}

static void ranges_of_what_rises_or_turns(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double min, max, low, high, slack;
    } ranges[] = {
        {"sin(x)", -10, 10, -1, 1, 0},
        {"sin(x)", 1, 2, 0.84147098480789650, 1, 1e-15},
        {"cos(x)", -1, 0.5, 0.54030230586813972, 1, 1e-15},
        {"cos(x)", 3, 4, -1, -0.65364362086361191, 1e-15},
        {"exp(x)", -1, 1, 0.36787944117144232, 2.7182818284590451, 1e-15},
        {"sigmoid(x)", -1e5, 1e5, 0, 1, 5e-324},
        {"tanh(x)", -1e5, 1e5, -1, 1, 0},
        {"x^2", -1, 3, 0, 9, 0},
        {"x*x", -1, 3, 0, 9, 0},             /* the same on both sides: a square */
        {"(x - 0.3)*(x - 0.3)", -1, 1, 0, 1.69, 1e-15},
        {"x^3", -2, 1, -8, 1, 0},
        {"x^3 + x - x^2/2", -1, 1, -2.5, 1.5, 0}, /* it rises: 3 x^2 + 1 - x >= 0 */
        {"x - x^2/4", 0, 1, 0, 0.75, 0},     /* likewise, though x is there twice */
        {"1/(1 + x^2)", -1e5, 1, 9.9999999990000003e-11, 1, 1e-20},
        {"sqrt(x)", 0, 4, 0, 2, 0},
        {"log(x)", 1, 2.7182818284590451, 0, 1, 1e-15},
        {"x^0.5", 0, 4, 0, 2, 1e-15},
        {"0.1*10 - 1", 0, 1, 0, 0, 3e-16},   /* decimal numbers are what they say */
        {"0e999999999999 + x", 0, 1, 0, 1, 0},
        {"x^0", -1, 1, 1, 1, 0},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        subject s;
        const gradus_interval *r =
            enclose_1(&s, ranges[i].text, ranges[i].min, ranges[i].max, 0);
        assert_interval(r[0], ranges[i].low, ranges[i].high, ranges[i].slack);
        close_subject(&s);
    }
}

static void a_root_has_no_bound_of_its_slope_at_0(void **state)
{
    (void)state;
    static const char *const roots[] = {"sqrt(x)", "x^0.5"};
    for (size_t i = 0; i < 2; i++) {
        subject s;
        const gradus_interval *r = enclose_1(&s, roots[i], 0, 1, 2);
        assert_interval(r[0], 0, 1, 0);
        assert_true(r[1].min <= 0.5 && r[1].min > 0.499 && r[1].max == INFINITY);
        assert_true(r[2].min == -INFINITY);
        close_subject(&s);
    }
    subject s;
    gradus_interval zero = {0, 0};
    enclose_1(&s, "sqrt(x)*sqrt(x)", 0, 1, 1); /* = x: its slope is 1 also at 0 */
    assert_true(enclose(&s, &zero, 1)[1].min <= 1 && enclosures[1].max >= 1);
    close_subject(&s);
    const gradus_interval *r = enclose_1(&s, "sqrt(x^2)", -1, 1, 1);
    assert_interval(r[0], 0, 1, 0);
    assert_true(r[1].min <= -1 && r[1].max >= 1);
    close_subject(&s);
}

/* How much wider the value is than it must be, on a box of half width w around a place
 * where f' = 0: there f is between its value in the middle and those at the ends. */
static double excess(const subject *s, double w, int order, double *curve)
{
    const double m = 2.238685847364344;
    const gradus_interval box = {m - w, m + w};
    const gradus_interval *r = enclose(s, &box, order);
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i <= 1000; i++) {
        const double x = box.min + (box.max - box.min) * i / 1000;
        low = smaller(low, s->f->value(&x, s->f->user));
        high = larger(high, s->f->value(&x, s->f->user));
    }
    *curve = order == 2 ? r[2].max - r[2].min : 0;
    return r[0].max - r[0].min - (high - low);
}

/* Of a box of width w, the value is too wide by about w^2, by w^3 where the Hessian is asked
 * for, and the Hessian is about w wide. */
static void enclosures_tighten(void **state)
{
    (void)state;
    subject s;
    double curve[3];
    enclose_1(&s, "sin(x)*x^2 - x^3/30 + x^4/500", -10, 10, 2);
    const double first = excess(&s, 0.02, 0, curve), second = excess(&s, 0.01, 0, curve);
    assert_true(first < 0.02 && second < first / 3.5);
    double third[3];
    for (int k = 0; k < 3; k++)
        third[k] = excess(&s, 0.02 / (1 << k), 2, &curve[k]);
    assert_true(third[0] < 0.002 && third[1] < third[0] / 6 && third[2] < third[1] / 6);
    assert_true(curve[1] < curve[0] / 1.8 && curve[2] < curve[1] / 1.8);
    close_subject(&s);
}

/* A point's enclosure is a few units in the last place wide. */
static void points_are_narrow(void **state)
{
    (void)state;
    subject s;
    enclose_1(&s, "sin(x)*x^2 - x^3/30 + x^4/500", -10, 10, 2);
    for (int i = 0; i < 1000; i++) {
        const double x = between(-10, 10);
        const gradus_interval box = {x, x};
        const gradus_interval *r = enclose(&s, &box, 2);
        assert_true(r[0].max - r[0].min < 1e-13 && r[2].max - r[2].min < 1e-12);
        assert_holds(&cases[4], "f", r[0], s.f->value(&x, s.f->user), 1e-13);
    }
    close_subject(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_derivatives_are_held),
        cmocka_unit_test(kinks_have_both_slopes_and_no_curvature),
        cmocka_unit_test(ranges_of_what_rises_or_turns),
        cmocka_unit_test(a_root_has_no_bound_of_its_slope_at_0),
        cmocka_unit_test(enclosures_tighten),
        cmocka_unit_test(points_are_narrow),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
