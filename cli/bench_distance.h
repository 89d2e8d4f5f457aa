/*
 * cli/bench_distance.h - how far the CPUs of two threads are from each other
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_BENCH_DISTANCE_H
#define CLI_BENCH_DISTANCE_H

#include <gradus.h>

/*
 * Seconds in which a line of the cache goes to another thread and back: what it costs that
 * threads meet. Takes 1 ms. NaN where no thread can be had.
 */
double bench_distance(void);

#endif
