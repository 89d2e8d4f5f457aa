/*
 * net/abreast.c - predictions of networks of low layers, rows abreast
 *
 * A plain chain of dense layers and activations of the library is described to
 * kernels/abreast.c, whose vectors are full where layers do not fill whole panels.
 *
 * SPDX-License-Identifier: MIT
 */
#include "net/abreast.h"

enum {
    WIDTH = 128, /* beyond, a block of rows and the weights leave the innermost cache */
    TRANSPOSE = 2 /* multiply-adds, in the time of which an element of x is transposed */
};

/* Multiply-adds of a row: by rows, whose lanes are a layer's outputs, and abreast. */
static bool is_faster(const gradus_net *net)
{
    const size_t lanes = net->kernels->width, size = net->kernels->size;
    size_t by_rows = 0, abreast = TRANSPOSE * gr_net_inputs(net);
    for (const gr_plain_layer *l = net->layer; l < net->layer + net->layers; l++) {
        abreast += l->inputs * l->outputs;
        by_rows += l->inputs * (l->narrow ? l->outputs : gr_panels(l->outputs, size) * lanes);
    }
    return abreast <= by_rows;
}

bool gr_abreast_fits(const gradus_net *net)
{
    const size_t inputs = gr_net_inputs(net);
    for (size_t i = 0; i < net->layers; i++)
        if (net->layer[i].outputs > WIDTH || (net->layer[i].by_rows && i + 1 < net->layers))
            return false;
    if (net->layer == NULL || inputs > net->kernels->abreast_inputs)
        return false;
    return inputs <= GR_ABREAST_FEW || is_faster(net);
}

/* ---- the scratch: what the kernel is told, and its room ---- */

static size_t head_bytes(void)
{
    return (sizeof(gr_abreast) + GR_LINE - 1) / GR_LINE * GR_LINE;
}

static size_t x_bytes(const gradus_net *net)
{
    const size_t columns = gr_panels(gr_net_inputs(net), net->kernels->size) *
                           net->kernels->width;
    return columns * GR_ABREAST_LINES * GR_LINE;
}

/* Outputs of a layer stand by units, and by rows where a row as a whole is activated. */
static size_t room_bytes(const gradus_net *net)
{
    return gr_stride(net->widest, net->kernels->size) * GR_ABREAST_LINES * GR_LINE;
}

size_t gr_abreast_scratch(const gradus_net *net)
{
    return head_bytes() + 2 * x_bytes(net) + 2 * room_bytes(net);
}

void gr_abreast_place(const gradus_net *net, void *scratch)
{
    char *xt = (char *)scratch + head_bytes();
    char *room = xt + 2 * x_bytes(net);
    *(gr_abreast *)scratch = (gr_abreast){
        .layers = net->layers, .layer = net->layer, .xt = {xt, xt + x_bytes(net)},
        .room = {room, room + room_bytes(net)},
    };
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
    return rows_of_block(net) - 1;
}

/* Rows behind the last whole block are left, unless the block that ends with the last row
 * computes fewer than a quarter of its rows again. */
size_t gr_abreast_forward(const gradus_net *net, const void *x, size_t rows, void *y,
                          void *scratch)
{
    gr_abreast *abreast = scratch;
    const size_t block = rows_of_block(net), over = rows % block;
    abreast->x = x;
    abreast->y = y;
    abreast->rows = rows < block || over <= block * 3 / 4 ? rows - over : rows;
    net->kernels->abreast(abreast);
    return abreast->rows;
}
