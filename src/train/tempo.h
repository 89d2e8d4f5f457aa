/*
 * train/tempo.h - whether all threads or one take the steps of a run faster
 *
 * Which thread computes what changes no bit, so a run may choose anew at any step. How fast
 * threads hand over to each other depends on the machine, and on what else it does: where one
 * of them has to share its CPU, a step may take a thousand times as long. So the run tries. A
 * trial is legs of steps by one thread, until two were no better than the best, then such legs
 * by all: the first ones find caches and branches as the other team left them, and some wait
 * for a sleeper or an epoch's end; the fastest counts. A leg of all that is late already ends
 * at once, and a second one that is hopeless is the last. Who wins takes the next steps, until
 * the trial is 1.5 % of the time, or all threads have become late; of steps of a millisecond,
 * until that alone. But of shorter steps the first trial, whose legs are single ones that
 * nothing has warmed, holds for some 2 ms, or 20 steps, unless these are long beside a thread's
 * waking and all threads were hopeless. Where a step is long work, handing over is little: all
 * threads begin, and the first trial waits until its one step by one thread, which two by all
 * follow, is 3 % of the time, or all threads have become late, or the first step made one of
 * them sleep.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TRAIN_TEMPO_H
#define GR_TRAIN_TEMPO_H

#include <stdbool.h>
#include <stddef.h>

typedef struct gr_tempo {
    double (*now)(void); /* seconds; NULL: no trials, all threads */
    size_t threads;
    bool is_long;        /* the work of a step */
    bool all;            /* take the steps of now */
    bool warm;           /* behind the first trial */
    unsigned leg;        /* 0, 1: by one thread, 2, 3: by all, 4: of the winner */
    size_t left, steps;  /* steps left of this leg; of a leg */
    double done;         /* steps of this leg, the last of an epoch by its rows */
    size_t held;         /* legs left of the winner */
    double started, trial; /* this leg, and the trial */
    double slept;        /* as told at the start of this leg of the winner */
    double best[2];      /* seconds of a step, by one thread and by all */
} gr_tempo;

/* Work: multiply-adds of a step, for all of `threads`. */
void gr_tempo_open(gr_tempo *tempo, double (*now)(void), size_t threads, double work);

/* Asked before each step: whether all threads take it; told what share of a step's usual rows
 * it has, in (0, 1], and how long they have slept at work, all together (gr_pool_slept()).
 * Cost   a clock a leg. */
bool gr_tempo_all(gr_tempo *tempo, double share, double slept);

#endif
