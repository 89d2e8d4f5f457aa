/*
 * net/layer_batchnorm.c - batch normalisation, per column
 *
 *     training    mean, var of the batch (divisor m);  xhat = (x - mean) / sqrt(var + eps)
 *                 y = gamma xhat + beta
 *     inference   the same with the running statistics
 *     backward    g = dy gamma
 *                 dx = (m g - sum g - xhat sum g xhat) / (m sqrt(var + eps))
 *                 dgamma = sum dy xhat,  dbeta = sum dy
 *     at inference dx = dy gamma / sqrt(var + eps) alone
 *
 * Source: Ioffe and Szegedy, "Batch normalization", ICML 2015.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "net/layer.h"

static const double momentum = 0.1; /* share of the batch in the running statistics */

/* Order of a node's tensors. */
enum { SCALE, SHIFT, MEAN, VARIANCE };

/* What lasts is mean and var in double, whole lines of them; the cache is xhat, a matrix. */
static double *mean_of(const gr_pass *pass, const gr_node *node)
{
    return pass->at[gr_node_index(pass, node)].lasting;
}

static size_t moments_room(const gr_node *node)
{
    return gr_panels(node->width, sizeof(double)) * (GR_LINE / sizeof(double));
}

static double *variance_of(const gr_pass *pass, const gr_node *node)
{
    return mean_of(pass, node) + moments_room(node);
}

const double *gr_batchnorm_variance(const gr_pass *pass, const gr_node *node)
{
    return variance_of(pass, node);
}

static void *normed_of(const gr_pass *pass, const gr_node *node)
{
    return pass->at[gr_node_index(pass, node)].cache;
}

static void *values(const gradus_net *net, const gr_node *node, size_t which)
{
    return gr_tensor_values(net, &net->tensor[node->tensor + which]);
}

static size_t cache(const gradus_net *net, const gr_node *node, size_t rows)
{
    const size_t size = net->kernels->size;
    return rows * gr_stride(node->width, size) * size;
}

static size_t lasting(const gradus_net *net, const gr_node *node)
{
    (void)net;
    return 2 * moments_room(node) * sizeof(double);
}

static void forward(const gr_pass *pass, const gr_node *node, const gr_part *part)
{
    const gradus_net *net = pass->net;
    const gr_kept *from = &pass->at[node->from], *to = &pass->at[gr_node_index(pass, node)];
    if (pass->training) {
        const gr_range columns = gr_part_columns(pass, node, part);
        net->kernels->norm_forward(pass->rows, node->width, columns.from, columns.to,
                                   gr_batchnorm_eps, from->y, values(net, node, SCALE),
                                   values(net, node, SHIFT), mean_of(pass, node),
                                   variance_of(pass, node), normed_of(pass, node), to->y);
        return;
    }
    const size_t row = part->rows.from;
    net->kernels->norm_infer(part->rows.to - row, node->width, gr_batchnorm_eps,
                             gr_row(net, from->y, from->stride, row),
                             values(net, node, MEAN), values(net, node, VARIANCE),
                             values(net, node, SCALE), values(net, node, SHIFT),
                             gr_row(net, to->y, to->stride, row));
}

/* The kernel adds to dgamma and dbeta; a batch norm's batch is never worked in pieces. */
static void *cleared_gradient(const gr_pass *pass, const gr_node *node, size_t which,
                              gr_range columns)
{
    const gradus_net *net = pass->net;
    void *gradient = gr_gradient_of(pass, node->tensor + which);
    memset(gr_at(net, gradient, columns.from), 0,
           (columns.to - columns.from) * net->kernels->size);
    return gradient;
}

/* One column at inference, where mean and var are constants: element by element, in double,
 * as nobody trains so. */
