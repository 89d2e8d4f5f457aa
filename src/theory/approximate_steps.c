/*
 * theory/approximate_steps.c - networks of steps and bumps, Heaviside and sigmoid
 *
 * With omega(h) the most that f changes over a length h:
 *
 *     steps       f(x_j) between the middles of equal pieces     Heaviside: omega(h/2)
 *     cells       f(x_j) on (x_{j-1}, x_j], equal pieces         omega(h)
 *     bumps       the middle of f's range on each equal piece    Heaviside: omega(h)/2
 *     free-steps  the same on pieces over which f changes alike; or, of sigmoid units, steps
 *                 at the middles of pieces that are shorter where f rises or bends more
 *
 * Sigmoid steps are s(k (x - t)) with k = steepness/h: so wide that on a slope they melt into
 * a straight line, and so narrow that none of them is missed at the ends of the box.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/status.h"
#include "theory/interval.h"
#include "theory/knots.h"
#include "theory/staircase.h"

static const double steepness = 5.5;

typedef struct kind {
    const char *activation;
    gradus_status (*place)(const gr_target *target, const struct kind *kind, size_t pieces,
                           gr_staircase *stairs);
    const gr_cost *cost;        /* NULL: equal pieces */
    bool bumps;
} kind;

static bool is_smooth(const kind *k)
{
    return strcmp(k->activation, "sigmoid") == 0;
}

/* ---- what a piece costs ---- */

/* A constant is half of f's range from it. */
static double range_cost(const gr_look *f, double from, double to, double left, double right)
{
    (void)from, (void)to, (void)left, (void)right;
    return (f->value.max - f->value.min) / 2;
}

/* On a slope steps of this steepness are up to 0.07 of a jump from the line; where f bends
 * they are wider than its turn; at a kink nothing is better than a step. */
static double melt_cost(const gr_look *f, double from, double to, double left, double right)
{
    const double h = to - from, range = f->value.max - f->value.min;
    (void)left, (void)right;
    const double bent = 0.2 * h * h * gr_interval_magnitude(f->bend);
    return isfinite(bent) ? 0.07 * range + bent : range / 2;
}

static const gr_cost range_of = {range_cost, 1, false}, melt = {melt_cost, 1, true};

/* ---- where steps stand ---- */

static gradus_status lay(const gr_target *target, const kind *k, size_t pieces,
                         gr_knots *knots)
{
    return k->cost == NULL ? gr_knots_equal(target, pieces, knots)
                           : gr_knots_even(target, k->cost, pieces, knots);
}

static double weight(const kind *k, double h)
{
    return is_smooth(k) ? steepness / h : 1;
}

/* A step in the middle of each piece, from f at its left end to f at its right end. */
static gradus_status in_pieces(const gr_target *target, const kind *k, size_t pieces,
                               gr_staircase *stairs)
{
    gradus_status status;
    gr_knots knots = {.context = target->context};
    GR_TRY(lay(target, k, pieces, &knots));
    GR_TRY(gr_staircase_new(target->context, pieces, stairs));
    for (size_t j = 0; j < pieces; j++) {
        const double h = knots.x[j + 1] - knots.x[j];
        stairs->at[j] = knots.x[j] + h / 2;
        stairs->weight[j] = weight(k, h);
        stairs->level[j] = knots.y[j];
    }
    stairs->level[pieces] = knots.y[pieces];
done:
    gr_knots_free(&knots);
    return status;
}

/* The middle of all values that f has on a piece. */
static gradus_status middle_of(const gr_target *target, const gr_knots *knots, size_t piece,
                               double *middle)
{
    const gradus_interval x = {knots->x[piece], knots->x[piece + 1]};
    gr_look look;
    const gradus_status status = gr_look_over(target, x, gr_interval_at(knots->y[piece]),
                                              gr_interval_at(knots->y[piece + 1]), &look);
    if (status == GRADUS_OK)
        *middle = look.value.min + (look.value.max - look.value.min) / 2;
    return status;
}

/* Steps where pieces meet: each has one level, or f at its right end. */
static gradus_status between(const gr_target *target, const kind *k, size_t pieces,
                             bool right_ends, gr_staircase *stairs)
{
    gradus_status status;
    gr_knots knots = {.context = target->context};
    GR_TRY(lay(target, k, pieces, &knots));
    GR_TRY(gr_staircase_new(target->context, pieces - 1, stairs));
    for (size_t j = 0; j < pieces; j++) {
        if (j > 0) {
            stairs->at[j - 1] = knots.x[j];
            stairs->weight[j - 1] = weight(k, knots.x[1] - knots.x[0]);
        }
        stairs->level[j] = knots.y[j + 1];
        if (!right_ends)
            GR_TRY(middle_of(target, &knots, j, &stairs->level[j]));
    }
done:
    gr_knots_free(&knots);
    return status;
}

