/*
 * theory/landscape.c - the loss over a plane through a net's weights, and how it bends there
 *
 *     L(w + a d1 + b d2)         d_row = |w_row| n_row / |n_row|,  n normal
 *
 * Units of a layer can be scaled against the next one without a change of what the net
 * computes; directions that scale along show the same landscape then.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/landscape.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/status.h"
#include "net/criterion.h"
#include "theory/flow.h"

enum { MOST_GRID = 1001, MOST_ROWS = 4096 };

/* How much further than the path a plane goes. */
#define BEYOND 1.2

typedef struct work {
    const gradus_net *net;
    const gradus_landscape_options *options;
    gradus_landscape *made;
    void *x, *y;           /* the rows that are looked at */
    uint32_t *label;
    double *weight;
    gradus_set chosen;
    gr_widened wide;
    gr_plan *plan;
    uint32_t *index;       /* [rows] */
    double *loss, *prediction; /* [rows], [rows][outputs] */
    double *centre, *along, *across, *moved; /* [all tensors] w, d1, d2 and their sum */
    double *gradient, *direction; /* [parameters] */
    void *narrow;          /* [all tensors] in the net's precision */
    gr_curvature curvature;
} work;

void gradus_landscape_defaults(gradus_landscape_options *options)
{
    *options = (gradus_landscape_options){
        .delta = 1, .seed = 1, .rows = 1024, .grid = 25, .steps = 100,
        .curvature_tolerance = 1e-4, .flat_curvature = 1e-6};
}

/* ---- rows ---- */

/* `rows` of the set, evenly spread: tables are often sorted. */
static gradus_status choose_rows(work *w, const gradus_net *net, const gradus_set *set)
{
    gradus_status status;
    const gradus_context *context = net->context;
    const size_t rows = w->options->rows < set->rows ? w->options->rows : set->rows;
    const size_t x_bytes = gr_net_inputs(net) * net->kernels->size;
    const size_t y_bytes = gr_net_outputs(net) * net->kernels->size;
    const char *what = "examples";
    GR_TRY(gr_allocate(context, rows, x_bytes, what, &w->x));
    GR_TRY(gr_allocate(context, rows, y_bytes, what, &w->y));
    GR_TRY(gr_allocate(context, rows, sizeof *w->label, what, &w->label));
    GR_TRY(gr_allocate(context, rows, sizeof *w->weight, what, &w->weight));
    GR_TRY(gr_allocate(context, rows, sizeof *w->index, what, &w->index));
    for (size_t i = 0; i < rows; i++) {
        const size_t from = i * set->rows / rows;
        memcpy((char *)w->x + i * x_bytes, (const char *)set->x + from * x_bytes, x_bytes);
        if (set->y != NULL)
            memcpy((char *)w->y + i * y_bytes, (const char *)set->y + from * y_bytes,
                   y_bytes);
        w->label[i] = set->label != NULL ? set->label[from] : 0;
        w->weight[i] = set->weight != NULL ? set->weight[from] : 1;
        w->index[i] = (uint32_t)i;
    }
    w->chosen = (gradus_set){.rows = rows, .x = w->x, .y = set->y != NULL ? w->y : NULL,
                             .label = set->label != NULL ? w->label : NULL,
                             .weight = w->weight};
    w->made->about.rows = rows;
done:
    return status;
}

/* ---- directions ---- */

size_t gr_landscape_values(const gradus_net *net)
{
    size_t count = 0;
    for (size_t i = 0; i < net->tensors; i++)
        count += net->tensor[i].rows * net->tensor[i].columns;
    return count;
}

/* w and a direction, of all tensors in order; 0 where nothing moves. */
static void draw(const work *w, uint32_t which, double *direction)
{
    const gradus_net *net = w->wide.net;
    const double *centre = w->centre;
    for (size_t i = 0; i < net->tensors; i++) {
        const gr_tensor *tensor = &net->tensor[i];
        const gr_key key = {w->options->seed, GR_PURPOSE_LANDSCAPE, 2 * (uint32_t)i + which};
        for (size_t row = 0; row < tensor->rows; row++) {
            for (size_t j = 0; tensor->group == GR_GROUP_WEIGHT && j < tensor->columns; j++)
                direction[j] = gr_normal(gr_random_uniform(key, row, 4 * (uint32_t)j),
                                         gr_random_uniform(key, row, 4 * (uint32_t)j + 2));
            const double norm = gr_norm(tensor->columns, direction);
            const double factor = norm > 0 ? gr_norm(tensor->columns, centre) / norm : 0;
            for (size_t j = 0; j < tensor->columns; j++)
                direction[j] *= factor;
            direction += tensor->columns;
            centre += tensor->columns;
        }
    }
}

