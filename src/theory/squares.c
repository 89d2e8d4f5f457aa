/*
 * theory/squares.c - squares and products in a tower of relu layers
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/squares.h"

#include <math.h>

double gr_square_error(size_t levels)
{
    return ldexp(1, -2 * (int)levels - 2);
}

/* ---- what is carried ---- */

static void pass(gr_tower *tower, size_t first, gr_carried *carried)
{
    for (size_t k = 0; k < carried->count; k++) {
        gr_tower_unit(tower, first + k, carried->form[k]);
        carried->form[k] = gr_form_unit(first + k, 1);
    }
}

gradus_status gr_tower_carry(gr_tower *tower, gr_carried *carried)
{
    const gradus_status status = gr_tower_add(tower, carried->count, "relu");
    if (status == GRADUS_OK)
        pass(tower, 0, carried);
    return status;
}

/* ---- x^2 ---- */

/* x^2 for 0 <= x <= 1, by levels of which each is a layer; several may stand side by side. */
typedef struct square {
    size_t level;           /* that was added last */
    gr_form wave, sum;      /* g_level(x), and f_level(x) + line from level 1 on */
    gr_line line;
} square;

/* Units that the next level takes. */
static size_t units_of(const square *s)
{
    return s->level == 0 ? 2 : 3;
}

/* The next level, in the last layer from unit `first` on. On [0, 1] is relu(g) = g and
 * relu(g - 1) = 0, and f >= 0 goes through a relu unchanged; at the first level f and g are
 * both x. */
static void climb(square *s, gr_tower *tower, size_t first)
{
    gr_form sum = gr_form_shift(gr_form_unit(first, 1 + s->line.slope), s->line.shift);
    gr_tower_unit(tower, first, s->wave);
    gr_tower_unit(tower, first + 1, gr_form_shift(s->wave, -0.5));
    if (s->level > 0) {
        gr_tower_unit(tower, first + 2, s->sum);
        sum = gr_form_unit(first + 2, 1);
    }
    s->level++;
    s->wave = gr_form_add(gr_form_unit(first, 2), gr_form_unit(first + 1, -4));
    s->sum = gr_form_add(sum, gr_form_scale(s->wave, -ldexp(1, -2 * (int)s->level)));
}

static gradus_status climb_all(gr_tower *tower, size_t levels, square *s, size_t squares,
                               gr_carried *carried)
{
    for (size_t l = 0; l < levels; l++) {
        const size_t each = units_of(&s[0]);
        const gradus_status status =
            gr_tower_add(tower, squares * each + carried->count, "relu");
        if (status != GRADUS_OK)
            return status;
        for (size_t k = 0; k < squares; k++)
            climb(&s[k], tower, k * each);
        pass(tower, squares * each, carried);
    }
    return GRADUS_OK;
}

gradus_status gr_tower_square(gr_tower *tower, size_t levels, gr_form x, gr_line line,
                              gr_carried *carried, gr_form *sum)
{
    square s = {.wave = x, .line = line};
    const gradus_status status = climb_all(tower, levels, &s, 1, carried);
    *sum = s.sum;
    return status;
}

/* ---- p q ---- */

/* |z| = relu(z) + relu(-z) */
static square absolute(gr_tower *tower, gr_form z, size_t first)
{
    const gr_form both = gr_form_add(gr_form_unit(first, 1), gr_form_unit(first + 1, 1));
    gr_tower_unit(tower, first, z);
    gr_tower_unit(tower, first + 1, gr_form_scale(z, -1));
    return (square){.wave = both, .sum = both};
}

gradus_status gr_tower_multiply(gr_tower *tower, size_t levels, gr_form p, gr_form q,
                                gr_carried *carried, gr_form *product)
{
    const gr_form half[2] = {gr_form_scale(gr_form_add(p, q), 0.5),
                             gr_form_scale(gr_form_add(p, gr_form_scale(q, -1)), 0.5)};
    square s[2];
    gradus_status status = gr_tower_add(tower, 4 + carried->count, "relu");
    if (status != GRADUS_OK)
        return status;
    for (size_t k = 0; k < 2; k++)
        s[k] = absolute(tower, half[k], 2 * k);
    pass(tower, 4, carried);
    status = climb_all(tower, levels, s, 2, carried);
    *product = gr_form_add(s[0].sum, gr_form_scale(s[1].sum, -1));
    return status;
}
