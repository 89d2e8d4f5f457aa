/*
 * tests/unit/test_gradient.c - every activation x loss x kind of layer against differences
 *
 * The list comes from the .def files, so that nothing can be left out. Float64 gradients
 * agree with the 4-point rule
 *
 *     g = (f(-2h) - 8 f(-h) + 8 f(h) - f(2h)) / 12h,   h = 3e-4 scaled by the parameter
 *
 * to 1e-7 in every tensor and in dx; float32 ones with float64 to 64 2^-24 sqrt(chain).
 * Where two step sizes disagree a kink was met: the next seed is taken.
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "gradus.h"

enum { ROWS = 9, INPUTS = 3, OUTPUTS = 3, MOST = 400, SEEDS = 40 };

static const char *const activations[] = {
#define ACTIVATION(id, name, alpha, has_alpha, start, trainable, smooth, from_output) \
    trainable ? name : NULL,
#include "kernels/activations.def"
#undef ACTIVATION
};

typedef struct loss_case {
    const char *name, *last;
} loss_case;

static const loss_case losses[] = {
#define LOSS(id, name, fused, task) {name, fused},
#include "kernels/losses.def"
#undef LOSS
    {"quartic", "tanh"}, /* the user's own */
};

static const char *const kinds[] = {
    "dense 5 %s output",
    "dense 4 residual scale=0.5 { dense 5 %s dense 4 } residual { dense 6 %s } output",
    "dense 5 bias=no batchnorm %s output",
    "dense 6 %s dropout 0.3 output",
};

/* loss = sum (output - target)^4 / 4 */
static double quartic(const double *output, const double *target, size_t outputs,
                      double *gradient, void *user)
{
    (void)user;
    double sum = 0;
    for (size_t j = 0; j < outputs; j++) {
        const double r = output[j] - target[j];
        gradient[j] = r * r * r;
        sum += r * r * r * r / 4;
    }
    return sum;
}

typedef struct check {
    gradus_net *net;
    const char *loss;
    double x[ROWS * INPUTS], y[ROWS * OUTPUTS], weight[ROWS];
    gradus_set set;
} check;

static void make_examples(check *c, uint64_t seed)
{
    const gr_key key = {seed, GR_PURPOSE_SPLIT, 7};
    for (uint32_t i = 0; i < ROWS * INPUTS; i++)
        c->x[i] = 4 * gr_random_uniform(key, 0, i) - 2;
    for (uint32_t i = 0; i < ROWS; i++) {
        double sum = 0;
        for (uint32_t j = 0; j < OUTPUTS; j++)
            sum += c->y[i * OUTPUTS + j] = gr_random_uniform(key, 1, i * OUTPUTS + j);
        for (uint32_t j = 0; j < OUTPUTS; j++) /* rows add to 1: right for every loss */
            c->y[i * OUTPUTS + j] /= sum;
        c->weight[i] = 0.5 + gr_random_uniform(key, 2, i);
    }
    c->set = (gradus_set){.rows = ROWS, .x = c->x, .y = c->y, .weight = c->weight};
}

static double value(const check *c)
{
    double loss;
    assert_int_equal(gradus_net_gradient(c->net, c->loss, &c->set, 5, &loss, NULL, NULL),
                     GRADUS_OK);
    return loss;
}

/* The 4-point rule for one number that value() depends on. */
static double slope(const check *c, double *at, void (*apply)(const check *), double h)
{
    const double middle = *at, steps[] = {-2, -1, 1, 2}, factors[] = {1, -8, 8, -1};
    double sum = 0;
    h *= fmax(1, fabs(middle));
    for (int i = 0; i < 4; i++) {
        *at = middle + steps[i] * h;
        apply(c);
        sum += factors[i] * value(c);
    }
    *at = middle;
    apply(c);
    return sum / (12 * h);
}

/* The tensor being changed. */
static struct {
    size_t index;
    double values[MOST];
} changed;

static void set_tensor(const check *c)
{
    gradus_net_set(c->net, changed.index, changed.values);
}

static void set_nothing(const check *c)
{
    (void)c; /* x is read from the set itself */
}

typedef enum verdict { AGREES, KINK, WRONG } verdict;

static verdict judge(const double *g, const double *fine, const double *coarse, size_t n)
{
    double error = 0, norm_g = 0, norm_fine = 0, spread = 0;
    for (size_t i = 0; i < n; i++) {
        error += (g[i] - fine[i]) * (g[i] - fine[i]);
        spread += (coarse[i] - fine[i]) * (coarse[i] - fine[i]);
        norm_g += g[i] * g[i];
        norm_fine += fine[i] * fine[i];
    }
    const double scale = sqrt(norm_g) + sqrt(norm_fine) + 1e-12;
    if (sqrt(error) / scale < 1e-7)
        return AGREES;
    return sqrt(spread) / scale > 1e-9 ? KINK : WRONG;
}

