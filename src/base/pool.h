/*
 * base/pool.h - threads that work together
 *
 * A run is one call of `work` by every thread of the pool at once, the caller being thread
 * 0. Inside it threads meet at gr_pool_wait(). Which thread does what changes no result:
 * they never share an output.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_BASE_POOL_H
#define GR_BASE_POOL_H

#include <stdbool.h>

#include "base/context.h"

typedef struct gr_pool gr_pool;

/* must not fail or run the pool again */
typedef void gr_work(void *job, size_t thread, size_t threads);

GRADUS_CHECKED gradus_status gr_pool_new(const gradus_context *context, size_t threads,
                                         gr_pool **pool);
void gr_pool_free(gr_pool *pool);
size_t gr_pool_threads(const gr_pool *pool); /* NULL pool: 1 */

/* Whether a run would have to wake somebody. */
bool gr_pool_sleeps(const gr_pool *pool);

/* Seconds that threads at work have slept till the others came, all together. */
double gr_pool_slept(const gr_pool *pool);

/* Releases the memory of a pool whose threads are not there: they are another process's. */
void gr_pool_forget(gr_pool *pool);

/*
 * Calls work(job, thread, threads) on every thread and returns when all have returned or
 * called gr_pool_finish().
 * With a NULL pool or one thread it is a plain call.
 *
 * Cost     about 0.2 us while the threads are awake, which they stay for some 50 us.
 */
void gr_pool_run(gr_pool *pool, gr_work *work, void *job);

/* Inside a run: returns when every thread of the pool has called it. */
void gr_pool_wait(gr_pool *pool);

/*
 * Inside a run, by a thread other than 0: returns when it ends. What the thread does before it
 * leaves `work` is beside the caller and no part of the run, nor can it wait; `job` may be
 * gone. The thread comes to the next run when it has done that.
 */
void gr_pool_finish(gr_pool *pool, size_t thread);

/* By the caller, between runs: returns when no thread is busy behind the end of the last. */
void gr_pool_rest(gr_pool *pool);

/* Piece `part` of `parts` of [0, count), cut at multiples of `grain`, as even as it goes. */
typedef struct gr_range {
    size_t from, to;
} gr_range;

static inline gr_range gr_cut(size_t count, size_t grain, size_t part, size_t parts)
{
    if (parts == 1)
        return (gr_range){0, count};
    const size_t grains = (count + grain - 1) / grain;
    const size_t from = grains * part / parts * grain;
    const size_t to = grains * (part + 1) / parts * grain;
    return (gr_range){from, to < count ? to : count};
}

#endif
