/*
 * theory/landscape.h - what landscape.c and landscape_path.c share
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_LANDSCAPE_H
#define GR_THEORY_LANDSCAPE_H

#include "theory/curvature.h"
#include "theory/widen.h"

struct gradus_landscape {
    const gradus_context *context;
    gradus_landscape_about about;
    double *values;             /* [lines][columns] */
    gradus_landscape_point *path; /* [about.points] */
};

/* Values of all tensors of a net, one after the other, in double. */
size_t gr_landscape_values(const gradus_net *net);

/*
 * The plane in which the nets of a path lie best: with M [points][values] the weights of each
 * minus those of `centre`, the two eigenvectors of M^T M with the largest eigenvalues. `along`
 * and `across` [values] have norm 1, or across is 0 where all nets are on a line; statistics
 * of batch norm do not move. Fills a and b of the points, and about.explained.
 *
 * Errors   ARGUMENT: a net that differs from `net` in more than its weights, one that is not
 *          finite, no movement; MEMORY: points vectors of all values.
 */
GRADUS_CHECKED gradus_status gr_landscape_project(
    gradus_landscape *landscape, const gradus_net *net, const gradus_net *const *path,
    const double *centre, double *along, double *across);

/* The loss, the gradient and its noise, the Hessian's extreme eigenvalues and the verdict, into
 * `about`. gradient and direction [parameters], direction 0.   Errors   DATA, MEMORY. */
GRADUS_CHECKED gradus_status gr_landscape_bend(
    gradus_landscape *landscape, gr_curvature *curvature,
    const gradus_landscape_options *options, double *gradient, double *direction);

#endif
