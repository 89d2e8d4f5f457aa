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
    net->widest = gr_net_inputs(net);
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
done:
    gr_release(net->context, holder);
    gr_release(net->context, last);
    return status;
}

static size_t rounded(size_t bytes)
{
    return (bytes + GR_LINE - 1) / GR_LINE * GR_LINE;
}

/* The scratch: values [nodes], then slots, each a matrix of BLOCK rows and pointers to
 * its rows. */
static size_t values_bytes(const gradus_net *net)
{
    return rounded(net->nodes * sizeof(gr_kept));
}

static size_t rows_bytes(void)
{
    return rounded(BLOCK * sizeof(void *));
}

static size_t slot_bytes(const gradus_net *net)
{
    const size_t size = net->kernels->size;
    return rows_bytes() + BLOCK * gr_stride(net->widest, size) * size;
}

/* Slot 0 is for x, where a layer other than a dense one reads it. */
size_t gradus_net_scratch(const gradus_net *net)
{
    return values_bytes(net) + (net->slots + 1) * slot_bytes(net);
}

static void place(const gradus_net *net, gr_kept *at, size_t node, size_t slot, size_t rows,
                  char *slots)
{
    char *start = slots + slot * slot_bytes(net);
    at->y_row = (void **)start;
    at->y = start + rows_bytes();
    at->stride = gr_stride(net->node[node].width, net->kernels->size);
    for (size_t i = 0; i < rows; i++)
        at->y_row[i] = gr_row(net, at->y, at->stride, i);
}

/* Dense layers read x where it stands. */
static void place_input(const gradus_net *net, gr_kept *at, const void *x, size_t rows,
                        char *slots)
{
    const size_t inputs = gr_net_inputs(net), size = net->kernels->size;
    place(net, at, 0, 0, rows, slots);
    for (size_t i = 0; i < rows; i++) {
        void *row = gr_at(net, x, i * inputs);
        if (net->input_copied)
            memcpy(at->y_row[i], row, inputs * size);
        else
            at->y_row[i] = row;
    }
}

static void forward_block(const gradus_net *net, const void *x, size_t rows, void *y,
                          void *scratch)
{
    gr_kept *at = scratch;
    char *slots = (char *)scratch + values_bytes(net);
    const gr_pass pass = {.net = net, .rows = rows, .at = at};
    const gr_node *end = &net->node[net->nodes - 1];
    place_input(net, &at[0], x, rows, slots);
    for (size_t n = 1; n < net->nodes; n++) {
        const gr_node *node = &net->node[n];
        place(net, &at[n], n, node->slot + 1, rows, slots);
        node->type->forward(&pass, node,
                            &(gr_part){{0, rows}, {0, node->panels}});
    }
    for (size_t i = 0; i < rows; i++)
        memcpy(gr_at(net, y, i * end->width), at[net->nodes - 1].y_row[i],
               end->width * net->kernels->size);
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

/* ---- on many threads ---- */

typedef struct predict_job {
    const gradus_net *net;
    const void *x;
    void *y;
    size_t rows;
    char *scratch; /* [threads] */
} predict_job;

static void predict_rows(void *job_, size_t thread, size_t threads)
{
    const predict_job *job = job_;
    const gradus_net *net = job->net;
    const gr_range rows = gr_cut(job->rows, BLOCK, thread, threads);
    if (rows.from < rows.to)
        gradus_net_forward(net, gr_at(net, job->x, rows.from * gr_net_inputs(net)),
                           rows.to - rows.from,
                           gr_at(net, job->y, rows.from * gr_net_outputs(net)),
                           job->scratch + thread * gradus_net_scratch(net));
}

/* Starting a thread takes as long as some 10^7 multiply-adds. */
static size_t threads_for(const gradus_net *net, size_t rows)
{
    gradus_net_about about;
    gradus_net_describe(net, &about);
    const double work = about.multiply_adds * (double)rows;
    if (net->context->always_threads)
        return net->context->threads;
    return work < 3e7 || rows < 2 * BLOCK ? 1 : net->context->threads;
}

gradus_status gradus_net_predict(const gradus_net *net, const void *x, size_t rows, void *y)
{
    gradus_status status;
    gr_pool *pool = NULL;
    predict_job job = {.net = net, .x = x, .y = y, .rows = rows};
    GR_TRY(gr_pool_new(net->context, threads_for(net, rows), &pool));
    GR_TRY(gr_allocate(net->context, gr_pool_threads(pool), gradus_net_scratch(net),
                       "predictions", &job.scratch));
    gr_pool_run(pool, predict_rows, &job);
done:
    gr_release(net->context, job.scratch);
    gr_pool_free(pool);
    return status;
}
