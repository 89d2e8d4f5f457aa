/*
 * cli/box.c - a box as --on says it
 *
 * SPDX-License-Identifier: MIT
 */
#include "box.h"

#include <math.h>
#include <string.h>

#include "message.h"

static gradus_status read_side(const char *text, size_t length, gradus_interval *side)
{
    const char *colon = memchr(text, ':', length);
    const size_t first = colon ? (size_t)(colon - text) : length;

    if (!colon || !gradus_number_read(text, first, &side->min) ||
        !gradus_number_read(colon + 1, length - first - 1, &side->max) ||
        !isfinite(side->min) || !isfinite(side->max))
        return fail(GRADUS_ARGUMENT, "--on: \"%.*s\" is not a side: from:to, as 0:1",
                    (int)(length < 60 ? length : 60), text);
    if (side->min < side->max && isfinite(side->max - side->min))
        return GRADUS_OK;
    if (side->min < side->max)
        return fail(GRADUS_ARGUMENT, "--on: \"%.*s\" is wider than the largest double: take a "
                    "smaller box", (int)(length < 60 ? length : 60), text);
    return fail(GRADUS_ARGUMENT, "--on: \"%.*s\" does not go from a number to a larger one",
                (int)(length < 60 ? length : 60), text);
}

gradus_status box_read(const char *text, gradus_interval box[GRADUS_VARIABLES], size_t *sides)
{
    gradus_status status = GRADUS_OK;

    *sides = 0;
    for (const char *at = text; status == GRADUS_OK; at++) {
        const size_t length = strcspn(at, ",");
        if (*sides == GRADUS_VARIABLES)
            return fail(GRADUS_ARGUMENT, "--on: more than %d sides", GRADUS_VARIABLES);
        status = read_side(at, length, &box[(*sides)++]);
        at += length;
        if (!*at)
            break;
    }
    return status;
}
