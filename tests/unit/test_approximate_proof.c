/*
 * tests/unit/test_approximate_proof.c - expressions in one, two and three variables, and every
 * construction: what is measured beside what is proved
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "base/status.h"
#include "gradus_proof.h"
#include "theory/approximate.h"

enum { MOST_INPUTS = 3, POINTS = 1000 };

typedef struct example {
    const char *text;
    size_t inputs;
    gradus_interval box[MOST_INPUTS];
    bool smooth;                /* second derivatives are bounded, and not all 0 */
} example;

#define UNIT {{0, 1}, {0, 1}, {0, 1}}
#define AROUND {{-1, 1}, {-1, 1}, {-1, 1}}
#define FLAT {{-2, 3}, {0.5, 1}, {4, 4.25}}
static const example examples[] = {
    {"sin(x)*x^2 - x^3/30 + x^4/500", 1, {{0, 10}}, true},
    {"exp(-x^2)", 1, {{-2, 3}}, true}, {"1/(1+25*x^2)", 1, AROUND, true},
    {"sqrt(x)", 1, UNIT, false}, {"abs(x-0.3)", 1, UNIT, false}, {"pi/4", 1, UNIT, false},
    {"tanh(60*x)", 1, AROUND, true}, {"sin(40*x)", 1, UNIT, true},
    {"max(x^2, 0.5-x)", 1, AROUND, false}, {"log(1+x)", 1, UNIT, true},
    {"sigmoid(8*x)*cos(5*x)", 1, AROUND, true}, {"relu(x)-0.5*x", 1, AROUND, false},
    {"sin(3*x)*exp(-y)", 2, UNIT, true}, {"x*y", 2, FLAT, true},
    {"sqrt(x^2+y^2)", 2, AROUND, false}, {"sqrt(0.01+x^2+y^2)", 2, AROUND, true},
    {"abs(x-y)", 2, FLAT, false}, {"max(x, y)", 2, UNIT, false},
    {"2 - 3*x + y", 2, FLAT, false}, {"e", 2, AROUND, false},
    {"exp(-4*(x^2+y^2))", 2, AROUND, true},
    {"tanh(20*(x+y-1))", 2, UNIT, true}, {"tanh(1e4*(x-y))", 2, UNIT, true},
    {"cos(9*x)*sin(7*y)", 2, UNIT, true}, {"1/(1+x^2+4*y^2)", 2, FLAT, true},
    {"min(x*y, 0.2)", 2, UNIT, false}, {"log(1+x+y^2)", 2, UNIT, true},
    {"sin(x+y*z)", 3, UNIT, true}, {"x*y*z", 3, AROUND, true},
    {"x - 2*y + z/2", 3, FLAT, false}, {"-1.5", 3, FLAT, false}, {"exp(x+y+z)", 3, UNIT, true},
    {"sqrt(x^2+y^2+z^2)", 3, AROUND, false}, {"max(x, max(y, z))", 3, UNIT, false},
    {"tanh(10*(x-y+z-0.5))", 3, UNIT, true}, {"sin(6*x)*cos(5*y)*z", 3, UNIT, true},
    {"abs(x+y+z)", 3, AROUND, false}, {"1/(1+x^2+y^2+z^2)", 3, FLAT, true},
};
#undef FLAT
#undef AROUND
#undef UNIT

static const gr_construction *const constructions[] = {
#define CONSTRUCTION(name) &gr_construction_##name,
#include "theory/constructions.def"
#undef CONSTRUCTION
};

