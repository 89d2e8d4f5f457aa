/*
 * cli/training_path.h - the networks that a run passes
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_TRAINING_PATH_H
#define CLI_TRAINING_PATH_H

#include "gradus.h"

enum { PATH_POINTS = 128 };

/* The net at the start and after every epoch; of more than there is room for, after every
 * second, fourth, ... one. Out of memory is kept. */
typedef struct training_path {
    gradus_net *net[PATH_POINTS];
    size_t epoch[PATH_POINTS];
    size_t count, every;        /* every: 0 before the start */
    gradus_status status;
} training_path;

/* The net before the first step. */
void path_start(training_path *path, const gradus_net *net);
gradus_observer path_observe;   /* its user is a training_path; stops when asked to */
void path_free(training_path *path);

#endif
