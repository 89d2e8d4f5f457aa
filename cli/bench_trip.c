/*
 * cli/bench_trip.c - how far the CPUs of two threads are from each other
 *
 * Two threads hit a ball to and fro. Where a host shares its cores among guests, the CPUs of
 * one may be neighbours in this minute and in different parts of the chip in the next.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench_trip.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>

#include "progress.h"

enum {
    LINE = 64,
    OVER = -1,                  /* instead of a hit: the game is */
    TRIPS = 256,                /* between two looks at the clock */
    PATIENCE = 10000            /* looks, after which the other may need this CPU */
};

static const double enough = 1e-3;

/* Hits are counted: odd ones are of the thread that asks, even ones of its partner. */
typedef struct bench_ball {
    _Alignas(LINE) atomic_int hits;
} bench_ball;

/* The count of hits when it is another than `seen`. */
static int wait_for_hit(bench_ball *ball, int seen)
{
    int hits;

    for (size_t looks = 1; (hits = atomic_load(&ball->hits)) == seen; looks++)
        if (looks % PATIENCE == 0)
            sched_yield();
    return hits;
}

static void *hit_back(void *shared)
{
    bench_ball *ball = shared;
    int hits = 0;

    while ((hits = wait_for_hit(ball, hits)) != OVER)
        atomic_store(&ball->hits, ++hits);
    return NULL;
}

static int play(bench_ball *ball, int hits)
{
    for (int i = 0; i < TRIPS; i++) {
        atomic_store(&ball->hits, ++hits);
        hits = wait_for_hit(ball, hits);
    }
    return hits;
}

double bench_round_trip(void)
{
    bench_ball ball = {.hits = 0};
    pthread_t partner;
    double start, now;
    int first, hits;

    if (pthread_create(&partner, NULL, hit_back, &ball) != 0)
        return NAN;
    first = hits = play(&ball, 0); /* till the partner runs */
    start = progress_clock();
    do {
        hits = play(&ball, hits);
        now = progress_clock();
    } while (now - start < enough);
    atomic_store(&ball.hits, OVER);
    pthread_join(partner, NULL);
    return (now - start) / ((hits - first) / 2);
}
