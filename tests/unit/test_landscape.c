/*
 * tests/unit/test_landscape.c - eigenvalues beside known ones, and the kinds of points
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include "base/context.h"
#include "curvatures.h"
#include "faults.h"
#include "theory/eigen.h"
#include "theory/lanczos.h"

/* ---- eigenvalues ---- */

typedef struct diagonal {
    size_t count;
    double first, step, other;
} diagonal;

static double entry(const diagonal *d, size_t i)
{
    return i == 0 ? d->other : d->first + d->step * (double)i;
}

static void times_diagonal(const double *x, double *y, void *user)
{
    const diagonal *d = user;
    for (size_t i = 0; i < d->count; i++)
        y[i] = entry(d, i) * x[i];
}

static gr_extremes extremes_of(diagonal d, size_t steps)
{
    const gr_lanczos problem = {.count = d.count, .steps = steps, .seed = 4,
                                .tolerance = 1e-9, .product = times_diagonal, .user = &d};
    gr_extremes found;
    assert_int_equal(gr_lanczos_run(gr_context_or_default(NULL), &problem, &found),
                     GRADUS_OK);
    return found;
}

static void eigenvalues_that_are_known(void **state)
{
    (void)state;
    gr_extremes e = extremes_of((diagonal){200, 1, 0.01, -7}, 200);
    near(e.min, -7, 1e-8);
    near(e.max, 2.99, 1e-8);
    assert_true(e.min_error < 1e-8 && e.max_error < 1e-8 && e.products < 200);
    e = extremes_of((diagonal){5, 2, 0, 2}, 100); /* all the same: one product has it */
    near(e.min, 2, 1e-14);
    near(e.max, 2, 1e-14);
    assert_int_equal(e.products, 1);
    e = extremes_of((diagonal){9, 0, 0, 0}, 100);
    assert_true(e.min == 0 && e.max == 0 && e.products == 1);
    e = extremes_of((diagonal){9, 1, 1, NAN}, 100);
    assert_true(isnan(e.min) && isnan(e.max));
    e = extremes_of((diagonal){400, 0, 1, -1}, 10); /* too few: from the inside, with errors */
    assert_true(e.min >= -1 && e.max <= 399);
    assert_true(e.min_error > 1e-3 && e.max_error > 1e-3);
    assert_int_equal(e.products, 10);
}

/* A = R diag(5, -1, 2) R^T for a rotation R: its columns come back. */
static void eigenvectors_that_are_known(void **state)
{
    (void)state;
    const double c = 0.8, s = 0.6, values[] = {5, -1, 2};
    const double r[] = {c, -s, 0, s * c, c * c, -s, s * s, s * c, c};
    double a[9] = {0}, v[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++)
            for (size_t k = 0; k < 3; k++)
                a[3 * i + j] += r[3 * i + k] * values[k] * r[3 * j + k];
    gr_eigen_diagonalise(3, a, 3, v);
    for (size_t k = 0; k < 3; k++) {
        size_t at = 0;
        while (at < 3 && fabs(a[4 * at] - values[k]) > 1e-13)
            at++;
        assert_true(at < 3);
        double same = 0;
        for (size_t i = 0; i < 3; i++)
            same += v[3 * i + at] * r[3 * i + k];
        near(fabs(same), 1, 1e-14);
    }
}

/* ---- landscapes ---- */

static gradus_landscape_about about_of(const gradus_net *net, const char *loss,
                                       const gradus_set *set)
{
    gradus_landscape_options options;
    gradus_landscape_about about;
    gradus_landscape *landscape;
    gradus_landscape_defaults(&options);
    options.loss = loss;
    options.grid = 3;
    options.gradient_tolerance = 1e-3;
    assert_int_equal(gradus_landscape_new(net, set, &options, &landscape), GRADUS_OK);
    gradus_landscape_describe(landscape, &about);
    gradus_landscape_free(landscape);
    return about;
}

