/*
 * theory/samples.c - points of a table as a function of one variable
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/samples.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/status.h"
#include "theory/interval.h"

/* ---- the function ---- */

/* The straight piece that x is on: the left one of two. */
static size_t piece_of(const gradus_samples *s, double x)
{
    size_t low = 0, high = s->count - 2;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (x <= s->x[middle + 1])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static double value(const double *x, void *samples)
{
    const gradus_samples *s = samples;
    const size_t j = piece_of(s, *x);
    if (*x == s->x[j + 1])
        return s->y[j + 1];
    return s->y[j] + (s->y[j + 1] - s->y[j]) * ((*x - s->x[j]) / (s->x[j + 1] - s->x[j]));
}

static gradus_interval difference(double to, double from)
{
    return gr_interval_subtract(gr_interval_at(to), gr_interval_at(from));
}

static gradus_interval slope_of(const gradus_samples *s, size_t j)
{
    return gr_interval_divide(difference(s->y[j + 1], s->y[j]),
                              difference(s->x[j + 1], s->x[j]));
}

static gradus_interval value_at(const gradus_samples *s, size_t j, double x)
{
    if (x == s->x[j] || x == s->x[j + 1])
        return gr_interval_at(x == s->x[j] ? s->y[j] : s->y[j + 1]);
    return gr_interval_add(gr_interval_at(s->y[j]),
                           gr_interval_multiply(slope_of(s, j), difference(x, s->x[j])));
}

/* Between its ends a box has the kinks of the points in it; a box of one point its own. */
static gradus_status enclose(const gradus_interval *box, int order, gradus_interval *result,
                             void *samples)
{
    const gradus_samples *s = samples;
    size_t first = piece_of(s, box->min), last = piece_of(s, box->max);
    result[0] = gr_interval_hull(value_at(s, first, box->min),
                                 value_at(s, last, box->max));
    for (size_t j = first; j < last; j++)
        result[0] = gr_interval_hull(result[0], gr_interval_at(s->y[j + 1]));
    if (order < 1)
        return GRADUS_OK;
    if (box->min == s->x[first + 1] && first + 2 < s->count) {
        if (box->min == box->max)
            last = first + 1;
        else
            first++;
    }
    result[1] = slope_of(s, first);
    for (size_t j = first + 1; j <= last; j++)
        result[1] = gr_interval_hull(result[1], slope_of(s, j));
    if (order > 1)
        result[2] = first == last ? gr_interval_at(0) : gr_everything();
    return GRADUS_OK;
}

/* ---- its points ---- */

typedef struct sample {
    double x, y;
} sample;

static int compare(const void *a_, const void *b_)
{
    const sample *a = a_, *b = b_;
    return a->x != b->x ? (a->x > b->x) - (a->x < b->x) : (a->y > b->y) - (a->y < b->y);
}

static gradus_status refuse(double x, const char *why)
{
    char at[GRADUS_NUMBER_LENGTH];
    gradus_number_write(x, at);
    return gr_fail(GRADUS_DATA, "samples: x = %s: %s", at, why);
}

static gradus_status take(gradus_samples *s, const sample *sorted, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        const sample p = sorted[i];
        const size_t n = s->count;
        if (n > 0 && p.x == s->x[n - 1] && p.y == s->y[n - 1])
            continue;
        if (n > 0 && p.x == s->x[n - 1])
            return refuse(p.x, "it has two values of y: a function has one: keep one row");
        if (n > 0 && (!isfinite((p.y - s->y[n - 1]) / (p.x - s->x[n - 1])) ||
                      !isfinite(p.x - s->x[0])))
            return refuse(p.x, "the slope up to this point is no double: scale the columns");
        s->x[n] = p.x;
        s->y[n] = p.y;
        s->count++;
    }
    if (s->count < 2)
        return gr_fail(GRADUS_DATA, "samples: %zu point%s: a function needs two at least",
                       s->count, s->count == 1 ? "" : "s");
    return GRADUS_OK;
}

gradus_status gradus_samples_new(const gradus_context *context, const double *x,
                                 const double *y, size_t rows, gradus_samples **samples)
{
    gradus_status status;
    gradus_samples *made = NULL;
    sample *sorted = NULL;
    const unsigned saved = gr_float_enter();
    *samples = NULL;
    context = gr_context_or_default(context);
    GR_TRY(gr_allocate(context, 1, sizeof *made, "samples", &made));
    made->context = context;
    made->f = (gradus_function){.inputs = 1, .value = value, .enclose = enclose, .user = made};
    GR_TRY(gr_allocate(context, rows, sizeof *sorted, "samples", &sorted));
    GR_TRY(gr_allocate(context, rows, sizeof(double), "samples", &made->x));
    GR_TRY(gr_allocate(context, rows, sizeof(double), "samples", &made->y));
    for (size_t i = 0; i < rows; i++) { /* what is no number has no place in an order */
        if (!isfinite(x[i]) || !isfinite(y[i]))
            GR_TRY(refuse(x[i], "a point needs two finite numbers: drop the row"));
        sorted[i] = (sample){x[i], y[i]};
    }
    qsort(sorted, rows, sizeof *sorted, compare);
    GR_TRY(take(made, sorted, rows));
    *samples = made;
    made = NULL;
done:
    gr_release(context, sorted);
    gradus_samples_free(made);
    gr_float_leave(saved);
    return status;
}

void gradus_samples_free(gradus_samples *samples)
{
    if (samples == NULL)
        return;
    gr_release(samples->context, samples->y);
    gr_release(samples->context, samples->x);
    gr_release(samples->context, samples);
}

const gradus_function *gradus_samples_function(const gradus_samples *samples)
{
    return &samples->f;
}

gradus_interval gradus_samples_box(const gradus_samples *samples)
{
    return (gradus_interval){samples->x[0], samples->x[samples->count - 1]};
}
