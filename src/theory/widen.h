/*
 * theory/widen.h - a net and its examples in double
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_WIDEN_H
#define GR_THEORY_WIDEN_H

#include "net/net.h"

/* A net of floats or doubles and its examples, in double; labels and weights stay where
 * they are. */
typedef struct gr_widened {
    gradus_net *net;
    gradus_set set;
    double *x, *y;
} gr_widened;

/* `to` starts as {0}; to be released also after a failure.  Errors   ARGUMENT, MEMORY. */
GRADUS_CHECKED gradus_status gr_widen(const gradus_net *net, const gradus_set *set,
                                      gr_widened *to);
void gr_widen_release(const gradus_context *context, gr_widened *to);

#endif
