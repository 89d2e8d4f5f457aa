/*
 * net/layer_dense.c - fully connected layer
 *
 *     forward     z = W x + b                    z [rows][outputs], x [rows][inputs]
 *     BP2         dx = W^T dz
 *     BP3         dW = sum over rows of dz x^T
 *     BP4         db = sum over rows of dz
 *
 * In memory W stands as [inputs][outputs], so that all three products vectorise across
 * contiguous outputs; BP2 works on a transposed copy made once per pass.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/status.h"
#include "net/layer.h"

typedef struct dense_job {
    const gr_pass *pass;
    const gr_node *node;
    gr_product product; /* of all rows of c; a piece shifts a and c */
} dense_job;

static const gr_tensor *weight_of(const gradus_net *net, const gr_node *node)
{
    return &net->tensor[node->tensor];
}

static void *gradient_of(const gr_pass *pass, const gr_tensor *tensor)
{
    return gr_at(pass->net, pass->gradient, tensor->first);
}

/* Rows [from, to) of a product: any cut over rows gives the same bits. */
static void product_rows(void *job_, size_t from, size_t to)
{
    const dense_job *job = job_;
    const gradus_net *net = job->pass->net;
    gr_product p = job->product;
    p.m = to - from;
    p.a = gr_at(net, p.a, from * p.a_row);
    p.c = gr_at(net, p.c, from * p.c_row);
    net->kernels->product(&p);
}

static void product(const gr_pass *pass, const gr_node *node, const gr_product *p)
{
    dense_job job = {.pass = pass, .node = node, .product = *p};
    gr_pool_run(pass->pool, p->m, gr_grain(p->n * p->depth, GR_GRAIN_PRODUCTS),
                product_rows, &job);
}

static size_t cache(const gradus_net *net, const gr_node *node, size_t rows)
{
    (void)rows;
    return node->inputs * node->width * net->kernels->size; /* W^T */
}

static void forward(const gr_pass *pass, const gr_node *node)
{
    const gradus_net *net = pass->net;
    const gr_product p = {
        .m = pass->rows, .n = node->width, .depth = node->inputs,
        .a = pass->y[node->from], .a_row = node->inputs, .a_column = 1,
        .b = gr_tensor_values(net, weight_of(net, node)), .b_row = node->width,
        .bias = node->bias ? gr_tensor_values(net, weight_of(net, node) + 1) : NULL,
        .c = pass->y[gr_node_index(pass, node)], .c_row = node->width,
    };
    product(pass, node, &p);
}

/* dx = W^T dz: the product of dz [rows][outputs] with W^T [outputs][inputs]. */
static void input_gradient(gr_pass *pass, const gr_node *node, const void *dz)
{
    const gradus_net *net = pass->net;
    void *dx = gr_pass_begin(pass, node->from);
    if (dx == NULL)
        return;
    void *transposed = pass->cache[gr_node_index(pass, node)];
    net->kernels->transpose(node->inputs, node->width,
                            gr_tensor_values(net, weight_of(net, node)), transposed);
    const gr_product p = {
        .m = pass->rows, .n = node->inputs, .depth = node->width,
        .a = dz, .a_row = node->width, .a_column = 1,
        .b = transposed, .b_row = node->inputs,
        .c = dx, .c_row = node->inputs,
    };
    product(pass, node, &p);
    gr_pass_end(pass, node->from, dx);
}

/* One chain of dW and db over rows [from, to) of the batch; dz and x begin there. */
static void chain_gradient(gr_pass *pass, const gr_node *node, size_t from, size_t to)
{
    const gradus_net *net = pass->net;
    const gr_kernels *k = net->kernels;
    const gr_tensor *weight = weight_of(net, node);
    const void *dz = gr_at(net, pass->dy[gr_node_index(pass, node)], from * node->width);
    const bool later = from > 0 || pass->add_gradient;
    void *dw = gradient_of(pass, weight);
    const gr_product p = {
        .m = node->inputs, .n = node->width, .depth = to - from,
        .a = gr_at(net, pass->y[node->from], from * node->inputs),
        .a_row = 1, .a_column = node->inputs,
        .b = dz, .b_row = node->width,
        .c = later ? pass->chain : dw, .c_row = node->width,
    };
    product(pass, node, &p);
    if (later)
        k->add(node->inputs * node->width, pass->chain, dw);
    if (!node->bias)
        return;
    void *db = gradient_of(pass, weight + 1);
    k->column_sums(to - from, node->width, dz, later ? pass->chain : db, 0);
    if (later)
        k->add(node->width, pass->chain, db);
}

static void backward(gr_pass *pass, const gr_node *node)
{
    input_gradient(pass, node, pass->dy[gr_node_index(pass, node)]);
    for (size_t from = 0; from < pass->rows; from += GR_CHAIN) {
        const size_t left = pass->rows - from;
        chain_gradient(pass, node, from, from + (left < GR_CHAIN ? left : GR_CHAIN));
    }
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
    .name = "dense", .cache = cache, .forward = forward, .backward = backward, .write = write,
};
