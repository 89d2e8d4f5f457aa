/*
 * theory/approximate_deep.c - a deep relu network for a polynomial, from squares
 *
 *     |f - net| <= sum over the products of range 2^(-2m), + the rounding
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/status.h"
#include "theory/approximate.h"
#include "theory/deep.h"
#include "theory/interval.h"

static gr_deep deep_of(const gr_target *target, size_t layers)
{
    return (gr_deep){target->polynomial, target->polynomial_box, target->f->inputs, layers};
}

/* Counted, not built: this cannot fail. */
static gr_tower plan(const gr_target *target, size_t layers, gr_form *output,
                     gr_deep_error *error)
{
    const gr_deep deep = deep_of(target, layers);
    gr_tower tower = gr_tower_plan(deep.inputs);
    (void)!gr_deep_lay(&deep, &tower, output, error);
    return tower;
}

static gr_shape shape(const gr_target *target, size_t layers)
{
    gr_form output;
    gr_deep_error error;
    const gr_tower tower = plan(target, layers, &output, &error);
    return (gr_shape){tower.units, tower.layers, tower.count + tower.width + 1};
}

static gradus_status bound(const gr_target *target, size_t layers, gr_bound *bound)
{
    gr_form output;
    gr_deep_error error;
    plan(target, layers, &output, &error);
    *bound = (gr_bound){error.error, 0, true};
    if (error.error < INFINITY)
        bound->rounding = gr_least(gr_up(error.error - error.squares), error.error);
    return GRADUS_OK;
}

static gradus_status build(const gr_target *target, size_t layers, gradus_net **net)
{
    const gr_deep deep = deep_of(target, layers);
    gr_tower tower = gr_tower_start(target->context, deep.inputs);
    gr_form output;
    gr_deep_error error;
    const gradus_status status = gr_deep_lay(&deep, &tower, &output, &error);
    return gr_tower_output(&tower, status, output, net);
}

const gr_construction gr_construction_deep = {
    .name = "deep", .activation = "relu",
    .about = "a polynomial by squares, in depth",
    .min_inputs = 1, .max_inputs = GRADUS_VARIABLES,
    .min_pieces = 1, .max_pieces = 30,
    .shape = shape, .bound = bound, .build = build,
    .polynomials = true, .counted = "layers of each product",
};
