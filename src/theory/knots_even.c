/*
 * theory/knots_even.c - pieces of a box that cost the same
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "base/memory.h"
#include "base/status.h"
#include "kernels/elementary.h"
#include "theory/knots.h"

enum { TRIES = 12, LIMITS = 24, FIRST = 64 };
static const double full = 0.98, enough = 0.98; /* shares that end a search */

typedef struct walk {
    const gr_target *target;
    const gr_cost *cost;
    double limit;
    double *x;                  /* [most + 1] ends of the pieces laid */
    size_t max, pieces;
} walk;

static gradus_status cost_of(const walk *w, double from, double to, double *cost)
{
    const gradus_function *f = w->target->f;
    const double left = f->value(&from, f->user), right = f->value(&to, f->user);
    gr_look look;
    if (!isfinite(left) || !isfinite(right))
        return gr_not_finite(isfinite(left) ? &to : &from, 1, isfinite(left) ? right : left);
    const gradus_status status = gr_look_over(w->target, (gradus_interval){from, to},
                                              gr_interval_at(left), gr_interval_at(right),
                                              &look);
    if (status == GRADUS_OK)
        *cost = w->cost->of(&look, from, to, left, right);
    return status;
}

/* By how much to change a length whose cost is known. */
static double stretch(const walk *w, double cost)
{
    const double ratio = cost > 0 ? w->limit / cost : INFINITY;
    if (!(ratio < 1e6))
        return 4;
    return gr_most(1.0 / 16, gr_least(4, gr_exp(gr_log(ratio) / w->cost->rate) * 0.99));
}

/* The longest piece from `from` whose cost is within the limit; *length is a guess of it. */
static gradus_status lay_piece(const walk *w, double from, double *length)
{
    const double end = w->target->box[0].max;
    double good = 0, bad = INFINITY, h = *length;
    for (size_t tries = 0; tries < TRIES || (good == 0 && from + h / 2 > from); tries++) {
        double cost;
        h = gr_least(h, end - from);
        const gradus_status status = cost_of(w, from, from + h, &cost);
        if (status != GRADUS_OK)
            return status;
        if (cost <= w->limit) {
            good = h;
            if (h == end - from || (cost > 0 && cost >= full * w->limit))
                break;
        } else {
            bad = h;
        }
        h *= stretch(w, cost);
        if (h <= good || h >= bad)
            h = isinf(bad) ? 2 * good : good + (bad - good) / 2;
        if (bad - good <= 0.02 * good)
            break;
    }
    *length = good > 0 ? good : h;
    return GRADUS_OK;
}

/* Pieces within a limit; one more than `most` where they are not enough. */
static gradus_status lay(walk *w, double limit)
{
    const gradus_interval box = w->target->box[0];
    double length = (box.max - box.min) / FIRST, from = box.min;
    w->limit = limit;
    w->pieces = 0;
    while (from < box.max) {
        const gradus_status status = lay_piece(w, from, &length);
        if (status != GRADUS_OK)
            return status;
        if (w->x != NULL && w->pieces < w->max)
            w->x[w->pieces] = from;
        if (++w->pieces > w->max)
            return GRADUS_OK;
        from = box.max - from <= length ? box.max : from + length;
    }
    return GRADUS_OK;
}

static void remember(const walk *w, size_t pieces, double limit)
{
    gr_memo *memo = w->target->memo;
    if (memo != NULL && memo->count < GR_MEMOS) {
        memo->found[memo->count].cost = w->cost;
        memo->found[memo->count].pieces = pieces;
        memo->found[memo->count++].limit = limit;
    }
}

/* The first answer for a number of pieces; false: there is none, and *limit is where to begin:
 * at what was found last for another number, or at one piece for the whole box. Where there is
 * no more room it is always the latter, so that searches can be repeated. */
static bool recall(const walk *w, double most, double *limit)
{
    const gr_memo *memo = w->target->memo;
    const double pieces = (double)w->max;
    *limit = most * gr_exp(-gr_log(pieces) * w->cost->rate);
    for (size_t i = 0; memo != NULL && i < memo->count; i++) {
        if (memo->found[i].cost != w->cost)
            continue;
        *limit = memo->found[i].limit;
        if (memo->found[i].pieces == w->max)
            return true;
        *limit *= gr_exp(gr_log((double)memo->found[i].pieces / pieces) * w->cost->rate);
    }
    if (memo != NULL && memo->count == GR_MEMOS)
        *limit = most * gr_exp(-gr_log(pieces) * w->cost->rate);
    return false;
}

