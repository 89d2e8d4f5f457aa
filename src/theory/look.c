/*
 * theory/look.c - what is known of a function of one variable on a piece of its box
 *
 *     f(x) in F(middle) + F'(piece) (x - middle)      F(left end) hull F(right end) where
 *                                                     F' does not change its sign
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/look.h"

#include "base/status.h"

gradus_status gr_not_finite(const double *x, size_t inputs, double value)
{
    char what[GRADUS_NUMBER_LENGTH], at[GRADUS_VARIABLES * (GRADUS_NUMBER_LENGTH + 1)];
    size_t length = 0;
    gradus_number_write(value, what);
    for (size_t i = 0; i < inputs; i++) {
        at[length] = ',';
        length += i > 0;
        length += gradus_number_write(x[i], at + length);
    }
    return gr_fail(GRADUS_ARGUMENT, "f: it is %s at %s: a network has finite values: take "
                   "another box", what, at);
}

static gradus_status check(double x, double value)
{
    return isfinite(value) ? GRADUS_OK : gr_not_finite(&x, 1, value);
}

gradus_status gr_look_at(const gr_target *target, double x, gradus_interval *value)
{
    const gradus_function *f = target->f;
    gradus_status status = GRADUS_OK;
    if (f->enclose != NULL)
        status = f->enclose(&(gradus_interval){x, x}, 0, value, f->user);
    else
        *value = gr_interval_at(f->value(&x, f->user));
    if (status == GRADUS_OK)
        status = check(x, value->min);
    return status == GRADUS_OK ? check(x, value->max) : status;
}

/* ---- an estimate ---- */

enum { SAMPLES = 9 };

/* By divided differences; between two samples f leaves their hull by their bend at most. */
static gradus_status estimate(const gr_target *target, gradus_interval box, gr_look *look)
{
    const double step = (box.max - box.min) / (SAMPLES - 1);
    gradus_interval nothing = {INFINITY, -INFINITY};
    double y[SAMPLES];
    *look = (gr_look){nothing, nothing, nothing};
    for (size_t i = 0; i < SAMPLES; i++) {
        const double x = i + 1 < SAMPLES ? box.min + step * (double)i : box.max;
        y[i] = target->f->value(&x, target->f->user);
        if (!isfinite(y[i]))
            return gr_not_finite(&x, 1, y[i]);
        gr_interval_take(&look->value, y[i]);
        if (i > 0)
            gr_interval_take(&look->slope, (y[i] - y[i - 1]) / step);
        if (i > 1)
            gr_interval_take(&look->bend, (y[i] - 2 * y[i - 1] + y[i - 2]) / (step * step));
    }
    const double beyond = gr_interval_magnitude(look->bend) * step * step / 8;
    look->value.min -= beyond;
    look->value.max += beyond;
    return GRADUS_OK;
}

/* ---- a proof ---- */

gradus_status gr_look_over(const gr_target *target, gradus_interval x, gradus_interval left,
                           gradus_interval right, gr_look *look)
{
    const gradus_function *f = target->f;
    gradus_interval all[3], middle;
    gradus_status status;
    if (f->enclose == NULL)
        return estimate(target, x, look);
    GR_TRY(f->enclose(&x, 2, all, f->user));
    *look = (gr_look){all[0], all[1], all[2]};
    if (look->slope.min >= 0 || look->slope.max <= 0) {
        middle = gr_interval_hull(left, right);
    } else {
        const double at = x.min + (x.max - x.min) / 2;
        GR_TRY(gr_look_at(target, at, &middle));
        middle = gr_interval_add(middle, gr_interval_multiply(
            look->slope, gr_interval_subtract(x, gr_interval_at(at))));
    }
    look->value = gr_interval_meet(look->value, middle);
done:
    return status;
}
