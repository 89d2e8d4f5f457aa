/*
 * theory/enclose/difference.c - f - net over a box, from above and from below
 *
 * With x = c + R t, R the radii of the box, f is enclosed by the narrowest of
 *
 *     f(c) + sum_i f_i(c) R_i t_i + 1/2 sum_ij [f_ij] R_i R_j t_i t_j      f' and f'' finite
 *     f(c) + sum_i [f_i] R_i t_i                                           f' finite
 *     [f]
 *
 * where [.] are ranges over the box, taken as their middle and a radius.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/enclose/difference.h"

#include <math.h>

#include "theory/enclose/upward.h"

enum { MOST_RANGES = 1 + GRADUS_VARIABLES + GRADUS_VARIABLES * (GRADUS_VARIABLES + 1) / 2 };

/* f over a box, at its centre, and the box. */
typedef struct view {
    const gradus_function *f;
    const gradus_interval *box;
    const gr_place *place;
    gradus_interval over[MOST_RANGES], at[MOST_RANGES];
} view;

/* y += [range] factor t..., as coefficient `at`; factor >= 0 */
static void add_term(gr_taylor *y, size_t at, gradus_interval range, double factor)
{
    const double middle = range.min / 2 + range.max / 2;
    const double radius = gr_greater(range.max - middle, middle - range.min);
    y->c[at] += middle * factor;
    y->r += radius * factor + 4 * gr_unit * fabs(y->c[at]);
}

static gr_taylor finished(gr_taylor y)
{
    y.r = gr_lifted(y.r);
    return y.r < INFINITY ? y : gr_taylor_unknown();
}

static gr_taylor by_curvature(const view *v)
{
    const size_t d = v->f->inputs;
    const double *R = v->place->radius;
    gr_taylor y = {.r = 0};
    add_term(&y, 0, v->at[0], 1);
    for (size_t i = 0; i < d; i++) {
        add_term(&y, 1 + i, v->at[1 + i], R[i]);
        for (size_t j = i; j < d; j++) {
            const size_t at = gr_taylor_at(d, i, j); /* as in f->enclose */
            add_term(&y, at, v->over[at], i == j ? R[i] * R[i] / 2 : R[i] * R[j]);
        }
    }
    return finished(y);
}

static gr_taylor by_slope(const view *v)
{
    gr_taylor y = {.r = 0};
    add_term(&y, 0, v->at[0], 1);
    for (size_t i = 0; i < v->f->inputs; i++)
        add_term(&y, 1 + i, v->over[1 + i], v->place->radius[i]);
    return finished(y);
}

static gr_taylor by_range(const view *v)
{
    gr_taylor y = {.r = 0};
    add_term(&y, 0, v->over[0], 1);
    return finished(y);
}

static gradus_status look(const gradus_function *f, const gradus_interval *box,
                          const gr_place *place, view *v)
{
    gradus_interval center[GR_TAYLOR_INPUTS];
    *v = (view){.f = f, .box = box, .place = place};
    for (size_t i = 0; i < f->inputs; i++)
        center[i] = (gradus_interval){place->center[i], place->center[i]};
    const gradus_status status = f->enclose(box, 2, v->over, f->user);
    return status != GRADUS_OK ? status : f->enclose(center, 1, v->at, f->user);
}

static gr_taylor narrowest(const view *v)
{
    const gr_taylor ways[] = {by_curvature(v), by_slope(v), by_range(v)};
    const gr_taylor *best = &ways[0];
    for (int i = 1; i < 3; i++)
        best = ways[i].r < best->r ? &ways[i] : best;
    return *best;
}

/* A bound of e, f - net or net - f, in place of a smaller one. */
static void raise(size_t d, const gr_taylor *e, gr_difference *made)
{
    double likely[GR_TAYLOR_INPUTS];
    const double bound = gr_taylor_known(e) ? gr_taylor_most(d, e, likely) : INFINITY;
    if (bound <= made->bound)
        return;
    made->bound = bound < INFINITY ? bound : INFINITY; /* a sum too large may be NaN */
    if (made->bound == INFINITY)
        return;
    made->guess = bound - e->r;
    for (size_t i = 0; i < d; i++) {
        made->likely[i] = likely[i];
        made->weight[i] = made->share[i] * e->r + fabs(e->c[1 + i]);
        for (size_t j = 0; j < d; j++)
            made->weight[i] +=
                fabs(e->c[i < j ? gr_taylor_at(d, i, j) : gr_taylor_at(d, j, i)]);
    }
}

gradus_status gr_difference_over(const gr_network *network, const gradus_function *f,
                                 const gradus_interval *box, gr_difference *difference)
{
    view v;
    gr_outcomes net;
    const size_t d = f->inputs;
    const gr_place place = gr_place_of(d, box);
    const gradus_status status = look(f, box, &place, &v);
    if (status != GRADUS_OK)
        return status;
    const gr_taylor target = narrowest(&v);
    gr_network_run(network, &place, &net);
    *difference = (gr_difference){.bound = -INFINITY, .guess = -INFINITY};
    gr_network_shares(network, difference->share);
    difference->kink = d == 1 ? gr_network_kink(network) : NAN;
    for (size_t k = 0; k < net.count; k++) {
        const gr_taylor above = gr_taylor_minus(d, &target, &net.y[k]);
        const gr_taylor below = gr_taylor_minus(d, &net.y[k], &target);
        raise(d, &above, difference);
        raise(d, &below, difference);
    }
    for (size_t i = 0; i < d; i++) {
        const double x = place.center[i] + place.radius[i] * difference->likely[i];
        difference->likely[i] = gr_smaller(gr_greater(x, box[i].min), box[i].max);
    }
    return GRADUS_OK;
}

gradus_status gr_difference_at_point(const gr_network *network, const gradus_function *f,
                                     const double *x, gr_difference_at *at)
{
    gradus_interval point[GR_TAYLOR_INPUTS];
    for (size_t i = 0; i < f->inputs; i++)
        point[i] = (gradus_interval){x[i], x[i]};
    const gradus_status status = f->enclose(point, 0, &at->f, f->user);
    if (status != GRADUS_OK)
        return status;
    const gr_place place = gr_place_of(f->inputs, point);
    gr_outcomes net;
    gr_network_run(network, &place, &net);
    at->net = gr_taylor_range(f->inputs, &net.y[0]);
    for (size_t k = 1; k < net.count; k++) {
        const gradus_interval other = gr_taylor_range(f->inputs, &net.y[k]);
        at->net.min = gr_smaller(at->net.min, other.min);
        at->net.max = gr_greater(at->net.max, other.max);
    }
    const double least = at->f.min - at->net.max, most = at->f.max - at->net.min;
    at->error.min = least - gr_lifted(gr_unit * fabs(least));
    at->error.max = most + gr_lifted(gr_unit * fabs(most));
    return GRADUS_OK;
}
