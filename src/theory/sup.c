/*
 * theory/sup.c - the largest |f - net| of a function and a network of one variable
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/sup.h"

#include "base/memory.h"
#include "base/status.h"

enum { LEAST_LOOKS = 4096, LOOKS_A_PIECE = 24 };
static const double near_enough = 1.02;

/* A part of a piece: f at its ends, and the largest |f - net| there and at most. */
typedef struct part {
    size_t piece;
    gradus_interval x, left, right;
    double ends, bound;
} part;

typedef struct search {
    const gr_target *target;
    const gr_graph *graph;
    double seen;                /* an error that is taken */
    double little;
    size_t looks;               /* that may still be taken */
} search;

static double error_at(search *s, const part *p, double x, gradus_interval f)
{
    gr_look net;
    s->graph->over(s->graph->net, p->piece, gr_interval_at(x), &net);
    const gradus_interval error = gr_interval_subtract(f, net.value);
    s->seen = gr_most(s->seen, gr_interval_distance(error));
    return gr_interval_magnitude(error);
}

static gradus_status bound_part(search *s, part *p)
{
    gr_look f, net;
    const gradus_status status = gr_look_over(s->target, p->x, p->left, p->right, &f);
    if (status != GRADUS_OK)
        return status;
    s->graph->over(s->graph->net, p->piece, p->x, &net);
    p->ends = gr_most(error_at(s, p, p->x.min, p->left),
                      error_at(s, p, p->x.max, p->right));
    const double h = gr_up(p->x.max - p->x.min);
    const gradus_interval slope = gr_interval_subtract(f.slope, net.slope),
                          bend = gr_interval_subtract(f.bend, net.bend);
    /* divided last: h/4 of the least doubles is 0, and 0 times infinity no bound */
    const double tilted = gr_multiply_up(h, gr_up(slope.max - slope.min)) / 4,
                 bent = gr_multiply_up(gr_multiply_up(h, h), gr_interval_magnitude(bend)) / 8;
    p->bound = gr_least(gr_interval_magnitude(gr_interval_subtract(f.value, net.value)),
                        gr_add_up(p->ends, gr_least(bent, tilted)));
    return GRADUS_OK;
}

/* p->bound becomes the larger of both halves', and so on where it is still much. */
static gradus_status halve(search *s, part *p)
{
    const double middle = p->x.min + (p->x.max - p->x.min) / 2;
    gradus_status status = GRADUS_OK;
    gradus_interval f;
    if (p->bound <= near_enough * s->seen + s->little || s->looks == 0 ||
        middle <= p->x.min || middle >= p->x.max)
        return GRADUS_OK;
    s->looks--;
    GR_TRY(gr_look_at(s->target, middle, &f));
    part left = {p->piece, {p->x.min, middle}, p->left, f, 0, 0};
    part right = {p->piece, {middle, p->x.max}, f, p->right, 0, 0};
    GR_TRY(bound_part(s, &left));
    GR_TRY(bound_part(s, &right));
    const bool more_left = left.bound > right.bound;
    GR_TRY(halve(s, more_left ? &left : &right));
    GR_TRY(halve(s, more_left ? &right : &left));
    p->bound = gr_least(p->bound, gr_most(left.bound, right.bound));
done:
    return status;
}

static gradus_status bound_all(search *s, part *part_of)
{
    gradus_status status;
    const double *x = s->graph->knot;
    gradus_interval f;
    size_t worst = 0;
    GR_TRY(gr_look_at(s->target, x[0], &f));
    for (size_t j = 0; j < s->graph->pieces; j++) {
        part *p = &part_of[j];
        *p = (part){.piece = j, .x = {x[j], x[j + 1]}, .left = f};
        GR_TRY(gr_look_at(s->target, x[j + 1], &f));
        p->right = f;
        GR_TRY(bound_part(s, p));
        worst = p->bound > part_of[worst].bound ? j : worst;
    }
    GR_TRY(halve(s, &part_of[worst])); /* most others need no look then */
    for (size_t j = 0; j < s->graph->pieces; j++)
        GR_TRY(halve(s, &part_of[j]));
done:
    return status;
}

gradus_status gr_sup(const gr_target *target, const gr_graph *graph, double little,
                     double *most)
{
    search s = {.target = target, .graph = graph, .little = little,
                .looks = LEAST_LOOKS + LOOKS_A_PIECE * graph->pieces};
    part *part_of = NULL;
    gradus_status status = gr_allocate(target->context, graph->pieces, sizeof *part_of,
                                       "pieces", &part_of);
    if (status == GRADUS_OK)
        status = bound_all(&s, part_of);
    *most = 0;
    for (size_t j = 0; status == GRADUS_OK && j < graph->pieces; j++)
        *most = gr_most(*most, part_of[j].bound);
    gr_release(target->context, part_of);
    return status;
}
