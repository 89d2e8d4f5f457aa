/*
 * theory/approximate_sigmoid_tiles.c - the cells of a grid, by sums of rising corners
 *
 *     corner_k(x) = s(K (sum over k_i > 0 of s(w_i (x_i - t_(i,k_i))) - m_k + 1/2))
 *     net(x)      = c_0 + sum over k != 0 of c_k corner_k(x)
 *
 * t_(i,j) is the left edge of cell j along axis i, m_k the number of k_i > 0: an axis with
 * k_i = 0 is always on. c_k are the mixed differences of the values v_k amid f on the cells,
 * sum over j <= k of c_j = v_k, exact by gr_step(). A sum of single cells would drop to 0
 * where cells meet; a corner that is half on only moves the sum from one cell's value to its
 * neighbour's. docs/math/constructions.md proves what bound() computes: beside an edge of
 * cells the net is in the hull of what the corners of the 2^b cells around it, which rise
 * from 0 to 1, add to the lowest cell; elsewhere it is v_k; but for tails times sum |c_k|.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/grid.h"
#include "theory/two_layers.h"

#include "base/memory.h"
#include "base/status.h"

enum { MOST_INPUTS = 6 };
static const double steepness = 64;       /* K; s(-K/2) < tail */
static const double tail = 0x1p-46;
static const double strip = 1.0 / 64;     /* half of what an edge takes, in pieces */
static const double saturation = 41;      /* w_i strip: s is within 2^-57 of 0 or 1 */
static const double sigmoid_error = 0x1p-50; /* relative, of an evaluation; 2.5 ulp measured */

static gr_shape shape(const gr_target *target, size_t pieces)
{
    const double d = (double)target->f->inputs;
    double cells = 1;
    for (size_t i = 0; i < target->f->inputs; i++)
        cells *= (double)pieces;
    return gr_two_layers_shape(d, d * ((double)pieces - 1), cells - 1);
}

/* What f does on all cells, and the value of each. */
typedef struct surface {
    gr_grid grid;
    gr_cell *cell;
    double *v;
    double reach[MOST_INPUTS];  /* an edge is crossed within this ... */
    double weight[MOST_INPUTS]; /* ... by steps of this weight */
} surface;

static void surface_free(surface *s)
{
    gr_release(s->grid.target->context, s->v);
    gr_release(s->grid.target->context, s->cell);
}

/* Weights are powers of two, so that w_i x_i - w_i t_(i,j) is rounded once. */
static gradus_status set_reach(surface *s, size_t i)
{
    const gradus_interval side = s->grid.target->box[i];
    const size_t pieces = s->grid.pieces;
    double least = INFINITY;
    int exponent;
    for (size_t j = 0; j < pieces; j++)
        least = gr_least(least, gr_grid_edge(&s->grid, i, j + 1) -
                                    gr_grid_edge(&s->grid, i, j));
    s->reach[i] = least * strip;
    if (saturation / s->reach[i] < 0x1p1000) {
        frexp(saturation / s->reach[i], &exponent);
        s->weight[i] = ldexp(1, exponent);
        if (gr_interval_magnitude(side) * s->weight[i] < INFINITY)
            return GRADUS_OK;
    }
    return gr_grid_refuse(&s->grid, i, "steps as steep as they need are beyond doubles: take a "
                          "larger box");
}

static gradus_status look(const gr_target *target, size_t pieces, surface *s)
{
    gradus_status status;
    gradus_interval box[GRADUS_VARIABLES];
    size_t cell[GRADUS_VARIABLES];
    double largest = 0;
    s->grid.target = target;
    GR_TRY(gr_grid_new(target, pieces, &s->grid));
    GR_TRY(gr_allocate(target->context, s->grid.cells, sizeof *s->cell, "cells", &s->cell));
    GR_TRY(gr_allocate(target->context, s->grid.cells, sizeof *s->v, "cells", &s->v));
    for (size_t k = 0; k < s->grid.cells; k++) {
        gr_digits(k, pieces, s->grid.d, cell);
        gr_grid_cell(&s->grid, cell, box);
        GR_TRY(gr_cell_look(target, box, &s->cell[k]));
        s->v[k] = gr_cell_amid(&s->cell[k]);
        largest = gr_most(largest, fabs(s->v[k]));
    }
    const double step = gr_step(largest, ldexp(2, (int)s->grid.d));
    for (size_t k = 0; k < s->grid.cells; k++)
        s->v[k] = gr_whole_steps(s->v[k], step);
    for (size_t i = 0; i < s->grid.d; i++)
        GR_TRY(set_reach(s, i));
done:
    return status;
}

