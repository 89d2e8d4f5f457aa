/*
 * base/pool.h - threads that wait for work
 *
 * A run splits a range into parts; which thread takes which part changes no result, as
 * parts never share an output. The caller is thread 0.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_BASE_POOL_H
#define GR_BASE_POOL_H

#include "base/context.h"

typedef struct gr_pool gr_pool;

/* work on [from, to) of the range; must not fail, allocate or run the pool again */
typedef void gr_work(void *job, size_t from, size_t to);

GRADUS_CHECKED gradus_status gr_pool_new(const gradus_context *context, size_t threads,
                                         gr_pool **pool);
void gr_pool_free(gr_pool *pool);
size_t gr_pool_threads(const gr_pool *pool); /* NULL pool: 1 */

/*
 * Calls work(job, from, to) on disjoint pieces that cover [0, count), and returns when
 * all are done. Pieces begin at multiples of `grain`. With a NULL pool, one thread, or
 * count <= grain it is a plain call.
 */
void gr_pool_run(gr_pool *pool, size_t count, size_t grain, gr_work *work, void *job);

#endif
