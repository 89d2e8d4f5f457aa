/*
 * net/layer_dense.c - fully connected layer
 *
 *     forward     z = W x + b                    z [rows][outputs], x [rows][inputs]
 *     BP2         dx = W^T dz
 *     BP3         dW = sum over rows of dz x^T
 *     BP4         db = sum over rows of dz
 *
 * In memory W stands in panels of [inputs][outputs], so that all three products vectorise
 * across outputs; BP2 works on its transpose, made once per pass, or, where that would fill the
 * caches, on W as it stands, with rows in the lanes. BP3 is cut into blocks
 * (net/strips.c): a thread computes the gradient of some weights and descends by it while
 * it is in the cache, without storing it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/status.h"
#include "net/dense.h"

enum {
    CHUNK = 60,    /* inputs of a block whose gradient is kept for an update: whole tiles (see
                      gr_block), also where they have ten rows */
    AHEAD = 10,    /* rows of x, a tile of the product, that are fetched ahead: with AVX-512;
                      others have lower tiles */
    LONG = 64,     /* inputs of a row for which that pays */
    NEAR = 64 << 10, /* bytes of a weight that stays in a cache near by */
    DEEP = 128,    /* rows beside whose products fetching what an optimiser keeps is nothing */
    LARGE = 1 << 20, /* bytes of W beside whose transpose those of dz and dx are little */
    FAR = 1 << 19, /* bytes of dz that do not stay in a cache near by */
    L2 = 640 << 10, /* bytes of a product's rows: an L2 of 1 MiB holds them beside the panels
                      that they meet */
    FEW = 64       /* rows for which W is not read once more */
};

static const gr_tensor *weight_of(const gradus_net *net, const gr_node *node)
{
    return &net->tensor[node->tensor];
}

static size_t width_of(const gradus_net *net)
{
    return net->kernels->width;
}

/* The transpose: panels of inputs, outputs rounded up to whole panels. */
static size_t transpose_stride(const gradus_net *net, const gr_node *node)
{
    return node->panels * width_of(net) * width_of(net);
}

static size_t cache(const gradus_net *net, const gr_node *node, size_t rows)
{
    (void)rows;
    return net->node[node->from].panels * transpose_stride(net, node) *
           net->kernels->size;
}

/* Whether BP2 reads a large W as it stands, with rows in the lanes, of which few are empty. */
static bool reads_weight(const gr_pass *pass, const gr_node *node)
{
    const gradus_net *net = pass->net;
    const gr_kernels *k = net->kernels;
    if (k->lanes == 0 || node->inputs * node->width * k->size < LARGE)
        return false;
    const size_t rows = (pass->rows + pass->threads - 1) / pass->threads; /* of a thread */
    const size_t room = k->input_gradient_room(node->width) * pass->threads;
    return (k->lanes - rows % k->lanes) % k->lanes <= rows / 8 &&
           room <= cache(net, node, pass->rows);
}

/* Whether BP2 reads the transpose. */
static bool is_turned(const gr_pass *pass, const gr_node *node)
{
    return !node->narrow && pass->at[node->from].dy != NULL &&
           !reads_weight(pass, node);
}

static void prepare(const gr_pass *pass, const gr_node *node, size_t thread, size_t threads)
{
    const gradus_net *net = pass->net;
    if (!is_turned(pass, node))
        return;
    const gr_range panels = gr_cut(node->panels, 1, thread, threads);
    net->kernels->transpose(node->inputs, node->width, panels.from, panels.to,
                            gr_tensor_values(net, weight_of(net, node)),
                            pass->at[gr_node_index(pass, node)].cache);
}

/* Long rows of x that follow each other: the next tile's come while this one is worked. Only
 * there `rows` may be read, see gr_dense_forward(). */
static size_t reach_of(const gr_pass *pass, const gr_node *node)
{
    return pass->rows_follow && node->from == 0 && node->inputs >= LONG && pass->rows > AHEAD
         ? AHEAD * node->inputs * pass->net->kernels->size : 0;
}

/* Each panel of B meets all rows of A, which come from far each time where L2 does not hold
 * them: then as many of them as it holds meet all of B, and the next ones after them. */
