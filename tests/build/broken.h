/*
 * tests/build/broken.h - what the edits of tests/build/broken.edits put into the library
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BROKEN_H
#define BROKEN_H

#include <stddef.h>

enum { SIGN = 1, FACTOR, MISSING, TRANSPOSE };

/* Whether this derivative is the one that is broken now, and so. Each call notes the name. */
int gr_breaks(const char *derivative, int way);

/* -right, 1.001 right, or another one's. */
double gr_wrong(const char *derivative, double right, double other);

/* The same of a matrix, whose rows become columns; of one row the order is turned. */
void gr_spoil(const char *derivative, void *matrix, size_t rows, size_t columns,
              size_t stride);

/* The first column is left out. */
void gr_drop(const char *derivative, void *matrix, size_t rows, size_t stride);

#define MISSES(derivative, wrong, right) (gr_breaks(derivative, MISSING) ? (wrong) : (right))

#endif
