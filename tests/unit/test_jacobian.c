/*
 * tests/unit/test_jacobian.c - <u, J v> = <J^T u, v>, and the whole of J beside both
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/random.h"
#include "gradus.h"

enum { ROWS = 5, INPUTS = 3, OUTPUTS = 2, MOST = 200 };

/* Every kind of layer, wide and narrow ones; with residual blocks several readers of a node. */
static const char *const nets[] = {
    "output",
    "dense 6 tanh dropout 0.4 output softmax",
    "batchnorm dense 9 gelu batchnorm residual scale=0.5 { dense 5 elu dense 9 } output",
    "residual { dense 7 bias=no mish dropout 0.25 dense 3 } dense 4 relu output sigmoid",
    "dropout 0.5 residual { dense 8 } softmax batchnorm output",
};

typedef struct case_of {
    gradus_net *net;
    size_t parameters;
    double x[ROWS * INPUTS], v[MOST], v_x[ROWS * INPUTS], u[ROWS * OUTPUTS];
    gradus_point point;
    gradus_direction direction;
} case_of;

static void draw(double *values, size_t count, uint64_t row)
{
    for (uint32_t i = 0; i < count; i++)
        values[i] = 2 * gr_random_uniform((gr_key){3, GR_PURPOSE_SPLIT, 1}, row, i) - 1;
}

/* Statistics and parameters of batch norm that are not those of the start. */
static void stir(gradus_net *net)
{
    for (size_t i = 0; i < gradus_net_tensors(net); i++) {
        gradus_tensor tensor;
        double values[MOST];
        gradus_net_tensor(net, i, &tensor);
        if (tensor.rank != 1)
            continue;
        draw(values, tensor.columns, 90 + i);
        for (size_t j = 0; j < tensor.columns; j++)
            values[j] = strstr(tensor.name, "variance") ? 1.5 + values[j] : values[j];
        gradus_net_set(net, i, values);
    }
}

static void open_case(case_of *c, const char *text, int training)
{
    gradus_net_about about;
    assert_int_equal(gradus_net_new(NULL, text, INPUTS, OUTPUTS, GRADUS_FLOAT64, 7, &c->net),
                     GRADUS_OK);
    stir(c->net);
    gradus_net_describe(c->net, &about);
    c->parameters = about.parameters;
    assert_true(about.parameters <= MOST);
    draw(c->x, ROWS * INPUTS, 0);
    draw(c->v, about.parameters, 1);
    draw(c->v_x, ROWS * INPUTS, 2);
    draw(c->u, ROWS * OUTPUTS, 3);
    c->point = (gradus_point){.rows = ROWS, .x = c->x, .training = training, .seed = 11};
    c->direction = (gradus_direction){c->v, c->v_x};
}

static double inner(const double *a, const double *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

static void both_modes_have_one_inner_product(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof nets / sizeof *nets; n++)
        for (int training = 0; training < 2; training++) {
            case_of c;
            double y[ROWS * OUTPUTS], jv[ROWS * OUTPUTS], g[MOST], dx[ROWS * INPUTS];
            open_case(&c, nets[n], training);
            assert_int_equal(gradus_net_jvp(c.net, &c.point, &c.direction, y, jv), GRADUS_OK);
            assert_int_equal(gradus_net_vjp(c.net, &c.point, c.u, g, dx), GRADUS_OK);
            const double forward = inner(c.u, jv, ROWS * OUTPUTS);
            const double back = inner(g, c.v, c.parameters) + inner(dx, c.v_x, ROWS * INPUTS);
            if (!(fabs(forward - back) <= 2e-14 * (1 + fabs(forward))))
                fail_msg("%s, training %d: <u, Jv> %.17g, <J'u, v> %.17g", nets[n], training,
                         forward, back);
            gradus_net_free(c.net);
        }
}

static void inference_computes_what_forward_does(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof nets / sizeof *nets; n++) {
        case_of c;
        double y[ROWS * OUTPUTS], jv[ROWS * OUTPUTS], want[ROWS * OUTPUTS];
        open_case(&c, nets[n], 0);
        assert_int_equal(gradus_net_predict(c.net, c.x, ROWS, want), GRADUS_OK);
        assert_int_equal(gradus_net_jvp(c.net, &c.point, &c.direction, y, jv), GRADUS_OK);
        for (size_t i = 0; i < ROWS * OUTPUTS; i++)
            assert_true(fabs(y[i] - want[i]) <= 1e-14 * (1 + fabs(want[i])));
        gradus_net_free(c.net);
    }
}

