/*
 * train/draw.c - which examples each step of an epoch sees
 *
 * SPDX-License-Identifier: MIT
 */
#include "train/draw.h"

#include "base/random.h"

size_t gr_draw_room(const gr_draw *draw)
{
    const size_t drawn = draw->steps * draw->batch;
    return drawn > draw->rows ? drawn : draw->rows;
}

/*
 * Fisher and Yates' shuffle: for i = rows, rows - 1, ..., 2 the entries i - 1 and j are
 * exchanged, j uniform below i, by word i % 2 of the 64-bit ones of block i / 2.
 */
static void shuffle(const gr_draw *draw, gr_key key, uint32_t *order)
{
    enum { BLOCKS = 64 };
    uint32_t words[BLOCKS][4];
    for (uint32_t i = 0; i < draw->rows; i++)
        order[i] = i;
    for (uint32_t i = draw->rows, first = UINT32_MAX; i > 1; i--) {
        if (i / 2 < first) {
            first = i / 2 / BLOCKS * BLOCKS;
            draw->kernels->random(key, 0, first, BLOCKS, words[0]);
        }
        const uint32_t *word = words[i / 2 - first] + i % 2 * 2;
        const uint32_t j =
            (uint32_t)gr_word_below((uint64_t)word[1] << 32 | word[0], i);
        const uint32_t moved = order[i - 1];
        order[i - 1] = order[j];
        order[j] = moved;
    }
}

/* Each row uniform among all, independent of the others. */
static void draw_with_replacement(const gr_draw *draw, gr_key key, uint32_t *order)
{
    for (size_t i = 0; i < draw->steps * draw->batch; i++)
        order[i] = (uint32_t)gr_random_below(key, i, 0, draw->rows);
}

/*
 * Floyd's algorithm: `batch` different rows, every subset equally likely. For j from
 * rows - batch to rows - 1 take a random t <= j, or j itself where t is taken already.
 * Source: Bentley and Floyd, "A sample of brilliance", CACM 30, 1987.
 */
static void draw_subset(const gr_draw *draw, gr_key key, size_t step, uint32_t *order)
{
    uint32_t *chosen = order + step * draw->batch;
    size_t count = 0;
    for (uint32_t j = draw->rows - (uint32_t)draw->batch; j < draw->rows; j++) {
        uint32_t t = (uint32_t)gr_random_below(key, step, j, (uint64_t)j + 1);
        t = draw->taken[t] ? j : t;
        draw->taken[t] = true;
        chosen[count++] = t;
    }
    for (size_t i = 0; i < count; i++)
        draw->taken[chosen[i]] = false;
}

void gr_draw_epoch(const gr_draw *draw, uint32_t epoch, uint32_t *order)
{
    const gr_key key = {draw->seed, GR_PURPOSE_DRAW, epoch};
    switch (draw->kind) {
    case GRADUS_DRAW_SHUFFLE:
        shuffle(draw, key, order);
        break;
    case GRADUS_DRAW_REPLACE:
        draw_with_replacement(draw, key, order);
        break;
    case GRADUS_DRAW_SUBSET:
        for (size_t step = 0; step < draw->steps; step++)
            draw_subset(draw, key, step, order);
        break;
    }
}
