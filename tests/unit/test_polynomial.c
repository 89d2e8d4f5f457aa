/*
 * tests/unit/test_polynomial.c - expressions multiplied out, and what is no polynomial
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/polynomial.h"

#include "runner.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "faults.h"
#include "theory/expression.h"
#include "theory/interval.h"

static gradus_status expand(const gradus_context *context, const char *text,
                            const gradus_interval *box, gradus_polynomial **p)
{
    gradus_expression *e;
    assert_int_equal(gradus_expression_new(NULL, text, &e), GRADUS_OK);
    e->context = context != NULL ? context : e->context;
    const gradus_status status = gradus_expression_polynomial(e, box, p);
    e->context = gr_context_or_default(NULL);
    gradus_expression_free(e);
    return status;
}

/* "3 x^2 y - 1": whole coefficients, in the order of the terms. */
static void write(const gradus_polynomial *p, char *to, size_t room)
{
    size_t count, used = 0;
    const gradus_term *term = gradus_polynomial_terms(p, &count);
    *to = 0;
    for (size_t k = 0; k < count; k++) {
        assert_true(term[k].coefficient.min == term[k].coefficient.max);
        used += (size_t)snprintf(to + used, room - used, "%s%g", k > 0 ? " " : "",
                                 term[k].coefficient.min);
        for (size_t i = 0; i < GRADUS_VARIABLES; i++)
            if (term[k].power[i] > 0)
                used += (size_t)snprintf(to + used, room - used, "x%zu^%d", i + 1,
                                         term[k].power[i]);
    }
}

static void expressions_are_multiplied_out(void **state)
{
    static const char *const cases[][2] = {
        {"0", ""}, {"7", "7"}, {"x", "1x1^1"}, {"-x", "-1x1^1"}, {"x-x", ""}, {"0*x+1", "1"},
        {"(x+1)^2", "1x1^2 2x1^1 1"}, {"x^0", "1"}, {"0^0", "1"},
        {"(x-y)*(x+y)", "1x1^2 -1x2^2"},
        {"x*y-y*x", ""}, {"(x+y)^3", "1x1^3 3x1^2x2^1 3x1^1x2^2 1x2^3"}, {"x/4", "0.25x1^1"},
        {"(x+2*z)*y/2", "0.5x1^1x2^1 1x2^1x3^1"}, {"x8^2*x1", "1x1^1x8^2"}, {"2^3^2", "512"},
        {"x^(1+1)", "1x1^2"}, {"x^2.0", "1x1^2"}, {"x^(4/2)", "1x1^2"}, {"0.5*x", "0.5x1^1"},
        {"--x*-1", "-1x1^1"}, {"00.375*x", "0.375x1^1"},
        {"(x*y)^2", "1x1^2x2^2"}, {"123456789012345*x", "1.23457e+14x1^1"},
    };
    (void)state;
    for (size_t i = 0; i < GR_COUNT(cases); i++) {
        gradus_polynomial *p;
        char text[256];
        if (expand(NULL, cases[i][0], NULL, &p) != GRADUS_OK)
            fail_msg("%s: %s", cases[i][0], gradus_error());
        write(p, text, sizeof text);
        if (strcmp(text, cases[i][1]) != 0)
            fail_msg("%s: %s, not %s", cases[i][0], text, cases[i][1]);
        gradus_polynomial_free(p);
    }
}

/* One tenth, a third, pi, e, sqrt(2): the interval holds it, and is a few doubles wide. */
static void constants_are_enclosed(void **state)
{
    static const struct {
        const char *text;
        long double value;
    } cases[] = {{"0.1", 0.1L}, {"1/3", 1.L / 3}, {"pi", 3.14159265358979323846L},
                 {"e", 2.71828182845904523536L}, {"sqrt(2)", 1.41421356237309504880L},
                 {"1e-3", 1e-3L}, {"0.1*0.1", 0.01L}, {"12345678.12345678", 12345678.12345678L},
                 {"0.30000000000000000001", 0.3L},
                 {"9007199254740993", 9007199254740993.L}};
    (void)state;
    for (size_t i = 0; i < GR_COUNT(cases); i++) {
        gradus_polynomial *p;
        gradus_interval c;
        assert_int_equal(expand(NULL, cases[i].text, NULL, &p), GRADUS_OK);
        assert_true(gr_polynomial_is_constant(p, &c));
        if (!((long double)c.min < cases[i].value && (long double)c.max > cases[i].value &&
              c.max - c.min <= 2e-15 * fabs(c.max)))
            fail_msg("%s: %.17g to %.17g", cases[i].text, c.min, c.max);
        gradus_polynomial_free(p);
    }
}

