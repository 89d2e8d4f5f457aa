/*
 * theory/regions_map.c - what the units of a net compute on a plane, in double and exactly
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "theory/regions.h"

/* ---- balls ---- */

static const double rounding = 0x1p-53; /* of a result, at most that share of it */
static const double least = 0x1p-1070;  /* and what may be lost near 0 */

static inline bool is_zero(gr_ball a)
{
    return a.mid == 0 && a.rad == 0;
}

/* sum += a b, with a bound of the rounding; products with 0 are exact. `rad` is summed with
 * roundings of its own, which widen_ball() makes up for at the end. */
static void add_product(gr_ball a, gr_ball b, gr_ball *sum)
{
    if (is_zero(a) || is_zero(b))
        return;
    sum->mid = fma(a.mid, b.mid, sum->mid);
    sum->rad += fabs(a.mid) * b.rad + a.rad * (fabs(b.mid) + b.rad) +
                fabs(sum->mid) * rounding + least;
}

static void widen_ball(gr_ball *sum, size_t products)
{
    sum->rad *= 1 + (double)(products + 2) * 0x1p-49;
}

static gr_ball exactly(double x)
{
    return (gr_ball){x, 0};
}

static gr_ball minus(gr_ball a)
{
    return (gr_ball){-a.mid, a.rad};
}

static void add_scaled(double scale, const gr_affine *x, gr_affine *sum)
{
    for (size_t k = 0; k < GR_TERMS; k++)
        add_product(exactly(scale), x->term[k], &sum->term[k]);
}

static void add_constant(double c, gr_affine *sum)
{
    add_product(exactly(1), exactly(c), &sum->term[GR_TERMS - 1]);
}

static void widen(gr_affine *sum, size_t products)
{
    for (size_t k = 0; k < GR_TERMS; k++)
        widen_ball(&sum->term[k], products);
}

/* ---- maps in double ---- */

static void compute_dense(const gr_frame *from, const gr_frame *to)
{
    for (size_t j = 0; j < to->width; j++) {
        gr_affine z = {0};
        for (size_t i = 0; i < to->inputs; i++)
            add_scaled(to->weight[j * to->inputs + i], &from->map[i], &z);
        add_constant(to->bias[j], &z);
        widen(&z, to->inputs + 1);
        to->map[j] = z;
    }
}

/* factor (x - mean) + shift */
static void compute_norm(const gr_frame *from, const gr_frame *to)
{
    for (size_t j = 0; j < to->width; j++) {
        gr_affine x = from->map[j], z = {0};
        add_constant(-to->mean[j], &x);
        add_scaled(to->weight[j], &x, &z);
        add_constant(to->bias[j], &z);
        widen(&z, 3);
        to->map[j] = z;
    }
}

static void compute_add(const gr_frame *from, const gr_frame *skip, const gr_frame *to)
{
    for (size_t j = 0; j < to->width; j++) {
        gr_affine z = skip->map[j];
        add_scaled(to->scale, &from->map[j], &z);
        widen(&z, 1);
        to->map[j] = z;
    }
}

static void compute_switch(const gr_cutter *c, const gr_frame *from, const gr_frame *to)
{
    for (size_t j = 0; j < to->width; j++) {
        const bool above = c->sign[to->first + j] > 0;
        gr_affine a = {0};
        if (to->step)
            a.term[GR_TERMS - 1].mid = above;
        else if (above)
            a = from->map[j];
        else
            add_scaled(to->scale, &from->map[j], &a);
        widen(&a, 1);
        to->map[j] = a;
    }
}

void gr_cutter_compute(gr_cutter *c, size_t n)
{
    const gr_frame *to = &c->frame[n], *from = &c->frame[to->from];
    gr_cutter_forget(c, n);
    if (to->kind == GR_FRAME_DENSE)
        compute_dense(from, to);
    else if (to->kind == GR_FRAME_NORM)
        compute_norm(from, to);
    else if (to->kind == GR_FRAME_ADD)
        compute_add(from, &c->frame[to->skip], to);
    else if (to->kind == GR_FRAME_SWITCH)
        compute_switch(c, from, to);
    else
        memcpy(to->map, from->map, to->width * sizeof *to->map);
}

/* ---- exact maps ---- */

static gr_wide term_of(const gr_frame *frame, size_t unit, size_t term)
{
    return (gr_wide){frame->exact + (unit * GR_TERMS + term) * frame->words, frame->words};
}

