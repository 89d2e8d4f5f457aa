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
    return range.min > 0 ? 1 : range.max <= 0 ? -1 : 0;
}

/* Whether z of unit j is sign times that of unit i, by their weights. */
static bool is_same(const gr_jumps *jumps, size_t i, size_t j, double sign)
{
    const double *b = jumps->bias;
    if (jumps->weight == NULL)
        return i == j && sign > 0;
    const double *one = jumps->weight + i * jumps->inputs;
    const double *other = jumps->weight + j * jumps->inputs;
    for (size_t k = 0; k < jumps->inputs; k++)
        if (other[k] != sign * one[k])
            return false;
    return b == NULL || b[j] == sign * b[i];
}

/* The group of a unit; the number of groups: none. *sign is 1, or -1 for -z. */
static size_t group_of(const gr_jumps *jumps, size_t unit, double *sign)
{
    for (size_t g = 0; g < jumps->groups; g++)
        for (*sign = 1; *sign >= -1; *sign -= 2)
            if (is_same(jumps, jumps->first[g], unit, *sign))
                return g;
    *sign = 1;
    return jumps->groups;
}

void gr_jumps_find(gr_jumps *jumps)
{
    jumps->groups = 0;
    jumps->cases = 1;
    for (size_t j = 0; j < jumps->units; j++) {
        double sign;
        if (side_of(jumps->d, &jumps->z[j]) != 0)
            continue;
        const size_t g = group_of(jumps, j, &sign);
        if (g == GR_MOST_JUMPS || !gr_taylor_known(&jumps->z[j])) {
            jumps->groups = 0;
            return;
        }
        if (g == jumps->groups) {
            jumps->first[jumps->groups++] = j;
            jumps->opposed[g] = false;
        }
        jumps->opposed[g] = jumps->opposed[g] || sign < 0;
    }
    for (size_t g = 0; g < jumps->groups; g++)
        jumps->cases *= jumps->opposed[g] ? 3 : 2;
}

void gr_jumps_set(const gr_jumps *jumps, size_t number, gr_taylor *y)
{
    double side[GR_MOST_JUMPS]; /* of the first unit of a group: z <= 0, z > 0; or z = 0 */
    for (size_t g = 0; g < jumps->groups; g++) {
        const size_t ways = jumps->opposed[g] ? 3 : 2;
        side[g] = number % ways == 0 ? -1 : number % ways == 1 ? 1 : 0;
        number /= ways;
    }
    for (size_t j = 0; j < jumps->units; j++) {
        double at = side_of(jumps->d, &jumps->z[j]), sign;
        if (at == 0)
            at = side[group_of(jumps, j, &sign)] * sign;
        y[j] = (gr_taylor){.r = 0};
        y[j].c[0] = at > 0 ? 1 : 0;
    }
}
