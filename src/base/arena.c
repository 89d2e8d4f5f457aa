/* base/arena.c - one block for everything a plan needs.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/arena.h"

#include <assert.h>

#include "base/memory.h"
#include "base/status.h"

enum { ALIGNMENT = 64 };

void *gr_arena_take(gr_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > (SIZE_MAX - arena->used - ALIGNMENT) / size) {
        arena->overflow = 1;
        return NULL;
    }
    size_t bytes = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    void *piece = arena->block != NULL ? arena->block + arena->used : NULL;
    arena->used += bytes;
    assert(arena->block == NULL || arena->used <= arena->size);
    return piece;
}

gradus_status gr_arena_open(gr_arena *arena, const char *what)
{
    if (arena->overflow)
        return gr_fail(GRADUS_MEMORY,
                       "%s: out of memory: more bytes than an address counts", what);
    gradus_status status =
        gr_allocate(arena->context, arena->used, 1, what, &arena->block);
    if (status == GRADUS_OK) {
        arena->size = arena->used;
        arena->used = 0;
    }
    return status;
}

void gr_arena_close(gr_arena *arena)
{
    gr_release(arena->context, arena->block);
    arena->block = NULL;
    arena->used = arena->size = 0;
    arena->overflow = 0;
}
