/*
 * tests/unit/test_approximate.c - built networks stay within their bounds
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <stdio.h>
#include <string.h>


#include "base/context.h"
#include "base/random.h"
#include "faults.h"
#include "functions.h"
#include "theory/approximate.h"

static gradus_approximation *approximate(const known *k, const char *construction,
                                         const char *activation, double within, size_t units)
{
    gradus_approximation_options options;
    gradus_approximation *made;
    gradus_approximation_defaults(&options);
    options.construction = construction;
    options.activation = activation;
    options.within = within;
    options.units = units;
    if (gradus_approximation_new(NULL, &k->f, &k->box, &options, &made) != GRADUS_OK)
        fail_msg("%s: %s", k->name, gradus_error());
    return made;
}

/* Of many points that the library did not choose. */
static double largest_error(const known *k, const gradus_net *net)
{
    enum { POINTS = 20001 };
    static double x[POINTS], y[POINTS];
    double worst = 0;
    for (size_t i = 0; i < POINTS; i++)
        x[i] = i + 1 == POINTS ? k->box.max
            : k->box.min + (k->box.max - k->box.min) * (double)i / (POINTS - 1);
    assert_int_equal(gradus_net_predict(net, x, POINTS, y), GRADUS_OK);
    for (size_t i = 0; i < POINTS; i++)
        worst = fmax(worst, fabs(k->f.value(&x[i], NULL) - y[i]));
    return worst;
}

/* ---- every construction ---- */

static void check_bound(const known *k, const gr_construction *c, size_t units)
{
    gradus_approximation_about about;
    gradus_net_about net;
    gradus_approximation *made = approximate(k, c->name, c->activation, NAN, units);
    gradus_approximation_describe(made, &about);
    gradus_net_describe(gradus_approximation_net(made), &net);
    assert_true(about.proved && about.units <= units && about.units * 3 > units);
    assert_int_equal(about.parameters, net.parameters);
    assert_true(about.measured <= about.bound && about.measured >= 0);
    assert_true(largest_error(k, gradus_approximation_net(made)) <= about.bound + 1e-14);
    if (!(about.rounding <= about.bound && about.rounding < 1e-8))
        fail_msg("%s, %s with %s: rounding %.3g of %.3g", k->name, c->name, c->activation,
                 about.rounding, about.bound);
    gradus_approximation_free(made);
}

static void no_error_is_above_its_bound(void **state)
{
    static const gr_construction *const all[] = {
#define CONSTRUCTION(name) &gr_construction_##name,
#include "theory/constructions.def"
#undef CONSTRUCTION
    };
    (void)state;
    for (size_t f = 0; f < sizeof known_functions / sizeof *known_functions; f++)
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            for (size_t units = 4; all[i]->min_inputs == 1 && !all[i]->polynomials &&
                                   units <= 1024; units *= 4)
                check_bound(&known_functions[f], all[i], units);
}

static void bounds_of_interpolation_are_tight(void **state)
{
    (void)state;
    for (size_t f = 0; f < sizeof known_functions / sizeof *known_functions; f++)
        for (size_t n = 32; n <= 1024 && known_functions[f].smooth; n = n * 3 / 2) {
            static const char *const knots[] = {"interpolation", "free-knots"};
            for (size_t k = 0; k < 2; k++) {
                gradus_approximation_about about;
                gradus_approximation *made =
                    approximate(&known_functions[f], knots[k], "relu", NAN, n);
                gradus_approximation_describe(made, &about);
                assert_true(about.bound <= 1.1 * about.measured);
                gradus_approximation_free(made);
            }
        }
}

/* sin 2 pi x on 0:1 has N^2 error = 4.933 for N = 128, as pi^2/2 in the limit */
static void interpolation_of_a_sine(void **state)
{
    const known k = {"sin 5x", {1, wave, wave_in, NULL, NULL},
                     {0, 2 * 3.14159265358979 / 5}, 1};
    static const double expected[] = {4.50, 4.82, 4.91, 4.928, 4.933};
    gradus_approximation_about about;
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        const size_t n = (size_t)8 << i;
        gradus_approximation *made = approximate(&k, "interpolation", "relu", NAN, n);
        gradus_approximation_describe(made, &about);
        assert_true(fabs(about.measured * (double)(n * n) - expected[i]) < 6e-3);
        gradus_approximation_free(made);
    }
}

