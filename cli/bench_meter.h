/*
 * cli/bench_meter.h - repetitions of a measurement, and what is the middle of them
 *
 * Repetitions of what is to be compared take turns, so that all see the same machine: the
 * loop over repetitions is the caller's, and the outer one.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_BENCH_METER_H
#define CLI_BENCH_METER_H

#include "bench_work.h"

typedef struct bench_meter {
    bench_work work;
    size_t done;                /* repetitions */
    size_t unsteady;            /* of them taken although something else ran */
    double *seconds;            /* [repeats] of a row */
    double *peak;               /* [repeats] flop/s before and after, the mean */
    double *share;              /* [repeats] of the peak that was used */
    double *ratio;              /* [repeats], see bench_meter_compare() */
} bench_meter;

/* With `work` set: room for all repetitions, and how much one is. Free it in any case. */
gradus_status bench_meter_open(bench_meter *meter);
void bench_meter_free(bench_meter *meter);

/* One repetition. */
gradus_status bench_meter_read(bench_meter *meter);

/*
 * One repetition between two readings of the peak. Where these differ by more than 3 %, or
 * the only thread was without its CPU for more than 3 % of the time, it is done again, three
 * times at most; the steadiest one is taken then, and counted as unsteady.
 */
gradus_status bench_meter_read_peak(bench_meter *meter);

/* How many times as fast the last repetition was as the one of `other` in the same round: what
 * the machine did in this round, it did to both. */
void bench_meter_compare(bench_meter *meter, const bench_meter *other);

/* Seconds a row, over the repetitions so far. */
double bench_meter_median(const bench_meter *meter);
/* Of what bench_meter_compare() found in each. */
double bench_meter_ratio(const bench_meter *meter);
/* The middle half of the repetitions, as a share of the median. */
double bench_meter_spread(const bench_meter *meter);

/* The value below which a share of them lie, between two of them by proportion. Sorts. */
double bench_quantile(double *values, size_t count, double share);

/* The line on a terminal that says how far a run is, drawn again and again. */
typedef struct bench_watch {
    bool draws;
    size_t done, total;
    double started, drawn;
} bench_watch;

void bench_watch_start(bench_watch *watch, const cli_settings *settings, size_t total);
void bench_watch_step(bench_watch *watch, const bench_work *work);
void bench_watch_finish(bench_watch *watch);

#endif
