/* tests/unit/test_enclose.c - enclosures of expressions hold what they say.
 *
 * SPDX-License-Identifier: MIT
 */
#include "gradus_proof.h"

#include "kernel_check.h"

#include <math.h>
#include <string.h>

enum { MOST = 1 + GRADUS_VARIABLES + GRADUS_VARIABLES * (GRADUS_VARIABLES + 1) / 2 };

static double gr_least_of(double x, double y) { return x < y ? x : y; }
static double gr_most_of(double x, double y) { return x > y ? x : y; }

typedef struct subject {
    gradus_expression *expression;
    gradus_proof *proof;
    const gradus_function *f;
} subject;

static gradus_status open_subject(subject *s, const char *text, size_t inputs,
                                  const gradus_interval *box)
{
    *s = (subject){0};
    if (gradus_expression_new(NULL, text, &s->expression) != GRADUS_OK)
        fail_msg("%s: %s", text, gradus_error());
    const gradus_status status =
        gradus_proof_new(NULL, s->expression, inputs, box, &s->proof);
    s->f = status == GRADUS_OK ? gradus_proof_function(s->proof) : NULL;
    return status;
}

static void close_subject(subject *s)
{
    gradus_proof_free(s->proof);
    gradus_expression_free(s->expression);
}

static gradus_interval enclosures[MOST];

static const gradus_interval *enclose(const subject *s, const gradus_interval *box, int order)
{
    if (s->f->enclose(box, order, enclosures, s->f->user) != GRADUS_OK)
        fail_msg("%s", gradus_error());
    return enclosures;
}

/* ---- what is enclosed ---- */

typedef struct expression_case {
    const char *text;
    size_t inputs;
    double least, most; /* of each side of the box */
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
    if (!(u.least <= value + slack && value - slack <= u.most))
        fail_msg("%s: %s %.17g is not in [%.17g, %.17g]", c->text, what, value, u.least,
                 u.most);
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
        x[i] = between(c->least + reach, c->most - reach);
        box[i].least = gr_most_of(c->least, x[i] - reach - between(0, width));
        box[i].most = gr_least_of(c->most, x[i] + reach + between(0, width));
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
            box[k] = (gradus_interval){cases[i].least, cases[i].most};
        if (open_subject(&s, cases[i].text, cases[i].inputs, box) != GRADUS_OK)
            fail_msg("%s: %s", cases[i].text, gradus_error());
        for (size_t k = 0; k < boxes; k++)
            try_box(&s, &cases[i], k % 3 == 0 ? 1 : k % 3 == 1 ? 0.05 : 1e-6);
        close_subject(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_derivatives_are_held),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