/* A linear net with mse: H = X^T X / N, whatever the weights are. */
static void a_quadratic_has_the_eigenvalues_of_its_inputs(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, -1, 0, 1, 2, 2}, y[] = {1, 2, 0.5, 3};
    const gradus_set set = {.rows = 4, .x = x, .y = y};
    const double a = 14.0 / 4, b = 3.0 / 4, d = 10.0 / 4; /* of X^T X / 4 */
    const double root = sqrt((a - d) * (a - d) / 4 + b * b);
    gradus_net *net = new_net("output bias=no", 2, 1);
    gradus_landscape_about about = about_of(net, "mse", &set);
    near(about.min, (a + d) / 2 - root, 1e-14);
    near(about.max, (a + d) / 2 + root, 1e-14);
    assert_int_equal(about.verdict, GRADUS_STATIONARY_SLOPE);
    /* the solution of X^T X w = X^T y: X^T y = (13, 6.5) */
    const double det = 14 * 10 - 9;
    const double best[] = {(10 * 13 - 3 * 6.5) / det, (14 * 6.5 - 3 * 13) / det};
    gradus_net_set(net, 0, best);
    about = about_of(net, "mse", &set);
    near(about.gradient, 0, 1e-14);
    assert_int_equal(about.verdict, GRADUS_STATIONARY_MINIMUM);
    assert_int_equal(about.parameters, 2);
    gradus_net_free(net);
}

/* w2 w1 x at w = 0: H = (0 -m; -m 0), m the mean of x y. */
static void two_linear_layers_at_zero_are_a_saddle(void **state)
{
    (void)state;
    const double x[] = {1, 2, -1}, y[] = {2, 1, 0}, zero[] = {0};
    const gradus_set set = {.rows = 3, .x = x, .y = y};
    gradus_net *net = new_net("dense 1 bias=no output bias=no", 1, 1);
    gradus_net_set(net, 0, zero);
    gradus_net_set(net, 1, zero);
    const gradus_landscape_about about = about_of(net, "mse", &set);
    assert_true(about.gradient == 0);
    near(about.min, -4.0 / 3, 1e-14);
    near(about.max, 4.0 / 3, 1e-14);
    assert_int_equal(about.verdict, GRADUS_STATIONARY_SADDLE);
    gradus_net_free(net);
}

static void dead_units_are_a_plateau(void **state)
{
    (void)state;
    const double x[] = {0.5, -0.5, 0.25}, y[] = {1, 0, 2}, down[] = {-9, -9};
    const gradus_set set = {.rows = 3, .x = x, .y = y};
    gradus_net *net = new_net("dense 2 relu output bias=no", 1, 1);
    gradus_net_set(net, 1, down);
    const gradus_landscape_about about = about_of(net, "mse", &set);
    assert_true(about.gradient == 0 && about.min == 0 && about.max == 0);
    near(about.loss, 2.5 / 3, 1e-15);
    assert_int_equal(about.verdict, GRADUS_STATIONARY_PLATEAU);
    gradus_net_free(net);
}

/* One weight, huber with all residuals far off: the loss is delta (|r| - delta / 2), which has
 * the curvature of the output, here of tanh above 0: it bends down. */
static void where_all_bends_down_is_a_maximum(void **state)
{
    (void)state;
    const double x[] = {9}, y[] = {-5}, w = 1;
    const gradus_set set = {.rows = 1, .x = x, .y = y};
    gradus_net *net = new_net("output bias=no tanh", 1, 1);
    gradus_net_set(net, 0, &w);
    const gradus_landscape_about about = about_of(net, "huber", &set);
    const double s = 1 / (cosh(9) * cosh(9));
    near(about.gradient, 9 * s, 1e-12);
    near(about.max, -2 * tanh(9) * s * 81, 1e-12);
    assert_int_equal(about.verdict, GRADUS_STATIONARY_MAXIMUM);
    gradus_net_free(net);
}

static void training_ends_in_a_minimum(void **state)
{
    (void)state;
    double x[40], y[40];
    gradus_set set = {.rows = 40, .x = x, .y = y};
    gradus_net *net = new_net("dense 3 tanh output", 1, 1);
    gradus_fit_options fit;
    gradus_fit_defaults(&fit);
    for (size_t i = 0; i < 40; i++) {
        x[i] = (double)i / 20 - 1;
        y[i] = tanh(2 * x[i]) + 0.1 * ((int)(i * 7 % 5) - 2);
    }
    assert_int_equal(about_of(net, "mse", &set).verdict, GRADUS_STATIONARY_SLOPE);
    fit.loss = "mse";
    fit.optimizer = "sgd";
    fit.schedule = "constant";
    fit.batch = SIZE_MAX;
    fit.learning_rate = 0.5;
    fit.epochs = 20000;
    fit.weight_decay = 0;
    assert_int_equal(gradus_fit(net, &set, NULL, &fit, NULL), GRADUS_OK);
    const gradus_landscape_about about = about_of(net, "mse", &set);
    assert_true(about.gradient < 1e-3 && about.max > 0.1);
    assert_true(about.min > -about.flat);
    assert_int_equal(about.verdict, GRADUS_STATIONARY_MINIMUM);
    assert_int_equal(about.products, 10); /* all parameters there are */
    gradus_net_free(net);
}

