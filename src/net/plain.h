/*
 * net/plain.h - what kernels are told of a plain chain of layers
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_NET_PLAIN_H
#define GR_NET_PLAIN_H

#include "net/net.h"

/* net->layer of a chain of dense layers, each with at most one activation of the library; NULL
 * of another network. Errors   MEMORY. */
GRADUS_CHECKED gradus_status gr_plain_describe(gradus_net *net);

#endif
