/*
 * cli/bench_subject.h - networks with the data they learn from
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_BENCH_SUBJECT_H
#define CLI_BENCH_SUBJECT_H

#include "bench_shape.h"

/* Each network is there twice: for one thread, and for all. */
typedef enum bench_team { TEAM_ONE, TEAM_ALL, TEAMS } bench_team;

typedef struct bench_machine {
    const cli_settings *settings;
    gradus_context *context[TEAMS];
    size_t threads;             /* of TEAM_ALL; where it is 1, it is TEAM_ONE's context */
    gradus_precision precision;
    double bytes;               /* of all subjects that are open, about */
} bench_machine;

gradus_status bench_machine_open(const cli_settings *settings, bench_machine *machine);
void bench_machine_close(bench_machine *machine);

typedef struct bench_subject {
    bench_machine *machine;
    bench_shape shape;
    size_t rows, batch;         /* as many rows as whole batches have */
    gradus_net *net[TEAMS];     /* equal ones; runs work on copies */
    gradus_set set;
    void *x, *y;                /* [rows][inputs], [rows][outputs] or NULL */
    uint32_t *label;            /* [rows] or NULL */
    void *prediction, *scratch;
    double bytes;
} bench_subject;

/* Errors   ARGUMENT: more than this machine's memory; MEMORY. Close it in any case. */
gradus_status bench_subject_open(bench_machine *machine, const bench_shape *shape,
                                 bench_subject *subject);
void bench_subject_close(bench_subject *subject);

/* Bytes of a number in the subject's arrays. */
size_t bench_number_size(const bench_subject *subject);

#endif
