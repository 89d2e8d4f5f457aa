/*
 * theory/regions.c - a plane is cut by one unit after another
 *
 * The walk holds one polygon, on which all units so far keep their sides. The next unit's map
 * there is affine: where it has both signs at the corners the polygon is cut in two, one part
 * is put on a stack, and the walk goes on with the other. Behind the last unit a region is
 * found, and the part that was put away last is taken up, with all that was computed before
 * its cut still in place. Neighbours share corners by the lines that meet there, not by
 * coordinates, so that no sliver comes of rounding and none is lost.
 *
 * A line is a plane whose variable t, from 0 to 1, does nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "theory/regions.h"

enum { USUAL_MOST = 1000000 };

/* A part put away: its unit is on side `sign`. */
typedef struct part {
    size_t first, edges; /* in the stack's arrays */
    size_t frame, unit;
    signed char sign;
} part;

typedef struct walk {
    gr_cutter cutter;
    gradus_regions *regions;
    gradus_regions_options options;
    double box, seen;       /* sizes: of all, of the regions so far */
    gr_polygon here, other; /* room for all edges there can be */
    signed char *side;      /* [edges] of the corners */
    part *stack;
    size_t parts, part_room;
    gr_polygon stacked;     /* edges and corners of all parts */
    size_t stacked_room;
    size_t frame, unit;     /* the switch and its unit that come next */
} walk;

/* ---- memory ---- */

static gradus_status open_walk(walk *w)
{
    gradus_status status;
    const gradus_context *context = w->cutter.context;
    const size_t edges = w->cutter.units + GR_SIDES + 1;
    GR_TRY(gr_allocate(context, edges, sizeof(gr_edge), "a polygon", &w->here.edge));
    GR_TRY(gr_allocate(context, edges, sizeof(gr_corner), "a polygon", &w->here.corner));
    GR_TRY(gr_allocate(context, edges, sizeof(gr_edge), "a polygon", &w->other.edge));
    GR_TRY(gr_allocate(context, edges, sizeof(gr_corner), "a polygon", &w->other.corner));
    GR_TRY(gr_allocate(context, edges, 1, "a polygon", &w->side));
done:
    return status;
}

static void close_walk(walk *w)
{
    const gradus_context *context = w->cutter.context;
    gr_release(context, w->stacked.corner);
    gr_release(context, w->stacked.edge);
    gr_release(context, w->stack);
    gr_release(context, w->side);
    gr_release(context, w->other.corner);
    gr_release(context, w->other.edge);
    gr_release(context, w->here.corner);
    gr_release(context, w->here.edge);
    gr_cutter_close(&w->cutter);
}

static void copy_polygon(const gr_polygon *from, size_t first, size_t edges, gr_polygon *to,
                         size_t at)
{
    memcpy(to->edge + at, from->edge + first, edges * sizeof *to->edge);
    memcpy(to->corner + at, from->corner + first, edges * sizeof *to->corner);
}

/* Puts w->other away. */
static gradus_status push(walk *w, signed char sign)
{
    gradus_status status = GRADUS_OK;
    const gradus_context *context = w->cutter.context;
    const size_t edges = w->other.edges, first = w->stacked.edges;
    if (w->parts == w->part_room) {
        GR_TRY(gr_resize(context, w->part_room, 2 * w->part_room + 16, sizeof *w->stack,
                         "parts of a plane", &w->stack));
        w->part_room = 2 * w->part_room + 16;
    }
    if (first + edges > w->stacked_room) {
        const size_t room = 2 * w->stacked_room + edges + 64;
        GR_TRY(gr_resize(context, w->stacked_room, room, sizeof(gr_edge), "parts of a plane",
                         &w->stacked.edge));
        GR_TRY(gr_resize(context, w->stacked_room, room, sizeof(gr_corner),
                         "parts of a plane", &w->stacked.corner));
        w->stacked_room = room;
    }
    w->stack[w->parts++] = (part){first, edges, w->frame, w->unit, sign};
    copy_polygon(&w->other, 0, edges, &w->stacked, first);
    w->stacked.edges += edges;
done:
    return status;
}