/* ---- the bound ---- */

/* A part of a cell, and the axes along which an edge is near. */
typedef struct place {
    gradus_interval part[MOST_INPUTS];
    size_t lowest;              /* of the cells around it */
    size_t crossed;             /* b: axes of an edge that is near */
    size_t stride[MOST_INPUTS]; /* from cell to cell along these */
} place;

/* face[i] is 0 where x_i is near the left edge, 2 near the right one, else 1; false where
 * there is no edge. */
static bool find_place(const surface *s, const size_t *cell, const size_t *face, place *p)
{
    const size_t d = s->grid.d, pieces = s->grid.pieces;
    *p = (place){.lowest = gr_number(cell, pieces, d)};
    for (size_t i = d, stride = 1; i-- > 0; stride *= pieces) {
        const double left = gr_grid_edge(&s->grid, i, cell[i]);
        const double right = gr_grid_edge(&s->grid, i, cell[i] + 1);
        p->part[i] = (gradus_interval){left, right};
        if (face[i] == 1)
            continue;
        if (cell[i] == (face[i] == 0 ? 0 : pieces - 1))
            return false;
        if (face[i] == 0)
            p->part[i].max = gr_up(left + s->reach[i]);
        else
            p->part[i].min = gr_down(right - s->reach[i]);
        p->lowest -= face[i] == 0 ? stride : 0;
        p->stride[p->crossed++] = stride;
    }
    return true;
}

/* v_lowest + sum over Y of F(Y) c_Y for any F(Y) from 0 to 1: what the net can be there. */
static gradus_interval around(const surface *s, const place *p)
{
    const size_t cells = (size_t)1 << p->crossed;
    double c[1 << MOST_INPUTS];
    for (size_t y = 0; y < cells; y++) {
        size_t cell = p->lowest;
        for (size_t i = 0; i < p->crossed; i++)
            cell += y >> i & 1 ? p->stride[i] : 0;
        c[y] = s->v[cell];
    }
    gr_mixed_differences(c, 2, p->crossed);
    gradus_interval sum = gr_interval_at(c[0]);
    for (size_t y = 1; y < cells; y++)
        sum = gr_interval_add(sum, gr_interval_hull(gr_interval_at(0), gr_interval_at(c[y])));
    return sum;
}

/* The worst so far becomes that of a cell, if it is worse. What is known of the whole cell is
 * asked first; a part that would be the worst by that is looked at by itself. */
static gradus_status worst_of_cell(const surface *s, size_t k, size_t faces, double *worst)
{
    const size_t d = s->grid.d;
    size_t cell[MOST_INPUTS], face[MOST_INPUTS];
    gradus_status status;
    gr_cell closer;
    place p;
    gr_digits(k, s->grid.pieces, d, cell);
    for (size_t f = 0; f < faces; f++) {
        gr_digits(f, 3, d, face);
        if (!find_place(s, cell, face, &p))
            continue;
        const gradus_interval net = around(s, &p), value = gr_cell_part(&s->cell[k], d, p.part);
        double error = gr_farthest(value, net);
        if (!(error > *worst))
            continue;
        if (p.crossed > 0) {
            status = gr_cell_look(s->grid.target, p.part, &closer);
            if (status != GRADUS_OK)
                return status;
            error = gr_farthest(gr_interval_meet(value, closer.value), net);
        }
        *worst = gr_most(*worst, error);
    }
    return GRADUS_OK;
}

