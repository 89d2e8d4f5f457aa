/*
 * net/forward.c - outputs of a network, for any number of threads at once
 *
 * The net is not changed and nothing is allocated: all results between layers stand in
 * the caller's scratch, worked in blocks of rows so that its size is fixed. A node's
 * memory ("slot") is reused as soon as no later node reads it; layers that work element
 * by element write over what they read.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "net/build.h"
#include "net/layer.h"

enum { BLOCK = 64 }; /* rows worked at once */

/* Index of the last node that reads each node. */
static void find_last_readers(const gradus_net *net, size_t *last)
{
    for (size_t n = 1; n < net->nodes; n++) {
        last[net->node[n].from] = n;
        if (net->node[n].type == &gr_layer_add)
            last[net->node[n].skip] = n;
    }
    last[net->nodes - 1] = net->nodes; /* read by the caller */
}

/* The node whose slot node n may take over: what it reads, when it is the last reader. */
static size_t heir_of(const gradus_net *net, size_t n, const size_t *last)
{
    const gr_node *node = &net->node[n];
    const size_t read = node->type == &gr_layer_add ? node->skip : node->from;
    const bool may = node->type->in_place || node->type == &gr_layer_add;
    return may && read > 0 && last[read] == n ? read : 0;
}

gradus_status gr_net_plan_forward(gradus_net *net)
{
    gradus_status status;
    size_t *last = NULL, *holder = NULL; /* holder[slot]: node whose output stands there */
    GR_TRY(gr_allocate(net->context, net->nodes, sizeof *last, "a forward plan", &last));
    GR_TRY(gr_allocate(net->context, net->nodes, sizeof *holder, "a forward plan", &holder));
    find_last_readers(net, last);
    net->slots = 0;
    for (size_t n = 1; n < net->nodes; n++) {
        const size_t heir = heir_of(net, n, last);
        size_t slot = heir > 0 ? net->node[heir].slot : 0;
        /* a slot is free when its holder's last reader has run; node n itself is running */
        while (heir == 0 && slot < net->slots && last[holder[slot]] >= n)
            slot++;
        if (slot == net->slots)
            net->slots++;
        net->node[n].slot = slot;
        holder[slot] = n;
        if (net->node[n].width > net->widest)
            net->widest = net->node[n].width;
    }
done:
    gr_release(net->context, holder);
    gr_release(net->context, last);
    return status;
}

static size_t rounded(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

static size_t slot_bytes(const gradus_net *net)
{
    return rounded(BLOCK * net->widest * net->kernels->size);
}

size_t gradus_net_scratch(const gradus_net *net)
{
    return rounded(net->nodes * sizeof(void *)) + net->slots * slot_bytes(net);
}

static void forward_block(const gradus_net *net, const void *x, size_t rows, void *y,
                          void *scratch)
{
    void **outputs = scratch;
    char *slots = (char *)scratch + rounded(net->nodes * sizeof(void *));
    const gr_pass pass = {.net = net, .rows = rows, .y = outputs};
    outputs[0] = (void *)(uintptr_t)x;
    for (size_t n = 1; n < net->nodes; n++) {
        const gr_node *node = &net->node[n];
        outputs[n] = slots + node->slot * slot_bytes(net);
        node->type->forward(&pass, node);
    }
    memcpy(y, outputs[net->nodes - 1], rows * gr_net_outputs(net) * net->kernels->size);
}

void gradus_net_forward(const gradus_net *net, const void *x, size_t rows, void *y,
                        void *scratch)
{
    const unsigned saved = gr_float_enter();
    for (size_t from = 0; from < rows; from += BLOCK) {
        const size_t count = rows - from < BLOCK ? rows - from : BLOCK;
        forward_block(net, gr_at(net, x, from * gr_net_inputs(net)), count,
                      gr_at(net, y, from * gr_net_outputs(net)), scratch);
    }
    gr_float_leave(saved);
}

gradus_status gradus_net_predict(const gradus_net *net, const void *x, size_t rows, void *y)
{
    void *scratch = NULL;
    gradus_status status =
        gr_allocate(net->context, gradus_net_scratch(net), 1, "predictions", &scratch);
    if (status == GRADUS_OK)
        gradus_net_forward(net, x, rows, y, scratch);
    gr_release(net->context, scratch);
    return status;
}
