/*
 * cli/lab_cost.h - a network whose passes are timed, with its examples
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_LAB_COST_H
#define CLI_LAB_COST_H

#include "lab.h"

typedef struct cost_case {
    const char *layers, *text;
    size_t inputs, outputs;
    size_t rows, batches;       /* of a batch; batches there are */
    size_t pairs;               /* of times that are taken */
    gradus_precision precision;
    gradus_net_about about;
    gradus_net *net;
    void *x, *y;                /* [batches][rows][inputs], [batches][rows][outputs] */
} cost_case;

/* What is compared, each a median of pairs that were taken one behind the other. */
typedef struct cost_times {
    double upper, lower;        /* seconds */
    double ratio;
} cost_times;

/* Bytes of a number. */
size_t cost_size(const cost_case *c);
/* The net and its examples.  Errors   MEMORY and those of gradus_net_new(), told. Close it in
 * any case. */
gradus_status cost_open(const gradus_context *context, cost_case *c);
void cost_close(cost_case *c);

/* Table and chart: differences by every weight over a gradient. */
gradus_status cost_differences(cli_lab *lab);

#endif
