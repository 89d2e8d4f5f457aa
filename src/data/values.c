/* data/values.c - distinct texts and their codes: interning by hash.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/digest.h"
#include "base/status.h"
#include "data/table.h"

enum {
    FIRST_SLOTS = 16,
    FIRST_BLOCK = 1 << 8,  /* bytes of text; later blocks are twice as big, up to */
    LAST_BLOCK = 1 << 20,
    LINK = sizeof(char *)  /* a block starts with the address of the one before */
};

/* Code + 1 of a slot, and the upper half of the hash: texts are looked at, and missed by
 * the cache, only where that is equal. It also picks the slot, so that slots can grow
 * without a look at the texts: four times faster for a column of a million names. */
static uint64_t code_part(uint64_t slot)
{
    return slot & UINT32_MAX;
}

static uint64_t hash_part(uint64_t hash)
{
    return hash & ~(uint64_t)UINT32_MAX;
}

/* The slot where the text is, or where it would go. Less than 3/4 of them are taken. */
static size_t find_slot(const gr_values *values, const char *text, size_t length,
                        uint64_t hash)
{
    size_t mask = values->slot_count - 1, i = (size_t)(hash >> 32) & mask;
    for (; values->slots[i] != 0; i = (i + 1) & mask) {
        if (hash_part(values->slots[i]) != hash)
            continue;
        const char *known = values->text[code_part(values->slots[i]) - 1];
        if (strncmp(known, text, length) == 0 && known[length] == 0)
            break;
    }
    return i;
}

uint32_t gr_values_find(const gr_values *values, const char *text, size_t length)
{
    if (values->slot_count == 0)
        return GR_MISSING;
    uint64_t hash = hash_part(gr_digest_of(text, length));
    uint64_t code = code_part(values->slots[find_slot(values, text, length, hash)]);
    return code == 0 ? GR_MISSING : (uint32_t)code - 1;
}

static gradus_status grow_slots(const gradus_context *context, gr_values *values)
{
    size_t old_count = values->slot_count;
    size_t count = old_count == 0 ? FIRST_SLOTS : 2 * old_count;
    uint64_t *old = values->slots, *slots;
    gradus_status status = gr_allocate(context, count, sizeof *slots, "values", &slots);
    if (status != GRADUS_OK)
        return status;
    for (size_t k = 0; k < old_count; k++) {
        size_t i = (size_t)(old[k] >> 32) & (count - 1);
        while (old[k] != 0 && slots[i] != 0)
            i = (i + 1) & (count - 1);
        if (old[k] != 0)
            slots[i] = old[k];
    }
    values->slots = slots;
    values->slot_count = count;
    gr_release(context, old);
    return GRADUS_OK;
}

/* A place for `size` bytes of text that never moves. */
static gradus_status take_room(const gradus_context *context, gr_values *values,
                               size_t size, char **place)
{
    if (values->size - values->used < size) {
        size_t room = values->size < LAST_BLOCK / 2 ? 2 * values->size : LAST_BLOCK;
        room = room < FIRST_BLOCK ? FIRST_BLOCK : room;
        room = room - LINK < size ? size + LINK : room;
        char *block;
        gradus_status status = gr_allocate(context, room, 1, "values", &block);
        if (status != GRADUS_OK)
            return status;
        memcpy(block, &values->block, LINK);
        values->block = block;
        values->used = LINK;
        values->size = room;
    }
    *place = values->block + values->used;
    values->used += size;
    return GRADUS_OK;
}

gradus_status gr_values_add(const gradus_context *context, gr_values *values,
                            const char *text, size_t length, uint32_t *code)
{
    gradus_status status;
    *code = gr_values_find(values, text, length);
    if (*code != GR_MISSING)
        return GRADUS_OK;
    if (values->count >= GR_MISSING - 1)
        return gr_fail(GRADUS_DATA, "category column: more than %zu values",
                       values->count);
    if (values->count >= values->slot_count / 4 * 3)
        GR_TRY(grow_slots(context, values));
    if (values->count == values->room) {
        size_t room = values->room == 0 ? FIRST_SLOTS : 2 * values->room;
        GR_TRY(gr_resize(context, values->room, room, sizeof *values->text, "values",
                         &values->text));
        values->room = room;
    }
    char *place;
    GR_TRY(take_room(context, values, length + 1, &place));
    memcpy(place, text, length);
    place[length] = 0;
    *code = (uint32_t)values->count;
    uint64_t hash = hash_part(gr_digest_of(text, length));
    values->slots[find_slot(values, text, length, hash)] = hash | (*code + 1);
    values->text[values->count++] = place;
done:
    return status;
}

void gr_values_free(const gradus_context *context, gr_values *values)
{
    while (values->block != NULL) {
        char *before;
        memcpy(&before, values->block, LINK);
        gr_release(context, values->block);
        values->block = before;
    }
    gr_release(context, values->text);
    gr_release(context, values->slots);
    *values = (gr_values){0};
}
