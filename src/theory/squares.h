/*
 * theory/squares.h - squares and products in a tower of relu layers
 *
 *     f_m(x) = x - sum_(s = 1..m) g_s(x) / 4^s        0 <= f_m(x) - x^2 <= 2^(-2m-2) on [0, 1]
 *     p q = ((p + q)/2)^2 - ((p - q)/2)^2
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_SQUARES_H
#define GR_THEORY_SQUARES_H

#include "theory/tower.h"

/* What goes through layers beside them, a unit of each for each: forms >= 0 over the layer
 * that was added last, before and after. */
enum { GR_CARRIED = 2 * GRADUS_VARIABLES + 2 }; /* v_i, and what waits on a stack */
typedef struct gr_carried {
    size_t count;
    gr_form form[GR_CARRIED];
} gr_carried;

/* A layer of nothing but that.  Errors   MEMORY, as of all here. */
GRADUS_CHECKED gradus_status gr_tower_carry(gr_tower *tower, gr_carried *carried);

/* f_m(x) + slope x + shift for 0 <= x <= 1, which is to be >= 0 for any m: by `levels` layers,
 * one at least, of three units, two in the first one. */
typedef struct gr_line {
    double slope, shift;
} gr_line;
GRADUS_CHECKED gradus_status gr_tower_square(gr_tower *tower, size_t levels, gr_form x,
                                             gr_line line, gr_carried *carried, gr_form *sum);

/* p q for |p|, |q| <= 1, by levels + 1 layers: as each square is too large by 0 to d, the
 * product is off by d at most, and exact where p or q is 0. */
GRADUS_CHECKED gradus_status gr_tower_multiply(gr_tower *tower, size_t levels, gr_form p,
                                               gr_form q, gr_carried *carried,
                                               gr_form *product);

/* sup |f_m - x^2| = 2^(-2m-2) */
double gr_square_error(size_t levels);

#endif
