/*
 * theory/grid_estimate.c - f on a box where nothing is proved of it, by its values
 *
 * Values at the points of a lattice of 3^d stand for all others. With s_i half a side:
 *
 *     df/dx_i              (f(x + s_i) - f(x)) / s_i
 *     d^2f/dx_i dx_j       the difference of two of these over s_j
 *
 * Between the points f leaves the hull of its values by sum_i |f_ii| s_i^2 / 8 at most, its
 * slope that of the slopes by sum_j |f_ij| s_j / 2, where second derivatives are these.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/memory.h"
#include "base/status.h"
#include "theory/grid.h"
#include "theory/look.h"

typedef struct lattice {
    size_t d, points;           /* 3^d */
    double half[GRADUS_VARIABLES];
    size_t stride[GRADUS_VARIABLES];
    double *value;
} lattice;

static gradus_status look_at(const gr_target *target, const double *x, double *value)
{
    *value = target->f->value(x, target->f->user);
    if (*value - *value == 0)
        return GRADUS_OK;
    return gr_not_finite(x, target->f->inputs, *value);
}

static gradus_status sample(const gr_target *target, const gradus_interval *box, lattice *l)
{
    gradus_status status = GRADUS_OK;
    size_t at[GRADUS_VARIABLES];
    double x[GRADUS_VARIABLES];
    for (size_t i = l->d, stride = 1; i-- > 0; stride *= 3) {
        l->half[i] = box[i].max / 2 - box[i].min / 2;
        l->stride[i] = stride;
    }
    for (size_t p = 0; p < l->points && status == GRADUS_OK; p++) {
        gr_digits(p, 3, l->d, at);
        for (size_t i = 0; i < l->d; i++)
            x[i] = at[i] == 2 ? box[i].max : box[i].min + l->half[i] * (double)at[i];
        status = look_at(target, x, &l->value[p]);
    }
    return status;
}

/* All differences along axis i, then along axis j, where the lattice has them; j = d: none. */
static gradus_interval differences(const lattice *l, size_t i, size_t j)
{
    gradus_interval all = {INFINITY, -INFINITY};
    const bool second = j < l->d;
    const size_t a = l->stride[i], b = second ? l->stride[j] : 0;
    const double over = l->half[i] * (second ? l->half[j] : 1);
    for (size_t p = 0; p < l->points; p++) {
        const size_t to_i = p / a % 3 + 1 + (i == j), to_j = second ? p / b % 3 + 1 : 0;
        if (to_i > 2 || to_j > 2)
            continue;
        double rise = l->value[p + a] - l->value[p];
        if (second)
            rise = (l->value[p + a + b] - l->value[p + b]) - rise;
        gr_interval_take(&all, rise / over);
    }
    return all;
}

static void widen(gradus_interval *all, double by)
{
    all->min -= by;
    all->max += by;
}

static void derive(const lattice *l, int order, gradus_interval *result)
{
    const size_t d = l->d;
    result[0] = (gradus_interval){INFINITY, -INFINITY};
    for (size_t p = 0; p < l->points; p++)
        gr_interval_take(&result[0], l->value[p]);
    for (size_t i = 0; i < d; i++)
        result[1 + i] = differences(l, i, d);
    for (size_t i = 0, k = 1 + d; i < d; i++)
        for (size_t j = i; j < d; j++, k++) {
            const gradus_interval bend = differences(l, i, j);
            const double size = gr_interval_magnitude(bend);
            widen(&result[1 + i], size * l->half[j] / 2);
            if (i != j)
                widen(&result[1 + j], size * l->half[i] / 2);
            else
                widen(&result[0], size * l->half[i] * l->half[i] / 8);
            if (order > 1)
                result[k] = bend;
        }
}

gradus_status gr_enclose(const gr_target *target, const gradus_interval *box, int order,
                         gradus_interval *result)
{
    const gradus_function *f = target->f;
    gradus_status status;
    lattice l = {.d = f->inputs, .points = 1};
    if (f->enclose != NULL)
        return f->enclose(box, order, result, f->user);
    if (order == 0) { /* a point, or as good as one */
        double x[GRADUS_VARIABLES], value;
        for (size_t i = 0; i < l.d; i++)
            x[i] = box[i].min + (box[i].max / 2 - box[i].min / 2);
        status = look_at(target, x, &value);
        result[0] = gr_interval_at(value);
        return status;
    }
    for (size_t i = 0; i < l.d; i++)
        l.points *= 3;
    GR_TRY(gr_allocate(target->context, l.points, sizeof *l.value, "values of f", &l.value));
    GR_TRY(sample(target, box, &l));
    derive(&l, order, result);
done:
    gr_release(target->context, l.value);
    return status;
}