/* ---- paths ---- */

enum { POINTS = 5 };

typedef struct walk {
    gradus_net *net, *step[POINTS];
} walk;

/* From the model at (3, 4): u_t along (0.6, 0.8) and v_t along (-0.8, 0.6). */
static walk new_walk(const double *u, const double *v)
{
    walk w;
    const double centre[] = {3, 4};
    w.net = new_net("output bias=no", 2, 1);
    gradus_net_set(w.net, 0, centre);
    for (size_t t = 0; t < POINTS; t++) {
        const double at[] = {3 + 0.6 * u[t] - 0.8 * v[t], 4 + 0.8 * u[t] + 0.6 * v[t]};
        w.step[t] = new_net("output bias=no", 2, 1);
        gradus_net_set(w.step[t], 0, at);
    }
    return w;
}

static void free_walk(walk *w)
{
    for (size_t t = 0; t < POINTS; t++)
        gradus_net_free(w->step[t]);
    gradus_net_free(w->net);
}

static gradus_status survey(const walk *w, const gradus_net *const *path, size_t points,
                            double span, gradus_landscape **landscape)
{
    static const double x[] = {1, 0, 0, 2}, y[] = {1, 2};
    const gradus_set set = {.rows = 2, .x = x, .y = y};
    gradus_landscape_options options;
    gradus_landscape_defaults(&options);
    options.loss = "mse";
    options.grid = 3;
    options.path = path;
    options.points = points;
    options.span = span;
    return gradus_landscape_new(w->net, &set, &options, landscape);
}

static double quadratic(double a, double b)
{
    return ((a - 1) * (a - 1) + (2 * b - 2) * (2 * b - 2)) / 4;
}

static void a_path_lies_in_its_principal_directions(void **state)
{
    (void)state;
    const double u[] = {-8, 4, -2, 1, 0}, v[] = {0.5, 1, 0, 0, 0};
    const double uu = 64 + 16 + 4 + 1, vv = 1.25, uv = -4 + 4; /* at a right angle */
    walk w = new_walk(u, v);
    gradus_landscape *landscape;
    gradus_landscape_about about;
    assert_true(uv == 0);
    assert_int_equal(survey(&w, (const gradus_net *const *)w.step, POINTS, 0, &landscape),
                     GRADUS_OK);
    gradus_landscape_describe(landscape, &about);
    near(about.explained[0], uu / (uu + vv), 1e-14);
    near(about.explained[1], vv / (uu + vv), 1e-13);
    near(about.span, 1.2 * 8, 1e-14);
    const gradus_landscape_point *path = gradus_landscape_path(landscape);
    for (size_t t = 0; t < POINTS; t++) { /* the start is on the negative side of both */
        near(path[t].a, u[t], 1e-13);
        near(path[t].b, -v[t], 1e-13);
        near(path[t].loss,
             quadratic(3 + 0.6 * u[t] - 0.8 * v[t], 4 + 0.8 * u[t] + 0.6 * v[t]), 1e-13);
    }
    const double *values = gradus_landscape_values(landscape);
    near(values[4], quadratic(3, 4), 1e-14);
    near(values[5], quadratic(3 + 0.6 * 9.6, 4 + 0.8 * 9.6), 1e-13);
    near(values[7], quadratic(3 + 0.8 * 9.6, 4 - 0.6 * 9.6), 1e-13);
    gradus_landscape_free(landscape);
    free_walk(&w);
}

