/*
 * theory/enclose/taylor.c - Taylor models of second order
 *
 * Products of the polynomials' linear parts give the square terms; whatever is of higher
 * order goes into r, bounded by sums of sizes, since |t_i| <= 1. With u = 2^-53 a coefficient
 * made of n roundings is wrong by at most n u times the sum of what was added.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/enclose/taylor.h"

#include <math.h>

#include "theory/enclose/upward.h"

gr_taylor gr_taylor_unknown(void) { return (gr_taylor){.r = INFINITY}; }

bool gr_taylor_known(const gr_taylor *g) { return g->r < INFINITY; }

/* A model whose numbers left the range of double says nothing. */
static inline void check(size_t terms, gr_taylor *g)
{
    double sum = g->r;
    for (size_t i = 0; i < terms; i++)
        sum += fabs(g->c[i]);
    if (!(sum < INFINITY))
        *g = gr_taylor_unknown();
}

static gr_taylor checked(size_t d, gr_taylor g)
{
    check(gr_taylor_terms(d), &g);
    return g;
}

gr_sizes gr_taylor_sizes(size_t d, const gr_taylor *g)
{
    gr_sizes size = {0, 0, 0};
    for (size_t i = 1; i <= d; i++)
        size.linear += fabs(g->c[i]);
    for (size_t i = 1 + d; i < gr_taylor_terms(d); i++)
        size.square += fabs(g->c[i]);
    size.linear = gr_lifted(size.linear);
    size.square = gr_lifted(size.square);
    size.all = gr_lifted(size.linear + size.square + g->r);
    return size;
}

/* max of b t + a t^2, which is |b| + a at an end, or b^2 / -4a at b / -2a between them */
static double most_of_square(double a, double b, double *t)
{
    const double end = fabs(b) + a;
    *t = b < 0 ? -1 : 1;
    if (a >= 0 || fabs(b) >= -2 * a)
        return end;
    *t = b / (-2 * a);
    return gr_greater(b * *t / 2, end);
}

double gr_taylor_most(size_t d, const gr_taylor *g, double t[GR_TAYLOR_INPUTS])
{
    const gr_sizes size = gr_taylor_sizes(d, g);
    double most = g->c[0] + g->r;
    for (size_t i = 0; i < d; i++) {
        most += most_of_square(g->c[gr_taylor_at(d, i, i)], g->c[1 + i], &t[i]);
        for (size_t j = i + 1; j < d; j++)
            most += fabs(g->c[gr_taylor_at(d, i, j)]);
    }
    return most + gr_lifted(16 * gr_unit * (fabs(g->c[0]) + size.all));
}

gradus_interval gr_taylor_range(size_t d, const gr_taylor *g)
{
    double t[GR_TAYLOR_INPUTS];
    gr_taylor minus = *g;
    for (size_t i = 0; i < gr_taylor_terms(d); i++)
        minus.c[i] = -g->c[i];
    return (gradus_interval){-gr_taylor_most(d, &minus, t), gr_taylor_most(d, g, t)};
}

/* ---- sums and products ---- */

gr_taylor gr_taylor_scaled(size_t d, const gr_taylor *a, double factor, double error)
{
    gr_taylor y = {.r = 0};
    const gr_sizes size = gr_taylor_sizes(d, a);
    for (size_t i = 0; i < gr_taylor_terms(d); i++)
        y.c[i] = factor * a->c[i];
    y.r = gr_lifted(fabs(factor) * a->r +
                (error + gr_unit * fabs(factor)) * (fabs(a->c[0]) + size.all));
    return checked(d, y);
}

static gr_taylor added(size_t d, const gr_taylor *a, const gr_taylor *b, double sign)
{
    gr_taylor y = {.r = 0};
    double sum = 0;
    for (size_t i = 0; i < gr_taylor_terms(d); i++) {
        y.c[i] = a->c[i] + sign * b->c[i];
        sum += fabs(y.c[i]);
    }
    y.r = gr_lifted(a->r + b->r + gr_unit * sum);
    return checked(d, y);
}

gr_taylor gr_taylor_plus(size_t d, const gr_taylor *a, const gr_taylor *b)
{
    return added(d, a, b, 1);
}

gr_taylor gr_taylor_minus(size_t d, const gr_taylor *a, const gr_taylor *b)
{
    return added(d, a, b, -1);
}

/* c_ij += factor a_i b_j, of the linear parts */
static void add_square(size_t d, const gr_taylor *a, const gr_taylor *b, double factor,
                       gr_taylor *y)
{
    for (size_t i = 0; i < d; i++) {
        y->c[gr_taylor_at(d, i, i)] += factor * (a->c[1 + i] * b->c[1 + i]);
        for (size_t j = i + 1; j < d; j++)
            y->c[gr_taylor_at(d, i, j)] +=
                factor * (a->c[1 + i] * b->c[1 + j] + a->c[1 + j] * b->c[1 + i]);
    }
}

/* a b = a_0 b_0 + a_0 (b - b_0) + b_0 (a - a_0) + La Lb + the rest, at most
 * Sa |b - b_0| + La Sb, S what is left of a - a_0 without its linear part La */