static gradus_status of_middles(const gr_target *target, const kind *k, size_t pieces,
                                gr_staircase *stairs)
{
    return between(target, k, pieces, false, stairs);
}

static gradus_status of_right_ends(const gr_target *target, const kind *k, size_t pieces,
                                   gr_staircase *stairs)
{
    return between(target, k, pieces, true, stairs);
}

/* ---- constructions ---- */

/* The network, and what is asked of it: its bound, or itself. */
static gradus_status approximate(const gr_target *target, const kind *k, size_t pieces,
                                 gr_bound *bound, gradus_net **net)
{
    gradus_status status;
    gr_staircase stairs = {.context = target->context};
    gr_one_layer layer = {.context = target->context};
    GR_TRY(k->place(target, k, pieces, &stairs));
    GR_TRY(k->bumps ? gr_staircase_bumps(&stairs, target->box[0], k->activation, &layer)
                    : gr_staircase_steps(&stairs, k->activation, &layer));
    if (bound != NULL)
        GR_TRY(gr_staircase_bound(target, &stairs, &layer, bound));
    if (net != NULL)
        GR_TRY(gr_one_layer_net(&layer, net));
done:
    gr_one_layer_free(&layer);
    gr_staircase_free(&stairs);
    return status;
}

static gr_shape one_each(const gr_target *target, size_t pieces)
{
    (void)target;
    return gr_one_layer_shape(pieces);
}

static gr_shape one_less(const gr_target *target, size_t pieces)
{
    (void)target;
    return gr_one_layer_shape(pieces - 1);
}

static gr_shape two_each(const gr_target *target, size_t pieces)
{
    (void)target;
    return gr_one_layer_shape(2 * pieces);
}

/* A construction's functions know its kind. */
#define STEPS(symbol, word, with, units, least, text, ...)                                    \
    static const kind symbol##_kind = {with, __VA_ARGS__};                                    \
    static gradus_status symbol##_bound(const gr_target *target, size_t pieces,               \
                                        gr_bound *bound)                                      \
    {                                                                                         \
        return approximate(target, &symbol##_kind, pieces, bound, NULL);                      \
    }                                                                                         \
    static gradus_status symbol##_build(const gr_target *target, size_t pieces,               \
                                        gradus_net **net)                                     \
    {                                                                                         \
        return approximate(target, &symbol##_kind, pieces, NULL, net);                        \
    }                                                                                         \
    static gradus_status symbol##_guess(const gr_target *target, double within, size_t most,  \
                                        size_t *pieces)                                       \
    {                                                                                         \
        *pieces = least;                                                                      \
        return symbol##_kind.cost == NULL ? GRADUS_OK                                         \
            : gr_knots_count(target, symbol##_kind.cost, within, most, pieces);               \
    }                                                                                         \
    const gr_construction gr_construction_##symbol = {                                        \
        .name = word, .activation = with, .about = text,                                      \
        .min_inputs = 1, .max_inputs = 1, .min_pieces = least,                                \
        .max_pieces = GR_MOST_UNITS, .shape = units, .bound = symbol##_bound,                 \
        .build = symbol##_build, .guess = symbol##_guess,                                     \
    };

STEPS(free_steps_heaviside, "free-steps", "heaviside", one_less, 2,
      "steps where f has changed by as much", of_middles, &range_of, false)
STEPS(steps_heaviside, "steps", "heaviside", one_each, 1,
      "steps in the middles of equal pieces", in_pieces, NULL, false)
STEPS(cells, "cells", "heaviside", two_each, 1,
      "f at the right end of each of equal pieces", of_right_ends, NULL, true)
STEPS(bumps_heaviside, "bumps", "heaviside", two_each, 1,
      "a bump, two steps, for each of equal pieces", of_middles, NULL, true)
STEPS(free_steps_sigmoid, "free-steps", "sigmoid", one_each, 1,
      "soft steps, closer where f rises or bends", in_pieces, &melt, false)
STEPS(steps_sigmoid, "steps", "sigmoid", one_each, 1,
      "soft steps in the middles of equal pieces", in_pieces, NULL, false)
STEPS(bumps_sigmoid, "bumps", "sigmoid", two_each, 1,
      "a bump, two soft steps, for each of equal pieces", of_middles, NULL, true)