static verdict check_tensors(check *c, const double *gradient)
{
    verdict worst = AGREES;
    size_t first = 0;
    for (size_t i = 0; i < gradus_net_tensors(c->net); i++) {
        gradus_tensor about;
        double fine[MOST], coarse[MOST];
        gradus_net_tensor(c->net, i, &about);
        if (!about.trained)
            continue;
        const size_t n = about.rows * about.columns;
        changed.index = i;
        gradus_net_get(c->net, i, changed.values);
        for (size_t l = 0; l < n; l++) {
            fine[l] = slope(c, &changed.values[l], set_tensor, 3e-4);
            coarse[l] = slope(c, &changed.values[l], set_tensor, 6e-4);
        }
        const verdict one = judge(gradient + first, fine, coarse, n);
        worst = one > worst ? one : worst;
        first += n;
    }
    return worst;
}

static verdict check_inputs(check *c, const double *dx)
{
    double fine[ROWS * INPUTS], coarse[ROWS * INPUTS];
    for (size_t i = 0; i < ROWS * INPUTS; i++) {
        fine[i] = slope(c, &c->x[i], set_nothing, 3e-4);
        coarse[i] = slope(c, &c->x[i], set_nothing, 6e-4);
    }
    return judge(dx, fine, coarse, ROWS * INPUTS);
}

static void describe(char *text, size_t room, const char *kind, const char *activation,
                     const char *last)
{
    snprintf(text, room, kind, activation, activation);
    if (last != NULL)
        snprintf(text + strlen(text), room - strlen(text), " %s", last);
}

static verdict check_seed(const gradus_context *context, const char *text, const char *loss,
                          uint64_t seed)
{
    check c = {.loss = loss};
    gradus_net_about about;
    double gradient[MOST], dx[ROWS * INPUTS], at;
    make_examples(&c, seed);
    assert_int_equal(gradus_net_new(context, text, INPUTS, OUTPUTS, GRADUS_FLOAT64, seed,
                                    &c.net),
                     GRADUS_OK);
    gradus_net_describe(c.net, &about);
    assert_true(about.parameters <= MOST);
    assert_int_equal(gradus_net_gradient(c.net, loss, &c.set, 5, &at, gradient, dx),
                     GRADUS_OK);
    verdict found = check_tensors(&c, gradient);
    const verdict inputs = check_inputs(&c, dx);
    gradus_net_free(c.net);
    return inputs > found ? inputs : found;
}

static gradus_context *context_with_quartic(void)
{
    gradus_context *context;
    const gradus_loss loss = {"quartic", quartic, NULL};
    assert_int_equal(gradus_context_new(NULL, &context), GRADUS_OK);
    assert_int_equal(gradus_context_add_loss(context, &loss), GRADUS_OK);
    return context;
}

#define EACH_COMBINATION(code)                                                          \
    for (size_t a = 0; a < sizeof activations / sizeof *activations; a++)               \
        for (size_t l = 0; activations[a] && l < sizeof losses / sizeof *losses; l++)   \
            for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {                 \
                char text[256];                                                         \
                describe(text, sizeof text, kinds[k], activations[a], losses[l].last);  \
                code                                                                    \
            }

static void float64_gradients_agree_with_differences(void **state)
{
    (void)state;
    gradus_context *context = context_with_quartic();
    size_t count = 0, kinks = 0;
    EACH_COMBINATION({
        verdict found = KINK;
        for (uint64_t seed = 1; found == KINK && seed <= SEEDS; seed++) {
            found = check_seed(context, text, losses[l].name, seed);
            kinks += found == KINK;
        }
        if (found != AGREES)
            fail_msg("%s with %s: %s", text, losses[l].name,
                     found == WRONG ? "wrong gradient" : "kinks for every seed");
        count++;
    })
    printf("# %zu combinations agree to 1e-7, %zu kinks passed over\n", count, kinks);
    assert_true(count >= 13 * 6 * 4);
    gradus_context_free(context);
}