gr_taylor gr_taylor_product(size_t d, const gr_taylor *a, const gr_taylor *b)
{
    gr_taylor y = {.r = 0};
    const gr_sizes size_a = gr_taylor_sizes(d, a), size_b = gr_taylor_sizes(d, b);
    const double all_a = fabs(a->c[0]) + size_a.all, all_b = fabs(b->c[0]) + size_b.all;
    y.c[0] = a->c[0] * b->c[0];
    for (size_t i = 1; i < gr_taylor_terms(d); i++)
        y.c[i] = a->c[0] * b->c[i] + b->c[0] * a->c[i];
    add_square(d, a, b, 1, &y);
    y.r = gr_lifted(fabs(a->c[0]) * b->r + fabs(b->c[0]) * a->r +
                (size_a.square + a->r) * size_b.all + size_a.linear * (size_b.square + b->r) +
                8 * gr_unit * all_a * all_b);
    return checked(d, y);
}

/* ---- functions ---- */

static double middle(gradus_interval range, double *radius)
{
    const double at = range.min / 2 + range.max / 2;
    *radius = gr_lifted(gr_greater(range.max - at, at - range.min));
    return at;
}

/*
 * With v = g - g_0, |v| <= U, one of
 *
 *     s in s_0 + s_1 v + s_2 v^2 + [s''']/6 v^3     s_0 + s_1 v + [s'']/2 v^2
 *          s_0 + [s'] v                             [s]
 *
 * where [.] are ranges, taken as their middle and an error: how[k] for order k.
 */
static double expand(const gr_local *s, int order, double U, double value[3], double error[3])
{
    double radius, rest = 0;
    for (int k = 0; k < 3; k++) {
        value[k] = k <= order ? s->value[k] : 0;
        error[k] = k <= order ? s->error[k] : 0;
    }
    if (order < 3) {
        const double half = order == 2 ? 0.5 : 1;
        value[order] = half * middle(s->range[order], &radius);
        error[order] = half * radius;
    } else {
        const double most = gr_greater(fabs(s->range[3].min), fabs(s->range[3].max));
        rest = most / 6 * U * U * U;
    }
    return gr_lifted(rest + error[0] + error[1] * U + error[2] * U * U);
}

/* y = value_0 + value_1 v + value_2 v^2 with v^2 = L^2 + the rest, (Q + r)(2 L + Q + r) */
gr_taylor gr_taylor_compose(size_t d, const gr_taylor *g, const gr_local *s)
{
    gr_taylor y = {.r = INFINITY};
    const gr_sizes size = gr_taylor_sizes(d, g);
    const double rest = size.square + g->r;
    double value[3] = {0, 0, 0};
    if (!gr_taylor_known(g))
        return y;
    for (int order = 0; order <= s->smooth; order++) {
        double tried[3], error[3];
        double r = expand(s, order, size.all, tried, error);
        r = gr_lifted(r + fabs(tried[1]) * g->r +
                  fabs(tried[2]) * rest * (2 * size.linear + rest) +
                  8 * gr_unit * (fabs(tried[0]) + (fabs(tried[1]) +
                                 fabs(tried[2]) * size.all) * size.all));
        if (!(r < y.r))
            continue;
        y.r = r;
        for (int k = 0; k < 3; k++)
            value[k] = tried[k];
    }
    if (!gr_taylor_known(&y))
        return y;
    for (size_t i = 1; i < gr_taylor_terms(d); i++)
        y.c[i] = value[1] * g->c[i];
    y.c[0] = value[0];
    add_square(d, g, g, value[2], &y);
    return checked(d, y);
}

/* ---- dense layers ---- */

enum { CHAIN = 64 };

/* Roundings of a term at most, in chains of 64 inputs whose sums are added. */
static double roundings(size_t inputs)
{
    return (double)((inputs < CHAIN ? inputs : CHAIN) + inputs / CHAIN + 3);
}

/*
 * c = b + sum_k w_k c_k, with n roundings of every term:
 * r = sum_k |w_k| (r_k + n u |c_k|) + n u |b|
 */
static inline void dense(size_t terms, size_t inputs, const double *w, double bias,
                         const gr_taylor *x, const double *loss, gr_taylor *y)
{
    double lost = roundings(inputs) * gr_unit * fabs(bias);
    for (size_t i = 0; i < terms; i++)
        y->c[i] = i == 0 ? bias : 0;
    for (size_t from = 0; from < inputs; from += CHAIN) {
        const size_t to = inputs - from < CHAIN ? inputs : from + CHAIN;
        double chain[GR_TAYLOR_TERMS], chain_lost = 0;
        for (size_t i = 0; i < terms; i++)
            chain[i] = 0;
        for (size_t k = from; k < to; k++) {
            for (size_t i = 0; i < terms; i++)
                chain[i] += w[k] * x[k].c[i];
            chain_lost += fabs(w[k]) * loss[k];
        }
        for (size_t i = 0; i < terms; i++)
            y->c[i] += chain[i];
        lost += chain_lost;
    }
    y->r = gr_lifted(lost);
    check(terms, y);
}

void gr_taylor_dense(size_t d, size_t units, size_t inputs, const double *weight,
                     const double *bias, const gr_taylor *x, gr_taylor *y, double *room)
{
    const double n = roundings(inputs);
    for (size_t k = 0; k < inputs; k++)
        room[k] = gr_lifted(x[k].r + n * gr_unit * (fabs(x[k].c[0]) +
                                                gr_taylor_sizes(d, &x[k]).all));
    for (size_t j = 0; j < units; j++) {
        const double *w = weight + j * inputs, b = bias == NULL ? 0 : bias[j];
        switch (d) {
        case 1: dense(3, inputs, w, b, x, room, &y[j]); break;
        case 2: dense(6, inputs, w, b, x, room, &y[j]); break;
        default: dense(10, inputs, w, b, x, room, &y[j]); break;
        }
    }
}
