/*
 * theory/kuhn_cell.c - how far f is from its interpolation on the simplices of a cell
 *
 * At x = sum_i p_i v_i, p_i >= 0, in a simplex with the vertices v_0 .. v_d, by Taylor's
 * theorem at x, as sum_i p_i (v_i - x) = 0, with M in the middle of the second derivatives on
 * the cell and R how far they are from it:
 *
 *     e = sum_i p_i f(v_i) - f(x) = 1/2 sum_i p_i (v_i - x)' H_i (v_i - x)
 *     1/2 sum_i p_i (v_i - x)' M (v_i - x) = 1/2 sum_{i<j} p_i p_j (v_i - v_j)' M (v_i - v_j)
 *
 *     |e| <= d/(4 (d+1)) max over sets S of axes |sum_{a,b in S} h_a h_b M_ab|
 *            + 1/8 sum_{a,b} h_a h_b R_ab
 *
 * v_i - v_j is h on some set of axes, sum_{i<j} p_i p_j <= d/(2 (d+1)), and along an axis v_i
 * is at one of two places h apart, so that its variance is at most h^2/4. By the gradient,
 * which is within r of some vector on the cell, |e| <= 1/2 sum_a h_a r_a; and f and its
 * interpolation, a mean of values at corners, both lie between the extremes of f. Where second
 * derivatives have no bound the cell is taken apart (theory/kuhn_part.c).
 * docs/math/constructions.md has the steps.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/kuhn.h"

#include "base/status.h"

/* A cell that would be the worst is looked at in halves, and halves of these. */
enum { DEPTH = 2 };

/* The length of a piece. */
static gradus_interval piece(const gr_grid *grid, size_t i)
{
    const gradus_interval side = grid->target->box[i];
    return gr_interval_divide(
        gr_interval_subtract(gr_interval_at(side.max), gr_interval_at(side.min)),
        gr_interval_at((double)grid->pieces));
}

/* Of an unbounded one any number. */
static double middle_of(gradus_interval x)
{
    const double middle = x.min / 2 + x.max / 2;
    return middle - middle == 0 ? middle : 0;
}

static double radius_of(gradus_interval x)
{
    const double middle = middle_of(x);
    return gr_farthest(x, gr_interval_at(middle));
}

/* h_a h_b of all pairs a <= b, as second derivatives are numbered. */
static double by_curvature(const gr_grid *grid, const gradus_interval *second)
{
    const size_t d = grid->d;
    gradus_interval term[GR_KUHN_INPUTS * (GR_KUHN_INPUTS + 1) / 2];
    double worst = 0, rest = 0;
    for (size_t a = 0, k = 0; a < d; a++)
        for (size_t b = a; b < d; b++, k++) {
            const gradus_interval hh = gr_interval_multiply(piece(grid, a), piece(grid, b));
            const double twice = a == b ? 1 : 2;
            const double r = gr_multiply_up(radius_of(second[k]), gr_interval_magnitude(hh));
            if (!(r < INFINITY))
                return INFINITY;
            term[k] = gr_interval_multiply(gr_interval_at(twice * middle_of(second[k])), hh);
            rest = gr_add_up(rest, twice * r / 8);
        }
    for (size_t set = 1; set < (size_t)1 << d; set++) {
        gradus_interval sum = gr_interval_at(0);
        for (size_t a = 0, k = 0; a < d; a++)
            for (size_t b = a; b < d; b++, k++)
                if (set >> a & set >> b & 1)
                    sum = gr_interval_add(sum, term[k]);
        worst = gr_most(worst, gr_interval_magnitude(sum));
    }
    const double share = gr_up((double)d / (4 * (double)(d + 1)));
    return gr_add_up(gr_multiply_up(share, worst), rest);
}

static double by_slope(const gr_grid *grid, const gradus_interval *slope)
{
    double sum = 0;
    for (size_t a = 0; a < grid->d; a++) {
        const double r = radius_of(slope[a]) / 2;
        sum = gr_add_up(sum, gr_multiply_up(r, piece(grid, a).max));
    }
    return sum - sum == 0 ? sum : INFINITY;
}

static double by_value(gradus_interval value)
{
    const double wide = gr_interval_subtract(gr_interval_at(value.max),
                                             gr_interval_at(value.min)).max;
    return wide - wide == 0 ? wide : INFINITY;
}

/* The hull of what is known of the 2^d halves of a box, halved `depth` times. */
static gradus_status enclose_parts(const gr_grid *grid, const gradus_interval *box,
                                   size_t depth, gradus_interval *all)
{
    const size_t d = grid->d, count = 1 + d + d * (d + 1) / 2;
    gradus_interval part[GR_KUHN_INPUTS], one[GR_ENCLOSED];
    gradus_status status = GRADUS_OK;
    if (depth == 0)
        return gr_enclose(grid->target, box, 2, all);
    for (size_t half = 0; half < (size_t)1 << d && status == GRADUS_OK; half++) {
        for (size_t i = 0; i < d; i++) {
            const double middle = middle_of(box[i]);
            part[i] = half >> i & 1 ? (gradus_interval){middle, box[i].max}
                                    : (gradus_interval){box[i].min, middle};
        }
        status = enclose_parts(grid, part, depth - 1, one);
        for (size_t k = 0; k < count; k++)
            all[k] = half == 0 ? one[k] : gr_interval_hull(all[k], one[k]);
    }
    return status;
}

/* The whole cell comes first: a kink where halves meet is a kink of neither. */
gradus_status gr_kuhn_cell_error(const gr_grid *grid, const size_t *cell, double *worst)
{
    gradus_interval box[GR_KUHN_INPUTS], all[GR_ENCLOSED];
    double error = INFINITY, curved = 0;
    for (size_t i = 0; i < grid->d; i++) {
        box[i].min = gr_grid_node(grid, i, cell[i]).min;
        box[i].max = gr_grid_node(grid, i, cell[i] + 1).max;
    }
    for (size_t depth = 0; depth <= DEPTH && curved < INFINITY && error > *worst; depth++) {
        const gradus_status status = enclose_parts(grid, box, depth, all);
        if (status != GRADUS_OK)
            return status;
        curved = by_curvature(grid, all + 1 + grid->d);
        error = gr_least(error, gr_least(curved, by_slope(grid, all + 1)));
        error = gr_least(error, by_value(all[0]));
    }
    if (error <= *worst)
        return GRADUS_OK;
    if (curved == INFINITY)
        return gr_kuhn_part_error(grid, cell, error, worst);
    *worst = error;
    return GRADUS_OK;
}
