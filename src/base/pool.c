/* base/pool.c - threads that work together.
 *
 * All waiting is at one gate: a thread that arrives counts itself, and the last one of
 * `threads` steps `generation`, which the others watch. A worker waits at the gate for
 * work, a run is passing it once to start and once to finish. Threads watch for a moment,
 * as the next step of training comes within microseconds, and then sleep; who opens the
 * gate wakes them only where someone sleeps. They do not watch where there are more
 * threads than CPUs: each would keep a working one from its CPU.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/memory.h"

enum { SPINS = 2000, LINE = 64 }; /* some tens of microseconds */

typedef struct worker {
    gr_pool *pool;
    size_t number; /* 1, 2, ...; the caller of gr_pool_run is 0 */
    pthread_t thread;
} worker;

struct gr_pool {
    const gradus_context *context;
    worker *workers; /* [threads - 1] */
    size_t threads;
    int spins;
    int home; /* CPU that workers are kept off */

    gr_work *work; /* NULL: go home */
    void *job;

    _Alignas(LINE) atomic_size_t arrived;
    _Alignas(LINE) atomic_uint generation;
    atomic_uint sleepers;
    atomic_uint_least64_t slept; /* ns */
    pthread_mutex_t mutex;
    pthread_cond_t opened;
};

static void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* The order of `sleepers` and `generation` is the same for all: either the sleeper sees
 * the new generation, or who stepped it sees the sleeper. */
static void sleep_until_open(gr_pool *pool, unsigned seen)
{
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->sleepers, 1);
    while (atomic_load(&pool->generation) == seen)
        pthread_cond_wait(&pool->opened, &pool->mutex);
    atomic_fetch_sub(&pool->sleepers, 1);
    pthread_mutex_unlock(&pool->mutex);
}

static void open_gate(gr_pool *pool)
{
    atomic_store_explicit(&pool->arrived, 0, memory_order_relaxed);
    atomic_fetch_add(&pool->generation, 1);
    if (atomic_load(&pool->sleepers) > 0) {
        pthread_mutex_lock(&pool->mutex);
        pthread_cond_broadcast(&pool->opened);
        pthread_mutex_unlock(&pool->mutex);
    }
}

static void pass_gate(gr_pool *pool, bool at_work)
{
    const unsigned seen = atomic_load_explicit(&pool->generation, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&pool->arrived, 1, memory_order_acq_rel) + 1 ==
        pool->threads) {
        open_gate(pool);
        return;
    }
    for (int i = 0; i < pool->spins; i++) {
        if (atomic_load_explicit(&pool->generation, memory_order_acquire) != seen)
            return;
        pause_briefly();
    }
    const double from = gr_clock();
    sleep_until_open(pool, seen);
    if (at_work)
        atomic_fetch_add(&pool->slept, (uint_least64_t)(1e9 * (gr_clock() - from)));
}

void gr_pool_wait(gr_pool *pool)
{
    if (pool != NULL && pool->threads > 1)
        pass_gate(pool, true);
}

static void *live(void *argument)
{
    const worker *self = argument;
    gr_pool *pool = self->pool;
    (void)gr_float_enter();
    pthread_mutex_lock(&pool->mutex); /* until all are started, and their number is known */
    pthread_mutex_unlock(&pool->mutex);
    for (;;) {
        pass_gate(pool, false);
        if (pool->work == NULL)
            return NULL;
        pool->work(pool->job, self->number, pool->threads);
        gr_pool_wait(pool);
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
    gr_pool_wait(pool);
    work(job, 0, pool->threads);
    gr_pool_wait(pool);
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
    pthread_cond_init(&made->opened, NULL);
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
    gr_pool_wait(pool);
    for (size_t i = 0; i + 1 < pool->threads; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->opened);
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
