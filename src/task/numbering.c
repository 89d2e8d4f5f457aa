/*
 * task/numbering.c - distinct cells, numbered in the order they first appear
 *
 * SPDX-License-Identifier: MIT
 */
#include "task/numbering.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"

gradus_status gr_numbering_open(const gradus_context *context, uint32_t most,
                                gr_numbering *n)
{
    gradus_status status;

    *n = (gr_numbering){.context = context, .slots = 16, .max = most};
    while (n->slots / 2 < most)
        n->slots *= 2;
    GR_TRY(gr_allocate(context, n->slots, sizeof *n->key, "distinct values", &n->key));
    GR_TRY(gr_allocate(context, n->slots, sizeof *n->number, "distinct values",
                       &n->number));
done:
    if (status != GRADUS_OK)
        gr_numbering_close(n);
    return status;
}

void gr_numbering_close(gr_numbering *n)
{
    if (n->context == NULL)
        return;
    gr_release(n->context, n->key);
    gr_release(n->context, n->number);
    *n = (gr_numbering){0};
}

void gr_numbering_clear(gr_numbering *n)
{
    memset(n->number, 0, n->slots * sizeof *n->number);
    n->count = 0;
}

/* Spreads the bits of a key, of which numbers use the upper and codes the lower ones
 * (the finaliser of SplitMix64, Steele et al. 2014). */
static uint64_t mixed(uint64_t key)
{
    key = (key ^ key >> 30) * 0xbf58476d1ce4e5b9;
    key = (key ^ key >> 27) * 0x94d049bb133111eb;
    return key ^ key >> 31;
}

uint32_t gr_numbering_add(gr_numbering *n, uint64_t key)
{
    size_t slot = (size_t)mixed(key) & (n->slots - 1);

    for (; n->number[slot] != 0; slot = (slot + 1) & (n->slots - 1))
        if (n->key[slot] == key)
            return n->number[slot] - 1;
    if (n->count == n->max)
        return UINT32_MAX;
    n->key[slot] = key;
    n->number[slot] = ++n->count;
    return n->count - 1;
}

uint64_t gr_cell_key(const gr_column *column, size_t row)
{
    if (column->kind == GRADUS_CATEGORY)
        return column->codes[row];
    double number = gr_column_number(column, row);
    uint64_t key = UINT64_MAX; /* a NaN's bits, whichever it was */
    if (number == 0)
        number = 0; /* and not -0 */
    if (!isnan(number))
        memcpy(&key, &number, sizeof key);
    return key;
}
