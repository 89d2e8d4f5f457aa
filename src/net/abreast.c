/*
 * net/abreast.c - predictions of networks of low layers, rows abreast
 *
 * A plain chain of dense layers and activations of the library is described to
 * kernels/abreast.c, whose vectors are full where layers do not fill whole panels, and which
 * transposes x once.
 *
 * SPDX-License-Identifier: MIT
 */
#include "net/abreast.h"

#include "net/layer.h"

enum {
    INPUTS = 32, /* beyond, transposing x takes longer than full vectors save */
    WIDTH = 128  /* beyond, a block of rows and the weights leave the innermost cache */
};

static bool is_activation(const gradus_net *net, size_t n)
{
    return n < net->nodes && net->node[n].type == &gr_layer_activation;
}

bool gr_abreast_fits(const gradus_net *net)
{
    if (gr_net_inputs(net) > INPUTS)
        return false;
    for (size_t n = 1; n < net->nodes; n++) {
        const gr_node *node = &net->node[n];
        const bool dense = node->type == &gr_layer_dense && node->width <= WIDTH;
        const bool activates = is_activation(net, n) && !is_activation(net, n - 1) &&
                               node->activation < GR_ACTIVATION_COUNT &&
                               (node->activation != GR_ACTIVATION_SOFTMAX ||
                                n + 1 == net->nodes);
        if (node->from != n - 1 || !(dense || (activates && n > 1)))
            return false;
    }
    return true;
}

static gr_abreast_layer layer_of(const gradus_net *net, size_t n)
{
    const gr_node *node = &net->node[n];
    const gr_tensor *weight = &net->tensor[node->tensor];
    gr_abreast_layer l = {
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

/* ---- the scratch: what the kernel is told, and its room ---- */

static size_t head_bytes(const gradus_net *net)
{
    const size_t bytes = sizeof(gr_abreast) + net->nodes * sizeof(gr_abreast_layer);
    return (bytes + GR_LINE - 1) / GR_LINE * GR_LINE;
}

/* Units rounded up to panels, or rows of a matrix. */
static size_t room_bytes(const gradus_net *net)
{
    const size_t inputs = gr_net_inputs(net);
    const size_t units = inputs > net->widest ? inputs : net->widest;
    return (gr_panels(units, net->kernels->size) + 1) * net->kernels->width *
           GR_ABREAST_LINES * GR_LINE;
}

size_t gr_abreast_scratch(const gradus_net *net)
{
    return head_bytes(net) + 2 * room_bytes(net);
}

void gr_abreast_place(const gradus_net *net, void *scratch)
{
    gr_abreast *abreast = scratch;
    gr_abreast_layer *layer = (gr_abreast_layer *)(abreast + 1);
    char *room = (char *)scratch + head_bytes(net);
    *abreast = (gr_abreast){.layer = layer, .room = {room, room + room_bytes(net)}};
    for (size_t n = 1; n < net->nodes; n++)
        if (!is_activation(net, n))
            layer[abreast->layers++] = layer_of(net, n);
}

static size_t rows_of_block(const gradus_net *net)
{
    return net->kernels->width * GR_ABREAST_LINES;
}

size_t gr_abreast_least(const gradus_net *net)
{
    return 2 * rows_of_block(net);
}

size_t gr_abreast_left(const gradus_net *net)
{
    return rows_of_block(net) * 3 / 4;
}

size_t gr_abreast_forward(const gradus_net *net, const void *x, size_t rows, void *y,
                          void *scratch)
{
    gr_abreast *abreast = scratch;
    const size_t left = rows % rows_of_block(net);
    abreast->x = x;
    abreast->y = y;
    abreast->rows = left <= gr_abreast_left(net) ? rows - left : rows;
    net->kernels->abreast(abreast);
    return abreast->rows;
}