static void a_path_on_a_line_and_none(void **state)
{
    (void)state;
    const double u[] = {-8, 4, -2, 1, 0}, still[] = {0, 0, 0, 0, 0};
    walk w = new_walk(u, still);
    gradus_landscape *landscape;
    gradus_landscape_about about;
    const gradus_net *const *path = (const gradus_net *const *)w.step;
    assert_int_equal(survey(&w, path, POINTS, 5, &landscape), GRADUS_OK);
    gradus_landscape_describe(landscape, &about);
    near(about.explained[0], 1, 1e-14);
    assert_true(about.explained[1] == 0);
    const double *values = gradus_landscape_values(landscape);
    near(values[5], quadratic(6, 8), 1e-13); /* across is at a right angle, to either side */
    const double left = quadratic(3 - 4, 4 + 3), right = quadratic(3 + 4, 4 - 3);
    near(fmin(values[1], values[7]), fmin(left, right), 1e-13);
    near(fmax(values[1], values[7]), fmax(left, right), 1e-13);
    gradus_landscape_free(landscape);
    assert_int_equal(survey(&w, path + 4, 1, 0, &landscape), GRADUS_ARGUMENT);
    assert_non_null(strstr(gradus_error(), "does not move"));
    gradus_net *other = new_net("dense 2 output", 2, 1);
    const gradus_net *mixed[] = {w.step[0], other};
    assert_int_equal(survey(&w, mixed, 2, 0, &landscape), GRADUS_ARGUMENT);
    assert_non_null(strstr(gradus_error(), "net 2 of the path"));
    gradus_net_free(other);
    free_walk(&w);
}

/* Two rows with gradients g1 and g2: the standard error of their mean is |g1 - g2| / 2. */
static void noise_of_a_gradient(void **state)
{
    (void)state;
    const double u[] = {0, 0, 0, 0, 0};
    walk w = new_walk(u, u);
    gradus_landscape *landscape;
    gradus_landscape_about about;
    assert_int_equal(survey(&w, NULL, 0, 1, &landscape), GRADUS_OK);
    gradus_landscape_describe(landscape, &about);
    /* of (w1 - 1)^2 / 2 and (2 w2 - 2)^2 / 2 at (3, 4): (2, 0) and (0, 12) */
    near(about.gradient, sqrt(4 + 144) / 2, 1e-14);
    near(about.noise, sqrt(4 + 144) / 2, 1e-14);
    assert_true(about.gradient_tolerance == 2 * about.noise);
    gradus_landscape_free(landscape);
    free_walk(&w);
}

/* One weight w: d is w or -w, and the loss along it is (w (1 + a) x - y)^2 / 2. */
static void directions_have_the_norm_of_the_weights(void **state)
{
    (void)state;
    const double x[] = {2}, y[] = {1}, w = 1.5;
    const gradus_set set = {.rows = 1, .x = x, .y = y};
    gradus_landscape_options options;
    gradus_landscape_about about;
    gradus_landscape *landscape;
    gradus_net *net = new_net("output bias=no", 1, 1);
    gradus_net_set(net, 0, &w);
    gradus_landscape_defaults(&options);
    options.loss = "mse";
    options.grid = 5;
    options.span = 0.5;
    options.line = 1;
    assert_int_equal(gradus_landscape_new(net, &set, &options, &landscape), GRADUS_OK);
    gradus_landscape_describe(landscape, &about);
    const double *values = gradus_landscape_values(landscape);
    assert_int_equal(about.columns, 5);
    assert_int_equal(about.lines, 1);
    near(values[2], 2, 1e-15);
    near(about.loss, 2, 1e-15);
    const int sign = values[4] > values[0] ? 1 : -1;
    for (int k = -2; k <= 2; k++) {
        const double r = w * (1 + sign * 0.25 * k) * 2 - 1;
        near(values[k + 2], r * r / 2, 1e-14);
    }
    gradus_landscape_free(landscape);
    gradus_net_free(net);
}

