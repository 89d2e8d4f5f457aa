/*
 * theory/landscape_path.c - the way that training took, in the plane where it lies best
 *
 *     M_t = w_t - w,   G = M M^T = U diag(l) U^T     [points][points]
 *     d_k = M^T u_k / sqrt(l_k),   M_t d_k = sqrt(l_k) u_tk
 *
 * G is small, and its eigenvectors give those of M^T M, which is not.
 * Source: Li et al., "Visualizing the loss landscape of neural nets", NeurIPS 2018, section 7.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/landscape.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/status.h"
#include "theory/eigen.h"

enum { MOST_POINTS = 256 };

typedef struct way {
    size_t points, values;
    double *m;                  /* [points][values] */
    double *g, *u;              /* [points][points] */
} way;

/* ---- M ---- */

static gradus_status check_net(const gradus_net *net, const gradus_net *other, size_t point)
{
    bool same = net->tensors == other->tensors && net->precision == other->precision;
    for (size_t i = 0; same && i < net->tensors; i++)
        same = net->tensor[i].rows == other->tensor[i].rows &&
               net->tensor[i].columns == other->tensor[i].columns;
    if (!same)
        return gr_fail(GRADUS_ARGUMENT, "landscape: net %zu of the path is not of the same "
                       "description as the last", point + 1);
    return GRADUS_OK;
}

/* The moved part of a net; `narrow` has room for a tensor in its precision. */
static void read_net(const gradus_net *net, const double *centre, void *narrow, double *m)
{
    for (size_t i = 0; i < net->tensors; i++) {
        const size_t count = net->tensor[i].rows * net->tensor[i].columns;
        if (net->tensor[i].group == GR_GROUP_STATISTIC) {
            memset(m, 0, count * sizeof *m);
        } else {
            gradus_net_get(net, i, narrow);
            net->kernels->to_double(count, narrow, m);
            for (size_t k = 0; k < count; k++)
                m[k] -= centre[k];
        }
        centre += count;
        m += count;
    }
}

static gradus_status read_path(way *w, const gradus_net *net, const gradus_net *const *path,
                               const double *centre)
{
    gradus_status status;
    void *narrow = NULL;
    GR_TRY(gr_allocate(net->context, w->values, net->kernels->size, "weights", &narrow));
    for (size_t t = 0; t < w->points; t++) {
        double *m = w->m + t * w->values;
        GR_TRY(check_net(net, path[t], t));
        read_net(path[t], centre, narrow, m);
        for (size_t k = 0; k < w->values; k++)
            if (!isfinite(m[k])) {
                status = gr_fail(GRADUS_ARGUMENT, "landscape: net %zu of the path has weights "
                                 "that are not finite", t + 1);
                goto done;
            }
    }
done:
    gr_release(net->context, narrow);
    return status;
}

/* ---- G and its eigenvectors ---- */

static void multiply(const way *w)
{
    for (size_t i = 0; i < w->points; i++)
        for (size_t j = 0; j <= i; j++) {
            const double *x = w->m + i * w->values, *y = w->m + j * w->values;
            double sum = 0;
            for (size_t k = 0; k < w->values; k++)
                sum = fma(x[k], y[k], sum);
            w->g[i * w->points + j] = w->g[j * w->points + i] = sum;
        }
    memset(w->u, 0, w->points * w->points * sizeof *w->u);
    for (size_t i = 0; i < w->points; i++)
        w->u[i * w->points + i] = 1;
}

/* The column of the largest eigenvalue but `other`. */
static size_t largest(const way *w, size_t other)
{
    const size_t n = w->points;
    size_t best = other == 0 && n > 1 ? 1 : 0;
    for (size_t k = 0; k < n; k++)
        if (k != other && w->g[k * n + k] > w->g[best * n + best])
            best = k;
    return best;
}

/* d = M^T u / sqrt(l), with the first net that is not at the centre on its negative side. */
static double direct(const way *w, size_t column, double *d)
{
    const size_t n = w->points;
    const double root = sqrt(w->g[column * n + column]);
    double sign = 0;
    memset(d, 0, w->values * sizeof *d);
    for (size_t t = 0; t < n; t++) {
        const double share = w->u[t * n + column];
        sign = sign == 0 && fabs(share) > 1e-9 ? (share > 0 ? -1 : 1) : sign;
        for (size_t k = 0; k < w->values; k++)
            d[k] = fma(sign * share / root, w->m[t * w->values + k], d[k]);
    }
    return sign * root;
}

static gradus_status solve(const way *w, gradus_landscape *landscape, double *along,
                           double *across)
{
    const size_t n = w->points;
    double total = 0;
    multiply(w);
    for (size_t i = 0; i < n; i++)
        total += w->g[i * n + i];
    if (!(total > 0) || !isfinite(total))
        return gr_fail(GRADUS_ARGUMENT, "landscape: the path does not move, or too far");
    gr_eigen_diagonalise(n, w->g, n, w->u);
    const size_t first = largest(w, SIZE_MAX), second = largest(w, first);
    const bool plane = n > 1 && w->g[second * n + second] > 1e-12 * total;
    const double a = direct(w, first, along);
    const double b = plane ? direct(w, second, across) : 0;
    for (size_t t = 0; t < n; t++) {
        landscape->path[t].a = a * w->u[t * n + first];
        landscape->path[t].b = plane ? b * w->u[t * n + second] : 0;
    }
    landscape->about.explained[0] = w->g[first * n + first] / total;
    landscape->about.explained[1] = plane ? w->g[second * n + second] / total : 0;
    return GRADUS_OK;
}

gradus_status gr_landscape_project(gradus_landscape *landscape, const gradus_net *net,
                                   const gradus_net *const *path, const double *centre,
                                   double *along, double *across)
{
    gradus_status status;
    way w = {.points = landscape->about.points, .values = gr_landscape_values(net)};
    const char *what = "the path of a landscape";
    if (w.points > MOST_POINTS)
        return gr_fail(GRADUS_ARGUMENT, "landscape: %zu nets on the path: at most %d", w.points,
                       MOST_POINTS);
    GR_TRY(gr_allocate(net->context, w.points, w.values * sizeof *w.m, what, &w.m));
    GR_TRY(gr_allocate(net->context, w.points, w.points * sizeof *w.g, what, &w.g));
    GR_TRY(gr_allocate(net->context, w.points, w.points * sizeof *w.u, what, &w.u));
    GR_TRY(read_path(&w, net, path, centre));
    GR_TRY(solve(&w, landscape, along, across));
done:
    gr_release(net->context, w.u);
    gr_release(net->context, w.g);
    gr_release(net->context, w.m);
    return status;
}
