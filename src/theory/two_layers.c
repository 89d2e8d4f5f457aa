/*
 * theory/two_layers.c - a network with two hidden layers and one output, as numbers
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/two_layers.h"

#include "base/memory.h"
#include "base/status.h"
#include "net/net.h"

gradus_status gr_two_layers_new(const gradus_context *context, const char *activation,
                                const size_t width[3], gr_two_layers *layers)
{
    const char *what = "weights of a network";
    gradus_status status = GRADUS_OK;
    *layers = (gr_two_layers){.context = context, .activation = activation,
                              .width = {width[0], width[1], width[2], 1}};
    for (size_t l = 0; l < 3; l++) {
        const size_t rows = layers->width[l + 1], columns = layers->width[l];
        GR_TRY(gr_allocate(context, rows * columns, sizeof(double), what, &layers->weight[l]));
        GR_TRY(gr_allocate(context, rows, sizeof(double), what, &layers->bias[l]));
    }
done:
    return status;
}

void gr_two_layers_free(gr_two_layers *layers)
{
    for (size_t l = 3; l-- > 0;) {
        gr_release(layers->context, layers->bias[l]);
        gr_release(layers->context, layers->weight[l]);
    }
    *layers = (gr_two_layers){.context = layers->context};
}

gradus_status gr_two_layers_net(const gr_two_layers *layers, gradus_net **net)
{
    gradus_status status;
    gr_text text = {.context = layers->context};
    *net = NULL;
    GR_TRY(gr_text_add(&text, "dense %zu %s dense %zu %s output", layers->width[1],
                       layers->activation, layers->width[2], layers->activation));
    const gr_net_shape shape = {text.text, layers->width[0], 1, GRADUS_FLOAT64};
    GR_TRY(gr_net_new_blank(layers->context, &shape, SIZE_MAX, net));
    for (size_t l = 0; l < 3; l++) {
        gradus_net_set(*net, 2 * l, layers->weight[l]);
        gradus_net_set(*net, 2 * l + 1, layers->bias[l]);
    }
done:
    gr_release(layers->context, text.text);
    return status;
}

gr_shape gr_two_layers_shape(double inputs, double first, double second)
{
    const double parameters = (inputs + 1) * first + (first + 1) * second + second + 1;
    if (!(parameters <= GR_MOST_PARAMETERS))
        return (gr_shape){SIZE_MAX, 2, SIZE_MAX};
    return (gr_shape){(size_t)(first + second), 2, (size_t)parameters};
}
