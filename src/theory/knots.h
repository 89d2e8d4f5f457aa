/*
 * theory/knots.h - where an approximation of one variable is cut into pieces
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_KNOTS_H
#define GR_THEORY_KNOTS_H

#include "theory/look.h"

typedef struct gr_knots {
    const gradus_context *context;
    size_t pieces;
    double *x, *y;              /* [pieces + 1] rising from end to end of the box; f there */
} gr_knots;

/* Room for so many; f at the knots that are set.
 * Errors   as of gr_knots_equal(). */
GRADUS_CHECKED gradus_status gr_knots_new(const gr_target *target, size_t pieces,
                                          gr_knots *knots);
GRADUS_CHECKED gradus_status gr_knots_values(const gr_target *target, gr_knots *knots);

/* Errors   ARGUMENT: pieces that are too short for doubles, f is not finite; MEMORY. */
GRADUS_CHECKED gradus_status gr_knots_equal(const gr_target *target, size_t pieces,
                                            gr_knots *knots);

/*
 * What a piece costs: how far an approximation is from f on it, about. `rate`: halving a short
 * piece divides it by 2^rate. `even`: neighbours are to be of about the same length.
 */
typedef struct gr_cost {
    double (*of)(const gr_look *f, double from, double to, double left, double right);
    double rate;
    bool even;
} gr_cost;

/*
 * Pieces that cost about the same. For a limit L pieces are laid one after the other, each as
 * long as its cost is at most L; the least L is found for which `pieces` are enough. Where
 * fewer are, some are halved, or all shortened.
 * Errors   as of gr_knots_equal(); those of enclose.
 */
GRADUS_CHECKED gradus_status gr_knots_even(const gr_target *target, const gr_cost *cost,
                                           size_t pieces, gr_knots *knots);

/* About how many such pieces a limit takes, `most` at most. */
GRADUS_CHECKED gradus_status gr_knots_count(const gr_target *target, const gr_cost *cost,
                                            double limit, size_t most, size_t *pieces);

void gr_knots_free(gr_knots *knots);

#endif
