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

/* What a pass keeps of a node. */
typedef struct gr_kept {
    void *y;        /* a matrix; of node 0 NULL where only dense layers read it */
    void *dy;       /* dLoss/dy, a matrix; NULL where nobody asks for it */
    void **y_row;   /* [rows] rows of y */
    void **dy_row;  /* [rows] rows of dy */
    void *spare;    /* a matrix for a further contribution to dy, of a node of many readers */
    void *cache;    /* what a layer keeps from forward to backward */
    void *lasting;  /* what a layer keeps beyond the pass */
    size_t stride;  /* elements from row to row */
    size_t first;   /* node whose contribution to dy comes first: its last reader */
    bool in_place;  /* y and dy are those of the node it reads */
    /* net/checkpoint.h */
    gr_range segment; /* the nodes of its segment: [from, to) */
    bool kept;        /* a later segment reads y: its memory is no other segment's */
    size_t place;     /* of y in the plan's block */
} gr_kept;

/* How parameters follow from gradients, while these are in the cache (train/optimizer.c). */
typedef struct gr_descent {
    gr_update_step *step;
    const gr_update *update; /* [tensors] of whole tensors, but for g */
    bool plain;              /* w = fma(-rate gradient_scale, g, shrink w): in the product */
} gr_descent;

/*
 * One forward and backward walk over the nodes for one batch. All threads walk it together,
 * each computing parts; forward of node n reads y of n.from and fills y of n; backward reads
 * dy of n and hands dLoss/dx on by gr_pass_begin and gr_pass_end.
 */
typedef struct gr_pass {
    const gradus_net *net;
    gr_kept *at;       /* [nodes] */
    size_t rows;
    bool rows_follow;    /* the rows of x stand one after another, at inference */
    bool training;       /* dropout draws masks, batch norm uses the batch's statistics */
    void *gradient;      /* as the parameters: sums over the rows, where descent is NULL */
    size_t *gradient_at; /* [tensors] first element of each; see gr_gradient_of() */
    bool keeps;          /* there is room for the gradient of every parameter */
    bool add_gradient;   /* continue the sums: a later piece of a large batch */
    const gr_descent *descent;
    size_t threads;      /* that walk backward */
    bool turns;          /* forward makes transposes for the backward pass: one thread */
    bool first_by_columns; /* the first layer's outputs are dealt to the threads, not rows */
    void **ahead;        /* rows of x that the next step reads; see gr_plan_announce() */
    size_t rows_ahead;
    bool is_begun;       /* threads but the first have their part of the first operation */
    gr_key dropout;      /* key and position of the first row, for the masks */
    uint64_t first_row;
} gr_pass;

enum { GR_PASS_BLOCK = 256 }; /* rows a thread takes through the operations at once */

/* A part of the rows, or of the panels of columns, of a node's matrix; the other one whole. */
typedef struct gr_part {
    gr_range rows, panels;
    size_t thread; /* that works it */
} gr_part;

struct gr_layer_type {
    const char *name;
    /* bytes kept from forward to backward, for `rows` rows; NULL: none */
    size_t (*cache)(const gradus_net *net, const gr_node *node, size_t rows);
    /* bytes kept beyond the pass; NULL: none */
    size_t (*lasting)(const gradus_net *net, const gr_node *node);
    /* before a pass of several threads, and by forward where pass->turns: what depends on
     * parameters only; NULL: nothing */
    void (*prepare)(const gr_pass *pass, const gr_node *node, size_t thread, size_t threads);
    void (*forward)(const gr_pass *pass, const gr_node *node, const gr_part *part);
    void (*backward)(const gr_pass *pass, const gr_node *node, const gr_part *part);
    /* after a backward pass: gradients of parameters, and the step where pass->descent is
     * set */
    void (*descend)(const gr_pass *pass, const gr_node *node, size_t thread, size_t threads);
    /* the node's line in the description */
    gradus_status (*write)(const gradus_net *net, const gr_node *node, gr_text *text);
    bool by_columns;     /* in training a part must have all rows of its columns */
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
 * Where `node` writes its contribution to dLoss/dy of node `from`: dy itself, or its spare
 * matrix when it holds the contribution of another reader; NULL when nobody asks for it.
 * gr_pass_end() adds the spare to it.
 */
void *gr_pass_begin(const gr_pass *pass, const gr_node *node, size_t from);
void gr_pass_end(const gr_pass *pass, const gr_node *node, size_t from, const gr_part *part);

/* Columns of a part: [from, to). */
gr_range gr_part_columns(const gr_pass *pass, const gr_node *node, const gr_part *part);

/* Elements of a matrix of this node that a part of whole rows covers, and its first one. */
static inline size_t gr_part_count(const gr_pass *pass, const gr_node *node,
                                   const gr_part *part)
{
    return (part->rows.to - part->rows.from) * pass->at[gr_node_index(pass, node)].stride;
}

/* Address of element `index` of an array of the net's precision. */
static inline void *gr_at(const gradus_net *net, const void *array, size_t index)
{
    return (char *)(uintptr_t)array + index * net->kernels->size;
}

/* Where the gradient of a tensor is stored: of a dense weight only if pass->keeps. */
static inline void *gr_gradient_of(const gr_pass *pass, size_t tensor)
{
    return gr_at(pass->net, pass->gradient, pass->gradient_at[tensor]);
}

/* Address of row `row` of a matrix of rows of `stride` elements. */
static inline void *gr_row(const gradus_net *net, const void *matrix, size_t stride,
                           size_t row)
{
    return gr_at(net, matrix, row * stride);
}

/* What BP2 of a dense layer is masked by: the outputs of a relu that it reads, or NULL. */
static inline const void *gr_mask_of(const gr_pass *pass, const gr_node *node,
                                     const gr_part *part)
{
    const gr_kept *x = &pass->at[node->from];
    return pass->net->node[node->from].masked
               ? gr_row(pass->net, x->y, x->stride, part->rows.from) : NULL;
}

/* Added to a batch norm's variance under the root. */
static const double gr_batchnorm_eps = 1e-5;

/* The batch's variances, of the pass: [width]. */
const double *gr_batchnorm_variance(const gr_pass *pass, const gr_node *node);

/* A batch norm's statistics of this pass go into the running ones (once per step):
 * running = 0.9 running + 0.1 batch, the variance with divisor m - 1. */
void gr_batchnorm_keep(gradus_net *net, const gr_pass *pass);

#endif
