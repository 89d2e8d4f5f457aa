/*
 * theory/approximate_interpolation.c - a relu network that interpolates f at equal knots
 *
 *     |f - net| <= h^2/8 max |f''|,  h = (b - a)/N
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/memory.h"
#include "base/status.h"
#include "theory/broken_line.h"
#include "theory/interval.h"
#include "theory/knots.h"
#include "theory/look.h"

static gr_shape shape(const gr_target *target, size_t pieces)
{
    (void)target;
    return gr_one_layer_shape(pieces);
}

static gradus_status bound(const gr_target *target, size_t pieces, gr_bound *bound)
{
    gradus_status status;
    gr_knots knots;
    gr_one_layer layer = {.context = target->context};
    GR_TRY(gr_knots_equal(target, pieces, &knots));
    GR_TRY(gr_broken_line_new(target->context, pieces, knots.x, knots.y, &layer));
    status = gr_broken_line_bound(target, pieces, knots.x, &layer, bound);
done:
    gr_one_layer_free(&layer);
    gr_knots_free(&knots);
    return status;
}

static gradus_status build(const gr_target *target, size_t pieces, gradus_net **net)
{
    gradus_status status;
    gr_knots knots;
    gr_one_layer layer = {.context = target->context};
    *net = NULL;
    GR_TRY(gr_knots_equal(target, pieces, &knots));
    GR_TRY(gr_broken_line_new(target->context, pieces, knots.x, knots.y, &layer));
    status = gr_one_layer_net(&layer, net);
done:
    gr_one_layer_free(&layer);
    gr_knots_free(&knots);
    return status;
}

const gr_construction gr_construction_interpolation = {
    .name = "interpolation", .activation = "relu",
    .about = "interpolation at equal knots, with a unit a piece",
    .least_inputs = 1, .most_inputs = 1, .least_pieces = 1, .most_pieces = 1 << 20,
    .shape = shape, .bound = bound, .build = build,
};
