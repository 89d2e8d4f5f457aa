/*
 * theory/lanczos.c - the extreme eigenvalues of a symmetric matrix known by its products
 *
 *     b_j q_(j+1) = A q_j - a_j q_j - b_(j-1) q_(j-1)
 *
 * The q are orthonormal, so that T = Q^T A Q has a on its diagonal and b beside it; its
 * eigenvalues approach the outermost of A first. With T s = theta s, |s| = 1:
 *
 *     |A (Q s) - theta (Q s)| = b_m |s_m|      an eigenvalue of A is that near to theta
 *
 * Each new vector is made orthogonal to all before it, twice, as rounding would otherwise
 * bring eigenvalues back as copies.
 * Source: Golub and Van Loan, "Matrix Computations", chapter 10.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/lanczos.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"
#include "kernels/elementary.h"
#include "theory/eigen.h"
#include "theory/flow.h"

enum { EVERY = 10 };

typedef struct lanczos {
    const gr_lanczos *problem;
    double *q;         /* [steps + 1][count] */
    double *a, *b;     /* [steps] */
    double *t, *last;  /* [steps][steps] and last components of eigenvectors */
    size_t done;
} lanczos;

/* ---- eigenvalues of T ---- */

static void look(const lanczos *l, gr_extremes *found)
{
    const size_t m = l->done;
    const double b = l->b[m - 1];
    size_t least = 0, most = 0;
    memset(l->t, 0, m * m * sizeof *l->t);
    memset(l->last, 0, m * sizeof *l->last);
    l->last[m - 1] = 1;
    for (size_t i = 0; i < m; i++) {
        l->t[i * m + i] = l->a[i];
        if (i + 1 < m)
            l->t[i * m + i + 1] = l->t[(i + 1) * m + i] = l->b[i];
    }
    gr_eigen_diagonalise(m, l->t, 1, l->last);
    for (size_t i = 1; i < m; i++) {
        least = l->t[i * m + i] < l->t[least * m + least] ? i : least;
        most = l->t[i * m + i] > l->t[most * m + most] ? i : most;
    }
    *found = (gr_extremes){.min = l->t[least * m + least], .max = l->t[most * m + most],
                           .min_error = b * fabs(l->last[least]),
                           .max_error = b * fabs(l->last[most]), .products = m};
}

/* ---- vectors ---- */

static double dot(size_t count, const double *x, const double *y)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum = fma(x[i], y[i], sum);
    return sum;
}

static void scale(size_t count, double factor, double *x)
{
    for (size_t i = 0; i < count; i++)
        x[i] *= factor;
}

/* Normal numbers: no eigenvector is missing in it. */
static void start(const lanczos *l)
{
    const gr_key key = {l->problem->seed, GR_PURPOSE_LANDSCAPE, UINT32_MAX};
    const size_t count = l->problem->count;
    for (size_t i = 0; i < count; i++)
        l->q[i] = gr_normal(gr_random_uniform(key, i, 0), gr_random_uniform(key, i, 2));
    scale(count, 1 / gr_norm(count, l->q), l->q);
}

/* One more product; false where there is nothing new: T has all there is. */
static bool step(lanczos *l)
{
    const size_t count = l->problem->count, j = l->done++;
    const double *q = l->q + j * count;
    double *next = l->q + (j + 1) * count;
    l->problem->product(q, next, l->problem->user);
    const double size = gr_norm(count, next);
    l->a[j] = dot(count, q, next);
    for (int twice = 0; twice < 2; twice++)
        for (size_t i = 0; i <= j; i++) {
            const double share = dot(count, l->q + i * count, next);
            for (size_t k = 0; k < count; k++)
                next[k] = fma(-share, l->q[i * count + k], next[k]);
        }
    l->b[j] = gr_norm(count, next);
    if (!(l->b[j] > 1e-14 * size) || !isfinite(l->b[j]))
        return false;
    scale(count, 1 / l->b[j], next);
    return true;
}

static bool near_enough(const lanczos *l, const gr_extremes *found)
{
    const double least = fabs(found->min), most = fabs(found->max);
    const double bound = l->problem->tolerance * (least > most ? least : most);
    return found->min_error <= bound && found->max_error <= bound;
}

static void run(lanczos *l, size_t steps, gr_extremes *found)
{
    bool more = true;
    start(l);
    while (more) {
        more = step(l) && l->done < steps;
        if (!isfinite(l->a[l->done - 1]) || !isfinite(l->b[l->done - 1])) {
            *found = (gr_extremes){NAN, NAN, NAN, NAN, l->done};
            return;
        }
        if (more && l->done % EVERY != 0)
            continue;
        look(l, found);
        more = more && !near_enough(l, found);
    }
}

gradus_status gr_lanczos_run(const gradus_context *context, const gr_lanczos *problem,
                             gr_extremes *found)
{
    gradus_status status;
    lanczos l = {.problem = problem};
    const char *what = "vectors for eigenvalues";
    const size_t count = problem->count;
    const size_t steps = problem->steps < count ? problem->steps : count;
    *found = (gr_extremes){0};
    if (steps == 0)
        return GRADUS_OK;
    GR_TRY(gr_allocate(context, steps + 1, count * sizeof *l.q, what, &l.q));
    GR_TRY(gr_allocate(context, steps, sizeof *l.a, what, &l.a));
    GR_TRY(gr_allocate(context, steps, sizeof *l.b, what, &l.b));
    GR_TRY(gr_allocate(context, steps, steps * sizeof *l.t, what, &l.t));
    GR_TRY(gr_allocate(context, steps, sizeof *l.last, what, &l.last));
    run(&l, steps, found);
done:
    gr_release(context, l.last);
    gr_release(context, l.t);
    gr_release(context, l.b);
    gr_release(context, l.a);
    gr_release(context, l.q);
    return status;
}
