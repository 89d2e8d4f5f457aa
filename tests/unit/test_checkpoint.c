/*
 * tests/unit/test_checkpoint.c - activations computed twice: the same bits, less memory
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>

#include <string.h>

#include "net/plan.h"
#include "trained.h"

static void assert_same(setting s, const gradus_set *set)
{
    static const size_t distances[] = {1, 2, 3, 4, 5, 7, 10, SIZE_MAX};
    double loss, usual_loss;
    s.epochs = 3;
    s.rate = 0.01;
    const uint64_t usual = trained(&s, set, &usual_loss);
    for (size_t d = 0; d < sizeof distances / sizeof *distances; d++) {
        s.every = distances[d];
        s.threads = 1 + d % 3;
        s.cpu = gr_cpu_name((gr_cpu)(d % ((size_t)gr_cpu_best() + 1)));
        if (trained(&s, set, &loss) != usual || loss != usual_loss)
            fail_msg("%s, %zu threads, every %zu: other bits", s.text, s.threads, s.every);
    }
}

/* Widths on both sides of a line, so that segments have different padding; every layer. */
static const char *const nets[] = {
    "repeat 6 { dense 12 relu } output",
    "dense 3 tanh dense 17 sigmoid dense 5 gelu dense 33 relu dense 2 elu dense 40 output",
    "repeat 4 { dense 9 batchnorm sigmoid } output",
    "repeat 3 { dense 19 batchnorm gelu dropout 0.2 } dense 3 output",
    "repeat 4 { dropout 0.3 dense 20 relu } output",
    "dense 16 repeat 4 { residual scale=0.5 { batchnorm relu dense 16 } } output",
    "dense 9 residual { repeat 3 { residual { dense 7 silu dense 9 } tanh } dense 9 } output",
    "residual { dense 33 relu } residual { dense 5 tanh dense 4 } residual { relu } output",
    "tanh residual { relu } dense 4 residual { sigmoid } batchnorm output",
    "repeat 5 { dense 3 relu } output",
    "batchnorm dense 5 batchnorm batchnorm dense 18 softplus output",
    "dense 21 softmax dense 6 softmax dense 30 mish output sigmoid",
    "dense 600 relu dense 600 tanh output", /* in double a weight of 1 MiB and more */
    "dense 4 relu output",
    "dense 50 relu dense 70 tanh dense 55 relu output", /* gradients by packed strips */
    "output",
};

static void no_distance_changes_a_bit(void **state)
{
    (void)state;
    examples e;
    make_examples(&e, 1);
    for (size_t n = 0; n < sizeof nets / sizeof *nets; n++) {
        static const char *const optimizers[] = {"sgd", "adamw", "nesterov"};
        const setting s = {.text = nets[n], .optimizer = optimizers[n % 3], .threads = 1,
                           .batch = n % 3 == 0 ? 33 : 70, .clip = n % 2 == 0 ? 0 : 0.5};
        assert_same(s, &e.set);
    }
}

static void double_precision_has_the_same_bits_too(void **state)
{
    (void)state;
    examples e;
    double x[ROWS * INPUTS], y[ROWS];
    make_examples(&e, 1);
    for (size_t i = 0; i < ROWS * INPUTS; i++)
        x[i] = e.x[i];
    for (size_t i = 0; i < ROWS; i++)
        y[i] = e.y[i];
    const gradus_set set = {.rows = ROWS, .x = x, .y = y};
    for (size_t n = 0; n < sizeof nets / sizeof *nets; n += 2)
        assert_same((setting){.text = nets[n], .optimizer = "adam", .threads = 1,
                              .batch = 128, .precision = GRADUS_FLOAT64}, &set);
}

/* Without batch norm a batch beyond GR_CHAIN rows is worked in pieces. */
static void long_batches_have_the_same_bits_too(void **state)
{
    (void)state;
    enum { TIMES = 30 };
    static float x[TIMES * ROWS * INPUTS], y[TIMES * ROWS];
    examples e;
    for (size_t i = 0; i < TIMES; i++) {
        make_examples(&e, i);
        memcpy(x + i * ROWS * INPUTS, e.x, sizeof e.x);
        memcpy(y + i * ROWS, e.y, sizeof e.y);
    }
    const gradus_set set = {.rows = TIMES * ROWS, .x = x, .y = y};
    static const char *const chosen[] = {
        "dense 20 relu dense 3 tanh dropout 0.1 dense 17 relu dense 9 output",
        "dense 8 residual { dense 5 relu } residual { batchnorm dense 3 tanh } output",
        "dense 20 relu dense 3 tanh dense 17 relu dense 9 output",
    };
    for (size_t n = 0; n < sizeof chosen / sizeof *chosen; n++)
        assert_same((setting){.text = chosen[n], .optimizer = "adam", .threads = 1,
                              .batch = 9000, .clip = 0.1}, &set);
}

/* ---- gradients of a plan ---- */