static void product_in_l2(const gradus_net *net, gr_product *p)
{
    const size_t row_bytes = p->depth * net->kernels->size, all = p->rows;
    size_t most = all;
    if (all * row_bytes > L2) {
        const size_t tiles = (all + AHEAD - 1) / AHEAD, fit = L2 / (AHEAD * row_bytes);
        const size_t times = fit == 0 ? tiles : (tiles + fit - 1) / fit;
        most = (tiles + times - 1) / times * AHEAD;
        most = most < FEW ? all : most;
    }
    for (size_t row = 0; row < all; row += p->rows) {
        p->rows = all - row < most ? all - row : most;
        net->kernels->product(p);
        p->a += p->rows;
        p->c = gr_row(net, p->c, p->c_stride, p->rows);
        if (p->mask != NULL)
            p->mask = gr_row(net, p->mask, p->c_stride, p->rows);
        p->turned = NULL; /* it is there */
    }
}

void gr_dense_forward(const gr_pass *pass, const gr_node *node, const gr_part *part,
                      const void *const *x)
{
    const gradus_net *net = pass->net;
    const gr_kept *z = &pass->at[gr_node_index(pass, node)];
    const gr_tensor *weight = weight_of(net, node);
    const size_t width = width_of(net), stride = node->inputs * width;
    const size_t column = part->panels.from * width;
    const void *bias = node->bias ? gr_tensor_values(net, weight + 1) : NULL;
    gr_product p = {
        .rows = part->rows.to - part->rows.from,
        .panels = part->panels.to - part->panels.from, .depth = node->inputs,
        .a = x + part->rows.from,
        .b = gr_at(net, gr_tensor_values(net, weight), part->panels.from * stride),
        .b_stride = stride, .bias = bias == NULL ? NULL : gr_at(net, bias, column),
        .c = gr_at(net, z->y, part->rows.from * z->stride + column), .c_stride = z->stride,
        .rectify = node->rectifies,
        .turned = pass->turns && part->rows.from == 0 && is_turned(pass, node) ? z->cache
                                                                               : NULL,
        .reach = reach_of(pass, node),
    };
    product_in_l2(net, &p);
}

static void forward(const gr_pass *pass, const gr_node *node, const gr_part *part)
{
    const gr_kept *x = &pass->at[node->from];
    if (node->narrow)
        gr_narrow_forward(pass, node, part);
    else
        gr_dense_forward(pass, node, part, (const void *const *)x->y_row);
}

/* dx = W^T dz: the product of dz [rows][outputs] with W^T [outputs][inputs]. */
static void backward_by_transpose(const gr_pass *pass, const gr_node *node, const gr_part *part,
                                  void *dx)
{
    const gradus_net *net = pass->net;
    const gr_kept *x = &pass->at[node->from], *z = &pass->at[gr_node_index(pass, node)];
    gr_product p = {
        .rows = part->rows.to - part->rows.from,
        .panels = net->node[node->from].panels, .depth = node->width,
        .a = (const void *const *)z->dy_row + part->rows.from,
        .b = z->cache, .b_stride = transpose_stride(net, node),
        .c = dx, .c_stride = x->stride, .mask = gr_mask_of(pass, node, part),
    };
    product_in_l2(net, &p);
}

/* The same, by W as it stands. */
static void backward_by_weight(const gr_pass *pass, const gr_node *node, const gr_part *part,
                               void *dx)
{
    const gradus_net *net = pass->net;
    const gr_kernels *k = net->kernels;
    const gr_kept *x = &pass->at[node->from], *z = &pass->at[gr_node_index(pass, node)];
    const gr_input_gradient p = {
        .rows = part->rows.to - part->rows.from, .inputs = node->inputs,
        .outputs = node->width, .dz = (const void *const *)z->dy_row + part->rows.from,
        .w = gr_tensor_values(net, weight_of(net, node)),
        .dx = dx, .stride = x->stride, .mask = gr_mask_of(pass, node, part),
        .room = (char *)z->cache + part->thread * k->input_gradient_room(node->width),
    };
    k->input_gradient(&p);
}

static void backward(const gr_pass *pass, const gr_node *node, const gr_part *part)
{
    if (node->narrow) {
        gr_narrow_backward(pass, node, part);
        return;
    }
    void *dx = gr_pass_begin(pass, node, node->from);
    if (dx == NULL)
        return;
    dx = gr_row(pass->net, dx, pass->at[node->from].stride, part->rows.from);
    if (reads_weight(pass, node))
        backward_by_weight(pass, node, part, dx);
    else
        backward_by_transpose(pass, node, part, dx);
    gr_pass_end(pass, node, node->from, part);
}

/* ---- gradients of the parameters ---- */

/* Element of the weight that a block begins with. */
static size_t first_of(const gradus_net *net, const gr_node *node, const gr_block *at)
{
    return (at->panels.from * node->inputs + at->inputs.from) * width_of(net);
}

