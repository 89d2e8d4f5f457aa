/* tests/unit/test_check.c - what has no proof is refused; proofs in threads, without memory.
 *
 * SPDX-License-Identifier: MIT
 */
#include "proofs.h"

#include "faults.h"

#include <fenv.h>
#include <pthread.h>
#include <string.h>

/* ---- what is refused ---- */

static void what_is_not_defined_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double min, max; /* of each side */
        const char *what;
    } refusals[] = {
        {"1/x", -1, 1, "column 1: \"1/x\" divides by 0 at x = 0"},
        {"1/x", -1, 2, "\"1/x\", as far as intervals tell, divides by 0 near x = "},
        {"2 + 1/x", 0, 1, "column 5: \"1/x\" divides by 0 at x = 0"},
        {"tan(x)", 0, 3, "has a pole near x = 1.57079"},
        {"tan(x)", -2, 2, "has a pole"},
        {"log(x)", 0, 1, "\"log(x)\" is a logarithm of a number that is not above 0 at x"},
        {"log(x)", -2, -1, "logarithm"},
        {"log(sin(x))", 1, 4, "logarithm"},
        {"log(1 + sin(x))", -10, 10, "logarithm"},
        {"step(x)", -1, 1, "jumps near x = "},
        {"x*step(x)", -1, 1, "\"step(x)\", as far as intervals tell, jumps near x = "},
        {"step(x)", 0, 1, "jumps near x = "},
        {"x^(-1)", -1, 1, "column 1: \"x^(-1)\" is a power that is not defined at x = 0"},
        {"x^-2", 0, 1, "a power that is not defined at x = 0"},
        {"x^0.5", -1, 1, "a power that is not defined at x = -1"},
        {"x^-0.5", 0, 1, "a power that is not defined at x = 0"},
        {"x^x", 0, 1, "a power that is not defined at x = 0"},
        {"x^y", 0, 1, "a power that is not defined at x = 0, y = 0"},
        {"0^x", 0, 1, "a power that is not defined"},
        {"sqrt(x)", -1, 1, "\"sqrt(x)\" is a root of a number below 0 at x = -1"},
        {"sqrt(1 - x^2 - y^2)", -1, 1, "a root of a number below 0 at x = -1, y = -1"},
        {"abs(x)*sin(1/x)", -1, 1, "\"1/x\" divides by 0 at x = 0"},
        {"x/(y - x)", 0, 1, "divides by 0 at x = 0, y = 0"},
        {"exp(x)", 0, 1000, "too large for a double"},
        {"exp(x^2)", -100, 100, "too large for a double"},
        {"1/x^400", 0.1, 1, "divides by 0 near x = 0.1"},
        {"sqrt(x^4 - 2*x^2 + 1)", 0, 3, "as far as intervals tell, is a root of a number"},
        {"(-8)^x", 2, 3, "a power that is not defined"},
        {"sin(1/(x - 0.3))", 0, 1, "\"1/(x - 0.3)\", as far as intervals tell, divides by 0"},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        subject s;
        const gradus_interval box[] = {{refusals[i].min, refusals[i].max},
                                       {refusals[i].min, refusals[i].max}};
        const size_t inputs = strchr(refusals[i].text, 'y') ? 2 : 1;
        if (open_subject(&s, refusals[i].text, inputs, box) != GRADUS_ARGUMENT)
            fail_msg("%s is not refused", refusals[i].text);
        assert_null(s.proof);
        if (strstr(gradus_error(), refusals[i].what) == NULL)
            fail_msg("%s: \"%s\"", refusals[i].text, gradus_error());
        close_subject(&s);
    }
}

/* Intervals are too wide for these on the whole box; they are good all the same. */
static void what_is_defined_is_accepted(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double min, max;
    } good[] = {
        {"1/(1 + x^2)", -1e6, 1e6}, {"log(1.0001 + sin(x))", -20, 20}, {"sqrt(x^2)", -1, 1},
        {"sqrt(x)", 0, 1}, {"sqrt(1 - x)", 0, 1}, {"sqrt(1 - x^2)", -1, 1},
        {"sqrt(x*x)", -3, 1}, {"1/(x^2 - x + 1)", -5, 5}, {"1/(x - x^2 - 1)", -5, 5},
        {"log(x^2 - x + 0.26)", -2, 2}, {"step(x^2 - x + 0.26)", -2, 2},
        {"tan(x)", -1.57, 1.57}, {"tan(x)", 2, 4}, {"1/x", 1e-3, 1}, {"x^0.5", 0, 1},
        {"x^1.5*log(1 + x)", 0, 1}, {"sqrt((x - 0.3)^2*(2 - x))", -1, 1},
        {"sqrt(1 + sin(x))", 4, 5},
        {"x^-1", -2, -1e-3}, {"x^3/(2 + sin(7*x))", -10, 10}, {"1/(exp(x) - x)", -3, 3},
        {"sqrt(exp(x) - x - 0.9)", -3, 3}, {"x^1000000", -1, 1},
        {"0*x", -1, 1}, {"exp(-1000*x^2)", -1, 1}, {"1/(1e-6 + x^2)", -1, 1},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        subject s;
        const gradus_interval box = {good[i].min, good[i].max};
        if (open_subject(&s, good[i].text, 1, &box) != GRADUS_OK)
            fail_msg("%s: %s", good[i].text, gradus_error());
        const gradus_interval *r = enclose(&s, &box, 2);
        const double x = 0.5 * (box.min + box.max), f = s.f->value(&x, s.f->user);
        assert_true(r[0].min <= f + 1e-12 && f - 1e-12 <= r[0].max);
        close_subject(&s);
    }
}

