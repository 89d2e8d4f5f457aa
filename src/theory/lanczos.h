/*
 * theory/lanczos.h - the extreme eigenvalues of a symmetric matrix known by its products
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_LANCZOS_H
#define GR_THEORY_LANCZOS_H

#include <stdint.h>

#include "base/context.h"

/* y = A x, both of the length of the problem */
typedef void gr_matvec(const double *x, double *y, void *user);

typedef struct gr_lanczos {
    size_t count;          /* rows and columns of A */
    size_t steps;          /* products at most */
    uint64_t seed;         /* of the first vector */
    double tolerance;      /* stops where both errors are below this share of |A| */
    gr_matvec *product;
    void *user;
} gr_lanczos;

/* An eigenvalue of A lies within `error` of each; least is never below the true least, most
 * never above the true most, but for rounding. NaN where a product is not finite. */
typedef struct gr_extremes {
    double min, max, min_error, max_error;
    size_t products;
} gr_extremes;

/* Errors   MEMORY: steps vectors. */
GRADUS_CHECKED gradus_status gr_lanczos_run(const gradus_context *context,
                                            const gr_lanczos *problem, gr_extremes *found);

#endif
