/*
 * theory/grid.h - a box cut into N pieces along each axis, and what f does on its cells
 *
 * Cells and nodes are numbered with the last axis running fastest.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_GRID_H
#define GR_THEORY_GRID_H

#include "theory/approximate.h"
#include "theory/interval.h"

/* Values, gradient and second derivatives of a function of GRADUS_VARIABLES variables. */
enum { GR_ENCLOSED = 1 + GRADUS_VARIABLES + GRADUS_VARIABLES * (GRADUS_VARIABLES + 1) / 2 };

typedef struct gr_grid {
    const gr_target *target;
    size_t d, pieces;
    size_t cells;               /* pieces^d */
} gr_grid;

/* What is known of f on a box: f(x) is in `value`, and in middle + slope (x - at). */
typedef struct gr_cell {
    gradus_interval value, middle, slope[GRADUS_VARIABLES];
    double at[GRADUS_VARIABLES];
} gr_cell;

/* Errors   ARGUMENT: the box is too large, or pieces too short, for doubles. */
GRADUS_CHECKED gradus_status gr_grid_new(const gr_target *target, size_t pieces,
                                         gr_grid *grid);

/* The failure, ARGUMENT, of an axis: what is wrong, and what to do. */
gradus_status gr_grid_refuse(const gr_grid *grid, size_t axis, const char *what);

/* Place j of 0 .. pieces along an axis, rising; the first and the last are the box's ends. */
double gr_grid_edge(const gr_grid *grid, size_t axis, size_t j);
/* min + j (max - min) / pieces, exactly, is in here; and this is in the box. */
gradus_interval gr_grid_node(const gr_grid *grid, size_t axis, size_t j);

/* The digits of a number of `d` digits to a base, and back. */
void gr_digits(size_t number, size_t base, size_t d, size_t *digit);
size_t gr_number(const size_t *digit, size_t base, size_t d);

/*
 * f->enclose, or where that is NULL an estimate: values at 3^d points of the box, divided
 * differences of these, and what the values do between the points by the second ones.
 * Errors   of f->enclose; ARGUMENT: f is not finite.
 */
GRADUS_CHECKED gradus_status gr_enclose(const gr_target *target, const gradus_interval *box,
                                        int order, gradus_interval *result);

/* The closed cell. */
void gr_grid_cell(const gr_grid *grid, const size_t *cell, gradus_interval *box);
/* Errors   of gr_enclose; ARGUMENT: f is not finite in the middle of the box. */
GRADUS_CHECKED gradus_status gr_cell_look(const gr_target *target, const gradus_interval *box,
                                          gr_cell *look);
/* f on a part of the box. */
gradus_interval gr_cell_part(const gr_cell *look, size_t d, const gradus_interval *part);
/* The number amid the values of f there. */
double gr_cell_amid(const gr_cell *look);
/* At least |f - v| on an interval of values of f. */
double gr_farthest(gradus_interval f, gradus_interval v);

/*
 * The step of numbers up to `largest` whose sums and differences, up to `growth` times
 * `largest`, are exact in double; and the number of such steps nearest to x.
 */
double gr_step(double largest, double growth);
double gr_whole_steps(double x, double step);

/*
 * Mixed differences, in place, of values v [base]^d:
 *
 *     v_k = sum over j <= k of c_j        j <= k: along every axis
 */
void gr_mixed_differences(double *v, size_t base, size_t d);

#endif
