/*
 * theory/approximate_tiles.c - the cells of a grid, each with a value of its own
 *
 *     tile_k(x) = H(sum_i [H(x_i - t_(i,k_i)) - H(x_i - t_(i,k_i+1))] - d + 1/2)
 *     net(x)    = sum_k v_k tile_k(x),        v_k amid the values of f on the closed cell
 *
 * H(z) = 1 for z > 0. The first edge of an axis stands left of the box, the last right of it,
 * so that each x of the closed box is in one tile, (t_k, t_(k+1)] along each axis. All sums
 * are of 0, 1 and one v_k: an evaluation has no rounding.
 *
 *     |f - net| <= max over k of max |f - v_k| on cell k
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/grid.h"
#include "theory/two_layers.h"

#include "base/status.h"

static gr_shape shape(const gr_target *target, size_t pieces)
{
    const double d = (double)target->f->inputs;
    double cells = 1;
    for (size_t i = 0; i < target->f->inputs; i++)
        cells *= (double)pieces;
    return gr_two_layers_shape(d, d * ((double)pieces + 1), cells);
}

static gradus_status bound(const gr_target *target, size_t pieces, gr_bound *bound)
{
    gradus_status status;
    gr_grid grid;
    gr_cell look;
    gradus_interval box[GRADUS_VARIABLES];
    size_t cell[GRADUS_VARIABLES];
    *bound = (gr_bound){.proved = target->f->enclose != NULL};
    GR_TRY(gr_grid_new(target, pieces, &grid));
    for (size_t k = 0; k < grid.cells; k++) {
        gr_digits(k, pieces, grid.d, cell);
        gr_grid_cell(&grid, cell, box);
        GR_TRY(gr_cell_look(target, box, &look));
        const gradus_interval v = gr_interval_at(gr_cell_amid(&look));
        bound->bound = gr_most(bound->bound, gr_farthest(look.value, v));
    }
done:
    return status;
}

/* Units of the first layer, axis after axis: H(x_i - t_(i,j)), j = 0 .. pieces. */
static void set_edges(const gr_grid *grid, gr_two_layers *net)
{
    for (size_t i = 0, unit = 0; i < grid->d; i++) {
        const gradus_interval side = grid->target->box[i];
        const double width = side.max - side.min;
        for (size_t j = 0; j <= grid->pieces; j++, unit++) {
            double t = gr_grid_edge(grid, i, j);
            if (j == 0 || j == grid->pieces)
                t += (j == 0 ? -width : width) / (double)grid->pieces;
            *gr_two_layers_weight(net, 0, unit, i) = 1;
            net->bias[0][unit] = -t;
        }
    }
}

static gradus_status set_tiles(const gr_grid *grid, gr_two_layers *net)
{
    gr_cell look;
    gradus_interval box[GRADUS_VARIABLES];
    size_t cell[GRADUS_VARIABLES];
    for (size_t k = 0; k < grid->cells; k++) {
        gr_digits(k, grid->pieces, grid->d, cell);
        for (size_t i = 0; i < grid->d; i++) {
            const size_t left = i * (grid->pieces + 1) + cell[i];
            *gr_two_layers_weight(net, 1, k, left) = 1;
            *gr_two_layers_weight(net, 1, k, left + 1) = -1;
        }
        net->bias[1][k] = 0.5 - (double)grid->d;
        gr_grid_cell(grid, cell, box);
        const gradus_status status = gr_cell_look(grid->target, box, &look);
        if (status != GRADUS_OK)
            return status;
        *gr_two_layers_weight(net, 2, 0, k) = gr_cell_amid(&look);
    }
    return GRADUS_OK;
}

static gradus_status build(const gr_target *target, size_t pieces, gradus_net **net)
{
    gradus_status status;
    gr_grid grid;
    gr_two_layers layers = {.context = target->context};
    *net = NULL;
    GR_TRY(gr_grid_new(target, pieces, &grid));
    const size_t width[3] = {grid.d, grid.d * (pieces + 1), grid.cells};
    GR_TRY(gr_two_layers_new(target->context, "heaviside", width, &layers));
    set_edges(&grid, &layers);
    GR_TRY(set_tiles(&grid, &layers));
    status = gr_two_layers_net(&layers, net);
done:
    gr_two_layers_free(&layers);
    return status;
}

const gr_construction gr_construction_tiles = {
    .name = "tiles", .activation = "heaviside",
    .about = "the cells of a grid, each with a value of its own",
    .min_inputs = 1, .max_inputs = GRADUS_VARIABLES,
    .min_pieces = 1, .max_pieces = 1 << 13,
    .shape = shape, .bound = bound, .build = build,
};
