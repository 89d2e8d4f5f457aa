/*
 * net/layer.h - what every kind of layer provides, and the pass it works in
 *
 * A layer file holds, in this order: head comment with the formulas, cache, forward,
 * backward, write, and the table `gr_layer_<name>`. Backward stands under forward.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_NET_LAYER_H
#define GR_NET_LAYER_H

#include "base/memory.h"
#include "base/pool.h"
#include "net/net.h"

/*
 * One forward or backward walk over the nodes for one batch. All arrays [rows][width].
 * Forward of node n reads y[n.from] and fills y[n]; backward reads dy[n] and hands
 * dLoss/dx on to dy[n.from] by gr_pass_begin and gr_pass_end.
 */
typedef struct gr_pass {
    const gradus_net *net;
    gr_pool *pool;
    size_t rows;
    bool training;       /* dropout draws masks, batch norm uses the batch's statistics */
    void **y;            /* [nodes] */
    void **dy;           /* [nodes] NULL where nobody asks for it */
    bool *ready;         /* [nodes] dy holds a first contribution already */
    void **cache;        /* [nodes] what a layer keeps from forward to backward */
    void *gradient;      /* [parameters] sums over the rows */
    bool add_gradient;   /* continue the sums: a later piece of a large batch */
    void *spare;         /* [rows][widest], a second contribution to a dy */
    void *chain;         /* [largest weight], the gradient of a later chain */
    gr_key dropout;      /* key and position of the first row, for the masks */
    uint64_t first_row;
} gr_pass;

struct gr_layer_type {
    const char *name;
    /* bytes kept from forward to backward, for `rows` rows; NULL: none */
    size_t (*cache)(const gradus_net *net, const gr_node *node, size_t rows);
    void (*forward)(const gr_pass *pass, const gr_node *node);
    void (*backward)(gr_pass *pass, const gr_node *node);
    /* the node's line in the description */
    gradus_status (*write)(const gradus_net *net, const gr_node *node, gr_text *text);
    bool in_place;       /* at inference y may be x */
};

#define LAYER(name) extern const gr_layer_type gr_layer_##name;
#include "net/layers.def"
#undef LAYER

static inline size_t gr_node_index(const gr_pass *pass, const gr_node *node)
{
    return (size_t)(node - pass->net->node);
}

/*
 * Where to write dLoss/dy of node `from`: its dy, or the spare buffer when dy already
 * holds the contribution of another reader; NULL when nobody asks for it.
 * gr_pass_end() adds the spare to it.
 */
void *gr_pass_begin(gr_pass *pass, size_t from);
void gr_pass_end(gr_pass *pass, size_t from, const void *dx);

/* Address of element `index` of an array of the net's precision. */
static inline void *gr_at(const gradus_net *net, const void *array, size_t index)
{
    return (char *)(uintptr_t)array + index * net->kernels->size;
}

/* Work a thread must have before it pays to wake one: 50 to 100 us, ten times what a wake
 * costs when the thread sleeps. */
enum { GR_GRAIN_ELEMENTS = 1 << 16, GR_GRAIN_PRODUCTS = 1 << 22 };

/* Rows (of `work` units each) in the smallest piece worth a thread, a multiple of 8. */
size_t gr_grain(size_t work, size_t smallest);

/* A batch norm's statistics of this pass go into the running ones (once per step):
 * running = 0.9 running + 0.1 batch, the variance with divisor m - 1. */
void gr_batchnorm_keep(gradus_net *net, const gr_pass *pass);

#endif
