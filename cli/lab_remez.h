/*
 * cli/lab_remez.h - the polynomial of some degree that is nearest to given values
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_LAB_REMEZ_H
#define CLI_LAB_REMEZ_H

#include <stddef.h>

enum { MOST_DEGREE = 7 };

/*
 * The polynomial p with the least max |y_i - p(z_i)|, at rising z from -1 to 1, by exchange.
 * Its error takes turns at degree + 2 points, where |y - p| >= below: then no polynomial of
 * that degree is nearer than `below` (de la Vallee Poussin), and p is as near as `above`.
 */
typedef struct lab_best {
    double below, above;
    double rms;                 /* the least root of the mean (y - q)^2 of any such q */
} lab_best;

lab_best lab_best_polynomial(const double *z, const double *y, size_t count, size_t degree);

#endif
