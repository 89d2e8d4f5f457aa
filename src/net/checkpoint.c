/*
 * net/checkpoint.c - which activations a pass keeps, and which it computes twice
 *
 * SPDX-License-Identifier: MIT
 */
#include "net/checkpoint.h"

#include <string.h>

/* Nodes [from, to) are a segment. */
static void close_segment(gr_plan *plan, size_t from, size_t to)
{
    for (size_t n = from; n < to; n++)
        plan->pass.at[n].segment = (gr_range){from, to};
}

/* A node that works in place is never parted from the one it reads: computed again alone, it
 * would work on its own output. */
void gr_checkpoint_cut(gr_plan *plan, size_t every)
{
    gr_kept *at = plan->pass.at;
    const size_t last = plan->last;
    size_t from = 1, far = 0; /* far: last reader of the nodes before n */
    at[1].segment = (gr_range){1, last + 1}; /* without nodes, where the loss reads the input */
    for (size_t n = 1; n < last; n++) {
        far = at[n - 1].first > far ? at[n - 1].first : far;
        const size_t nodes = n + 1 - from;
        const bool between_blocks = far <= n;
        if (at[n + 1].in_place || nodes < (between_blocks ? every : 2 * every))
            continue;
        close_segment(plan, from, n + 1);
        from = n + 1;
    }
    close_segment(plan, from, last + 1);
    at[last].kept = false;
    for (size_t n = last; n-- > 1;)
        at[n].kept = at[n].first >= at[n].segment.to ||
                     (at[n + 1].in_place && at[n + 1].kept);
}

static void clear(const gradus_net *net, const gr_node *node, const gr_kept *at, void *matrix,
                  gr_range rows)
{
    const size_t columns = node->panels * net->kernels->width;
    for (size_t i = rows.from; matrix != NULL && i < rows.to; i++)
        memset(gr_row(net, gr_at(net, matrix, node->width), at->stride, i), 0,
               (columns - node->width) * net->kernels->size);
}

void gr_checkpoint_clear(const gr_plan *plan, gr_range segment, gr_range rows)
{
    const gradus_net *net = plan->net;
    for (size_t n = segment.from; n < segment.to; n++) {
        const gr_node *node = &net->node[n];
        const gr_kept *at = &plan->pass.at[n];
        if (at->kept || node->width == node->panels * net->kernels->width)
            continue;
        clear(net, node, at, at->y, rows);
        clear(net, node, at, at->dy, rows);
        clear(net, node, at, at->spare, rows);
    }
}
