/*
 * cli/lab_learn.h - a function of one variable, learned from its values
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_LAB_LEARN_H
#define CLI_LAB_LEARN_H

#include "approximate.h"
#include "lab.h"

enum { GRID = 4001 };

/* A network sees z from -1 to 1 and y of mean 0 and variance 1, over the grid. */
typedef struct lab_target {
    cli_subject subject;
    double mean, deviation;     /* of f */
    double x[GRID], z[GRID], y[GRID];
} lab_target;

/* The expression that is the lab's first argument, on --on; without one the default's. */
gradus_status lab_target_open(const cli_lab *lab, lab_target *target);
void lab_target_close(lab_target *target);

typedef struct lab_error {
    double sup, rms;            /* over the grid, in units of f */
} lab_error;

/* Of outputs for the grid, scaled as y is. */
lab_error lab_error_of(const lab_target *target, const double *output);

typedef struct lab_learning {
    const char *activation;
    size_t units;
    double size;                /* of the hidden units' slopes at first; 0: as they are drawn */
    double rate;
    size_t rows, steps;
    double noise;               /* added to y: its deviation */
    bool even;                  /* x: middles of as many parts of the box; else drawn */
    uint64_t seed;              /* of x, noise and weights */
} lab_learning;

/* Errors   those of gradus_fit(), told; DIVERGED gives infinite errors instead. */
gradus_status lab_learn(const cli_lab *lab, const lab_target *target,
                        const lab_learning *how, lab_error *error);

#endif