static void what_is_no_polynomial(void **state)
{
    static const char *const cases[][2] = {
        {"sin(x)", "column 1: \"sin(x)\""}, {"x + exp(1)", "column 5"}, {"1/x", "no constant"},
        {"x/(1-1)", "divides by 0"}, {"x^-1", "0 to 64"}, {"x^0.5", "0 to 64"},
        {"x^y", "0 to 64"}, {"2^x", "0 to 64"}, {"x^65", "0 to 64"}, {"x^60*y^5", "above 64"},
        {"x^2.00000000000000000001", "0 to 64"}, {"abs(x)", "column 1"}, {"x^0.1", "0 to 64"},
        {"3 + (1+x+y+z+x4)^14", "column 5: \"(1+x+y+z+x4)^14\""}, {"sqrt(x)", "no polynomial"},
        {"sqrt(-1)", "no polynomial"}, {"1e300*1e300*x", "no finite interval"},
        {"relu(x)", "column 1"}, {"x/(pi-pi)", "divides by 0"}, {"(x^40)^2", "above 64"},
    };
    (void)state;
    for (size_t i = 0; i < GR_COUNT(cases); i++) {
        gradus_polynomial *p;
        if (expand(NULL, cases[i][0], NULL, &p) != GRADUS_ARGUMENT ||
            strstr(gradus_error(), cases[i][1]) == NULL)
            fail_msg("%s: %s", cases[i][0], gradus_error());
        assert_null(p);
    }
}

/* p(x), enclosed. */
static gradus_interval value_of(const gradus_polynomial *p, const gradus_interval *x)
{
    size_t count;
    const gradus_term *term = gradus_polynomial_terms(p, &count);
    gradus_interval sum = {0, 0};
    for (size_t k = 0; k < count; k++) {
        gradus_interval product = term[k].coefficient;
        for (size_t i = 0; i < GRADUS_VARIABLES; i++)
            for (size_t j = 0; j < term[k].power[i]; j++)
                product = gr_interval_multiply(product, x[i]);
        sum = gr_interval_add(sum, product);
    }
    return sum;
}

/* Expanded on a box, before or after, it is the same function of x = middle + half t. */
static void on_a_box_it_is_the_same(void **state)
{
    static const char *const texts[] = {"x^5-x/3+pi", "x^2*y-0.1*y^3+x*y*z", "(x-2)^7", "z",
                                        "3", "(x+y+z)^6/7"};
    static const gradus_interval box[] = {{-1, 3.5}, {2, 2.25}, {-10, 0.1}};
    (void)state;
    for (size_t i = 0; i < GR_COUNT(texts); i++) {
        gradus_polynomial *plain, *after, *before;
        assert_int_equal(expand(NULL, texts[i], NULL, &plain), GRADUS_OK);
        assert_int_equal(expand(NULL, texts[i], box, &before), GRADUS_OK);
        assert_int_equal(gradus_polynomial_on_box(plain, box, &after), GRADUS_OK);
        for (int k = -2; k <= 2; k++) {
            gradus_interval x[GRADUS_VARIABLES] = {{0, 0}}, t[GRADUS_VARIABLES] = {{0, 0}};
            for (int j = 0; j < 3; j++) {
                const double share = 0.5 * (j == 1 ? -k : k);
                t[j] = gr_interval_at(share);
                x[j] = gr_interval_at(box[j].min / 2 + box[j].max / 2 +
                                      share * (box[j].max - box[j].min) / 2);
            }
            const gradus_interval p = value_of(plain, x);
            const double middle = p.min / 2 + p.max / 2;
            const gradus_interval q[] = {value_of(after, t), value_of(before, t)};
            for (int j = 0; j < 2; j++)
                if (!(fabs(q[j].min - middle) <= 1e-9 * (1 + fabs(middle)) &&
                      fabs(q[j].max - middle) <= 1e-9 * (1 + fabs(middle))))
                    fail_msg("%s: %g to %g, not %g", texts[i], q[j].min, q[j].max, middle);
        }
        gradus_polynomial_free(plain);
        gradus_polynomial_free(after);
        gradus_polynomial_free(before);
    }
}

/* Against long double, of which 2^-60 are allowed: (x + 1/10)^7 with x = middle + half t has
 * the coefficients C(7, k) (middle + 1/10)^(7-k) half^k. */
