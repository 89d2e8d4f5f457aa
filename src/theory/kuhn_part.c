/*
 * theory/kuhn_part.c - how far f is from its interpolation on a cell where it is not smooth
 *
 * With t in [0, 1]^d across the cell, v_S the value at the corner where t is 1 on S and else 0,
 * and an order of the axes, the interpolation is on the simplex t_a >= t_b >= t_c
 *
 *     g(t) = v + (v_a - v) t_a + (v_ab - v_a) t_b + (v_abc - v_ab) t_c
 *
 * On a part T of the cell with the middle m, for each order that it meets, f - g is in
 *
 *     F(T) - g(T)    and    F(m) - g(m) + sum_a (h_a F_a(T) - g_a) (T_a - m_a)
 *
 * A part where that is too much is halved along all axes, and so on.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/kuhn.h"

#include "base/status.h"

/* Halvings with two axes, and with three. */
static const size_t depths[GR_KUHN_INPUTS + 1] = {0, 0, 5, 3};
static const size_t orders[GR_KUHN_INPUTS + 1][6][GR_KUHN_INPUTS] = {
    [2] = {{0, 1}, {1, 0}},
    [3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}},
};
static const size_t order_count[GR_KUHN_INPUTS + 1] = {0, 0, 2, 6};

typedef struct search {
    const gr_grid *grid;
    gradus_interval from[GR_KUHN_INPUTS], length[GR_KUHN_INPUTS]; /* of the cell's sides */
    gradus_interval corner[1 << GR_KUHN_INPUTS];                  /* v_S, S as bits */
    double max;                 /* at most this on the cell, by other means */
    double *worst;
} search;

/* What is known of f on a part, in steps of t. */
typedef struct part {
    gradus_interval t[GR_KUHN_INPUTS], value, middle, slope[GR_KUHN_INPUTS];
    double m[GR_KUHN_INPUTS];
} part;

/* The x of t, in the box. */
static gradus_interval place(const search *s, size_t i, double t)
{
    const gradus_interval x = gr_interval_add(
        s->from[i], gr_interval_multiply(gr_interval_at(t), s->length[i]));
    return gr_interval_meet(x, s->grid->target->box[i]);
}

static gradus_status look(const search *s, part *p)
{
    gradus_interval box[GR_KUHN_INPUTS] = {{0, 0}}, middle[GR_KUHN_INPUTS] = {{0, 0}};
    gradus_interval all[GR_ENCLOSED];
    const size_t d = s->grid->d;
    for (size_t i = 0; i < d; i++) {
        p->m[i] = p->t[i].min / 2 + p->t[i].max / 2;
        middle[i] = place(s, i, p->m[i]);
        box[i] = gr_interval_hull(place(s, i, p->t[i].min), place(s, i, p->t[i].max));
    }
    gradus_status status = gr_enclose(s->grid->target, middle, 0, &p->middle);
    if (status == GRADUS_OK)
        status = gr_enclose(s->grid->target, box, 1, all);
    if (status != GRADUS_OK)
        return status;
    p->value = all[0];
    for (size_t i = 0; i < d; i++)
        p->slope[i] = gr_interval_multiply(all[1 + i], s->length[i]);
    return GRADUS_OK;
}

/* |f - g| for an order of the axes; 0 where the part has none of its simplex. */
static double error_of(const search *s, const part *p, const size_t *order)
{
    gradus_interval whole = s->corner[0], middle = s->corner[0], tilt = gr_interval_at(0);
    size_t at = 0;
    for (size_t i = 0; i < s->grid->d; i++) {
        const size_t a = order[i], to = at | (size_t)1 << a;
        if (i > 0 && p->t[order[i - 1]].max < p->t[a].min)
            return 0;
        const gradus_interval rise = gr_interval_subtract(s->corner[to], s->corner[at]);
        const gradus_interval m = gr_interval_at(p->m[a]);
        whole = gr_interval_add(whole, gr_interval_multiply(rise, p->t[a]));
        middle = gr_interval_add(middle, gr_interval_multiply(rise, m));
        tilt = gr_interval_add(tilt, gr_interval_multiply(
            gr_interval_subtract(p->slope[a], rise), gr_interval_subtract(p->t[a], m)));
        at = to;
    }
    const gradus_interval across = gr_interval_subtract(p->value, whole);
    const gradus_interval e = gr_interval_add(gr_interval_subtract(p->middle, middle), tilt);
    return gr_least(gr_interval_magnitude(across), gr_interval_magnitude(e));
}

static gradus_status divide(const search *s, part *p, size_t depth)
{
    const size_t d = s->grid->d;
    double error = 0;
    gradus_status status = look(s, p);
    for (size_t i = 0; i < order_count[d]; i++)
        error = gr_most(error, error_of(s, p, orders[d][i]));
    error = gr_least(error, s->max);
    if (status != GRADUS_OK || error <= *s->worst)
        return status;
    if (depth == 0) {
        *s->worst = error;
        return GRADUS_OK;
    }
    for (size_t half = 0; half < (size_t)1 << d && status == GRADUS_OK; half++) {
        part less = {.m = {0}};
        for (size_t i = 0; i < d; i++)
            less.t[i] = half >> i & 1 ? (gradus_interval){p->m[i], p->t[i].max}
                                      : (gradus_interval){p->t[i].min, p->m[i]};
        status = divide(s, &less, depth - 1);
    }
    return status;
}

gradus_status gr_kuhn_part_error(const gr_grid *grid, const size_t *cell, double most,
                                 double *worst)
{
    const size_t d = grid->d;
    search s = {.grid = grid, .max = most, .worst = worst};
    part all = {.m = {0}};
    gradus_status status = GRADUS_OK;
    for (size_t i = 0; i < d; i++) {
        s.from[i] = gr_grid_node(grid, i, cell[i]);
        s.length[i] = gr_interval_subtract(gr_grid_node(grid, i, cell[i] + 1), s.from[i]);
        all.t[i] = (gradus_interval){0, 1};
    }
    for (size_t set = 0; set < (size_t)1 << d && status == GRADUS_OK; set++) {
        gradus_interval x[GR_KUHN_INPUTS];
        for (size_t i = 0; i < d; i++)
            x[i] = gr_grid_node(grid, i, cell[i] + (set >> i & 1));
        status = gr_enclose(grid->target, x, 0, &s.corner[set]);
    }
    return status == GRADUS_OK ? divide(&s, &all, depths[d]) : status;
}
