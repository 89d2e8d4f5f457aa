/*
 * base/scratch.h - the scratch that a context keeps
 *
 * Memory that a call needs while it runs is passed on to the next one: the system clears each
 * page that it gives, and may take it back with the call, which was a twentieth of one of 4 ms.
 * One block is kept, for one caller at a time; who comes meanwhile allocates. It ends with the
 * context.
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