/* What a block's gradient changes comes from far, but where it is little: the weights and what
 * an optimiser keeps, or where it is stored. */
static void fetch_soon(const gr_pass *pass, const gr_node *node, const gr_block *at,
                       gr_product *p)
{
    const gradus_net *net = pass->net;
    const gr_descent *descent = pass->descent;
    if (node->panels * node->inputs * GR_LINE < NEAR)
        return;
    p->soon[0] = p->c;
    p->soon_stride = p->c_stride;
    if (descent == NULL)
        return;
    const gr_update *u = &descent->update[node->tensor];
    void *const arrays[] = {u->w, u->v, u->m};
    const size_t most = p->depth >= DEEP ? GR_COUNT(arrays) : 1;
    for (size_t i = 0; i < most && arrays[i] != NULL; i++)
        p->soon[i] = gr_at(net, arrays[i], first_of(net, node, at));
    p->soon_stride = node->inputs * width_of(net);
}

/* The gradient of a block over one chain of rows; p says where it goes. */
static void product_of_chain(const gr_pass *pass, const gr_node *node, const gr_block *at,
                             size_t row, gr_product *p)
{
    const gr_kept *x = &pass->at[node->from], *z = &pass->at[gr_node_index(pass, node)];
    p->rows = at->inputs.to - at->inputs.from;
    p->panels = at->panels.to - at->panels.from;
    p->depth = pass->rows - row < GR_CHAIN ? pass->rows - row : GR_CHAIN;
    p->by_columns = 1;
    p->a = (const void *const *)x->y_row + row;
    p->first = at->inputs.from;
    if (at->strip->row != NULL) { /* all rows are one chain */
        p->a = at->strip->row;
        p->tile = at->strip->tile;
        p->first = at->inputs.from - at->strip->from;
        if (p->tile > 0)
            p->first = p->first / pass->net->kernels->tile * p->tile;
    }
    p->b = gr_at(pass->net, z->dy, row * z->stride + at->panels.from * width_of(pass->net));
    p->b_stride = z->stride;
    if (!at->last && p->depth * z->stride * pass->net->kernels->size >= FAR)
        p->b_next = GR_SUMS_PANELS * width_of(pass->net);
    p->ahead_first = at->inputs.from;
    p->ahead = at->first && node->from == 0 && pass->rows_ahead >= p->depth
             ? (const void *const *)pass->ahead : NULL;
    fetch_soon(pass, node, at, p);
    pass->net->kernels->product(p);
}

/* dW of a block, [panels][.][P] with c_stride elements from panel to panel: the first chain
 * of rows is stored, the sums of later ones are added. */
static void gradient_of_block(const gr_pass *pass, const gr_node *node, const gr_block *at,
                              void *c, size_t c_stride)
{
    const gradus_net *net = pass->net;
    const size_t count = (at->inputs.to - at->inputs.from) * width_of(net);
    _Alignas(GR_LINE) char later[GR_SUMS_PANELS * CHUNK * GR_LINE];
    for (size_t row = 0; row < pass->rows; row += GR_CHAIN) {
        if (row == 0 && !pass->add_gradient) {
            gr_product p = {.c = c, .c_stride = c_stride};
            product_of_chain(pass, node, at, row, &p);
            continue;
        }
        gr_product p = {.c = later, .c_stride = count};
        product_of_chain(pass, node, at, row, &p);
        for (size_t i = 0; i < at->panels.to - at->panels.from; i++)
            net->kernels->add(count, gr_at(net, later, i * count),
                              gr_at(net, c, i * c_stride));
    }
}

void gr_descend(const gr_pass *pass, size_t tensor, size_t first, size_t count,
                const void *g)
{
    const gradus_net *net = pass->net;
    gr_update u = pass->descent->update[tensor];
    u.count = count;
    u.g = g;
    u.w = gr_at(net, u.w, first);
    u.m = u.m == NULL ? NULL : gr_at(net, u.m, first);
    u.v = u.v == NULL ? NULL : gr_at(net, u.v, first);
    pass->descent->step(&u);
}

static void descend_block(const gr_pass *pass, const gr_node *node, const gr_block *at)
{
    const gradus_net *net = pass->net;
    const size_t stride = node->inputs * width_of(net); /* of the weight, panel to panel */
    const size_t first = first_of(net, node, at);
    const size_t count = (at->inputs.to - at->inputs.from) * width_of(net);
    _Alignas(GR_LINE) char gradient[GR_SUMS_PANELS * CHUNK * GR_LINE];
    if (pass->descent == NULL) {
        void *dw = gr_at(net, gr_gradient_of(pass, node->tensor), first);
        gradient_of_block(pass, node, at, dw, stride);
        return;
    }
    gradient_of_block(pass, node, at, gradient, count);
    for (size_t p = 0; p < at->panels.to - at->panels.from; p++)
        gr_descend(pass, node->tensor, first + p * stride, count,
                   gr_at(net, gradient, p * count));
}

