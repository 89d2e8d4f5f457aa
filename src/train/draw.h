/*
 * train/draw.h - which examples each step of an epoch sees
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TRAIN_DRAW_H
#define GR_TRAIN_DRAW_H

#include <stdbool.h>

#include "base/context.h"
#include "kernels/kernels.h"

/*
 * Fills order[0 .. steps * batch), batch after batch (the last may be short: only
 * order[0 .. rows) then counts), for one epoch. `taken` [rows] is all false, before and
 * after; it is used for subsets only.
 */
typedef struct gr_draw {
    gradus_draw kind;
    uint64_t seed;
    uint32_t rows;
    size_t batch, steps;
    bool *taken;
    const gr_kernels *kernels;
} gr_draw;
void gr_draw_epoch(const gr_draw *draw, uint32_t epoch, uint32_t *order);

/* Row numbers that `order` must have room for. */
size_t gr_draw_room(const gr_draw *draw);

#endif
