/*
 * net/layer_dropout.c - inverted dropout
 *
 *     training    y = m x / (1 - rate),  m = 0 with probability `rate`, else 1
 *     inference   y = x
 *     backward    dx = m dy / (1 - rate), the same mask; at inference dx = dy
 *
 * The mask is not stored: it is a function of (seed, epoch, position, unit).
 * Source: Srivastava et al., "Dropout", JMLR 15, 2014.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "net/layer.h"

/* Units of all dropout nodes are numbered through, so that no two share a column. */
static uint32_t first_column(const gradus_net *net, const gr_node *node)
{
    size_t column = 0;
    for (const gr_node *n = net->node; n < node; n++)
        if (n->type == &gr_layer_dropout)
            column += (n->width + 3) / 4 * 4;
    return (uint32_t)column;
}

static void mask(const gr_pass *pass, const gr_node *node, const gr_part *part, const void *x,
                 void *y)
{
    const gradus_net *net = pass->net;
    const size_t row = part->rows.from;
    const size_t stride = pass->at[gr_node_index(pass, node)].stride;
    net->kernels->dropout(part->rows.to - row, node->width, node->rate, pass->dropout,
                          pass->first_row + row, first_column(net, node),
                          gr_row(net, x, stride, row), gr_row(net, y, stride, row));
}

/* y of x, or dx of dy: the same. */
static void pass_on(const gr_pass *pass, const gr_node *node, const gr_part *part,
                    const void *x, void *y)
{
    const size_t at = part->rows.from * pass->at[gr_node_index(pass, node)].stride;
    if (pass->training)
        mask(pass, node, part, x, y);
    else if (x != y)
        memcpy(gr_at(pass->net, y, at), gr_at(pass->net, x, at),
               gr_part_count(pass, node, part) * pass->net->kernels->size);
}

static void forward(const gr_pass *pass, const gr_node *node, const gr_part *part)
{
    pass_on(pass, node, part, pass->at[node->from].y,
            pass->at[gr_node_index(pass, node)].y);
}

static void backward(const gr_pass *pass, const gr_node *node, const gr_part *part)
{
    void *dx = gr_pass_begin(pass, node, node->from);
    if (dx == NULL)
        return;
    pass_on(pass, node, part, pass->at[gr_node_index(pass, node)].dy, dx);
    gr_pass_end(pass, node, node->from, part);
}

static gradus_status write(const gradus_net *net, const gr_node *node, gr_text *text)
{
    (void)net;
    char number[GRADUS_NUMBER_LENGTH];
    gradus_number_write(node->rate, number);
    return gr_text_add(text, "dropout %s", number);
}

const gr_layer_type gr_layer_dropout = {
    .name = "dropout", .forward = forward, .backward = backward, .write = write,
    .in_place = true,
};
