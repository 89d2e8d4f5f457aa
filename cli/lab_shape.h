/*
 * cli/lab_shape.h - what the lab of activations measures of one of them
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_LAB_SHAPE_H
#define CLI_LAB_SHAPE_H

#include <math.h>

#include "lab.h"

enum {
    REACH = 40,                 /* z from -40 to 40: there sigmoid is 1 in double */
    PER_UNIT = 64,              /* points between two whole numbers */
    POINTS = 2 * REACH * PER_UNIT + 1,
    MOST_BREAKS = 8,
    DRAWN = 5,                  /* z from -5 to 5 in the picture */
    MOST_NAMED = 7,             /* curves in one chart */
};

/* All curves on the points from -REACH to REACH. */
typedef struct act_shape {
    char name[64];              /* "elu alpha=0.5" */
    gradus_net *net;
    bool forward_only;
    double s[POINTS], slope[POINTS];
    double jump[MOST_BREAKS], kink[MOST_BREAKS];
    size_t jumps, kinks;
    double steepest, from, to;  /* largest |s'|, and where: all z from ... to */
    double min, max;            /* of s, and where */
    double least_at, most_at;
    double nanoseconds;         /* of an element */
} act_shape;

static inline double z_of(size_t point)
{
    return -REACH + (double)point / PER_UNIT;
}

/* Whether the curve has come to rest at an end. */
static inline bool is_flat(const act_shape *shape, bool right)
{
    const size_t end = right ? POINTS - 1 : 0, inner = right ? end - PER_UNIT : PER_UNIT;

    return fabs(shape->s[end] - shape->s[inner]) < 1e-9;
}

/* Measures the activation that shape->name describes. lab_shape_open() goes before. */
gradus_status lab_shape_open(const cli_lab *lab);
gradus_status lab_shape_study(const cli_lab *lab, act_shape *shape);

#endif
