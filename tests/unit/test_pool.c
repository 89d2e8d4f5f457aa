/* tests/unit/test_pool.c - every thread works once a run, and they wait for each other.
 *
 * What threads hand over stands in plain memory: a race is for ThreadSanitizer to see.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include "base/status.h"
#include "runner.h"

#include "faults.h"

enum { MOST = 9 }; /* threads */

static gr_pool *pool_of(size_t threads)
{
    gr_pool *pool;
    assert_int_equal(gr_pool_new(gr_context_or_default(NULL), threads, &pool), GRADUS_OK);
    assert_int_equal(gr_pool_threads(pool), threads > 0 ? threads : 1);
    return pool;
}

static void sleep_for(long microseconds)
{
    const struct timespec time = {0, microseconds * 1000};
    nanosleep(&time, NULL);
}

/* ---- cuts ---- */

/* The pieces follow each other without a gap, begin at multiples of the grain, and differ by
 * one grain at most. */
static void check_cut(size_t count, size_t grain, size_t parts)
{
    size_t at = 0, least = SIZE_MAX, most = 0;
    for (size_t part = 0; part < parts; part++) {
        const gr_range r = gr_cut(count, grain, part, parts);
        const size_t grains = (r.to - r.from + grain - 1) / grain;
        assert_int_equal(r.from, at);
        assert_true(r.to >= r.from && r.to <= count);
        assert_true(r.from % grain == 0 || r.from == r.to);
        least = grains < least ? grains : least;
        most = grains > most ? grains : most;
        at = r.to;
    }
    assert_int_equal(at, count);
    assert_true(most - least <= 1);
}

static void a_cut_covers_all_evenly(void **state)
{
    (void)state;
    for (size_t parts = 1; parts <= 20; parts++)
        for (size_t grain = 1; grain <= 70; grain += grain < 10 ? 1 : 9)
            for (size_t count = 0; count <= 1000; count += count < 100 ? 1 : 37)
                check_cut(count, grain, parts);
}

/* ---- runs ---- */

typedef struct visits {
    size_t times[MOST], threads[MOST];
} visits;

static void visit(void *job, size_t thread, size_t threads)
{
    visits *v = job;
    v->times[thread]++;
    v->threads[thread] = threads;
}

static void check_visits(gr_pool *pool, size_t runs)
{
    visits v = {{0}, {0}};
    const size_t threads = gr_pool_threads(pool);
    for (size_t run = 1; run <= runs; run++) {
        gr_pool_run(pool, visit, &v);
        for (size_t t = 0; t < MOST; t++) {
            assert_int_equal(v.times[t], t < threads ? run : 0);
            assert_int_equal(v.threads[t], t < threads ? threads : 0);
        }
    }
}

static void every_thread_works_once_a_run(void **state)
{
    (void)state;
    check_visits(NULL, 100);
    assert_int_equal(gr_pool_threads(NULL), 1);
    for (size_t threads = 0; threads <= MOST; threads++) {
        gr_pool *pool = pool_of(threads);
        check_visits(pool, 300);
        gr_pool_free(pool);
    }
}

static void do_nothing(void *job, size_t thread, size_t threads)
{
    (void)job, (void)thread, (void)threads;
}

/* As many as the CPUs: threads watch the gate. More: they sleep. */
static void many_empty_runs_end(void **state)
{
    (void)state;
    static const size_t runs[][2] = {{2, 100000}, {3, 10000}, {8, 2000}};
    for (size_t i = 0; i < GR_COUNT(runs); i++) {
        gr_pool *pool = pool_of(runs[i][0]);
        for (size_t run = 0; run < runs[i][1]; run++)
            gr_pool_run(pool, do_nothing, NULL);
        check_visits(pool, 10);
        gr_pool_free(pool);
    }
}

static void pools_come_and_go(void **state)
{
    (void)state;
    for (size_t i = 0; i < 500; i++) {
        gr_pool *pool = pool_of(1 + i % 5);
        if (i % 3 > 0)
            check_visits(pool, i % 3);
        gr_pool_free(pool);
    }
}

/* ---- the gate ---- */

