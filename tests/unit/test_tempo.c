/* tests/unit/test_tempo.c - the faster team takes nearly all steps, also after it changed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "train/tempo.h"

#include "runner.h"

static const double little = 1e6, much = 1e9; /* multiply-adds of a step */

static double clock_at, slept_at;

static double now(void)
{
    return clock_at;
}

/* Steps taken by all threads, of `count`; a step takes all_seconds or one_seconds. */
static size_t run(gr_tempo *tempo, size_t count, double all_seconds, double one_seconds)
{
    size_t by_all = 0;
    for (size_t i = 0; i < count; i++) {
        const bool all = gr_tempo_all(tempo, 1, slept_at);
        clock_at += all ? all_seconds : one_seconds;
        clock_at += i % 997 == 0 ? 1e-3 : 0; /* the end of an epoch */
        by_all += all;
    }
    return by_all;
}

static void the_faster_team_takes_the_steps(void **state)
{
    (void)state;
    static const double seconds[] = {1e-7, 5e-6, 1e-4};
    for (size_t i = 0; i < 3; i++) {
        const double s = seconds[i];
        gr_tempo tempo;
        gr_tempo_open(&tempo, now, 2, little);
        assert_in_range(run(&tempo, 4000000, s, 1.5 * s), 3970000, 4000000);
        gr_tempo_open(&tempo, now, 2, little);
        assert_in_range(run(&tempo, 4000000, s, 0.9 * s), 3, 30000);
    }
}

/* All threads are slower in steps that nothing has warmed: not for long one takes the rest. */
static void a_cold_first_trial_holds_briefly(void **state)
{
    (void)state;
    static const double seconds[] = {1e-5, 2e-4};
    for (size_t i = 0; i < 2; i++) {
        gr_tempo tempo;
        gr_tempo_open(&tempo, now, 2, little);
        for (int step = 0; step < 6; step++)
            clock_at += seconds[i] * (gr_tempo_all(&tempo, 1, slept_at) ? 1.2 : 1);
        const double from = clock_at;
        while (!gr_tempo_all(&tempo, 1, slept_at))
            clock_at += seconds[i];
        assert_true(clock_at - from < 20 * (seconds[i] > 1e-4 ? seconds[i] : 1e-4) + 1e-3);
    }
}

/* Steps of all threads that get faster for a while are waited for. */
static void legs_go_on_while_they_get_better(void **state)
{
    (void)state;
    const double one = 1e-4;
    double factor = 1.45;
    gr_tempo tempo;
    gr_tempo_open(&tempo, now, 2, little);
    for (int step = 0; step < 1000; step++) {
        const bool all = gr_tempo_all(&tempo, 1, slept_at);
        clock_at += one * (all ? factor : 1);
        factor = !all ? 1.45 : factor > 0.9 ? 0.95 * factor : factor;
    }
    assert_true(tempo.all);
    assert_true(factor < 0.9);
}

/* The last step of an epoch has fewer rows, and says no more than another. */
static void short_steps_count_for_less(void **state)
{
    (void)state;
    static const double seconds[] = {1e-5, 2e-3};
    for (size_t i = 0; i < 2; i++) {
        gr_tempo tempo;
        size_t by_all = 0;
        gr_tempo_open(&tempo, now, 2, little);
        for (int step = 0; step < 2000; step++) {
            const double share = step % 5 == 4 ? 0.25 : 1;
            const bool all = gr_tempo_all(&tempo, share, slept_at);
            clock_at += share * seconds[i] * (all ? 0.55 : 1);
            by_all += all;
        }
        assert_in_range(by_all, 1900, 2000);
    }
}

/* Of steps that are long beside a thread's waking, the first trial says it for long. */
static void a_hopeless_team_is_tried_little(void **state)
{
    (void)state;
    gr_tempo tempo;
    gr_tempo_open(&tempo, now, 2, little);
    assert_int_equal(run(&tempo, 200, 4e-4, 2e-4), 2);
}

