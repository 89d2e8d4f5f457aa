/*
 * tests/unit/test_deep.c - what the bound of a deep network for a polynomial gives to rounding
 *
 * A bound has room, so that a term less would not show in any error. What docs/math/
 * constructions.md gives is kept to the bit, for networks that together have all terms. The
 * first by hand, with u = 2^-53 and x^2 = 2 (t^2/8 + t/4 + 1/8): u/4 for t/8 + 1/4, for the
 * square 4/8 (20 + 10) u + 4 7/8 u + 16 3/8 u, for the sum with 1/8 u, for the last chain 5 u,
 * twice: 61.5 u.
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>

#include "base/context.h"
#include "base/status.h"
#include "theory/approximate.h"

typedef struct example {
    const char *text;
    size_t inputs;
    gradus_interval box[3];
    double rounding;
} example;

static gr_bound bound_of(const example *x)
{
    const gradus_function f = {.inputs = x->inputs};
    gradus_expression *expression;
    gradus_polynomial *on_box;
    gr_bound bound;
    assert_int_equal(gradus_expression_new(NULL, x->text, &expression), GRADUS_OK);
    if (gradus_expression_polynomial(expression, x->box, &on_box) != GRADUS_OK)
        fail_msg("%s: %s", x->text, gradus_error());
    const gr_target target = {.context = gr_context_or_default(NULL), .f = &f, .box = x->box,
                              .polynomial = on_box, .polynomial_box = x->box};
    assert_int_equal(gr_construction_deep.bound(&target, 20, &bound), GRADUS_OK);
    gradus_polynomial_free(on_box);
    gradus_expression_free(expression);
    return bound;
}

#define UNIT {{0, 1}, {0, 1}, {0, 1}}
#define AROUND {{-1, 1}, {-1, 1}, {-1, 1}}
#define ASIDE {{-7, -6.3}, {0.1, 0.7}, {3, 4.25}}
#define HUGE {{-1e30, 1e29}, {1e20, 3e20}, {-5e10, 7e10}}
#define TINY {{1e-30, 2e-30}, {-1e-20, 0}, {-1e-9, 3e-9}}
#define FAR {{1000, 1000.001}, {-1e6, -999999}, {77, 77.25}}
#define NEAR {{1, 1 + 0x1p-44}, {-1, 0x1p-44 - 1}} /* v is known to 1 in some hundred only */
static const example examples[] = {
    {"x^2", 1, UNIT, 0x1.ec000000058c1p-48},
    {"x^2", 1, ASIDE, 0x1.649dc28f5c7e7p-42},
    {"x^2", 1, FAR, 0x1.2c2211b16ecefp-28},
    {"-3*x^2 + 0.1*x - pi", 1, AROUND, 0x1.4bf7f8b968911p-43},
    {"x^3 - x/3 + e", 1, ASIDE, 0x1.8fbfeeea28f29p-38},
    {"(1+x/4)^8", 1, AROUND, 0x1.4c91fcf002f41p-41},
    {"0.1*x + 0.7", 1, FAR, 0x1.4d9b7f2d2a181p-42},
    {"x*y", 2, UNIT, 0x1.9f00000002701p-46},
    {"x*y", 2, ASIDE, 0x1.8b2d70a3d7c45p-44},
    {"x^2*y - y^3 + 0.3*x*y - x", 2, ASIDE, 0x1.3bc667a0faa91p-40},
    {"x*y + y^2*x^3", 2, HUGE, 0x1.e1c7c37915741p+391},
    {"x*y*z", 3, FAR, 0x1.2d723ba157dbep-11},
    {"x^2 + y^2 + z^2", 3, ASIDE, 0x1.1474a4dd2f7ebp-41},
    {"0.1*x*(y-0.2)", 2, TINY, 0x1.ffdfb9d1cebe1p-151},
    {"x^2*y^2", 2, AROUND, 0x1.f500000003761p-43},
    {"(x-y)^3/7", 2, UNIT, 0x1.56c4924927f91p-46},
    {"((x-1)*2^44)^2", 1, NEAR, 0x1.8120000000ab3p-5},
    {"((x-1)*2^44)*((y+1)*2^44)", 2, NEAR, 0x1.31400000007bdp-2},
    {"((x-1)*2^44)^2*((y+1)*2^44)", 2, NEAR, 0x1.bf228000017ddp-3},
    {"((x-1)*2^44)^2 + ((y+1)*2^44)^2", 2, NEAR, 0x1.8120000000bdp-4},
    {"((x-1)*2^44)^3*((y+1)*2^44)^2 + y", 2, NEAR, 0x1.4a7ad6850a43ap-3},
    {"8e-19*x^2 + x", 1, AROUND, 0x1.601d83c94feafp-49},
};

static void roundings_are_those_that_were_derived(void **state)
{
    (void)state;
    for (size_t i = 0; i < GR_COUNT(examples); i++) {
        const gr_bound bound = bound_of(&examples[i]);
        if (bound.rounding != examples[i].rounding)
            fail_msg("%s: %a for rounding, not %a", examples[i].text, bound.rounding,
                     examples[i].rounding);
    }
}

/* Of a box that is short beside its distance from 0, v = (x - a)/(b - a) is not known. */
static void what_is_blurred_is_not_bounded(void **state)
{
    static const example far[] = {{"x^2", 1, {{1, 1 + 0x1p-50}}, 0},
                                  {"x*y", 2, {{1, 1 + 0x1p-50}, {0, 1}}, 0}};
    (void)state;
    for (size_t i = 0; i < GR_COUNT(far); i++)
        assert_true(bound_of(&far[i]).bound == INFINITY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roundings_are_those_that_were_derived),
        cmocka_unit_test(what_is_blurred_is_not_bounded),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
