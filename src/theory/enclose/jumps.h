/*
 * theory/enclose/jumps.h - units of a step layer that may be on either side of their jump
 *
 * Units with the same z jump together; those with z and -z at the same place, where both are
 * 0. A case says on which side each group is.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_ENCLOSE_JUMPS_H
#define GR_THEORY_ENCLOSE_JUMPS_H

#include "theory/enclose/taylor.h"

enum { GR_MOST_JUMPS = 4 };

typedef struct gr_jumps {
    size_t d;
    size_t groups;                      /* 0 also where there are too many */
    const gr_taylor *z[GR_MOST_JUMPS];  /* of the first unit of a group */
    bool opposed[GR_MOST_JUMPS];        /* some of its units have -z */
    size_t cases;                       /* two for each group, three where it is opposed */
} gr_jumps;

void gr_jumps_find(size_t d, size_t units, const gr_taylor *z, gr_jumps *jumps);

/* y = step(z) of all units in a case < cases. */
void gr_jumps_set(const gr_jumps *jumps, size_t number, size_t units, const gr_taylor *z,
                  gr_taylor *y);

#endif
