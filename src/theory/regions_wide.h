/*
 * theory/regions_wide.h - integers of many words, for signs that are exact
 *
 * Two's complement in words of 32 bits, the lowest first. A length is chosen by the caller so
 * that nothing overflows; where two lengths meet, the shorter number is extended by its sign.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_REGIONS_WIDE_H
#define GR_THEORY_REGIONS_WIDE_H

#include <stddef.h>
#include <stdint.h>

/* A run of words, and how many. */
typedef struct gr_wide {
    uint32_t *word;
    size_t words;
} gr_wide;

/* Exponents of 2: of the lowest bit that is set in x, and above the highest. x is finite and
 * not 0. */
int gr_bit_low(double x);
int gr_bit_high(double x);

int gr_wide_sign(gr_wide a);

/* a 2^shift rounded: at most a share of 2^-51 away, or 2^-1070. */
double gr_wide_to_double(gr_wide a, int shift);

void gr_wide_add(gr_wide a, gr_wide to);      /* to += a */
void gr_wide_subtract(gr_wide a, gr_wide to); /* to -= a */

/* to += a x 2^shift, which is an integer; `spare` is as long as `to`. */
void gr_wide_add_scaled(gr_wide a, double x, int shift, gr_wide spare, gr_wide to);

/* product = a b; it is none of them. */
void gr_wide_multiply(gr_wide a, gr_wide b, gr_wide product);

#endif
