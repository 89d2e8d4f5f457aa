/*
 * theory/enclose/network.c - a network as a function of the user's numbers, over a box
 *
 * The weights are taken as they are stored; what is computed is the exact function that they
 * make, from the numbers of the table to those of the target.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/enclose/network.h"

#include <math.h>
#include <string.h>

#include "gradus_proof.h"
#include "theory/enclose/upward.h"

/* ---- from a net ---- */

static gradus_status allocate(const gr_network *network, size_t count, size_t size,
                              void *block)
{
    return gradus_allocate(network->context, count, size, "a network to be enclosed", block);
}

/* A tensor in double. */
static gradus_status read_tensor(const gr_network *network, size_t index, double **values)
{
    gradus_tensor about;
    float *single;
    gradus_net_tensor(network->net, index, &about);
    const size_t count = about.rows * about.columns;
    gradus_status status = allocate(network, count, sizeof **values, values);
    if (status != GRADUS_OK)
        return status;
    if (network->precision == GRADUS_FLOAT64) {
        gradus_net_get(network->net, index, *values);
        return GRADUS_OK;
    }
    status = allocate(network, count, sizeof *single, &single);
    if (status != GRADUS_OK)
        return status;
    gradus_net_get(network->net, index, single);
    for (size_t i = 0; i < count; i++)
        (*values)[i] = (double)single[i];
    gradus_release(network->context, single);
    return GRADUS_OK;
}

/* scale (v - mean) / sqrt(variance + epsilon) + shift = factor v + (shift - factor mean): a
 * root, a quotient, a product; then a product and a sum */
static gradus_status read_norm(const gr_network *network, gr_enclosed_layer *layer)
{
    double *mean = NULL, *variance = NULL;
    const size_t first = layer->about.tensor;
    gradus_status status = read_tensor(network, first, &layer->factor);
    if (status == GRADUS_OK)
        status = read_tensor(network, first + 1, &layer->shift);
    if (status == GRADUS_OK)
        status = read_tensor(network, first + 2, &mean);
    if (status == GRADUS_OK)
        status = read_tensor(network, first + 3, &variance);
    if (status == GRADUS_OK)
        status = allocate(network, 2 * layer->about.units, sizeof *layer->error,
                          &layer->error);
    for (size_t j = 0; status == GRADUS_OK && j < layer->about.units; j++) {
        const double factor = layer->factor[j] / sqrt(variance[j] + layer->about.epsilon);
        const double moved = factor * mean[j];
        layer->error[2 * j] = gr_up(4 * gr_unit * fabs(factor));
        layer->error[2 * j + 1] = gr_up(8 * gr_unit * (fabs(moved) + fabs(layer->shift[j])));
        layer->factor[j] = factor;
        layer->shift[j] -= moved;
    }
    gradus_release(network->context, variance);
    gradus_release(network->context, mean);
    return status;
}

static gradus_status read_unit(gr_network *network, gr_enclosed_layer *layer)
{
    gradus_status status =
        gr_unit_find(layer->about.activation, layer->about.alpha, &layer->type);
    if (status != GRADUS_OK || !gr_unit_has_series(&layer->type))
        return status;
    gr_series **series = &network->series[layer->type.smooth];
    return *series != NULL ? GRADUS_OK
                           : gr_series_new(network->context, layer->type.smooth, series);
}

static gradus_status read_layer(gr_network *network, gr_enclosed_layer *layer)
{
    const gradus_layer *about = &layer->about;
    gradus_status status = allocate(network, about->units, sizeof *layer->y, &layer->y);
    if (status != GRADUS_OK)
        return status;
    if (about->kind == GRADUS_LAYER_DENSE) {
        status = read_tensor(network, about->tensor, &layer->weight);
        if (status == GRADUS_OK && about->tensors > 1)
            status = read_tensor(network, about->tensor + 1, &layer->bias);
    } else if (about->kind == GRADUS_LAYER_BATCHNORM) {
        status = read_norm(network, layer);
    } else if (about->kind == GRADUS_LAYER_ACTIVATION) {
        status = read_unit(network, layer);
    }
    return status;
}

static gradus_status read_layers(const gradus_net *net, gr_network *network)
{
    size_t widest = 1;
    network->net = net;
    network->precision = gradus_net_precision(net);
    network->layers = gradus_net_layers(net);
    gradus_status status =
        allocate(network, network->layers, sizeof *network->layer, &network->layer);
    for (size_t i = 0; i < network->layers && status == GRADUS_OK; i++) {
        gr_enclosed_layer *layer = &network->layer[i];
        gradus_net_layer(net, i, &layer->about);
        widest = layer->about.units > widest ? layer->about.units : widest;
        status = read_layer(network, layer);
    }
    return status != GRADUS_OK ? status : allocate(network, widest, sizeof *network->room,
                                                   &network->room);
}

static gradus_status refuse_shape(size_t inputs, size_t outputs)
{
    if (outputs != 1)
        return gradus_error_set(GRADUS_ARGUMENT, "the network has %zu outputs: the error of "
                                "one is enclosed", outputs);
    if (inputs < 1 || inputs > GR_TAYLOR_INPUTS)
        return gradus_error_set(GRADUS_ARGUMENT, "the network has %zu inputs: the error is "
                                "enclosed for 1 to %d", inputs, GR_TAYLOR_INPUTS);
    return GRADUS_OK;
}

