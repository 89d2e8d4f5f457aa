/*
 * theory/approximate_choose.c - how many pieces a construction needs
 *
 * Bounds fall like pieces^-rate in the long run. From two of them comes a guess of the rate,
 * and from this and the last bound one of the number that is wanted.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "base/status.h"
#include "kernels/elementary.h"
#include "theory/approximate.h"
#include "theory/interval.h"

enum { GUESSES = 6, MOST_TRIES = 60, EXPECT_UNITS = 512 };
static const double most_sense = 1e9; /* pieces */

static bool fits(const gr_target *target, const gr_construction *c, size_t pieces,
                 size_t units)
{
    const gr_shape shape = c->shape(target, pieces);
    return shape.units <= (units > 0 && units < GR_MOST_UNITS ? units : GR_MOST_UNITS) &&
           shape.parameters <= GR_MOST_PARAMETERS;
}

/* The most pieces that fit, 0: none. */
static size_t most_pieces(const gr_target *target, const gr_construction *c, size_t units)
{
    size_t low = c->min_pieces - 1, high = c->max_pieces;
    while (low < high) {
        const size_t middle = high - (high - low) / 2;
        if (fits(target, c, middle, units))
            low = middle;
        else
            high = middle - 1;
    }
    return low < c->min_pieces ? 0 : low;
}

/* What is known: `low` pieces do not reach it, `high` do (0: none known yet). */
typedef struct hunt {
    size_t low, high, max;
    size_t last;                /* tried, with this bound */
    double bound, rate;
} hunt;

static void learn(hunt *h, size_t pieces, double bound)
{
    if (h->last > 0 && bound > 0 && isfinite(h->bound) && bound != h->bound) {
        const double rate = gr_log(h->bound / bound) /
                            gr_log((double)pieces / (double)h->last);
        h->rate = gr_most(0.5, gr_least(rate, 2));
    }
    h->last = pieces;
    h->bound = bound;
}

static size_t guess(const hunt *h, double within, int tries)
{
    const size_t ceiling = h->high > 0 ? h->high - 1
        : h->low > h->max / 16 ? h->max : 16 * h->low;
    if (!isfinite(h->bound))
        return h->high > 0 ? h->low + (h->high - h->low) / 2 : ceiling;
    if (h->high > 0 && tries > GUESSES)
        return h->low + (h->high - h->low) / 2;
    const double ratio = h->bound > 0 && within > 0 ? h->bound / within : 1;
    const double wanted =
        ceil((double)h->last * gr_exp(gr_log(ratio) / h->rate) * (1 + 1e-3));
    if (!(wanted < (double)ceiling))
        return ceiling;
    return wanted > (double)h->low + 1 ? (size_t)wanted : h->low + 1;
}

static gradus_status search(const gr_target *target, const gr_construction *c, double within,
                            hunt *h, gr_bound *found)
{
    size_t pieces = c->min_pieces;
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        gr_bound bound;
        gradus_status status = c->bound(target, pieces, &bound);
        if (status != GRADUS_OK)
            return status;
        const bool reached = bound.bound <= within;
        if (reached)
            h->high = pieces;
        else
            h->low = pieces;
        if (reached || h->high == 0)
            *found = bound;
        if (h->low == h->max || (h->high > 0 && h->high - h->low <= 1 + h->high / 64))
            break;
        if (bound.rounding > within) /* which more pieces only make worse */
            break;
        learn(h, pieces, bound.bound);
        pieces = guess(h, within, tries);
        if (tries > 0 || c->guess == NULL)
            continue;
        status = c->guess(target, within, h->max, &pieces);
        if (status != GRADUS_OK)
            return status;
        pieces = pieces > h->max ? h->max : pieces > h->low ? pieces : h->low + 1;
    }
    return GRADUS_OK;
}

gradus_status gr_choose_pieces(const gr_target *target, const gr_construction *c,
                               double within, size_t units, size_t *pieces, gr_bound *bound,
                               bool *reached)
{
    hunt h = {.low = c->min_pieces - 1, .max = most_pieces(target, c, units), .rate = 1};
    gradus_status status;
    *reached = h.max > 0;
    *pieces = h.max;
    *bound = (gr_bound){.bound = INFINITY};
    if (h.max == 0)
        return GRADUS_OK;
    if (isnan(within))
        return c->bound(target, h.max, bound);
    status = search(target, c, within, &h, bound);
    *reached = h.high > 0;
    *pieces = h.high > 0 ? h.high : h.low;
    return status;
}

gradus_status gr_expect_pieces(const gr_target *target, const gr_construction *c,
                               double within, size_t *pieces, bool *reached,
                               bool *extrapolated)
{
    gradus_status status;
    gr_bound near, far;
    const size_t units = c->polynomials ? 0 : EXPECT_UNITS;
    const size_t most = most_pieces(target, c, units);
    *extrapolated = false;
    GR_TRY(gr_choose_pieces(target, c, within, units, pieces, &far, reached));
    if (*reached || c->polynomials || most / 4 < c->min_pieces)
        return GRADUS_OK;
    GR_TRY(c->bound(target, most / 4, &near));
    const double fall = gr_log(near.bound / far.bound) / gr_log(4);
    const double rate = isfinite(fall) ? gr_most(0.25, gr_least(fall, 2)) : 1;
    const double wanted = ceil((double)most * gr_exp(gr_log(far.bound / within) / rate));
    *extrapolated = true;
    *reached = wanted < most_sense;
    *pieces = *reached ? (size_t)wanted : 0;
    *reached = *reached && c->shape(target, *pieces).units < SIZE_MAX;
done:
    return status;
}
