/*
 * tests/unit/test_rate_search.c - the learning-rate range test
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <string.h>

#include "contexts.h"
#include "examples.h"

static const char text[] = "dense 300 batchnorm gelu dropout 0.2 dense 40 tanh output";

static void find_with(size_t threads, const char *cpu, gradus_rate_search *search)
{
    examples e;
    gradus_context *context = new_context(threads, cpu);
    make_examples(&e, 1);
    gradus_net *net = new_net(context, text);
    const uint64_t before = digest_of(net);
    assert_int_equal(gradus_rate_find(net, &e.set, NULL, search), GRADUS_OK);
    assert_int_equal(digest_of(net), before);
    gradus_net_free(net);
    gradus_context_free(context);
}

static void threads_and_instruction_sets_change_no_bit(void **state)
{
    (void)state;
    gradus_rate_search one, other;
    find_with(1, NULL, &one);
    find_with(3, NULL, &other);
    assert_memory_equal(&one, &other, sizeof one);
    find_with(2, "ref", &other);
    assert_memory_equal(&one, &other, sizeof one);
}

/* Everything but the losses again, from the losses. */
static void the_suggestion_follows_its_formula(void **state)
{
    (void)state;
    gradus_rate_search s;
    find_with(1, NULL, &s);
    double start = 0, least = INFINITY, a = 0, b = 0;
    assert_true(s.count > 60 && s.count <= GRADUS_RATES);
    for (size_t k = 0; k < 20; k++)
        start += s.loss[k] / 20;
    for (size_t k = 0; k < s.count; k++) {
        double sum = 0, seen = 0;
        for (size_t i = k < 4 ? 0 : k - 4; i < s.count && i <= k + 4; i++, seen++)
            sum += s.loss[i];
        assert_true(fabs(s.smooth[k] - sum / seen) <= 1e-12 * sum);
        assert_true(fabs(s.rate[k] / pow(10, (double)k / 20 - 6) - 1) < 1e-12);
        least = fmin(least, s.smooth[k]);
    }
    assert_true(s.smooth[s.min] == least);
    for (size_t k = 0; k < s.count; k++)
        if (s.smooth[k] <= least + 0.15 * (start - least)) {
            a = a > 0 ? a : s.rate[k];
            b = s.rate[k];
        }
    assert_true(s.floor[0] == a && s.floor[1] == b && a < b);
    assert_true(fabs(s.suggestion / (cbrt(a) * cbrt(a) * cbrt(b)) - 1) <= 0.05);
    const double digits = s.suggestion / pow(10, floor(log10(s.suggestion)) - 1);
    assert_true(fabs(digits - rint(digits)) < 1e-9);
}

/* The bias's curvature is 1, the weight's less: descent leaves the parabola above 2. */
static void a_parabola_is_left_above_its_rate(void **state)
{
    (void)state;
    examples e;
    gradus_fit_options options;
    gradus_rate_search s;
    gradus_net *net;
    make_examples(&e, 1);
    gradus_fit_defaults(&options);
    options.optimizer = "sgd";
    options.batch = SIZE_MAX;
    assert_int_equal(gradus_net_new(NULL, "output start=zeros", 1, 1, GRADUS_FLOAT32, 1, &net),
                     GRADUS_OK);
    assert_int_equal(gradus_rate_find(net, &e.set, &options, &s), GRADUS_OK);
    assert_true(s.diverged && s.rate[s.count - 1] > 2 && s.rate[s.count - 1] < 30);
    assert_true(s.suggestion > 0.1 && s.suggestion < 2);
    gradus_net_free(net);
}

/* The search leaves nothing behind that training would see. */
static void training_goes_on_as_if_it_had_not_been(void **state)
{
    (void)state;
    examples e;
    gradus_fit_options options;
    gradus_rate_search s;
    uint64_t digest[2];
    make_examples(&e, 1);
    gradus_fit_defaults(&options);
    options.epochs = 2;
    for (size_t i = 0; i < 2; i++) {
        gradus_net *net = new_net(NULL, text);
        if (i == 0)
            assert_int_equal(gradus_rate_find(net, &e.set, &options, &s), GRADUS_OK);
        options.learning_rate = s.suggestion;
        assert_int_equal(gradus_fit(net, &e.set, NULL, &options, NULL), GRADUS_OK);
        digest[i] = digest_of(net);
        gradus_net_free(net);
        options.learning_rate = NAN;
    }
    assert_int_equal(digest[0], digest[1]);
}

static int stop_at_step_30(const gradus_progress *at, void *user)
{
    (void)at;
    return ++*(size_t *)user == 30;
}

static void what_cannot_be_found_is_said(void **state)
{
    (void)state;
    examples e;
    gradus_fit_options options;
    gradus_rate_search s;
    size_t steps = 0;
    make_examples(&e, 1);
    gradus_net *net = new_net(NULL, text);
    const uint64_t before = digest_of(net);
    gradus_fit_defaults(&options);
    options.observer = stop_at_step_30;
    options.user = &steps;
    assert_int_equal(gradus_rate_find(net, &e.set, &options, &s), GRADUS_STOPPED);
    assert_int_equal(steps, 30);
    options.observer = NULL;
    options.optimizer = "none";
    assert_int_equal(gradus_rate_find(net, &e.set, &options, &s), GRADUS_ARGUMENT);
    options.optimizer = "adam";
    for (size_t i = 0; i < ROWS; i++)
        e.y[i] = 3e38f;
    assert_int_equal(gradus_rate_find(net, &e.set, &options, &s), GRADUS_DIVERGED);
    assert_int_equal(digest_of(net), before);
    gradus_net_free(net);

    net = new_net(NULL, "output start=zeros"); /* already right */
    memset(e.y, 0, sizeof e.y);
    assert_int_equal(gradus_rate_find(net, &e.set, &options, &s), GRADUS_DIVERGED);
    assert_non_null(strstr(gradus_error(), "the loss falls with none"));
    gradus_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_and_instruction_sets_change_no_bit),
        cmocka_unit_test(the_suggestion_follows_its_formula),
        cmocka_unit_test(a_parabola_is_left_above_its_rate),
        cmocka_unit_test(training_goes_on_as_if_it_had_not_been),
        cmocka_unit_test(what_cannot_be_found_is_said),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
