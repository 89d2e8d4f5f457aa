/*
 * theory/eigen.h - eigenvalues of a small symmetric matrix
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_EIGEN_H
#define GR_THEORY_EIGEN_H

#include <stddef.h>

/*
 * Makes a [m][m] diagonal by rotations R, a <- R^T a R, and v [rows][m] to v R: of the identity
 * the columns of v become the eigenvectors. Cost   some 10 m^3.
 */
void gr_eigen_diagonalise(size_t m, double *a, size_t rows, double *v);

#endif