static void a_change_is_noticed(void **state)
{
    (void)state;
    gr_tempo tempo;
    gr_tempo_open(&tempo, now, 2, little);
    run(&tempo, 100000, 5e-6, 8e-6);
    assert_in_range(run(&tempo, 1000000, 30e-6, 8e-6), 0, 40000);
    assert_in_range(run(&tempo, 1000000, 5e-6, 8e-6), 960000, 1000000);
}

static void without_a_clock_all_threads_work(void **state)
{
    (void)state;
    gr_tempo tempo;
    gr_tempo_open(&tempo, NULL, 2, much);
    assert_int_equal(run(&tempo, 1000, 1, 0.1), 1000);
}

static void of_much_work_all_threads_begin(void **state)
{
    (void)state;
    gr_tempo tempo;
    gr_tempo_open(&tempo, now, 2, much);
    assert_int_equal(run(&tempo, 66, 0.01, 0.02), 66);
    assert_int_equal(run(&tempo, 10000, 0.01, 0.02), 10000 - 1);
    gr_tempo_open(&tempo, now, 2, much);
    assert_in_range(run(&tempo, 1000, 0.02, 0.01), 66 + 3, 120);
    gr_tempo_open(&tempo, now, 2, much); /* a stall ends the wait */
    assert_int_equal(run(&tempo, 10, 0.01, 0.02), 10);
    assert_in_range(run(&tempo, 1000, 0.04, 0.02), 1, 120);
    gr_tempo_open(&tempo, now, 2, much); /* and a thread that sleeps in the first step */
    assert_true(gr_tempo_all(&tempo, 1, slept_at));
    clock_at += 0.02;
    slept_at += 0.01;
    assert_false(gr_tempo_all(&tempo, 1, slept_at));
    clock_at += 0.01;
    assert_int_equal(run(&tempo, 100, 0.02, 0.01), 2);
    gr_tempo_open(&tempo, now, 16, 8 * much); /* not for a little of many threads */
    assert_true(gr_tempo_all(&tempo, 1, slept_at));
    clock_at += 0.02;
    slept_at += 16 * 0.001;
    assert_true(gr_tempo_all(&tempo, 1, slept_at));
}

static void long_steps_are_tried_once(void **state)
{
    (void)state;
    gr_tempo tempo;
    gr_tempo_open(&tempo, now, 2, little);
    assert_in_range(run(&tempo, 10000, 0.01, 0.02), 10000 - 4, 10000 - 3);
    assert_in_range(run(&tempo, 1000, 0.5, 0.02), 2, 10);
}

/* A thread that shares its CPU: a step of all waits for milliseconds. From the start, and from
 * some step on. */
static void threads_that_wait_cost_little(void **state)
{
    (void)state;
    gr_tempo tempo;
    gr_tempo_open(&tempo, now, 2, little);
    double from = clock_at;
    assert_in_range(run(&tempo, 1000000, 4e-3, 5e-6), 3, 1000);
    assert_true(clock_at - from < 1.06 * (5 + 1.003)); /* epochs end 1003 times */

    gr_tempo_open(&tempo, now, 2, little);
    run(&tempo, 100000, 5e-6, 8e-6);
    from = clock_at;
    run(&tempo, 1000000, 4e-3, 8e-6);
    assert_true(clock_at - from < 1.06 * (8 + 1.003));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_faster_team_takes_the_steps),
        cmocka_unit_test(a_cold_first_trial_holds_briefly),
        cmocka_unit_test(legs_go_on_while_they_get_better),
        cmocka_unit_test(short_steps_count_for_less),
        cmocka_unit_test(a_hopeless_team_is_tried_little),
        cmocka_unit_test(a_change_is_noticed),
        cmocka_unit_test(without_a_clock_all_threads_work),
        cmocka_unit_test(of_much_work_all_threads_begin),
        cmocka_unit_test(long_steps_are_tried_once),
        cmocka_unit_test(threads_that_wait_cost_little),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