static void as_few_units_as_it_takes(void **state)
{
    gradus_approximation_about about, less;
    gradus_approximation *made =
        approximate(&known_functions[1], "interpolation", "relu", 0.01, 0);
    (void)state;
    gradus_approximation_describe(made, &about);
    gradus_approximation_free(made);
    assert_true(about.bound <= 0.01 && about.proved);
    made = approximate(&known_functions[1], "interpolation", "relu", NAN,
                       about.units * 95 / 100);
    gradus_approximation_describe(made, &less);
    gradus_approximation_free(made);
    assert_true(less.bound > 0.01);
}

/* The network that is built is the one whose bound was reached, whatever was tried before. */
static void the_bound_is_of_the_net_that_is_built(void **state)
{
    static const char *const with[] = {"relu", "sigmoid", "heaviside"};
    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (double within = 1e-1; within > (i == 0 ? 1e-5 : 2e-2); within /= 2) {
            gradus_approximation_about about;
            gradus_approximation *made =
                approximate(&known_functions[0], NULL, with[i], within, 0);
            gradus_approximation_describe(made, &about);
            assert_true(about.bound <= within && about.measured <= about.bound);
            gradus_approximation_free(made);
        }
}

/* On a slope soft steps are a line but for 0.064 of a jump; Heaviside ones for half a jump. */
static double line(const double *x, void *user) { (void)user; return *x; }
static gradus_status line_in(const iv *x, int order, iv *out, void *user)
{
    (void)user;
    out[0] = *x;
    for (int k = 1; k <= order; k++)
        out[k] = iv_of(k == 1 ? 1 : 0);
    return GRADUS_OK;
}

static void soft_steps_melt(void **state)
{
    const known k = {"x", {1, line, line_in, NULL, NULL}, {0, 64}, 1};
    gradus_approximation_about about;
    (void)state;
    gradus_approximation *made = approximate(&k, "steps", "sigmoid", NAN, 64);
    gradus_approximation_describe(made, &about);
    gradus_approximation_free(made);
    assert_true(about.measured > 0.063 && about.measured < 0.0645 && about.bound < 0.066);
    made = approximate(&k, "steps", "heaviside", NAN, 64);
    gradus_approximation_describe(made, &about);
    gradus_approximation_free(made);
    assert_true(about.measured > 0.5 - 1e-15 && about.bound < 0.5 + 1e-15);
}

/* By values of f the bound is no proof, and about the same. */
static void without_enclosures(void **state)
{
    (void)state;
    for (size_t f = 0; f < 4; f++) {
        known k = known_functions[f];
        gradus_approximation_about proved, estimated;
        gradus_approximation *made = approximate(&k, NULL, "relu", NAN, 100);
        gradus_approximation_describe(made, &proved);
        gradus_approximation_free(made);
        k.f.enclose = NULL;
        made = approximate(&k, NULL, "relu", NAN, 100);
        gradus_approximation_describe(made, &estimated);
        gradus_approximation_free(made);
        assert_true(proved.proved && !estimated.proved);
        assert_true(estimated.bound < 10 * proved.bound + 1e-12);
        assert_true(estimated.bound >= 0.9 * estimated.measured);
    }
}

static void refused(const gradus_function *f, gradus_interval box,
                    const gradus_approximation_options *options, const char *word)
{
    gradus_approximation *made;
    assert_int_equal(gradus_approximation_new(NULL, f, &box, options, &made), GRADUS_ARGUMENT);
    assert_null(made);
    if (strstr(gradus_error(), word) == NULL)
        fail_msg("no \"%s\" in: %s", word, gradus_error());
}

