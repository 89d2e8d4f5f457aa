/*
 * base/digest.h - XXH3-64, the fingerprint of weights and rows
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_BASE_DIGEST_H
#define GR_BASE_DIGEST_H

#include "base/context.h"

typedef struct gr_digest gr_digest;
GRADUS_CHECKED gradus_status gr_digest_new(const gradus_context *context,
                                           gr_digest **digest);
void gr_digest_add(gr_digest *digest, const void *bytes, size_t count);
uint64_t gr_digest_value(const gr_digest *digest);
void gr_digest_free(gr_digest *digest);

uint64_t gr_digest_of(const void *bytes, size_t count);

#endif
