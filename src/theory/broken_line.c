/*
 * theory/broken_line.c - a network of relu units that interpolates f between given knots
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/broken_line.h"

#include "base/memory.h"
#include "base/status.h"
#include "theory/interval.h"
#include "theory/look.h"

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

enum { LEAST_LOOKS = 4096, LOOKS_A_PIECE = 24 };

/* The net's line on a piece: height + slope (x - knot). */
typedef struct line {
    double knot;
    gradus_interval height, slope;
} line;

typedef struct search {
    const gr_target *target;
    double seen;                /* an error that is taken */
    double little;              /* beside which no bound is worth a look: the rounding */
    size_t looks;               /* that may still be taken */
} search;

/* A part of a piece, and e = f - net at its ends. */
typedef struct part {
    double from, to;
    gradus_interval left, right;
    double bound;
} part;

static gradus_interval along(const line *l, gradus_interval x)
{
    const gradus_interval away = gr_interval_subtract(x, gr_interval_at(l->knot));
    return gr_interval_add(l->height, gr_interval_multiply(l->slope, away));
}

static gradus_status error_at(search *s, const line *l, double x, gradus_interval *error)
{
    gradus_interval value;
    const gradus_status status = gr_look_at(s->target, x, &value);
    if (status == GRADUS_OK) {
        *error = gr_interval_subtract(value, along(l, gr_interval_at(x)));
        s->seen = gr_most(s->seen, gr_interval_distance(*error));
    }
    return status;
}

static gradus_status bound_part(search *s, const line *l, part *p)
{
    gr_look look;
    const gradus_status status = gr_look_over(s->target, p->from, p->to, &look);
    if (status != GRADUS_OK)
        return status;
    const double h = gr_up(p->to - p->from);
    const double ends = gr_most(gr_interval_magnitude(p->left),
                                gr_interval_magnitude(p->right));
    const double bent = gr_multiply_up(gr_multiply_up(h, h) / 8,
                                       gr_interval_magnitude(look.bend));
    const double tilted = gr_multiply_up(h / 4, gr_up(look.slope.most - look.slope.least));
    const gradus_interval span = gr_interval_subtract(
        look.value, along(l, (gradus_interval){p->from, p->to}));
    p->bound = gr_add_up(ends, gr_least(bent, isnan(tilted) ? INFINITY : tilted));
    p->bound = gr_least(p->bound, gr_interval_magnitude(span));
    return GRADUS_OK;
}

/* p->bound becomes the larger of both halves', and so on where it is still much. */
static gradus_status halve(search *s, const line *l, part *p)
{
    const double middle = p->from + (p->to - p->from) / 2;
    gradus_status status = GRADUS_OK;
    gradus_interval error;
    if (p->bound <= 1.02 * s->seen + s->little || s->looks == 0 || middle <= p->from ||
        middle >= p->to)
        return GRADUS_OK;
    s->looks--;
    GR_TRY(error_at(s, l, middle, &error));
    part left = {p->from, middle, p->left, error, 0};
    part right = {middle, p->to, error, p->right, 0};
    GR_TRY(bound_part(s, l, &left));
    GR_TRY(bound_part(s, l, &right));
    part *more = left.bound > right.bound ? &left : &right;
    part *less = left.bound > right.bound ? &right : &left;
    GR_TRY(halve(s, l, more));
    GR_TRY(halve(s, l, less));
    p->bound = gr_least(p->bound, gr_most(left.bound, right.bound));
done:
    return status;
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

/* All pieces at first, then those that are not near the largest error yet. */
static gradus_status bound_pieces(search *s, size_t pieces, const double *x, const line *of,
                                  part *piece)
{
    gradus_status status = GRADUS_OK;
    for (size_t j = 0; j < pieces; j++) {
        part *p = &piece[j];
        *p = (part){.from = x[j], .to = x[j + 1]};
        if (j > 0)
            p->left = piece[j - 1].right;
        else
            GR_TRY(error_at(s, &of[j], p->from, &p->left));
        GR_TRY(error_at(s, &of[j], p->to, &p->right));
        GR_TRY(bound_part(s, &of[j], p));
    }
    size_t worst = 0;
    for (size_t j = 1; j < pieces; j++)
        worst = piece[j].bound > piece[worst].bound ? j : worst;
    GR_TRY(halve(s, &of[worst], &piece[worst]));
    for (size_t j = 0; j < pieces; j++)
        GR_TRY(halve(s, &of[j], &piece[j]));
done:
    return status;
}

gradus_status gr_broken_line_bound(const gr_target *target, size_t pieces, const double *knot,
                                   const gr_one_layer *layer, gr_bound *bound)
{
    gradus_status status;
    const gradus_context *context = target->context;
    search s = {.target = target, .looks = LEAST_LOOKS + LOOKS_A_PIECE * pieces};
    line *of = NULL;
    part *piece = NULL;
    double size;
    GR_TRY(gr_allocate(context, pieces, sizeof *of, "pieces", &of));
    GR_TRY(gr_allocate(context, pieces, sizeof *piece, "pieces", &piece));
    follow(pieces, knot, layer, of, &size);
    const double rounding = gr_one_layer_rounding(pieces, size, 0x1p-53);
    s.little = rounding;        /* of which x - x_j has its part */
    GR_TRY(bound_pieces(&s, pieces, knot, of, piece));
    double worst = 0;
    for (size_t j = 0; j < pieces; j++)
        worst = gr_most(worst, piece[j].bound);
    *bound = (gr_bound){.bound = gr_add_up(worst, rounding), .rounding = rounding,
                        .proved = target->f->enclose != NULL};
done:
    gr_release(context, piece);
    gr_release(context, of);
    return status;
}
