/*
 * theory/enclose/difference.c - f - net over a box, from above and from below
 *
 * With x = c + R t, R the radii of the box, f is enclosed by the narrowest of
 *
 *     f(c) + sum_i f_i(c) R_i t_i + 1/2 sum_ij [f_ij] R_i R_j t_i t_j      f' and f'' finite
 *     f(c) + sum_i [f_i] R_i t_i                                           f' finite
 *     [f]
 *
 * where [.] are ranges over the box, taken as their middle and a radius; and, where a
 * derivative is bounded on one side only (sqrt at 0), also between two parallel planes
 * through corners p and q of the box:
 *
 *     f(p) + sum_i m_i (x_i - p_i)  <=  f(x)  <=  f(q) + sum_i m_i (x_i - q_i)
 *
 * m_i = inf [f_i], p_i the left and q_i the right end; or m_i = sup [f_i], and the other way
 * round.
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
    const double middle = range.least / 2 + range.most / 2;
    const double radius = gr_greater(range.most - middle, middle - range.least);
    y->c[at] += middle * factor;
    y->r += radius * factor + 4 * gr_unit * fabs(y->c[at]);
}

static gr_taylor finished(gr_taylor y)
{
    y.r = gr_up(y.r);
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

/* The plane below f (side 0) or above it (side 1), or nothing. */
static gradus_status by_corner(const view *v, int side, gr_taylor *y)
{
    const size_t d = v->f->inputs;
    gradus_interval corner[GR_TAYLOR_INPUTS], value;
    double moved = 0, sizes = 0;
    *y = (gr_taylor){.r = 0};
    for (size_t i = 0; i < d; i++) {
        const gradus_interval slope = v->over[1 + i];
        const bool rising = slope.least > -INFINITY;
        const double m = rising ? slope.least : slope.most;
        const double end = (side == 0) == rising ? v->box[i].least : v->box[i].most;
        corner[i] = (gradus_interval){end, end};
        y->c[1 + i] = m * v->place->radius[i];
        moved += m * (v->place->center[i] - end);
        sizes += fabs(m) * v->place->radius[i];
    }
    const gradus_status status = v->f->enclose(corner, 0, &value, v->f->user);
    if (status != GRADUS_OK)
        return status;
    y->c[0] = (side == 0 ? value.least : value.most) + moved;
    y->r = gr_up(16 * gr_unit * (sizes + fabs(y->c[0])));
    if (!(y->r < INFINITY))
        *y = gr_taylor_unknown();
    return GRADUS_OK;
}

/* Where f is one number at a point, both are the same. */
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

/* A bound of sign (g - net) from above, for a g that is above or below f. */
static void bound_side(size_t d, const gr_taylor *g, const gr_taylor *net, int side,
                       gr_difference *made)
{
    const gr_taylor e = side == 0 ? gr_taylor_minus(d, net, g) : gr_taylor_minus(d, g, net);
    if (!gr_taylor_known(&e))
        return;
    made->bound = gr_taylor_most(d, &e, made->likely);
    made->guess = made->bound - e.r;
    for (size_t i = 0; i < d; i++) {
        made->weight[i] = made->weight[i] * e.r + fabs(e.c[1 + i]);
        for (size_t j = 0; j < d; j++)
            made->weight[i] += fabs(e.c[i < j ? gr_taylor_at(d, i, j) : gr_taylor_at(d, j, i)]);
    }
}

static const gr_taylor *narrower(const gr_taylor *a, const gr_taylor *b)
{
    return a->r <= b->r ? a : b;
}

/* side 0: net - f, 1: f - net */
static gradus_status over_side(const view *v, const gr_taylor *net, int side,
                               gr_difference *made)
{
    const size_t d = v->f->inputs;
    const gr_taylor second = by_curvature(v), first = by_slope(v), range = by_range(v);
    const gr_difference start = *made;
    bound_side(d, narrower(&second, narrower(&first, &range)), net, side, made);
    if (gr_taylor_known(&second))
        return GRADUS_OK;
    gr_taylor plane;
    gr_difference other = start;
    const gradus_status status = by_corner(v, side, &plane);
    if (status != GRADUS_OK)
        return status;
    bound_side(d, &plane, net, side, &other);
    if (other.bound < made->bound)
        *made = other;
    return GRADUS_OK;
}

gradus_status gr_difference_over(const gr_network *network, const gradus_function *f,
                                 const gradus_interval *box, gr_difference *difference)
{
    view v;
    const gr_place place = gr_place_of(f->inputs, box);
    gr_difference start = {.bound = INFINITY, .guess = -INFINITY};
    gr_outcomes net;
    gradus_status status = look(f, box, &place, &v);
    if (status != GRADUS_OK)
        return status;
    gr_network_run(network, &place, &net);
    gr_network_shares(network, start.weight);
    start.kink = f->inputs == 1 ? gr_network_kink(network) : NAN;
    for (size_t k = 0; k < 2 * net.count; k++) {
        gr_difference side = start;
        status = over_side(&v, &net.y[k / 2], (int)(k % 2), &side);
        if (status != GRADUS_OK)
            return status;
        if (k == 0 || side.bound > difference->bound)
            *difference = side;
    }
    for (size_t i = 0; i < f->inputs; i++)
        difference->likely[i] = gr_smaller(gr_greater(
            place.center[i] + place.radius[i] * difference->likely[i], box[i].least),
            box[i].most);
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
        at->net.least = gr_smaller(at->net.least, other.least);
        at->net.most = gr_greater(at->net.most, other.most);
    }
    const double least = at->f.least - at->net.most, most = at->f.most - at->net.least;
    at->error.least = least - gr_up(gr_unit * fabs(least));
    at->error.most = most + gr_up(gr_unit * fabs(most));
    return GRADUS_OK;
}
