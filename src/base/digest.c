/* base/digest.c - XXH3-64 (https://github.com/Cyan4973/xxHash), seed 0.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/digest.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"

struct gr_digest {
    XXH3_state_t state; /* wants 64-byte alignment, which gr_allocate gives */
    const gradus_context *context;
};

gradus_status gr_digest_new(const gradus_context *context, gr_digest **digest)
{
    gradus_status status = gr_allocate(context, 1, sizeof **digest, "digest", digest);
    if (status != GRADUS_OK)
        return status;
    (*digest)->context = context;
    XXH3_64bits_reset(&(*digest)->state);
    return GRADUS_OK;
}

void gr_digest_add(gr_digest *digest, const void *bytes, size_t count)
{
    XXH3_64bits_update(&digest->state, bytes, count);
}

uint64_t gr_digest_value(const gr_digest *digest)
{
    return XXH3_64bits_digest(&digest->state);
}

void gr_digest_free(gr_digest *digest)
{
    if (digest != NULL)
        gr_release(digest->context, digest);
}

uint64_t gr_digest_of(const void *bytes, size_t count)
{
    return XXH3_64bits(bytes, count);
}
