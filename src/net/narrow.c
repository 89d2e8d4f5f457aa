/*
 * net/narrow.c - a dense layer with few outputs
 *
 * The weight stands transposed, in panels of [outputs][inputs], so that vectors are full:
 * they run over rows in the forward pass, over inputs in the backward ones.
 *
 *     forward     z = W x + b
 *     BP2         dx = W^T dz
 *     BP3         dW = sum over rows of dz x^T
 *
 * SPDX-License-Identifier: MIT
 */
#include "net/dense.h"

#include <string.h>

static const gr_tensor *weight_of(const gradus_net *net, const gr_node *node)
{
    return &net->tensor[node->tensor];
}

void gr_narrow_forward(const gr_pass *pass, const gr_node *node, const gr_part *part)
{
    const gradus_net *net = pass->net;
    const gr_kept *x = &pass->at[node->from], *z = &pass->at[gr_node_index(pass, node)];
    const gr_tensor *weight = weight_of(net, node);
    const gr_narrow p = {
        .rows = part->rows.to - part->rows.from, .outputs = node->width,
        .depth = node->inputs, .x = (const void *const *)x->y_row + part->rows.from,
        .w = gr_tensor_values(net, weight),
        .bias = node->bias ? gr_tensor_values(net, weight + 1) : NULL,
        .z = gr_row(net, z->y, z->stride, part->rows.from), .z_stride = z->stride,
    };
    net->kernels->narrow(&p);
}

/* Whether one pass over the rows makes both gradients. */
static bool is_at_once(const gr_pass *pass)
{
    return pass->threads == 1 && pass->rows <= GR_PASS_BLOCK && !pass->add_gradient;
}

/* dx, unless nobody asks for it, and with it dW. */
void gr_narrow_backward(const gr_pass *pass, const gr_node *node, const gr_part *part)
{
    const gradus_net *net = pass->net;
    const gr_kept *x = &pass->at[node->from], *z = &pass->at[gr_node_index(pass, node)];
    void *dx = gr_pass_begin(pass, node, node->from);
    void *dw = is_at_once(pass) ? gr_gradient_of(pass, node->tensor) : NULL;
    if (dx == NULL && dw == NULL)
        return;
    const gr_narrow_gradient p = {
        .rows = part->rows.to - part->rows.from, .outputs = node->width,
        .panels = net->node[node->from].panels,
        .dz = (const void *const *)z->dy_row + part->rows.from,
        .x = gr_row(net, x->y, x->stride, part->rows.from), .stride = x->stride,
        .masked = net->node[node->from].masked,
        .w = gr_tensor_values(net, weight_of(net, node)),
        .dx = dx == NULL ? NULL : gr_row(net, dx, x->stride, part->rows.from), .dw = dw,
    };
    net->kernels->narrow_gradient(&p);
    if (dx != NULL)
        gr_pass_end(pass, node, node->from, part);
}

enum { CHUNK = 16 }; /* panels of inputs at once */

/* One chain of the gradient of some panels, from a row on. */
static void gradient_of_chain(const gr_pass *pass, const gr_node *node, gr_range panels,
                              size_t row, void *dw)
{
    const gradus_net *net = pass->net;
    const gr_kept *x = &pass->at[node->from], *z = &pass->at[gr_node_index(pass, node)];
    const gr_narrow_gradient p = {
        .rows = pass->rows - row < GR_CHAIN ? pass->rows - row : GR_CHAIN,
        .outputs = node->width, .panels = panels.to - panels.from,
        .dz = (const void *const *)z->dy_row + row,
        .x = gr_at(net, x->y, row * x->stride + panels.from * net->kernels->width),
        .stride = x->stride, .dw = dw,
    };
    net->kernels->narrow_gradient(&p);
}

/* What stands beyond the columns of x must not reach the weights. */
static void clear_padding(const gr_pass *pass, const gr_node *node, void *last_panel)
{
    const size_t width = pass->net->kernels->width, used = (node->inputs - 1) % width + 1;
    for (size_t j = 0; j < node->width; j++)
        memset(gr_at(pass->net, last_panel, j * width + used), 0,
               (width - used) * pass->net->kernels->size);
}

static void descend_panels(const gr_pass *pass, const gr_node *node, gr_range panels)
{
    const gradus_net *net = pass->net;
    const size_t panel = node->width * net->kernels->width; /* elements */
    const size_t first = panels.from * panel, count = (panels.to - panels.from) * panel;
    _Alignas(GR_LINE) char later[CHUNK * GR_NARROW * GR_LINE];
    void *dw = gr_at(net, gr_gradient_of(pass, node->tensor), first);
    for (size_t row = 0; row < pass->rows && !is_at_once(pass); row += GR_CHAIN) {
        const bool first_chain = row == 0 && !pass->add_gradient;
        gradient_of_chain(pass, node, panels, row, first_chain ? dw : later);
        if (!first_chain)
            net->kernels->add(count, later, dw);
    }
    if (panels.to == net->node[node->from].panels)
        clear_padding(pass, node, gr_at(net, dw, count - panel));
    if (pass->descent != NULL)
        gr_descend(pass, node->tensor, first, count, dw);
}

void gr_narrow_descend(const gr_pass *pass, const gr_node *node, size_t thread,
                       size_t threads)
{
    const gr_range mine = gr_cut(pass->net->node[node->from].panels, 1, thread, threads);
    for (size_t from = mine.from; from < mine.to; from += CHUNK)
        descend_panels(pass, node,
                       (gr_range){from, mine.to - from < CHUNK ? mine.to : from + CHUNK});
}
