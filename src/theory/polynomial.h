/*
 * theory/polynomial.h - polynomials whose coefficients are intervals
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_POLYNOMIAL_H
#define GR_THEORY_POLYNOMIAL_H

#include <stdbool.h>

#include "gradus.h"

struct gradus_polynomial {
    const gradus_context *context;
    gradus_term *term;          /* falling powers */
    size_t count, room;
};

/* Where one fails, nothing new is left to be freed.
 * Errors   ARGUMENT: too many terms, too high a degree; MEMORY. */

void gr_polynomial_free(gradus_polynomial *p); /* what it holds */

/* p + term */
GRADUS_CHECKED gradus_status gr_polynomial_add(gradus_polynomial *p, const gradus_term *term);

/* p + factor q; where it fails, p has a part of it. */
GRADUS_CHECKED gradus_status gr_polynomial_add_scaled(gradus_polynomial *p,
                                                      gradus_interval factor,
                                                      const gradus_polynomial *q);

/* *product, which is empty, becomes p q. */
GRADUS_CHECKED gradus_status gr_polynomial_multiply(const gradus_polynomial *p,
                                                    const gradus_polynomial *q,
                                                    gradus_polynomial *product);

/* The highest power of variable i. */
size_t gr_polynomial_degree(const gradus_polynomial *p, size_t i);

/* Whether it is a constant, and which. */
bool gr_polynomial_is_constant(const gradus_polynomial *p, gradus_interval *constant);

/* The sum of all |coefficients|, about. */
double gr_polynomial_size(const gradus_polynomial *p);

/* x = middle + half t, |t| <= 1 on the side. */
typedef struct gr_map {
    gradus_interval middle, half;
} gr_map;
gr_map gr_map_of(gradus_interval side);

#endif
