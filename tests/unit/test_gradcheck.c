/*
 * tests/unit/test_gradcheck.c - the gradient on three routes, and that a wrong one is found
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "faults.h"
#include "kernels/kernels.h"

/* ---- the whole library ---- */

enum {
    TRAINABLE = 0
#define ACTIVATION(id, name, alpha, has_alpha, start, trainable, ...) +(trainable)
#include "kernels/activations.def"
#undef ACTIVATION
};

typedef struct tally {
    size_t cases, wrong, xor_cases, stop_at;
    double differences, dual, xor_differences, xor_dual;
    char seen[1000][3][24];
} tally;

static int count(const gradus_check_case *one, void *user)
{
    tally *t = user;
    gradus_check_about about;
    const bool is_xor = strncmp(one->kind, "xor", 3) == 0;
    gradus_check_describe(one->check, &about);
    if (t->cases < 1000) {
        snprintf(t->seen[t->cases][0], 24, "%s", one->activation);
        snprintf(t->seen[t->cases][1], 24, "%s", one->loss);
        snprintf(t->seen[t->cases][2], 24, "%s", one->kind);
    }
    t->cases++;
    t->wrong += about.right ? 0 : 1;
    t->xor_cases += is_xor ? 1 : 0;
    double *differences = is_xor ? &t->xor_differences : &t->differences;
    double *dual = is_xor ? &t->xor_dual : &t->dual;
    *differences = about.differences <= *differences ? *differences : about.differences;
    *dual = about.dual <= *dual ? *dual : about.dual;
    return t->cases == t->stop_at;
}

static bool was_seen(const tally *t, const char *activation, const char *loss,
                     const char *kind)
{
    for (size_t i = 0; i < t->cases; i++)
        if (strcmp(t->seen[i][0], activation) == 0 && strcmp(t->seen[i][1], loss) == 0 &&
            strcmp(t->seen[i][2], kind) == 0)
            return true;
    return false;
}

static void every_combination_is_right(void **state)
{
    (void)state;
    static tally t;
    static const char *const kinds[] = {"dense", "residual", "batchnorm", "dropout"};
    assert_int_equal(gradus_check_library(NULL, NULL, count, &t), GRADUS_OK);
    printf("# %zu combinations: %.1e by differences, %.1e by dual numbers; xor %.1e, %.1e\n",
           t.cases, t.differences, t.dual, t.xor_differences, t.xor_dual);
    assert_int_equal(t.wrong, 0);
    assert_true(t.differences < 1e-7 && t.dual < 1e-12);
    assert_true(t.xor_differences < 1e-9 && t.xor_dual < 1e-12);
    assert_int_equal(t.xor_cases, 40);
    /* 9 losses: the library's, the user's, and again those that have an activation */
    assert_int_equal(t.cases, (TRAINABLE + 1) * (GR_LOSS_COUNT + 1 + 3) * 4 + 40);
    for (size_t k = 0; k < 4; k++) {
        assert_true(was_seen(&t, "own-activation", "own-loss", kinds[k]));
        for (size_t a = 0; gradus_activation_name(a) != NULL; a++)
            for (size_t l = 0; gradus_loss_name(l) != NULL; l++)
                assert_int_equal(was_seen(&t, gradus_activation_name(a), gradus_loss_name(l),
                                          kinds[k]),
                                 strcmp(gradus_activation_name(a), "heaviside") != 0);
    }
}

static void an_observer_may_stop(void **state)
{
    (void)state;
    static tally t = {.stop_at = 3};
    assert_int_equal(gradus_check_library(NULL, NULL, count, &t), GRADUS_STOPPED);
    assert_int_equal(t.cases, 3);
}

/* A wrong gradient of the loss is found in every combination. */
static void every_break_is_caught_everywhere(void **state)
{
    (void)state;
    static tally t;
    gradus_check_options options;
    gradus_check_defaults(&options);
    for (int how = GRADUS_BREAK_SIGN; how <= GRADUS_BREAK_TRANSPOSE; how++) {
        memset(&t, 0, sizeof t);
        options.broken = (gradus_break)how;
        assert_int_equal(gradus_check_library(NULL, &options, count, &t), GRADUS_OK);
        assert_true(t.cases >= 540);
        assert_int_equal(t.wrong, t.cases);
    }
}

/* ---- one net ---- */