static void arguments_are_checked(void **state)
{
    (void)state;
    static const gradus_interval boxes[][2] = {
        {{0, INFINITY}, {0, 1}}, {{NAN, 1}, {0, 1}}, {{2, 1}, {0, 1}},
        {{-INFINITY, 1}, {0, 1}}, {{-1.5e308, 1.5e308}, {0, 1}}};
    subject s;
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
        assert_int_equal(open_subject(&s, "x", 2, boxes[i]), GRADUS_ARGUMENT);
        close_subject(&s);
    }
    const gradus_interval unit[] = {{0, 1}, {0, 1}};
    assert_int_equal(open_subject(&s, "x + y", 1, unit), GRADUS_ARGUMENT);
    assert_non_null(strstr(gradus_error(), "2 variables"));
    close_subject(&s);
    assert_int_equal(open_subject(&s, "x", 0, unit), GRADUS_ARGUMENT);
    close_subject(&s);
    assert_int_equal(open_subject(&s, "x", 9, unit), GRADUS_ARGUMENT);
    close_subject(&s);
    assert_int_equal(open_subject(&s, "x", 2, unit), GRADUS_OK); /* y is not used */
    const gradus_interval outside[] = {{0, 1}, {0.5, 1.5}}, no[] = {{0, NAN}, {0, 1}},
                          empty[] = {{0.5, 0.25}, {0, 1}};
    assert_int_equal(s.f->enclose(outside, 0, enclosures, s.f->user), GRADUS_ARGUMENT);
    assert_non_null(strstr(gradus_error(), "leaves"));
    assert_int_equal(s.f->enclose(no, 0, enclosures, s.f->user), GRADUS_ARGUMENT);
    assert_int_equal(s.f->enclose(empty, 0, enclosures, s.f->user), GRADUS_ARGUMENT);
    close_subject(&s);
}

/* ---- memory and threads ---- */

static void out_of_memory_is_told(void **state)
{
    (void)state;
    faults f;
    gradus_context *context = faults_open(&f);
    const gradus_interval box = {0, 1};
    gradus_expression *e = NULL;
    assert_int_equal(gradus_expression_new(NULL, "sin(x)*x", &e), GRADUS_OK);
    for (size_t n = 1;; n++) {
        gradus_proof *proof = NULL;
        faults_arm(&f, n, FAULT_MEMORY);
        const gradus_status status = gradus_proof_new(context, e, 1, &box, &proof);
        gradus_proof_free(proof);
        if (!faults_hit(&f)) {
            assert_int_equal(status, GRADUS_OK);
            assert_true(n > 2);
            break;
        }
        assert_int_equal(status, GRADUS_MEMORY);
        assert_null(proof);
    }
    gradus_expression_free(e);
    faults_close(&f, context);
}

enum { THREADS = 4, PARTS = 500 };

typedef struct work {
    const gradus_function *f;
    gradus_interval found[PARTS][3];
} work;

static void *enclose_parts(void *argument)
{
    work *w = argument;
    for (size_t i = 0; i < PARTS; i++) {
        const gradus_interval part = {(double)i / PARTS, (double)(i + 1) / PARTS};
        if (w->f->enclose(&part, 2, w->found[i], w->f->user) != GRADUS_OK)
            return argument;
    }
    return NULL;
}

static void any_thread_may_ask(void **state)
{
    (void)state;
    static work all[THREADS];
    pthread_t thread[THREADS];
    subject s;
    enclose_1(&s, "sin(9*x)*exp(x) + tanh(x)^3/(2 + x^pi)", 0, 1, 2);
    for (size_t t = 0; t < THREADS; t++) {
        all[t].f = s.f;
        assert_int_equal(pthread_create(&thread[t], NULL, enclose_parts, &all[t]), 0);
    }
    for (size_t t = 0; t < THREADS; t++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(thread[t], &failed), 0);
        assert_null(failed);
        assert_memory_equal(all[t].found, all[0].found, sizeof all[0].found);
    }
    close_subject(&s);
}

/* A host's rounding and flushing change nothing. */
static void the_hosts_rounding_does_not_matter(void **state)
{
    (void)state;
    subject s;
    const gradus_interval box = {0.1, 0.3};
    gradus_interval usual[3];
    enclose_1(&s, "sin(9*x)*exp(x)/3 + x/7", 0, 1, 2);
    memcpy(usual, enclose(&s, &box, 2), sizeof usual);
    assert_int_equal(fesetround(FE_UPWARD), 0);
    enclose(&s, &box, 2);
    assert_int_equal(fegetround(), FE_UPWARD);
    assert_int_equal(fesetround(FE_TONEAREST), 0);
    assert_memory_equal(usual, enclosures, sizeof usual);
    close_subject(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_defined_is_refused),
        cmocka_unit_test(what_is_defined_is_accepted),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(out_of_memory_is_told),
        cmocka_unit_test(any_thread_may_ask),
        cmocka_unit_test(the_hosts_rounding_does_not_matter),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
