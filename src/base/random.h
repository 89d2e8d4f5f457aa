/*
 * base/random.h - counter-based random numbers (Philox4x32-10)
 *
 * A draw is a pure function of (seed, purpose, epoch, row, column): there is no state to
 * save, and any thread gets the same numbers in any order.
 * Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_BASE_RANDOM_H
#define GR_BASE_RANDOM_H

#include <stdint.h>

typedef enum gr_purpose {
    GR_PURPOSE_START = 1, /* row: output unit, column: input unit, epoch: tensor */
    GR_PURPOSE_DRAW,      /* which examples make up a step                        */
    GR_PURPOSE_DROPOUT,   /* row: position in the epoch, column: unit             */
    GR_PURPOSE_SPLIT,     /* held-out rows, folds                                 */
    GR_PURPOSE_RESTART,   /* seeds of several starts                              */
    GR_PURPOSE_MOMENTS = 40, /* drawn examples: inputs even, gradients odd rows */
    GR_PURPOSE_LANDSCAPE    /* row, column: of a tensor; epoch: direction, tensor  */
} gr_purpose;

typedef struct gr_key {
    uint64_t seed;
    gr_purpose purpose;   /* < 65536 */
    uint32_t epoch;
} gr_key;

/* Four independent 32-bit words for (key, row < 2^48, column). */
void gr_random(gr_key key, uint64_t row, uint32_t column, uint32_t words[4]);

/* The word of one column: word column % 4 of block column / 4: neighbours share. */
uint32_t gr_random_word(gr_key key, uint64_t row, uint32_t column);

uint64_t gr_random_64(gr_key key, uint64_t row, uint32_t column);

/* Uniform in (0, 1), never 0 nor 1: (k + 1/2) 2^-52 of the upper 52 bits k of a word. */
double gr_uniform(uint64_t word);
double gr_random_uniform(gr_key key, uint64_t row, uint32_t column);

/* gr_word_below() of gr_random_64(), bound > 0 */
uint64_t gr_random_below(gr_key key, uint64_t row, uint32_t column, uint64_t bound);

/* Uniform integer below `bound` of a 64-bit word, without bias worth naming
 * (bias < bound / 2^64): the upper half of their product. */
static inline uint64_t gr_word_below(uint64_t word, uint64_t bound)
{
    uint64_t a0 = (uint32_t)word, a1 = word >> 32, b0 = (uint32_t)bound, b1 = bound >> 32;
    uint64_t low = a0 * b0, middle = a1 * b0 + (low >> 32); /* neither can overflow */
    uint64_t other = a0 * b1 + (uint32_t)middle;
    return a1 * b1 + (middle >> 32) + (other >> 32);
}

#endif
