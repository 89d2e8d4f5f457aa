/*
 * tests/unit/test_approximate_deep.c - polynomials as deep networks within their bounds
 *
 * Errors are taken from enclosures of the polynomial at points, so they are ones that the
 * network has: nothing is allowed for rounding.
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <string.h>

#include "base/context.h"
#include "base/random.h"
#include "base/status.h"
#include "faults.h"
#include "gradus_proof.h"
#include "theory/approximate.h"
#include "theory/interval.h"
#include "theory/polynomial.h"

enum { MOST_INPUTS = 4, POINTS = 400 };

typedef struct example {
    const char *text;
    size_t inputs;
    gradus_interval box[MOST_INPUTS];
    size_t products;    /* that it takes, squares among them */
} example;

#define UNIT {{0, 1}, {0, 1}, {0, 1}, {0, 1}}
#define AROUND {{-1, 1}, {-1, 1}, {-1, 1}, {-1, 1}}
#define ASIDE {{-7, -6.3}, {0.1, 0.7}, {3, 4.25}, {-0.3, 2}}
#define HUGE {{-1e30, 1e29}, {1e20, 3e20}, {-5e10, 7e10}, {0, 1}}
#define TINY {{1e-30, 2e-30}, {-1e-20, 0}, {-1e-9, 3e-9}, {0, 1}}
#define FAR {{1000, 1000.001}, {-1e6, -999999}, {77, 77.25}, {0, 1}}
static const example examples[] = {
    {"x^2", 1, UNIT, 1}, {"x^2", 1, AROUND, 1}, {"x^2", 1, ASIDE, 1}, {"x^2", 1, HUGE, 1},
    {"x^2", 1, TINY, 1}, {"x^2", 1, FAR, 1}, {"x^2", 1, {{0, 8}}, 1}, {"x^2", 1, {{-3, 0}}, 1},
    {"x^2", 1, {{1e8, 1e8 + 1e-6}}, 1}, {"x^2", 1, {{0, 0.1}}, 1},
    {"-3*x^2 + 0.1*x - pi", 1, AROUND, 1}, {"1e-12*x^2 + 1e3*x", 1, UNIT, 1},
    {"1e-30*x^2 + x", 1, UNIT, 0}, {"(x-6.5)*(x+6.7)/3", 1, ASIDE, 1},
    {"1e-300*x^2", 1, AROUND, 1}, {"1e290*x^2", 1, AROUND, 1}, {"3e-320*x^2", 1, UNIT, 1},
    {"x^3", 1, UNIT, 2}, {"x^3", 1, AROUND, 2}, {"x^3 - x/3 + e", 1, ASIDE, 2},
    {"x^3-x^2+x-1", 1, HUGE, 2}, {"1/7 + x^3", 1, TINY, 2}, {"x^3", 1, FAR, 2},
    {"8*x^4 - 8*x^2 + 1", 1, AROUND, 3}, {"(1+x/4)^8", 1, AROUND, 7},
    {"128*x^8 - 256*x^6 + 160*x^4 - 32*x^2 + 1", 1, AROUND, 7}, {"x^16", 1, UNIT, 15},
    {"x^64", 1, UNIT, 63}, {"(x-0.5)^20*1e6", 1, UNIT, 19}, {"(x+7)^5", 1, ASIDE, 4},
    {"0", 1, UNIT, 0}, {"x-x", 1, ASIDE, 0}, {"0.1*x-0.1*x", 1, AROUND, 0}, {"pi", 1, FAR, 0},
    {"1 - 2*x", 1, UNIT, 0}, {"0.1*x + 0.7", 1, FAR, 0}, {"x/3", 1, HUGE, 0},
    {"x*y", 2, UNIT, 1}, {"x*y", 2, AROUND, 1}, {"x*y", 2, ASIDE, 1}, {"x*y", 2, HUGE, 1},
    {"x*y", 2, TINY, 1}, {"x*y", 2, FAR, 1}, {"x^2+y^2", 2, UNIT, 2}, {"x^2-y^2", 2, ASIDE, 2},
    {"x^2*y^2", 2, AROUND, 3}, {"x^2*y - y^3 + 0.3*x*y - x", 2, ASIDE, 4},
    {"(x+y)^4", 2, AROUND, 9}, {"(x-y)^3/7", 2, UNIT, 5}, {"y^3", 2, AROUND, 2},
    {"2 - 3*x + y", 2, ASIDE, 0}, {"x*y + y^2*x^3", 2, HUGE, 7}, {"e", 2, UNIT, 0},
    {"0.1*x*(y-0.2)", 2, TINY, 1}, {"x + y^2 + x^2*y", 2, FAR, 3},
    {"x*y*z", 3, UNIT, 3}, {"x*y*z", 3, AROUND, 2}, {"x*y*z", 3, ASIDE, 3},
    {"x*y*z", 3, HUGE, 3}, {"x*y*z", 3, TINY, 3}, {"x*y*z", 3, FAR, 3},
    {"x*y + y*z + z*x", 3, AROUND, 2}, {"x^2 + y^2 + z^2", 3, ASIDE, 3},
    {"(x+y+z)^3", 3, AROUND, 9}, {"x*z - y", 3, ASIDE, 1},
    {"z^2*y + x^3*y*z - 0.7*x*y^2 + 1", 3, UNIT, 9}, {"x - 2*y + z/2", 3, ASIDE, 0},
    {"x1*x2*x3*x4", 4, AROUND, 3}, {"x1*x2 - x3*x4", 4, ASIDE, 2},
};
#undef FAR
#undef TINY
#undef HUGE
#undef ASIDE
#undef AROUND
#undef UNIT

