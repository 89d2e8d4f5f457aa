/* base/nearest.c - "did you mean": the name nearest to a misspelt one.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/memory.h"

#include <string.h>

enum { LONGEST = 63 }; /* longer names are compared by their beginnings */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * Optimal string alignment: letters inserted, left out, replaced, or swapped with their
 * neighbour each count one; capitals count nothing.
 *
 *     d[i][j] = min(d[i-1][j] + 1, d[i][j-1] + 1, d[i-1][j-1] + [a_i != b_j],
 *                   d[i-2][j-2] + 1  where a_i = b_j-1 and a_i-1 = b_j)
 */
static size_t edit_distance(const char *a, const char *b)
{
    size_t d[3][LONGEST + 1]; /* row i is d[i % 3] */
    size_t rows = least(strlen(a), LONGEST), columns = least(strlen(b), LONGEST);
    for (size_t j = 0; j <= columns; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= rows; i++) {
        size_t *row = d[i % 3], *above = d[(i + 2) % 3], *over = d[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            char x = lower(a[i - 1]), y = lower(b[j - 1]);
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y)
                row[j] = least(row[j], over[j - 2] + 1);
        }
    }
    return d[rows % 3][columns];
}

const char *gr_nearest(const char *name,
                       const char *(*names)(size_t index, const void *list),
                       const void *list, size_t count)
{
    const char *nearest = NULL;
    size_t length = least(strlen(name), LONGEST);
    size_t closest = least((length + 2) / 3, length > 0 ? length - 1 : 0) + 1;
    for (size_t i = 0; i < count; i++) {
        const char *candidate = names(i, list);
        size_t distance = edit_distance(name, candidate);
        if (distance < closest) {
            closest = distance;
            nearest = candidate;
        }
    }
    return nearest;
}
