/* tests/unit/test_crew.c - a context's threads: when they are there, and whose they are.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/crew.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/status.h"
#include "runner.h"

#include "faults.h"

static gradus_context *context_of(size_t threads, int always)
{
    const gradus_context_options options = {.threads = threads, .always_threads = always};
    gradus_context *context;
    assert_int_equal(gradus_context_new(&options, &context), GRADUS_OK);
    return context;
}

static gr_pool *borrow(const gradus_context *context, double alone)
{
    gr_pool *pool;
    assert_int_equal(gr_crew_borrow(context, alone, &pool), GRADUS_OK);
    return pool;
}

static void count_up(void *count, size_t thread, size_t threads)
{
    (void)thread, (void)threads;
    atomic_fetch_add((atomic_int *)count, 1);
}

static void sleep_for(long microseconds)
{
    const struct timespec time = {0, microseconds * 1000};
    nanosleep(&time, NULL);
}

/* How many threads do a run of the pool. */
static int work_of(gr_pool *pool)
{
    atomic_int count = 0;
    gr_pool_run(pool, count_up, &count);
    return atomic_load(&count);
}

/* ---- when ---- */

static void one_thread_has_no_crew(void **state)
{
    (void)state;
    gradus_context *context = context_of(1, 1);
    assert_null(borrow(context, 1e3));
    gradus_context_free(context);
}

/* One long call pays for the start, or short ones together, each of which loses by it. */
static void it_starts_when_it_has_been_missed_enough(void **state)
{
    (void)state;
    if (gr_cpu_threads() < 2)
        skip();
    int calls = 0;
    gr_pool *pool = NULL;
    gradus_context *context = context_of(2, 0);
    for (; pool == NULL; calls++) {
        assert_null(borrow(context, 1e-7));
        pool = borrow(context, 3e-5);
    }
    assert_in_range(calls, 5, 50);
    assert_int_equal(work_of(pool), 2);
    gr_crew_give_back(context, pool, 0);
    gradus_context_free(context);

    context = context_of(2, 0);
    pool = borrow(context, 1e-2);
    assert_non_null(pool);
    gr_crew_give_back(context, pool, 0);
    gradus_context_free(context);
}

/* A call that follows soon has them for less work than one after which they fell asleep. */
static void who_sleeps_is_woken_for_longer_work(void **state)
{
    (void)state;
    if (gr_cpu_threads() < 2)
        skip();
    gradus_context *context = context_of(2, 0);
    gr_pool *pool = borrow(context, 1e-2);
    work_of(pool);
    gr_crew_give_back(context, pool, 0);
    while (!gr_pool_sleeps(pool))
        sleep_for(100);
    sleep_for(20000);
    assert_null(borrow(context, 2e-5));
    sleep_for(20000);
    assert_null(borrow(context, 2e-5)); /* it is not added up over pauses */
    sleep_for(20000);
    assert_null(borrow(context, 2e-5));
    assert_ptr_equal(borrow(context, 1e-3), pool);
    gr_crew_give_back(context, pool, 0);
    gradus_context_free(context);
}

/* Who lost more than was saved does without them for 33 times as long. */
static void a_loss_is_paid_back(void **state)
{
    (void)state;
    if (gr_cpu_threads() < 2)
        skip();
    gradus_context *context = context_of(2, 0);
    for (int again = 0; again < 2; again++) {
        gr_crew_give_back(context, borrow(context, 1), 0.002);
        gr_crew_give_back(context, borrow(context, 1), -0.0015);
        gr_crew_give_back(context, borrow(context, 1), 1); /* of which 5 ms count */
        gr_crew_give_back(context, borrow(context, 1), -0.004);
        gr_pool *pool = borrow(context, 1);
        assert_non_null(pool);
        gr_crew_give_back(context, pool, -1.001); /* 1 s more than was saved */
        assert_null(borrow(context, 1));
        context->crew->rest -= 32;
        assert_null(borrow(context, 1));
        context->crew->rest -= 1;
    }
    gradus_context_free(context);

    context = context_of(2, 1);
    gr_pool *pool = borrow(context, 1);
    gr_crew_give_back(context, pool, -1);
    assert_ptr_equal(borrow(context, 1), pool); /* always is always */
    gr_crew_give_back(context, pool, 0);
    gradus_context_free(context);
}

