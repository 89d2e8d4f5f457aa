/*
 * theory/kuhn.c - relu interpolation on the Kuhn triangulation of a grid, as numbers
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/kuhn.h"

#include "base/memory.h"
#include "base/status.h"
#include "theory/look.h"

/* Sums of v that are made on the way are of at most 12 of them with two axes, 52 with three. */
static const double growth[GR_KUHN_INPUTS + 1] = {1, 4, 16, 64};

/* ---- the values at the nodes ---- */

static gradus_status look_at_nodes(const gr_kuhn *k, size_t nodes, gradus_interval *value)
{
    const size_t d = k->grid.d, base = k->grid.pieces + 1;
    gradus_interval at[GR_KUHN_INPUTS];
    gradus_status status = GRADUS_OK;
    size_t j[GR_KUHN_INPUTS];
    for (size_t node = 0; node < nodes && status == GRADUS_OK; node++) {
        gr_digits(node, base, d, j);
        for (size_t i = 0; i < d; i++)
            at[i] = gr_grid_node(&k->grid, i, j[i]);
        status = gr_enclose(k->grid.target, at, 0, &value[node]);
        const double size = gr_interval_magnitude(value[node]);
        if (status == GRADUS_OK && size - size != 0) {
            const double x[GR_KUHN_INPUTS] = {at[0].min, at[1].min, at[d - 1].min};
            status = gr_not_finite(x, d, size);
        }
    }
    return status;
}

static void round_to_steps(gr_kuhn *k, size_t nodes, const gradus_interval *value, double *v)
{
    double largest = 0;
    for (size_t node = 0; node < nodes; node++)
        largest = gr_most(largest, gr_interval_magnitude(value[node]));
    const double step = gr_step(largest, growth[k->grid.d]);
    for (size_t node = 0; node < nodes; node++) {
        v[node] = gr_whole_steps(value[node].min / 2 + value[node].max / 2, step);
        k->off = gr_most(k->off, gr_farthest(value[node], gr_interval_at(v[node])));
    }
}

/* ---- what the output takes ---- */

/* The m become c, from the last node to the first. */
static void difference_along_diagonals(double *m, size_t nodes, size_t base, size_t d)
{
    size_t j[GR_KUHN_INPUTS];
    for (size_t node = nodes; node-- > 0;) {
        bool on = node > 0;
        gr_digits(node, base, d, j);
        for (size_t i = 0; i < d; i++) {
            on = on && j[i] != 1;
            j[i] -= j[i] > 0;
        }
        if (on)
            m[node] -= m[gr_number(j, base, d)];
    }
}

/* c R(y_i - j_i : i in S) as shares of units; `on` are the axes of S, rising. */
static void share_out(gr_kuhn *k, double c, const size_t *j, const size_t *on, size_t axes)
{
    k->first[gr_kuhn_rise(k, on[0], j[on[0]])] += c;
    if (axes > 1)
        k->second[gr_kuhn_pair(k, on[0], on[1], j)] -= c;
    if (axes > 2)
        k->second[gr_kuhn_triple(k, j)] -= c;
}

/* A power of two that keeps the carrying unit above 0. */
static double carry_for(const gr_kuhn *k)
{
    double sum = 0;
    int exponent;
    for (size_t unit = 0; unit < k->grid.d * k->grid.pieces; unit++)
        sum = gr_add_up(sum, gr_most(0, -k->first[unit]));
    frexp(gr_multiply_up(sum, (double)(k->grid.pieces + 1)), &exponent);
    return sum > 0 ? ldexp(1, exponent) : 0;
}

static void share_all(gr_kuhn *k, size_t nodes, const double *c)
{
    const size_t d = k->grid.d;
    size_t j[GR_KUHN_INPUTS], on[GR_KUHN_INPUTS];
    k->base = c[0];
    for (size_t node = 1; node < nodes; node++) {
        size_t axes = 0;
        gr_digits(node, k->grid.pieces + 1, d, j);
        for (size_t i = 0; i < d; i++)
            if (j[i] > 0) {
                on[axes++] = i;
                j[i]--;
            }
        share_out(k, c[node], j, on, axes);
    }
    k->carry = carry_for(k);
}

gradus_status gr_kuhn_new(const gr_target *target, size_t pieces, gr_kuhn *k)
{
    const gradus_context *context = target->context;
    const size_t d = target->f->inputs, n = pieces, base = pieces + 1;
    gradus_status status;
    gradus_interval *value = NULL;
    double *v = NULL;
    *k = (gr_kuhn){.grid.target = target};
    GR_TRY(gr_grid_new(target, pieces, &k->grid));
    const size_t nodes = d == 2 ? base * base : base * base * base;
    k->firsts = d == 2 ? 2 * n : 5 * n - 1;
    k->seconds = d == 2 ? n * n : n * n * (n + 3);
    GR_TRY(gr_allocate(context, nodes, sizeof *value, "nodes", &value));
    GR_TRY(gr_allocate(context, nodes, sizeof *v, "nodes", &v));
    GR_TRY(gr_allocate(context, k->firsts, sizeof *k->first, "units", &k->first));
    GR_TRY(gr_allocate(context, k->seconds, sizeof *k->second, "units", &k->second));
    for (size_t i = 0; i < d; i++)
        k->weight[i] = (double)n / (target->box[i].max - target->box[i].min);
    GR_TRY(look_at_nodes(k, nodes, value));
    round_to_steps(k, nodes, value, v);
    gr_mixed_differences(v, base, d);
    difference_along_diagonals(v, nodes, base, d);
    share_all(k, nodes, v);
done:
    gr_release(context, v);
    gr_release(context, value);
    return status;
}

void gr_kuhn_free(gr_kuhn *k)
{
    const gradus_context *context = k->grid.target->context;
    gr_release(context, k->second);
    gr_release(context, k->first);
}

double gr_kuhn_rise_bias(const gr_kuhn *k, size_t axis, size_t j)
{
    return -fma(k->weight[axis], k->grid.target->box[axis].min, (double)j);
}

double gr_kuhn_between_bias(const gr_kuhn *k, size_t place)
{
    const gradus_interval *box = k->grid.target->box;
    const double m = (double)place - (double)(k->grid.pieces - 1);
    return -fma(k->weight[0], box[0].min, fma(-k->weight[1], box[1].min, m));
}
