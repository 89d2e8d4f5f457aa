/*
 * net/plain.c - what kernels are told of a plain chain of layers
 *
 * SPDX-License-Identifier: MIT
 */
#include "net/plain.h"

#include "base/status.h"
#include "net/layer.h"

static bool is_activation(const gradus_net *net, size_t n)
{
    return n < net->nodes && net->node[n].type == &gr_layer_activation;
}

static bool is_plain(const gradus_net *net)
{
    for (size_t n = 1; n < net->nodes; n++) {
        const gr_node *node = &net->node[n];
        const bool activates = n > 1 && is_activation(net, n) && !is_activation(net, n - 1) &&
                               node->activation < GR_ACTIVATION_COUNT;
        if (node->from != n - 1 || !(activates || node->type == &gr_layer_dense))
            return false;
    }
    return net->nodes > 1;
}

static gr_plain_layer layer_of(const gradus_net *net, size_t n)
{
    const gr_node *node = &net->node[n];
    const gr_tensor *weight = &net->tensor[node->tensor];
    gr_plain_layer l = {
        .inputs = node->inputs, .outputs = node->width, .narrow = node->narrow,
        .w = gr_tensor_values(net, weight),
        .bias = node->bias ? gr_tensor_values(net, weight + 1) : NULL,
    };
    if (!is_activation(net, n + 1))
        return l;
    l.rectify = node[1].activation == GR_ACTIVATION_RELU;
    l.by_rows = node[1].activation == GR_ACTIVATION_SOFTMAX;
    l.activate = l.rectify ? NULL : &net->kernels->activate[node[1].activation];
    l.alpha = node[1].alpha;
    return l;
}

gradus_status gr_plain_describe(gradus_net *net)
{
    gradus_status status = GRADUS_OK;
    net->layer = NULL;
    net->layers = 0;
    if (!is_plain(net))
        return status;
    GR_TRY(gr_allocate(net->context, net->nodes - 1, sizeof *net->layer, "network layers",
                       &net->layer));
    for (size_t n = 1; n < net->nodes; n++)
        if (!is_activation(net, n))
            net->layer[net->layers++] = layer_of(net, n);
done:
    return status;
}
