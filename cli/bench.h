/*
 * cli/bench.h - the three things that gradus bench does
 *
 * Each fills a report with what it measured; a table also when it is stopped on request.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_BENCH_H
#define CLI_BENCH_H

#include "bench_subject.h"
#include "report.h"

/* Cases and shapes: rows a second, share of the machine's peak, all threads against one. */
gradus_status bench_table_run(bench_machine *machine, cli_report *report);

/* Whether all threads are ever slower than one.  Errors   NO: they are, on a shape. */
gradus_status bench_sweep_run(bench_machine *machine, cli_report *report);

/* With what power of width, depth, batch and rows the time of a row grows. */
gradus_status bench_growth_run(bench_machine *machine, cli_report *report);

#endif
