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
#include "net/forward.h"
#include "net/abreast.h"
#include "net/layer.h"
#include "net/plain.h"

enum {
    BLOCK = GR_FORWARD_ROWS, /* rows worked at once */
    LINE_WORK = 64
};

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

/* Which nodes' rows are found by pointers: a dense layer reads them. And the activations at
 * the end, one by one, of a layer of few outputs: their rows stand without gaps, so that
 * an activation works on full vectors. */
static void find_layouts(gradus_net *net)
{
    gr_node *node = net->node;
    size_t end = net->nodes - 1;
    for (size_t n = 1; n < net->nodes; n++)
        node[node[n].from].pointed |= node[n].type == &gr_layer_dense;
    while (node[end].type == &gr_layer_activation &&
           node[end].activation != GR_ACTIVATION_SOFTMAX)
        end = node[end].from;
    for (size_t n = end; node[end].narrow && n < net->nodes; n++)
        node[n].gapless = true;
}

/* What a row costs, in multiply-adds: a line of a node's memory is written in the time of
 * some. */
static double work_of(const gradus_net *net)
{
    double work = 0;
    for (size_t n = 1; n < net->nodes; n++) {
        const gr_node *node = &net->node[n];
        work += LINE_WORK * (double)node->panels;
        if (node->type == &gr_layer_dense)
            work += (double)node->inputs * (double)node->width;
    }
    return work;
}

gradus_status gr_net_plan_forward(gradus_net *net)
{
    gradus_status status;
    size_t *last = NULL, *holder = NULL; /* holder[slot]: node whose output stands there */
    GR_TRY(gr_allocate(net->context, net->nodes, sizeof *last, "a forward plan", &last));
    GR_TRY(gr_allocate(net->context, net->nodes, sizeof *holder, "a forward plan", &holder));
    find_last_readers(net, last);
    net->slots = 0;
    net->widest = 0;
    for (size_t n = 1; n < net->nodes; n++) {
        const size_t heir = heir_of(net, n, last);
        size_t slot = heir > 0 ? net->node[heir].slot : 0;
        /* a slot is free when its holder's last reader has run; node n itself is running */
        while (heir == 0 && slot < net->slots && last[holder[slot]] >= n)
            slot++;
        if (slot == net->slots)
            net->slots++;
        net->node[n].slot = slot;
        net->input_copied |= net->node[n].type != &gr_layer_dense &&
                             (net->node[n].from == 0 ||
                              (net->node[n].type == &gr_layer_add && net->node[n].skip == 0));
        holder[slot] = n;
        if (net->node[n].width > net->widest)
            net->widest = net->node[n].width;
    }
    if (net->input_copied && gr_net_inputs(net) > net->widest)
        net->widest = gr_net_inputs(net);
    net->slot_row = gr_stride(net->widest, net->kernels->size) * net->kernels->size;
    find_layouts(net);
    GR_TRY(gr_plain_describe(net));
    net->abreast = gr_abreast_fits(net);
    net->work = work_of(net);
done:
    gr_release(net->context, holder);
    gr_release(net->context, last);
    return status;
}

/* ---- the scratch: values and pointers to rows of all nodes, then slots of memory ---- */

static size_t rounded(size_t bytes)
{
    return (bytes + GR_LINE - 1) / GR_LINE * GR_LINE;
}

static size_t values_bytes(const gradus_net *net)
{
    return rounded(net->nodes * sizeof(gr_kept));
}

static size_t pointers_bytes(const gradus_net *net, size_t rows)
{
    return rounded(net->nodes * rows * sizeof(void *));
}

static size_t slot_bytes(const gradus_net *net, size_t rows)
{
    return rows * net->slot_row;
}

/* Slot 0 is for x, where a layer other than a dense one reads it. */
static size_t block_scratch(const gradus_net *net, size_t rows)
{
    return values_bytes(net) + pointers_bytes(net, rows) +
           (net->slots + 1) * slot_bytes(net, rows);
}

/* In calls of so many rows, whether most are worked abreast. */
static bool some_abreast(const gradus_net *net, size_t rows)
{
    return net->abreast && rows >= gr_abreast_least(net);
}

/* Rows of a block: those that are not. */
static size_t block_rows(const gradus_net *net, size_t rows)
{
    const size_t most = some_abreast(net, rows) ? gr_abreast_left(net) : BLOCK;
    return rows < most ? rows : most;
}

size_t gr_forward_scratch(const gradus_net *net, size_t rows)
{
    return block_scratch(net, block_rows(net, rows)) +
           (some_abreast(net, rows) ? gr_abreast_scratch(net) : 0);
}

