/*
 * base/number.h - decimal text to double and back: exact, and the same in any locale
 *
 * The public names are gradus_number_read() and gradus_number_write().
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_BASE_NUMBER_H
#define GR_BASE_NUMBER_H

#include <stdbool.h>

#include "gradus.h"

/*
 * [+-] digits [point digits] [e [+-] digits], or inf, infinity, nan in any case; one of
 * the two groups of digits may be empty. The whole text must be the number: no blanks.
 * The double nearest to it (ties to even) goes to *number: 1e999 is read as infinity.
 */
bool gr_number_read(const char *text, size_t length, char point, double *number);

typedef struct gr_power {
    uint64_t high, low;
} gr_power;

enum { GR_POWER_LEAST = -342, GR_POWER_MOST = 324 };
extern const gr_power gr_powers[GR_POWER_MOST - GR_POWER_LEAST + 1];

/* floor(x / 2^n), which x >> n is not for every compiler. */
static inline int gr_floor_shift(int x, int n)
{
    return x >= 0 ? x >> n : -((-x + (1 << n) - 1) >> n);
}

/* floor(log2 10^k) for |k| <= 1233 */
static inline int gr_log2_of_power(int k)
{
    return gr_floor_shift(k * 1741647, 19);
}

/* Both halves of a * b. */
static inline gr_power gr_multiply(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (gr_power){(uint64_t)(product >> 64), (uint64_t)product};
#else
    uint64_t a0 = a & UINT32_MAX, a1 = a >> 32, b0 = b & UINT32_MAX, b1 = b >> 32;
    uint64_t cross = (a0 * b0 >> 32) + (a1 * b0 & UINT32_MAX) + a0 * b1;
    return (gr_power){a1 * b1 + (a1 * b0 >> 32) + (cross >> 32), a * b};
#endif
}

#endif
