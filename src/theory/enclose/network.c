/*
 * theory/enclose/network.c - a network as a function of the user's numbers
 *
 * The weights are taken as they are stored, in double; network_run.c encloses the exact
 * function that they make, from the numbers of the table to those of the target.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/enclose/network.h"

#include <math.h>

#include "gradus_proof.h"
#include "theory/enclose/upward.h"

static gradus_status allocate(const gr_network *network, size_t count, size_t size,
                              void *block)
{
    return gradus_memory_allocate(network->context, count, size, "a network to be enclosed",
                                  block);
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
    gradus_memory_release(network->context, single);
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
        layer->error[2 * j] = gr_lifted(4 * gr_unit * fabs(factor));
        layer->error[2 * j + 1] =
            gr_lifted(8 * gr_unit * (fabs(moved) + fabs(layer->shift[j])));
        layer->factor[j] = factor;
        layer->shift[j] -= moved;
    }
    gradus_memory_release(network->context, variance);
    gradus_memory_release(network->context, mean);
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
        gradus_memory_release(context, layer->weight);
        gradus_memory_release(context, layer->bias);
        gradus_memory_release(context, layer->factor);
        gradus_memory_release(context, layer->error);
        gradus_memory_release(context, layer->shift);
        gradus_memory_release(context, layer->y);
    }
    for (int i = 0; i < GR_SMOOTH_COUNT; i++)
        gr_series_free(network->series[i]);
    gradus_memory_release(context, network->layer);
    gradus_memory_release(context, network->room);
    *network = (gr_network){.context = context};
}
