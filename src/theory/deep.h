/*
 * theory/deep.h - a polynomial as a deep relu network, and how far it is off
 *
 * Horner's rule in one variable after the other, on the box |t_i| <= 1:
 *
 *     p = (... (c_n t_1 + c_(n-1)) t_1 + ...) t_1 + c_0
 *
 * where each c_k is a polynomial of the other variables and computed when it is needed. A line
 * times its own variable is a square, and takes m layers; any other product takes two, and an
 * absolute value before them, m layers in all.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_DEEP_H
#define GR_THEORY_DEEP_H

#include "theory/squares.h"

/* What is built for p, whose variables are on the box |t_i| <= 1 and stand for x_i on `box`. */
typedef struct gr_deep {
    const gradus_polynomial *on_box;
    const gradus_interval *box;
    size_t inputs, layers;          /* layers of each product, m >= 1 */
} gr_deep;

/* |p - net| <= error, of it for squares that are not squares `squares`. */
typedef struct gr_deep_error {
    double error, squares;
} gr_deep_error;

/* All layers, in a tower that was started; *output is the form that comes out. Stops where
 * there are more units than a network may have.
 * Errors   MEMORY, of a tower that is not only planned. */
GRADUS_CHECKED gradus_status gr_deep_lay(const gr_deep *deep, gr_tower *tower, gr_form *output,
                                         gr_deep_error *error);

/* About how many units it takes for an error of `within`; infinite: none are enough. */
double gr_deep_cost(const gradus_polynomial *on_box, const gradus_interval *box, size_t inputs,
                    double within);

#endif
