/*
 * theory/broken_line.c - a network of relu units that interpolates f between given knots
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/broken_line.h"

#include "base/memory.h"
#include "base/status.h"
#include "theory/sup.h"

/* ---- the network ---- */

/* A sum with what its additions lost. */
typedef struct sum {
    double value, lost;
} sum;

static void add(sum *s, double x)
{
    const double to = s->value + x, back = to - s->value;
    s->lost += (s->value - (to - back)) + (x - back);
    s->value = to;
}

/* Each slope makes good what the rounding of those before it has left at the next knot. */
static void set_units(size_t pieces, const double *x, const double *y, gr_one_layer *layer)
{
    sum slope = {0, 0}, height = {y[1], 0};
    layer->base = y[1];
    layer->weight[0] = -1;
    layer->bias[0] = x[1];
    layer->out[0] = (y[0] - y[1]) / (x[1] - x[0]);
    for (size_t j = 1; j < pieces; j++) {
        const double h = x[j + 1] - x[j];
        const double m = (y[j + 1] - height.value - height.lost) / h;
        const double jump = m - slope.value - slope.lost;
        layer->weight[j] = 1;
        layer->bias[j] = -x[j];
        layer->out[j] = jump;
        add(&slope, jump);
        const double rise = slope.value * h;
        add(&height, rise);
        height.lost += fma(slope.value, h, -rise) + slope.lost * h;
    }
}

gradus_status gr_broken_line_new(const gradus_context *context, size_t pieces,
                                 const double *knot, const double *y, gr_one_layer *layer)
{
    const gradus_status status = gr_one_layer_new(context, pieces, layer);
    if (status != GRADUS_OK)
        return status;
    layer->activation = "relu";
    set_units(pieces, knot, y, layer);
    return GRADUS_OK;
}

/* ---- how far f is from it ---- */

/* The net's line on a piece: height + slope (x - knot). */
typedef struct line {
    double knot;
    gradus_interval height, slope;
} line;

static gradus_interval along(const line *l, gradus_interval x)
{
    const gradus_interval away = gr_interval_subtract(x, gr_interval_at(l->knot));
    return gr_interval_add(l->height, gr_interval_multiply(l->slope, away));
}

static void over(const void *lines, size_t piece, gradus_interval x, gr_look *look)
{
    const line *l = (const line *)lines + piece;
    *look = (gr_look){along(l, x), l->slope, gr_interval_at(0)};
}

/* The stored net at its knots, in intervals; its size for the rounding of an evaluation. */
static void follow(size_t pieces, const double *x, const gr_one_layer *layer, line *of,
                   double *size)
{
    const double last = x[pieces];
    gradus_interval slope = gr_interval_at(0), height = gr_interval_at(layer->base);
    double right = 0;
    for (size_t j = 1; j < pieces; j++) {
        const double reach = gr_up(last - x[j]);
        slope = j == 1 ? gr_interval_at(layer->out[1])
                       : gr_interval_add(slope, gr_interval_at(layer->out[j]));
        of[j] = (line){x[j], height, slope};
        height = along(&of[j], gr_interval_at(x[j + 1]));
        right = gr_add_up(right, gr_multiply_up(fabs(layer->out[j]), reach));
    }
    of[0] = (line){x[1], gr_interval_at(layer->base), gr_interval_at(-layer->out[0])};
    const double left = gr_multiply_up(fabs(layer->out[0]), gr_up(x[1] - x[0]));
    *size = gr_add_up(fabs(layer->base), gr_most(left, right));
}

gradus_status gr_broken_line_bound(const gr_target *target, size_t pieces, const double *knot,
                                   const gr_one_layer *layer, gr_bound *bound)
{
    line *of = NULL;
    double size, most;
    gradus_status status = gr_allocate(target->context, pieces, sizeof *of, "pieces", &of);
    if (status != GRADUS_OK)
        return status;
    follow(pieces, knot, layer, of, &size);
    /* x - x_j is rounded, too */
    const double rounding = gr_one_layer_rounding(pieces, size, 0x1p-53);
    const gr_graph graph = {pieces, knot, over, of};
    status = gr_sup(target, &graph, rounding, &most);
    *bound = (gr_bound){.bound = gr_add_up(most, rounding), .rounding = rounding,
                        .proved = target->f->enclose != NULL};
    gr_release(target->context, of);
    return status;
}
