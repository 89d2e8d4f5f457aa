/*
 * task/peak.c - how fast this machine multiplies and adds when nothing holds it up
 *
 * All threads run the kernel's chains in short bursts that begin together. A burst lasts
 * from the first thread's start to the last one's end, so that threads that share a CPU
 * are not counted as two; the best of a few counts, as whatever else runs only takes away.
 * More threads than CPUs would add nothing: so many run at most.
 *
 * SPDX-License-Identifier: MIT
 */
#define _GNU_SOURCE /* sched_setaffinity, sched_getcpu */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/memory.h"
#include "kernels/kernels.h"

enum { BURSTS = 8 };
static const double burst_seconds = 150e-6; /* at least; at most twice as long */

typedef struct runner {
    struct meter *meter;
    pthread_t thread;
    double start[BURSTS], end[BURSTS], flops, sum;
} runner;

typedef struct meter {
    const gr_kernels *kernels;
    size_t rounds;         /* of a burst */
    int home;              /* CPU of the caller */
    runner *runners;       /* 0 is the caller */
    atomic_size_t threads; /* those that run, 0 until all are started */
    atomic_size_t arrived; /* at the bursts so far, together */
} meter;

/* Moves this thread to the CPU that is `steps` behind the caller's and lets it free there:
 * a new thread may stay on its maker's CPU for 30 ms, until the system deals them anew. */
static void step_aside(int home, size_t steps)
{
    cpu_set_t allowed, one;
    if (home < 0 || sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return;
    steps %= (size_t)CPU_COUNT(&allowed);
    size_t cpu = (size_t)home;
    while (steps > 0) {
        cpu = (cpu + 1) % CPU_SETSIZE;
        steps -= CPU_ISSET(cpu, &allowed) != 0;
    }
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    if (sched_setaffinity(0, sizeof one, &one) == 0)
        (void)sched_setaffinity(0, sizeof allowed, &allowed);
}

/* Waits until every thread has come to this burst. */
static void await_all(meter *m, size_t burst)
{
    atomic_fetch_add_explicit(&m->arrived, 1, memory_order_acq_rel);
    for (;;) {
        const size_t threads = atomic_load_explicit(&m->threads, memory_order_acquire);
        if (threads > 0 && atomic_load_explicit(&m->arrived, memory_order_acquire) >=
                               threads * (burst + 1))
            return;
        if (threads == 0)
            sched_yield();
    }
}

static void run_bursts(runner *self)
{
    meter *m = self->meter;
    const unsigned saved = gr_float_enter();
    for (size_t burst = 0; burst < BURSTS; burst++) {
        await_all(m, burst);
        self->start[burst] = gr_clock();
        self->flops = m->kernels->peak(m->rounds, &self->sum);
        self->end[burst] = gr_clock();
    }
    gr_float_leave(saved);
}

static void *live(void *argument)
{
    runner *self = argument;
    step_aside(self->meter->home, (size_t)(self - self->meter->runners));
    run_bursts(self);
    return NULL;
}

/* Rounds that take as long as a burst should; the clock speeds up meanwhile. */
static size_t count_rounds(const gr_kernels *kernels)
{
    for (size_t rounds = 64;; rounds *= 2) {
        double sum;
        const double start = gr_clock();
        (void)kernels->peak(rounds, &sum);
        if (gr_clock() - start >= burst_seconds)
            return rounds;
    }
}

/* Starts up to `count` threads with the caller's, which take no signals; how many run. */
static size_t start_threads(meter *m, size_t count)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    size_t started = 1;
    while (started < count &&
           pthread_create(&m->runners[started].thread, NULL, live, &m->runners[started]) == 0)
        started++;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return started;
}

static double best_rate(const runner *runners, size_t threads)
{
    double best = 0;
    for (size_t burst = 0; burst < BURSTS; burst++) {
        double start = runners[0].start[burst], end = runners[0].end[burst], flops = 0;
        for (size_t t = 0; t < threads; t++) {
            start = runners[t].start[burst] < start ? runners[t].start[burst] : start;
            end = runners[t].end[burst] > end ? runners[t].end[burst] : end;
            flops += runners[t].flops;
        }
        const double rate = flops / (end - start);
        best = rate > best ? rate : best;
    }
    return best;
}

gradus_status gradus_peak(const gradus_context *context, int float64, double *flops)
{
    context = gr_context_or_default(context);
    const gr_kernels *kernels =
        gr_kernels_find(gr_cpu_best(), float64 ? GRADUS_FLOAT64 : GRADUS_FLOAT32);
    meter m = {.kernels = kernels};
    const size_t most = context->threads < context->cpus ? context->threads : context->cpus;
    gradus_status status =
        gr_allocate(context, most, sizeof *m.runners, "the peak's threads", &m.runners);
    if (status != GRADUS_OK)
        return status;
    for (size_t t = 0; t < most; t++)
        m.runners[t].meter = &m;
    m.rounds = count_rounds(kernels);
    m.home = sched_getcpu();
    const size_t threads = start_threads(&m, most);
    atomic_store_explicit(&m.threads, threads, memory_order_release);
    run_bursts(&m.runners[0]);
    for (size_t t = 1; t < threads; t++)
        pthread_join(m.runners[t].thread, NULL);
    *flops = best_rate(m.runners, threads);
    gr_release(context, m.runners);
    return GRADUS_OK;
}
