/*
 * cli/bench_trip.h - how far the CPUs of two threads are from each other
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_BENCH_TRIP_H
#define CLI_BENCH_TRIP_H

/*
 * Seconds of a round trip: a line of the cache goes to another thread, wherever that runs, and
 * back. Takes 1 ms, or more where both share a CPU. NaN where no thread can be had.
 */
double bench_round_trip(void);

#endif
