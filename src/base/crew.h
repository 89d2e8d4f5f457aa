/*
 * base/crew.h - the threads that a context keeps
 *
 * A call that is over in less time than threads take to start borrows those of its context.
 * One caller has them at a time: who comes meanwhile works alone. They are started, or woken,
 * once the calls that worked alone would have gained as much as that takes. They end with the
 * context. A process that was forked starts its own.
 *
 * Whether they pay depends on what else the machine does: a thread whose CPU is taken away
 * makes its caller wait. So callers say what they saved. Once losses outweigh savings, of which
 * the last 5 ms count, callers do without for 33 times as long: that costs 3 % of the time.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_BASE_CREW_H
#define GR_BASE_CREW_H

#include <stdatomic.h>

#include "base/pool.h"

struct gr_crew {         /* all 0: not started */
    atomic_int taken;    /* by this process; 0: free */
    int process;         /* whose threads they are */
    gr_pool *pool;       /* NULL: not started */
    double missed;       /* seconds that calls would have gained by them */
    double end;          /* of the last one, about */
    double account;      /* seconds saved, less what was lost */
    double rest;         /* they are not given before */
};

/*
 * For work that takes so many seconds alone. *pool is NULL where the caller does it alone; else
 * it goes back by gr_crew_give_back().   Errors   MEMORY.
 */
GRADUS_CHECKED gradus_status gr_crew_borrow(const gradus_context *context, double alone,
                                            gr_pool **pool);

/* `saved` seconds, negative where alone would have been faster; a NULL pool is fine. */
void gr_crew_give_back(const gradus_context *context, gr_pool *pool, double saved);

void gr_crew_free(gr_crew *crew);

#endif
