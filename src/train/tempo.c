/*
 * train/tempo.c - whether all threads or one take the steps of a run faster
 *
 * SPDX-License-Identifier: MIT
 */
#include "train/tempo.h"

#include <math.h>

enum { TRIES = 2, LEGS = 2 * TRIES, MOST_STEPS = 4096 };
enum { LEAST_LEGS = 20, MOST_LEGS = 1000000 }; /* of a winner */

static const double leg_seconds = 1e-4; /* long beside the clock and a thread's waking */
static const double long_step = 1e-3;   /* beside which handing over is little */
static const double stall = 2e-3;       /* of a thread that waits for its CPU */
static const double late = 3;           /* times what a leg should take */
static const double better = 0.98;      /* times the best */
static const double hopeless = 1.5;     /* times one thread's step */
static const double idle = 0.3;         /* of a step, slept by each thread beside the first */
static const double worth = 66;         /* times a trial, before there is another */
static const size_t wait = 33;          /* long steps a thread, before the first trial */
static const double long_work = 5e7;    /* multiply-adds of a thread's part: a third of a
                                           millisecond at best */

static void start_leg(gr_tempo *tempo, unsigned leg, double now)
{
    tempo->leg = leg;
    tempo->left = tempo->steps;
    tempo->done = 0;
    tempo->started = now;
    tempo->all = leg == LEGS ? tempo->best[1] <= tempo->best[0] : leg >= TRIES;
}

/* Of long work one thread takes one step. */
static void start_trial(gr_tempo *tempo, double now)
{
    tempo->trial = now;
    tempo->best[0] = tempo->best[1] = INFINITY;
    start_leg(tempo, tempo->is_long ? TRIES - 1 : 0, now);
}

void gr_tempo_open(gr_tempo *tempo, double (*now)(void), size_t threads, double work)
{
    *tempo = (gr_tempo){.now = now, .steps = 1, .all = true,
                        .threads = threads, .is_long = work >= long_work * (double)threads};
    if (now == NULL)
        return;
    start_trial(tempo, now());
    if (!tempo->is_long)
        return;
    tempo->held = wait * threads; /* a step by one thread is 3 % of them */
    start_leg(tempo, LEGS, now());
}

/* All threads are so late that it is no accident. */
static bool is_hopeless(const gr_tempo *tempo)
{
    return tempo->best[1] > hopeless * tempo->best[0];
}

/* The winner's legs, of some leg_seconds; the fewest after a cold trial in doubt. Where steps
 * are long all threads, who have won, keep them until they stall. */
static void end_trial(gr_tempo *tempo, double now)
{
    const double best = tempo->best[0] < tempo->best[1] ? tempo->best[0] : tempo->best[1];
    const double step = best > 1e-9 ? best : 1e-9;
    const double steps = leg_seconds / step;
    tempo->steps = steps > MOST_STEPS ? MOST_STEPS : 1 + (size_t)steps;
    const double legs = worth * (now - tempo->trial) / ((double)tempo->steps * step);
    const bool clear = step >= leg_seconds && is_hopeless(tempo);
    const bool cold = !tempo->warm && !tempo->is_long && !clear;
    tempo->warm = true;
    start_leg(tempo, LEGS, now);
    const bool keep = (tempo->all && step >= long_step) || !(legs < MOST_LEGS);
    tempo->held = keep ? MOST_LEGS : cold || legs < LEAST_LEGS ? LEAST_LEGS : (size_t)legs;
}

/* All threads hold on: one of them may share its CPU, and the others wait for it. */
static bool is_stalled(gr_tempo *tempo, double spent, double slept)
{
    double *best = &tempo->best[1];
    if (*best == INFINITY) { /* before the first trial */
        *best = spent / tempo->done;
        return slept > idle * spent * (double)(tempo->threads - 1);
    }
    return spent > stall && spent > late * *best * (double)tempo->steps;
}

/* A leg that was better is taken again, but not of long work. */
static void end_try(gr_tempo *tempo, double now)
{
    double *best = &tempo->best[tempo->all];
    const double step = (now - tempo->started) / tempo->done;
    const bool is_first = *best == INFINITY;
    const bool again = step < better * *best && !tempo->is_long;
    const unsigned next = again ? tempo->leg : tempo->leg + 1;
    *best = step < *best ? step : *best;
    if (next == LEGS || (tempo->all && !is_first && is_hopeless(tempo)))
        end_trial(tempo, now);
    else
        start_leg(tempo, next, now);
}

static void end_leg(gr_tempo *tempo, double now, double slept)
{
    const double spent = now - tempo->started;
    if (tempo->leg < LEGS) {
        end_try(tempo, now);
        return;
    }
    tempo->held--;
    if ((tempo->all && is_stalled(tempo, spent, slept - tempo->slept)) || tempo->held == 0)
        start_trial(tempo, now);
    else
        start_leg(tempo, LEGS, now);
    tempo->slept = slept;
}

/* All threads have the time that one would take, and a little more. */
static bool is_late(const gr_tempo *tempo, double now)
{
    return now - tempo->started > late * tempo->best[0] * (double)tempo->steps;
}

bool gr_tempo_all(gr_tempo *tempo, double share, double slept)
{
    if (tempo->now == NULL)
        return true;
    const bool watched =
        tempo->leg >= TRIES && tempo->leg < LEGS && tempo->left < tempo->steps;
    if (tempo->left == 0 || watched) {
        const double now = tempo->now();
        if (tempo->left == 0 || is_late(tempo, now))
            end_leg(tempo, now, slept);
    }
    tempo->left--;
    tempo->done += share;
    return tempo->all;
}