/* Over the plane: the middle is the net, the net is not changed, the seed decides. */
static void a_plane_around_the_net(void **state)
{
    (void)state;
    case_of c;
    gradus_landscape_options options;
    gradus_landscape *made[3];
    uint64_t before, after;
    open_case(&c, "dense 6 batchnorm tanh output softmax");
    assert_int_equal(gradus_net_digest(c.net, &before), GRADUS_OK);
    gradus_landscape_defaults(&options);
    options.grid = 5;
    options.rows = 30;
    for (size_t i = 0; i < 3; i++) {
        options.seed = i == 2 ? 2 : 1;
        assert_int_equal(gradus_landscape_new(c.net, &c.set, &options, &made[i]), GRADUS_OK);
    }
    const double *v = gradus_landscape_values(made[0]);
    gradus_landscape_about about;
    gradus_landscape_describe(made[0], &about);
    assert_int_equal(about.rows, 30);
    near(v[12], about.loss, 1e-14);
    assert_true(v[12] != v[13] && v[12] != v[17] && v[13] != v[17]);
    assert_memory_equal(v, gradus_landscape_values(made[1]), 25 * sizeof *v);
    assert_true(v[0] != gradus_landscape_values(made[2])[0]);
    assert_int_equal(gradus_net_digest(c.net, &after), GRADUS_OK);
    assert_true(before == after);
    for (size_t i = 0; i < 3; i++)
        gradus_landscape_free(made[i]);
    gradus_net_free(c.net);
}

static void what_cannot_be_measured_is_refused(void **state)
{
    (void)state;
    const double x[] = {1}, y[] = {1}, huge[] = {1e200};
    const gradus_set set = {.rows = 1, .x = x, .y = y};
    gradus_landscape_options options;
    gradus_landscape *landscape;
    gradus_net *net = new_net("output bias=no", 1, 1);
    gradus_landscape_defaults(&options);
    options.grid = 1;
    assert_int_equal(gradus_landscape_new(net, &set, &options, &landscape), GRADUS_ARGUMENT);
    options.grid = 3;
    options.span = NAN;
    assert_int_equal(gradus_landscape_new(net, &set, &options, &landscape), GRADUS_ARGUMENT);
    options.span = 1;
    options.rows = 5000;
    assert_int_equal(gradus_landscape_new(net, &set, &options, &landscape), GRADUS_ARGUMENT);
    options.rows = 9;
    options.steps = 0;
    assert_int_equal(gradus_landscape_new(net, &set, &options, &landscape), GRADUS_ARGUMENT);
    gradus_net_set(net, 0, huge);
    assert_int_equal(gradus_landscape_new(net, &set, NULL, &landscape), GRADUS_DATA);
    assert_null(landscape);
    assert_string_equal(gradus_stationary_name(GRADUS_STATIONARY_SADDLE), "saddle");
    assert_null(gradus_stationary_name((gradus_stationary)9));
    gradus_net_free(net);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const float x[] = {1, 2, 3}, y[] = {0, 1, 1};
    const gradus_set set = {.rows = 3, .x = x, .y = y};
    gradus_landscape_options options;
    gradus_landscape *landscape;
    gradus_net *net;
    faults fault;
    gradus_context *context = faults_open(&fault);
    gradus_landscape_defaults(&options);
    options.grid = 2;
    assert_int_equal(gradus_net_new(context, "dense 2 tanh output", 1, 1, GRADUS_FLOAT32, 1,
                                    &net), GRADUS_OK);
    for (size_t n = 1;; n++) {
        faults_arm(&fault, n, FAULT_MEMORY);
        const gradus_status status = gradus_landscape_new(net, &set, &options, &landscape);
        if (!faults_hit(&fault)) {
            assert_int_equal(status, GRADUS_OK);
            assert_true(n > 20);
            break;
        }
        assert_int_equal(status, GRADUS_MEMORY);
        assert_null(landscape);
    }
    gradus_landscape_free(landscape);
    gradus_net_free(net);
    faults_close(&fault, context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eigenvalues_that_are_known),
        cmocka_unit_test(a_quadratic_has_the_eigenvalues_of_its_inputs),
        cmocka_unit_test(two_linear_layers_at_zero_are_a_saddle),
        cmocka_unit_test(dead_units_are_a_plateau),
        cmocka_unit_test(where_all_bends_down_is_a_maximum),
        cmocka_unit_test(training_ends_in_a_minimum),
        cmocka_unit_test(directions_have_the_norm_of_the_weights),
        cmocka_unit_test(eigenvectors_that_are_known),
        cmocka_unit_test(a_path_lies_in_its_principal_directions),
        cmocka_unit_test(a_path_on_a_line_and_none),
        cmocka_unit_test(noise_of_a_gradient),
        cmocka_unit_test(a_plane_around_the_net),
        cmocka_unit_test(what_cannot_be_measured_is_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
