/*
 * task/numbering.h - distinct cells, numbered in the order they first appear
 *
 * Two columns say the same thing when their rows get the same numbers.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TASK_NUMBERING_H
#define GR_TASK_NUMBERING_H

#include "data/table.h"

typedef struct gr_numbering {
    const gradus_context *context;
    uint64_t *key;    /* [slots] */
    uint32_t *number; /* [slots] number + 1; 0 is free */
    size_t slots;     /* a power of two */
    uint32_t count;   /* distinct keys so far */
    uint32_t max;     /* that fit */
} gr_numbering;

GRADUS_CHECKED gradus_status gr_numbering_open(const gradus_context *context,
                                               uint32_t most, gr_numbering *numbering);
void gr_numbering_close(gr_numbering *numbering);
void gr_numbering_clear(gr_numbering *numbering);

/* Number of a key, a new one where it is new; UINT32_MAX when it does not fit. */
uint32_t gr_numbering_add(gr_numbering *numbering, uint64_t key);

/* What stands in a cell, as bits: equal cells have equal keys, missing ones too. */
uint64_t gr_cell_key(const gr_column *column, size_t row);

#endif
