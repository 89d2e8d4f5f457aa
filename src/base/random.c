/* base/random.c - counter-based random numbers (Philox4x32-10, as Random123 defines it).
 *
 *     key      seed bits 0-31 | seed bits 32-63
 *     counter  row bits 0-31 | row bits 32-47, purpose << 16 | epoch | column
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/random.h"

#include <Random123/philox.h>

void gr_random(gr_key key, uint64_t row, uint32_t column, uint32_t words[4])
{
    uint32_t purpose = (uint32_t)key.purpose << 16;
    philox4x32_ctr_t counter = {
        {(uint32_t)row, (uint32_t)(row >> 32) | purpose, key.epoch, column}};
    philox4x32_key_t seed = {{(uint32_t)key.seed, (uint32_t)(key.seed >> 32)}};
    philox4x32_ctr_t block = philox4x32(counter, seed);
    for (int i = 0; i < 4; i++)
        words[i] = block.v[i];
}

uint32_t gr_random_word(gr_key key, uint64_t row, uint32_t column)
{
    uint32_t words[4];
    gr_random(key, row, column / 4, words);
    return words[column % 4];
}

uint64_t gr_random_64(gr_key key, uint64_t row, uint32_t column)
{
    uint32_t words[4];
    gr_random(key, row, column, words);
    return (uint64_t)words[1] << 32 | words[0];
}

double gr_uniform(uint64_t word)
{
    return ((double)(word >> 12) + 0.5) * 0x1p-52;
}

double gr_random_uniform(gr_key key, uint64_t row, uint32_t column)
{
    return gr_uniform(gr_random_64(key, row, column));
}

uint64_t gr_random_below(gr_key key, uint64_t row, uint32_t column, uint64_t bound)
{
    return gr_word_below(gr_random_64(key, row, column), bound);
}
