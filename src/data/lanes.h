/* data/lanes.h - sums in GR_LANES lanes of double: value i goes to lane i % GR_LANES, the
 * lanes are added as a fixed tree (kernels/kernels.h). For values that come one by one.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_DATA_LANES_H
#define GR_DATA_LANES_H

#include "kernels/kernels.h"

typedef struct gr_lanes {
    double lane[GR_LANES];
    size_t count;
} gr_lanes;

static inline void gr_lanes_add(gr_lanes *sum, double x)
{
    sum->lane[sum->count++ % GR_LANES] += x;
}

static inline double gr_lanes_total(const gr_lanes *sum)
{
    const double *l = sum->lane;
    return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
}

#endif