static void what_is_refused(void **state)
{
    const gradus_function *f = &known_functions[0].f;
    const gradus_interval box = {0, 1};
    gradus_function plain = known_functions[3].f;
    gradus_approximation_options options;
    (void)state;
    gradus_approximation_defaults(&options);
    refused(f, box, &options, "give --within or --units");
    options.within = 0;
    refused(f, box, &options, "it must be above 0");
    options.within = 1e-30;
    refused(f, box, &options, "rounding of doubles alone");
    options.within = 1e-3;
    refused(f, (gradus_interval){1, 1}, &options, "--on 1:1");
    refused(f, (gradus_interval){0, INFINITY}, &options, "--on 0:inf");
    options.units = 3;
    refused(f, box, &options, "with 3 units is bounded by");
    options.units = 0;
    plain.enclose = NULL; /* the square root of what is below 0 */
    refused(&plain, (gradus_interval){-1, 1}, &options, "f: it is");
    options.activation = "tanh";
    refused(f, box, &options, "take one of: free-knots with relu");
    options.activation = "heaviside";
    options.construction = "bumps";
    options.within = NAN;
    options.units = 1;
    refused(f, box, &options, "takes 2 at least");
}

/* The model's file gives the same outputs, bit for bit, for a column x. */
static void a_built_net_is_a_model(void **state)
{
    enum { ROWS = 3 };
    static const char *const x = "x", *const y = "y";
    static const double at[ROWS] = {0.1, 3, 9.99};
    const char *path = "test_approximate.gradus";
    double direct[ROWS], predicted[ROWS];
    gradus_model *model, *loaded;
    gradus_data *data;
    gradus_predictor *predictor;
    gradus_approximation *made =
        approximate(&known_functions[1], "interpolation", "relu", NAN, 100);
    (void)state;
    const gradus_net *net = gradus_approximation_net(made);
    assert_int_equal(gradus_net_predict(net, at, ROWS, direct), GRADUS_OK);
    assert_int_equal(gradus_model_new(net, &x, &y, &model), GRADUS_OK);
    assert_int_equal(gradus_model_save(model, path), GRADUS_OK);
    assert_int_equal(gradus_model_load(NULL, path, &loaded), GRADUS_OK);
    remove(path);
    assert_string_equal(gradus_model_target(loaded, 0), "y");
    assert_int_equal(gradus_data_new(NULL, at, ROWS, 1, &x, &data), GRADUS_OK);
    assert_int_equal(gradus_predictor_new(loaded, &predictor), GRADUS_OK);
    assert_int_equal(gradus_predictor_run(predictor, data, predicted), GRADUS_OK);
    assert_memory_equal(direct, predicted, sizeof direct);
    gradus_predictor_free(predictor);
    gradus_data_free(data);
    gradus_model_free(loaded);
    gradus_model_free(model);
    gradus_approximation_free(made);
}

/* ---- points of a table ---- */

enum { BENDS = 1000, EACH = 3 };

/* Pieces of random lengths and slopes, with points between their ends. */
static size_t random_pieces(uint64_t seed, size_t pieces, double *x, double *y)
{
    const gr_key key = {seed, GR_PURPOSE_MOMENTS, 0};
    size_t n = 0;
    double at = -3, height = 1;
    for (size_t j = 0; j < pieces; j++) {
        const double h = 0.01 + gr_random_uniform(key, j, 0);
        const double m = 10 * gr_random_uniform(key, j, 2) - 5;
        for (size_t k = 0; k < EACH; k++, n++) {
            x[n] = at + h * (double)k / EACH;
            y[n] = height + m * (x[n] - at);
        }
        height += m * h;
        at += h;
    }
    x[n] = at;
    y[n] = height;
    return n + 1;
}

static void as_many_units_as_straight_pieces(void **state)
{
    static double x[BENDS * EACH + 1], y[BENDS * EACH + 1], out[BENDS * EACH + 1];
    (void)state;
    for (size_t pieces = 1; pieces <= BENDS; pieces *= 10) {
        const size_t n = random_pieces(pieces, pieces, x, y);
        gradus_samples *samples;
        gradus_approximation *made;
        gradus_approximation_about about;
        double largest = 0;
        assert_int_equal(gradus_samples_new(NULL, x, y, n, &samples), GRADUS_OK);
        assert_int_equal(gradus_samples_interpolate(samples, &made), GRADUS_OK);
        gradus_approximation_describe(made, &about);
        assert_int_equal(about.units, pieces);
        assert_true(about.proved && about.measured <= about.bound && about.bound < 1e-9);
        assert_int_equal(gradus_net_predict(gradus_approximation_net(made), x, n, out),
                         GRADUS_OK);
        for (size_t i = 0; i < n; i++)
            largest = fmax(largest, fabs(out[i] - y[i]));
        assert_true(largest <= about.bound && largest < 1e-11);
        gradus_approximation_free(made);
        gradus_samples_free(samples);
    }
}

