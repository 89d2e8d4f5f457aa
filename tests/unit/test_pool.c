/* tests/unit/test_pool.c - a range is covered exactly once, whatever the threads.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include "base/status.h"
#include "runner.h"

#include "faults.h"

enum { MOST = 1000 };

typedef struct cover {
    unsigned char times[MOST];
    size_t grain;
    atomic_size_t pieces;
    atomic_int misplaced;
} cover;

static void count_each(void *job, size_t from, size_t to)
{
    cover *c = job;
    for (size_t i = from; i < to; i++)
        c->times[i]++;
    atomic_fetch_add(&c->pieces, 1);
    if (from >= to || (c->grain > 0 && from % c->grain != 0))
        atomic_fetch_add(&c->misplaced, 1);
}

static void check_cover(gr_pool *pool, size_t count, size_t grain)
{
    cover c = {.grain = grain};
    gr_pool_run(pool, count, grain, count_each, &c);
    for (size_t i = 0; i < MOST; i++)
        assert_int_equal(c.times[i], i < count);
    assert_int_equal(atomic_load(&c.misplaced), 0);
    size_t step = grain > 0 ? grain : 1;
    size_t grains = (count + step - 1) / step;
    size_t threads = gr_pool_threads(pool);
    assert_int_equal(atomic_load(&c.pieces), grains < threads ? grains : threads);
}

static void every_range_is_covered_once(void **state)
{
    (void)state;
    static const size_t threads[] = {0, 1, 2, 3, 4, 7, 16};
    static const size_t counts[] = {0,  1,  2,  3,  5,   8,   15,  16,
                                    17, 63, 64, 99, 257, 999, 1000};
    static const size_t grains[] = {0, 1, 2, 3, 7, 8, 16, 64, 500, 1000, 5000};
    for (size_t t = 0; t < GR_COUNT(threads); t++) {
        gr_pool *pool = NULL;
        if (threads[t] > 0)
            assert_int_equal(gr_pool_new(gr_context_or_default(NULL), threads[t], &pool),
                             GRADUS_OK);
        assert_int_equal(gr_pool_threads(pool), threads[t] > 0 ? threads[t] : 1);
        for (size_t i = 0; i < GR_COUNT(counts); i++)
            for (size_t j = 0; j < GR_COUNT(grains); j++)
                check_cover(pool, counts[i], grains[j]);
        gr_pool_free(pool);
    }
}

typedef struct chain {
    size_t value[8];
} chain;

static void step_each(void *job, size_t from, size_t to)
{
    chain *c = job;
    for (size_t i = from; i < to; i++)
        c->value[i]++;
}

/* A run sees what the one before it wrote, and the caller what the last one wrote. */
static void runs_follow_each_other(void **state)
{
    (void)state;
    gr_pool *pool;
    assert_int_equal(gr_pool_new(gr_context_or_default(NULL), 4, &pool), GRADUS_OK);
    chain c = {{0}};
    for (size_t i = 1; i <= 5000; i++) {
        gr_pool_run(pool, 8, 1 + i % 2, step_each, &c);
        for (size_t j = 0; j < 8; j++)
            assert_int_equal(c.value[j], i);
    }
    gr_pool_free(pool);
}

typedef struct report {
    unsigned mode[64];
    int takes_signals[64];
} report;

static void report_mode(void *job, size_t from, size_t to)
{
    report *r = job;
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    for (size_t i = from; i < to; i++) {
#if defined(__SSE2__)
        r->mode[i] = _mm_getcsr() & 0xffc0;
#else
        r->mode[i] = 0x1f80;
#endif
        r->takes_signals[i] = !sigismember(&blocked, SIGINT);
    }
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
    gradus_status status = gr_pool_new(gr_context_or_default(NULL), 4, &pool);
#if defined(__SSE2__)
    _mm_setcsr(host);
#endif
    assert_int_equal(status, GRADUS_OK);
    gr_pool_run(pool, 64, 1, report_mode, &r);
    gr_pool_free(pool);
    for (size_t i = 16; i < 64; i++) { /* 0 to 15 are the caller's */
        assert_int_equal(r.mode[i], 0x1f80);
        assert_false(r.takes_signals[i]);
    }
    assert_true(r.takes_signals[0]);
}

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
    check_cover(pool, 100, 1);
    assert_false(faults_hit(&fault)); /* a run allocates nothing */
    gr_pool_free(pool);
    gr_pool_free(NULL);
    faults_close(&fault, context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_range_is_covered_once),
        cmocka_unit_test(runs_follow_each_other),
        cmocka_unit_test(workers_have_the_float_mode_and_no_signals),
        cmocka_unit_test(a_pool_survives_every_failure),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
