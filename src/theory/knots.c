/*
 * theory/knots.c - where an approximation of one variable is cut into pieces
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/knots.h"

#include <math.h>

#include "base/memory.h"
#include "base/status.h"
#include "theory/look.h"

gradus_status gr_knots_new(const gr_target *target, size_t pieces, gr_knots *knots)
{
    gradus_status status;
    *knots = (gr_knots){.context = target->context, .pieces = pieces};
    GR_TRY(gr_allocate(target->context, pieces + 1, sizeof(double), "knots", &knots->x));
    GR_TRY(gr_allocate(target->context, pieces + 1, sizeof(double), "knots", &knots->y));
done:
    return status;
}

void gr_knots_free(gr_knots *knots)
{
    gr_release(knots->context, knots->y);
    gr_release(knots->context, knots->x);
    *knots = (gr_knots){.context = knots->context};
}

gradus_status gr_knots_values(const gr_target *target, gr_knots *knots)
{
    for (size_t j = 0; j <= knots->pieces; j++) {
        const double x = knots->x[j];
        knots->y[j] = target->f->value(&x, target->f->user);
        if (!isfinite(knots->y[j]))
            return gr_not_finite(&x, 1, knots->y[j]);
        if (j > 0 && knots->x[j] <= knots->x[j - 1])
            return gr_fail(GRADUS_ARGUMENT, "pieces: %zu of them are shorter than doubles lie "
                           "apart in this box: take fewer, or a larger box", knots->pieces);
    }
    return GRADUS_OK;
}

gradus_status gr_knots_equal(const gr_target *target, size_t pieces, gr_knots *knots)
{
    const gradus_interval box = target->box[0];
    const gradus_status status = gr_knots_new(target, pieces, knots);
    if (status != GRADUS_OK)
        return status;
    for (size_t j = 0; j <= pieces; j++) {
        const double share = (double)j / (double)pieces;
        knots->x[j] = j < pieces ? fma(box.max - box.min, share, box.min) : box.max;
    }
    return gr_knots_values(target, knots);
}
