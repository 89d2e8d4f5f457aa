/*
 * theory/enclose/certify.c - the largest error of a network over a box, enclosed
 *
 * Branch and bound: the box with the largest bound is divided in two, until that bound is
 * near the largest error found at a point. With one input a box is divided at the kink of a
 * unit, where there is one, so that a net of relus becomes straight pieces.
 *
 * Source: Hansen and Walster, "Global optimization using interval analysis", 2004.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "gradus_proof.h"
#include "theory/enclose/difference.h"
#include "theory/enclose/rounding.h"
#include "theory/enclose/upward.h"

typedef struct piece {
    gradus_interval side[GR_TAYLOR_INPUTS];
    double bound;
    double at;      /* where to divide it, from -1 to 1 */
    unsigned axis;
} piece;

typedef struct search {
    const gr_network *network;
    const gradus_function *f;
    double tolerance;
    double lower;           /* the largest error found, proved */
    double blur;            /* how wide the enclosure there is */
    double settled;         /* the largest bound of what is no longer divided */
    double where[GR_TAYLOR_INPUTS];
    piece *heap;            /* the largest bound first */
    size_t count, room, boxes;
} search;

void gradus_certificate_defaults(gradus_certificate_options *options)
{
    *options = (gradus_certificate_options){.tolerance = 1e-3, .boxes = 4000000};
}

/* ---- the boxes that are left ---- */

static gradus_status push(search *s, const piece *added)
{
    if (s->count == s->room) {
        const size_t room = s->room == 0 ? 256 : 2 * s->room;
        const gradus_status status =
            gradus_memory_resize(s->network->context, s->room, room, sizeof *s->heap,
                                 "the boxes of a certificate", &s->heap);
        if (status != GRADUS_OK)
            return status;
        s->room = room;
    }
    size_t i = s->count++;
    for (; i > 0 && s->heap[(i - 1) / 2].bound < added->bound; i = (i - 1) / 2)
        s->heap[i] = s->heap[(i - 1) / 2];
    s->heap[i] = *added;
    return GRADUS_OK;
}

static piece pop(search *s)
{
    const piece top = s->heap[0], last = s->heap[--s->count];
    size_t i = 0;
    for (size_t next = 1; next < s->count; next = 2 * i + 1) {
        next += next + 1 < s->count && s->heap[next + 1].bound > s->heap[next].bound;
        if (s->heap[next].bound <= last.bound)
            break;
        s->heap[i] = s->heap[next];
        i = next;
    }
    s->heap[i] = last;
    return top;
}

/* ---- one box ---- */

/* A place where the enclosure has no end tells nothing. */
static gradus_status try_point(search *s, const double *x)
{
    gr_difference_at at;
    const gradus_status status = gr_difference_at_point(s->network, s->f, x, &at);
    if (status != GRADUS_OK)
        return status;
    const double size = gr_greater(0, gr_greater(at.error.min, -at.error.max));
    const double blur = at.error.max - at.error.min;
    if (size > s->lower && blur < INFINITY) {
        s->lower = size;
        s->blur = blur;
        for (size_t i = 0; i < s->f->inputs; i++)
            s->where[i] = x[i];
    }
    return GRADUS_OK;
}

/* A bound so near to what was found need not come nearer: because of the tolerance, or
 * because of the rounding of the enclosures themselves. */
static bool near_enough(const search *s, double bound)
{
    return bound - s->lower <= gr_greater(s->tolerance * s->lower, 4 * s->blur);
}

/* The middle of an axis, or the kink, where that lies inside. */
static void choose_cut(const search *s, const gr_difference *of, piece *b)
{
    double widest = -1;
    b->axis = 0;
    b->at = isnan(of->kink) ? 0 : of->kink;
    for (size_t i = 0; i < s->f->inputs; i++) {
        const double middle = b->side[i].min / 2 + b->side[i].max / 2;
        if (of->weight[i] > widest && middle > b->side[i].min && middle < b->side[i].max) {
            widest = of->weight[i];
            b->axis = (unsigned)i;
        }
    }
}

static gradus_status add_box(search *s, piece *b)
{
    gr_difference of;
    gradus_status status = gr_difference_over(s->network, s->f, b->side, &of);
    if (status != GRADUS_OK)
        return status;
    s->boxes++;
    b->bound = of.bound;
    if (of.guess > s->lower)
        status = try_point(s, of.likely);
    if (status != GRADUS_OK)
        return status;
    if (near_enough(s, b->bound)) {
        s->settled = gr_greater(s->settled, b->bound);
        return GRADUS_OK;
    }
    choose_cut(s, &of, b);
    return push(s, b);
}

/* Both halves; a box as narrow as doubles are stays as it is. */
static gradus_status divide(search *s, const piece *whole)
{
    const gradus_interval side = whole->side[whole->axis];
    const double center = side.min / 2 + side.max / 2;
    double cut = center + whole->at * (side.max - center);
    if (!(cut > side.min && cut < side.max))
        cut = center;
    if (!(cut > side.min && cut < side.max)) {
        s->settled = gr_greater(s->settled, whole->bound);
        return GRADUS_OK;
    }
    for (int half = 0; half < 2; half++) {
        piece part = *whole;
        part.side[whole->axis] = half == 0 ? (gradus_interval){side.min, cut}
                                           : (gradus_interval){cut, side.max};
        const gradus_status status = add_box(s, &part);
        if (status != GRADUS_OK)
            return status;
    }
    return GRADUS_OK;
}