typedef struct rounds {
    gr_pool *pool;
    size_t count, at[MOST]; /* the round that each thread is in */
    long lag;               /* microseconds by which one of them comes late, by turns */
    atomic_size_t wrong;
} rounds;

static void go_round(void *job, size_t thread, size_t threads)
{
    rounds *r = job;
    for (size_t round = 1; round <= r->count; round++) {
        if (r->lag > 0 && round % threads == thread)
            sleep_for(r->lag);
        r->at[thread] = round;
        gr_pool_wait(r->pool);
        for (size_t t = 0; t < threads; t++)
            if (r->at[t] != round)
                atomic_fetch_add(&r->wrong, 1);
        gr_pool_wait(r->pool);
    }
}

static void check_rounds(size_t threads, size_t count, long lag)
{
    rounds r = {.pool = pool_of(threads), .count = count, .lag = lag};
    for (int run = 0; run < 2; run++)
        gr_pool_run(r.pool, go_round, &r);
    assert_int_equal(atomic_load(&r.wrong), 0);
    for (size_t t = 0; t < MOST; t++)
        assert_int_equal(r.at[t], t < threads ? count : 0);
    gr_pool_free(r.pool);
}

static void nobody_passes_before_all_are_there(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= MOST; threads++)
        check_rounds(threads, threads <= 2 ? 20000 : 700, 0);
}

static void who_comes_late_is_waited_for(void **state)
{
    (void)state;
    for (size_t threads = 2; threads <= 5; threads++)
        check_rounds(threads, 20, 2000);
    gr_pool_wait(NULL);
}

/* Between runs that lie so far apart that the workers sleep, and just fall asleep. */
static void sleepers_wake_up(void **state)
{
    (void)state;
    static const long apart[] = {10, 30, 50, 70, 100, 200, 5000};
    for (size_t threads = 2; threads <= 4; threads++) {
        gr_pool *pool = pool_of(threads);
        for (size_t i = 0; i < 30 * GR_COUNT(apart); i++) {
            sleep_for(apart[i % GR_COUNT(apart)]);
            check_visits(pool, 1);
        }
        gr_pool_free(pool);
    }
}

/* ---- behind the end of a run ---- */

typedef struct behind {
    gr_pool *pool;
    atomic_int caller_is_back;
    size_t at[MOST];
} behind;

static void go_on(void *job, size_t thread, size_t threads)
{
    behind *b = job;
    (void)threads;
    if (thread == 0)
        return;
    b->at[thread]++;
    gr_pool_finish(b->pool, thread);
    while (atomic_load(&b->caller_is_back) == 0)
        sleep_for(10);
    b->at[thread] += 10;
}

static void what_is_behind_a_run_is_beside_the_caller(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= MOST; threads++) {
        behind b = {.pool = pool_of(threads)};
        for (size_t run = 1; run <= 20; run++) {
            atomic_store(&b.caller_is_back, 0);
            gr_pool_run(b.pool, go_on, &b); /* returns, while they wait for it */
            atomic_store(&b.caller_is_back, 1);
            if (run % 2 == 0) {
                gr_pool_rest(b.pool);
                for (size_t t = 1; t < threads; t++)
                    assert_int_equal(b.at[t], 11 * run);
            } else {
                check_visits(b.pool, 2); /* they come to the next one */
            }
        }
        gr_pool_rest(b.pool);
        gr_pool_free(b.pool);
    }
    gr_pool_rest(NULL);
}

/* ---- what a worker is ---- */

typedef struct report {
    unsigned mode[MOST];
    int takes_signals[MOST];
} report;

static void come_late(void *job, size_t thread, size_t threads)
{
    (void)threads;
    if (thread == *(const size_t *)job)
        sleep_for(20000);
}

static void sleep_at_work_is_counted(void **state)
{
    (void)state;
    gr_pool *pool = pool_of(2);
    sleep_for(100000); /* no work: not counted */
    gr_pool_run(pool, do_nothing, NULL);
    const double before = gr_pool_slept(pool);
    assert_true(before < 0.05);
    for (size_t late = 0; late < 2; late++)
        gr_pool_run(pool, come_late, &late);
    assert_true(gr_pool_slept(pool) >= before + 0.03);
    gr_pool_free(pool);
    assert_true(gr_pool_slept(NULL) == 0);
}

