/* base/crew.c - the threads that a context keeps.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/crew.h"

#include <stdbool.h>
#include <unistd.h>

#include "base/clock.h"

/* Seconds that each thread takes to take part, when it is awake; to be woken; to be started. */
static const double take_part = 8e-6, wake = 3e-5, start = 1e-4;
static const double most_account = 5e-3, back = 33; /* times a loss */
static const double apart = 1e-4; /* seconds of a pause: the threads may be asleep by then */

/* No more than CPUs, unless always_threads; the caller is one of them. */
static size_t threads_of(const gradus_context *context)
{
    const bool all = context->always_threads || context->threads < context->cpus;
    return all ? context->threads : context->cpus;
}

/* What a parent had taken when it forked is free again. */
static bool take(gr_crew *crew, int process)
{
    int taken = atomic_load(&crew->taken);
    return taken != process && atomic_compare_exchange_strong(&crew->taken, &taken, process);
}

/* Whether they are worth it now. */
static bool pays(gr_crew *crew, double alone, double gain, double others)
{
    const double now = gr_clock();
    if (now < crew->rest)
        return false;
    const double cost = crew->pool == NULL          ? start * others
                      : gr_pool_sleeps(crew->pool) ? wake * others : 0;
    if (crew->pool != NULL && now - crew->end > apart)
        crew->missed = 0;
    crew->missed += gain;
    crew->end = now + alone;
    if (crew->missed < cost)
        return false;
    crew->missed = 0;
    return true;
}

gradus_status gr_crew_borrow(const gradus_context *context, double alone, gr_pool **pool)
{
    gradus_status status = GRADUS_OK;
    gr_crew *crew = context->crew;
    const size_t threads = threads_of(context);
    const double others = (double)threads - 1;
    const double gain = alone * others / (others + 1) - take_part * others;
    *pool = NULL;
    if (threads == 1 || (gain <= 0 && !context->always_threads))
        return GRADUS_OK;
    const int process = (int)getpid();
    if (!take(crew, process))
        return GRADUS_OK;
    if (crew->process != process) {
        gr_pool_forget(crew->pool);
        crew->pool = NULL;
        crew->process = process;
    }
    if (pays(crew, alone, gain, others) || context->always_threads) {
        if (crew->pool == NULL)
            status = gr_pool_new(context, threads, &crew->pool);
        *pool = crew->pool;
    }
    if (*pool == NULL)
        atomic_store(&crew->taken, 0);
    return status;
}

void gr_crew_give_back(const gradus_context *context, gr_pool *pool, double saved)
{
    if (pool == NULL)
        return;
    gr_crew *crew = context->crew;
    const double sum = crew->account + saved;
    if (sum < 0)
        crew->rest = gr_clock() - back * sum;
    crew->account = sum < 0 ? 0 : sum < most_account ? sum : most_account;
    atomic_store(&crew->taken, 0);
}

void gr_crew_free(gr_crew *crew)
{
    if (crew->process == (int)getpid())
        gr_pool_free(crew->pool);
    else
        gr_pool_forget(crew->pool);
    crew->pool = NULL;
}
