/*
 * theory/flow_verdict.c - what is wrong with a flow, where, why, and what to do
 *
 * Looked for in this order, as each may be the cause of the next: values that are not
 * finite, outputs that grow, dead units, saturated units, error signals that grow, and those
 * that fade.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "theory/flow.h"

/* Shares of a layer that may be dead, saturated. In a deep layer, where all examples have
 * become alike, half of relu's units are dead by chance, and such a net learns. */
static const double most_dead = 0.9, most_saturated = 0.5;
static const double range = 1e3;      /* of error signals; of activations to inputs */

const char *gradus_flow_verdict_name(gradus_flow_verdict verdict)
{
    static const char *const names[] = {"healthy", "vanishing", "exploding", "dead",
                                        "saturated"};
    return (size_t)verdict < sizeof names / sizeof *names ? names[verdict] : NULL;
}

enum { BRIEF = 32 };

/* A number of two digits, in any locale. */
static const char *brief(double x, char room[BRIEF])
{
    static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5};
    int exponent = 0, digits;
    if (!(x > 0 && isfinite(x))) {
        gradus_number_write(x, room);
        return room;
    }
    for (; x >= 10; exponent++)
        x /= 10;
    for (; x < 1; exponent--)
        x *= 10;
    digits = (int)rint(10 * x);
    exponent += digits == 100;
    digits = digits == 100 ? 10 : digits;
    if (exponent >= -4 && exponent < 1)
        gradus_number_write(digits / powers[1 - exponent], room);
    else if (exponent >= 1 && exponent <= 4)
        gradus_number_write(digits * powers[exponent - 1], room);
    else
        snprintf(room, BRIEF, "%d.%de%d", digits / 10, digits % 10, exponent);
    return room;
}

static const char *name_of(const gr_flow_row *row, char room[BRIEF + 32])
{
    if (row->about.number == 0)
        snprintf(room, BRIEF + 32, "the %s without a layer of its own", row->applied);
    else if (row->applied[0] == 0)
        snprintf(room, BRIEF + 32, "layer %zu", row->about.number);
    else
        snprintf(room, BRIEF + 32, "layer %zu (%s)", row->about.number, row->applied);
    return room;
}

static void name(gradus_flow *flow, gradus_flow_verdict verdict, size_t layer)
{
    flow->about.verdict = verdict;
    flow->about.layer = layer;
}

/* ---- single layers ---- */

static double ratio_of(const gradus_flow *flow, size_t i)
{
    return flow->row[i].about.error / flow->about.error;
}

static double growth_of(const gradus_flow *flow, size_t i)
{
    return sqrt(flow->row[i].about.activation_moment) / (flow->input > 1 ? flow->input : 1);
}

/* The first layer with outputs that are too large, or SIZE_MAX. */
static size_t grows_from(const gradus_flow *flow)
{
    for (size_t i = 0; i < flow->about.layers; i++)
        if (growth_of(flow, i) >= range)
            return i;
    return SIZE_MAX;
}

/* Flat units at the end of a net are what a confident one has. */
static gradus_flow_verdict verdict_of(const gradus_flow *flow, size_t i)
{
    const gradus_flow_layer *about = &flow->row[i].about;
    const bool hidden = i + 1 < flow->about.layers;
    if (i == flow->not_finite || growth_of(flow, i) >= range)
        return GRADUS_FLOW_EXPLODING;
    if (about->dead >= most_dead)
        return GRADUS_FLOW_DEAD;
    if (hidden && about->saturated >= most_saturated)
        return GRADUS_FLOW_SATURATED;
    if (ratio_of(flow, i) >= range)
        return GRADUS_FLOW_EXPLODING;
    return ratio_of(flow, i) <= 1 / range ? GRADUS_FLOW_VANISHING : GRADUS_FLOW_HEALTHY;
}

