/*
 * theory/broken_line.c - a network of relu units that interpolates f between given knots
 *
 * Both sides of the pivot are worked outward alike: `side` is -1 to the left, 1 to the right.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/broken_line.h"

#include "base/memory.h"
#include "base/status.h"
#include "theory/sup.h"

/* ---- the network ---- */

static double slope(const double *x, const double *y, size_t j)
{
    return (y[j + 1] - y[j]) / (x[j + 1] - x[j]);
}

/* Units add up to what f does after large terms have cancelled: the pivot is the knot within
 * for which sum |out_j relu| at the ends is least. `right` [pieces] is room. */
static size_t find_pivot(size_t pieces, const double *x, const double *y, double *right)
{
    double left = 0, sum = 0, least = INFINITY;
    size_t pivot = 1;
    for (size_t j = pieces - 1; j >= 1; j--) {
        right[j] = sum + fabs(slope(x, y, j)) * (x[pieces] - x[j]);
        sum += fabs(slope(x, y, j) - slope(x, y, j - 1)) * (x[pieces] - x[j]);
    }
    for (size_t j = 1; j < pieces; j++) {
        const double reach = x[j] - x[0];
        const double size = gr_most(right[j], left + fabs(slope(x, y, j - 1)) * reach);
        left += fabs(slope(x, y, j) - slope(x, y, j - 1)) * reach;
        if (size >= least)
            continue;
        least = size;
        pivot = j;
    }
    return pivot;
}

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

/* Units from the pivot outward. Each slope makes good what the rounding of those before it has
 * left at the next knot. Returns the number of the unit after the last. */
static size_t set_side(size_t pieces, const double *x, const double *y, size_t pivot, int side,
                       gr_one_layer *layer, size_t unit)
{
    sum tilt = {0, 0}, height = {y[pivot], 0};
    const size_t end = side < 0 ? 0 : pieces;
    for (size_t j = pivot; j != end; unit++) {
        const size_t next = side < 0 ? j - 1 : j + 1;
        const double h = fabs(x[next] - x[j]);
        const double m = (y[next] - height.value - height.lost) / h;
        const double jump = m - tilt.value - tilt.lost;
        layer->weight[unit] = side;
        layer->bias[unit] = -side * x[j];
        layer->out[unit] = jump;
        add(&tilt, jump);
        const double rise = tilt.value * h;
        add(&height, rise);
        height.lost += fma(tilt.value, h, -rise) + tilt.lost * h;
        j = next;
    }
    return unit;
}

gradus_status gr_broken_line_new(const gradus_context *context, size_t pieces,
                                 const double *knot, const double *y, gr_one_layer *layer)
{
    const gradus_status status = gr_one_layer_new(context, pieces, layer);
    if (status != GRADUS_OK)
        return status;
    const size_t pivot = find_pivot(pieces, knot, y, layer->out);
    layer->activation = "relu";
    layer->base = y[pivot];
    const size_t left = set_side(pieces, knot, y, pivot, -1, layer, 0);
    set_side(pieces, knot, y, pivot, 1, layer, left);
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

/*
 * The stored net on one side, in intervals. Returns sum_j |partial sum j| + |out_j| |x - x_j|,
 * each the largest there is on the side: u times that is lost by rounding, in first order.
 */
static double follow_side(size_t pieces, const double *x, const gr_one_layer *layer,
                          size_t pivot, int side, line *of)
{
    const gradus_interval sign = gr_interval_at(side);
    const size_t end = side < 0 ? 0 : pieces;
    gradus_interval tilt = gr_interval_at(0), height = gr_interval_at(layer->base);
    size_t unit = side < 0 ? 0 : pivot;
    double size = 0;
    for (size_t j = pivot; j != end; unit++) {
        const size_t next = side < 0 ? j - 1 : j + 1, piece = side < 0 ? next : j;
        const double jump = layer->out[unit], reach = gr_up(fabs(x[end] - x[j]));
        tilt = j == pivot ? gr_interval_at(jump) : gr_interval_add(tilt, gr_interval_at(jump));
        of[piece] = (line){x[j], height, gr_interval_multiply(tilt, sign)};
        const gradus_interval partial =
            gr_interval_hull(height, along(&of[piece], gr_interval_at(x[end])));
        size = gr_add_up(size, gr_add_up(gr_interval_magnitude(partial),
                                         gr_multiply_up(fabs(jump), reach)));
        height = along(&of[piece], gr_interval_at(x[next]));
        j = next;
    }
    return size;
}

/* Each of the units of a side adds (1 + u)^2 to what was lost before; those of the other side
 * add 0, without rounding. What is too small for a relative error is lifted. */
static double rounding_of(size_t units, double size)
{
    const double u = 0x1p-53, k = (double)units + 2;
    return gr_add_up(gr_multiply_up(size, u * (1 + 4 * k * u)), k * 0x1p-1074);
}

gradus_status gr_broken_line_bound(const gr_target *target, size_t pieces, const double *knot,
                                   const gr_one_layer *layer, gr_bound *bound)
{
    line *of = NULL;
    double most;
    size_t pivot = 0;           /* as many units face left */
    gradus_status status = gr_allocate(target->context, pieces, sizeof *of, "pieces", &of);
    if (status != GRADUS_OK)
        return status;
    while (pivot < pieces && layer->weight[pivot] < 0)
        pivot++;
    const double left = follow_side(pieces, knot, layer, pivot, -1, of),
                 right = follow_side(pieces, knot, layer, pivot, 1, of);
    const double rounding = rounding_of(pieces, gr_most(left, right));
    const gr_graph graph = {pieces, knot, over, of};
    status = gr_sup(target, &graph, 4 * rounding, &most);
    *bound = (gr_bound){.bound = gr_add_up(most, rounding), .rounding = rounding,
                        .proved = target->f->enclose != NULL};
    gr_release(target->context, of);
    return status;
}
