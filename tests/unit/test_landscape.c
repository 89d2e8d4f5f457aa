/*
 * tests/unit/test_landscape.c - Hessians beside formulas and differences, eigenvalues beside
 * known ones, and the four kinds of points
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/context.h"
#include "base/random.h"
#include "gradus.h"
#include "theory/lanczos.h"

enum { ROWS = 70, INPUTS = 3, OUTPUTS = 2, MOST = 200 }; /* two pieces of rows */

static void draw(double *values, size_t count, uint64_t row)
{
    for (uint32_t i = 0; i < count; i++)
        values[i] = 2 * gr_random_uniform((gr_key){3, GR_PURPOSE_SPLIT, 1}, row, i) - 1;
}

static double inner(const double *a, const double *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

static void near(double got, double want, double bound)
{
    if (!(fabs(got - want) <= bound))
        fail_msg("%.17g, not %.17g", got, want);
}

static gradus_net *new_net(const char *text, size_t inputs, size_t outputs)
{
    gradus_net *net;
    assert_int_equal(gradus_net_new(NULL, text, inputs, outputs, GRADUS_FLOAT64, 7, &net),
                     GRADUS_OK);
    return net;
}

/* ---- products with the Hessian ---- */

typedef struct case_of {
    gradus_net *net;
    size_t parameters;
    double x[ROWS * INPUTS], y[ROWS * OUTPUTS], weight[ROWS];
    gradus_set set;
} case_of;

/* Targets that add to 1; weights that differ; statistics and all else off their start. */
static void open_case(case_of *c, const char *text)
{
    gradus_net_about about;
    c->net = new_net(text, INPUTS, OUTPUTS);
    gradus_net_describe(c->net, &about);
    c->parameters = about.parameters;
    assert_true(about.parameters <= MOST);
    for (size_t i = 0; i < gradus_net_tensors(c->net); i++) {
        gradus_tensor tensor;
        double values[MOST];
        gradus_net_tensor(c->net, i, &tensor);
        if (tensor.rank != 1)
            continue;
        draw(values, tensor.columns, 90 + i);
        for (size_t j = 0; j < tensor.columns; j++)
            values[j] = strstr(tensor.name, "variance") ? 1.5 + values[j] : values[j];
        gradus_net_set(c->net, i, values);
    }
    draw(c->x, ROWS * INPUTS, 0);
    draw(c->weight, ROWS, 1);
    for (uint32_t i = 0; i < ROWS; i++) {
        c->weight[i] += 1.5;
        c->y[2 * i] = gr_random_uniform((gr_key){3, GR_PURPOSE_SPLIT, 2}, i, 0);
        c->y[2 * i + 1] = 1 - c->y[2 * i];
    }
    c->set = (gradus_set){.rows = ROWS, .x = c->x, .y = c->y, .weight = c->weight};
}

/* All trained tensors += step v. */
static void move(gradus_net *net, double step, const double *v)
{
    for (size_t i = 0; i < gradus_net_tensors(net); i++) {
        gradus_tensor tensor;
        double values[MOST];
        gradus_net_tensor(net, i, &tensor);
        if (!tensor.trained)
            continue;
        const size_t count = tensor.rows * tensor.columns;
        gradus_net_get(net, i, values);
        for (size_t j = 0; j < count; j++)
            values[j] += step * *v++;
        gradus_net_set(net, i, values);
    }
}

static void gradient_at(const case_of *c, const char *loss, double step, const double *v,
                        double *gradient)
{
    static const double zero[MOST];
    double none[MOST];
    gradus_net *net;
    assert_int_equal(gradus_net_copy(c->net, &net), GRADUS_OK);
    move(net, step, v);
    assert_int_equal(gradus_net_hvp(net, loss, &c->set, zero, gradient, none), GRADUS_OK);
    assert_true(inner(none, none, c->parameters) == 0);
    gradus_net_free(net);
}

/* H v beside the 4-point rule of gradients, and <u, H v> beside <v, H u>. */
static void check_product(const char *text, const char *loss, double tolerance)
{
    case_of c;
    double v[MOST], u[MOST], hv[MOST], hu[MOST], g[4][MOST];
    const double h = 1e-3;
    open_case(&c, text);
    const size_t n = c.parameters;
    draw(v, n, 11);
    draw(u, n, 12);
    assert_int_equal(gradus_net_hvp(c.net, loss, &c.set, v, NULL, hv), GRADUS_OK);
    assert_int_equal(gradus_net_hvp(c.net, loss, &c.set, u, NULL, hu), GRADUS_OK);
    const double size = sqrt(inner(hv, hv, n)) + 1e-3;
    if (!(fabs(inner(u, hv, n) - inner(v, hu, n)) <= 1e-12 * size * sqrt((double)n)))
        fail_msg("%s, %s: not symmetric", text, loss);
    for (int k = 0; k < 4; k++)
        gradient_at(&c, loss, (k < 2 ? k - 2 : k - 1) * h, v, g[k]);
    for (size_t k = 0; k < n; k++) {
        const double r = (g[0][k] - 8 * g[1][k] + 8 * g[2][k] - g[3][k]) / (12 * h);
        if (!(fabs(r - hv[k]) <= tolerance * size))
            fail_msg("%s, %s: %zu: %.12g by differences, %.12g", text, loss, k, r, hv[k]);
    }
    gradus_net_free(c.net);
}

static void products_are_differences_of_gradients(void **state)
{
    (void)state;
    static const char *const smooth[] = {"identity", "sigmoid", "tanh", "gelu", "gelu-tanh",
                                         "silu", "mish", "softplus", "exp", "softmax"};
    char text[200];
    for (size_t i = 0; i < sizeof smooth / sizeof *smooth; i++) {
        snprintf(text, sizeof text, "dense 5 %s output", smooth[i]);
        check_product(text, "mse", 1e-7);
    }
    check_product("dense 5 tanh output sigmoid", "mse", 1e-7);
    check_product("dense 5 tanh output sigmoid", "binary-cross-entropy", 1e-7);
    check_product("dense 5 tanh output softmax", "binary-cross-entropy", 1e-7);
    check_product("dense 5 tanh output softmax", "cross-entropy", 1e-7);
    check_product("dense 5 tanh output sigmoid", "cross-entropy", 1e-7);
    check_product("dense 5 tanh output exp", "poisson", 1e-7);
    check_product("dense 5 tanh output softplus", "poisson", 1e-7);
    check_product("batchnorm dense 6 gelu batchnorm residual scale=0.5 { dense 5 silu dense 6 "
                  "} dropout 0.3 output softmax", NULL, 1e-6);
    check_product("residual { dense 7 bias=no mish dense 3 } dense 4 output sigmoid", NULL,
                  1e-7);
}

/* Nets with kinks, away from which the differences stay: biases of 3 and -3. */
static void pieces_have_the_curvature_of_their_side(void **state)
{
    (void)state;
    static const char *const names[] = {"relu", "leaky-relu", "elu", "selu"};
    for (size_t i = 0; i < 4; i++) {
        const double w[] = {0.5, -0.5}, b[] = {3, -3}, out[] = {0.7, 1.3}, none[] = {0.1};
        const double x[] = {0.5, -0.3, 0.9}, y[] = {0, 1, 2}, zero[7] = {0};
        const gradus_set set = {.rows = 3, .x = x, .y = y};
        double v[7], hv[7], g[2][7], unused[7];
        char text[80];
        snprintf(text, sizeof text, "dense 2 %s output", names[i]);
        gradus_net *net = new_net(text, 1, 1);
        const double *const values[] = {w, b, out, none};
        for (size_t k = 0; k < 4; k++)
            gradus_net_set(net, k, values[k]);
        draw(v, 7, 5);
        assert_int_equal(gradus_net_hvp(net, "huber", &set, v, NULL, hv), GRADUS_OK);
        assert_int_equal(gradus_net_hvp(net, "mse", &set, v, NULL, hv), GRADUS_OK);
        for (int k = 0; k < 2; k++) {
            move(net, k == 0 ? 1e-5 : -2e-5, v);
            assert_int_equal(gradus_net_hvp(net, "mse", &set, zero, g[k], unused),
                             GRADUS_OK);
        }
        for (size_t k = 0; k < 7; k++)
            near((g[0][k] - g[1][k]) / 2e-5, hv[k], 1e-8);
        gradus_net_free(net);
    }
}

static void gradients_are_those_of_backpropagation(void **state)
{
    (void)state;
    static const char *const losses[] = {"mse", "huber", "binary-cross-entropy"};
    for (size_t i = 0; i < 3; i++) {
        case_of c;
        double zero[MOST] = {0}, g[MOST], hv[MOST], other[MOST], value;
        open_case(&c, "dense 5 relu residual { dense 4 selu dense 5 } output sigmoid");
        assert_int_equal(gradus_net_hvp(c.net, losses[i], &c.set, zero, g, hv), GRADUS_OK);
        assert_int_equal(gradus_net_gradient(c.net, losses[i], &c.set, 1, &value, other, NULL),
                         GRADUS_OK);
        for (size_t k = 0; k < c.parameters; k++)
            near(g[k], other[k], 1e-14);
        gradus_net_free(c.net);
    }
}

/* y = w2 tanh(w1 x): all four second derivatives, by hand. */
static void the_hessian_of_a_small_net(void **state)
{
    (void)state;
    const double x[] = {0.7}, y[] = {0.4}, w1 = 0.9, w2 = -1.3;
    const gradus_set set = {.rows = 1, .x = x, .y = y};
    gradus_net *net = new_net("dense 1 bias=no tanh output bias=no", 1, 1);
    gradus_net_set(net, 0, &w1);
    gradus_net_set(net, 1, &w2);
    const double t = tanh(w1 * x[0]), s = 1 - t * t, r = w2 * t - y[0];
    const double h11 = (w2 * s * w2 * s - r * w2 * 2 * t * s) * x[0] * x[0];
    const double h12 = (w2 * t * s + r * s) * x[0];
    double hv[2];
    assert_int_equal(gradus_net_hvp(net, "mse", &set, (double[]){1, 0}, NULL, hv), GRADUS_OK);
    near(hv[0], h11, 1e-15);
    near(hv[1], h12, 1e-15);
    assert_int_equal(gradus_net_hvp(net, "mse", &set, (double[]){0, 1}, NULL, hv), GRADUS_OK);
    near(hv[0], h12, 1e-15);
    near(hv[1], t * t, 1e-15);
    gradus_net_free(net);
}

static double own_value(double z, void *user)
{
    (void)user;
    return z;
}

static double own_slope(double z, void *user)
{
    (void)user;
    (void)z;
    return 1;
}

static void what_has_no_second_derivative_is_refused(void **state)
{
    (void)state;
    const double x[] = {1}, y[] = {0};
    const gradus_set set = {.rows = 1, .x = x, .y = y};
    const gradus_activation own = {"own", own_value, own_slope, NULL};
    gradus_context *context;
    gradus_net *net = new_net("dense 2 heaviside output", 1, 1);
    double v[7] = {0}, hv[7];
    assert_int_equal(gradus_net_hvp(net, NULL, &set, v, NULL, hv), GRADUS_ARGUMENT);
    assert_non_null(strstr(gradus_error(), "heaviside"));
    gradus_net_free(net);
    assert_int_equal(gradus_context_new(NULL, &context), GRADUS_OK);
    assert_int_equal(gradus_context_add_activation(context, &own), GRADUS_OK);
    assert_int_equal(gradus_net_new(context, "dense 2 own output", 1, 1, GRADUS_FLOAT64, 1,
                                    &net), GRADUS_OK);
    assert_int_equal(gradus_net_hvp(net, NULL, &set, v, NULL, hv), GRADUS_ARGUMENT);
    assert_non_null(strstr(gradus_error(), "own"));
    assert_int_equal(gradus_net_hvp(net, "cross-entrpy", &set, v, NULL, hv),
                     GRADUS_ARGUMENT);
    gradus_net_free(net);
    gradus_context_free(context);
}

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
    near(e.least, -7, 1e-8);
    near(e.most, 2.99, 1e-8);
    assert_true(e.least_error < 1e-8 && e.most_error < 1e-8 && e.products < 200);
    e = extremes_of((diagonal){5, 2, 0, 2}, 100); /* all the same: one product has it */
    near(e.least, 2, 1e-14);
    near(e.most, 2, 1e-14);
    assert_int_equal(e.products, 1);
    e = extremes_of((diagonal){9, 0, 0, 0}, 100);
    assert_true(e.least == 0 && e.most == 0 && e.products == 1);
    e = extremes_of((diagonal){9, 1, 1, NAN}, 100);
    assert_true(isnan(e.least) && isnan(e.most));
    e = extremes_of((diagonal){400, 0, 1, -1}, 10); /* too few: from the inside, with errors */
    assert_true(e.least >= -1 && e.most <= 399);
    assert_true(e.least_error > 1e-3 && e.most_error > 1e-3);
    assert_int_equal(e.products, 10);
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
    near(about.least, (a + d) / 2 - root, 1e-14);
    near(about.most, (a + d) / 2 + root, 1e-14);
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
    near(about.least, -4.0 / 3, 1e-14);
    near(about.most, 4.0 / 3, 1e-14);
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
    assert_true(about.gradient == 0 && about.least == 0 && about.most == 0);
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
    near(about.most, -2 * tanh(9) * s * 81, 1e-12);
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
    assert_true(about.gradient < 1e-3 && about.most > 0.1);
    assert_true(about.least > -about.flat);
    assert_int_equal(about.verdict, GRADUS_STATIONARY_MINIMUM);
    assert_int_equal(about.products, 10); /* all parameters there are */
    gradus_net_free(net);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_differences_of_gradients),
        cmocka_unit_test(pieces_have_the_curvature_of_their_side),
        cmocka_unit_test(gradients_are_those_of_backpropagation),
        cmocka_unit_test(the_hessian_of_a_small_net),
        cmocka_unit_test(what_has_no_second_derivative_is_refused),
        cmocka_unit_test(eigenvalues_that_are_known),
        cmocka_unit_test(a_quadratic_has_the_eigenvalues_of_its_inputs),
        cmocka_unit_test(two_linear_layers_at_zero_are_a_saddle),
        cmocka_unit_test(dead_units_are_a_plateau),
        cmocka_unit_test(where_all_bends_down_is_a_maximum),
        cmocka_unit_test(training_ends_in_a_minimum),
        cmocka_unit_test(directions_have_the_norm_of_the_weights),
        cmocka_unit_test(a_plane_around_the_net),
        cmocka_unit_test(what_cannot_be_measured_is_refused),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
