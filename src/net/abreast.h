/*
 * net/abreast.h - predictions of networks of low layers, rows abreast
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_NET_ABREAST_H
#define GR_NET_ABREAST_H

#include "net/net.h"

/* Whether many rows are predicted faster that way: net->abreast. */
bool gr_abreast_fits(const gradus_net *net);

/* Bytes of scratch, and how they are laid out. */
size_t gr_abreast_scratch(const gradus_net *net);
void gr_abreast_place(const gradus_net *net, void *scratch);

/* Of fewer rows none is worth it. */
size_t gr_abreast_least(const gradus_net *net);

/* The outputs of the first rows. Returns of how many: at most gr_abreast_left() are left. */
size_t gr_abreast_forward(const gradus_net *net, const void *x, size_t rows, void *y,
                          void *scratch);
size_t gr_abreast_left(const gradus_net *net);

#endif