static void dx_and_evaluation_are_the_same(void **state)
{
    (void)state;
    enum { COUNT = 100 };
    examples e;
    uint32_t index[COUNT];
    float dx[2][COUNT * INPUTS];
    double loss[2], value[2][COUNT], prediction[2][COUNT];
    make_examples(&e, 1);
    for (uint32_t i = 0; i < COUNT; i++)
        index[i] = 3 * i % ROWS;
    for (size_t n = 0; n < sizeof nets / sizeof *nets; n++) {
        gradus_net *net = new_net(NULL, nets[n]);
        for (size_t i = 0; i < 2; i++) {
            const gr_plan_options options = {.rows = COUNT, .input_gradient = true,
                                             .checkpoint = 3 * i};
            gr_plan *plan;
            assert_int_equal(gr_plan_new(net, &options, &plan), GRADUS_OK);
            gr_plan_evaluate(plan, &e.set, index, COUNT, value[i], prediction[i]);
            gr_plan_gradient(plan, &e.set, index, COUNT, NULL, dx[i], &loss[i]);
            gr_plan_free(plan);
        }
        assert_memory_equal(value[0], value[1], sizeof value[0]);
        assert_memory_equal(prediction[0], prediction[1], sizeof prediction[0]);
        assert_memory_equal(dx[0], dx[1], sizeof dx[0]);
        assert_true(loss[0] == loss[1]);
        gradus_net_free(net);
    }
}

/* ---- memory ---- */

static size_t bytes_of(const gradus_net *net, size_t rows, size_t every)
{
    size_t bytes, gradient;
    const gr_plan_options options = {.rows = rows, .checkpoint = every};
    assert_int_equal(gr_plan_bytes(net, &options, &bytes, &gradient), GRADUS_OK);
    assert_int_equal(gradient, net->parameter_room * net->kernels->size);
    return bytes - gradient;
}

/* Of L layers O(sqrt L) are held. */
static void memory_grows_with_the_root_of_the_depth(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double share; /* of what is held without checkpoints */
    } deep[] = {
        {"repeat 10 { dense 32 relu } output", 0.75},
        {"repeat 100 { dense 32 relu } output", 0.25},
        {"repeat 1000 { dense 32 relu } output", 0.08},
        {"repeat 250 { residual { batchnorm relu dense 32 batchnorm relu dense 32 } } output",
         0.09},
        {"repeat 400 { dense 32 batchnorm sigmoid } output", 0.11},
    };
    for (size_t n = 0; n < sizeof deep / sizeof *deep; n++) {
        gradus_net *net = new_net(NULL, deep[n].text);
        const size_t all = bytes_of(net, 256, 0), some = bytes_of(net, 256, SIZE_MAX);
        if ((double)some > deep[n].share * (double)all)
            fail_msg("%s: %zu of %zu bytes, %.3f", deep[n].text, some, all,
                     (double)some / (double)all);
        assert_true(bytes_of(net, 256, 3) >= some);
        assert_int_equal(bytes_of(net, 256, 1 << 20), all);
        gradus_net_free(net);
    }
}

/* A layer whose output is held is the one that is blamed. */
/* Its only layer belongs to the loss: nothing is left to keep or to compute. */
static void a_loss_may_read_the_input(void **state)
{
    (void)state;
    const float x[] = {0.5f, -1, 2};
    const uint32_t label[] = {1, 0, 1};
    const gradus_set set = {.rows = 3, .x = x, .label = label};
    double loss;
    float dx[3];
    gradus_net *net;
    assert_int_equal(gradus_net_new(NULL, "sigmoid", 1, 1, GRADUS_FLOAT32, 1, &net), GRADUS_OK);
    assert_int_equal(gradus_net_gradient(net, NULL, &set, 1, &loss, NULL, dx), GRADUS_OK);
    for (size_t i = 0; i < 3; i++) /* (p - y) / 3 */
        assert_float_equal(dx[i], (1 / (1 + exp(-(double)x[i])) - label[i]) / 3, 1e-6);
    gradus_net_free(net);
}

static void divergence_is_found_in_what_is_kept(void **state)
{
    (void)state;
    examples e;
    gradus_fit_options options;
    make_examples(&e, 1);
    gradus_fit_defaults(&options);
    options.optimizer = "sgd";
    options.learning_rate = 1e30;
    for (size_t every = 0; every < 6; every++) {
        gradus_net *net = new_net(NULL, "repeat 9 { dense 8 relu } output");
        options.checkpoint_activations = every;
        assert_int_equal(gradus_fit(net, &e.set, NULL, &options, NULL), GRADUS_DIVERGED);
        assert_non_null(strstr(gradus_error(), "diverged in epoch 1"));
        gradus_net_free(net);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_distance_changes_a_bit),
        cmocka_unit_test(double_precision_has_the_same_bits_too),
        cmocka_unit_test(long_batches_have_the_same_bits_too),
        cmocka_unit_test(dx_and_evaluation_are_the_same),
        cmocka_unit_test(memory_grows_with_the_root_of_the_depth),
        cmocka_unit_test(a_loss_may_read_the_input),
        cmocka_unit_test(divergence_is_found_in_what_is_kept),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
