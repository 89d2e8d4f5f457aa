/*
 * theory/approximate_measure.c - the largest error of a built network that is found
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "theory/look.h"

enum { LINES = 4096, PARTS = 64, ROUNDS = 30, BLOCK = 4096, LEAST_POINTS = 1024 };
static const double most_work = 2e9, most_points = 1 << 19; /* multiply-adds; points */

typedef struct axis {
    double *at;                 /* rising */
    size_t count;
} axis;

typedef struct work {
    const gr_target *target;
    const gradus_net *net;
    size_t inputs, budget;      /* points that may be looked at */
    axis axis[GRADUS_VARIABLES];
    size_t parts;               /* whose best are kept: starts of the way uphill */
    double *x, *y;              /* a block of points, and the net there */
    double *best, *error;       /* [parts][inputs], [parts] */
    size_t points;
} work;

/* ---- the grid ---- */

static int compare(const void *a_, const void *b_)
{
    const double a = *(const double *)a_, b = *(const double *)b_;
    return (a > b) - (a < b);
}

/* Where units of the first layer turn: at -bias/weight, when they read this input only. */
static size_t turns(const work *w, size_t input, const double *weight, const double *bias,
                    size_t units, double *at)
{
    const gradus_interval box = w->target->box[input];
    size_t count = 0;
    for (size_t j = 0; j < units; j++) {
        const double *row = weight + j * w->inputs;
        size_t others = 0;
        for (size_t i = 0; i < w->inputs; i++)
            others += i != input && row[i] != 0;
        const double x = -bias[j] / row[input];
        if (others == 0 && x >= box.min && x <= box.max)
            at[count++] = x;
    }
    return count;
}

static void put(axis *a, gradus_interval box, double x)
{
    a->at[a->count++] = gr_least(gr_most(x, box.min), box.max);
}

/* Evenly spread lines, through the corners of `pieces` cells; the turns, both sides of them,
 * and the middles between; sorted, each once. */
static void lay(axis *a, gradus_interval box, size_t even, const double *turn, size_t turns)
{
    const size_t all = 3 * turns + even + 1;
    a->count = 0;
    for (size_t j = 0; j <= even; j++)
        put(a, box, j == even ? box.max
            : fma(box.max - box.min, (double)j / (double)even, box.min));
    for (size_t j = 0; j < turns; j++) {
        put(a, box, turn[j]);
        put(a, box, gr_up(turn[j]));
        put(a, box, j > 0 ? turn[j - 1] + (turn[j] - turn[j - 1]) / 2 : gr_down(turn[j]));
    }
    qsort(a->at, all, sizeof *a->at, compare);
    size_t kept = 1;
    for (size_t j = 1; j < all; j++)
        if (a->at[j] > a->at[kept - 1])
            a->at[kept++] = a->at[j];
    a->count = kept;
}

/* Only every so-many-th line, first and last included. */
static void thin(axis *a, size_t most)
{
    if (a->count <= most)
        return;
    for (size_t j = 0; j < most; j++)
        a->at[j] = a->at[j * (a->count - 1) / (most - 1)];
    a->count = most;
}

static gradus_status lay_axis(work *w, size_t input, size_t pieces, size_t most)
{
    gradus_status status;
    const gradus_context *context = w->target->context;
    gradus_tensor tensor;
    double *weight = NULL, *bias = NULL, *turn = NULL;
    gradus_net_tensor(w->net, 0, &tensor);
    const size_t units = tensor.rows;
    size_t even = pieces > 0 ? 2 * pieces : 1;
    while (even < LINES && (w->inputs == 1 || (pieces == 0 && 2 * even < most)))
        even *= 2;
    GR_TRY(gr_allocate(context, units * w->inputs, sizeof *weight, "weights", &weight));
    GR_TRY(gr_allocate(context, units, sizeof *bias, "weights", &bias));
    GR_TRY(gr_allocate(context, units, sizeof *turn, "weights", &turn));
    gradus_net_get(w->net, 0, weight);
    gradus_net_get(w->net, 1, bias);
    const size_t count = turns(w, input, weight, bias, units, turn);
    qsort(turn, count, sizeof *turn, compare);
    GR_TRY(gr_allocate(context, 3 * count + even + 1, sizeof(double), "a grid",
                       &w->axis[input].at));
    lay(&w->axis[input], w->target->box[input], even, turn, count);
    thin(&w->axis[input], most);
done:
    gr_release(context, turn);
    gr_release(context, bias);
    gr_release(context, weight);
    return status;
}

/* ---- points ---- */

static gradus_status errors(const work *w, size_t rows, double *error)
{
    const gradus_function *f = w->target->f;
    const gradus_status status = gradus_net_predict(w->net, w->x, rows, w->y);
    for (size_t i = 0; status == GRADUS_OK && i < rows; i++) {
        const double *x = w->x + i * w->inputs, value = f->value(x, f->user);
        if (!isfinite(value))
            return gr_not_finite(x, w->inputs, value);
        error[i] = fabs(value - w->y[i]);
    }
    return status;
}

static void keep(work *w, size_t part, const double *x, double error)
{
    if (error <= w->error[part])
        return;
    w->error[part] = error;
    memcpy(w->best + part * w->inputs, x, w->inputs * sizeof *x);
}

static void point(const work *w, size_t number, double *x)
{
    for (size_t i = w->inputs; i-- > 0; number /= w->axis[i].count)
        x[i] = w->axis[i].at[number % w->axis[i].count];
}