/* A polynomial, on its box. */
typedef struct subject {
    gradus_expression *expression;
    gradus_proof *proof;
    gradus_polynomial *on_box;
    gr_target target;
} subject;

static subject open_subject(const example *x)
{
    subject s;
    assert_int_equal(gradus_expression_new(NULL, x->text, &s.expression), GRADUS_OK);
    if (gradus_proof_new(NULL, s.expression, x->inputs, x->box, &s.proof) != GRADUS_OK ||
        gradus_expression_polynomial(s.expression, x->box, &s.on_box) != GRADUS_OK)
        fail_msg("%s: %s", x->text, gradus_error());
    s.target = (gr_target){gr_context_or_default(NULL), gradus_proof_function(s.proof), x->box,
                           NULL, s.on_box, x->box};
    return s;
}

static void close_subject(subject *s)
{
    gradus_polynomial_free(s->on_box);
    gradus_proof_free(s->proof);
    gradus_expression_free(s->expression);
}

/* Ends, simple shares, and any numbers of the sides. */
static void lay_points(const example *x, uint64_t seed, double *point)
{
    const gr_key key = {seed, GR_PURPOSE_SPLIT, 5};
    for (uint32_t p = 0; p < POINTS; p++)
        for (uint32_t i = 0; i < x->inputs; i++) {
            const gradus_interval side = x->box[i];
            double share = gr_random_uniform(key, p, i);
            if (p % 3 == 0)
                share = fmin(1, floor(share * 9) / 8);
            if (p % 3 == 1)
                share = fmin(1, floor(share * 1025) / 1024);
            point[p * x->inputs + i] =
                share == 1 ? side.max
                           : fmin(side.max, side.min + (side.max - side.min) * share);
        }
}

/* The largest error that the net has for certain at points. */
static double error_of(const example *x, const subject *s, const gradus_net *net, uint64_t seed)
{
    static double point[POINTS * MOST_INPUTS], y[POINTS];
    const gradus_function *f = s->target.f;
    double worst = 0;
    lay_points(x, seed, point);
    assert_int_equal(gradus_net_predict(net, point, POINTS, y), GRADUS_OK);
    for (size_t p = 0; p < POINTS; p++) {
        gradus_interval at[MOST_INPUTS], value;
        for (size_t i = 0; i < x->inputs; i++)
            at[i] = gr_interval_at(point[p * x->inputs + i]);
        assert_int_equal(f->enclose(at, 0, &value, f->user), GRADUS_OK);
        if (!isfinite(y[p]))
            fail_msg("%s: the net gives %g", x->text, y[p]);
        worst = fmax(worst, gr_interval_distance(gr_interval_subtract(
                                value, gr_interval_at(y[p]))));
    }
    return worst;
}

