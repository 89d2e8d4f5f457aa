/*
 * cli/lab_remez.c - the polynomial of some degree that is nearest to given values
 *
 * Remez: p and e with p(z_k) + (-1)^k e = y_k at degree + 2 points; then the points move to
 * where |y - p| is largest, one in each run of one sign, until |e| is the largest of all.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lab_remez.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_POINTS = MOST_DEGREE + 2, MOST_ROUNDS = 50 };

/* T_0(z), T_1(z), ...: Chebyshev's polynomials */
static void basis(double z, size_t degree, double *t)
{
    t[0] = 1;
    t[1] = z;
    for (size_t k = 2; k <= degree; k++)
        t[k] = 2 * z * t[k - 1] - t[k - 2];
}

static double polynomial(const double *c, double z, size_t degree)
{
    double t[MOST_DEGREE + 2], sum = 0;

    basis(z, degree, t);
    for (size_t k = 0; k <= degree; k++)
        sum += c[k] * t[k];
    return sum;
}

/* a x = b by elimination with row exchanges; x comes in b. */
static void solve(double a[][MOST_POINTS], double *b, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < n; i++)
            pivot = fabs(a[i][k]) > fabs(a[pivot][k]) ? i : pivot;
        for (size_t j = 0; j < n; j++) {
            const double kept = a[k][j];
            a[k][j] = a[pivot][j];
            a[pivot][j] = kept;
        }
        const double kept = b[k];
        b[k] = b[pivot];
        b[pivot] = kept;
        for (size_t i = k + 1; i < n; i++) {
            const double factor = a[i][k] / a[k][k];
            for (size_t j = k; j < n; j++)
                a[i][j] -= factor * a[k][j];
            b[i] -= factor * b[k];
        }
    }
    for (size_t k = n; k-- > 0;) {
        for (size_t j = k + 1; j < n; j++)
            b[k] -= a[k][j] * b[j];
        b[k] /= a[k][k];
    }
}

/* c_0, ..., c_degree, and e in c[degree + 1] */
static void level(const double *z, const double *y, const size_t *at, size_t degree, double *c)
{
    const size_t n = degree + 2;
    double a[MOST_POINTS][MOST_POINTS];

    for (size_t k = 0; k < n; k++) {
        double t[MOST_DEGREE + 2];
        basis(z[at[k]], degree, t);
        for (size_t j = 0; j <= degree; j++)
            a[k][j] = t[j];
        a[k][n - 1] = k % 2 ? -1 : 1;
        c[k] = y[at[k]];
    }
    solve(a, c, n);
}

/* The largest |error| of each run of one sign, in order. Returns the number of runs. */
static size_t find_peaks(const double *error, size_t count, size_t *peak, size_t room)
{
    size_t peaks = 0;

    for (size_t i = 0; i < count; i++) {
        const int same = peaks > 0 && (error[i] < 0) == (error[peak[peaks - 1]] < 0);
        if (!same && peaks == room)
            break;
        if (!same)
            peak[peaks++] = i;
        else if (fabs(error[i]) > fabs(error[peak[peaks - 1]]))
            peak[peaks - 1] = i;
    }
    return peaks;
}

/* Of more runs than are needed those at an end go, the lower one first. */
static void keep(const double *error, size_t *peak, size_t peaks, size_t needed)
{
    size_t first = 0;

    for (; peaks - first > needed;)
        if (fabs(error[peak[first]]) < fabs(error[peak[peaks - 1]]))
            first++;
        else
            peaks--;
    for (size_t k = 0; k < needed; k++)
        peak[k] = peak[first + k];
}

/* Least squares by Gram and Schmidt on the points: what is left of y. */
static double least_squares(const double *z, const double *y, size_t count, size_t degree)
{
    double *q = calloc((degree + 2) * count, sizeof *q), squares = 0;

    if (!q)
        return NAN;
    double *rest = q + (degree + 1) * count;
    for (size_t i = 0; i < count; i++)
        rest[i] = y[i];
    for (size_t k = 0; k <= degree; k++) {
        double *own = q + k * count, norm = 0, part = 0;
        for (size_t i = 0; i < count; i++) {
            double t[MOST_DEGREE + 2];
            basis(z[i], degree, t);
            own[i] = t[k];
        }
        for (size_t j = 0; j < k; j++) {
            double along = 0;
            for (size_t i = 0; i < count; i++)
                along += own[i] * q[j * count + i];
            for (size_t i = 0; i < count; i++)
                own[i] -= along * q[j * count + i];
        }
        for (size_t i = 0; i < count; i++)
            norm += own[i] * own[i];
        for (size_t i = 0; i < count; i++)
            own[i] /= sqrt(norm);
        for (size_t i = 0; i < count; i++)
            part += own[i] * rest[i];
        for (size_t i = 0; i < count; i++)
            rest[i] -= part * own[i];
    }
    for (size_t i = 0; i < count; i++)
        squares += rest[i] * rest[i];
    free(q);
    return sqrt(squares / (double)count);
}

lab_best lab_best_polynomial(const double *z, const double *y, size_t count, size_t degree)
{
    const size_t n = degree + 2;
    lab_best best = {0, INFINITY, least_squares(z, y, count, degree)};
    double *error = calloc(count, sizeof *error), c[MOST_POINTS];
    size_t at[4 * MOST_POINTS];

    if (!error)
        return (lab_best){NAN, NAN, NAN};
    for (size_t k = 0; k < n; k++)
        at[k] = k * (count - 1) / (n - 1);
    for (int round = 0; round < MOST_ROUNDS && best.above > best.below * (1 + 1e-9); round++) {
        double largest = 0, least = INFINITY;
        level(z, y, at, degree, c);
        for (size_t i = 0; i < count; i++) {
            error[i] = y[i] - polynomial(c, z[i], degree);
            largest = fmax(largest, fabs(error[i]));
        }
        best.above = fmin(best.above, largest);
        const size_t peaks = find_peaks(error, count, at, sizeof at / sizeof *at);
        if (peaks < n)
            break; /* y is such a polynomial, but for rounding */
        keep(error, at, peaks, n);
        for (size_t k = 0; k < n; k++)
            least = fmin(least, fabs(error[at[k]]));
        best.below = fmax(best.below, least);
    }
    free(error);
    return best;
}
