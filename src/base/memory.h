/*
 * base/memory.h - the one door to memory; base/memory.c alone calls malloc and free
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_BASE_MEMORY_H
#define GR_BASE_MEMORY_H

#include "base/context.h"

/* malloc, realloc and free; what a context has by default. */
extern const gradus_memory gr_memory_system;

/*
 * `count` elements of `size` bytes, all zero, aligned to 64 bytes. A count of 0 gives a
 * valid block. The product is checked.
 * Errors   MEMORY, naming `what` and the bytes asked for; *block is NULL then.
 */
GRADUS_CHECKED gradus_status gr_allocate(const gradus_context *context, size_t count,
                                         size_t size, const char *what, void *block);

/* Grows a block from gr_allocate (or NULL) to `count` elements; new ones are zero. On
 * failure the block stands as it was. */
GRADUS_CHECKED gradus_status gr_resize(const gradus_context *context, size_t old_count,
                                       size_t count, size_t size, const char *what,
                                       void *block);

void gr_release(const gradus_context *context, void *block); /* NULL is fine */

/* Bytes that such a block takes: what gr_allocate asks the context for; it fits size_t. */
size_t gr_block_bytes(size_t count, size_t size);

/* A copy of text[0 .. length) with a final 0. */
GRADUS_CHECKED gradus_status gr_copy_text(const gradus_context *context, const char *text,
                                          size_t length, char **copy);

/*
 * Text that grows. Starts as {0} with `context` set; `text` always ends with a 0 once
 * anything was added. Release with gr_release(context, builder.text).
 */
typedef struct gr_text {
    const gradus_context *context;
    char *text;
    size_t length, room;
} gr_text;
GRADUS_CHECKED gradus_status gr_text_add(gr_text *builder, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
GRADUS_CHECKED gradus_status gr_text_add_bytes(gr_text *builder, const char *bytes,
                                               size_t count);

/* Of `count` names the one nearest to `name` by edit distance, or NULL when none is near
 * (a third of its letters differ). For "did you mean". */
const char *gr_nearest(const char *name,
                       const char *(*names)(size_t index, const void *list),
                       const void *list, size_t count);

/* The number of allocations since the program started, for tests (atomic). */
uint64_t gr_memory_count(void);

#endif
