/*
 * theory/enclose/jumps.h - units of a step layer that may be on either side of their jump
 *
 * Units with the same z jump together; those with z and -z at the same place, where both are
 * 0. A case says on which side each group is. Two z are the same where their weights are:
 * models that are equal may be of functions that differ by what is rounded.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_ENCLOSE_JUMPS_H
#define GR_THEORY_ENCLOSE_JUMPS_H

#include "theory/enclose/taylor.h"

enum { GR_MOST_JUMPS = 4 };

typedef struct gr_jumps {
    size_t d, units, inputs;
    const gr_taylor *z;             /* [units] */
    const double *weight, *bias;    /* z = W x + b: [units][inputs], [units] or NULL; weight
                                       NULL: z is made in another way */
    size_t groups;                  /* 0 also where there are too many */
    size_t first[GR_MOST_JUMPS];    /* unit of a group */
    bool opposed[GR_MOST_JUMPS];    /* some of its units have -z */
    size_t cases;                   /* two for each group, three where it is opposed */
} gr_jumps;

/* The groups and cases; the rest is given. */
void gr_jumps_find(gr_jumps *jumps);

/* y = step(z) of all units in a case < cases. */
void gr_jumps_set(const gr_jumps *jumps, size_t number, gr_taylor *y);

#endif
