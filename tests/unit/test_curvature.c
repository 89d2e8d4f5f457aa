/*
 * tests/unit/test_curvature.c - the Hessian times a vector, beside formulas and differences
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <stdio.h>

#include "curvatures.h"

static double inner(const double *a, const double *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_are_differences_of_gradients),
        cmocka_unit_test(pieces_have_the_curvature_of_their_side),
        cmocka_unit_test(gradients_are_those_of_backpropagation),
        cmocka_unit_test(the_hessian_of_a_small_net),
        cmocka_unit_test(what_has_no_second_derivative_is_refused),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