/* v becomes c; what sums of corners and of their tails are off by. */
static void add_tails(surface *s, gr_bound *bound)
{
    const double d = (double)s->grid.d;
    double sum = 0, chain = 0; /* terms that are not 0 */
    gr_mixed_differences(s->v, s->grid.pieces, s->grid.d);
    for (size_t k = 1; k < s->grid.cells; k++)
        sum = gr_add_up(sum, fabs(s->v[k])), chain += s->v[k] != 0;
    const double each = steepness / 4 * (d * (sigmoid_error + 0x1p-57) +
                                         d * (d + 1) * 0x1p-53) + sigmoid_error;
    const double terms = gr_add_up(fabs(s->v[0]), gr_multiply_up(sum, 1 + 0x1p-49));
    bound->rounding = gr_add_up(gr_multiply_up(sum, gr_up(gr_up(each))),
                                gr_multiply_up(terms, gr_chain_error(chain)));
    bound->bound = gr_add_up(bound->bound, gr_multiply_up(sum, tail));
    bound->bound = gr_add_up(bound->bound, bound->rounding);
}

static gradus_status bound(const gr_target *target, size_t pieces, gr_bound *bound)
{
    gradus_status status;
    surface s = {0};
    size_t faces = 1;
    *bound = (gr_bound){.proved = target->f->enclose != NULL};
    GR_TRY(look(target, pieces, &s));
    for (size_t i = 0; i < s.grid.d; i++)
        faces *= 3;
    for (size_t k = 0; k < s.grid.cells; k++)
        GR_TRY(worst_of_cell(&s, k, faces, &bound->bound));
    add_tails(&s, bound);
done:
    surface_free(&s);
    return status;
}

/* ---- the network ---- */

/* Units of the first layer, axis after axis: edges j = 1 .. pieces - 1. */
static void set_edges(const surface *s, gr_two_layers *net)
{
    for (size_t i = 0, unit = 0; i < s->grid.d; i++)
        for (size_t j = 1; j < s->grid.pieces; j++, unit++) {
            *gr_two_layers_weight(net, 0, unit, i) = s->weight[i];
            net->bias[0][unit] = -s->weight[i] * gr_grid_edge(&s->grid, i, j);
        }
}

/* Unit k - 1 of the second layer is corner k. */
static void set_corners(const surface *s, gr_two_layers *net)
{
    const double *c = s->v;
    size_t cell[MOST_INPUTS];
    net->bias[2][0] = c[0];
    for (size_t k = 1; k < s->grid.cells; k++) {
        double on = 0;
        gr_digits(k, s->grid.pieces, s->grid.d, cell);
        for (size_t i = 0; i < s->grid.d; i++) {
            if (cell[i] == 0)
                continue;
            on++;
            *gr_two_layers_weight(net, 1, k - 1,
                                  i * (s->grid.pieces - 1) + cell[i] - 1) = steepness;
        }
        net->bias[1][k - 1] = steepness * (0.5 - on);
        *gr_two_layers_weight(net, 2, 0, k - 1) = c[k];
    }
}

static gradus_status build(const gr_target *target, size_t pieces, gradus_net **net)
{
    gradus_status status;
    surface s = {0};
    gr_two_layers layers = {.context = target->context};
    *net = NULL;
    GR_TRY(look(target, pieces, &s));
    const size_t width[3] = {s.grid.d, s.grid.d * (pieces - 1), s.grid.cells - 1};
    GR_TRY(gr_two_layers_new(target->context, "sigmoid", width, &layers));
    set_edges(&s, &layers);
    gr_mixed_differences(s.v, pieces, s.grid.d);
    set_corners(&s, &layers);
    status = gr_two_layers_net(&layers, net);
done:
    gr_two_layers_free(&layers);
    surface_free(&s);
    return status;
}

const gr_construction gr_construction_sigmoid_tiles = {
    .name = "sigmoid-tiles", .activation = "sigmoid",
    .about = "the cells of a grid, by sums of corners that rise",
    .min_inputs = 1, .max_inputs = MOST_INPUTS,
    .min_pieces = 2, .max_pieces = 1 << 13,
    .shape = shape, .bound = bound, .build = build,
};