/* The largest |f - net| at points the library did not choose, and the largest |f|. */
static double largest_error(const example *x, const gradus_function *f, const gradus_net *net,
                            double *size)
{
    static double point[POINTS * MOST_INPUTS], y[POINTS];
    const gr_key key = {3, GR_PURPOSE_SPLIT, 9};
    double worst = 0;
    for (uint32_t p = 0; p < POINTS; p++)
        for (uint32_t i = 0; i < x->inputs; i++) {
            const gradus_interval side = x->box[i];
            const double share = fmin(fmax(1.1 * gr_random_uniform(key, p, i) - 0.05, 0), 1);
            point[p * x->inputs + i] = side.min + (side.max - side.min) * share;
        }
    assert_int_equal(gradus_net_predict(net, point, POINTS, y), GRADUS_OK);
    *size = 0;
    for (size_t p = 0; p < POINTS; p++) {
        const double value = f->value(&point[p * x->inputs], f->user);
        worst = fmax(worst, fabs(value - y[p]));
        *size = fmax(*size, fabs(value));
    }
    return worst;
}

static void check(const example *x, const gradus_function *f, const gr_construction *c,
                  size_t units)
{
    gradus_approximation_options options;
    gradus_approximation_about about;
    gradus_approximation *made;
    double size;
    gradus_approximation_defaults(&options);
    options.construction = c->name;
    options.activation = c->activation;
    options.units = units;
    if (gradus_approximation_new(NULL, f, x->box, &options, &made) != GRADUS_OK)
        fail_msg("%s, %s: %s", x->text, c->name, gradus_error());
    gradus_approximation_describe(made, &about);
    const double error = largest_error(x, f, gradus_approximation_net(made), &size);
    if (!(about.proved && about.measured <= about.bound && about.rounding <= about.bound))
        fail_msg("%s, %s: %g measured, %g proved", x->text, c->name, about.measured,
                 about.bound);
    if (!(error <= about.bound + 4e-16 * size)) /* values themselves are rounded */
        fail_msg("%s, %s: %g found, %g proved", x->text, c->name, error, about.bound);
    const double d = (double)x->inputs;
    if (x->smooth && x->inputs > 1 && strcmp(c->name, "kuhn") == 0 && units > 500 &&
        !(about.bound <= 4 * d * about.measured))
        fail_msg("%s, %s: %g is far above %g", x->text, c->name, about.bound, about.measured);
    gradus_approximation_free(made);
}

static void no_error_is_above_what_is_proved(void **state)
{
    (void)state;
    for (size_t i = 0; i < GR_COUNT(examples); i++) {
        const example *x = &examples[i];
        gradus_expression *expression;
        gradus_proof *proof;
        assert_int_equal(gradus_expression_new(NULL, x->text, &expression), GRADUS_OK);
        if (gradus_proof_new(NULL, expression, x->inputs, x->box, &proof) != GRADUS_OK)
            fail_msg("%s", gradus_error());
        for (size_t c = 0; c < GR_COUNT(constructions); c++)
            for (size_t units = 100; units <= 1000; units *= 10)
                if (!constructions[c]->polynomials &&
                    x->inputs >= constructions[c]->min_inputs &&
                    x->inputs <= constructions[c]->max_inputs)
                    check(x, gradus_proof_function(proof), constructions[c],
                          x->inputs == 3 ? 3 * units : units);
        gradus_proof_free(proof);
        gradus_expression_free(expression);
    }
}

/* What has no bound is refused before anything is built, with the place. */
static void what_is_not_continuous_is_refused(void **state)
{
    static const char *const texts[] = {"1/(x-y)", "tan(2*x+y)", "log(x*y)", "step(x-y)",
                                        "1/sqrt(x)+y", "x/(y-0.5)"};
    static const gradus_interval box[] = {{0, 1}, {0, 1}};
    (void)state;
    for (size_t i = 0; i < GR_COUNT(texts); i++) {
        gradus_expression *expression;
        gradus_proof *proof = NULL;
        assert_int_equal(gradus_expression_new(NULL, texts[i], &expression), GRADUS_OK);
        assert_int_equal(gradus_proof_new(NULL, expression, 2, box, &proof), GRADUS_ARGUMENT);
        if (strstr(gradus_error(), "x =") == NULL && strstr(gradus_error(), "column") == NULL)
            fail_msg("%s: %s", texts[i], gradus_error());
        gradus_expression_free(expression);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_error_is_above_what_is_proved),
        cmocka_unit_test(what_is_not_continuous_is_refused),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
