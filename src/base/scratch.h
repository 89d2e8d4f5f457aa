/*
 * base/scratch.h - the scratch that a context keeps
 *
 * It is passed on from call to call: the system clears each page that it gives, and where it
 * had them back after each call, that took up to 9 % of a prediction of 4 ms. One block of at
 * most 16 MiB is kept, the last one given back; who comes while it is lent allocates. It ends
 * with the context.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_BASE_SCRATCH_H
#define GR_BASE_SCRATCH_H

#include <stdatomic.h>

#include "base/context.h"

typedef struct gr_scratch_block gr_scratch_block;
struct gr_scratch {
    _Atomic(gr_scratch_block *) kept; /* or NULL */
};

/* `count` elements of `size` bytes, of any value, aligned to 64. They go back by
 * gr_scratch_give_back().   Errors   MEMORY, named `what`; *scratch is NULL then. */
GRADUS_CHECKED gradus_status gr_scratch_borrow(const gradus_context *context, size_t count,
                                               size_t size, const char *what,
                                               void **scratch);
void gr_scratch_give_back(const gradus_context *context, void *scratch); /* NULL is fine */

void gr_scratch_free(const gradus_context *context);

#endif
