/*
 * theory/regions_join.c - regions on which a net is one affine function, joined to pieces
 *
 * Two regions belong together where their outputs are the same function, exactly, and they
 * share more than a point. Most pairs are told apart by the bounds of their maps; for what
 * is left the maps and edges are computed again as integers, from the sides of the units.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "theory/regions.h"

/* One region's exact outputs and edges. */
typedef struct exact_region {
    size_t region;      /* SIZE_MAX: none */
    uint32_t *output;   /* [outputs][GR_TERMS][words of the last frame] */
    uint32_t *edge;     /* [edges][GR_TERMS][most_words] turned as the edges are */
} exact_region;

typedef struct join {
    gr_cutter *c;
    gradus_regions *r;
    size_t outputs, words;  /* of an output's map */
    size_t most_edges;
    exact_region one, other;
    size_t *order;          /* [regions] by the least value of the first slope */
    size_t *root;           /* [regions] of a tree of those that belong together */
} join;

static gradus_status open_join(join *j)
{
    gradus_status status;
    const gradus_context *context = j->r->context;
    const size_t regions = j->r->about.regions, word = sizeof(uint32_t);
    const size_t output = j->outputs * GR_TERMS * j->words;
    for (size_t i = 0; i < regions; i++)
        if (j->r->region[i].corners > j->most_edges)
            j->most_edges = j->r->region[i].corners;
    const size_t edge = (j->most_edges + 1) * GR_TERMS * j->c->most_words;
    j->one.region = j->other.region = SIZE_MAX;
    GR_TRY(gr_allocate(context, output, word, "pieces of a net", &j->one.output));
    GR_TRY(gr_allocate(context, output, word, "pieces of a net", &j->other.output));
    GR_TRY(gr_allocate(context, edge, word, "pieces of a net", &j->one.edge));
    GR_TRY(gr_allocate(context, edge, word, "pieces of a net", &j->other.edge));
    GR_TRY(gr_allocate(context, regions, sizeof *j->order, "pieces of a net", &j->order));
    GR_TRY(gr_allocate(context, regions, sizeof *j->root, "pieces of a net", &j->root));
    for (size_t i = 0; i < regions; i++)
        j->order[i] = j->root[i] = i;
done:
    return status;
}

static void close_join(join *j)
{
    const gradus_context *context = j->r->context;
    gr_release(context, j->root);
    gr_release(context, j->order);
    gr_release(context, j->other.edge);
    gr_release(context, j->one.edge);
    gr_release(context, j->other.output);
    gr_release(context, j->one.output);
}

/* ---- exact maps of a region ---- */

static gr_wide line_term(const join *j, const exact_region *e, size_t edge, size_t term)
{
    const size_t words = j->c->most_words;
    return (gr_wide){e->edge + (edge * GR_TERMS + term) * words, words};
}

static void keep_edges(const join *j, exact_region *e)
{
    const gr_region *region = &j->r->region[e->region];
    for (size_t i = 0; i < region->corners; i++)
        for (size_t k = 0; k < GR_TERMS; k++) {
            const gr_edge edge = j->r->edge[region->first + i];
            const gr_wide term = gr_cutter_term(j->c, edge, k), to = line_term(j, e, i, k);
            memset(to.word, 0, to.words * sizeof *to.word);
            if (edge.turn > 0)
                gr_wide_add(term, to);
            else
                gr_wide_subtract(term, to);
        }
}

static void make_exact(join *j, size_t region, exact_region *e)
{
    gr_cutter *c = j->c;
    if (e->region == region)
        return;
    for (size_t i = 0; i < c->units; i++)
        c->sign[i] = gradus_regions_above(j->r, region, i) ? 1 : -1;
    gr_cutter_forget(c, 0);
    gr_cutter_make_exact(c, c->last);
    if (c->status != GRADUS_OK)
        return;
    e->region = region;
    memcpy(e->output, c->frame[c->last].exact,
           j->outputs * GR_TERMS * j->words * sizeof *e->output);
    keep_edges(j, e);
}

/* ---- the same function ---- */

static bool may_equal(const join *j, size_t a, size_t b)
{
    const gr_affine *x = j->r->output + a * j->outputs, *y = j->r->output + b * j->outputs;
    for (size_t i = 0; i < j->outputs; i++)
        for (size_t k = 0; k < GR_TERMS; k++) {
            const gr_ball p = x[i].term[k], q = y[i].term[k];
            if (p.mid - q.mid > (p.rad + q.rad) * (1 + 0x1p-50) ||
                q.mid - p.mid > (p.rad + q.rad) * (1 + 0x1p-50))
                return false;
        }
    return true;
}

static bool are_equal(join *j, size_t a, size_t b)
{
    if (j->other.region == a) {
        const exact_region other = j->one;
        j->one = j->other;
        j->other = other;
    }
    make_exact(j, a, &j->one);
    make_exact(j, b, &j->other);
    return j->c->status == GRADUS_OK &&
           memcmp(j->one.output, j->other.output,
                  j->outputs * GR_TERMS * j->words * sizeof *j->one.output) == 0;
}

/* ---- neighbours ---- */

/* One line, seen from both sides: the cross product is 0, and the terms are opposite. */
static bool is_same_line(const join *j, size_t a, size_t b)
{
    const size_t words = 2 * j->c->most_words + 1;
    const gr_wide p = {j->c->spare, words}, q = {j->c->spare + words, words};
    for (size_t k = 0; k < GR_TERMS; k++) {
        const size_t next = (k + 1) % GR_TERMS;
        gr_wide_multiply(line_term(j, &j->one, a, k), line_term(j, &j->other, b, next), p);
        gr_wide_multiply(line_term(j, &j->one, a, next), line_term(j, &j->other, b, k), q);
        gr_wide_subtract(q, p);
        if (gr_wide_sign(p) != 0)
            return false;
    }
    for (size_t k = 0; k < GR_TERMS; k++) {
        const int sign = gr_wide_sign(line_term(j, &j->one, a, k));
        if (sign != 0)
            return sign == -gr_wide_sign(line_term(j, &j->other, b, k));
    }
    return false;
}

