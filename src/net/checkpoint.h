/*
 * net/checkpoint.h - which activations a pass keeps, and which it computes twice
 *
 * The nodes are cut into segments. Activations and gradients of a segment take the memory of
 * those of any other, but for nodes that a later segment reads: these, the checkpoints, are
 * kept. The pass goes forward through all segments; then, from the last one back, it computes
 * a segment's activations again, goes backward through it and descends. Without checkpoints
 * there is one segment, and nothing is computed again.
 *
 * Source: Chen et al., "Training deep nets with sublinear memory cost", arXiv 1604.06174.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_NET_CHECKPOINT_H
#define GR_NET_CHECKPOINT_H

#include "net/plan.h"

/* Cuts a plan into segments of `every` nodes; of more, where that ends one between two
 * residual blocks; plan->pass.at has first and in_place. */
void gr_checkpoint_cut(gr_plan *plan, size_t every);

/* Another segment's values stand beyond the columns of this one's matrices: back to 0, where
 * sums over rows would carry them into weights. The thread's share of the rows. */
void gr_checkpoint_clear(const gr_plan *plan, gr_range segment, gr_range rows);

#endif
