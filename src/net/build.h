/*
 * net/build.h - what the files that make a network share
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_NET_BUILD_H
#define GR_NET_BUILD_H

#include "net/net.h"

/* gradus_builder_dense, for the item "output" too. */
void gr_builder_dense(gradus_builder *builder, size_t units,
                      const gradus_dense_options *options, bool is_output);
void gr_builder_fail(gradus_builder *builder, gradus_status status);
bool gr_builder_ok(const gradus_builder *builder);
void gr_builder_keep_message(gradus_builder *builder); /* this thread's, for the end */
const gr_node *gr_builder_last(const gradus_builder *builder); /* NULL: none yet */
void gr_builder_free(gradus_builder *builder);

/* Values are not drawn, and limits of nodes and of values are lowered to these. */
void gr_builder_blank(gradus_builder *builder, size_t most_nodes, size_t most_values);

/* Writes net->text, the canonical description. */
GRADUS_CHECKED gradus_status gr_net_write_text(gradus_net *net);

/* Draws all parameters anew and resets the statistics. Errors   MEMORY (orthogonal). */
GRADUS_CHECKED gradus_status gr_net_start(gradus_net *net, uint64_t seed);

/* Decides which nodes share memory at inference: node->slot. Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_net_plan_forward(gradus_net *net);

#endif
