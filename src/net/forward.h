/*
 * net/forward.h - outputs of a network: what one call and many threads share
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_NET_FORWARD_H
#define GR_NET_FORWARD_H

#include "net/net.h"

enum { GR_FORWARD_ROWS = 80 }; /* worked at once */

/* Bytes of scratch that gradus_net_forward() needs for so many rows. */
size_t gr_forward_scratch(const gradus_net *net, size_t rows);

/* gradus_net_forward() in two steps: the scratch is laid out once, for calls of at most so many
 * rows, within gr_float_enter(). */
void gr_forward_place(const gradus_net *net, size_t most_rows, void *scratch);
void gr_forward_placed(const gradus_net *net, size_t most_rows, const void *x, size_t rows,
                       void *y, void *scratch);

#endif