size_t gradus_net_scratch(const gradus_net *net)
{
    const size_t least = net->abreast ? gr_abreast_least(net) : BLOCK;
    const size_t few = gr_forward_scratch(net, least - 1);
    const size_t many = gr_forward_scratch(net, BLOCK);
    return few > many ? few : many;
}

/* Behind the scratch of a block. */
static void *abreast_scratch(const gradus_net *net, void *scratch)
{
    return (char *)scratch + block_scratch(net, gr_abreast_left(net));
}

static void place_block(const gradus_net *net, size_t rows, void *scratch)
{
    gr_kept *at = scratch;
    void **row = (void **)((char *)scratch + values_bytes(net));
    char *slots = (char *)row + pointers_bytes(net, rows);
    const size_t slot = slot_bytes(net, rows), size = net->kernels->size;
    for (size_t n = 0; n < net->nodes; n++, row += rows) {
        const gr_node *node = &net->node[n];
        at[n].y = slots + (n > 0 ? node->slot + 1 : 0) * slot;
        at[n].y_row = row;
        at[n].stride = node->gapless ? node->width : gr_stride(node->width, size);
        for (size_t i = 0; node->pointed && i < rows; i++)
            row[i] = gr_row(net, at[n].y, at[n].stride, i);
    }
}

/* Calls of one row, of a plain chain of layers, lay nothing out. */
static bool is_single(const gradus_net *net, size_t most_rows)
{
    return most_rows == 1 && net->layer != NULL;
}

void gr_forward_place(const gradus_net *net, size_t rows, void *scratch)
{
    if (is_single(net, rows))
        return;
    place_block(net, block_rows(net, rows), scratch);
    if (some_abreast(net, rows))
        gr_abreast_place(net, abreast_scratch(net, scratch));
}

/* ---- a block of rows ---- */

/* Dense layers read x where it stands. */
static void take_input(const gradus_net *net, const gr_pass *pass, const char *x)
{
    const size_t inputs = gr_net_inputs(net) * net->kernels->size;
    const gr_kept *at = &pass->at[0];
    for (size_t i = 0; i < pass->rows; i++, x += inputs)
        if (net->input_copied)
            memcpy(gr_row(net, at->y, at->stride, i), x, inputs);
        else
            at->y_row[i] = (void *)(uintptr_t)x;
}

static void give_output(const gradus_net *net, const gr_pass *pass, char *y)
{
    const size_t outputs = gr_net_outputs(net) * net->kernels->size;
    const gr_kept *at = &pass->at[net->nodes - 1];
    const size_t stride = at->stride * net->kernels->size;
    if (stride == outputs) {
        memcpy(y, at->y, pass->rows * outputs);
        return;
    }
    for (size_t i = 0; i < pass->rows; i++)
        memcpy(y + i * outputs, (const char *)at->y + i * stride, outputs);
}

static void forward_block(const gradus_net *net, const void *x, size_t rows, void *y,
                          void *scratch)
{
    const gr_pass pass = {.net = net, .rows = rows, .at = scratch,
                          .rows_follow = !net->input_copied};
    take_input(net, &pass, x);
    for (size_t n = 1; n < net->nodes; n++) {
        const gr_node *node = &net->node[n];
        node->type->forward(&pass, node, &(gr_part){{0, rows}, {0, node->panels}, 0});
    }
    give_output(net, &pass, y);
}

/* The scratch of a block has at least two slots. */
static void forward_single(const gradus_net *net, const void *x, void *y, void *scratch)
{
    net->kernels->single(net->layer, net->layers, x, y, scratch,
                         (char *)scratch + slot_bytes(net, 1));
}

void gr_forward_placed(const gradus_net *net, size_t most_rows, const void *x, size_t rows,
                       void *y, void *scratch)
{
    size_t from = 0;
    if (is_single(net, most_rows) && rows == 1) {
        forward_single(net, x, y, scratch);
        return;
    }
    if (some_abreast(net, most_rows))
        from = gr_abreast_forward(net, x, rows, y, abreast_scratch(net, scratch));
    for (; from < rows; from += BLOCK) {
        const size_t count = rows - from < BLOCK ? rows - from : BLOCK;
        forward_block(net, gr_at(net, x, from * gr_net_inputs(net)), count,
                      gr_at(net, y, from * gr_net_outputs(net)), scratch);
    }
}

void gradus_net_forward(const gradus_net *net, const void *x, size_t rows, void *y,
                        void *scratch)
{
    const unsigned saved = gr_float_enter();
    if (is_single(net, rows)) {
        forward_single(net, x, y, scratch);
    } else {
        gr_forward_place(net, rows, scratch);
        gr_forward_placed(net, rows, x, rows, y, scratch);
    }
    gr_float_leave(saved);
}