static void report_mode(void *job, size_t thread, size_t threads)
{
    report *r = job;
    sigset_t blocked;
    (void)threads;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
#if defined(__SSE2__)
    r->mode[thread] = _mm_getcsr() & 0xffc0;
#else
    r->mode[thread] = 0x1f80;
#endif
    r->takes_signals[thread] = !sigismember(&blocked, SIGINT);
}

static void workers_have_the_float_mode_and_no_signals(void **state)
{
    (void)state;
    gr_pool *pool;
    report r = {{0}, {0}};
#if defined(__SSE2__)
    unsigned host = _mm_getcsr();
    _mm_setcsr(0x1f80 | 0x8040); /* a new thread inherits flush-to-zero */
#endif
    gradus_status status = gr_pool_new(gr_context_or_default(NULL), MOST, &pool);
#if defined(__SSE2__)
    _mm_setcsr(host);
#endif
    assert_int_equal(status, GRADUS_OK);
    gr_pool_run(pool, report_mode, &r);
    gr_pool_free(pool);
    for (size_t t = 1; t < MOST; t++) { /* 0 is the caller */
        assert_int_equal(r.mode[t], 0x1f80);
        assert_false(r.takes_signals[t]);
    }
    assert_true(r.takes_signals[0]);
}

/* ---- failures ---- */

static void a_pool_survives_every_failure(void **state)
{
    (void)state;
    faults fault;
    gradus_context *context = faults_open(&fault);
    for (size_t fail_at = 1; fail_at <= 2; fail_at++) {
        gr_pool *pool = (gr_pool *)state;
        faults_arm(&fault, fail_at, FAULT_MEMORY);
        assert_int_equal(gr_pool_new(context, 3, &pool), GRADUS_MEMORY);
        assert_null(pool);
    }
    gr_pool *pool;
    faults_arm(&fault, 3, FAULT_MEMORY);
    assert_int_equal(gr_pool_new(context, 3, &pool), GRADUS_OK);
    check_visits(pool, 10);
    assert_false(faults_hit(&fault)); /* a run allocates nothing */
    gr_pool_free(pool);
    gr_pool_free(NULL);
    faults_close(&fault, context);
}

#if defined(__has_feature)
#define SANITIZED __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

/* Where the system gives no further thread, the pool works with those it has: here none, as
 * no address is left for their stacks. */
static void a_pool_works_with_the_threads_it_gets(void **state)
{
    (void)state;
    if (SANITIZED)
        skip(); /* it needs addresses, too, and ends the program without them */
    gr_pool *pool = NULL;
    struct rlimit addresses;
    assert_int_equal(getrlimit(RLIMIT_AS, &addresses), 0);
    const struct rlimit none = {1 << 20, addresses.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
    const gradus_status status = gr_pool_new(gr_context_or_default(NULL), MOST, &pool);
    assert_int_equal(setrlimit(RLIMIT_AS, &addresses), 0);
    if (status == GRADUS_MEMORY)
        skip(); /* not even for the pool itself */
    assert_int_equal(status, GRADUS_OK);
    const size_t threads = gr_pool_threads(pool);
    check_visits(pool, 10);
    gr_pool_free(pool);
    if (threads == MOST)
        skip(); /* stacks come from elsewhere, as with a sanitizer */
    assert_true(threads >= 1 && threads < MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_works_with_the_threads_it_gets), /* before any other */
        cmocka_unit_test(a_cut_covers_all_evenly),
        cmocka_unit_test(every_thread_works_once_a_run),
        cmocka_unit_test(many_empty_runs_end),
        cmocka_unit_test(pools_come_and_go),
        cmocka_unit_test(nobody_passes_before_all_are_there),
        cmocka_unit_test(who_comes_late_is_waited_for),
        cmocka_unit_test(sleep_at_work_is_counted),
        cmocka_unit_test(sleepers_wake_up),
        cmocka_unit_test(what_is_behind_a_run_is_beside_the_caller),
        cmocka_unit_test(workers_have_the_float_mode_and_no_signals),
        cmocka_unit_test(a_pool_survives_every_failure),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