static void pop(walk *w)
{
    const part *last = &w->stack[--w->parts];
    copy_polygon(&w->stacked, last->first, last->edges, &w->here, 0);
    w->here.edges = last->edges;
    w->stacked.edges = last->first;
    w->frame = last->frame;
    w->unit = last->unit;
    w->cutter.sign[w->cutter.frame[w->frame].first + w->unit++] = last->sign;
}

/* ---- a cut ---- */

/* The part of w->here on which the line is positive; its signs at the corners are `turn`
 * times w->side. Edges come in their order, and the line where the way leaves the part. */
static void take_part(walk *w, gr_edge line, int turn)
{
    const gr_polygon *from = &w->here;
    gr_polygon *to = &w->other;
    size_t n = 0, cut = 0;
    line.turn *= turn;
    for (size_t i = 0; i < from->edges; i++) {
        const int before = turn * w->side[(i + from->edges - 1) % from->edges];
        const int after = turn * w->side[i];
        if (before <= 0 && after <= 0)
            continue;
        to->edge[n] = from->edge[i];
        to->corner[n] = from->corner[i];
        if (after <= 0) {
            gr_cutter_meet(&w->cutter, from->edge[i], line, &to->corner[n++]);
            to->edge[n] = line;
            cut = n;
        }
        n++;
    }
    to->edges = n;
    gr_cutter_meet(&w->cutter, line, to->edge[(cut + 1) % n], &to->corner[cut]);
}

/* On a line the side that comes first, on a plane the one above. */
static int side_first(walk *w, gr_edge line)
{
    if (w->cutter.variables == 2)
        return 1;
    const int sign = gr_ball_sign(w->cutter.frame[line.frame].map[line.unit].term[0]);
    if (sign != 2)
        return -sign;
    gr_cutter_make_exact(&w->cutter, line.frame);
    return w->cutter.status != GRADUS_OK ? 1
                                         : -gr_wide_sign(gr_cutter_term(&w->cutter, line, 0));
}

static gradus_status cut(walk *w, gr_edge line)
{
    const int first = side_first(w, line);
    take_part(w, line, -first);
    const gradus_status status = push(w, (signed char)-first);
    if (status != GRADUS_OK)
        return status;
    take_part(w, line, first);
    const gr_polygon here = w->other;
    w->other = w->here;
    w->here = here;
    w->cutter.sign[w->cutter.frame[w->frame].first + w->unit] = (signed char)first;
    return GRADUS_OK;
}

/* The side of a unit on the polygon, which is cut where it has two. */
static gradus_status meet_unit(walk *w)
{
    const gr_frame *frame = &w->cutter.frame[w->frame];
    const gr_edge line = {(uint32_t)frame->from, (uint32_t)w->unit, 1};
    bool above = false, below = false;
    for (size_t i = 0; i < w->here.edges; i++) {
        const int side = gr_cutter_side(&w->cutter, w->here.edge[i],
                                        w->here.edge[(i + 1) % w->here.edges],
                                        &w->here.corner[i], line);
        w->side[i] = (signed char)side;
        above = above || side > 0;
        below = below || side < 0;
    }
    if (above && below)
        return cut(w, line);
    w->cutter.sign[frame->first + w->unit] = above ? 1 : below ? -1 : 0;
    return GRADUS_OK;
}

/* ---- the walk ---- */

static gradus_status tell(walk *w)
{
    const size_t regions = w->regions->about.regions;
    w->seen += w->regions->region[regions - 1].size;
    if (w->options.observer == NULL ||
        w->options.observer(regions, w->seen / w->box, w->options.user) == 0)
        return GRADUS_OK;
    return gr_fail(GRADUS_STOPPED, "stopped on request");
}

/* From the unit that is next to the end of the net. */
static gradus_status go_on(walk *w)
{
    gradus_status status = GRADUS_OK;
    gr_cutter *c = &w->cutter;
    for (; w->frame <= c->last; w->frame++, w->unit = 0) {
        const gr_frame *frame = &c->frame[w->frame];
        for (; frame->kind == GR_FRAME_SWITCH && w->unit < frame->width; w->unit++)
            GR_TRY(meet_unit(w));
        gr_cutter_compute(c, w->frame);
    }
    GR_TRY(c->status);
    if (w->regions->about.regions == w->options.max)
        GR_TRY(gr_fail(GRADUS_ARGUMENT, "regions: more than %zu of them: take a smaller box "
                                        "or allow more", w->options.max));
    GR_TRY(gr_regions_keep(c, &w->here, w->regions));
    GR_TRY(tell(w));
done:
    return status;
}

