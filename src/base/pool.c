/* base/pool.c - threads that work together.
 *
 * Workers wait for `runs`, which the caller steps when there is work; nobody waits for them
 * there. Inside a run, and at its end, all meet at a gate: a thread that arrives counts
 * itself, and the last one of `threads` steps `generation`, which the others watch. Threads
 * watch for a moment, as the next step of training comes within microseconds, and then sleep;
 * who steps a number wakes them only where someone sleeps. They do not watch where there are
 * more threads than CPUs: each would keep a working one from its CPU.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/memory.h"

enum { SPINS = 2000, LINE = 64 }; /* some tens of microseconds */

typedef struct worker {
    _Alignas(LINE) gr_pool *pool;
    size_t number; /* 1, 2, ...; the caller of gr_pool_run is 0 */
    pthread_t thread;
    bool is_through; /* the end of the run */
} worker;

struct gr_pool {
    const gradus_context *context;
    worker *workers; /* [threads - 1] */
    size_t threads;
    int spins;
    int home; /* CPU that workers are kept off */

    /* what begins a run, on one line */
    _Alignas(LINE) atomic_uint runs;
    gr_work *work; /* NULL: go home */
    void *job;

    _Alignas(LINE) atomic_size_t arrived;
    _Alignas(LINE) atomic_uint generation;
    atomic_uint sleepers;
    atomic_uint_least64_t slept; /* ns */
    _Alignas(LINE) atomic_uint rested; /* times that a worker had no more to do in a run */
    pthread_mutex_t mutex;
    pthread_cond_t stepped;
};

static void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* The order of `sleepers` and the number is the same for all: either the sleeper sees the new
 * number, or who stepped it sees the sleeper. */
static void sleep_till_stepped(gr_pool *pool, atomic_uint *number, unsigned seen)
{
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->sleepers, 1);
    while (atomic_load(number) == seen)
        pthread_cond_wait(&pool->stepped, &pool->mutex);
    atomic_fetch_sub(&pool->sleepers, 1);
    pthread_mutex_unlock(&pool->mutex);
}

static void step(gr_pool *pool, atomic_uint *number)
{
    atomic_fetch_add(number, 1);
    if (atomic_load(&pool->sleepers) > 0) {
        pthread_mutex_lock(&pool->mutex);
        pthread_cond_broadcast(&pool->stepped);
        pthread_mutex_unlock(&pool->mutex);
    }
}

/* Returns when a number is no longer what it was. */
static void watch(gr_pool *pool, atomic_uint *number, unsigned seen, bool at_work)
{
    for (int i = 0; i < pool->spins; i++) {
        if (atomic_load_explicit(number, memory_order_acquire) != seen)
            return;
        pause_briefly();
    }
    const double from = gr_clock();
    sleep_till_stepped(pool, number, seen);
    if (at_work)
        atomic_fetch_add(&pool->slept, (uint_least64_t)(1e9 * (gr_clock() - from)));
}

static void pass_gate(gr_pool *pool)
{
    const unsigned seen = atomic_load_explicit(&pool->generation, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&pool->arrived, 1, memory_order_acq_rel) + 1 <
        pool->threads) {
        watch(pool, &pool->generation, seen, true);
        return;
    }
    atomic_store_explicit(&pool->arrived, 0, memory_order_relaxed);
    step(pool, &pool->generation);
}

void gr_pool_wait(gr_pool *pool)
{
    if (pool != NULL && pool->threads > 1)
        pass_gate(pool);
}

void gr_pool_finish(gr_pool *pool, size_t thread)
{
    pass_gate(pool);
    pool->workers[thread - 1].is_through = true;
}

void gr_pool_rest(gr_pool *pool)
{
    if (pool == NULL)
        return;
    const unsigned all = atomic_load(&pool->runs) * (unsigned)(pool->threads - 1);
    while (atomic_load_explicit(&pool->rested, memory_order_acquire) != all)
        sched_yield();
}

static void *live(void *argument)
{
    worker *self = argument;
    gr_pool *pool = self->pool;
    (void)gr_float_enter();
    pthread_mutex_lock(&pool->mutex); /* until all are started, and their number is known */
    pthread_mutex_unlock(&pool->mutex);
    for (unsigned run = 0;; run++) {
        watch(pool, &pool->runs, run, false);
        if (pool->work == NULL)
            return NULL;
        self->is_through = false;
        pool->work(pool->job, self->number, pool->threads);
        if (!self->is_through)
            pass_gate(pool);
        atomic_fetch_add_explicit(&pool->rested, 1, memory_order_release);
    }
}

/* Before workers are woken. Where there are too few CPUs each may have to be shared. */
static void keep_workers_off(gr_pool *pool)
{
    const int cpu = gr_cpu_here();
    if (pool->spins == 0 || cpu == pool->home)
        return;
    pool->home = cpu;
    for (size_t i = 0; i + 1 < pool->threads; i++)
        gr_cpu_keep_off(pool->workers[i].thread, cpu);
}

void gr_pool_run(gr_pool *pool, gr_work *work, void *job)
{
    if (pool == NULL || pool->threads == 1) {
        work(job, 0, 1);
        return;
    }
    pool->work = work;
    pool->job = job;
    if (gr_pool_sleeps(pool))
        keep_workers_off(pool);
    step(pool, &pool->runs);
    work(job, 0, pool->threads);
    pass_gate(pool);
}

/* Signals are for the host's threads; ours take none. Returns how many were started. */
static size_t start_workers(gr_pool *pool, size_t count)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    size_t started = 0;
    while (started < count) {
        worker *next = &pool->workers[started];
        *next = (worker){.pool = pool, .number = started + 1};
        if (pthread_create(&next->thread, NULL, live, next) != 0)
            break;
        started++;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return started;
}

gradus_status gr_pool_new(const gradus_context *context, size_t threads, gr_pool **pool)
{
    gradus_status status = gr_allocate(context, 1, sizeof **pool, "threads", pool);
    if (status != GRADUS_OK)
        return status;
    gr_pool *made = *pool;
    size_t count = threads > 1 ? threads - 1 : 0;
    status = gr_allocate(context, count, sizeof *made->workers, "threads",
                         &made->workers);
    if (status != GRADUS_OK) {
        gr_release(context, made);
        *pool = NULL;
        return status;
    }
    made->context = context;
    made->spins = threads <= context->cpus ? SPINS : 0;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->stepped, NULL);
    pthread_mutex_lock(&made->mutex);
    made->threads = 1 + start_workers(made, count);
    made->home = -1;
    keep_workers_off(made);
    pthread_mutex_unlock(&made->mutex);
    return GRADUS_OK;
}

void gr_pool_free(gr_pool *pool)
{
    if (pool == NULL)
        return;
    pool->work = NULL;
    step(pool, &pool->runs);
    for (size_t i = 0; i + 1 < pool->threads; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->stepped);
    pthread_mutex_destroy(&pool->mutex);
    gr_pool_forget(pool);
}

void gr_pool_forget(gr_pool *pool)
{
    if (pool == NULL)
        return;
    gr_release(pool->context, pool->workers);
    gr_release(pool->context, pool);
}

bool gr_pool_sleeps(const gr_pool *pool)
{
    return atomic_load(&pool->sleepers) > 0;
}

double gr_pool_slept(const gr_pool *pool)
{
    return pool == NULL ? 0 : 1e-9 * (double)atomic_load(&pool->slept);
}

size_t gr_pool_threads(const gr_pool *pool)
{
    return pool == NULL ? 1 : pool->threads;
}