gradus_status gr_network_of_net(const gradus_context *context, const gradus_net *net,
                                gr_network *network)
{
    gradus_net_about about;
    gradus_net_describe(net, &about);
    *network = (gr_network){.context = context};
    gradus_status status = refuse_shape(about.inputs, about.outputs);
    if (status != GRADUS_OK)
        return status;
    network->inputs = about.inputs;
    network->scale = 1;
    for (size_t i = 0; i < about.inputs; i++)
        network->input[i] = (gr_enclosed_input){.scale = 1, .first = i};
    status = read_layers(net, network);
    if (status != GRADUS_OK)
        gr_network_free(network);
    return status;
}

static gradus_status read_inputs(const gradus_model *model, gr_network *network)
{
    for (size_t i = 0; i < network->inputs; i++) {
        gradus_model_input about;
        gradus_model_input_describe(model, i, &about);
        if (about.kind != GRADUS_NUMBER)
            return gradus_error_set(GRADUS_ARGUMENT, "column %s: its values are categories: "
                                    "the error of a function of numbers is enclosed",
                                    about.name);
        network->input[i] = (gr_enclosed_input){about.center, about.scale, about.clip != 0,
                                                about.first};
        gr_series **series = &network->series[GR_SMOOTH_CLIP];
        if (about.clip && *series == NULL &&
            gr_series_new(network->context, GR_SMOOTH_CLIP, series) != GRADUS_OK)
            return GRADUS_MEMORY;
    }
    return GRADUS_OK;
}

gradus_status gr_network_of_model(const gradus_context *context, const gradus_model *model,
                                  gr_network *network)
{
    gradus_model_about about;
    gradus_model_describe(model, &about);
    *network = (gr_network){.context = context};
    if (about.task != GRADUS_REGRESSION)
        return gradus_error_set(GRADUS_ARGUMENT, "the model predicts classes: the error of a "
                                "regression is enclosed");
    gradus_status status = refuse_shape(about.inputs, about.targets);
    if (status != GRADUS_OK)
        return status;
    network->inputs = about.inputs;
    gradus_model_target_scale(model, 0, &network->center, &network->scale);
    status = read_inputs(model, network);
    if (status == GRADUS_OK)
        status = read_layers(gradus_model_net(model), network);
    if (status != GRADUS_OK)
        gr_network_free(network);
    return status;
}

void gr_network_free(gr_network *network)
{
    const gradus_context *context = network->context;
    for (size_t i = 0; network->layer != NULL && i < network->layers; i++) {
        gr_enclosed_layer *layer = &network->layer[i];
        gradus_release(context, layer->weight);
        gradus_release(context, layer->bias);
        gradus_release(context, layer->factor);
        gradus_release(context, layer->error);
        gradus_release(context, layer->shift);
        gradus_release(context, layer->y);
    }
    for (int i = 0; i < GR_SMOOTH_COUNT; i++)
        gr_series_free(network->series[i]);
    gradus_release(context, network->layer);
    gradus_release(context, network->room);
    *network = (gr_network){.context = context};
}

/* ---- over a box ---- */

gr_place gr_place_of(size_t inputs, const gradus_interval *box)
{
    gr_place place = {{0}, {0}};
    for (size_t i = 0; i < inputs; i++) {
        const double center = box[i].least / 2 + box[i].most / 2;
        place.center[i] = center;
        if (box[i].least < box[i].most)
            place.radius[i] = gr_up(gr_greater(box[i].most - center, center - box[i].least));
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
        x.r = gr_up(gr_unit * fabs(x.c[0]));
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
        y->r = gr_up(y->r + layer->error[2 * j + 1] + gr_unit * fabs(y->c[0]));
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

gr_taylor gr_network_run(const gr_network *network, const gr_place *place)
{
    run_inputs(network, place);
    for (size_t i = 1; i < network->layers; i++)
        run_layer(network, &network->layer[i]);
    gr_taylor y = *network->layer[network->layers - 1].y;
    y = gr_taylor_scaled(network->inputs, &y, 1 / network->scale,
                         gr_up(2 * gr_unit * fabs(1 / network->scale)));
    y.c[0] += network->center;
    y.r = gr_up(y.r + gr_unit * fabs(y.c[0]));
    return y;
}

/* ---- what the last run says about where to divide ---- */

/* A kink that a box was divided at lies at its end, but for rounding. */
static const double inside = 1 - 0x1p-20;

double gr_network_kink(const gr_network *network)
{
    double nearest = NAN;
    for (size_t i = 1; i < network->layers; i++) {
        const gr_enclosed_layer *layer = &network->layer[i];
        if (layer->about.kind != GRADUS_LAYER_ACTIVATION ||
            layer->type.kind == GR_UNIT_SMOOTH || layer->type.kind == GR_UNIT_SOFTMAX ||
            (layer->type.kind == GR_UNIT_BENT && layer->type.left == 1))
            continue;
        const gr_taylor *z = network->layer[layer->about.from].y;
        for (size_t j = 0; j < layer->about.units; j++) {
            const double t = -z[j].c[0] / z[j].c[1];
            if (fabs(t) < inside && !(fabs(t) >= fabs(nearest)))
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