/* A direction at a right angle to the first, of norm 1; it stays 0 in a net of one weight. */
static void turn_aside(const work *w)
{
    const size_t all = gr_landscape_values(w->wide.net);
    draw(w, 1, w->across);
    const double whole = gr_norm(all, w->across);
    double shared = 0;
    for (size_t k = 0; k < all; k++)
        shared = fma(w->across[k], w->along[k], shared);
    for (size_t k = 0; k < all; k++)
        w->across[k] = fma(-shared, w->along[k], w->across[k]);
    const double norm = gr_norm(all, w->across);
    for (size_t k = 0; k < all; k++)
        w->across[k] = norm > 1e-9 * whole ? w->across[k] / norm : 0;
}

static gradus_status direct(work *w)
{
    gradus_landscape_about *about = &w->made->about;
    double furthest = 0;
    if (about->points == 0) {
        draw(w, 0, w->along);
        if (!w->options->line)
            draw(w, 1, w->across);
        about->span = w->options->span > 0 ? w->options->span : 1;
        return GRADUS_OK;
    }
    const gradus_status status = gr_landscape_project(w->made, w->net, w->options->path,
                                                      w->centre, w->along, w->across);
    if (status != GRADUS_OK)
        return status;
    for (size_t t = 0; t < about->points; t++) {
        const double a = fabs(w->made->path[t].a), b = fabs(w->made->path[t].b);
        furthest = a > furthest ? a : furthest;
        furthest = b > furthest ? b : furthest;
    }
    about->span = w->options->span > 0 ? w->options->span : BEYOND * furthest;
    if (about->explained[1] == 0 && !w->options->line)
        turn_aside(w);
    return GRADUS_OK;
}

static gradus_status allocate(work *w)
{
    gradus_status status;
    const gradus_net *net = w->wide.net;
    const gradus_context *context = net->context;
    const size_t all = gr_landscape_values(net), rows = w->chosen.rows;
    const gradus_landscape_about *about = &w->made->about;
    const char *what = "a landscape";
    GR_TRY(gr_allocate(context, all, sizeof(double), what, &w->centre));
    GR_TRY(gr_allocate(context, all, sizeof(double), what, &w->along));
    GR_TRY(gr_allocate(context, all, sizeof(double), what, &w->across));
    GR_TRY(gr_allocate(context, all, sizeof(double), what, &w->moved));
    GR_TRY(gr_allocate(context, rows, sizeof(double), what, &w->loss));
    GR_TRY(gr_allocate(context, rows, gr_net_outputs(net) * sizeof(double), what,
                       &w->prediction));
    GR_TRY(gr_allocate(context, net->parameter_count, sizeof(double), what, &w->gradient));
    GR_TRY(gr_allocate(context, net->parameter_count, sizeof(double), what, &w->direction));
    GR_TRY(gr_allocate(context, all, w->net->kernels->size, what, &w->narrow));
    GR_TRY(gr_allocate(context, about->points, sizeof *w->made->path, what, &w->made->path));
    GR_TRY(gr_allocate(context, about->lines * about->columns, sizeof(double), what,
                       &w->made->values));
done:
    return status;
}

/* ---- the loss ---- */

static double evaluate(const work *w)
{
    const size_t rows = w->chosen.rows;
    double sum = 0, weight = 0;
    gr_plan_evaluate(w->plan, &w->wide.set, w->index, rows, w->loss, w->prediction);
    for (size_t i = 0; i < rows; i++) {
        sum = fma(w->weight[i], w->loss[i], sum);
        weight += w->weight[i];
    }
    return sum / weight;
}

static double loss_at(const work *w, double a, double b)
{
    gradus_net *net = w->wide.net;
    const size_t all = gr_landscape_values(net);
    for (size_t k = 0; k < all; k++)
        w->moved[k] = fma(b, w->across[k], fma(a, w->along[k], w->centre[k]));
    const double *values = w->moved;
    for (size_t i = 0; i < net->tensors; i++) {
        gradus_net_set(net, i, values);
        values += net->tensor[i].rows * net->tensor[i].columns;
    }
    return evaluate(w);
}

/* Of a net on the path, with the statistics that it has. */
static double loss_of(const work *w, const gradus_net *net)
{
    for (size_t i = 0; i < net->tensors; i++) {
        const size_t count = net->tensor[i].rows * net->tensor[i].columns;
        gradus_net_get(net, i, w->narrow);
        net->kernels->to_double(count, w->narrow, w->moved);
        gradus_net_set(w->wide.net, i, w->moved);
    }
    return evaluate(w);
}

