/*
 * theory/staircase_bound.c - networks of steps: how far f is from them
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "kernels/elementary.h"
#include "theory/staircase.h"
#include "theory/sup.h"

static const double window = 40, beyond = 0x1p-57;  /* e^-40 < 2^-57 */

/* A step of all units that stand at one place. */
typedef struct rise {
    double weight, bias, at;
    gradus_interval jump;
    double from, to;            /* where it leaves 0 and reaches 1, as good as */
    double first_from, last_to; /* where all from this one on are 0, all up to it 1 */
} rise;

typedef struct climb {
    size_t rises;
    rise *rise;                 /* [rises] rising */
    gradus_interval *level;     /* [rises + 1] sums of the base and the jumps so far */
    double tail[3];             /* of value, slope and bend: what steps far away can do */
    size_t first;               /* rises left of the first piece */
} climb;

/* ---- the steps ---- */

static void take_rises(const gr_one_layer *layer, bool bumps, climb *c)
{
    c->rises = bumps ? layer->units / 2 + 1 : layer->units;
    c->level[0] = gr_interval_at(layer->base);
    c->first = bumps;
    for (size_t j = 0; j < c->rises; j++) {
        const size_t unit = bumps && j > 0 ? 2 * j - 1 : j;
        rise *r = &c->rise[j];
        *r = (rise){.weight = layer->weight[unit], .bias = layer->bias[unit],
                    .jump = gr_interval_at(layer->out[unit])};
        r->at = -r->bias / r->weight;
        if (bumps && j > 0 && j + 1 < c->rises)
            r->jump = gr_interval_add(r->jump, gr_interval_at(layer->out[unit + 1]));
        c->level[j + 1] = gr_interval_add(c->level[j], r->jump);
        double tail = gr_multiply_up(gr_interval_magnitude(r->jump), beyond);
        for (size_t k = 0; k < 3; k++, tail = gr_multiply_up(tail, r->weight))
            c->tail[k] = gr_add_up(c->tail[k], tail);
    }
}

static void find_reach(climb *c)
{
    for (size_t j = 0; j < c->rises; j++) {
        rise *r = &c->rise[j];
        const double reach = (window + 1) / r->weight; /* `at` is rounded */
        r->from = r->at - reach;
        r->to = r->at + reach;
        r->last_to = gr_most(r->to, j > 0 ? c->rise[j - 1].last_to : -INFINITY);
    }
    for (size_t j = c->rises; j-- > 0;)
        c->rise[j].first_from = gr_least(c->rise[j].from, j + 1 < c->rises
                                         ? c->rise[j + 1].first_from : INFINITY);
}

/* ---- Heaviside ---- */

/* What the sum is between two steps, exactly and as it is rounded. */
static void level_over(const void *levels, size_t piece, gradus_interval x, gr_look *look)
{
    (void)x;
    *look = (gr_look){((const gradus_interval *)levels)[piece], gr_interval_at(0),
                      gr_interval_at(0)};
}

/* Returns how far the two are apart. Of bumps one is taken back before the next one comes: the
 * sum is 0 in between, without rounding. */
static double round_levels(const gr_one_layer *layer, bool bumps, climb *c)
{
    double sum = layer->base, rounding = 0;
    for (size_t j = 1; bumps && j < c->rises; j++)
        c->level[j] = gr_interval_at(layer->out[2 * (j - 1)]);
    for (size_t j = 1; !bumps && j <= c->rises; j++) {
        sum += layer->out[j - 1];
        const gradus_interval lost = gr_interval_subtract(gr_interval_at(sum), c->level[j]);
        rounding = gr_most(rounding, gr_interval_magnitude(lost));
        c->level[j] = gr_interval_hull(c->level[j], gr_interval_at(sum));
    }
    return rounding;
}

/* ---- sigmoid ---- */

/* s(z) of a z that lies in an interval, by 1/(1 + e^-z): within 5 * 2^-53 of it, or, where it
 * is as small as that, 2^-1000. */
static gradus_interval sigmoid(gradus_interval z)
{
    const double away = 0x1p-50;
    const double least = 1 / (1 + gr_exp(-z.min)), most = 1 / (1 + gr_exp(-z.max));
    return (gradus_interval){gr_most(0, least * (1 - away) - 0x1p-1000),
                             gr_least(1, most * (1 + away) + 0x1p-1000)};
}

