/* base/scratch.c - the scratch that a context keeps.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/scratch.h"

#include "base/memory.h"
#include "base/status.h"

enum {
    HEAD = 64,      /* bytes before the scratch, which stay aligned */
    MOST = 16 << 20 /* bytes that are kept */
};

struct gr_scratch_block {
    size_t bytes; /* behind the head */
};

gradus_status gr_scratch_borrow(const gradus_context *context, size_t count, size_t size,
                                const char *what, void **scratch)
{
    if (size > 0 && count > (SIZE_MAX - HEAD) / size)
        return gr_allocate(context, count, size, what, scratch); /* which fails */
    const size_t bytes = count * size;
    gr_scratch_block *block = atomic_exchange(&context->scratch->kept, NULL);
    *scratch = NULL;
    if (block != NULL && block->bytes < bytes) {
        gr_release(context, block);
        block = NULL;
    }
    if (block == NULL) {
        gradus_status status = gr_allocate(context, HEAD + bytes, 1, what, &block);
        if (status != GRADUS_OK)
            return status;
        block->bytes = bytes;
    }
    *scratch = (char *)block + HEAD;
    return GRADUS_OK;
}

void gr_scratch_give_back(const gradus_context *context, void *scratch)
{
    if (scratch == NULL)
        return;
    gr_scratch_block *block = (gr_scratch_block *)(void *)((char *)scratch - HEAD);
    if (block->bytes <= MOST)
        block = atomic_exchange(&context->scratch->kept, block);
    gr_release(context, block);
}

void gr_scratch_free(const gradus_context *context)
{
    gr_release(context, atomic_exchange(&context->scratch->kept, NULL));
}