static gradus_status walk_grid(work *w, double *error)
{
    size_t all = 1;
    for (size_t i = 0; i < w->inputs; i++)
        all *= w->axis[i].count;
    for (size_t from = 0; from < all; from += BLOCK) {
        const size_t rows = all - from < BLOCK ? all - from : BLOCK;
        for (size_t i = 0; i < rows; i++)
            point(w, from + i, w->x + i * w->inputs);
        const gradus_status status = errors(w, rows, error);
        if (status != GRADUS_OK)
            return status;
        for (size_t i = 0; i < rows; i++)
            keep(w, (size_t)((double)(from + i) / (double)all * (double)w->parts),
                 w->x + i * w->inputs, error[i]);
    }
    w->points += all;
    return GRADUS_OK;
}

/* From each start to the best of its neighbours along the axes, ever nearer ones. */
static gradus_status climb(work *w, double *error)
{
    const size_t d = w->inputs, each = 2 * d;
    double share = 1;
    for (size_t round = 0; round < ROUNDS; round++, share /= 2) {
        for (size_t k = 0; k < w->parts * each; k++) {
            const size_t i = k % each / 2;
            const gradus_interval box = w->target->box[i];
            const double step = share * (box.max - box.min) / (double)w->axis[i].count;
            double *x = w->x + k * d;
            memcpy(x, w->best + k / each * d, d * sizeof *x);
            x[i] = gr_least(gr_most(x[i] + (k % 2 == 0 ? step : -step), box.min), box.max);
        }
        const gradus_status status = errors(w, w->parts * each, error);
        if (status != GRADUS_OK)
            return status;
        for (size_t k = 0; k < w->parts * each; k++)
            keep(w, k / each, w->x + k * d, error[k]);
        w->points += w->parts * each;
    }
    return GRADUS_OK;
}

/* The error of the best points once more, now no more than it is. */
static gradus_status confirm(const work *w, gr_measured *measured)
{
    const gradus_function *f = w->target->f;
    *measured = (gr_measured){.error = -1, .points = w->points};
    memcpy(w->x, w->best, w->parts * w->inputs * sizeof *w->x);
    gradus_status status = gradus_net_predict(w->net, w->x, w->parts, w->y);
    for (size_t k = 0; k < w->parts && status == GRADUS_OK; k++) {
        double *x = w->best + k * w->inputs, error = w->error[k];
        gradus_interval value, at[GRADUS_VARIABLES];
        for (size_t i = 0; i < w->inputs; i++)
            at[i] = gr_interval_at(x[i]);
        if (f->enclose != NULL && error >= 0) {
            status = f->enclose(at, 0, &value, f->user);
            error = gr_interval_distance((gradus_interval){
                gr_down(value.min - w->y[k]), gr_up(value.max - w->y[k])});
        }
        if (error <= measured->error)
            continue;
        measured->error = error;
        memcpy(measured->at, x, w->inputs * sizeof *x);
    }
    return status;
}

static gradus_status allocate(work *w, double **error)
{
    gradus_status status;
    const gradus_context *context = w->target->context;
    GR_TRY(gr_allocate(context, BLOCK * w->inputs, sizeof(double), "points", &w->x));
    GR_TRY(gr_allocate(context, BLOCK, sizeof(double), "points", &w->y));
    GR_TRY(gr_allocate(context, BLOCK, sizeof(double), "points", error));
    GR_TRY(gr_allocate(context, w->parts * w->inputs, sizeof(double), "points", &w->best));
    GR_TRY(gr_allocate(context, w->parts, sizeof(double), "points", &w->error));
    for (size_t k = 0; k < w->parts; k++)
        w->error[k] = -1;
done:
    return status;
}

/* Points within reason, and a way uphill that takes no more of them than the grid. */
static size_t lines_of(work *w)
{
    gradus_net_about about;
    gradus_net_describe(w->net, &about);
    const double points = gr_least(most_points, most_work / about.multiply_adds);
    w->budget = points > LEAST_POINTS ? (size_t)points : LEAST_POINTS;
    const size_t starts = w->budget / (2 * ROUNDS * w->inputs);
    w->parts = starts < 1 ? 1 : starts < PARTS ? starts : PARTS;
    size_t lines = 2;
    for (size_t all = 1; all <= w->budget; lines++) {
        all = 1;
        for (size_t i = 0; i < w->inputs; i++)
            all *= lines + 1;
    }
    return lines - 1;
}

gradus_status gr_measure(const gr_target *target, const gradus_net *net, size_t pieces,
                         gr_measured *measured)
{
    gradus_status status;
    const gradus_context *context = target->context;
    work w = {.target = target, .net = net, .inputs = target->f->inputs};
    double *error = NULL;
    const size_t lines = lines_of(&w);
    GR_TRY(allocate(&w, &error));
    for (size_t i = 0; i < w.inputs; i++)
        GR_TRY(lay_axis(&w, i, pieces, lines));
    GR_TRY(walk_grid(&w, error));
    GR_TRY(climb(&w, error));
    status = confirm(&w, measured);
done:
    for (size_t i = 0; i < w.inputs; i++)
        gr_release(context, w.axis[i].at);
    gr_release(context, w.error);
    gr_release(context, w.best);
    gr_release(context, error);
    gr_release(context, w.y);
    gr_release(context, w.x);
    return status;
}
