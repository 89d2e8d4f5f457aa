/*
 * net/narrow.h - a dense layer with few outputs
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_NET_NARROW_H
#define GR_NET_NARROW_H

#include "net/layer.h"

/* What net/layer_dense.c does for others; a gradient of the bias is the same there. */
void gr_narrow_forward(const gr_pass *pass, const gr_node *node, const gr_part *part);
void gr_narrow_backward(const gr_pass *pass, const gr_node *node, const gr_part *part);
void gr_narrow_descend(const gr_pass *pass, const gr_node *node, size_t thread,
                       size_t threads);

/* The step of some elements of a tensor, from `first` on, by their gradient g. */
void gr_descend(const gr_pass *pass, size_t tensor, size_t first, size_t count,
                const void *g);

#endif
