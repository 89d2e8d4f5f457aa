/*
 * base/arena.h - one block for everything a plan needs
 *
 * Two passes over the same code: the first with an empty arena adds up sizes, then
 * gr_arena_open() allocates, and the second pass hands out the pieces.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_BASE_ARENA_H
#define GR_BASE_ARENA_H

#include "base/context.h"

typedef struct gr_arena {
    const gradus_context *context;
    char *block;     /* NULL while measuring */
    size_t used;     /* bytes handed out, a multiple of 64 */
    size_t size;
    int overflow;    /* a size did not fit size_t; gr_arena_open() fails with MEMORY */
} gr_arena;

/* A 64-byte aligned piece of count * size zero bytes; NULL while measuring. */
void *gr_arena_take(gr_arena *arena, size_t count, size_t size);
GRADUS_CHECKED gradus_status gr_arena_open(gr_arena *arena, const char *what);
void gr_arena_close(gr_arena *arena);

#endif
