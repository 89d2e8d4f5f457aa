/*
 * bench/peer.h - what the C workers of `make bench-peers` share
 *
 * A worker is a process that trains and predicts with one tool on a fixed number of threads.
 * It is told what to do by a line on its standard input and answers with a line:
 *
 *     open CASE              ok, or: no REASON
 *     train SECONDS          seconds a row takes in training, measured for about so long
 *     infer SECONDS          the same in prediction
 *     check STEPS RATE       from the case's weights, mean loss of the first batch of rows
 *                            after so many steps on it; the case is opened afresh
 *
 * bench/peer.py does the same for the workers in Python, bench/peers.py talks to both.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PEER_WIDTHS = 8 };

/* One line of cases.txt, and what the case's files hold (bench/peer_data.c). */
typedef struct peer_case {
    char name[32], hidden[16], last[16], loss[16];
    size_t width[PEER_WIDTHS], layers; /* layer i reads width[i], gives width[i + 1]     */
    size_t batch, rows;
    bool row_by_row;
    float *x, *y;                      /* [rows][inputs], [rows][outputs]                */
    uint32_t *label;                   /* [rows], where the loss is the cross-entropy    */
    float *weight[PEER_WIDTHS];        /* [outputs][inputs], after it bias [outputs]     */
} peer_case;

/* What a worker can do. A unit is as many rows as one call handles at least. */
typedef struct peer_tool {
    const char *(*about)(void);
    /* Gets ready for a case, letting go of the one before. NULL, or why it cannot. */
    const char *(*open)(const peer_case *at, size_t threads, double rate);
    size_t (*train_rows)(void);        /* of a unit */
    void (*train)(size_t units);
    size_t (*infer_rows)(void);
    void (*infer)(size_t units);
    double (*check)(size_t steps);     /* or NULL */
} peer_tool;

/* main() of a worker: its arguments are the folder with the data, and the threads. */
int peer_main(int count, char **arguments, const peer_tool *tool);

double peer_clock(void);
void *peer_allocate(size_t bytes); /* zeros, at a line of the cache; or ends the worker */
void peer_shuffle(uint32_t *order, size_t count);

#endif
