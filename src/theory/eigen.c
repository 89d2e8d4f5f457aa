/*
 * theory/eigen.c - eigenvalues of a small symmetric matrix, by Jacobi's method
 *
 * Source: Golub and Van Loan, "Matrix Computations", chapter 8.5.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/eigen.h"

#include <math.h>
#include <stdbool.h>

enum { SWEEPS = 60 };

/* x <- c x - s y,  y <- s x + c y,  of two columns of a matrix of so many rows */
static void turn(size_t rows, size_t stride, double c, double s, double *x, double *y)
{
    for (size_t k = 0; k < rows * stride; k += stride) {
        const double before = x[k];
        x[k] = c * before - s * y[k];
        y[k] = s * before + c * y[k];
    }
}

/* The rotation of axes p and q that makes a_pq 0. */
static void rotate(size_t m, double *a, size_t rows, double *v, size_t p, size_t q)
{
    const double gap = (a[q * m + q] - a[p * m + p]) / (2 * a[p * m + q]);
    const double tangent = (gap < 0 ? -1 : 1) / (fabs(gap) + sqrt(gap * gap + 1));
    const double c = 1 / sqrt(tangent * tangent + 1), s = tangent * c;
    turn(m, m, c, s, a + p, a + q);
    turn(m, 1, c, s, a + p * m, a + q * m);
    turn(rows, m, c, s, v + p, v + q);
}

/* Until what is beside the diagonal is lost in rounding. */
void gr_eigen_diagonalise(size_t m, double *a, size_t rows, double *v)
{
    double size = 0;
    for (size_t i = 0; i < m * m; i++)
        size = fabs(a[i]) > size ? fabs(a[i]) : size;
    for (size_t sweep = 0; sweep < SWEEPS; sweep++) {
        bool changed = false;
        for (size_t p = 0; p < m; p++)
            for (size_t q = p + 1; q < m; q++)
                if (fabs(a[p * m + q]) > 0x1p-54 * size) {
                    rotate(m, a, rows, v, p, q);
                    changed = true;
                }
        if (!changed)
            return;
    }
}
