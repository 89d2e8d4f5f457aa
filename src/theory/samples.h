/*
 * theory/samples.h - points of a table as a function of one variable
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_SAMPLES_H
#define GR_THEORY_SAMPLES_H

#include "gradus.h"

struct gradus_samples {
    const gradus_context *context;
    size_t count;
    double *x, *y;              /* [count] x rising */
    gradus_function f;
};

#endif