static void check_layers(const example *x, const subject *s, size_t layers)
{
    const gr_construction *c = &gr_construction_deep;
    gr_bound bound;
    gradus_net *net;
    gradus_net_about about;
    assert_int_equal(c->bound(&s->target, layers, &bound), GRADUS_OK);
    assert_int_equal(c->build(&s->target, layers, &net), GRADUS_OK);
    gradus_net_describe(net, &about);
    const gr_shape shape = c->shape(&s->target, layers);
    assert_int_equal(shape.parameters, about.parameters);
    if (x->products == 0)
        assert_int_equal(shape.units, 0);
    if (shape.layers != x->products * layers && shape.layers != x->products * layers + 1)
        fail_msg("%s: %zu layers of %zu", x->text, shape.layers, layers);
    const double error = error_of(x, s, net, layers);
    if (!(error <= bound.bound && bound.rounding <= bound.bound && bound.bound < INFINITY))
        fail_msg("%s, %zu layers: %g found, %g proved, of it %g for rounding", x->text, layers,
                 error, bound.bound, bound.rounding);
    gradus_net_free(net);
}

static void no_error_is_above_its_bound(void **state)
{
    static const size_t layers[] = {1, 2, 3, 5, 9, 14, 20, 26, 33, 60};
    (void)state;
    for (size_t i = 0; i < GR_COUNT(examples); i++) {
        subject s = open_subject(&examples[i]);
        for (size_t k = 0; k < GR_COUNT(layers); k++)
            check_layers(&examples[i], &s, layers[k]);
        close_subject(&s);
    }
}

/* Rounding is less than 2^-43 of the sum of all terms for each product, and for each length of
 * the box from 0. Terms that cancel leave what they were rounded by. */
static void rounding_is_little(void **state)
{
    (void)state;
    for (size_t i = 0; i < GR_COUNT(examples); i++) {
        subject s = open_subject(&examples[i]);
        gr_bound bound;
        double size = 0;
        for (size_t k = 0; k < s.on_box->count; k++)
            size += gr_interval_magnitude(s.on_box->term[k].coefficient);
        assert_int_equal(gr_construction_deep.bound(&s.target, 20, &bound), GRADUS_OK);
        const gradus_interval *side = examples[i].box;
        double far = 1; /* how far from 0, in lengths of the box */
        for (size_t k = 0; k < examples[i].inputs; k++)
            far = fmax(far, gr_interval_magnitude(side[k]) / (side[k].max - side[k].min));
        const double most = 0x1p-43 * (1 + (double)examples[i].products) * far * size;
        if (!(bound.rounding <= most + 1e-290) && size > 1e-15)
            fail_msg("%s: %g for rounding, not %g", examples[i].text, bound.rounding, most);
        close_subject(&s);
    }
}

/* ---- the square and the product ---- */

static gradus_approximation *approximate(const example *x, const subject *s, double within)
{
    gradus_approximation *made;
    gradus_approximation_options options;
    gradus_approximation_defaults(&options);
    options.construction = "deep";
    options.within = within;
    if (gradus_approximation_new(NULL, s->target.f, x->box, &options, &made) != GRADUS_OK)
        fail_msg("%s: %s", x->text, gradus_error());
    return made;
}

/* On [0, 1] the network of R22, weight by weight; with its bound, which is reached. */
static void the_square_is_the_square(void **state)
{
    const example x = {"x^2", 1, {{0, 1}}, 1};
    subject s = open_subject(&x);
    (void)state;
    for (size_t m = 1; m <= 16; m++) {
        gradus_net *known, *net;
        double bound;
        uint64_t one, two;
        gradus_approximation_about about;
        const double theory = ldexp(1, -2 * (int)m - 2);
        gradus_approximation *made = approximate(&x, &s, theory * (1 + 1e-2));
        gradus_approximation_describe(made, &about);
        assert_int_equal(about.pieces, m);
        assert_int_equal(about.units, 3 * m - 1);
        assert_int_equal(about.layers, m);
        assert_true(about.proved && about.bound >= theory);
        assert_true(about.bound <= theory * (1 + 0x1p-40) + about.rounding);
        assert_true(about.rounding <= 1e-13);
        assert_true(about.measured <= about.bound && about.measured > 0.99 * theory);
        assert_int_equal(gradus_square_build(NULL, m, &bound, &known), GRADUS_OK);
        assert_int_equal(gr_construction_deep.build(&s.target, m, &net), GRADUS_OK);
        assert_int_equal(gradus_net_digest(known, &one), GRADUS_OK);
        assert_int_equal(gradus_net_digest(net, &two), GRADUS_OK);
        assert_true(one == two);
        gradus_net_free(known);
        gradus_net_free(net);
        gradus_approximation_free(made);
    }
    close_subject(&s);
}

