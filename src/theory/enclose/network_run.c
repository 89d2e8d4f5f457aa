/*
 * theory/enclose/network_run.c - a network over a box
 *
 * Where units of a step layer may be on either side of their jump, the layers behind it are
 * run for each side: a tile's falling and its neighbour's rising edge are one jump.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/enclose/network.h"

#include <math.h>
#include <string.h>

#include "theory/enclose/jumps.h"
#include "theory/enclose/upward.h"

gr_place gr_place_of(size_t inputs, const gradus_interval *box)
{
    gr_place place = {{0}, {0}};
    for (size_t i = 0; i < inputs; i++) {
        const double center = box[i].min / 2 + box[i].max / 2;
        place.center[i] = center;
        if (box[i].min < box[i].max)
            place.radius[i] =
                gr_lifted(gr_greater(box[i].max - center, center - box[i].min));
    }
    return place;
}

/* The net's inputs: what none of the columns makes stays 0, the marks of missing values. */
static void run_inputs(const gr_network *network, const gr_place *place)
{
    const size_t d = network->inputs;
    gr_taylor *y = network->layer[0].y;
    for (size_t j = 0; j < network->layer[0].about.units; j++)
        y[j] = (gr_taylor){.r = 0};
    for (size_t i = 0; i < d; i++) {
        const gr_enclosed_input *input = &network->input[i];
        gr_taylor x = {.r = 0}, *to = &y[input->first];
        const gr_unit_type clip = {.kind = GR_UNIT_SMOOTH};
        x.c[0] = place->center[i] - input->center;
        x.c[1 + i] = place->radius[i];
        x.r = gr_lifted(gr_unit * fabs(x.c[0]));
        *to = gr_taylor_scaled(d, &x, input->scale, 0);
        if (input->clip) {
            x = *to;
            gr_unit_apply(&clip, network->series[GR_SMOOTH_CLIP], d, 1, &x, to);
        }
    }
}

static void run_norm(const gr_enclosed_layer *layer, size_t d, const gr_taylor *x)
{
    for (size_t j = 0; j < layer->about.units; j++) {
        gr_taylor *y = &layer->y[j];
        *y = gr_taylor_scaled(d, &x[j], layer->factor[j], layer->error[2 * j]);
        y->c[0] += layer->shift[j];
        y->r = gr_lifted(y->r + layer->error[2 * j + 1] + gr_unit * fabs(y->c[0]));
    }
}

static void run_add(const gr_network *network, const gr_enclosed_layer *layer)
{
    const size_t d = network->inputs;
    for (size_t j = 0; j < layer->about.units; j++) {
        const gr_taylor part = gr_taylor_scaled(
            d, &network->layer[layer->about.from].y[j], layer->about.scale, 0);
        layer->y[j] = gr_taylor_plus(d, &network->layer[layer->about.skip].y[j], &part);
    }
}

static void run_layer(const gr_network *network, const gr_enclosed_layer *layer)
{
    const gradus_layer *about = &layer->about;
    const gr_taylor *x = network->layer[about->from].y;
    switch (about->kind) {
    case GRADUS_LAYER_DENSE:
        gr_taylor_dense(network->inputs, about->units, about->inputs, layer->weight,
                        layer->bias, x, layer->y, network->room);
        break;
    case GRADUS_LAYER_ACTIVATION:
        gr_unit_apply(&layer->type, network->series[layer->type.smooth], network->inputs,
                      about->units, x, layer->y);
        break;
    case GRADUS_LAYER_BATCHNORM:
        run_norm(layer, network->inputs, x);
        break;
    case GRADUS_LAYER_ADD:
        run_add(network, layer);
        break;
    default: /* dropout */
        memcpy(layer->y, x, about->units * sizeof *x);
        break;
    }
}

static gr_taylor output_of(const gr_network *network)
{
    const double factor = 1 / network->scale;
    gr_taylor y = *network->layer[network->layers - 1].y;
    y = gr_taylor_scaled(network->inputs, &y, factor, gr_lifted(2 * gr_unit * fabs(factor)));
    y.c[0] += network->center;
    y.r = gr_lifted(y.r + gr_unit * fabs(y.c[0]));
    return y;
}

