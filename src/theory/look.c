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
        status = check(x, value->least);
    return status == GRADUS_OK ? check(x, value->most) : status;
}

/* ---- an estimate ---- */

enum { SAMPLES = 9 };

static void take_in(gradus_interval *all, double x)
{
    all->least = gr_least(all->least, x);
    all->most = gr_most(all->most, x);
}

/* By divided differences; between two samples f leaves their hull by their bend at most. */
static gradus_status estimate(const gr_target *target, double from, double to, gr_look *look)
{
    const double step = (to - from) / (SAMPLES - 1);
    gradus_interval nothing = {INFINITY, -INFINITY};
    double x, y[SAMPLES];
    *look = (gr_look){nothing, nothing, nothing};
    for (size_t i = 0; i < SAMPLES; i++) {
        x = i + 1 < SAMPLES ? from + step * (double)i : to;
        y[i] = target->f->value(&x, target->f->user);
        const gradus_status status = check(x, y[i]);
        if (status != GRADUS_OK)
            return status;
        take_in(&look->value, y[i]);
        if (i > 0)
            take_in(&look->slope, (y[i] - y[i - 1]) / step);
        if (i > 1)
            take_in(&look->bend, (y[i] - 2 * y[i - 1] + y[i - 2]) / (step * step));
    }
    const double beyond = gr_interval_magnitude(look->bend) * step * step / 8;
    look->value.least -= beyond;
    look->value.most += beyond;
    return GRADUS_OK;
}

/* ---- a proof ---- */

static gradus_status narrow(const gr_target *target, double from, double to, gr_look *look)
{
    gradus_status status;
    gradus_interval left, right;
    if (look->slope.least >= 0 || look->slope.most <= 0) {
        GR_TRY(gr_look_at(target, from, &left));
        GR_TRY(gr_look_at(target, to, &right));
        left = gr_interval_hull(left, right);
    } else {
        const double middle = from + (to - from) / 2;
        const gradus_interval away = gr_interval_subtract((gradus_interval){from, to},
                                                          gr_interval_at(middle));
        GR_TRY(gr_look_at(target, middle, &left));
        left = gr_interval_add(left, gr_interval_multiply(look->slope, away));
    }
    look->value = gr_interval_meet(look->value, left);
done:
    return status;
}

gradus_status gr_look_over(const gr_target *target, double from, double to, gr_look *look)
{
    const gradus_function *f = target->f;
    gradus_interval all[3];
    if (f->enclose == NULL)
        return estimate(target, from, to, look);
    const gradus_status status = f->enclose(&(gradus_interval){from, to}, 2, all, f->user);
    if (status != GRADUS_OK)
        return status;
    *look = (gr_look){all[0], all[1], all[2]};
    return narrow(target, from, to, look);
}
