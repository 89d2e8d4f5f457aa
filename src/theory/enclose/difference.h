/*
 * theory/enclose/difference.h - f - net over a box, from above and from below
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_ENCLOSE_DIFFERENCE_H
#define GR_THEORY_ENCLOSE_DIFFERENCE_H

#include "theory/enclose/network.h"

typedef struct gr_difference {
    double bound;                       /* |f - net| is at most that on the box */
    double guess;                       /* and at `likely` some such value, not proved */
    double likely[GR_TAYLOR_INPUTS];
    double share[GR_TAYLOR_INPUTS];     /* gr_network_shares() */
    double weight[GR_TAYLOR_INPUTS];    /* how much of the bound each axis makes */
    double kink;                        /* gr_network_kink() */
} gr_difference;

/* Errors   those of f->enclose. */
GRADUS_CHECKED gradus_status gr_difference_over(const gr_network *network,
                                                const gradus_function *f,
                                                const gradus_interval *box,
                                                gr_difference *difference);

/* f(x), net(x), and f(x) - net(x) at a point, enclosed. */
typedef struct gr_difference_at {
    gradus_interval f, net, error;
} gr_difference_at;
GRADUS_CHECKED gradus_status gr_difference_at_point(const gr_network *network,
                                                    const gradus_function *f, const double *x,
                                                    gr_difference_at *at);

#endif
