/*
 * net/strips.c - how the gradient of a dense weight is cut into blocks
 *
 * Between threads it is cut by the weights, never by the rows. A thread goes through strips of
 * inputs whose x, read once for each group of panels, stays in the cache. Where kernels work
 * in low tiles, x of a strip is brought into the order in which they read it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "net/dense.h"

enum {
    INPUTS = 8,       /* grain of the cut between threads */
    STRIP = 1 << 18,  /* bytes of x */
    PACKED = 3 << 15, /* of x in tiles */
    LOW = 48,         /* inputs of a strip beside whose products packing it is little */
    SHORT = 48,       /* rows that are not packed, as tiles reach all of them in a cache */
    LONG = 512        /* most rows that are: of dz of a panel stand side by side */
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How a thread works. */
typedef struct cutting {
    const gr_pass *pass;
    const gr_node *node;
    gr_range panels; /* the thread's, of which its pieces are */
    gr_range mine;   /* pieces of GR_GROUP panels and some inputs, group after group */
    size_t grain;    /* inputs of a piece */
    size_t pieces;   /* of a group */
    size_t inputs;   /* of a strip */
    char *room;      /* for x of a strip in tiles, where it is packed */
} cutting;

/* Of a strip of inputs, the pieces that are `mine`. */
static void descend_strip(const cutting *c, gr_range inputs, const gr_strip *strip)
{
    for (size_t panel = c->panels.from, first = 0; panel < c->panels.to;
         panel += GR_GROUP, first += c->pieces) {
        if (first >= c->mine.to || first + c->pieces <= c->mine.from)
            continue;
        const size_t from = c->mine.from > first ? (c->mine.from - first) * c->grain : 0;
        const size_t to = least((c->mine.to - first) * c->grain, c->node->inputs);
        const gr_block at = {
            .inputs = {from > inputs.from ? from : inputs.from, least(to, inputs.to)},
            .panels = {panel, least(panel + GR_GROUP, c->panels.to)},
            .first = panel == c->panels.from,
            .last = panel + GR_GROUP >= c->panels.to,
            .strip = strip,
        };
        if (at.inputs.from < at.inputs.to)
            gr_dense_descend(c->pass, c->node, &at);
    }
}

/* x of the strip goes to where the layer's transpose stood, which is not needed any more. */
static void descend_packed_strip(const cutting *c, gr_range inputs)
{
    const gradus_net *net = c->pass->net;
    const gr_kernels *k = net->kernels;
    const size_t rows = c->pass->rows;
    const void *row[LONG];
    const gr_strip strip = {row, inputs.from, rows * k->tile};
    for (size_t i = 0; i < rows; i++)
        row[i] = c->room + i * k->tile * k->size;
    k->pack_tiles(rows, inputs.to - inputs.from,
                  (const void *const *)c->pass->at[c->node->from].y_row, inputs.from,
                  strip.tile, c->room);
    descend_strip(c, inputs, &strip);
}

/* Whether x is packed, and then where and in strips of how many inputs. */
static bool finds_room(cutting *c, size_t thread, size_t threads)
{
    const gradus_net *net = c->pass->net;
    const gr_kernels *k = net->kernels;
    const size_t row = c->pass->rows * k->size; /* bytes of x of an input */
    if (k->tile == 0 || c->pass->rows <= SHORT || c->pass->rows > LONG ||
        c->pass->add_gradient || c->panels.to - c->panels.from <= GR_GROUP)
        return false;
    const size_t room = c->node->type->cache(net, c->node, c->pass->rows);
    const size_t bytes = room / threads / GR_LINE * GR_LINE, strip = k->tile * row;
    c->inputs = least(bytes, PACKED) / strip * k->tile;
    c->room = (char *)c->pass->at[gr_node_index(c->pass, c->node)].cache + thread * bytes;
    return least(c->inputs, c->node->inputs) >= LOW;
}

/* A thread that computed some of the outputs descends the weights that it read for them. */
void gr_strips_descend(const gr_pass *pass, const gr_node *node, size_t thread, size_t threads)
{
    const bool own = pass->first_by_columns && node->from == 0;
    cutting c = {pass, node, .panels = {0, node->panels}, .grain = INPUTS};
    if (own)
        c.panels = gr_cut(node->panels, 1, thread, threads);
    const size_t row = pass->rows * pass->net->kernels->size; /* bytes of x of an input */
    const bool packed = finds_room(&c, thread, threads);
    if (packed)
        c.grain = pass->net->kernels->tile;
    else
        c.inputs = row * node->inputs <= STRIP ? node->inputs
                 : row * INPUTS > STRIP ? INPUTS : STRIP / row / INPUTS * INPUTS;
    c.pieces = (node->inputs + c.grain - 1) / c.grain;
    const size_t groups = (c.panels.to - c.panels.from + GR_GROUP - 1) / GR_GROUP;
    const size_t pieces = groups * c.pieces;
    c.mine = own ? (gr_range){0, pieces} : gr_cut(pieces, 1, thread, threads);
    for (size_t from = 0; from < node->inputs; from += c.inputs) {
        const gr_range inputs = {from, least(from + c.inputs, node->inputs)};
        if (packed)
            descend_packed_strip(&c, inputs);
        else
            descend_strip(&c, inputs, &(gr_strip){.row = NULL});
    }
}
