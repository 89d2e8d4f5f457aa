/*
 * net/layer_dropout.c - inverted dropout
 *
 *     training    y = m x / (1 - rate),  m = 0 with probability `rate`, else 1
 *     inference   y = x
 *     backward    dx = m dy / (1 - rate), the same mask
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

typedef struct dropout_job {
    const gr_pass *pass;
    const gr_node *node;
    const void *x;
    void *y;
} dropout_job;

static void mask_rows(void *job_, size_t from, size_t to)
{
    const dropout_job *job = job_;
    const gr_pass *pass = job->pass;
    const size_t width = job->node->width;
    pass->net->kernels->dropout(to - from, width, job->node->rate, pass->dropout,
                                pass->first_row + from,
                                first_column(pass->net, job->node),
                                gr_at(pass->net, job->x, from * width),
                                gr_at(pass->net, job->y, from * width));
}

static void mask(const gr_pass *pass, const gr_node *node, const void *x, void *y)
{
    dropout_job job = {pass, node, x, y};
    gr_pool_run(pass->pool, pass->rows, gr_grain(4 * node->width, GR_GRAIN_ELEMENTS),
                mask_rows, &job);
}

static void forward(const gr_pass *pass, const gr_node *node)
{
    const void *x = pass->y[node->from];
    void *y = pass->y[gr_node_index(pass, node)];
    if (pass->training)
        mask(pass, node, x, y);
    else if (x != y)
        memcpy(y, x, pass->rows * node->width * pass->net->kernels->size);
}

static void backward(gr_pass *pass, const gr_node *node)
{
    void *dx = gr_pass_begin(pass, node->from);
    if (dx == NULL)
        return;
    mask(pass, node, pass->dy[gr_node_index(pass, node)], dx);
    gr_pass_end(pass, node->from, dx);
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
