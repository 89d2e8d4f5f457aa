/*
 * cli/bench_work.h - training and prediction, and the time they take
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_BENCH_WORK_H
#define CLI_BENCH_WORK_H

#include "bench_subject.h"

/* One thing to measure: training, or prediction, of a subject by a team. */
typedef struct bench_work {
    bench_subject *subject;
    bench_team team;
    bool train;
    size_t runs, passes;        /* over the rows, in a run; set by bench_work_fit() */
} bench_work;

/* How many runs and passes take about so long.  Errors   STOPPED, those of gradus_fit(). */
gradus_status bench_work_fit(bench_work *work, double seconds);

/* Rows that go through the network each time that it is done. */
double bench_work_rows(const bench_work *work);

/* Does it once: seconds a row.  Errors   the same. */
gradus_status bench_work_time(const bench_work *work, double *seconds);

size_t bench_work_threads(const bench_work *work);

/* gradus_peak() of the work's team and precision. */
gradus_status bench_work_peak(const bench_work *work, double *flops);

#endif