/* 0 where no flat unit explains it. */
static void find_underflow(gradus_flow *flow)
{
    bool flat = flow->about.error == 0;
    for (size_t i = flow->about.layers; i > 0; i--) {
        gradus_flow_layer *about = &flow->row[i - 1].about;
        flat = flat || about->slope == 0 || about->spectral == 0;
        about->underflow = !flat && (about->error == 0 ||
                                     (about->weight_gradient == 0 && flow->input > 0 &&
                                      about->activation_moment > 0));
        flow->about.underflows += about->underflow != 0;
    }
}

/* ---- words ---- */

static void say_dead(gradus_flow *flow, size_t i)
{
    char where[BRIEF + 32];
    const gradus_flow_layer *about = &flow->row[i].about;
    snprintf(flow->cause, GR_FLOW_TEXT,
             "%s: %zu of %zu units are 0 on every example, and no gradient passes them",
             name_of(&flow->row[i], where), (size_t)rint(about->dead * (double)about->units),
             about->units);
    snprintf(flow->remedy, GR_FLOW_TEXT,
             "a smaller learning rate, \"leaky-relu\" or \"elu\" in place of relu, start "
             "\"he\", or batch norm before it");
}

static void say_saturated(gradus_flow *flow, size_t i)
{
    char where[BRIEF + 32], slope[BRIEF];
    const gradus_flow_layer *about = &flow->row[i].about;
    snprintf(flow->cause, GR_FLOW_TEXT,
             "%s: %zu of %zu units are on a flat part on nearly every example (mean slope "
             "%s)", name_of(&flow->row[i], where),
             (size_t)rint(about->saturated * (double)about->units), about->units,
             brief(about->slope, slope));
    snprintf(flow->remedy, GR_FLOW_TEXT,
             "inputs on one scale (--scaling standard), smaller weights at the start "
             "(\"xavier\"), batch norm before it, or a smaller learning rate");
}

static void say_not_finite(gradus_flow *flow, size_t i)
{
    char where[BRIEF + 32];
    snprintf(flow->cause, GR_FLOW_TEXT, "%s gives a value that is not finite",
             name_of(&flow->row[i], where));
    snprintf(flow->remedy, GR_FLOW_TEXT,
             "a smaller learning rate, clipped gradients (--clip 1), smaller weights at the "
             "start, or --precision f64");
}

static void say_exploding(gradus_flow *flow, size_t i)
{
    char where[BRIEF + 32], times[BRIEF], norm[BRIEF];
    const bool signal = ratio_of(flow, i) >= range;
    i = signal ? i : grows_from(flow);
    flow->about.layer = i;
    snprintf(flow->cause, GR_FLOW_TEXT, "%s: %s %s times as large as %s; its |W| is %s",
             name_of(&flow->row[i], where), signal ? "the error signal is" : "outputs are",
             brief(signal ? ratio_of(flow, i) : growth_of(flow, i), times),
             signal ? "at the last layer" : "the inputs of the network",
             brief(flow->row[i].about.spectral, norm));
    snprintf(flow->remedy, GR_FLOW_TEXT,
             "smaller weights at the start (\"he\" for relu, \"xavier\" for tanh), batch norm, "
             "residual branches that start small (scale=), or clipped gradients (--clip 1)");
}

/* The layer whose weights or slopes take most of the signal; layers where none does. */
static size_t culprit_of(const gradus_flow *flow, size_t lowest)
{
    size_t worst = lowest + 1;
    double least = INFINITY;
    for (size_t i = lowest; i + 1 < flow->about.layers; i++) {
        const double step = flow->row[i].about.error / flow->row[i + 1].about.error;
        if (step < least)
            least = step, worst = i + 1;
    }
    return least > 0 && least < 0.1 && least <= sqrt(ratio_of(flow, lowest)) ? worst
                                                                       : flow->about.layers;
}

