/*
 * theory/regions_wide.c - integers of many words, for signs that are exact
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/regions_wide.h"

#include <math.h>
#include <string.h>

enum { MANTISSA = 53, BITS = 32, FACTOR = 3 };

/* |x| = m 2^exponent, m odd. */
static uint64_t take_apart(double x, int *exponent)
{
    uint64_t m = (uint64_t)ldexp(frexp(fabs(x), exponent), MANTISSA);
    *exponent -= MANTISSA;
    for (; (m & 1) == 0; m >>= 1)
        ++*exponent;
    return m;
}

int gr_bit_low(double x)
{
    int exponent;
    take_apart(x, &exponent);
    return exponent;
}

int gr_bit_high(double x)
{
    int exponent;
    frexp(x, &exponent);
    return exponent;
}

int gr_wide_sign(gr_wide a)
{
    if (a.word[a.words - 1] >> (BITS - 1))
        return -1;
    for (size_t i = 0; i < a.words; i++)
        if (a.word[i] != 0)
            return 1;
    return 0;
}

/* Word i of a number that goes on with its sign. */
static inline uint32_t word_of(gr_wide a, size_t i)
{
    return i < a.words ? a.word[i] : a.word[a.words - 1] >> (BITS - 1) ? UINT32_MAX : 0;
}

/* How many words say more than its sign does. */
static size_t length_of(gr_wide a)
{
    const uint32_t end = word_of(a, a.words);
    size_t words = a.words;
    while (words > 0 && a.word[words - 1] == end)
        words--;
    return words;
}

/* The first three words that count have at least 64 bits that do. */
double gr_wide_to_double(gr_wide a, int shift)
{
    const size_t words = length_of(a), first = words > FACTOR ? words - FACTOR : 0;
    double sum = word_of(a, a.words) != 0 ? -1 : 0;
    for (size_t i = words; i-- > first;)
        sum = sum * 0x1p32 + a.word[i];
    return ldexp(sum, (int)(BITS * first) + shift);
}

void gr_wide_add(gr_wide a, gr_wide to)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < to.words; i++) {
        carry += (uint64_t)to.word[i] + word_of(a, i);
        to.word[i] = (uint32_t)carry;
        carry >>= BITS;
    }
}

/* to - a = to + (not a) + 1 */
void gr_wide_subtract(gr_wide a, gr_wide to)
{
    uint64_t carry = 1;
    for (size_t i = 0; i < to.words; i++) {
        carry += (uint64_t)to.word[i] + (uint32_t)~word_of(a, i);
        to.word[i] = (uint32_t)carry;
        carry >>= BITS;
    }
}

/* to += factor a 2^(32 from) */
static void add_multiple(gr_wide a, uint32_t factor, size_t from, gr_wide to)
{
    uint64_t carry = 0;
    for (size_t i = 0; from + i < to.words; i++) {
        carry += (uint64_t)factor * word_of(a, i) + to.word[from + i];
        to.word[from + i] = (uint32_t)carry;
        carry >>= BITS;
    }
}

void gr_wide_add_scaled(gr_wide a, double x, int shift, gr_wide spare, gr_wide to)
{
    int exponent;
    const uint64_t m = take_apart(x, &exponent);
    const size_t bits = (size_t)(exponent + shift), rest = bits % BITS;
    /* m 2^rest in words */
    const uint64_t low = (m & UINT32_MAX) << rest, high = (m >> BITS) << rest;
    const uint64_t middle = (low >> BITS) + (high & UINT32_MAX);
    const uint32_t factor[FACTOR] = {(uint32_t)low, (uint32_t)middle,
                                     (uint32_t)((high >> BITS) + (middle >> BITS))};
    memset(spare.word, 0, spare.words * sizeof *spare.word);
    for (size_t i = 0; i < FACTOR; i++)
        if (factor[i] != 0)
            add_multiple(a, factor[i], bits / BITS + i, spare);
    if (x > 0)
        gr_wide_add(spare, to);
    else
        gr_wide_subtract(spare, to);
}

/* Modulo 2^(32 words), where a number extended by its sign stands for itself: of b the words
 * that count, and for all of its sign a taken away once. */
void gr_wide_multiply(gr_wide a, gr_wide b, gr_wide product)
{
    const size_t words = length_of(b) < product.words ? length_of(b) : product.words;
    memset(product.word, 0, product.words * sizeof *product.word);
    for (size_t i = 0; i < words; i++)
        if (b.word[i] != 0)
            add_multiple(a, b.word[i], i, product);
    if (word_of(b, b.words) != 0 && words < product.words)
        gr_wide_subtract(a, (gr_wide){product.word + words, product.words - words});
}