/* Boxes that are divided in the hope that a bound of nothing becomes a number. */
enum { PATIENCE = 20000 };

static gradus_status refuse_place(const search *s, const piece *at)
{
    char place[128] = "";
    size_t length = 0;
    for (size_t i = 0; i < s->f->inputs; i++) {
        char number[GRADUS_NUMBER_LENGTH];
        gradus_number_write(at->side[i].min, number);
        for (const char *c = i == 0 ? "" : ", "; *c != 0; c++)
            place[length++] = *c;
        for (const char *c = number; *c != 0; c++)
            place[length++] = *c;
        place[length] = 0;
    }
    return gradus_error_set(GRADUS_ARGUMENT, "near (%s): the network, or the function, has no "
                            "bound that double can hold: leave that part of the box out",
                            place);
}

static gradus_status run(search *s, const gradus_interval *sides, size_t most_boxes)
{
    piece whole = {.bound = 0};
    double corner[GR_TAYLOR_INPUTS];
    for (size_t i = 0; i < s->f->inputs; i++) {
        whole.side[i] = sides[i];
        corner[i] = s->where[i] = sides[i].min;
    }
    gradus_status status = try_point(s, corner);
    if (status == GRADUS_OK)
        status = add_box(s, &whole);
    while (status == GRADUS_OK && s->count > 0 && s->boxes < most_boxes &&
           !near_enough(s, s->heap[0].bound)) {
        const piece top = pop(s);
        if (top.bound == INFINITY && s->boxes > PATIENCE)
            return refuse_place(s, &top);
        status = divide(s, &top);
    }
    return status;
}

/* ---- the certificate ---- */

static gradus_status refuse(const gr_network *network, const gradus_function *f,
                            const gradus_interval *box, double tolerance)
{
    if (f->enclose == NULL)
        return gradus_error_set(GRADUS_ARGUMENT, "the function cannot be enclosed: give one "
                                "with `enclose`");
    if (f->inputs != network->inputs)
        return gradus_error_set(GRADUS_ARGUMENT, "the function has %zu variables, the network "
                                "%zu inputs: they must be as many", f->inputs,
                                network->inputs);
    for (size_t i = 0; i < f->inputs; i++)
        if (!(box[i].min <= box[i].max && box[i].max - box[i].min < INFINITY))
            return gradus_error_set(GRADUS_ARGUMENT, "side %zu of the box: it must go from a "
                                    "number to a larger one", i + 1);
    if (!(tolerance > 0 && tolerance < 1))
        return gradus_error_set(GRADUS_ARGUMENT, "the tolerance must lie between 0 and 1");
    return GRADUS_OK;
}

static double middle(gradus_interval range) { return range.min / 2 + range.max / 2; }

/* What the search has found, and what is told beside it. */
static gradus_status conclude(const search *s, const gradus_interval *box,
                              gradus_certificate *made)
{
    gr_difference_at at;
    double rounding;
    gradus_status status = gr_difference_at_point(s->network, s->f, s->where, &at);
    if (status == GRADUS_OK)
        status = gr_rounding_over(s->network, box, &rounding);
    if (status != GRADUS_OK)
        return status;
    *made = (gradus_certificate){
        .lower = gr_greater(0, s->lower),
        .upper = gr_greater(s->count > 0 ? s->heap[0].bound : 0, s->settled),
        .f = middle(at.f),
        .net = middle(at.net),
        .boxes = s->boxes,
        .rounding = rounding,
    };
    if (!(made->upper < INFINITY))
        return gradus_error_set(GRADUS_ARGUMENT, "%zu boxes were too few to find any bound: "
                                "allow for more", s->boxes);
    made->reached = made->upper - made->lower <= s->tolerance * made->upper;
    for (size_t i = 0; i < s->f->inputs; i++)
        made->where[i] = s->where[i];
    return GRADUS_OK;
}

static gradus_status certify(const gr_network *network, const gradus_function *f,
                             const gradus_interval *box,
                             const gradus_certificate_options *options,
                             gradus_certificate *made)
{
    gradus_certificate_options chosen;
    gradus_certificate_defaults(&chosen);
    if (options != NULL)
        chosen = *options;
    search s = {.network = network, .f = f, .tolerance = chosen.tolerance, .lower = -1};
    gradus_status status = refuse(network, f, box, chosen.tolerance);
    if (status == GRADUS_OK)
        status = run(&s, box, chosen.boxes);
    if (status == GRADUS_OK)
        status = conclude(&s, box, made);
    gradus_memory_release(network->context, s.heap);
    return status;
}

gradus_status gradus_certificate_net(const gradus_context *context, const gradus_net *net,
                                     const gradus_function *f, const gradus_interval *box,
                                     const gradus_certificate_options *options,
                                     gradus_certificate *certificate)
{
    gr_network network;
    gradus_status status = gr_network_of_net(context, net, &network);
    if (status != GRADUS_OK)
        return status;
    status = certify(&network, f, box, options, certificate);
    gr_network_free(&network);
    return status;
}

gradus_status gradus_certificate_model(const gradus_context *context, const gradus_model *model,
                                       const gradus_function *f, const gradus_interval *box,
                                       const gradus_certificate_options *options,
                                       gradus_certificate *certificate)
{
    gr_network network;
    gradus_status status = gr_network_of_model(context, model, &network);
    if (status != GRADUS_OK)
        return status;
    status = certify(&network, f, box, options, certificate);
    gr_network_free(&network);
    return status;
}