/* No more than the CPUs, but for a test. */
static void it_has_a_thread_a_cpu(void **state)
{
    (void)state;
    for (int always = 0; always <= 1; always++) {
        gradus_context *context = context_of(gr_cpu_threads() + 3, always);
        gr_pool *pool = borrow(context, 1);
        assert_int_equal(work_of(pool), gr_cpu_threads() + (always ? 3 : 0));
        gr_crew_give_back(context, pool, 0);
        gradus_context_free(context);
    }
}

/* ---- whose ---- */

static void one_caller_has_it(void **state)
{
    (void)state;
    gradus_context *context = context_of(2, 1), *other = context_of(2, 1);
    gr_pool *pool = borrow(context, 1);
    assert_non_null(pool);
    assert_null(borrow(context, 1));
    gr_pool *others = borrow(other, 1);
    assert_non_null(others);
    assert_ptr_not_equal(others, pool);
    gr_crew_give_back(context, NULL, 0);
    assert_null(borrow(context, 1));
    gr_crew_give_back(context, pool, 0);
    assert_ptr_equal(borrow(context, 1), pool);
    gr_crew_give_back(context, pool, 0);
    gr_crew_give_back(other, others, 0);
    gradus_context_free(other);
    gradus_context_free(context);
}

#if defined(__SANITIZE_THREAD__)
#define FORKS 0 /* it ends a forked process that starts threads */
#else
#define FORKS 1
#endif

/* A child's own, also where the parent had it when it forked. */
static int child_works(gradus_context *context)
{
    gr_pool *pool = NULL;
    if (gr_crew_borrow(context, 1, &pool) != GRADUS_OK || pool == NULL || work_of(pool) != 2)
        return 1;
    gr_crew_give_back(context, pool, 0);
    gradus_context_free(context);
    return 0;
}

