/*
 * theory/enclose/jumps.c - units of a step layer that may be on either side of their jump
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/enclose/jumps.h"

#include <math.h>

/* 1: z > 0 all over the box; -1: z <= 0; 0: not known. */
static int side_of(size_t d, const gr_taylor *z)
{
    const double most = gr_taylor_sizes(d, z).all;
    if (fabs(z->c[0]) > most)
        return z->c[0] > 0 ? 1 : -1;
    const gradus_interval range = gr_taylor_range(d, z);
    return range.least > 0 ? 1 : range.most <= 0 ? -1 : 0;
}

/* Whether b = sign a. Of equal rows of weights the models are equal to the bit. */
static bool is_same(size_t d, const gr_taylor *a, const gr_taylor *b, double sign)
{
    for (size_t i = 0; i < gr_taylor_terms(d); i++)
        if (!(b->c[i] == sign * a->c[i]))
            return false;
    return true;
}

/* The group that z belongs to; the number of groups: none. *sign is 1, or -1 for -z. */
static size_t group_of(const gr_jumps *jumps, const gr_taylor *z, double *sign)
{
    for (size_t g = 0; g < jumps->groups; g++)
        for (*sign = 1; *sign >= -1; *sign -= 2)
            if (is_same(jumps->d, jumps->z[g], z, *sign))
                return g;
    *sign = 1;
    return jumps->groups;
}

void gr_jumps_find(size_t d, size_t units, const gr_taylor *z, gr_jumps *jumps)
{
    *jumps = (gr_jumps){.d = d, .cases = 1};
    for (size_t j = 0; j < units; j++) {
        double sign;
        if (side_of(d, &z[j]) != 0)
            continue;
        const size_t g = group_of(jumps, &z[j], &sign);
        if (g == GR_MOST_JUMPS || !gr_taylor_known(&z[j])) {
            jumps->groups = 0;
            return;
        }
        if (g == jumps->groups)
            jumps->z[jumps->groups++] = &z[j];
        jumps->opposed[g] = jumps->opposed[g] || sign < 0;
    }
    for (size_t g = 0; g < jumps->groups; g++)
        jumps->cases *= jumps->opposed[g] ? 3 : 2;
}

void gr_jumps_set(const gr_jumps *jumps, size_t number, size_t units, const gr_taylor *z,
                  gr_taylor *y)
{
    double side[GR_MOST_JUMPS]; /* of the first unit of a group: z <= 0, z > 0; or z = 0 */
    for (size_t g = 0; g < jumps->groups; g++) {
        const size_t ways = jumps->opposed[g] ? 3 : 2;
        side[g] = number % ways == 0 ? -1 : number % ways == 1 ? 1 : 0;
        number /= ways;
    }
    for (size_t j = 0; j < units; j++) {
        double at = side_of(jumps->d, &z[j]), sign;
        if (at == 0)
            at = side[group_of(jumps, &z[j], &sign)] * sign;
        y[j] = (gr_taylor){.r = 0};
        y[j].c[0] = at > 0 ? 1 : 0;
    }
}