static gradus_check *check(const gradus_context *context, const char *text,
                           const gradus_set *set, const gradus_check_options *options)
{
    gradus_net *net;
    gradus_check *made;
    assert_int_equal(gradus_net_new(context, text, 2, 1, GRADUS_FLOAT64, 1, &net), GRADUS_OK);
    assert_int_equal(gradus_check_gradient(net, set, options, &made), GRADUS_OK);
    gradus_net_free(net);
    return made;
}

static const double xor_x[] = {0, 0, 0, 1, 1, 0, 1, 1}, xor_y[] = {0.25, 1, 1, 0};
static const gradus_set xor_set = {.rows = 4, .x = xor_x, .y = xor_y};

static void a_kink_is_counted_and_is_no_failure(void **state)
{
    (void)state;
    gradus_check_about about;
    /* relu of 0 exactly, for the first row: its inputs and the biases stand at the kink */
    gradus_check *c = check(NULL, "dense 4 relu output", &xor_set, NULL);
    gradus_check_describe(c, &about);
    assert_true(about.right);
    assert_true(gradus_check_part(c, 0)->kinks == 0); /* weights see an input of 0 */
    assert_int_equal(gradus_check_part(c, 1)->kinks, 4);
    assert_int_equal(gradus_check_part(c, 4)->kinks, 2); /* x of the first row */
    assert_int_equal(about.kinks, 6);
    gradus_check_free(c);
    static const char *const smooth[] = {"tanh", "gelu", "softplus"};
    for (size_t i = 0; i < 3; i++) {
        char text[64];
        snprintf(text, sizeof text, "dense 4 %s output", smooth[i]);
        c = check(NULL, text, &xor_set, NULL);
        gradus_check_describe(c, &about);
        assert_true(about.right && about.kinks == 0);
        gradus_check_free(c);
    }
    static const char *const others[] = {"leaky-relu", "selu", "elu", "elu alpha=0.5"};
    for (size_t i = 0; i < 4; i++) {
        char text[64];
        snprintf(text, sizeof text, "dense 4 %s output", others[i]);
        c = check(NULL, text, &xor_set, NULL);
        gradus_check_describe(c, &about);
        assert_true(about.right && about.kinks == 6);
        gradus_check_free(c);
    }
}

/* A user's own with a kink that nobody is told of, and one with a wrong slope. */
static double fold(double z, void *user)
{
    (void)user;
    return fabs(z);
}

static double fold_slope(double z, void *user)
{
    (void)user;
    return z > 0 ? 1 : -1;
}

static double wrong_slope(double z, void *user)
{
    (void)user;
    return (z > 0 ? 1 : -1) * 1.001;
}

static void activations_of_the_user_s(void **state)
{
    (void)state;
    gradus_context *context;
    gradus_check_about about;
    const gradus_activation own = {"fold", fold, fold_slope, NULL};
    const gradus_activation wrong = {"wrong", fold, wrong_slope, NULL};
    assert_int_equal(gradus_context_new(NULL, &context), GRADUS_OK);
    assert_int_equal(gradus_context_add_activation(context, &own), GRADUS_OK);
    assert_int_equal(gradus_context_add_activation(context, &wrong), GRADUS_OK);
    gradus_check *c = check(context, "dense 4 fold output", &xor_set, NULL);
    gradus_check_describe(c, &about);
    assert_true(about.right && about.kinks == 6);
    gradus_check_free(c);
    c = check(context, "dense 4 wrong output", &xor_set, NULL);
    gradus_check_describe(c, &about);
    assert_false(about.right);
    const gradus_check_block *worst = gradus_check_part(c, about.worst);
    assert_true(fabs(worst->backprop / worst->by_differences - 1.001) < 1e-8);
    gradus_check_free(c);
    gradus_context_free(context);
}

/* The worst weight is named, with its derivative on each route. */
static void the_worst_weight_is_named(void **state)
{
    (void)state;
    gradus_check_about about;
    gradus_check_options options;
    gradus_check_defaults(&options);
    options.broken = GRADUS_BREAK_FACTOR;
    gradus_check *c = check(NULL, "dense 3 tanh output", &xor_set, &options);
    gradus_check_describe(c, &about);
    const gradus_check_block *worst = gradus_check_part(c, about.worst);
    assert_false(about.right);
    assert_non_null(worst);
    assert_true(worst->row < worst->rows && worst->column < worst->columns);
    assert_true(fabs(worst->backprop / worst->by_differences - 1.001) < 1e-8);
    assert_true(fabs(worst->backprop / worst->by_dual - 1.001) < 1e-12);
    assert_null(gradus_check_part(c, about.blocks));
    gradus_check_free(c);
}