/* The terms of unit j of `to` += scale times those of unit i of `from`. */
static void exact_add(const gr_cutter *c, const gr_frame *from, size_t i, double scale,
                      const gr_frame *to, size_t j)
{
    const gr_wide spare = {c->spare, to->words};
    for (size_t k = 0; scale != 0 && k < GR_TERMS; k++)
        if (gr_wide_sign(term_of(from, i, k)) != 0)
            gr_wide_add_scaled(term_of(from, i, k), scale, from->low - to->low, spare,
                               term_of(to, j, k));
}

/* term += x, in units of the frame */
static void exact_put(const gr_cutter *c, const gr_frame *to, size_t j, size_t term, double x)
{
    uint32_t one[1] = {1};
    const gr_wide spare = {c->spare, to->words};
    if (x != 0)
        gr_wide_add_scaled((gr_wide){one, 1}, x, -to->low, spare, term_of(to, j, term));
}

/* scale c, which is no double where a batch norm takes the mean times its factor. */
static void exact_put_product(const gr_cutter *c, const gr_frame *to, size_t j, double scale,
                              double x)
{
    int exponent;
    uint32_t words[3] = {0};
    uint32_t room[3];
    const gr_wide wide = {words, 3}, spare = {room, 3};
    uint32_t one[1] = {1};
    if (scale == 0 || x == 0)
        return;
    exponent = gr_bit_low(x);
    gr_wide_add_scaled((gr_wide){one, 1}, x, -exponent, spare, wide);
    gr_wide_add_scaled(wide, scale, exponent - to->low, (gr_wide){c->spare, to->words},
                       term_of(to, j, GR_TERMS - 1));
}

static void exact_unit(const gr_cutter *c, const gr_frame *to, size_t j)
{
    const gr_frame *from = &c->frame[to->from];
    const bool above = to->kind == GR_FRAME_SWITCH && c->sign[to->first + j] > 0;
    switch (to->kind) {
    case GR_FRAME_GIVEN:
        for (size_t k = 0; k < GR_TERMS; k++)
            exact_put(c, to, j, k, to->mean[j * GR_TERMS + k]);
        break;
    case GR_FRAME_DENSE:
        for (size_t i = 0; i < to->inputs; i++)
            exact_add(c, from, i, to->weight[j * to->inputs + i], to, j);
        exact_put(c, to, j, GR_TERMS - 1, to->bias[j]);
        break;
    case GR_FRAME_NORM:
        exact_add(c, from, j, to->weight[j], to, j);
        exact_put_product(c, to, j, to->weight[j], -to->mean[j]);
        exact_put(c, to, j, GR_TERMS - 1, to->bias[j]);
        break;
    case GR_FRAME_ADD:
        exact_add(c, &c->frame[to->skip], j, 1, to, j);
        exact_add(c, from, j, to->scale, to, j);
        break;
    case GR_FRAME_SWITCH:
        if (to->step)
            exact_put(c, to, j, GR_TERMS - 1, above);
        else
            exact_add(c, from, j, above ? 1 : to->scale, to, j);
        break;
    case GR_FRAME_COPY:
        exact_add(c, from, j, 1, to, j);
        break;
    }
}

/* Memory for them is asked for when the first one is wanted. */
static gradus_status open_exact(gr_cutter *c)
{
    gradus_status status = GRADUS_OK;
    c->wide.context = c->context;
    for (int pass = 0; pass < 2 && status == GRADUS_OK; pass++) {
        for (size_t n = 0; n <= c->box; n++)
            c->frame[n].exact = gr_arena_take(&c->wide, c->frame[n].width * c->frame[n].words,
                                              GR_TERMS * sizeof(uint32_t));
        c->spare = gr_arena_take(&c->wide, c->most_words, 20 * sizeof(uint32_t));
        if (pass == 0)
            status = gr_arena_open(&c->wide, "exact signs of a net");
    }
    return status;
}

/* What many layers have added to the bound of a map's rounding is gone where its integers are
 * known. */
static void sharpen(const gr_frame *frame, size_t j)
{
    for (size_t k = 0; k < GR_TERMS; k++) {
        const double mid = gr_wide_to_double(term_of(frame, j, k), frame->low);
        const gr_ball sharp = {mid, mid == 0 ? 0 : fabs(mid) * 0x1p-51 + least};
        gr_ball *ball = &frame->map[j].term[k];
        if (gr_wide_sign(term_of(frame, j, k)) == 0 || (mid != 0 && sharp.rad < ball->rad))
            *ball = sharp;
    }
}