gradus_status gr_knots_count(const gr_target *target, const gr_cost *cost, double limit,
                             size_t most, size_t *pieces)
{
    walk w = {.target = target, .cost = cost, .max = most};
    const gradus_status status = lay(&w, limit);
    *pieces = w.pieces;
    if (status == GRADUS_OK && w.pieces <= most)
        remember(&w, w.pieces, limit);
    return status;
}

/* The least limit known to be enough, by the law that cost falls like pieces^-rate. */
static gradus_status find_limit(walk *w, double *limit)
{
    double least = 0, most, now;
    gradus_status status = cost_of(w, w->target->box[0].min, w->target->box[0].max, &most);
    if (status != GRADUS_OK)
        return status;
    if (!isfinite(most))
        most = 1e300;
    if (recall(w, most, &now)) {
        *limit = now;
        return GRADUS_OK;
    }
    *limit = most;
    for (size_t tries = 0; tries < LIMITS && now > 0; tries++) {
        status = lay(w, now);
        if (status != GRADUS_OK)
            return status;
        const bool enough_pieces = w->pieces <= w->max;
        if (enough_pieces)
            *limit = most = now;
        else
            least = now;
        if (enough_pieces && (double)w->pieces >= enough * (double)w->max)
            break;
        const double wanted = now * gr_exp(gr_log((double)w->pieces / (double)w->max) *
                                           w->cost->rate) * (enough_pieces ? 1.005 : 2);
        now = wanted > least && wanted < most ? wanted
            : least > 0 ? sqrt(least * most) : most / 16;
        if (most <= least * 1.002)
            break;
    }
    remember(w, w->max, *limit);
    return GRADUS_OK;
}

/* Each of the pieces laid is cut into as many equal ones as make it `pieces` in all; not the
 * very short ones, at a kink. */
static void spread(const walk *w, size_t pieces, double *x)
{
    const gradus_interval box = w->target->box[0];
    const double least = 1e-9 * (box.max - box.min);
    size_t wide = 0, passed = 0, at = 0;
    w->x[w->pieces] = box.max;
    for (size_t i = 0; i < w->pieces; i++)
        wide += w->x[i + 1] - w->x[i] >= least;
    const size_t share = pieces - (w->pieces - wide);
    for (size_t i = 0; i < w->pieces; i++) {
        const double from = w->x[i], h = w->x[i + 1] - from;
        size_t parts = 1;
        if (h >= least) {
            parts = (passed + 1) * share / wide - passed * share / wide;
            passed++;
        }
        for (size_t k = 0; k < parts; k++)
            x[at++] = from + h * ((double)k / (double)parts);
    }
    x[pieces] = box.max;
}

/* All pieces laid become shorter by as much: at their fractions, the last one being only a part
 * of a piece where the box has cut it off. */
static void stretch_all(const walk *w, size_t pieces, double *x)
{
    const double end = w->target->box[0].max;
    const size_t last = w->pieces - 1;
    const double before = last > 0 ? w->x[last] - w->x[last - 1] : end - w->x[0];
    const double part = gr_least(1, (end - w->x[last]) / before);
    w->x[w->pieces] = end;
    for (size_t j = 0; j < pieces; j++) {
        const double at = (double)j * (((double)last + part) / (double)pieces);
        const size_t i = at < (double)last ? (size_t)at : last;
        const double share = (at - (double)i) / (i == last ? part : 1);
        x[j] = w->x[i] + (w->x[i + 1] - w->x[i]) * share;
    }
    x[pieces] = end;
}

gradus_status gr_knots_even(const gr_target *target, const gr_cost *cost, size_t pieces,
                            gr_knots *knots)
{
    gradus_status status;
    double limit;
    walk w = {.target = target, .cost = cost, .max = pieces};
    GR_TRY(gr_knots_new(target, pieces, knots));
    GR_TRY(find_limit(&w, &limit));
    GR_TRY(gr_allocate(target->context, pieces + 1, sizeof *w.x, "knots", &w.x));
    GR_TRY(lay(&w, limit));
    if (w.pieces > pieces) {    /* no limit is known: equal ones */
        w.pieces = 1;
        w.x[0] = target->box[0].min;
    }
    if (cost->even)
        stretch_all(&w, pieces, knots->x);
    else
        spread(&w, pieces, knots->x);
    status = gr_knots_values(target, knots);
done:
    gr_release(target->context, w.x);
    return status;
}
