/*
 * net/contribution.c - where layers leave their contributions to a gradient
 *
 * The order in which contributions to one gradient are added is that of the nodes, always,
 * so that they have the same bits however the work is cut.
 *
 * SPDX-License-Identifier: MIT
 */
#include "net/layer.h"

void *gr_pass_begin(const gr_pass *pass, const gr_node *node, size_t from)
{
    const gr_kept *at = &pass->at[from];
    if (at->dy == NULL)
        return NULL;
    return at->first == gr_node_index(pass, node) ? at->dy : at->spare;
}

void gr_pass_end(const gr_pass *pass, const gr_node *node, size_t from, const gr_part *part)
{
    const gradus_net *net = pass->net;
    const gr_kept *at = &pass->at[from];
    if (at->first == gr_node_index(pass, node))
        return;
    const size_t width = net->kernels->width;
    const size_t column = part->panels.from * width;
    const size_t count = (part->panels.to - part->panels.from) * width;
    for (size_t i = part->rows.from; i < part->rows.to; i++)
        net->kernels->add(count, gr_at(net, at->spare, i * at->stride + column),
                          gr_at(net, at->dy, i * at->stride + column));
}
