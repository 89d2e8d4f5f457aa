/*
 * net/walk.c - a net's layers, one after the other, for those who compute it on their own
 *
 * SPDX-License-Identifier: MIT
 */
#include "net/layer.h"
#include "net/lists.h"

static gradus_layer_kind kind_of(const gr_layer_type *type)
{
    return type == NULL ? GRADUS_LAYER_INPUT
         : type == &gr_layer_dense ? GRADUS_LAYER_DENSE
         : type == &gr_layer_activation ? GRADUS_LAYER_ACTIVATION
         : type == &gr_layer_batchnorm ? GRADUS_LAYER_BATCHNORM
         : type == &gr_layer_dropout ? GRADUS_LAYER_DROPOUT : GRADUS_LAYER_ADD;
}

size_t gradus_net_layers(const gradus_net *net) { return net->nodes; }

void gradus_net_layer(const gradus_net *net, size_t index, gradus_layer *about)
{
    const gr_node *node = &net->node[index];
    double alpha; /* the default one */
    *about = (gradus_layer){
        .kind = kind_of(node->type),
        .from = node->type == NULL ? SIZE_MAX : node->from,
        .skip = SIZE_MAX,
        .inputs = node->type == NULL ? 0 : node->inputs,
        .units = node->width,
        .activation = "",
        .tensor = node->tensor,
        .tensors = node->tensors,
    };
    if (about->kind == GRADUS_LAYER_ACTIVATION) {
        about->activation = gr_activation_about(net->context, node->activation, &alpha);
        about->alpha = node->alpha;
    } else if (about->kind == GRADUS_LAYER_BATCHNORM) {
        about->epsilon = gr_batchnorm_eps;
    } else if (about->kind == GRADUS_LAYER_DROPOUT) {
        about->rate = node->rate;
    } else if (about->kind == GRADUS_LAYER_ADD) {
        about->skip = node->skip;
        about->scale = node->scale;
    }
}