/* Labels, example weights, a single precision net, and few weights of each tensor. */
static void sets_of_all_kinds(void **state)
{
    (void)state;
    static const float x[] = {0.5f, -1, 2, 0.25f, -0.75f, 1};
    static const uint32_t label[] = {2, 0, 1};
    static const double weight[] = {1, 0.5, 2};
    const gradus_set set = {.rows = 3, .x = x, .label = label, .weight = weight};
    gradus_check_options options;
    gradus_check_about about;
    gradus_net *net;
    gradus_check *c;
    gradus_check_defaults(&options);
    options.weights = 5;
    assert_int_equal(gradus_net_new(NULL, "dense 6 silu output softmax", 2, 3, GRADUS_FLOAT32,
                                    1, &net), GRADUS_OK);
    assert_int_equal(gradus_check_gradient(net, &set, &options, &c), GRADUS_OK);
    gradus_check_describe(c, &about);
    assert_true(about.right);
    assert_int_equal(about.blocks, 5);
    assert_int_equal(about.checked, 5 + 5 + 5 + 3 + 5);
    gradus_check_free(c);
    gradus_net_free(net);
}

/* Out of memory at any call: said so, nothing left, nothing half done. */
static void every_allocation_may_fail(void **state)
{
    (void)state;
    faults fault;
    gradus_context *context = faults_open(&fault);
    gradus_check_options options;
    gradus_net *net;
    gradus_check_defaults(&options);
    options.broken = GRADUS_BREAK_SIGN;
    assert_int_equal(gradus_net_new(context, "dense 3 batchnorm relu output", 2, 1,
                                    GRADUS_FLOAT64, 1, &net), GRADUS_OK);
    for (size_t n = 1;; n++) {
        gradus_check *c;
        faults_arm(&fault, n, FAULT_MEMORY);
        const gradus_status status = gradus_check_gradient(net, &xor_set, &options, &c);
        const int hit = faults_hit(&fault);
        gradus_check_free(c);
        if (!hit) {
            assert_int_equal(status, GRADUS_OK);
            assert_true(n > 10);
            break;
        }
        assert_int_equal(status, GRADUS_MEMORY);
    }
    for (size_t n = 1;; n++) {
        double by_x[4 * 4 * 2], jv[4];
        const gradus_point point = {.rows = 4, .x = xor_x};
        const gradus_direction v = {NULL, xor_x};
        faults_arm(&fault, n, FAULT_MEMORY);
        gradus_status status = gradus_net_jacobian(net, &point, NULL, by_x);
        if (status == GRADUS_OK)
            status = gradus_net_jvp(net, &point, &v, NULL, jv);
        if (!faults_hit(&fault)) {
            assert_int_equal(status, GRADUS_OK);
            break;
        }
        assert_int_equal(status, GRADUS_MEMORY);
    }
    gradus_net_free(net);
    faults_close(&fault, context);
}

static void what_cannot_be_checked_is_refused(void **state)
{
    (void)state;
    gradus_net *net;
    gradus_check *c;
    gradus_check_options options;
    const double nan_x[] = {NAN, 1}, y[] = {1};
    const gradus_set nan_set = {.rows = 1, .x = nan_x, .y = y};
    const gradus_set many = {.rows = 5000, .x = xor_x, .y = xor_y};
    gradus_check_defaults(&options);
    assert_int_equal(gradus_net_new(NULL, "dense 3 tanh output", 2, 1, GRADUS_FLOAT64, 1, &net),
                     GRADUS_OK);
    assert_int_equal(gradus_check_gradient(net, &nan_set, NULL, &c), GRADUS_DATA);
    assert_null(c);
    assert_int_equal(gradus_check_gradient(net, &many, NULL, &c), GRADUS_ARGUMENT);
    options.broken = GRADUS_BREAK_TRANSPOSE;
    assert_int_equal(gradus_check_gradient(net, &xor_set, &options, &c), GRADUS_ARGUMENT);
    options.broken = GRADUS_BREAK_NONE;
    options.loss = "no-loss";
    assert_int_equal(gradus_check_gradient(net, &xor_set, &options, &c), GRADUS_ARGUMENT);
    gradus_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_combination_is_right),
        cmocka_unit_test(every_break_is_caught_everywhere),
        cmocka_unit_test(an_observer_may_stop),
        cmocka_unit_test(a_kink_is_counted_and_is_no_failure),
        cmocka_unit_test(activations_of_the_user_s),
        cmocka_unit_test(the_worst_weight_is_named),
        cmocka_unit_test(sets_of_all_kinds),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(what_cannot_be_checked_is_refused),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