/* Any parabola on any interval: (b - a)^2 |c| 2^(-2m-2), a layer more. */
static void parabolas_scale(void **state)
{
    static const example all[] = {{"3*x^2", 1, {{-1, 3}}, 1},
                                  {"5 - x + 3*x^2", 1, {{7, 11}}, 1},
                                  {"-3*x^2+100*x", 1, {{-4, 0}}, 1}};
    (void)state;
    for (size_t i = 0; i < GR_COUNT(all); i++) {
        subject s = open_subject(&all[i]);
        for (size_t m = 1; m <= 12; m++) {
            gr_bound bound;
            const double theory = 3 * 16 * ldexp(1, -2 * (int)m - 2);
            assert_int_equal(gr_construction_deep.bound(&s.target, m, &bound), GRADUS_OK);
            assert_true(bound.bound >= theory && bound.bound <= theory * (1 + 1e-4));
            assert_int_equal(gr_construction_deep.shape(&s.target, m).units, 3 * m);
        }
        close_subject(&s);
    }
}

static void the_product_is_the_product(void **state)
{
    const example x = {"x*y", 2, {{-1, 1}, {-1, 1}}, 1};
    subject s = open_subject(&x);
    (void)state;
    for (size_t m = 1; m <= 10; m++) {
        gradus_approximation_about about;
        gradus_approximation *made = approximate(&x, &s, ldexp(1, -2 * (int)m) * 1.001);
        gradus_approximation_describe(made, &about);
        assert_int_equal(about.layers, m);
        assert_int_equal(about.units, 6 * (m - 1) + (m == 1 ? 4 : 2));
        assert_true(about.measured <= about.bound && about.measured > 0.9 * about.bound);
        gradus_approximation_free(made);
    }
    close_subject(&s);
}

/* As near as is asked for, with no more units than on the box itself, but for an estimate. */
static void within_what_is_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < GR_COUNT(examples); i++) {
        subject s = open_subject(&examples[i]);
        gradus_approximation_about about;
        gr_bound most, less;
        assert_int_equal(gr_construction_deep.bound(&s.target, 14, &most), GRADUS_OK);
        gradus_approximation *made = approximate(&examples[i], &s, most.bound);
        gradus_approximation_describe(made, &about);
        assert_true(about.bound <= most.bound && about.measured <= about.bound);
        const gr_shape shape = gr_construction_deep.shape(&s.target, about.pieces);
        assert_true((double)about.units <=
                    1.1 * (double)gr_construction_deep.shape(&s.target, 14).units);
        if (about.units == shape.units && about.pieces > 1) {
            assert_int_equal(gr_construction_deep.bound(&s.target, about.pieces - 1, &less),
                             GRADUS_OK);
            assert_true(less.bound > most.bound);
        }
        gradus_approximation_free(made);
        close_subject(&s);
    }
}

/* Beside 0 a product has many terms; around 0, on a wider box, one. */
static void a_wider_box_may_be_better(void **state)
{
    const example x = {"x1*x2*x3*x4", 4, {{0, 1}, {0, 1}, {0, 1}, {0, 1}}, 3};
    subject s = open_subject(&x);
    gradus_approximation_about about;
    gradus_approximation *made = approximate(&x, &s, 1e-4);
    (void)state;
    gradus_approximation_describe(made, &about);
    assert_int_equal(about.layers, x.products * about.pieces);
    assert_true(about.measured <= about.bound && about.bound <= 1e-4);
    gradus_approximation_free(made);
    close_subject(&s);
}

/* A net has one coefficient; any in the interval may be the true one. */
static void coefficients_are_intervals(void **state)
{
    static const gradus_interval box[] = {{-1, 1}, {-1, 1}};
    (void)state;
    for (unsigned char power = 0; power < 5; power++) {
        const gradus_term term = {{1, 1.5}, {power, power > 2}};
        gr_target target = {.box = box, .f = &(gradus_function){.inputs = 2}};
        gradus_polynomial *p, *on_box;
        gr_bound bound;
        assert_int_equal(gradus_polynomial_new(NULL, &term, 1, &p), GRADUS_OK);
        assert_int_equal(gradus_polynomial_on_box(p, box, &on_box), GRADUS_OK);
        target.polynomial = on_box;
        target.polynomial_box = box;
        assert_int_equal(gr_construction_deep.bound(&target, 25, &bound), GRADUS_OK);
        assert_true(bound.bound >= 0.25 && bound.bound < 0.250001);
        gradus_polynomial_free(on_box);
        gradus_polynomial_free(p);
    }
}

