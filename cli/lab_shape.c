/*
 * cli/lab_shape.c - an activation's curve and slope, and what can be read from them
 *
 * Everything is measured, through the library: s(z) by a net that is the activation alone,
 * s'(z) by backpropagation to its input, from a loss that is the output itself.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "lab_shape.h"
#include "message.h"
#include "progress.h"

/* loss = output: its gradient is what the net does to a change of its input. */
static double output_itself(const double *output, const double *target, size_t outputs,
                            double *gradient, void *user)
{
    (void)target;
    (void)outputs;
    (void)user;
    gradient[0] = 1;
    return output[0];
}

/* s(z) and s'(z) of many z; the mean over 2^k rows is divided out exactly. */
static gradus_status evaluate(const act_shape *shape, const double *z, double *s, double *slope,
                              size_t count)
{
    enum { ROWS = 1024 };
    double part[ROWS], target[ROWS] = {0}, value;
    gradus_status status = gradus_net_predict(shape->net, z, count, s);

    for (size_t i = 0; status == GRADUS_OK && i < count; i += ROWS) {
        const size_t rows = count - i < ROWS ? count - i : ROWS;
        const gradus_set set = {.rows = ROWS, .x = part, .y = target};
        for (size_t j = 0; j < ROWS; j++)
            part[j] = z[i + (j < rows ? j : 0)];
        if (!shape->forward_only)
            status = gradus_net_gradient(shape->net, "lab-output", &set, 1, &value, NULL,
                                         part);
        for (size_t j = 0; j < rows; j++)
            slope[i + j] = shape->forward_only ? 0 : part[j] * ROWS;
    }
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

/* ---- what is read from the curves ---- */

/* Where a curve does not go on: its step stays as the two ends come together. */
static gradus_status find_breaks(const act_shape *shape, const double *curve, bool of_slope,
                                 double found[MOST_BREAKS], size_t *count)
{
    double low[MOST_BREAKS * 8], high[MOST_BREAKS * 8], middle[MOST_BREAKS * 8];
    double at_low[MOST_BREAKS * 8], step[MOST_BREAKS * 8];
    double s[MOST_BREAKS * 8], slope[MOST_BREAKS * 8];
    const double *now = of_slope ? slope : s;
    size_t n = 0;
    gradus_status status = GRADUS_OK;

    for (size_t i = 0; i + 1 < POINTS && n < MOST_BREAKS * 8; i++) {
        const double change = fabs(curve[i + 1] - curve[i]);
        const double before = i ? fabs(curve[i] - curve[i - 1]) : 0;
        const double after = i + 2 < POINTS ? fabs(curve[i + 2] - curve[i + 1]) : 0;
        if (change <= 2 * fmin(before, after) + 1e-9)
            continue;
        low[n] = z_of(i);
        high[n] = z_of(i + 1);
        at_low[n] = curve[i];
        step[n++] = change;
    }
    for (int k = 0; k < 44 && n && status == GRADUS_OK; k++) {
        for (size_t i = 0; i < n; i++)
            middle[i] = low[i] + (high[i] - low[i]) / 2;
        status = evaluate(shape, middle, s, slope, n);
        for (size_t i = 0; i < n; i++)
            if (fabs(now[i] - at_low[i]) > step[i] / 2)
                high[i] = middle[i];
            else
                low[i] = middle[i], at_low[i] = now[i];
    }
    if (n && status == GRADUS_OK)
        status = evaluate(shape, high, s, slope, n);
    *count = 0;
    for (size_t i = 0; i < n && *count < MOST_BREAKS; i++)
        if (fabs(now[i] - at_low[i]) > 1e-3 * step[i])
            found[(*count)++] = fabs(high[i]) < 1e-9 ? 0 : high[i];
    return status;
}

/* Around a point of the grid where sign * curve is largest: the same, ever closer. */
static gradus_status zoom(const act_shape *shape, size_t point, bool of_slope, double sign,
                          double *where, double *value)
{
    enum { STEPS = 65 };
    double z[STEPS], s[STEPS], slope[STEPS], width = 1.0 / PER_UNIT;
    const double *curve = of_slope ? slope : s;
    gradus_status status = GRADUS_OK;

    *where = z_of(point);
    *value = (of_slope ? shape->slope : shape->s)[point];
    for (int round = 0; round < 5 && status == GRADUS_OK; round++, width /= STEPS / 4) {
        for (size_t i = 0; i < STEPS; i++)
            z[i] = *where + width * (2 * (double)i / (STEPS - 1) - 1);
        status = evaluate(shape, z, s, slope, STEPS);
        for (size_t i = 0; i < STEPS && status == GRADUS_OK; i++)
            if (sign * curve[i] > sign * *value && fabs(z[i]) <= REACH) {
                *value = curve[i];
                *where = z[i];
            }
    }
    return status;
}

/* The grid's point nearest to 0 where sign * curve is largest. */
static size_t largest(const double *curve, double sign)
{
    size_t best = POINTS / 2;

    for (size_t i = 0; i < POINTS; i++) {
        const double lead = sign * (curve[i] - curve[best]);
        if (lead > 0 || (lead >= 0 && fabs(z_of(i)) < fabs(z_of(best))))
            best = i;
    }
    return best;
}

/* The edge of where |s'| is largest, between a point outside and one inside. */
static gradus_status find_edge(const act_shape *shape, double outside, double *inside)
{
    double s, slope;
    gradus_status status = GRADUS_OK;

    if (fabs(*inside) >= REACH || shape->from >= shape->to)
        return GRADUS_OK;
    for (int k = 0; k < 44 && status == GRADUS_OK; k++) {
        const double middle = outside + (*inside - outside) / 2;
        status = evaluate(shape, &middle, &s, &slope, 1);
        if (fabs(slope) >= shape->steepest * (1 - 1e-12))
            *inside = middle;
        else
            outside = middle;
    }
    *inside = fabs(*inside) < 1e-9 ? 0 : *inside;
    return status;
}

static gradus_status find_steepest(act_shape *shape)
{
    const size_t up = largest(shape->slope, 1), down = largest(shape->slope, -1);
    const bool falls = -shape->slope[down] > shape->slope[up];
    const size_t best = falls ? down : up;
    double value;
    gradus_status status = zoom(shape, best, true, falls ? -1 : 1, &shape->from, &value);

    shape->steepest = fabs(value);
    shape->to = shape->from;
    for (size_t i = 0; i < POINTS; i++)
        if (fabs(shape->slope[i]) >= shape->steepest * (1 - 1e-12)) {
            shape->from = fmin(shape->from, z_of(i));
            shape->to = fmax(shape->to, z_of(i));
        }
    if (shape->from >= REACH)
        shape->steepest = INFINITY; /* it still rises at the end */
    if (status == GRADUS_OK)
        status = find_edge(shape, shape->from - 1.0 / PER_UNIT, &shape->from);
    if (status == GRADUS_OK)
        status = find_edge(shape, shape->to + 1.0 / PER_UNIT, &shape->to);
    return status;
}

static gradus_status find_range(act_shape *shape)
{
    gradus_status status =
        zoom(shape, largest(shape->s, -1), false, -1, &shape->least_at, &shape->min);

    if (status == GRADUS_OK)
        status = zoom(shape, largest(shape->s, 1), false, 1, &shape->most_at, &shape->max);
    for (int right = 0; right < 2; right++) {
        if (is_flat(shape, right))
            continue;
        if (shape->s[right ? POINTS - 1 : 0] > 0)
            shape->max = INFINITY;
        else
            shape->min = -INFINITY;
    }
    if (fabs(shape->min) < 1e-9)
        shape->min = 0;
    return status;
}

/* Time of one element of a batch of 64 rows of 1024, in single precision on one thread. */
static gradus_status measure(const cli_lab *lab, act_shape *shape)
{
    enum { WIDE = 1024, ROWS = 64, ROUNDS = 15 };
    gradus_net *net = NULL;
    const size_t bytes = (size_t)WIDE * ROWS * sizeof(float);
    gradus_status status =
        gradus_net_new(lab->context, shape->name, WIDE, WIDE, GRADUS_FLOAT32, 1, &net);

    if (status != GRADUS_OK)
        return fail_library(status);
    const size_t room = (gradus_net_scratch(net) + 63) / 64 * 64 + 64;
    float *x = aligned_alloc(64, bytes), *y = aligned_alloc(64, bytes);
    void *scratch = aligned_alloc(64, room);
    shape->nanoseconds = INFINITY;
    for (size_t i = 0; x && i < (size_t)WIDE * ROWS; i++)
        x[i] = (float)(i % 1009) / 126.0f - 4;
    for (int round = 0; x && y && scratch && round < ROUNDS; round++) {
        const double started = progress_clock();
        gradus_net_forward(net, x, ROWS, y, scratch);
        shape->nanoseconds =
            fmin(shape->nanoseconds, 1e9 * (progress_clock() - started) / WIDE / ROWS);
    }
    status = x && y && scratch ? GRADUS_OK : fail(GRADUS_MEMORY, "out of memory: a layer");
    free(x);
    free(y);
    free(scratch);
    gradus_net_free(net);
    return status;
}

gradus_status lab_shape_study(const cli_lab *lab, act_shape *shape)
{
    double z[POINTS];
    gradus_status status = lab_net(lab, shape->name, 1, 1, 1, &shape->net);

    for (size_t i = 0; i < POINTS; i++)
        z[i] = z_of(i);
    shape->forward_only = strncmp(shape->name, "heaviside", 9) == 0;
    if (status == GRADUS_OK)
        status = evaluate(shape, z, shape->s, shape->slope, POINTS);
    if (status == GRADUS_OK)
        status = find_breaks(shape, shape->s, false, shape->jump, &shape->jumps);
    if (status == GRADUS_OK)
        status = find_breaks(shape, shape->slope, true, shape->kink, &shape->kinks);
    if (status == GRADUS_OK)
        status = find_steepest(shape);
    if (status == GRADUS_OK)
        status = find_range(shape);
    if (status == GRADUS_OK)
        status = measure(lab, shape);
    return status == GRADUS_OK ? lab_stopped() : status;
}

gradus_status lab_shape_open(const cli_lab *lab)
{
    const gradus_loss loss = {.name = "lab-output", .value = output_itself};
    const gradus_status status = gradus_context_add_loss(lab->context, &loss);

    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}
