/*
 * theory/one_layer.c - a network with one input and one hidden layer, as numbers
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/one_layer.h"

#include "base/memory.h"
#include "base/status.h"
#include "net/net.h"
#include "theory/interval.h"

gradus_status gr_one_layer_new(const gradus_context *context, size_t units,
                               gr_one_layer *layer)
{
    gradus_status status;
    const char *what = "units of a network";
    *layer = (gr_one_layer){.context = context, .units = units};
    GR_TRY(gr_allocate(context, units, sizeof(double), what, &layer->weight));
    GR_TRY(gr_allocate(context, units, sizeof(double), what, &layer->bias));
    GR_TRY(gr_allocate(context, units, sizeof(double), what, &layer->out));
done:
    return status;
}

void gr_one_layer_free(gr_one_layer *layer)
{
    gr_release(layer->context, layer->out);
    gr_release(layer->context, layer->bias);
    gr_release(layer->context, layer->weight);
    *layer = (gr_one_layer){.context = layer->context};
}

gr_shape gr_one_layer_shape(size_t units)
{
    return (gr_shape){.units = units, .layers = 1, .parameters = 3 * units + 1};
}

gradus_status gr_one_layer_net(const gr_one_layer *layer, gradus_net **net)
{
    gradus_status status;
    gr_text text = {.context = layer->context};
    *net = NULL;
    GR_TRY(gr_text_add(&text, "dense %zu %s output", layer->units, layer->activation));
    const gr_net_shape shape = {text.text, 1, 1, GRADUS_FLOAT64};
    GR_TRY(gr_net_new_blank(layer->context, &shape, 3 * layer->units + 1, net));
    gradus_net_set(*net, 0, layer->weight);
    gradus_net_set(*net, 1, layer->bias);
    gradus_net_set(*net, 2, layer->out);
    gradus_net_set(*net, 3, &layer->base);
done:
    gr_release(layer->context, text.text);
    return status;
}

/* What is too small for a relative error is lifted. */
double gr_one_layer_rounding(size_t units, double size, double relative)
{
    const double chain = gr_chain_error((double)units + 1);
    const double each = gr_add_up(gr_add_up(chain, relative), gr_multiply_up(chain, relative));
    return gr_add_up(gr_multiply_up(size, each), ((double)units + 2) * 0x1p-1074);
}