/* Rows of the Jacobian times v are J v, and u times its rows J^T u. */
static void the_whole_jacobian_agrees(void **state)
{
    (void)state;
    enum { OUT = ROWS * OUTPUTS, IN = ROWS * INPUTS };
    static double by_parameters[OUT * MOST], by_x[OUT * IN];
    for (size_t n = 0; n < sizeof nets / sizeof *nets; n++)
        for (int training = 0; training < 2; training++) {
            case_of c;
            double jv[OUT];
            bool other_rows = false;
            open_case(&c, nets[n], training);
            assert_int_equal(gradus_net_jacobian(c.net, &c.point, by_parameters, by_x),
                             GRADUS_OK);
            assert_int_equal(gradus_net_jvp(c.net, &c.point, &c.direction, NULL, jv),
                             GRADUS_OK);
            for (size_t k = 0; k < OUT; k++) {
                const double sum = inner(by_parameters + k * c.parameters, c.v, c.parameters) +
                                   inner(by_x + k * IN, c.v_x, IN);
                assert_true(fabs(sum - jv[k]) <= 2e-14 * (1 + fabs(sum)));
                for (size_t i = 0; i < IN; i++)
                    other_rows = other_rows ||
                        (k / OUTPUTS != i / INPUTS && by_x[k * IN + i] != 0);
            }
            assert_int_equal(other_rows, training && strstr(nets[n], "batchnorm") != NULL);
            gradus_net_free(c.net);
        }
}

/* The gradient of a loss is J^T of the loss's own: of mse, u = (y - target) / rows. */
static void a_gradient_is_a_product_with_the_losss_own(void **state)
{
    (void)state;
    case_of c;
    double y[ROWS * OUTPUTS], jv[ROWS * OUTPUTS], u[ROWS * OUTPUTS], value;
    double g[MOST], dx[ROWS * INPUTS], want[MOST], want_dx[ROWS * INPUTS];
    open_case(&c, nets[3], 1);
    const gradus_set set = {.rows = ROWS, .x = c.x, .y = c.u};
    assert_int_equal(gradus_net_gradient(c.net, "mse", &set, c.point.seed, &value, want,
                                         want_dx), GRADUS_OK);
    assert_int_equal(gradus_net_jvp(c.net, &c.point, &c.direction, y, jv), GRADUS_OK);
    for (size_t i = 0; i < ROWS * OUTPUTS; i++)
        u[i] = (y[i] - c.u[i]) / ROWS;
    assert_int_equal(gradus_net_vjp(c.net, &c.point, u, g, dx), GRADUS_OK);
    for (size_t i = 0; i < c.parameters; i++)
        assert_true(fabs(g[i] - want[i]) <= 1e-15);
    for (size_t i = 0; i < ROWS * INPUTS; i++)
        assert_true(fabs(dx[i] - want_dx[i]) <= 1e-15);
    gradus_net_free(c.net);
}

/* A net in single precision: forward mode works in double and rounds once. */
static void single_precision(void **state)
{
    (void)state;
    gradus_net *net;
    float x[ROWS * INPUTS], v_x[ROWS * INPUTS], u[ROWS * OUTPUTS], jv[ROWS * OUTPUTS];
    float dx[ROWS * INPUTS];
    double forward = 0, back = 0;
    assert_int_equal(gradus_net_new(NULL, nets[2], INPUTS, OUTPUTS, GRADUS_FLOAT32, 7, &net),
                     GRADUS_OK);
    for (size_t i = 0; i < ROWS * INPUTS; i++) {
        x[i] = (float)i / 7 - 1;
        v_x[i] = (float)(i % 4) / 3;
    }
    for (size_t i = 0; i < ROWS * OUTPUTS; i++)
        u[i] = (float)(i % 3) - 1;
    const gradus_point point = {.rows = ROWS, .x = x, .training = 1};
    const gradus_direction v = {NULL, v_x};
    assert_int_equal(gradus_net_jvp(net, &point, &v, NULL, jv), GRADUS_OK);
    assert_int_equal(gradus_net_vjp(net, &point, u, NULL, dx), GRADUS_OK);
    for (size_t i = 0; i < ROWS * OUTPUTS; i++)
        forward += (double)u[i] * (double)jv[i];
    for (size_t i = 0; i < ROWS * INPUTS; i++)
        back += (double)dx[i] * (double)v_x[i];
    assert_true(fabs(forward - back) <= 1e-5 * (1 + fabs(forward)));
    gradus_net_free(net);
}