static void say_vanishing(gradus_flow *flow, size_t i)
{
    char where[BRIEF + 32], times[BRIEF], slope[BRIEF], culprit[BRIEF + 32] = "";
    const gr_flow_row *row = &flow->row[i];
    const size_t at = culprit_of(flow, i);
    snprintf(flow->cause, GR_FLOW_TEXT, "%s gets %s of the last layer's error signal%s",
             name_of(row, where), brief(ratio_of(flow, i), times),
             row->about.underflow ? " by underflow" : "");
    const size_t used = strlen(flow->cause);
    if (at < flow->about.layers) {
        snprintf(flow->cause + used, GR_FLOW_TEXT - used, ", most of it lost in %s",
                 name_of(&flow->row[at], culprit));
        flow->about.layer = at;
    } else if (row->about.slope_limit <= 0.25) {
        snprintf(flow->cause + used, GR_FLOW_TEXT - used, ": the slope is at most %s, its "
                 "mean here %s, and a factor of every layer",
                 brief(row->about.slope_limit, slope), brief(row->about.slope, culprit));
    } else {
        snprintf(flow->cause + used, GR_FLOW_TEXT - used,
                 ": the weights are too small for their activation");
    }
    snprintf(flow->remedy, GR_FLOW_TEXT, row->about.slope_limit <= 0.25
                 ? "relu with start \"he\" or tanh with \"xavier\", batch norm before each "
                   "activation, residual blocks, or fewer layers"
                 : "start \"he\" for relu, \"xavier\" for tanh, batch norm, residual blocks, "
                   "or fewer layers");
}

static void say_healthy(gradus_flow *flow)
{
    char low[BRIEF], high[BRIEF];
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < flow->about.layers; i++) {
        const double ratio = ratio_of(flow, i);
        least = ratio < least ? ratio : least;
        most = ratio > most ? ratio : most;
    }
    if (flow->about.error == 0)
        snprintf(flow->cause, GR_FLOW_TEXT, "the loss has no gradient here");
    else
        snprintf(flow->cause, GR_FLOW_TEXT,
                 "every layer gets %s to %s of the last layer's error signal",
                 brief(least, low), brief(most, high));
}

/* Of the layers with a verdict the worst. */
static size_t worst_of(const gradus_flow *flow, gradus_flow_verdict verdict)
{
    size_t worst = SIZE_MAX;
    for (size_t i = 0; i < flow->about.layers; i++) {
        const gradus_flow_layer *a = &flow->row[i].about;
        const gradus_flow_layer *b = &flow->row[worst == SIZE_MAX ? i : worst].about;
        if (a->verdict == verdict &&
            (worst == SIZE_MAX || (verdict == GRADUS_FLOW_DEAD && a->dead > b->dead) ||
             (verdict == GRADUS_FLOW_SATURATED && a->saturated > b->saturated) ||
             (verdict == GRADUS_FLOW_VANISHING && a->error < b->error) ||
             (verdict == GRADUS_FLOW_EXPLODING && a->error > b->error)))
            worst = i;
    }
    return worst;
}

void gr_flow_judge(gradus_flow *flow)
{
    static const gradus_flow_verdict order[] = {GRADUS_FLOW_DEAD, GRADUS_FLOW_SATURATED,
                                                GRADUS_FLOW_EXPLODING, GRADUS_FLOW_VANISHING};
    enum { EXPLODING = 2 };
    static void (*const say[])(gradus_flow *flow, size_t layer) = {
        say_dead, say_saturated, say_exploding, say_vanishing};
    find_underflow(flow);
    for (size_t i = 0; i < flow->about.layers; i++)
        flow->row[i].about.verdict = verdict_of(flow, i);
    flow->about.cause = flow->cause;
    flow->about.remedy = flow->remedy;
    name(flow, GRADUS_FLOW_HEALTHY, SIZE_MAX);
    if (flow->not_finite != SIZE_MAX) {
        name(flow, GRADUS_FLOW_EXPLODING, flow->not_finite);
        say_not_finite(flow, flow->not_finite);
        return;
    }
    const bool grows = grows_from(flow) != SIZE_MAX;
    for (size_t k = grows ? EXPLODING : 0; k < sizeof order / sizeof *order; k++) {
        const size_t worst = worst_of(flow, order[k]);
        if (worst == SIZE_MAX)
            continue;
        name(flow, order[k], worst);
        say[k](flow, worst);
        return;
    }
    say_healthy(flow);
}
