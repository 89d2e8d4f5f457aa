/*
 * net/layer_activation.c - activations, element by element (softmax: row by row)
 *
 *     forward     a = s(z)
 *     backward    dz = da s'(z)
 *
 * The library's own are kernels (kernels/activations.def); the user's are called once per
 * element, in double.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/status.h"
#include "net/layer.h"
#include "net/lists.h"

static const gradus_activation *user_of(const gr_pass *pass, const gr_node *node)
{
    if (node->activation < GR_ACTIVATION_COUNT)
        return NULL;
    return &pass->net->context->activations[node->activation - GR_ACTIVATION_COUNT];
}

static void forward_user(const gr_pass *pass, const gr_node *node, const gr_part *part)
{
    const gr_kernels *k = pass->net->kernels;
    const gradus_activation *user = user_of(pass, node);
    const gr_kept *from = &pass->at[node->from], *to = &pass->at[gr_node_index(pass, node)];
    for (size_t i = part->rows.from; i < part->rows.to; i++)
        for (size_t j = 0; j < node->width; j++) {
            double z;
            k->to_double(1, gr_at(pass->net, from->y, i * from->stride + j), &z);
            z = user->value(z, user->user);
            k->from_double(1, &z, gr_at(pass->net, to->y, i * to->stride + j));
        }
}

static void forward(const gr_pass *pass, const gr_node *node, const gr_part *part)
{
    const gradus_net *net = pass->net;
    const gr_kept *from = &pass->at[node->from], *to = &pass->at[gr_node_index(pass, node)];
    const size_t row = part->rows.from, rows = part->rows.to - row;
    const bool gapless = to->stride < gr_stride(node->width, net->kernels->size);
    if (node->applied)
        return;
    if (user_of(pass, node) != NULL)
        forward_user(pass, node, part);
    else /* without gaps all rows are as one */
        net->kernels->activate[node->activation].forward(
            gapless ? 1 : rows, gapless ? rows * node->width : node->width, node->alpha,
            gr_row(net, from->y, from->stride, row), gr_row(net, to->y, to->stride, row));
}

static void backward_user(const gr_pass *pass, const gr_node *node, const gr_part *part,
                          void *dz)
{
    const gr_kernels *k = pass->net->kernels;
    const gradus_activation *user = user_of(pass, node);
    const gr_kept *from = &pass->at[node->from], *to = &pass->at[gr_node_index(pass, node)];
    for (size_t i = part->rows.from; i < part->rows.to; i++)
        for (size_t j = 0; j < node->width; j++) {
            const size_t at = i * to->stride + j;
            double z, gradient;
            k->to_double(1, gr_at(pass->net, from->y, at), &z);
            k->to_double(1, gr_at(pass->net, to->dy, at), &gradient);
            gradient *= user->slope(z, user->user);
            k->from_double(1, &gradient, gr_at(pass->net, dz, at));
        }
}

static void backward(const gr_pass *pass, const gr_node *node, const gr_part *part)
{
    const gradus_net *net = pass->net;
    const gr_kept *from = &pass->at[node->from], *to = &pass->at[gr_node_index(pass, node)];
    const size_t row = part->rows.from, stride = to->stride;
    void *dz = gr_pass_begin(pass, node, node->from);
    if (dz == NULL || node->masked)
        return;
    if (user_of(pass, node) != NULL)
        backward_user(pass, node, part, dz);
    else
        net->kernels->activate[node->activation].backward(
            part->rows.to - row, node->width, node->alpha, gr_row(net, from->y, stride, row),
            gr_row(net, to->y, stride, row), gr_row(net, to->dy, stride, row),
            gr_row(net, dz, stride, row));
    gr_pass_end(pass, node, node->from, part);
}

static gradus_status write(const gradus_net *net, const gr_node *node, gr_text *text)
{
    gradus_status status;
    double usual;
    const char *name = gr_activation_about(net->context, node->activation, &usual);
    GR_TRY(gr_text_add(text, "%s", name));
    if (node->alpha != usual) {
        char number[GRADUS_NUMBER_LENGTH];
        gradus_number_write(node->alpha, number);
        GR_TRY(gr_text_add(text, " alpha=%s", number));
    }
done:
    return status;
}

const gr_layer_type gr_layer_activation = {
    .name = "activation", .forward = forward, .backward = backward, .write = write,
    .in_place = true,
};
