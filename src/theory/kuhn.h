/*
 * theory/kuhn.h - relu interpolation on the Kuhn triangulation of a grid, as numbers
 *
 * In steps of the grid, y_i = N (x_i - a_i)/(b_i - a_i), the hyperplanes y_i = j and
 * y_i - y_j = m cut each cell into d! simplices. What is linear on each of them and has the
 * values v_j at the nodes j is a sum over the nodes but the first, each with its axes S where
 * j is not 0 (docs/math/constructions.md):
 *
 *     net(x) = v_0 + sum_j c_j R(y_i - j_i + 1 : i in S),   R(z) = relu(min z)
 *     c_j    = m_j - m_(j-1),   m the mixed differences of v, m_(j-1) = 0 where j - 1 on S has
 *                               a 0: sums of v without rounding, by gr_step()
 *
 *     R(a, b)    = R(a) - relu(a - R(b))
 *     R(a, b, c) = R(a, b) - relu(min(a, b) - R(c)),        min(a, b) = a - relu(a - b)
 *
 * So the first layer has the relu of each y_i - j, j = 0 .. N-1, and with three axes that of
 * each y_1 - y_2 - m; the second has a unit for each c_j of two axes or three, and one that
 * carries what the output needs of the first: two layers are the least that can do it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_KUHN_H
#define GR_THEORY_KUHN_H

#include "theory/grid.h"

enum { GR_KUHN_INPUTS = 3 };

typedef struct gr_kuhn {
    gr_grid grid;
    double weight[GR_KUHN_INPUTS]; /* of x_i in y_i */
    double base, carry;            /* the output's bias is base - carry */
    double *first;                 /* [d N] what the carrying unit takes of the first layer */
    double *second;                /* [seconds] what the output takes of the second */
    size_t firsts, seconds;        /* units, the carrying one not among them */
    double off;                    /* at most |v_j - f| at the nodes */
} gr_kuhn;

/* Errors   of gr_grid_new and gr_enclose; MEMORY. */
GRADUS_CHECKED gradus_status gr_kuhn_new(const gr_target *target, size_t pieces,
                                         gr_kuhn *kuhn);
void gr_kuhn_free(gr_kuhn *kuhn);

/* Units of the first layer: y_i - j; y_1 - y_2 - m, m = place - (N - 1). */
static inline size_t gr_kuhn_rise(const gr_kuhn *k, size_t axis, size_t j)
{
    return axis * k->grid.pieces + j;
}

static inline size_t gr_kuhn_between(const gr_kuhn *k, size_t place)
{
    return 3 * k->grid.pieces + place;
}

/* Units of the second, of the axes a < b at j[a], j[b], and of all three. */
static inline size_t gr_kuhn_pair(const gr_kuhn *k, size_t a, size_t b, const size_t *j)
{
    const size_t n = k->grid.pieces;
    return ((a + b - 1) * n + j[a]) * n + j[b];
}

static inline size_t gr_kuhn_triple(const gr_kuhn *k, const size_t *j)
{
    const size_t n = k->grid.pieces;
    return 3 * n * n + gr_number(j, n, 3);
}

/* Biases of the first layer. */
double gr_kuhn_rise_bias(const gr_kuhn *kuhn, size_t axis, size_t j);
double gr_kuhn_between_bias(const gr_kuhn *kuhn, size_t place);

/* How far an evaluation of the stored net is from the interpolation of the v_j. */
double gr_kuhn_rounding(const gr_kuhn *kuhn);

/* *worst becomes at least |f - the interpolation of f| on a cell.   Errors   of gr_enclose. */
GRADUS_CHECKED gradus_status gr_kuhn_cell_error(const gr_grid *grid, const size_t *cell,
                                                double *worst);
/* The same for a cell where f is not smooth; `most` is known to be enough. */
GRADUS_CHECKED gradus_status gr_kuhn_part_error(const gr_grid *grid, const size_t *cell,
                                                double most, double *worst);

#endif