/* s, s' = s (1 - s), s'' = s' (1 - 2s) of one step, times its jump. */
static void add_rise(const rise *r, gradus_interval x, gr_look *look)
{
    const gradus_interval w = gr_interval_at(r->weight), one = gr_interval_at(1);
    const gradus_interval z = gr_interval_add(gr_interval_multiply(w, x),
                                              gr_interval_at(r->bias));
    const gradus_interval s = sigmoid(z), rest = gr_interval_subtract(one, s);
    gradus_interval slope = gr_interval_multiply(s, rest);
    slope.max = gr_least(slope.max, 0.25);
    const gradus_interval jump = gr_interval_multiply(r->jump, w);
    look->value = gr_interval_add(look->value, gr_interval_multiply(r->jump, s));
    look->slope = gr_interval_add(look->slope, gr_interval_multiply(jump, slope));
    const gradus_interval bend =
        gr_interval_multiply(slope, gr_interval_subtract(rest, s));
    look->bend = gr_interval_add(look->bend,
                                 gr_interval_multiply(gr_interval_multiply(jump, w), bend));
}

static gradus_interval give_or_take(double x)
{
    return (gradus_interval){-x, x};
}

/* Steps left of the window have risen, those right of it have not. */
static void climb_over(const void *climb_, size_t piece, gradus_interval x, gr_look *look)
{
    const climb *c = climb_;
    size_t first = piece + c->first, last = first; /* of steps at its left end */
    first = first < c->rises ? first : c->rises;
    last = last < c->rises ? last : c->rises;
    while (first > 0 && c->rise[first - 1].last_to >= x.min)
        first--;
    while (last < c->rises && c->rise[last].first_from <= x.max)
        last++;
    *look = (gr_look){
        gr_interval_add(c->level[first], give_or_take(c->tail[0])),
        give_or_take(c->tail[1]), give_or_take(c->tail[2])};
    for (size_t j = first; j < last; j++) {
        const rise *r = &c->rise[j];
        if (r->to < x.min)
            look->value = gr_interval_add(look->value, r->jump);
        else if (r->from <= x.max)
            add_rise(r, x, look);
    }
}

/* ---- all of it ---- */

static double size_of(const gr_one_layer *layer)
{
    double size = fabs(layer->base);
    for (size_t j = 0; j < layer->units; j++)
        size = gr_add_up(size, fabs(layer->out[j]));
    return size;
}

gradus_status gr_staircase_bound(const gr_target *target, const gr_staircase *stairs,
                                 const gr_one_layer *layer, gr_bound *bound)
{
    gradus_status status;
    const gradus_context *context = target->context;
    const bool smooth = strcmp(layer->activation, "sigmoid") == 0;
    const bool bumps = layer->units != stairs->steps;
    const size_t pieces = stairs->steps + 1;
    climb c = {0};
    double *knot = NULL, most, rounding;
    GR_TRY(gr_allocate(context, pieces + 1, sizeof *knot, "steps", &knot));
    GR_TRY(gr_allocate(context, pieces + 1, sizeof *c.rise, "steps", &c.rise));
    GR_TRY(gr_allocate(context, pieces + 2, sizeof *c.level, "steps", &c.level));
    knot[0] = target->box[0].min;
    memcpy(knot + 1, stairs->at, stairs->steps * sizeof *knot);
    knot[pieces] = target->box[0].max;
    take_rises(layer, bumps, &c);
    find_reach(&c);
    /* z is rounded, which is 0.23 u of s at most; s has an error of 2.5 units: 5 u */
    rounding = smooth ? gr_one_layer_rounding(layer->units, size_of(layer), 0x6p-53)
                      : round_levels(layer, bumps, &c);
    const gr_graph graph = {pieces, knot, smooth ? climb_over : level_over,
                            smooth ? (const void *)&c : (const void *)(c.level + c.first)};
    GR_TRY(gr_sup(target, &graph, 4 * rounding, &most));
    *bound = (gr_bound){.bound = smooth ? gr_add_up(most, rounding) : most,
                        .rounding = rounding, .proved = target->f->enclose != NULL};
done:
    gr_release(context, c.level);
    gr_release(context, c.rise);
    gr_release(context, knot);
    return status;
}
