/*
 * theory/approximate_kuhn.c - relu interpolation on the Kuhn triangulation of a grid
 *
 *     |f - net| <= max over the cells of |f - its interpolation|
 *                  + max over the nodes of |v_j - f|, + the rounding
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/kuhn.h"
#include "theory/two_layers.h"

#include "base/status.h"

static gr_shape shape(const gr_target *target, size_t pieces)
{
    const double n = (double)pieces;
    return target->f->inputs == 2 ? gr_two_layers_shape(2, 2 * n, n * n + 1)
                                  : gr_two_layers_shape(3, 5 * n - 1, n * n * (n + 3) + 1);
}

static gradus_status bound(const gr_target *target, size_t pieces, gr_bound *bound)
{
    gradus_status status;
    gr_kuhn k;
    size_t cell[GR_KUHN_INPUTS];
    *bound = (gr_bound){.proved = target->f->enclose != NULL};
    GR_TRY(gr_kuhn_new(target, pieces, &k));
    for (size_t i = 0; i < k.grid.cells; i++) {
        gr_digits(i, pieces, k.grid.d, cell);
        GR_TRY(gr_kuhn_cell_error(&k.grid, cell, &bound->bound));
    }
    bound->rounding = gr_kuhn_rounding(&k);
    bound->bound = gr_add_up(gr_add_up(bound->bound, k.off), bound->rounding);
done:
    gr_kuhn_free(&k);
    return status;
}

static void set_first(const gr_kuhn *k, gr_two_layers *net)
{
    for (size_t i = 0; i < k->grid.d; i++)
        for (size_t j = 0; j < k->grid.pieces; j++) {
            const size_t unit = gr_kuhn_rise(k, i, j);
            *gr_two_layers_weight(net, 0, unit, i) = k->weight[i];
            net->bias[0][unit] = gr_kuhn_rise_bias(k, i, j);
        }
    for (size_t place = 0; k->grid.d == 3 && place < 2 * k->grid.pieces - 1; place++) {
        const size_t unit = gr_kuhn_between(k, place);
        *gr_two_layers_weight(net, 0, unit, 0) = k->weight[0];
        *gr_two_layers_weight(net, 0, unit, 1) = -k->weight[1];
        net->bias[0][unit] = gr_kuhn_between_bias(k, place);
    }
}

/* relu(a - R(b)) of the axes a < b */
static void set_pair(const gr_kuhn *k, size_t a, size_t b, const size_t *j,
                     gr_two_layers *net)
{
    const size_t unit = gr_kuhn_pair(k, a, b, j);
    *gr_two_layers_weight(net, 1, unit, gr_kuhn_rise(k, a, 0)) = 1;
    *gr_two_layers_weight(net, 1, unit, gr_kuhn_rise(k, b, j[b])) = -1;
    net->bias[1][unit] = -(double)j[a];
}

/* relu(a - relu(a - b) - R(c)) */
static void set_triple(const gr_kuhn *k, const size_t *j, gr_two_layers *net)
{
    const size_t unit = gr_kuhn_triple(k, j), place = k->grid.pieces - 1 + j[0] - j[1];
    *gr_two_layers_weight(net, 1, unit, gr_kuhn_rise(k, 0, 0)) = 1;
    *gr_two_layers_weight(net, 1, unit, gr_kuhn_between(k, place)) = -1;
    *gr_two_layers_weight(net, 1, unit, gr_kuhn_rise(k, 2, j[2])) = -1;
    net->bias[1][unit] = -(double)j[0];
}

static void set_second(const gr_kuhn *k, gr_two_layers *net)
{
    const size_t d = k->grid.d, units = k->grid.d * k->grid.pieces;
    size_t j[GR_KUHN_INPUTS];
    for (size_t cell = 0; cell < k->grid.cells; cell++) {
        gr_digits(cell, k->grid.pieces, d, j);
        for (size_t a = 0; a < d; a++)
            for (size_t b = a + 1; b < d; b++)
                set_pair(k, a, b, j, net);
        if (d == 3)
            set_triple(k, j, net);
    }
    for (size_t unit = 0; unit < units; unit++)
        *gr_two_layers_weight(net, 1, k->seconds, unit) = k->first[unit];
    net->bias[1][k->seconds] = k->carry;
}

static gradus_status build(const gr_target *target, size_t pieces, gradus_net **net)
{
    gradus_status status;
    gr_kuhn k;
    gr_two_layers layers = {.context = target->context};
    *net = NULL;
    GR_TRY(gr_kuhn_new(target, pieces, &k));
    const size_t width[3] = {k.grid.d, k.firsts, k.seconds + 1};
    GR_TRY(gr_two_layers_new(target->context, "relu", width, &layers));
    set_first(&k, &layers);
    set_second(&k, &layers);
    for (size_t unit = 0; unit < k.seconds; unit++)
        *gr_two_layers_weight(&layers, 2, 0, unit) = k.second[unit];
    *gr_two_layers_weight(&layers, 2, 0, k.seconds) = 1;
    layers.bias[2][0] = k.base - k.carry;
    status = gr_two_layers_net(&layers, net);
done:
    gr_two_layers_free(&layers);
    gr_kuhn_free(&k);
    return status;
}

const gr_construction gr_construction_kuhn = {
    .name = "kuhn", .activation = "relu",
    .about = "interpolation on the simplices of a grid",
    .min_inputs = 2, .max_inputs = GR_KUHN_INPUTS,
    .min_pieces = 1, .max_pieces = 1 << 10,
    .shape = shape, .bound = bound, .build = build,
};
