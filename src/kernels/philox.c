/*
 * kernels/philox.c - Philox4x32-10 of many counters at once, and dropout
 *
 * The bits are those of base/random.c, whose counters are worked SIDE by side here:
 *
 *     a' = high(M1 c) ^ b ^ k0      b' = low(M1 c)
 *     c' = high(M0 a) ^ d ^ k1      d' = low(M0 a)          ten times, k += the Weyl steps
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"

enum { SIDE = 16, ROUNDS = 10 };

static const uint64_t m0 = 0xd2511f53, m1 = 0xcd9e8d57, low = 0xffffffff;
static const uint32_t weyl0 = 0x9e3779b9, weyl1 = 0xbb67ae85;

/* 64 bytes of words, in 64 bits each, so that a vector's lanes stay where they are */
typedef uint64_t lanes __attribute__((vector_size(8 * SIDE)));

/* The blocks of the counters (key, row, block), (key, row, block + 1), ... */
static void side_by_side(gr_key key, uint64_t row, uint32_t block, uint32_t words[4 * SIDE])
{
    uint32_t k0 = (uint32_t)key.seed, k1 = (uint32_t)(key.seed >> 32);
    lanes a = {0}, b = {0}, c = {0}, d = {0};
    a += (uint32_t)row;
    b += (uint32_t)(row >> 32) | (uint32_t)key.purpose << 16;
    c += key.epoch;
    for (uint32_t i = 0; i < SIDE; i++)
        d[i] = block + i;
    for (int round = 0; round < ROUNDS; round++, k0 += weyl0, k1 += weyl1) {
        const lanes p = m0 * a, q = m1 * c;
        a = q >> 32 ^ b ^ k0;
        b = q & low;
        c = p >> 32 ^ d ^ k1;
        d = p & low;
    }
    for (size_t i = 0; i < SIDE; i++) {
        words[4 * i] = (uint32_t)a[i];
        words[4 * i + 1] = (uint32_t)b[i];
        words[4 * i + 2] = (uint32_t)c[i];
        words[4 * i + 3] = (uint32_t)d[i];
    }
}

void GR_NAME(random)(gr_key key, uint64_t row, uint32_t block, size_t blocks, uint32_t *words)
{
    uint32_t last[4 * SIDE];
    for (; blocks >= SIDE; blocks -= SIDE, block += SIDE, words += sizeof last / sizeof *last)
        side_by_side(key, row, block, words);
    if (blocks == 0)
        return;
    side_by_side(key, row, block, last);
    memcpy(words, last, 4 * blocks * sizeof *words);
}

void GR_NAME(dropout)(size_t rows, size_t columns, double rate, gr_key key, uint64_t first,
                      uint32_t column, const void *x_values, void *y_values)
{
    const uint64_t limit = (uint64_t)ceil(rate * 0x1p32);
    const size_t stride = gr_stride(columns, sizeof(real)), lead = column % 4;
    const real kept = (real)(1 / (1 - rate));
    const real *x = x_values;
    real *y = y_values;
    for (size_t i = 0; i < rows; i++, x += stride, y += stride)
        for (size_t j = 0, skip = lead, count; j < columns; j += count, skip = 0) {
            uint32_t words[4 * SIDE];
            side_by_side(key, first + i, (uint32_t)((column + j) / 4), words);
            count = columns - j < 4 * SIDE - skip ? columns - j : 4 * SIDE - skip;
            for (size_t l = 0; l < count; l++)
                y[j + l] = x[j + l] * (words[skip + l] < limit ? 0 : kept);
        }
}