static void coefficients_on_a_box_are_enclosed(void **state)
{
    static const int choose[] = {1, 7, 21, 35, 35, 21, 7, 1};
    (void)state;
    if (LDBL_MANT_DIG < 64)
        skip();
    for (int side = 0; side < 50; side++) {
        const gradus_interval box = {0.3 + side / 70.0, 0.7 + side / 30.0};
        const long double middle = ((long double)box.min + box.max) / 2;
        const long double half = ((long double)box.max - box.min) / 2;
        gradus_polynomial *plain, *on_box;
        size_t count;
        assert_int_equal(expand(NULL, "(x+0.1)^7", NULL, &plain), GRADUS_OK);
        assert_int_equal(gradus_polynomial_on_box(plain, &box, &on_box), GRADUS_OK);
        const gradus_term *term = gradus_polynomial_terms(on_box, &count);
        assert_int_equal(count, 8);
        for (size_t n = 0; n < count; n++) {
            const int k = term[n].power[0];
            const long double c = choose[k] * powl(middle + 0.1L, 7 - k) * powl(half, k);
            const long double off = c * 0x1p-60L;
            const gradus_interval got = term[n].coefficient;
            assert_true(got.min <= c + off && got.max >= c - off);
            assert_true(got.max - got.min <= c * 0x1p-45L);
        }
        gradus_polynomial_free(on_box);
        gradus_polynomial_free(plain);
    }
}

static void a_box_that_is_too_much(void **state)
{
    static const gradus_interval boxes[] = {{-1e200, 1e200}, {1, -1}, {NAN, 1}, {0, INFINITY}};
    gradus_polynomial *p, *q;
    (void)state;
    assert_int_equal(expand(NULL, "x^3", NULL, &p), GRADUS_OK);
    for (size_t i = 0; i < GR_COUNT(boxes); i++)
        assert_int_equal(gradus_polynomial_on_box(p, &boxes[i], &q), GRADUS_ARGUMENT);
    gradus_polynomial_free(p);
}

static void terms_of_a_program(void **state)
{
    static const gradus_term terms[] = {{{1, 1}, {0}}, {{2, 3}, {1, 1}}, {{4, 4}, {0}},
                                        {{-1, -1}, {2}}};
    const gradus_term bad = {{NAN, 1}, {0}}, wide = {{1, -1}, {0}}, high = {{1, 1}, {200}};
    gradus_polynomial *p;
    size_t count;
    (void)state;
    assert_int_equal(gradus_polynomial_new(NULL, terms, 4, &p), GRADUS_OK);
    const gradus_term *term = gradus_polynomial_terms(p, &count);
    assert_int_equal(count, 3);
    assert_true(term[0].power[0] == 2 && term[1].power[1] == 1);
    assert_true(term[2].coefficient.min == 5 && term[1].coefficient.max == 3);
    gradus_polynomial_free(p);
    assert_int_equal(gradus_polynomial_new(NULL, &bad, 1, &p), GRADUS_ARGUMENT);
    assert_int_equal(gradus_polynomial_new(NULL, &wide, 1, &p), GRADUS_ARGUMENT);
    assert_int_equal(gradus_polynomial_new(NULL, &high, 1, &p), GRADUS_ARGUMENT);
    assert_null(p);
    assert_int_equal(gradus_polynomial_new(NULL, NULL, 0, &p), GRADUS_OK);
    gradus_polynomial_free(p);
    gradus_polynomial_free(NULL);
}

static void memory_may_fail(void **state)
{
    static const gradus_interval box[] = {{0, 1}, {1, 3}};
    faults fault;
    gradus_context *context = faults_open(&fault);
    (void)state;
    for (size_t n = 1;; n++) {
        gradus_polynomial *p, *q = NULL;
        faults_arm(&fault, n, FAULT_MEMORY);
        gradus_status status = expand(context, "(x+y/3)^4 - sqrt(2)*x*y", NULL, &p);
        if (status == GRADUS_OK)
            status = gradus_polynomial_on_box(p, box, &q);
        gradus_polynomial_free(q);
        gradus_polynomial_free(p);
        if (!fault.hit) {
            assert_int_equal(status, GRADUS_OK);
            assert_true(n > 10);
            break;
        }
        assert_int_equal(status, GRADUS_MEMORY);
        assert_null(q);
    }
    faults_close(&fault, context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_are_multiplied_out),
        cmocka_unit_test(constants_are_enclosed),
        cmocka_unit_test(what_is_no_polynomial),
        cmocka_unit_test(on_a_box_it_is_the_same),
        cmocka_unit_test(coefficients_on_a_box_are_enclosed),
        cmocka_unit_test(a_box_that_is_too_much),
        cmocka_unit_test(terms_of_a_program),
        cmocka_unit_test(memory_may_fail),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