static void make_exact(gr_cutter *c, const gr_frame *frame)
{
    memset(frame->exact, 0, frame->width * GR_TERMS * frame->words * sizeof *frame->exact);
    for (size_t j = 0; j < frame->width; j++) {
        exact_unit(c, frame, j);
        sharpen(frame, j);
    }
}

void gr_cutter_make_exact(gr_cutter *c, size_t n)
{
    if (c->status != GRADUS_OK)
        return;
    if (c->wide.block == NULL) {
        c->status = open_exact(c);
        if (c->status != GRADUS_OK)
            return;
        make_exact(c, &c->frame[c->box]);
    }
    for (; n != c->box && c->exact <= n; c->exact++)
        make_exact(c, &c->frame[c->exact]);
}

gr_wide gr_cutter_term(const gr_cutter *c, gr_edge edge, size_t term)
{
    return term_of(&c->frame[edge.frame], edge.unit, term);
}

/* ---- signs ---- */

static gr_ball oriented(const gr_cutter *c, gr_edge edge, size_t term)
{
    const gr_ball ball = c->frame[edge.frame].map[edge.unit].term[term];
    return edge.turn > 0 ? ball : minus(ball);
}

/* The cross product of two lines. */
void gr_cutter_meet(const gr_cutter *c, gr_edge one, gr_edge next, gr_corner *corner)
{
    for (size_t k = 0; k < GR_TERMS; k++) {
        const size_t p = (k + 1) % GR_TERMS, q = (k + 2) % GR_TERMS;
        gr_ball sum = {0};
        add_product(oriented(c, one, p), oriented(c, next, q), &sum);
        add_product(minus(oriented(c, one, q)), oriented(c, next, p), &sum);
        widen_ball(&sum, 2);
        corner->term[k] = sum;
    }
}

int gr_wide_determinant(const gr_wide *const line[3], uint32_t *spare)
{
    const size_t most = line[1]->words + line[2]->words + 1, words = line[0]->words + most + 1;
    const gr_wide minor = {spare, most}, part = {spare + most, most};
    const gr_wide sum = {part.word + most, words}, product = {sum.word + words, words};
    memset(sum.word, 0, words * sizeof *sum.word);
    for (size_t k = 0; k < GR_TERMS; k++) {
        const size_t p = (k + 1) % GR_TERMS, q = (k + 2) % GR_TERMS;
        gr_wide_multiply(line[1][p], line[2][q], minor);
        gr_wide_multiply(line[1][q], line[2][p], part);
        gr_wide_subtract(part, minor);
        gr_wide_multiply(line[0][k], minor, product);
        gr_wide_add(product, sum);
    }
    return gr_wide_sign(sum);
}

static int rounded_side(const gr_cutter *c, const gr_corner *corner, gr_edge line)
{
    gr_ball sum = {0};
    for (size_t k = 0; k < GR_TERMS; k++)
        add_product(oriented(c, line, k), corner->term[k], &sum);
    widen_ball(&sum, GR_TERMS);
    return gr_ball_sign(sum);
}

/* Determinants of integers are dear: most are told by their leading bits. */
static int exact_side(gr_cutter *c, gr_edge one, gr_edge next, gr_corner *corner, gr_edge line)
{
    const gr_edge edge[3] = {line, one, next};
    gr_wide term[3][GR_TERMS];
    const gr_wide *const lines[3] = {term[0], term[1], term[2]};
    size_t frame = 0;
    for (size_t i = 0; i < 3; i++)
        frame = edge[i].frame != c->box && edge[i].frame > frame ? edge[i].frame : frame;
    gr_cutter_make_exact(c, frame);
    if (c->status != GRADUS_OK)
        return 0;
    c->asked++;
    gr_cutter_meet(c, one, next, corner);
    const int sign = rounded_side(c, corner, line);
    if (sign != 2)
        return sign;
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < GR_TERMS; k++)
            term[i][k] = gr_cutter_term(c, edge[i], k);
    return line.turn * one.turn * next.turn * gr_wide_determinant(lines, c->spare);
}

int gr_cutter_side(gr_cutter *c, gr_edge one, gr_edge next, gr_corner *corner, gr_edge line)
{
    const int sign = rounded_side(c, corner, line);
    return sign != 2 ? sign : exact_side(c, one, next, corner, line);
}