/* Beyond the points the outer lines go on: the net is the function on the whole line. */
static void lines_go_on(void **state)
{
    static const double x[] = {2, 0, 1, 1}, y[] = {0, -1, 3, 3}, far[] = {-10, 12, 0.5};
    gradus_samples *samples;
    gradus_approximation *made;
    double out[3];
    (void)state;
    assert_int_equal(gradus_samples_new(NULL, x, y, 4, &samples), GRADUS_OK);
    assert_int_equal(gradus_samples_interpolate(samples, &made), GRADUS_OK);
    assert_int_equal(gradus_net_predict(gradus_approximation_net(made), far, 3, out),
                     GRADUS_OK);
    assert_true(out[0] == -41 && out[1] == -30 && out[2] == 1);
    gradus_approximation_free(made);
    gradus_samples_free(samples);
}

static void points_that_are_no_function(void **state)
{
    static const double x[] = {0, 1, 1}, y[] = {0, 1, 2}, bad[] = {0, 1, INFINITY};
    gradus_samples *samples;
    (void)state;
    assert_int_equal(gradus_samples_new(NULL, x, y, 3, &samples), GRADUS_DATA);
    assert_non_null(strstr(gradus_error(), "x = 1: it has two values"));
    assert_int_equal(gradus_samples_new(NULL, x, bad, 3, &samples), GRADUS_DATA);
    assert_int_equal(gradus_samples_new(NULL, bad, y, 3, &samples), GRADUS_DATA);
    assert_int_equal(gradus_samples_new(NULL, x, y, 1, &samples), GRADUS_DATA);
    assert_null(samples);
}

/* ---- memory ---- */

static gradus_status build_all(const gradus_context *context)
{
    static const char *const with[] = {"relu", "sigmoid", "heaviside"};
    static const double x[] = {0, 1, 2, 3}, y[] = {0, 1, 3, 3};
    static const char *const in = "x", *const out = "y";
    gradus_approximation_options options;
    gradus_samples *samples;
    gradus_status status = gradus_samples_new(context, x, y, 4, &samples);
    gradus_approximation_defaults(&options);
    options.units = 6;
    options.compare = 1;
    for (size_t i = 0; i < 4 && status == GRADUS_OK; i++) {
        gradus_approximation *made;
        gradus_model *model;
        options.activation = with[i % 3];
        status = i == 3 ? gradus_samples_interpolate(samples, &made)
                        : gradus_approximation_new(context, &known_functions[0].f,
                                                   &known_functions[0].box, &options, &made);
        if (status != GRADUS_OK)
            break;
        status = gradus_model_new(gradus_approximation_net(made), &in, &out, &model);
        gradus_model_free(model);
        gradus_approximation_free(made);
    }
    gradus_samples_free(samples);
    return status;
}

static void memory_that_runs_out(void **state)
{
    faults fault;
    size_t done = 0;
    (void)state;
    gradus_context *context = faults_open(&fault);
    for (size_t n = 1; n < 100000 && !done; n += 1 + n / 8) {
        faults_arm(&fault, n, FAULT_MEMORY);
        const gradus_status status = build_all(context);
        done = !faults_hit(&fault);
        assert_int_equal(status, done ? GRADUS_OK : GRADUS_MEMORY);
    }
    assert_true(done);
    faults_close(&fault, context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_error_is_above_its_bound),
        cmocka_unit_test(bounds_of_interpolation_are_tight),
        cmocka_unit_test(interpolation_of_a_sine),
        cmocka_unit_test(as_few_units_as_it_takes),
        cmocka_unit_test(the_bound_is_of_the_net_that_is_built),
        cmocka_unit_test(soft_steps_melt),
        cmocka_unit_test(without_enclosures),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(a_built_net_is_a_model),
        cmocka_unit_test(as_many_units_as_straight_pieces),
        cmocka_unit_test(lines_go_on),
        cmocka_unit_test(points_that_are_no_function),
        cmocka_unit_test(memory_that_runs_out),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
