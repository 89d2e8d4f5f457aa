/*
 * theory/kuhn_rounding.c - how far the stored net is from the interpolation, evaluated
 *
 * Weights and biases of the first layer are those of y_i to within e_i, in steps of the grid;
 * all others are exact, and a unit's value is at most N + 1. What a unit is off by is
 *
 *     sum_j |w_j| e_j + n u sum_j |w_j| (N + 1)       for a chain of n terms
 *
 * as relu moves no two numbers apart; u = 2^-53.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/kuhn.h"

static const double u = 0x1p-53;

/* N / (b - a) */
static gradus_interval true_weight(const gr_kuhn *k, size_t i)
{
    const gradus_interval side = k->grid.target->box[i];
    return gr_interval_divide(
        gr_interval_at((double)k->grid.pieces),
        gr_interval_subtract(gr_interval_at(side.max), gr_interval_at(side.min)));
}

/* At most |stored - true|. */
static double apart(double stored, gradus_interval truth)
{
    return gr_interval_magnitude(gr_interval_subtract(gr_interval_at(stored), truth));
}

/* |x_i| times what the weight is off by. */
static double weight_error(const gr_kuhn *k, size_t i)
{
    return gr_multiply_up(gr_interval_magnitude(k->grid.target->box[i]),
                          apart(k->weight[i], true_weight(k, i)));
}

static gradus_interval true_start(const gr_kuhn *k, size_t i)
{
    return gr_interval_multiply(true_weight(k, i),
                                gr_interval_at(k->grid.target->box[i].min));
}

/* Of relu(y_i - j), any j. */
static double rise_error(const gr_kuhn *k, size_t i)
{
    const gradus_interval start = true_start(k, i);
    double bias = 0;
    for (size_t j = 0; j < k->grid.pieces; j++) {
        const gradus_interval truth = gr_interval_add(start, gr_interval_at((double)j));
        bias = gr_most(bias, apart(-gr_kuhn_rise_bias(k, i, j), truth));
    }
    const double sum = gr_add_up(weight_error(k, i), bias);
    return gr_add_up(sum, 2 * u * ((double)k->grid.pieces + 1));
}

/* Of relu(y_1 - y_2 - m), any m; on the way to it stand larger numbers. */
static double between_error(const gr_kuhn *k)
{
    const gradus_interval start = gr_interval_subtract(true_start(k, 0), true_start(k, 1));
    const size_t last = 2 * k->grid.pieces - 2;
    double bias = 0, size = 0, sum = gr_add_up(weight_error(k, 0), weight_error(k, 1));
    for (size_t place = 0; place <= last; place++) {
        const double stored = -gr_kuhn_between_bias(k, place);
        const double m = (double)place - (double)(k->grid.pieces - 1);
        const gradus_interval truth = gr_interval_add(start, gr_interval_at(m));
        bias = gr_most(bias, apart(stored, truth));
        size = gr_most(size, fabs(stored));
    }
    for (size_t i = 0; i < 2; i++)
        size = gr_add_up(size, gr_multiply_up(
            k->weight[i], gr_interval_magnitude(k->grid.target->box[i])));
    sum = gr_add_up(sum, bias);
    return gr_add_up(sum, gr_multiply_up(4 * u, size));
}

/* Of what a unit takes of others: sum |w|, and how many are not 0. */
typedef struct taken {
    double sum, terms;
} taken;

static taken taken_of(const double *w, size_t from, size_t to)
{
    taken t = {0, 0};
    for (size_t i = from; i < to; i++) {
        t.sum = gr_add_up(t.sum, fabs(w[i]));
        t.terms += w[i] != 0;
    }
    return t;
}

/* A chain that starts at `base`, of terms |w_j y_j| <= |w_j| most, y_j off by e. */
static double chain_error(taken t, double base, double most, double e)
{
    const double size = gr_add_up(base, gr_multiply_up(t.sum, most));
    return gr_add_up(gr_multiply_up(t.sum, e),
                     gr_add_up(gr_multiply_up(gr_chain_error(t.terms), size),
                               t.terms * 0x1p-1074));
}

double gr_kuhn_rounding(const gr_kuhn *k)
{
    const size_t n = k->grid.pieces, d = k->grid.d, pairs = d == 2 ? n * n : 3 * n * n;
    const double most = (double)n + 1;
    double rise = 0;
    for (size_t i = 0; i < d; i++)
        rise = gr_most(rise, rise_error(k, i));
    const double pair = gr_add_up(2 * rise, 8 * u * most);
    const double third = d == 3 ? gr_add_up(between_error(k), 8 * u * most) : 0;
    const double triple = gr_add_up(pair, third);

    const taken first = taken_of(k->first, 0, d * n);
    const double carried = chain_error(first, k->carry, most, rise);
    const double carry = gr_add_up(gr_add_up(k->carry, carried),
                                   gr_multiply_up(first.sum, most));
    const taken two = taken_of(k->second, 0, pairs);
    taken three = taken_of(k->second, pairs, k->seconds);
    double base = gr_add_up(gr_add_up(fabs(k->base), k->carry), carry);
    base = gr_add_up(base, gr_multiply_up(two.sum, most));
    three.terms += two.terms + (first.terms > 0 ? 2 : 0); /* the carrying unit, and the bias */
    const double last = chain_error(three, base, most, triple);
    return gr_add_up(gr_add_up(carried, gr_multiply_up(two.sum, pair)), last);
}
