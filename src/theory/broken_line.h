/*
 * theory/broken_line.h - a network of relu units that interpolates f between given knots
 *
 *     net(x) = y_p + sum_{j <= p} out_j relu(x_j - x) + sum_{j >= p} out_j relu(x - x_j)
 *
 * out_j is how much the slope changes at knot j; N pieces take N units. The pivot, knot p,
 * carries two of them, one facing each way, so that the outer pieces go on forever.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_BROKEN_LINE_H
#define GR_THEORY_BROKEN_LINE_H

#include "theory/one_layer.h"

/* Through y [pieces + 1] at the rising `knot` [pieces + 1]. Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_broken_line_new(const gradus_context *context, size_t pieces,
                                                const double *knot, const double *y,
                                                gr_one_layer *layer);

/* How far f is from it between the first and the last knot. */
GRADUS_CHECKED gradus_status gr_broken_line_bound(const gr_target *target, size_t pieces,
                                                  const double *knot,
                                                  const gr_one_layer *layer, gr_bound *bound);

#endif
