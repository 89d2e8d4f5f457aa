/*
 * net/dense.h - the parts of a dense layer
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_NET_DENSE_H
#define GR_NET_DENSE_H

#include "net/layer.h"

/* net/layer_dense.c: the forward pass of some rows or outputs of a layer that is not narrow,
 * of x that stands in rows x[0 .. part->rows.to). Reads nothing of the pass that is
 * written between passes of several threads. */
void gr_dense_forward(const gr_pass *pass, const gr_node *node, const gr_part *part,
                      const void *const *x);

/* net/narrow.c: what net/layer_dense.c does for layers of more outputs; a gradient of the bias
 * is the same there. */
void gr_narrow_forward(const gr_pass *pass, const gr_node *node, const gr_part *part);
void gr_narrow_backward(const gr_pass *pass, const gr_node *node, const gr_part *part);
void gr_narrow_descend(const gr_pass *pass, const gr_node *node, size_t thread,
                       size_t threads);

/* x of some inputs, brought to where it is read fast. */
typedef struct gr_strip {
    const void *const *row; /* [rows]; NULL: x is read where it stands */
    size_t from;            /* its first input */
    size_t tile;            /* elements from one tile of gr_kernels.tile to the next; 0: rows
                               are whole */
} gr_strip;

/* Some inputs times some panels, at most GR_SUMS_PANELS, of outputs of the weight; with a strip
 * whose x is in tiles, inputs.from is whole tiles behind strip->from. */
typedef struct gr_block {
    gr_range inputs, panels;
    bool first; /* of the blocks of these inputs that any thread has or, where outputs are dealt
                   to threads, of this one's: it fetches ahead */
    bool last;  /* of the panels: there is no next dz to fetch */
    const gr_strip *strip;
} gr_block;

/* net/layer_dense.c: gradients of a block of the weight, and the step where there is one; with
 * the first inputs goes the bias, where products end in the step. */
void gr_dense_descend(const gr_pass *pass, const gr_node *node, const gr_block *block);

/* net/strips.c: a thread's blocks, one after the other. */
void gr_strips_descend(const gr_pass *pass, const gr_node *node, size_t thread,
                       size_t threads);

/* The step of some elements of a tensor, from `first` on, by their gradient g. */
void gr_descend(const gr_pass *pass, size_t tensor, size_t first, size_t count,
                const void *g);

#endif
