/* base/memory.c - the one door to memory.
 *
 * A block starts at a multiple of 64 bytes, whatever the context's allocator gives; the
 * address it gave stands in the 8 bytes before the block.
 *
 *     given                  block (multiple of 64)
 *     | ... padding ... given |  count * size bytes  |
 *
 * SPDX-License-Identifier: MIT
 */
#define _DEFAULT_SOURCE /* madvise */

#include "base/memory.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/status.h"

enum { ALIGNMENT = 64, MARGIN = ALIGNMENT + sizeof(void *) };
enum { HUGE_PAGE = 1 << 21, LARGE = 2 * HUGE_PAGE };

static atomic_uint_least64_t allocations;

/* Large blocks stand on huge pages where the system has some, and are there sooner: with
 * pages of 4 KiB, those of a training run took as long as one of its steps. One that grows may
 * lose that again. */
static void *system_allocate(size_t bytes, void *user)
{
    void *block = NULL;
    (void)user;
    if (bytes < LARGE)
        return malloc(bytes);
    if (posix_memalign(&block, HUGE_PAGE, bytes) != 0)
        return NULL;
#if defined(MADV_HUGEPAGE)
    madvise(block, bytes / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE); /* may be refused */
#endif
    return block;
}

static void *system_resize(void *block, size_t bytes, void *user)
{
    (void)user;
    return realloc(block, bytes);
}

static void system_release(void *block, void *user)
{
    (void)user;
    free(block);
}

const gradus_memory gr_memory_system = {system_allocate, system_resize, system_release,
                                        NULL};

uint64_t gr_memory_count(void)
{
    return atomic_load_explicit(&allocations, memory_order_relaxed);
}

static gradus_status out_of_memory(size_t count, size_t size, const char *what)
{
    if (size != 0 && count > SIZE_MAX / size)
        return gr_fail(GRADUS_MEMORY, "%s: out of memory: %zu times %zu bytes asked for",
                       what, count, size);
    return gr_fail(GRADUS_MEMORY, "%s: out of memory: %zu bytes asked for", what,
                   count * size);
}

static int fits(size_t count, size_t size)
{
    return size == 0 || count <= (SIZE_MAX - MARGIN) / size;
}

/* The block inside what the allocator gave, and back. */
static char *block_of(char *given)
{
    uintptr_t first = (uintptr_t)given + sizeof given;
    return given + sizeof given + (ALIGNMENT - first % ALIGNMENT) % ALIGNMENT;
}

static void remember(char *block, char *given)
{
    memcpy(block - sizeof given, &given, sizeof given);
}

static char *given_of(const char *block)
{
    char *given;
    memcpy(&given, block - sizeof given, sizeof given);
    return given;
}

size_t gr_block_bytes(size_t count, size_t size)
{
    return count * size + MARGIN;
}

gradus_status gr_allocate(const gradus_context *context, size_t count, size_t size,
                          const char *what, void *block)
{
    char *given = NULL, *start = NULL;
    memcpy(block, &start, sizeof start);
    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    if (fits(count, size))
        given = context->memory.allocate(count * size + MARGIN, context->memory.user);
    if (given == NULL)
        return out_of_memory(count, size, what);
    start = block_of(given);
    remember(start, given);
    memset(start, 0, count * size);
    memcpy(block, &start, sizeof start);
    return GRADUS_OK;
}

gradus_status gr_resize(const gradus_context *context, size_t old_count, size_t count,
                        size_t size, const char *what, void *block)
{
    char *start, *given = NULL;
    memcpy(&start, block, sizeof start);
    if (start == NULL)
        return gr_allocate(context, count, size, what, block);
    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    char *old = given_of(start);
    ptrdiff_t offset = start - old;
    if (fits(count, size))
        given = context->memory.resize(old, count * size + MARGIN, context->memory.user);
    if (given == NULL)
        return out_of_memory(count, size, what);
    size_t kept = old_count < count ? old_count : count;
    start = block_of(given);
    if (start - given != offset) /* the new place has another remainder by 64 */
        memmove(start, given + offset, kept * size);
    remember(start, given);
    memset(start + kept * size, 0, (count - kept) * size);
    memcpy(block, &start, sizeof start);
    return GRADUS_OK;
}

void gr_release(const gradus_context *context, void *block)
{
    if (block != NULL)
        context->memory.release(given_of(block), context->memory.user);
}

gradus_status gr_copy_text(const gradus_context *context, const char *text, size_t length,
                           char **copy)
{
    if (length == SIZE_MAX) { /* no room for the final 0 */
        *copy = NULL;
        return out_of_memory(length, 1, "text");
    }
    gradus_status status = gr_allocate(context, length + 1, 1, "text", copy);
    if (status == GRADUS_OK && length > 0)
        memcpy(*copy, text, length);
    return status;
}

/* Room for `count` more bytes and a final 0. */
static gradus_status make_room(gr_text *builder, size_t count)
{
    if (count >= SIZE_MAX - builder->length)
        return out_of_memory(count, 1, "text");
    size_t needed = builder->length + count + 1;
    if (needed <= builder->room)
        return GRADUS_OK;
    size_t room = builder->room < SIZE_MAX / 2 ? builder->room * 2 : needed;
    room = room < needed ? needed : room;
    room = room < 64 ? 64 : room;
    gradus_status status =
        gr_resize(builder->context, builder->room, room, 1, "text", &builder->text);
    if (status == GRADUS_OK)
        builder->room = room;
    return status;
}

gradus_status gr_text_add_bytes(gr_text *builder, const char *bytes, size_t count)
{
    gradus_status status = make_room(builder, count);
    if (status != GRADUS_OK)
        return status;
    if (count > 0)
        memcpy(builder->text + builder->length, bytes, count);
    builder->length += count;
    builder->text[builder->length] = 0;
    return GRADUS_OK;
}

gradus_status gr_text_add(gr_text *builder, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int count = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    gradus_status status = count < 0 ? gr_fail(GRADUS_ARGUMENT, "text: too long")
                                     : make_room(builder, (size_t)count);
    if (status == GRADUS_OK) {
        vsnprintf(builder->text + builder->length, (size_t)count + 1, format, again);
        builder->length += (size_t)count;
    }
    va_end(again);
    return status;
}

/* ---- for libraries beside this one ---- */

gradus_status gradus_memory_allocate(const gradus_context *context, size_t count, size_t size,
                                     const char *what, void *block)
{
    return gr_allocate(gr_context_or_default(context), count, size, what, block);
}

gradus_status gradus_memory_resize(const gradus_context *context, size_t old_count,
                                   size_t count, size_t size, const char *what, void *block)
{
    return gr_resize(gr_context_or_default(context), old_count, count, size, what, block);
}

void gradus_memory_release(const gradus_context *context, void *block)
{
    gr_release(gr_context_or_default(context), block);
}