/* The sign of an edge's line at the corner of two edges of the other region. */
static int side_at(const join *j, const exact_region *e, size_t edge, const exact_region *of,
                   size_t first, size_t second)
{
    gr_wide line[3][GR_TERMS];
    const gr_wide *const lines[3] = {line[0], line[1], line[2]};
    for (size_t k = 0; k < GR_TERMS; k++) {
        line[0][k] = line_term(j, e, edge, k);
        line[1][k] = line_term(j, of, first, k);
        line[2][k] = line_term(j, of, second, k);
    }
    return gr_wide_determinant(lines, j->c->spare);
}

/* Edges a and b on one line, in opposite directions, overlap in more than a point: b ends
 * before a does, and begins behind the beginning of a. */
static bool overlap(const join *j, size_t a, size_t a_edges, size_t b, size_t b_edges)
{
    const size_t after_a = (a + 1) % a_edges, before_a = (a + a_edges - 1) % a_edges;
    const size_t after_b = (b + 1) % b_edges, before_b = (b + b_edges - 1) % b_edges;
    return side_at(j, &j->one, after_a, &j->other, b, after_b) > 0 &&
           side_at(j, &j->one, before_a, &j->other, before_b, b) > 0;
}

static bool boxes_meet(const gr_region *a, const gr_region *b)
{
    for (size_t k = 0; k < 2; k++)
        if (a->min[k] > b->max[k] || b->min[k] > a->max[k])
            return false;
    return true;
}

/* Of two regions whose exact maps are at hand. */
static bool are_neighbours(const join *j)
{
    const size_t a_edges = j->r->region[j->one.region].corners;
    const size_t b_edges = j->r->region[j->other.region].corners;
    for (size_t a = 0; a < a_edges; a++)
        for (size_t b = 0; b < b_edges; b++)
            if (is_same_line(j, a, b))
                return overlap(j, a, a_edges, b, b_edges);
    return false;
}

/* ---- joining ---- */

static size_t root_of(join *j, size_t region)
{
    while (j->root[region] != region)
        region = j->root[region] = j->root[j->root[region]];
    return region;
}

/* The lower number is the root. */
static void unite(join *j, size_t a, size_t b)
{
    a = root_of(j, a);
    b = root_of(j, b);
    j->root[a > b ? a : b] = a > b ? b : a;
}

static void number(join *j)
{
    gradus_regions *r = j->r;
    r->about.pieces = 0;
    for (size_t i = 0; i < r->about.regions; i++) {
        const size_t root = root_of(j, i);
        r->region[i].piece = root == i ? r->about.pieces++ : r->region[root].piece;
    }
}

/* Regions of a line stand in their order. */
static void join_line(join *j)
{
    for (size_t i = 1; i < j->r->about.regions; i++)
        if (may_equal(j, i - 1, i) && are_equal(j, i - 1, i))
            unite(j, i - 1, i);
}

/* The least and the most that a region's first slope may be, where it is known at all; a
 * rounding of the difference included. */
static double low_of(const join *j, size_t region)
{
    const gr_ball slope = j->r->output[region * j->outputs].term[0];
    const double low = slope.mid - slope.rad * (1 + 0x1p-50);
    return isnan(low) ? -INFINITY : low - fabs(low) * 0x1p-50;
}

static double high_of(const join *j, size_t region)
{
    const gr_ball slope = j->r->output[region * j->outputs].term[0];
    const double high = slope.mid + slope.rad * (1 + 0x1p-50);
    return isnan(high) ? INFINITY : high + fabs(high) * 0x1p-50;
}

/* Heapsort, which needs no memory and no luck. */
static void sift(join *j, size_t at, size_t count)
{
    const size_t moved = j->order[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && low_of(j, j->order[child + 1]) > low_of(j, j->order[child]))
            child++;
        if (low_of(j, j->order[child]) <= low_of(j, moved))
            break;
        j->order[at] = j->order[child];
    }
    j->order[at] = moved;
}

static void sort(join *j)
{
    const size_t count = j->r->about.regions;
    for (size_t i = count / 2; i-- > 0;)
        sift(j, i, count);
    for (size_t i = count; i-- > 1;) {
        const size_t last = j->order[i];
        j->order[i] = j->order[0];
        j->order[0] = last;
        sift(j, 0, i);
    }
}

static void join_plane(join *j)
{
    const gradus_regions *r = j->r;
    sort(j);
    for (size_t m = 0; m < r->about.regions; m++) {
        const size_t a = j->order[m];
        const double high = high_of(j, a);
        for (size_t n = m + 1; n < r->about.regions && low_of(j, j->order[n]) <= high; n++) {
            const size_t b = j->order[n];
            if (boxes_meet(&r->region[a], &r->region[b]) && may_equal(j, a, b) &&
                root_of(j, a) != root_of(j, b) && are_equal(j, a, b) && are_neighbours(j))
                unite(j, a, b);
        }
    }
}

gradus_status gr_regions_join(gr_cutter *c, gradus_regions *r)
{
    gradus_status status;
    join j = {.c = c, .r = r, .outputs = r->about.outputs, .words = c->frame[c->last].words};
    GR_TRY(open_join(&j));
    if (r->about.variables == 1)
        join_line(&j);
    else
        join_plane(&j);
    number(&j);
    status = c->status;
done:
    close_join(&j);
    return status;
}