/* Gradients of both precisions at the same (float) parameters and examples. */
static double float_error(const gradus_context *context, const char *text, const char *loss)
{
    check c = {.loss = loss};
    gradus_net *single;
    float x[ROWS * INPUTS], y[ROWS * OUTPUTS], values[MOST], g32[MOST];
    double g64[MOST], at, error = 0, norm = 0;
    gradus_net_about about;
    make_examples(&c, 3);
    assert_int_equal(gradus_net_new(context, text, INPUTS, OUTPUTS, GRADUS_FLOAT32, 3,
                                    &single), GRADUS_OK);
    assert_int_equal(gradus_net_new(context, text, INPUTS, OUTPUTS, GRADUS_FLOAT64, 3,
                                    &c.net), GRADUS_OK);
    for (size_t i = 0; i < gradus_net_tensors(single); i++) {
        gradus_tensor tensor;
        gradus_net_tensor(single, i, &tensor);
        gradus_net_get(single, i, values);
        for (size_t j = 0; j < tensor.rows * tensor.columns; j++)
            changed.values[j] = values[j];
        gradus_net_set(c.net, i, changed.values);
    }
    for (size_t i = 0; i < ROWS * INPUTS; i++)
        c.x[i] = x[i] = (float)c.x[i];
    for (size_t i = 0; i < ROWS * OUTPUTS; i++)
        c.y[i] = y[i] = (float)c.y[i];
    const gradus_set set = {.rows = ROWS, .x = x, .y = y, .weight = c.weight};
    assert_int_equal(gradus_net_gradient(c.net, loss, &c.set, 5, &at, g64, NULL), GRADUS_OK);
    assert_int_equal(gradus_net_gradient(single, loss, &set, 5, &at, g32, NULL), GRADUS_OK);
    gradus_net_describe(single, &about);
    for (size_t i = 0; i < about.parameters; i++) {
        error += (g32[i] - g64[i]) * (g32[i] - g64[i]);
        norm += g64[i] * g64[i];
    }
    gradus_net_free(single);
    gradus_net_free(c.net);
    return sqrt(error / norm);
}

static void float32_gradients_agree_with_float64(void **state)
{
    (void)state;
    gradus_context *context = context_with_quartic();
    const double bound = 64 * 0x1p-24 * sqrt(ROWS);
    double worst = 0;
    EACH_COMBINATION({
        const double error = float_error(context, text, losses[l].name);
        if (!(error <= bound))
            fail_msg("%s with %s: float32 is off by %g", text, losses[l].name, error);
        worst = fmax(worst, error);
    })
    printf("# worst relative error of a float32 gradient %.1e (bound %.1e)\n", worst, bound);
    gradus_context_free(context);
}

/* The oracle must be able to say no: a loss whose gradient is 0.1 % too large. */
static double wrong_quartic(const double *output, const double *target, size_t outputs,
                            double *gradient, void *user)
{
    const double sum = quartic(output, target, outputs, gradient, user);
    gradient[0] *= 1.001;
    return sum;
}

static void a_wrong_gradient_is_caught(void **state)
{
    (void)state;
    gradus_context *context;
    const gradus_loss loss = {"wrong", wrong_quartic, NULL};
    assert_int_equal(gradus_context_new(NULL, &context), GRADUS_OK);
    assert_int_equal(gradus_context_add_loss(context, &loss), GRADUS_OK);
    assert_int_equal(check_seed(context, "dense 5 tanh output tanh", "wrong", 1), WRONG);
    gradus_context_free(context);
}

/* Large batches are worked in chains of 4096 rows: the same mathematics. */
static void pieces_of_a_large_batch_add_up(void **state)
{
    (void)state;
    enum { MANY = 3 * 4096 + 17 };
    static double x[MANY * 2], y[MANY];
    gradus_net *net;
    double whole, all[64], sum[64] = {0};
    for (uint32_t i = 0; i < MANY; i++) {
        x[2 * i] = gr_random_uniform((gr_key){1, GR_PURPOSE_SPLIT, 0}, i, 0);
        x[2 * i + 1] = gr_random_uniform((gr_key){1, GR_PURPOSE_SPLIT, 0}, i, 1);
        y[i] = x[2 * i] * x[2 * i + 1];
    }
    assert_int_equal(gradus_net_new(NULL, "dense 8 tanh output", 2, 1, GRADUS_FLOAT64, 1,
                                    &net), GRADUS_OK);
    const gradus_set set = {.rows = MANY, .x = x, .y = y};
    assert_int_equal(gradus_net_gradient(net, "mse", &set, 1, &whole, all, NULL), GRADUS_OK);
    for (size_t from = 0; from < MANY; from += 1000) {
        const size_t rows = MANY - from < 1000 ? MANY - from : 1000;
        const gradus_set part = {.rows = rows, .x = x + 2 * from, .y = y + from};
        double g[64], at;
        assert_int_equal(gradus_net_gradient(net, "mse", &part, 1, &at, g, NULL), GRADUS_OK);
        for (size_t i = 0; i < 33; i++)
            sum[i] += g[i] * (double)rows / MANY;
    }
    for (size_t i = 0; i < 33; i++)
        assert_true(fabs(sum[i] - all[i]) < 1e-14);
    gradus_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(float64_gradients_agree_with_differences),
        cmocka_unit_test(float32_gradients_agree_with_float64),
        cmocka_unit_test(a_wrong_gradient_is_caught),
        cmocka_unit_test(pieces_of_a_large_batch_add_up),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