static void survey(const work *w)
{
    const gradus_landscape_about *about = &w->made->about;
    const double last = (double)about->columns - 1;
    for (size_t i = 0; i < about->lines; i++)
        for (size_t j = 0; j < about->columns; j++) {
            /* exactly 0 in the middle */
            const double a = about->span * ((2 * (double)j - last) / last);
            const double b =
                about->lines == 1 ? 0 : about->span * ((2 * (double)i - last) / last);
            w->made->values[i * about->columns + j] = loss_at(w, a, b);
        }
    for (size_t t = 0; t < about->points; t++)
        w->made->path[t].loss = loss_of(w, w->options->path[t]);
}

/* ---- all of it ---- */

static gradus_status check(const gradus_landscape_options *options)
{
    if (options->grid < 2 || options->grid > MOST_GRID)
        return gr_fail(GRADUS_ARGUMENT, "landscape: a grid of %zu points: from 2 to %d",
                       options->grid, MOST_GRID);
    if (options->rows < 1 || options->rows > MOST_ROWS)
        return gr_fail(GRADUS_ARGUMENT, "landscape: %zu rows: from 1 to %d", options->rows,
                       MOST_ROWS);
    if (!(options->span >= 0) || !isfinite(options->span))
        return gr_fail(GRADUS_ARGUMENT, "landscape: the span is to be above 0, or 0: chosen");
    if (options->steps < 1)
        return gr_fail(GRADUS_ARGUMENT, "landscape: at least 1 step is needed");
    return GRADUS_OK;
}

static gradus_status measure(work *w)
{
    gradus_status status;
    const gradus_landscape_options *options = w->options;
    gradus_net *net = w->wide.net;
    const gr_curvature_loss loss = {options->loss, options->delta};
    const gr_plan_options plan = {.rows = w->chosen.rows, .loss = options->loss,
                                  .delta = options->delta, .inference = true};
    double *values = w->centre;
    GR_TRY(gr_curvature_open(&w->curvature, net, &w->wide.set, &loss));
    GR_TRY(gr_landscape_bend(w->made, &w->curvature, options, w->gradient, w->direction));
    GR_TRY(gr_plan_new(net, &plan, &w->plan));
    for (size_t i = 0; i < net->tensors; i++) {
        gradus_net_get(net, i, values);
        values += net->tensor[i].rows * net->tensor[i].columns;
    }
    GR_TRY(direct(w));
    survey(w);
done:
    return status;
}

static void release(const gradus_context *context, work *w)
{
    void *const blocks[] = {w->narrow, w->direction, w->gradient, w->prediction, w->loss,
                            w->moved, w->across, w->along, w->centre, w->index, w->weight,
                            w->label, w->y, w->x};
    gr_plan_free(w->plan);
    gr_curvature_close(&w->curvature);
    gr_widen_release(context, &w->wide);
    for (size_t i = 0; i < GR_COUNT(blocks); i++)
        gr_release(context, blocks[i]);
    gradus_landscape_free(w->made);
}

gradus_status gradus_landscape_new(const gradus_net *net, const gradus_set *set,
                                   const gradus_landscape_options *options,
                                   gradus_landscape **landscape)
{
    gradus_status status;
    gradus_landscape_options usual;
    gradus_landscape_defaults(&usual);
    work w = {.net = net, .options = options != NULL ? options : &usual};
    const unsigned saved = gr_float_enter();
    *landscape = NULL;
    GR_TRY(check(w.options));
    GR_TRY(gr_set_check(net, set, "examples"));
    GR_TRY(gr_allocate(net->context, 1, sizeof *w.made, "a landscape", &w.made));
    w.made->context = net->context;
    w.made->about = (gradus_landscape_about){
        .parameters = net->parameter_count, .columns = w.options->grid,
        .lines = w.options->line ? 1 : w.options->grid,
        .points = w.options->path != NULL ? w.options->points : 0};
    GR_TRY(choose_rows(&w, net, set));
    GR_TRY(gr_widen(net, &w.chosen, &w.wide));
    GR_TRY(allocate(&w));
    GR_TRY(measure(&w));
    *landscape = w.made;
    w.made = NULL;
done:
    release(net->context, &w);
    gr_float_leave(saved);
    return status;
}

void gradus_landscape_free(gradus_landscape *landscape)
{
    if (landscape == NULL)
        return;
    const gradus_context *context = landscape->context;
    gr_release(context, landscape->path);
    gr_release(context, landscape->values);
    gr_release(context, landscape);
}

void gradus_landscape_describe(const gradus_landscape *landscape,
                               gradus_landscape_about *about)
{
    *about = landscape->about;
}

const double *gradus_landscape_values(const gradus_landscape *landscape)
{
    return landscape->values;
}

const gradus_landscape_point *gradus_landscape_path(const gradus_landscape *landscape)
{
    return landscape->path;
}
