/*
 * train/tempo.c - whether all threads or one take the steps of a run faster
 *
 * SPDX-License-Identifier: MIT
 */
#include "train/tempo.h"

#include <math.h>

enum { TRIES = 3, LEGS = 2 * TRIES, HOLD = 200, MOST_STEPS = 4096 };

static const double leg_seconds = 1e-4; /* long beside the clock and a thread's waking */
static const double long_step = 1e-3;   /* beside which handing over is nothing */

static void start_leg(gr_tempo *tempo, unsigned leg)
{
    tempo->leg = leg;
    tempo->left = leg == LEGS ? HOLD * tempo->steps : tempo->steps;
    if (leg == 0)
        tempo->best[0] = tempo->best[1] = INFINITY;
    tempo->all = leg == LEGS ? tempo->best[1] <= tempo->best[0] : leg < TRIES;
}

void gr_tempo_open(gr_tempo *tempo, double (*now)(void))
{
    *tempo = (gr_tempo){.now = now, .steps = 1, .all = true};
    if (now == NULL)
        return;
    start_leg(tempo, 0);
    tempo->started = now();
}

/* A leg of a trial is over. The next trial has legs of some leg_seconds. */
static void take_time(gr_tempo *tempo, double now)
{
    const double seconds = (now - tempo->started) / (double)tempo->steps;
    double *best = &tempo->best[tempo->all];
    *best = seconds < *best ? seconds : *best;
    if (tempo->leg == TRIES - 1 && *best >= long_step)
        tempo->now = NULL;
    if (tempo->leg + 1 < LEGS)
        return;
    const double step = tempo->best[0] < tempo->best[1] ? tempo->best[0] : tempo->best[1];
    const double steps = leg_seconds / (step > 1e-9 ? step : 1e-9);
    tempo->steps = steps > MOST_STEPS ? MOST_STEPS : 1 + (size_t)steps;
}

bool gr_tempo_all(gr_tempo *tempo)
{
    if (tempo->now == NULL)
        return true;
    if (tempo->left == 0) {
        const double now = tempo->now();
        if (tempo->leg < LEGS)
            take_time(tempo, now);
        if (tempo->now == NULL)
            return true;
        start_leg(tempo, tempo->leg == LEGS ? 0 : tempo->leg + 1);
        tempo->started = now;
    }
    tempo->left--;
    return tempo->all;
}
