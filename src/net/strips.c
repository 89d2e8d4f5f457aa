/*
 * net/strips.c - how the gradient of a dense weight is cut into blocks
 *
 * Between threads it is cut by the weights, never by the rows. A thread goes through strips of
 * inputs whose x, read once for each group of panels, stays in the cache. Where kernels work
 * in low tiles, x of a strip is brought into the order in which they read it; where rows of
 * examples meet in the same sets of a cache, it is copied to rows that do not.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "net/dense.h"

enum {
    INPUTS = 8,       /* grain of the cut between threads */
    STRIP = 1 << 18,  /* bytes of x */
    PACKED = 3 << 15, /* of x in tiles */
    LOW = 48,         /* inputs of a strip for which bringing dz side by side pays */
    OFTEN = 8,        /* panels for which copying x pays */
    FEW_ROWS = 48     /* are not packed: what a tile reads of x and dz is in L1 anyway */
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
    gr_range mine;   /* pieces of GR_SUMS_PANELS panels and some inputs, group after group */
    size_t grain;    /* inputs of a piece */
    size_t pieces;   /* of a group */
    char *room;      /* for x of a strip, where it is packed */
} cutting;

/* Of a strip of inputs, the pieces that are `mine`. */
static void descend_strip(const cutting *c, gr_range inputs, const gr_strip *strip)
{
    for (size_t panel = c->panels.from, first = 0; panel < c->panels.to;
         panel += GR_SUMS_PANELS, first += c->pieces) {
        if (first >= c->mine.to || first + c->pieces <= c->mine.from)
            continue;
        const size_t from = c->mine.from > first ? (c->mine.from - first) * c->grain : 0;
        const size_t to = least((c->mine.to - first) * c->grain, c->node->inputs);
        const gr_block at = {
            .inputs = {from > inputs.from ? from : inputs.from, least(to, inputs.to)},
            .panels = {panel, least(panel + GR_SUMS_PANELS, c->panels.to)},
            .first = panel == c->panels.from,
            .last = panel + GR_SUMS_PANELS >= c->panels.to,
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
    const size_t rows = c->pass->rows, count = inputs.to - inputs.from;
    const size_t step = k->tile > 0 ? k->tile : gr_stride(count, k->size);
    const void *const *x = (const void *const *)c->pass->at[c->node->from].y_row;
    const void *row[GR_TILED_STEPS];
    const gr_strip strip = {row, inputs.from, rows * k->tile};
    for (size_t i = 0; i < rows; i++)
        row[i] = c->room + i * step * k->size;
    if (k->tile > 0)
        k->pack_tiles(rows, count, x, inputs.from, strip.tile, c->room);
    else
        for (size_t i = 0; i < rows; i++)
            memcpy(c->room + i * step * k->size, gr_at(net, x[i], inputs.from),
                   count * k->size);
    descend_strip(c, inputs, &strip);
}

/* Bytes of a thread's room for x of a strip. */
static size_t room_of(const gr_pass *pass, const gr_node *node, size_t threads)
{
    return node->type->cache(pass->net, node, pass->rows) / threads / GR_LINE * GR_LINE;
}

/* Inputs of a strip whose x is read where it stands. */
static size_t inputs_of_plain(const cutting *c)
{
    const size_t row = c->pass->rows * c->pass->net->kernels->size; /* bytes of an input */
    if (row * c->node->inputs <= STRIP)
        return c->node->inputs;
    return row * INPUTS > STRIP ? INPUTS : STRIP / row / INPUTS * INPUTS;
}

/* Whether many rows of examples, which stand where the caller has them, meet in the same
 * sets. */
static bool rows_meet(const cutting *c)
{
    const size_t bytes = c->node->inputs * c->pass->net->kernels->size; /* of a row */
    return c->node->from == 0 && c->pass->at[0].y == NULL && bytes % (8 * GR_LINE) == 0 &&
           c->pass->rows * bytes >= STRIP;
}

/* Inputs of a strip that is packed; 0: none is, as a thread would not read it often enough, of
 * so many panels, or has no room. */
static size_t inputs_of_packed(const cutting *c, size_t panels, size_t threads)
{
    const gr_pass *pass = c->pass;
    const gr_kernels *k = pass->net->kernels;
    const size_t room = room_of(pass, c->node, threads);
    if (pass->rows <= FEW_ROWS || pass->rows > GR_TILED_STEPS || pass->add_gradient)
        return 0;
    if (k->tile == 0) {
        const size_t inputs = inputs_of_plain(c);
        const size_t bytes = pass->rows * gr_stride(inputs, k->size) * k->size;
        return panels >= OFTEN && rows_meet(c) && bytes <= room ? inputs : 0;
    }
    if (panels <= GR_SUMS_PANELS)
        return 0;
    const size_t inputs = least(room, PACKED) / (k->tile * pass->rows * k->size) * k->tile;
    return least(inputs, c->node->inputs) < LOW ? 0 : inputs;
}

/* A thread that computed some of the outputs descends the weights that it read for them. */
void gr_strips_descend(const gr_pass *pass, const gr_node *node, size_t thread, size_t threads)
{
    const bool own = pass->first_by_columns && node->from == 0;
    cutting c = {pass, node, .panels = {0, node->panels}, .grain = INPUTS};
    if (own)
        c.panels = gr_cut(node->panels, 1, thread, threads);
    const size_t panels = c.panels.to - c.panels.from;
    const size_t packed = inputs_of_packed(&c, own ? panels : panels / threads, threads);
    if (packed > 0) {
        c.grain = pass->net->kernels->tile > 0 ? pass->net->kernels->tile : INPUTS;
        c.room = (char *)pass->at[gr_node_index(pass, node)].cache +
                 thread * room_of(pass, node, threads);
    }
    c.pieces = (node->inputs + c.grain - 1) / c.grain;
    const size_t pieces = (panels + GR_SUMS_PANELS - 1) / GR_SUMS_PANELS * c.pieces;
    c.mine = own ? (gr_range){0, pieces} : gr_cut(pieces, 1, thread, threads);
    const size_t step = packed > 0 ? packed : inputs_of_plain(&c);
    for (size_t from = 0; from < node->inputs; from += step) {
        const gr_range inputs = {from, least(from + step, node->inputs)};
        if (packed > 0)
            descend_packed_strip(&c, inputs);
        else
            descend_strip(&c, inputs, &(gr_strip){.row = NULL});
    }
}