static void what_has_no_derivative_is_refused(void **state)
{
    (void)state;
    gradus_net *net;
    double x[INPUTS] = {1, 2, 3}, u[OUTPUTS] = {1, 1}, jv[OUTPUTS], dx[INPUTS];
    gradus_point point = {.rows = 1, .x = x, .training = 1};
    const gradus_direction v = {NULL, x};
    assert_int_equal(gradus_net_new(NULL, "dense 4 heaviside output", INPUTS, OUTPUTS,
                                    GRADUS_FLOAT64, 1, &net), GRADUS_OK);
    assert_int_equal(gradus_net_jvp(net, &point, &v, NULL, jv), GRADUS_ARGUMENT);
    assert_int_equal(gradus_net_vjp(net, &point, u, NULL, dx), GRADUS_ARGUMENT);
    gradus_net_free(net);
    assert_int_equal(gradus_net_new(NULL, "batchnorm output", INPUTS, OUTPUTS, GRADUS_FLOAT64,
                                    1, &net), GRADUS_OK);
    assert_int_equal(gradus_net_jvp(net, &point, &v, NULL, jv), GRADUS_ARGUMENT);
    assert_int_equal(gradus_net_jacobian(net, &point, NULL, dx), GRADUS_ARGUMENT);
    point.training = 0; /* at inference one row is enough */
    assert_int_equal(gradus_net_jvp(net, &point, &v, NULL, jv), GRADUS_OK);
    assert_int_equal(gradus_net_vjp(net, &point, u, NULL, dx), GRADUS_OK);
    point.rows = 0;
    assert_int_equal(gradus_net_vjp(net, &point, u, NULL, dx), GRADUS_ARGUMENT);
    gradus_net_free(net);
}

/* s(z) = z^2 / 2 has s'(z) = z, so that J^T u at the point x is the product x (.) u. */
static double half_square(double z, void *user)
{
    (void)user;
    return z * z / 2;
}

static double same(double z, void *user)
{
    (void)user;
    return z;
}

enum { SIZE = 6 }; /* of matrices [2][3] */
static const double a[SIZE] = {2, 3, 1, 0, 8, -2}, b[SIZE] = {3, 1, 4, 7, 9, 5},
                    c[SIZE] = {-1, 2, 6, 5, -3, 4};

static void multiply(const double *left, const double *right, double *product)
{
    const gradus_activation own = {"half-square", half_square, same, NULL};
    const gradus_point point = {.rows = 2, .x = left};
    gradus_context *context;
    gradus_net *net;
    assert_int_equal(gradus_context_new(NULL, &context), GRADUS_OK);
    assert_int_equal(gradus_context_add_activation(context, &own), GRADUS_OK);
    assert_int_equal(gradus_net_new(context, "half-square", 3, 3, GRADUS_FLOAT64, 1, &net),
                     GRADUS_OK);
    assert_int_equal(gradus_net_vjp(net, &point, right, NULL, product), GRADUS_OK);
    gradus_net_free(net);
    gradus_context_free(context);
}

static void an_activation_is_differentiated_by_a_hadamard_product(void **state)
{
    (void)state;
    const double want[SIZE] = {6, 3, 4, 0, 72, -10}, zero[SIZE] = {0};
    double ab[SIZE], ba[SIZE], bc[SIZE], one[SIZE], other[SIZE];
    multiply(a, b, ab);
    multiply(b, a, ba);
    multiply(b, c, bc);
    assert_memory_equal(ab, want, sizeof want);
    assert_memory_equal(ab, ba, sizeof ab); /* commutes */
    multiply(ab, c, one);
    multiply(a, bc, other);
    assert_memory_equal(one, other, sizeof one); /* associates */
    multiply(a, zero, one);
    for (size_t i = 0; i < SIZE; i++)
        assert_true(one[i] == 0);
}

static void a_hadamard_product_is_linear_in_both(void **state)
{
    (void)state;
    double ab[SIZE], ac[SIZE], sum[SIZE], scaled[SIZE], one[SIZE], other[SIZE];
    for (size_t i = 0; i < SIZE; i++) {
        sum[i] = b[i] + c[i];
        scaled[i] = 3 * a[i];
    }
    multiply(a, b, ab);
    multiply(a, c, ac);
    multiply(a, sum, one);
    multiply(scaled, b, other);
    for (size_t i = 0; i < SIZE; i++) {
        assert_true(one[i] == ab[i] + ac[i]); /* distributes */
        assert_true(other[i] == 3 * ab[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_modes_have_one_inner_product),
        cmocka_unit_test(inference_computes_what_forward_does),
        cmocka_unit_test(the_whole_jacobian_agrees),
        cmocka_unit_test(a_gradient_is_a_product_with_the_losss_own),
        cmocka_unit_test(single_precision),
        cmocka_unit_test(what_has_no_derivative_is_refused),
        cmocka_unit_test(an_activation_is_differentiated_by_a_hadamard_product),
        cmocka_unit_test(a_hadamard_product_is_linear_in_both),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