static gr_jumps jumps_of(const gr_network *network, const gr_enclosed_layer *layer)
{
    const gr_enclosed_layer *from = &network->layer[layer->about.from];
    gr_jumps jumps = {.d = network->inputs, .units = layer->about.units,
                      .inputs = from->about.inputs, .z = from->y, .weight = from->weight,
                      .bias = from->bias};
    if (layer->about.kind == GRADUS_LAYER_ACTIVATION && layer->type.kind == GR_UNIT_STEP)
        gr_jumps_find(&jumps);
    return jumps;
}

/* The layers from `first` on, with at most `room` outcomes. */
static void run_from(const gr_network *network, size_t first, size_t room, gr_outcomes *made)
{
    for (size_t i = first; i < network->layers; i++) {
        const gr_enclosed_layer *layer = &network->layer[i];
        const gr_jumps jumps = jumps_of(network, layer);
        if (jumps.groups > 0 && jumps.cases <= room) {
            for (size_t k = 0; k < jumps.cases; k++) {
                gr_jumps_set(&jumps, k, layer->y);
                run_from(network, i + 1, room / jumps.cases, made);
            }
            return;
        }
        run_layer(network, layer);
    }
    made->y[made->count++] = output_of(network);
}

void gr_network_run(const gr_network *network, const gr_place *place, gr_outcomes *made)
{
    made->count = 0;
    run_inputs(network, place);
    run_from(network, 1, GR_MOST_OUTCOMES, made);
}

/* ---- what the last run says about where to divide ---- */

/* A kink that a box was divided at lies at its end, but for rounding. Of a jump it matters: the
 * box is cut beside it. */
static const double inside = 1 - 0x1p-20;

static double kink_of(gr_unit_kind kind, const gr_taylor *z)
{
    const double t = -z->c[0] / z->c[1];
    if (fabs(t) < inside)
        return t;
    if (kind != GR_UNIT_STEP || fabs(z->c[0]) > fabs(z->c[1]) + fabs(z->c[2]) + z->r)
        return NAN;
    return t > 0 ? inside : -inside;
}

double gr_network_kink(const gr_network *network)
{
    double nearest = NAN;
    for (size_t i = 1; i < network->layers; i++) {
        const gr_enclosed_layer *layer = &network->layer[i];
        const gr_unit_type *type = &layer->type;
        if (layer->about.kind != GRADUS_LAYER_ACTIVATION || type->kind == GR_UNIT_SMOOTH ||
            type->kind == GR_UNIT_SOFTMAX || (type->kind == GR_UNIT_BENT && type->left == 1))
            continue;
        const gr_taylor *z = network->layer[layer->about.from].y;
        for (size_t j = 0; j < layer->about.units; j++) {
            if (fabs(z[j].c[0]) > 2 * fabs(z[j].c[1]) + z[j].r)
                continue;
            const double t = kink_of(type->kind, &z[j]);
            if (!isnan(t) && !(fabs(t) >= fabs(nearest)))
                nearest = t;
        }
    }
    return nearest;
}

void gr_network_shares(const gr_network *network, double share[GR_TAYLOR_INPUTS])
{
    double total = 0;
    for (size_t k = 0; k < network->inputs; k++)
        share[k] = 0;
    for (size_t i = 1; i < network->layers; i++) {
        const gr_enclosed_layer *layer = &network->layer[i];
        const gr_taylor *z = network->layer[layer->about.from].y;
        if (layer->about.kind != GRADUS_LAYER_ACTIVATION)
            continue;
        for (size_t j = 0; j < layer->about.units; j++)
            for (size_t k = 0; k < network->inputs; k++)
                share[k] += fabs(z[j].c[1 + k]);
    }
    for (size_t k = 0; k < network->inputs; k++)
        total += share[k];
    for (size_t k = 0; k < network->inputs && total > 0; k++)
        share[k] /= total;
}
