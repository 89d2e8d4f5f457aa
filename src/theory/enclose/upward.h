/*
 * theory/enclose/upward.h - bounds of errors, computed in double
 *
 * A bound is a sum of products of numbers >= 0, each operation of which loses at most 2^-53
 * of it: gr_lifted() makes good for up to 8000 of them, and for underflow.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_ENCLOSE_UPWARD_H
#define GR_THEORY_ENCLOSE_UPWARD_H

static const double gr_unit = 0x1p-53; /* of rounding */

static inline double gr_lifted(double bound) { return bound * (1 + 0x1p-40) + 0x1p-1000; }

static inline double gr_greater(double a, double b) { return a > b ? a : b; }
static inline double gr_smaller(double a, double b) { return a < b ? a : b; }

#endif
