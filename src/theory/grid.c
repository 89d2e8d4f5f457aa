/*
 * theory/grid.c - a box cut into N pieces along each axis, and what f does on its cells
 *
 *     f(x) in F(cell), and in F(middle) + sum_i F_i(cell) (x_i - middle_i)
 *
 * The second is the closer one where cells are small, by far where f is smooth.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/grid.h"

#include "base/status.h"
#include "theory/look.h"

static const size_t most_cells = (size_t)1 << 27;

gradus_status gr_grid_refuse(const gr_grid *grid, size_t axis, const char *what)
{
    char least[GRADUS_NUMBER_LENGTH], most[GRADUS_NUMBER_LENGTH];
    gradus_number_write(grid->target->box[axis].min, least);
    gradus_number_write(grid->target->box[axis].max, most);
    return gr_fail(GRADUS_ARGUMENT, "--on: axis %zu from %s to %s in %zu pieces: %s", axis + 1,
                   least, most, grid->pieces, what);
}

gradus_status gr_grid_new(const gr_target *target, size_t pieces, gr_grid *grid)
{
    *grid = (gr_grid){.target = target, .d = target->f->inputs, .pieces = pieces, .cells = 1};
    for (size_t i = 0; i < grid->d; i++) {
        const gradus_interval side = target->box[i];
        const double width = side.max - side.min;
        if (!(side.min - width > -INFINITY && side.max + width < INFINITY))
            return gr_grid_refuse(grid, i, "beyond doubles: take a smaller box");
        if (grid->cells > most_cells / pieces)
            return gr_grid_refuse(grid, i, "too many cells: allow a larger error");
        for (size_t j = 0; j < pieces; j++)
            if (!(gr_grid_edge(grid, i, j) < gr_grid_edge(grid, i, j + 1)))
                return gr_grid_refuse(grid, i, "they are shorter than doubles lie apart: take "
                                      "a larger box, or allow a larger error");
        grid->cells *= pieces;
    }
    return GRADUS_OK;
}

double gr_grid_edge(const gr_grid *grid, size_t axis, size_t j)
{
    const gradus_interval side = grid->target->box[axis];
    if (j >= grid->pieces)
        return side.max;
    const double x = side.min + (side.max - side.min) * ((double)j / (double)grid->pieces);
    return x < side.max ? x : side.max;
}

gradus_interval gr_grid_node(const gr_grid *grid, size_t axis, size_t j)
{
    const gradus_interval side = grid->target->box[axis];
    const gradus_interval least = gr_interval_at(side.min), most = gr_interval_at(side.max);
    if (j == 0 || j == grid->pieces)
        return j == 0 ? least : most;
    const gradus_interval share = gr_interval_divide(
        gr_interval_at((double)j), gr_interval_at((double)grid->pieces));
    const gradus_interval x = gr_interval_add(
        least, gr_interval_multiply(share, gr_interval_subtract(most, least)));
    return gr_interval_meet(x, side);
}

void gr_digits(size_t number, size_t base, size_t d, size_t *digit)
{
    for (size_t i = d; i-- > 0; number /= base)
        digit[i] = number % base;
}

size_t gr_number(const size_t *digit, size_t base, size_t d)
{
    size_t number = 0;
    for (size_t i = 0; i < d; i++)
        number = number * base + digit[i];
    return number;
}

/* ---- cells ---- */

void gr_grid_cell(const gr_grid *grid, const size_t *cell, gradus_interval *box)
{
    for (size_t i = 0; i < grid->d; i++) {
        box[i].min = gr_grid_edge(grid, i, cell[i]);
        box[i].max = gr_grid_edge(grid, i, cell[i] + 1);
    }
}

gradus_status gr_cell_look(const gr_target *target, const gradus_interval *box, gr_cell *look)
{
    gradus_interval middle[GRADUS_VARIABLES], all[GR_ENCLOSED];
    const size_t d = target->f->inputs;
    gradus_status status;
    for (size_t i = 0; i < d; i++) {
        look->at[i] = box[i].min + (box[i].max - box[i].min) / 2;
        middle[i] = gr_interval_at(look->at[i]);
    }
    GR_TRY(gr_enclose(target, middle, 0, &look->middle));
    const double size = gr_interval_magnitude(look->middle);
    if (size - size != 0)
        return gr_not_finite(look->at, d, size);
    GR_TRY(gr_enclose(target, box, 1, all));
    for (size_t i = 0; i < d; i++)
        look->slope[i] = all[1 + i];
    look->value = all[0];
    look->value = gr_cell_part(look, d, box);
done:
    return status;
}

gradus_interval gr_cell_part(const gr_cell *look, size_t d, const gradus_interval *part)
{
    gradus_interval value = look->middle;
    for (size_t i = 0; i < d; i++) {
        const gradus_interval away = gr_interval_subtract(part[i], gr_interval_at(look->at[i]));
        value = gr_interval_add(value, gr_interval_multiply(look->slope[i], away));
    }
    const gradus_interval both = gr_interval_meet(value, look->value);
    return both.min <= both.max ? both : value; /* estimates may have nothing in common */
}

double gr_cell_amid(const gr_cell *look)
{
    const double least = look->value.min, most = look->value.max;
    const double amid = least / 2 + most / 2;
    return amid - amid == 0 ? amid : look->middle.min;
}

/* A difference, rounded up; 0 is exact. */
static double beyond(double x)
{
    return x > 0 ? gr_up(x) : x <= 0 ? 0 : INFINITY;
}

double gr_farthest(gradus_interval f, gradus_interval v)
{
    return gr_most(beyond(f.max - v.min), beyond(v.max - f.min));
}

/* ---- sums without rounding ---- */

double gr_step(double largest, double growth)
{
    int exponent;
    if (largest == 0)
        return 1;
    frexp(largest, &exponent);
    const double step = ldexp(growth, exponent - 53);
    return step > 0x1p-1022 ? step : 0x1p-1022;
}

double gr_whole_steps(double x, double step)
{
    return rint(x / step) * step;
}

void gr_mixed_differences(double *v, size_t base, size_t d)
{
    size_t count = 1, stride = 1;
    for (size_t i = 0; i < d; i++)
        count *= base;
    for (size_t i = 0; i < d; i++, stride *= base)
        for (size_t k = count; k-- > stride;)
            if (k / stride % base > 0)
                v[k] -= v[k - stride];
}
