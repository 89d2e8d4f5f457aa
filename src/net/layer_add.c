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

static void forward(const gr_pass *pass, const gr_node *node)
{
    const gr_kernels *k = pass->net->kernels;
    const size_t count = pass->rows * node->width;
    void *y = pass->y[gr_node_index(pass, node)];
    /* At inference y may share its memory with x, never with F(x). */
    if (y != pass->y[node->skip])
        memcpy(y, pass->y[node->skip], count * k->size);
    k->add_scaled(count, node->scale, pass->y[node->from], y);
}

static void backward(gr_pass *pass, const gr_node *node)
{
    const gr_kernels *k = pass->net->kernels;
    const size_t count = pass->rows * node->width;
    const void *dy = pass->dy[gr_node_index(pass, node)];
    void *dx = gr_pass_begin(pass, node->from);
    if (dx != NULL) {
        k->scale(count, node->scale, dy, dx);
        gr_pass_end(pass, node->from, dx);
    }
    dx = gr_pass_begin(pass, node->skip);
    if (dx != NULL) {
        memcpy(dx, dy, count * k->size);
        gr_pass_end(pass, node->skip, dx);
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
