/*
 * theory/regions_keep.c - the regions that were found, and what is told of them
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "theory/regions.h"

/* ---- room ---- */

/* Twice as many of each array as there are, or as many as are wanted. */
static gradus_status grow(gradus_regions *r, size_t size, size_t count, size_t room,
                          void *array)
{
    return gr_resize(r->context, count, room, size, "regions of a net", array);
}

static gradus_status make_room(gradus_regions *r, size_t corners)
{
    gradus_status status = GRADUS_OK;
    const size_t outputs = r->about.outputs;
    if (r->about.regions == r->room) {
        const size_t room = 2 * r->room + 64, had = r->room;
        GR_TRY(grow(r, sizeof *r->region, had, room, &r->region));
        GR_TRY(grow(r, r->bytes, had, room, &r->above));
        GR_TRY(grow(r, outputs * sizeof *r->output, had, room, &r->output));
        r->room = room;
    }
    if (r->corners + corners > r->corner_room) {
        const size_t room = 2 * r->corner_room + corners + 256, had = r->corner_room;
        GR_TRY(grow(r, r->about.variables * sizeof *r->corner, had, room, &r->corner));
        GR_TRY(grow(r, sizeof *r->side, had, room, &r->side));
        GR_TRY(grow(r, sizeof *r->edge, had, room, &r->edge));
        r->corner_room = room;
    }
done:
    return status;
}

/* ---- one region ---- */

static gradus_region_side side_of(const gr_cutter *c, gr_edge edge)
{
    if (edge.frame == c->box)
        return (gradus_region_side){0, edge.unit, edge.turn > 0};
    return (gradus_region_side){c->frame[edge.frame].layer, edge.unit, edge.turn > 0};
}

/* x / w may be as little as `least` and as much as `most`, roundings included; w > 0 is known,
 * though its ball may hold 0. */
static void bound(gr_ball x, gr_ball w, double *least, double *most)
{
    const double low = x.mid - x.rad, high = x.mid + x.rad;
    const double small = w.mid - w.rad, large = w.mid + w.rad;
    const double from = low < 0 ? low / small : low / large;
    const double to = high > 0 ? high / small : high / large;
    const bool open = !(small > 0) || isnan(from) || isnan(to);
    const double under = open ? -INFINITY : from - fabs(from) * 0x1p-50 - 0x1p-1000;
    const double over = open ? INFINITY : to + fabs(to) * 0x1p-50 + 0x1p-1000;
    *least = under < *least ? under : *least;
    *most = over > *most ? over : *most;
}

/* The area by corners relative to the first one, or the length. */
static double size_of(const double *corner, size_t corners, size_t variables)
{
    double sum = 0;
    if (variables == 1)
        return corner[1] - corner[0];
    for (size_t i = 1; i + 1 < corners; i++) {
        const double *a = corner + 2 * i, *b = a + 2;
        sum += (a[0] - corner[0]) * (b[1] - corner[1]) -
               (b[0] - corner[0]) * (a[1] - corner[1]);
    }
    return sum / 2;
}

static void put_corner(const gr_polygon *p, size_t i, size_t variables, double *to)
{
    const gr_corner *corner = &p->corner[i];
    for (size_t k = 0; k < variables; k++)
        to[k] = corner->term[k].mid / corner->term[2].mid;
}

/* Corner i lies between the edges i - 1 and i. */
static void put_polygon(const gr_cutter *c, const gr_polygon *p, gradus_regions *r)
{
    for (size_t i = 0; i < p->edges; i++) {
        put_corner(p, (i + p->edges - 1) % p->edges, 2, r->corner + 2 * (r->corners + i));
        r->edge[r->corners + i] = p->edge[i];
        r->side[r->corners + i] = side_of(c, p->edge[i]);
    }
}

/* Of a strip the edges at the left and the right. The left one has the strip's top corner
 * before it, the right one the bottom corner: their s is all that counts. */
static void put_interval(const gr_cutter *c, const gr_polygon *p, gradus_regions *r)
{
    size_t put = 0;
    for (size_t i = 0; i < p->edges; i++) {
        if (p->edge[i].frame == c->box && p->edge[i].unit >= 2)
            continue;
        put_corner(p, i, 1, r->corner + r->corners + put);
        r->edge[r->corners + put] = p->edge[i];
        r->side[r->corners + put++] = side_of(c, p->edge[i]);
    }
    double *corner = r->corner + r->corners;
    if (corner[0] > corner[1]) {
        const double s = corner[0];
        const gr_edge edge = r->edge[r->corners];
        const gradus_region_side side = r->side[r->corners];
        corner[0] = corner[1];
        corner[1] = s;
        r->edge[r->corners] = r->edge[r->corners + 1];
        r->edge[r->corners + 1] = edge;
        r->side[r->corners] = r->side[r->corners + 1];
        r->side[r->corners + 1] = side;
    }
}

gradus_status gr_regions_keep(const gr_cutter *c, const gr_polygon *p, gradus_regions *r)
{
    const size_t n = r->about.regions, variables = r->about.variables;
    const size_t corners = variables == 1 ? 2 : p->edges, outputs = r->about.outputs;
    const gradus_status status = make_room(r, corners);
    if (status != GRADUS_OK)
        return status;
    gr_region *region = &r->region[n];
    *region = (gr_region){.first = r->corners, .corners = corners,
                          .min = {INFINITY, INFINITY}, .max = {-INFINITY, -INFINITY}};
    for (size_t i = 0; i < p->edges; i++)
        for (size_t k = 0; k < 2; k++)
            bound(p->corner[i].term[k], p->corner[i].term[2], &region->min[k],
                  &region->max[k]);
    if (variables == 1)
        put_interval(c, p, r);
    else
        put_polygon(c, p, r);
    region->size = size_of(r->corner + r->corners * variables, corners, variables);
    memset(r->above + n * r->bytes, 0, r->bytes);
    for (size_t i = 0; i < c->units; i++)
        if (c->sign[i] > 0)
            r->above[n * r->bytes + i / 8] |= (unsigned char)(1U << i % 8);
    memcpy(r->output + n * outputs, c->frame[c->last].map, outputs * sizeof *r->output);
    r->corners += corners;
    r->about.regions++;
    return GRADUS_OK;
}

/* ---- what is told ---- */

void gradus_regions_describe(const gradus_regions *r, gradus_regions_about *about)
{
    *about = r->about;
}

void gradus_regions_region(const gradus_regions *r, size_t index, gradus_region *region)
{
    const gr_region *from = &r->region[index];
    const size_t numbers = r->about.outputs * (r->about.variables + 1);
    *region = (gradus_region){from->corners, r->corner + from->first * r->about.variables,
                              r->side + from->first, from->size, from->piece,
                              r->map + index * numbers};
}

int gradus_regions_above(const gradus_regions *r, size_t region, size_t unit)
{
    return r->above[region * r->bytes + unit / 8] >> unit % 8 & 1;
}

void gradus_regions_free(gradus_regions *r)
{
    if (r == NULL)
        return;
    gr_release(r->context, r->map);
    gr_release(r->context, r->output);
    gr_release(r->context, r->above);
    gr_release(r->context, r->edge);
    gr_release(r->context, r->side);
    gr_release(r->context, r->corner);
    gr_release(r->context, r->region);
    gr_release(r->context, r);
}