static void a_forked_process_starts_its_own(void **state)
{
    (void)state;
    if (!FORKS)
        skip();
    gradus_context *context = context_of(2, 1);
    for (int taken = 0; taken <= 1; taken++) {
        int code = -1;
        gr_pool *pool = borrow(context, 1);
        assert_int_equal(work_of(pool), 2);
        if (!taken)
            gr_crew_give_back(context, pool, 0);
        const pid_t child = fork();
        if (child == 0)
            _exit(child_works(context));
        assert_int_equal(waitpid(child, &code, 0), child);
        assert_true(WIFEXITED(code) && WEXITSTATUS(code) == 0);
        if (taken)
            gr_crew_give_back(context, pool, 0);
    }
    gr_pool *pool = borrow(context, 1);
    assert_int_equal(work_of(pool), 2);
    gr_crew_give_back(context, pool, 0);
    const pid_t child = fork();
    if (child == 0) {
        gradus_context_free(context); /* threads that are not there end by themselves */
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    gradus_context_free(context);
}

/* ---- predictions by many callers ---- */

enum { ROWS = 3000, INPUTS = 7, CALLERS = 3, CALLS = 40 };

typedef struct caller {
    const gradus_net *net;
    const float *x, *expected;
    int wrong;
} caller;

static void *predict_often(void *caller_)
{
    caller *c = caller_;
    float *y = malloc(ROWS * sizeof *y);
    for (size_t i = 0; i < CALLS; i++) {
        const size_t rows = 1 + i * (ROWS - 1) / (CALLS - 1);
        memset(y, 0, ROWS * sizeof *y);
        c->wrong |= gradus_net_predict(c->net, c->x, rows, y) != GRADUS_OK ||
                    memcmp(y, c->expected, rows * sizeof *y) != 0;
    }
    free(y);
    return NULL;
}

/* Their scratch is on the stack, or the context's, which one has at a time. */
static void many_callers_get_the_same_bits(void **state)
{
    (void)state;
    static const char *const texts[] = {"dense 20 tanh output", "dense 100 tanh output"};
    static float x[ROWS * INPUTS], expected[ROWS];
    gradus_context *one = context_of(1, 0), *two = context_of(2, 1);
    pthread_t thread[CALLERS];
    caller callers[CALLERS];
    for (size_t i = 0; i < ROWS * INPUTS; i++)
        x[i] = (float)(i * 37 % 101) / 50 - 1;
    for (size_t n = 0; n < GR_COUNT(texts); n++) {
        gradus_net *net;
        assert_int_equal(gradus_net_new(one, texts[n], INPUTS, 1, GRADUS_FLOAT32, 1, &net),
                         GRADUS_OK);
        assert_int_equal(gradus_net_predict(net, x, ROWS, expected), GRADUS_OK);
        gradus_net_free(net);
        assert_int_equal(gradus_net_new(two, texts[n], INPUTS, 1, GRADUS_FLOAT32, 1, &net),
                         GRADUS_OK);
        for (size_t i = 0; i < CALLERS; i++) {
            callers[i] = (caller){.net = net, .x = x, .expected = expected};
            assert_int_equal(pthread_create(&thread[i], NULL, predict_often, &callers[i]), 0);
        }
        for (size_t i = 0; i < CALLERS; i++) {
            pthread_join(thread[i], NULL);
            assert_false(callers[i].wrong);
        }
        gradus_net_free(net);
    }
    gradus_context_free(two);
    gradus_context_free(one);
}

/* ---- failures ---- */

static void it_survives_every_failure(void **state)
{
    (void)state;
    faults fault;
    gradus_context *context = faults_open(&fault);
    gr_pool *pool;
    context->threads = 2;
    context->always_threads = 1;
    for (size_t fail_at = 1; fail_at <= 2; fail_at++) {
        pool = (gr_pool *)state;
        faults_arm(&fault, fail_at, FAULT_MEMORY);
        assert_int_equal(gr_crew_borrow(context, 1, &pool), GRADUS_MEMORY);
        assert_null(pool);
    }
    faults_arm(&fault, 3, FAULT_MEMORY);
    pool = borrow(context, 1);
    assert_int_equal(work_of(pool), 2);
    assert_false(faults_hit(&fault));
    gr_crew_give_back(context, pool, 0);
    faults_close(&fault, context);
}

/* Threads, their pool and the scratch. */
static void a_prediction_survives_every_failure(void **state)
{
    (void)state;
    faults fault;
    gradus_context *context = faults_open(&fault);
    const float x[2 * INPUTS] = {0};
    float y[2] = {5, 5};
    gradus_net *net;
    context->threads = 2;
    context->always_threads = 1;
    assert_int_equal(gradus_net_new(context, "dense 3000 output", INPUTS, 1, GRADUS_FLOAT32, 1,
                                    &net), GRADUS_OK);
    for (size_t fail_at = 1; fail_at <= 3; fail_at++) {
        faults_arm(&fault, fail_at, FAULT_MEMORY);
        assert_int_equal(gradus_net_predict(net, x, 2, y), GRADUS_MEMORY);
        assert_true(faults_hit(&fault));
        assert_true(y[0] == 5 && y[1] == 5);
    }
    faults_arm(&fault, 2, FAULT_MEMORY);
    assert_int_equal(gradus_net_predict(net, x, 2, y), GRADUS_OK);
    assert_false(faults_hit(&fault));
    assert_true(y[0] == y[1] && y[0] != 5);
    gr_pool *pool = borrow(context, 1); /* nobody kept it */
    assert_int_equal(work_of(pool), 2);
    gr_crew_give_back(context, pool, 0);
    gradus_net_free(net);
    faults_close(&fault, context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_thread_has_no_crew),
        cmocka_unit_test(it_starts_when_it_has_been_missed_enough),
        cmocka_unit_test(who_sleeps_is_woken_for_longer_work),
        cmocka_unit_test(a_loss_is_paid_back),
        cmocka_unit_test(it_has_a_thread_a_cpu),
        cmocka_unit_test(one_caller_has_it),
        cmocka_unit_test(a_forked_process_starts_its_own),
        cmocka_unit_test(many_callers_get_the_same_bits),
        cmocka_unit_test(it_survives_every_failure),
        cmocka_unit_test(a_prediction_survives_every_failure),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
