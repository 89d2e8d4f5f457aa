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

enum {
    INPUTS = 32, /* beyond, transposing x takes longer than full vectors save */
    WIDTH = 128  /* beyond, a block of rows and the weights leave the innermost cache */
};

bool gr_abreast_fits(const gradus_net *net)
{
    for (size_t i = 0; i < net->layers; i++)
        if (net->layer[i].outputs > WIDTH || (net->layer[i].by_rows && i + 1 < net->layers))
            return false;
    return net->layer != NULL && gr_net_inputs(net) <= INPUTS;
}

/* ---- the scratch: what the kernel is told, and its room ---- */

static size_t head_bytes(void)
{
    return (sizeof(gr_abreast) + GR_LINE - 1) / GR_LINE * GR_LINE;
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
    return head_bytes() + 2 * room_bytes(net);
}

void gr_abreast_place(const gradus_net *net, void *scratch)
{
    char *room = (char *)scratch + head_bytes();
    *(gr_abreast *)scratch = (gr_abreast){.layers = net->layers, .layer = net->layer,
                                          .room = {room, room + room_bytes(net)}};
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
