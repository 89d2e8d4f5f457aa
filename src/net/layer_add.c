/*
 * net/layer_add.c - the end of a residual block
 *
 *     forward     y = x + scale * F(x)           x: node `skip`, F(x): node `from`
 *     backward    dF = scale * dy,  dx += dy
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "net/layer.h"

static void forward(const gr_pass *pass, const gr_node *node, const gr_part *part)
{
    const gradus_net *net = pass->net;
    const gr_kept *to = &pass->at[gr_node_index(pass, node)];
    const size_t at = part->rows.from * to->stride, count = gr_part_count(pass, node, part);
    void *y = gr_at(net, to->y, at);
    const void *x = gr_at(net, pass->at[node->skip].y, at);
    /* At inference y may share its memory with x, never with F(x). */
    if (y != x)
        memcpy(y, x, count * net->kernels->size);
    net->kernels->add_scaled(count, node->scale, gr_at(net, pass->at[node->from].y, at), y);
}

static void backward(const gr_pass *pass, const gr_node *node, const gr_part *part)
{
    const gradus_net *net = pass->net;
    const gr_kept *to = &pass->at[gr_node_index(pass, node)];
    const size_t at = part->rows.from * to->stride, count = gr_part_count(pass, node, part);
    const void *dy = gr_at(net, to->dy, at);
    void *dx = gr_pass_begin(pass, node, node->from);
    if (dx != NULL) {
        net->kernels->scale(count, node->scale, dy, gr_at(net, dx, at));
        gr_pass_end(pass, node, node->from, part);
    }
    dx = gr_pass_begin(pass, node, node->skip);
    if (dx != NULL) {
        memcpy(gr_at(net, dx, at), dy, count * net->kernels->size);
        gr_pass_end(pass, node, node->skip, part);
    }
}

/* The description writes a block's braces itself (net/describe.c). */
static gradus_status write(const gradus_net *net, const gr_node *node, gr_text *text)
{
    (void)net;
    (void)node;
    return gr_text_add(text, "}");
}

const gr_layer_type gr_layer_add = {
    .name = "add", .forward = forward, .backward = backward, .write = write,
};