/* Whether products end in w = fma(-rate gradient_scale, g, shrink w). */
static bool is_plain(const gr_pass *pass)
{
    return pass->descent != NULL && pass->descent->plain && pass->rows <= GR_CHAIN &&
           !pass->add_gradient;
}

/* With the first inputs goes the bias. */
static void descend_plain(const gr_pass *pass, const gr_node *node, const gr_block *at)
{
    const gradus_net *net = pass->net;
    const gr_update *u = &pass->descent->update[node->tensor], *bias = u + 1;
    gr_product p = {.c = gr_at(net, u->w, first_of(net, node, at)),
                    .c_stride = node->inputs * width_of(net), .descend = 1,
                    .step = -u->rate * u->gradient_scale, .shrink = u->shrink};
    if (node->bias && at->inputs.from == 0) {
        p.sums = gr_at(net, bias->w, at->panels.from * width_of(net));
        p.sums_step = -bias->rate * bias->gradient_scale;
        p.sums_shrink = bias->shrink;
    }
    product_of_chain(pass, node, at, 0, &p);
}

void gr_dense_descend(const gr_pass *pass, const gr_node *node, const gr_block *at)
{
    if (is_plain(pass)) {
        descend_plain(pass, node, at);
        return;
    }
    gr_block piece = *at;
    for (size_t from = at->inputs.from; from < at->inputs.to; from += CHUNK) {
        piece.inputs.from = from;
        piece.inputs.to = at->inputs.to - from < CHUNK ? at->inputs.to : from + CHUNK;
        descend_block(pass, node, &piece);
    }
}

static void descend_bias(const gr_pass *pass, const gr_node *node, gr_range panels)
{
    const gradus_net *net = pass->net;
    const gr_kept *z = &pass->at[gr_node_index(pass, node)];
    void *db = gr_gradient_of(pass, node->tensor + 1);
    const size_t first = panels.from * width_of(net);
    const size_t count = (panels.to - panels.from) * width_of(net);
    if (count == 0)
        return;
    for (size_t row = 0; row < pass->rows; row += GR_CHAIN) {
        const size_t left = pass->rows - row, rows = left < GR_CHAIN ? left : GR_CHAIN;
        const bool later = row > 0 || pass->add_gradient;
        void *sum = later ? z->cache : db; /* the transpose is no longer needed */
        net->kernels->column_sums(rows, node->width, panels.from, panels.to,
                                  gr_row(net, z->dy, z->stride, row), sum);
        if (later)
            net->kernels->add(count, gr_at(net, sum, first), gr_at(net, db, first));
    }
    if (pass->descent != NULL)
        gr_descend(pass, node->tensor + 1, first, count, gr_at(net, db, first));
}

static void descend(const gr_pass *pass, const gr_node *node, size_t thread, size_t threads)
{
    if (node->narrow)
        gr_narrow_descend(pass, node, thread, threads);
    else
        gr_strips_descend(pass, node, thread, threads);
    if (node->bias && (node->narrow || !is_plain(pass)))
        descend_bias(pass, node, gr_cut(node->panels, 1, thread, threads));
}

static gradus_status write_setting(gr_text *text, const char *name, double value)
{
    char number[GRADUS_NUMBER_LENGTH];
    gradus_number_write(value, number);
    return gr_text_add(text, " %s=%s", name, number);
}

static gradus_status write(const gradus_net *net, const gr_node *node, gr_text *text)
{
    (void)net;
    gradus_status status;
    if (node->is_output)
        GR_TRY(gr_text_add(text, "output"));
    else
        GR_TRY(gr_text_add(text, "dense %zu", node->width));
    if (!node->bias)
        GR_TRY(gr_text_add(text, " bias=no"));
    if (node->start_chosen)
        GR_TRY(gr_text_add(text, " start=%s", node->start));
    if (node->sd != 1)
        GR_TRY(write_setting(text, "sd", node->sd));
    if (node->value != 0)
        GR_TRY(write_setting(text, "value", node->value));
done:
    return status;
}

const gr_layer_type gr_layer_dense = {
    .name = "dense", .cache = cache, .prepare = prepare, .forward = forward,
    .backward = backward, .descend = descend, .write = write,
};