/* The sides of the box against the clock: below, right, above, left. */
static gradus_status walk_all(walk *w)
{
    static const uint32_t order[GR_SIDES] = {2, 1, 3, 0};
    gradus_status status;
    for (size_t i = 0; i < GR_SIDES; i++)
        w->here.edge[i] = (gr_edge){(uint32_t)w->cutter.box, order[i], 1};
    for (size_t i = 0; i < GR_SIDES; i++)
        gr_cutter_meet(&w->cutter, w->here.edge[i], w->here.edge[(i + 1) % GR_SIDES],
                       &w->here.corner[i]);
    w->here.edges = GR_SIDES;
    w->frame = 1;
    GR_TRY(go_on(w));
    while (w->parts > 0) {
        pop(w);
        GR_TRY(go_on(w));
    }
done:
    return status;
}

/* ---- what is asked for ---- */

void gradus_regions_defaults(gradus_regions_options *options)
{
    *options = (gradus_regions_options){.max = USUAL_MOST};
}

static gradus_status check_slice(const gradus_net *net, const gradus_slice *slice)
{
    const size_t inputs = gr_net_inputs(net);
    if (slice->variables < 1 || slice->variables > 2)
        return gr_fail(GRADUS_ARGUMENT, "regions: %zu variables: 1 is a line, 2 a plane",
                       slice->variables);
    for (size_t k = 0; k < slice->variables; k++)
        if (slice->along[k] == NULL && k >= inputs)
            return gr_fail(GRADUS_ARGUMENT, "regions: a plane for a net with one input: "
                                            "count along a line");
    return GRADUS_OK;
}

/* Sizes, and the maps of the outputs as numbers. */
static gradus_status finish(gradus_regions *r)
{
    const size_t terms = r->about.variables + 1, count = r->about.regions * r->about.outputs;
    const gradus_status status = gr_allocate(r->context, count, terms * sizeof *r->map,
                                             "maps of regions", &r->map);
    if (status != GRADUS_OK)
        return status;
    for (size_t i = 0; i < count * terms; i++) {
        const size_t term = i % terms;
        r->map[i] = r->output[i / terms].term[term + 1 < terms ? term : GR_TERMS - 1].mid;
    }
    gr_release(r->context, r->output);
    r->output = NULL;
    r->about.min = INFINITY;
    for (size_t i = 0; i < r->about.regions; i++) {
        const double size = r->region[i].size;
        r->about.min = size < r->about.min ? size : r->about.min;
        r->about.max = size > r->about.max ? size : r->about.max;
    }
    return GRADUS_OK;
}

gradus_status gradus_regions_new(const gradus_net *net, const gradus_slice *slice,
                                 const gradus_regions_options *options,
                                 gradus_regions **regions)
{
    gradus_status status;
    gradus_regions *r = NULL;
    walk w = {.box = 1};
    const unsigned saved = gr_float_enter();
    w.cutter.context = net->context;
    *regions = NULL;
    gradus_regions_defaults(&w.options);
    if (options != NULL)
        w.options = *options;
    GR_TRY(check_slice(net, slice));
    for (size_t k = 0; k < slice->variables; k++)
        w.box *= slice->max[k] - slice->min[k];
    GR_TRY(gr_cutter_open(net, slice, &w.cutter));
    GR_TRY(gr_allocate(net->context, 1, sizeof *r, "regions of a net", &r));
    r->context = net->context;
    r->about = (gradus_regions_about){
        .variables = slice->variables, .outputs = gr_net_outputs(net),
        .units = w.cutter.units, .ending = w.cutter.ending};
    r->bytes = (w.cutter.units + 7) / 8 + 1;
    w.regions = r;
    GR_TRY(gr_regions_bound_of(&w.cutter, &r->about.bounds));
    GR_TRY(open_walk(&w));
    GR_TRY(walk_all(&w));
    GR_TRY(gr_regions_join(&w.cutter, r));
    r->about.exact = w.cutter.asked;
    GR_TRY(finish(r));
    *regions = r;
    r = NULL;
done:
    gradus_regions_free(r);
    close_walk(&w);
    gr_float_leave(saved);
    return status;
}
