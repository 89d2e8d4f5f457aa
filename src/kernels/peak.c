/*
 * kernels/peak.c - fused multiply-adds and nothing else: what the processor can do at most
 *
 * Units with a latency of 4 to 5 cycles, of which there are up to two, are kept busy by ten
 * chains; with twelve, and the two constants, the 16 registers of AVX2 hold all.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"

#include "kernels/vector.inc"

enum { CHAINS = 12 };

/* x = x / 2 + 1, twelve times side by side: all come near 2, none to a stop. */
double GR_NAME(peak)(size_t rounds, double *sum)
{
    vector x[CHAINS], one;
    for (int lane = 0; lane < LANES; lane++)
        one[lane] = 1;
    GR_UNROLL for (int c = 0; c < CHAINS; c++)
        x[c] = (real)(c + 3) * one; /* 2 would stay, and be left out */
    for (size_t round = 0; round < rounds; round++) {
        GR_UNROLL for (int c = 0; c < CHAINS; c++)
            x[c] = chain((real)0.5, x[c], one);
    }
    *sum = 0;
    for (int c = 0; c < CHAINS; c++)
        for (int lane = 0; lane < LANES; lane++)
            *sum += (double)x[c][lane];
    return 2.0 * CHAINS * LANES * (double)rounds;
}
