/* base/pool.c - threads that wait for work.
 *
 * A run publishes its job, steps `generation`, does piece 0 itself and waits until `busy`
 * is 0. Workers watch `generation` for a moment, as the next run of a training step comes
 * within microseconds, and then sleep. They do not spin where there are more threads than
 * CPUs: each would keep a working one from its CPU.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/memory.h"

enum { SPINS = 2000 }; /* some tens of microseconds */

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

    gr_work *work; /* the job; written before `generation` steps */
    void *job;
    size_t count, grain;
    int stop;

    atomic_uint generation;
    atomic_size_t busy; /* workers that have not finished this generation */
    pthread_mutex_t mutex;
    pthread_cond_t started, finished;
};

static void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Piece `number` of the range: grains dealt as evenly as they go, first pieces longer. */
static void work_on_piece(const gr_pool *pool, size_t number)
{
    size_t grains = (pool->count - 1) / pool->grain + 1;
    size_t each = grains / pool->threads, more = grains % pool->threads;
    size_t first = number * each + (number < more ? number : more);
    size_t last = first + each + (number < more);
    if (first == last)
        return;
    size_t to = last < grains ? last * pool->grain : pool->count;
    pool->work(pool->job, first * pool->grain, to);
}

static void await_generation(gr_pool *pool, unsigned seen)
{
    for (int i = 0; i < pool->spins; i++) {
        if (atomic_load_explicit(&pool->generation, memory_order_acquire) != seen)
            return;
        pause_briefly();
    }
    pthread_mutex_lock(&pool->mutex);
    while (atomic_load_explicit(&pool->generation, memory_order_acquire) == seen)
        pthread_cond_wait(&pool->started, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
}

static void *live(void *argument)
{
    const worker *self = argument;
    gr_pool *pool = self->pool;
    (void)gr_float_enter();
    for (unsigned seen = 0;; seen++) {
        await_generation(pool, seen);
        if (pool->stop)
            return NULL;
        work_on_piece(pool, self->number);
        if (atomic_fetch_sub_explicit(&pool->busy, 1, memory_order_acq_rel) == 1) {
            pthread_mutex_lock(&pool->mutex);
            pthread_cond_signal(&pool->finished);
            pthread_mutex_unlock(&pool->mutex);
        }
    }
}

static void step_generation(gr_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add_explicit(&pool->generation, 1, memory_order_release);
    pthread_cond_broadcast(&pool->started);
    pthread_mutex_unlock(&pool->mutex);
}

static void await_workers(gr_pool *pool)
{
    for (int i = 0; i < pool->spins; i++) {
        if (atomic_load_explicit(&pool->busy, memory_order_acquire) == 0)
            return;
        pause_briefly();
    }
    pthread_mutex_lock(&pool->mutex);
    while (atomic_load_explicit(&pool->busy, memory_order_acquire) != 0)
        pthread_cond_wait(&pool->finished, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
}

void gr_pool_run(gr_pool *pool, size_t count, size_t grain, gr_work *work, void *job)
{
    if (pool == NULL || pool->threads == 1 || count <= grain) {
        if (count > 0)
            work(job, 0, count);
        return;
    }
    pool->work = work;
    pool->job = job;
    pool->count = count;
    pool->grain = grain > 0 ? grain : 1;
    atomic_store_explicit(&pool->busy, pool->threads - 1, memory_order_relaxed);
    step_generation(pool);
    work_on_piece(pool, 0);
    await_workers(pool);
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
    made->spins = threads <= gr_cpu_threads() ? SPINS : 0;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->started, NULL);
    pthread_cond_init(&made->finished, NULL);
    made->threads = 1 + start_workers(made, count);
    return GRADUS_OK;
}

void gr_pool_free(gr_pool *pool)
{
    if (pool == NULL)
        return;
    pool->stop = 1;
    step_generation(pool);
    for (size_t i = 0; i + 1 < pool->threads; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->finished);
    pthread_cond_destroy(&pool->started);
    pthread_mutex_destroy(&pool->mutex);
    gr_release(pool->context, pool->workers);
    gr_release(pool->context, pool);
}

size_t gr_pool_threads(const gr_pool *pool)
{
    return pool == NULL ? 1 : pool->threads;
}
