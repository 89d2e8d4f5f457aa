/*
 * theory/broken_line.h - a network of relu units that interpolates f between given knots
 *
 *     net(x) = y_1 - m_0 relu(x_1 - x) + m_1 relu(x - x_1)
 *                  + sum_{j=2..} (m_j - m_{j-1}) relu(x - x_j)
 *
 * m_j is the slope between the knots x_j and x_{j+1}: N pieces take N units. The first knot
 * within carries two of them, one facing each way, so that the outer pieces go on forever.
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