static void infer_column(const gr_pass *pass, const gr_node *node, size_t j, void *dx)
{
    const gradus_net *net = pass->net;
    const gr_kernels *k = net->kernels;
    const gr_kept *x = &pass->at[node->from], *y = &pass->at[gr_node_index(pass, node)];
    double value[4], dgamma = 0, dbeta = 0;
    for (size_t which = SCALE; which <= VARIANCE; which++)
        k->to_double(1, gr_at(net, values(net, node, which), j), &value[which]);
    const double inverse = 1 / sqrt(value[VARIANCE] + gr_batchnorm_eps);
    for (size_t i = 0; i < pass->rows; i++) {
        double x_i, dy_i;
        k->to_double(1, gr_at(net, x->y, i * x->stride + j), &x_i);
        k->to_double(1, gr_at(net, y->dy, i * y->stride + j), &dy_i);
        dgamma = fma(dy_i, (x_i - value[MEAN]) * inverse, dgamma);
        dbeta += dy_i;
        const double dx_i = dy_i * (value[SCALE] * inverse);
        if (dx != NULL)
            k->from_double(1, &dx_i, gr_at(net, dx, i * x->stride + j));
    }
    k->from_double(1, &dgamma, gr_at(net, gr_gradient_of(pass, node->tensor + SCALE), j));
    k->from_double(1, &dbeta, gr_at(net, gr_gradient_of(pass, node->tensor + SHIFT), j));
}

static void backward_inference(const gr_pass *pass, const gr_node *node, const gr_part *part)
{
    const gr_range columns = gr_part_columns(pass, node, part);
    void *dx = gr_pass_begin(pass, node, node->from);
    for (size_t j = columns.from; j < columns.to; j++)
        infer_column(pass, node, j, dx);
    if (dx != NULL)
        gr_pass_end(pass, node, node->from, part);
}

static void backward(const gr_pass *pass, const gr_node *node, const gr_part *part)
{
    if (!pass->training) {
        backward_inference(pass, node, part);
        return;
    }
    const gradus_net *net = pass->net;
    const gr_range columns = gr_part_columns(pass, node, part);
    void *dy = pass->at[gr_node_index(pass, node)].dy;
    /* dx is computed in place of dy when nobody asks for it: the sums are needed. */
    void *dx = gr_pass_begin(pass, node, node->from);
    net->kernels->norm_backward(pass->rows, node->width, columns.from, columns.to,
                                gr_batchnorm_eps, variance_of(pass, node),
                                normed_of(pass, node), values(net, node, SCALE), dy,
                                cleared_gradient(pass, node, SCALE, columns),
                                cleared_gradient(pass, node, SHIFT, columns),
                                dx != NULL ? dx : dy);
    if (dx != NULL)
        gr_pass_end(pass, node, node->from, part);
}

/* Their gradients are complete: two short vectors, of no use to several threads. */
static void descend(const gr_pass *pass, const gr_node *node, size_t thread, size_t threads)
{
    (void)threads;
    if (thread > 0 || pass->descent == NULL)
        return;
    for (size_t which = SCALE; which <= SHIFT; which++) {
        gr_update u = pass->descent->update[node->tensor + which];
        u.g = gr_gradient_of(pass, node->tensor + which);
        pass->descent->step(&u);
    }
}

bool gr_net_has_batchnorm(const gradus_net *net)
{
    for (size_t n = 1; n < net->nodes; n++)
        if (net->node[n].type == &gr_layer_batchnorm)
            return true;
    return false;
}

/* running <- (1 - momentum) running + momentum batch, in double, rounded once. */
static void keep(const gradus_net *net, void *running, const double *batch, size_t width,
                 double factor)
{
    for (size_t j = 0; j < width; j++) {
        double value;
        net->kernels->to_double(1, gr_at(net, running, j), &value);
        value = (1 - momentum) * value + momentum * (factor * batch[j]);
        net->kernels->from_double(1, &value, gr_at(net, running, j));
    }
}

void gr_batchnorm_keep(gradus_net *net, const gr_pass *pass)
{
    const double m = (double)pass->rows;
    for (size_t n = 1; n < net->nodes; n++) {
        const gr_node *node = &net->node[n];
        if (node->type != &gr_layer_batchnorm)
            continue;
        keep(net, values(net, node, MEAN), mean_of(pass, node), node->width, 1);
        keep(net, values(net, node, VARIANCE), variance_of(pass, node), node->width,
             m / (m - 1));
    }
}

static gradus_status write(const gradus_net *net, const gr_node *node, gr_text *text)
{
    (void)net;
    (void)node;
    return gr_text_add(text, "batchnorm");
}

const gr_layer_type gr_layer_batchnorm = {
    .name = "batchnorm", .cache = cache, .lasting = lasting, .forward = forward,
    .backward = backward, .descend = descend, .write = write, .by_columns = true,
    .in_place = true,
};