/* ---- what is refused ---- */

static void refused(const char *text, gradus_interval box, const char *word)
{
    const gradus_interval sides[3] = {box, box, box};
    const example x = {text, 3, {box, box, box}, 0};
    gradus_expression *expression;
    gradus_proof *proof;
    gradus_approximation *made;
    gradus_approximation_options options;
    gradus_approximation_defaults(&options);
    options.construction = "deep";
    options.within = 1e-3;
    assert_int_equal(gradus_expression_new(NULL, x.text, &expression), GRADUS_OK);
    assert_int_equal(gradus_proof_new(NULL, expression, 3, sides, &proof), GRADUS_OK);
    assert_int_equal(gradus_approximation_new(NULL, gradus_proof_function(proof), sides,
                                              &options, &made), GRADUS_ARGUMENT);
    if (strstr(gradus_error(), word) == NULL)
        fail_msg("%s: no \"%s\" in: %s", text, word, gradus_error());
    gradus_proof_free(proof);
    gradus_expression_free(expression);
}

static void what_is_refused(void **state)
{
    const gradus_interval unit = {1, 2};
    (void)state;
    refused("x + sin(x)", unit, "column 5: \"sin(x)\"");
    refused("1/x", unit, "divides by what is no constant");
    refused("x^(1/2)", unit, "exponents are whole numbers");
    refused("x^20*y^20*z^20", unit, "more than 1024 terms");
    refused("x^200", (gradus_interval){0, 1}, "from 0 to 64");
    refused("x^2", (gradus_interval){0, 1e20}, "rounding of doubles alone");
    refused("x^4", (gradus_interval){1e76, 1e77}, "no bound that double can hold");
}

static void memory_may_fail(void **state)
{
    faults fault;
    gradus_context *context = faults_open(&fault);
    const example x = {"x^2*y - 0.1*y^3", 2, {{0, 1}, {0, 1}}, 4};
    subject s = open_subject(&x);
    (void)state;
    s.target.context = context;
    for (size_t n = 1;; n++) {
        gradus_net *net;
        faults_arm(&fault, n, FAULT_MEMORY);
        const gradus_status status = gr_construction_deep.build(&s.target, 4, &net);
        gradus_net_free(net);
        if (!fault.hit) {
            assert_int_equal(status, GRADUS_OK);
            assert_true(n > 20);
            break;
        }
        assert_int_equal(status, GRADUS_MEMORY);
        assert_null(net);
    }
    close_subject(&s);
    faults_close(&fault, context);
}

/* A callback's polynomial that is none of f's variables. */
static gradus_status of_two(const gradus_interval *box, gradus_polynomial **p, void *user)
{
    const gradus_term terms[] = {{.coefficient = {1, 1}, .power = {1}},
                                 {.coefficient = {5, 5}, .power = {0, 1}}};
    (void)box;
    (void)user;
    return gradus_polynomial_new(NULL, terms, 2, p);
}

static double first(const double *x, void *user)
{
    (void)user;
    return x[0];
}

static void of_one_variable_only(void **state)
{
    const gradus_function f = {.inputs = 1, .value = first, .polynomial = of_two};
    const gradus_interval box = {0, 1};
    gradus_approximation_options options;
    gradus_approximation *made;
    (void)state;
    gradus_approximation_defaults(&options);
    options.construction = "deep";
    options.within = 1e-3;
    assert_int_equal(gradus_approximation_new(NULL, &f, &box, &options, &made),
                     GRADUS_ARGUMENT);
    assert_non_null(strstr(gradus_error(), "variable 2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_one_variable_only),
        cmocka_unit_test(no_error_is_above_its_bound),
        cmocka_unit_test(rounding_is_little),
        cmocka_unit_test(the_square_is_the_square),
        cmocka_unit_test(parabolas_scale),
        cmocka_unit_test(the_product_is_the_product),
        cmocka_unit_test(within_what_is_asked),
        cmocka_unit_test(a_wider_box_may_be_better),
        cmocka_unit_test(coefficients_are_intervals),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(memory_may_fail),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
