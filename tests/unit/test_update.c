/* tests/unit/test_update.c - optimiser steps: bits, values from an independent script.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"

static const char *const names[] = {
#define OPTIMIZER(id, name, rate, decay, states) name,
#include "kernels/optimizers.def"
#undef OPTIMIZER
};

static const gr_update settings = {
    .gradient_scale = 0.25, .rate = 0.02, .shrink = 1 - 0.02 * 0.1, .momentum = 0.9,
    .alpha = 0.99, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8,
    .correct1 = 1 - 0.9, .correct2 = 1 - 0.999,
};

static void every_instruction_set_gives_the_same_bits(void **state)
{
    (void)state;
    EACH_PRECISION(precision) {
        const gr_kernels *ref = gr_kernels_find(GR_CPU_REF, precision);
        for (size_t id = 0; id < GR_OPTIMIZER_COUNT; id++)
            for (size_t count = 0; count < 70; count++) {
                array w = array_odd(ref, count), g = array_odd(ref, count);
                array m = array_odd(ref, count), v = array_between(ref, count, 0, 1);
                array first[3] = {array_copy(&w), array_copy(&m), array_copy(&v)};
                EACH_CPU(cpu) {
                    const gr_kernels *k = gr_kernels_find(cpu, precision);
                    array got[3] = {array_copy(&w), array_copy(&m), array_copy(&v)};
                    gr_update u = settings;
                    u.count = count;
                    u.g = g.data;
                    u.w = got[0].data;
                    u.m = got[1].data;
                    u.v = got[2].data;
                    k->update[id](&u);
                    for (size_t i = 0; i < 3; i++) {
                        got[i].k = k;
                        if (cpu == GR_CPU_REF)
                            memcpy(first[i].data, got[i].data, count * k->size);
                        assert_same_array(&first[i], &got[i]);
                        array_free(&got[i]);
                    }
                }
                array_free(&w), array_free(&g), array_free(&m), array_free(&v);
                for (size_t i = 0; i < 3; i++)
                    array_free(&first[i]);
            }
    }
}

enum { WEIGHTS = 4, STEPS = 3 };

static const double start[WEIGHTS] = {0.5, -1.25, 2, -0.0625};
static const double gradients[STEPS][WEIGHTS] = {
    {0.4, -0.8, 1.6, 0.1}, {-0.3, 0.9, 1.1, -0.2}, {0.7, -0.5, -0.6, 0.05}};

/* Three steps in numpy, from the formulas of docs/math/descent.md */
static const double golden[GR_OPTIMIZER_COUNT][WEIGHTS] = {
    [GR_OPTIMIZER_SGD] = {0.49301098799999998, -1.2405219740000002, 1.9775669519999999,
                          -0.061875751500000006},
    [GR_OPTIMIZER_MOMENTUM] = {0.49094458799999996, -1.2377391740000001,
                               1.9589513520000001, -0.061829851500000005},
    [GR_OPTIMIZER_NESTEROV] = {0.48755572079999998, -1.2362237396, 1.9514015831999998,
                               -0.061609443299999997},
    [GR_OPTIMIZER_RMSPROP] = {0.25475280163333092, -1.1156566105564101,
                              1.7348622444603627, -0.12651423765518582},
    [GR_OPTIMIZER_ADAM] = {0.46410139524707883, -1.2215015675978844, 1.9380594841773919,
                           -0.072004584546376676},
    [GR_OPTIMIZER_ADAMW] = {0.46410139524707883, -1.2215015675978844, 1.9380594841773919,
                            -0.072004584546376676},
};

static void three_steps_are_those_of_the_script(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t id = 0; id < GR_OPTIMIZER_COUNT; id++) {
                const gr_kernels *k = gr_kernels_find(cpu, precision);
                array w = array_new(k, WEIGHTS), g = array_new(k, WEIGHTS);
                array m = array_between(k, WEIGHTS, 0, 0);
                array v = array_between(k, WEIGHTS, 0, 0);
                gr_update u = settings;
                u.count = WEIGHTS;
                u.w = w.data, u.g = g.data, u.m = m.data, u.v = v.data;
                for (size_t i = 0; i < WEIGHTS; i++)
                    set(&w, i, start[i]);
                for (int t = 0; t < STEPS; t++) {
                    for (size_t i = 0; i < WEIGHTS; i++)
                        set(&g, i, gradients[t][i]);
                    u.correct1 = 1 - pow(0.9, t + 1);
                    u.correct2 = 1 - pow(0.999, t + 1);
                    k->update[id](&u);
                }
                for (size_t i = 0; i < WEIGHTS; i++)
                    if (!(fabs(get(&w, i) - golden[id][i]) < roundings(k, 6)))
                        fail_msg("%s: %.17g is not %.17g", names[id], get(&w, i),
                                 golden[id][i]);
                array_free(&w), array_free(&g), array_free(&m), array_free(&v);
            }
}

/* w = fma(-rate gradient_scale, g, w), nothing else: the contract of docs/design/numbers.md */
static void plain_descent_is_one_fma(void **state)
{
    (void)state;
    EACH_CPU(cpu) {
        const gr_kernels *k = gr_kernels_find(cpu, GRADUS_FLOAT32);
        for (int trial = 0; trial < 1000; trial++) {
            float w = (float)between(-1, 1), g = (float)between(-1, 1);
            gr_update u = {.count = 1, .w = &w, .g = &g, .gradient_scale = 1.0 / 3,
                           .rate = 0.1, .shrink = 1};
            const float expected = fmaf((float)(-0.1 * (1.0 / 3)), g, w);
            k->update[GR_OPTIMIZER_SGD](&u);
            assert_memory_equal(&expected, &w, sizeof w);
        }
    }
}

static void nan_in_a_gradient_gives_nan_weights(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t id = 0; id < GR_OPTIMIZER_COUNT; id++) {
                const gr_kernels *k = gr_kernels_find(cpu, precision);
                array w = array_between(k, 20, -1, 1), g = array_between(k, 20, -1, 1);
                array m = array_between(k, 20, 0, 1), v = array_between(k, 20, 0, 1);
                gr_update u = settings;
                u.count = 20;
                u.w = w.data, u.g = g.data, u.m = m.data, u.v = v.data;
                set(&g, 3, NAN), set(&g, 18, NAN);
                k->update[id](&u);
                for (size_t i = 0; i < 20; i++)
                    assert_int_equal(isnan(get(&w, i)) != 0, i == 3 || i == 18);
                array_free(&w), array_free(&g), array_free(&m), array_free(&v);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_instruction_set_gives_the_same_bits),
        cmocka_unit_test(three_steps_are_those_of_the_script),
        cmocka_unit_test(plain_descent_is_one_fma),
        cmocka_unit_test(nan_in_a_gradient_gives_nan_weights),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
