/*
 * theory/approximate_interpolation.c - relu networks that interpolate f, at equal or free knots
 *
 *     |f - net| <= h^2/8 max |f''|,  h = (b - a)/N       equal pieces
 *     |f - net| ~ (integral sqrt |f''|)^2 / (8 N^2)      pieces of equal error
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/status.h"
#include "theory/broken_line.h"
#include "theory/interval.h"
#include "theory/knots.h"

typedef gradus_status place(const gr_target *target, size_t pieces, gr_knots *knots);

/* What a piece of a broken line is from f, by f'', f' and f: the least of them. */
static double line_cost(const gr_look *f, double from, double to, double left, double right)
{
    const double h = to - from, m = (right - left) / h;
    const double bent = h * h / 8 * gr_interval_magnitude(f->bend);
    const double tilted = h * (f->slope.max - m) * (m - f->slope.min) /
                          (f->slope.max - f->slope.min);
    const double wide = gr_most(f->value.max - gr_least(left, right),
                                gr_most(left, right) - f->value.min);
    return gr_least(gr_least(bent, wide), isfinite(tilted) ? tilted : INFINITY);
}

static const gr_cost cost = {line_cost, 2, false};

static gradus_status free_knots(const gr_target *target, size_t pieces, gr_knots *knots)
{
    return gr_knots_even(target, &cost, pieces, knots);
}

static gr_shape shape(const gr_target *target, size_t pieces)
{
    (void)target;
    return gr_one_layer_shape(pieces);
}

/* The network, and what is asked of it: its bound, or itself. */
static gradus_status interpolate(const gr_target *target, size_t pieces, place *at,
                                 gr_bound *bound, gradus_net **net)
{
    gradus_status status;
    gr_knots knots = {.context = target->context};
    gr_one_layer layer = {.context = target->context};
    GR_TRY(at(target, pieces, &knots));
    GR_TRY(gr_broken_line_new(target->context, pieces, knots.x, knots.y, &layer));
    if (bound != NULL)
        GR_TRY(gr_broken_line_bound(target, pieces, knots.x, &layer, bound));
    if (net != NULL)
        GR_TRY(gr_one_layer_net(&layer, net));
done:
    gr_one_layer_free(&layer);
    gr_knots_free(&knots);
    return status;
}

static gradus_status bound_equal(const gr_target *target, size_t pieces, gr_bound *bound)
{
    return interpolate(target, pieces, gr_knots_equal, bound, NULL);
}

static gradus_status build_equal(const gr_target *target, size_t pieces, gradus_net **net)
{
    return interpolate(target, pieces, gr_knots_equal, NULL, net);
}

static gradus_status bound_free(const gr_target *target, size_t pieces, gr_bound *bound)
{
    return interpolate(target, pieces, free_knots, bound, NULL);
}

static gradus_status build_free(const gr_target *target, size_t pieces, gradus_net **net)
{
    return interpolate(target, pieces, free_knots, NULL, net);
}

static gradus_status guess_free(const gr_target *target, double within, size_t most,
                                size_t *pieces)
{
    return gr_knots_count(target, &cost, within, most, pieces);
}

const gr_construction gr_construction_interpolation = {
    .name = "interpolation", .activation = "relu",
    .about = "interpolation at equal knots",
    .min_inputs = 1, .max_inputs = 1, .min_pieces = 1, .max_pieces = GR_MOST_UNITS,
    .shape = shape, .bound = bound_equal, .build = build_equal,
};

const gr_construction gr_construction_free_knots = {
    .name = "free-knots", .activation = "relu",
    .about = "interpolation at knots where f bends",
    .min_inputs = 1, .max_inputs = 1, .min_pieces = 1, .max_pieces = GR_MOST_UNITS,
    .shape = shape, .bound = bound_free, .build = build_free, .guess = guess_free,
};
