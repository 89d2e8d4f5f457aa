/*
 * net/layer_batchnorm.c - batch normalisation, per column
 *
 *     training    mean, var of the batch (divisor m);  xhat = (x - mean) / sqrt(var + eps)
 *                 y = gamma xhat + beta
 *     inference   the same with the running statistics
 *     backward    g = dy gamma
 *                 dx = (m g - sum g - xhat sum g xhat) / (m sqrt(var + eps))
 *                 dgamma = sum dy xhat,  dbeta = sum dy
 *
 * Source: Ioffe and Szegedy, "Batch normalization", ICML 2015.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "net/layer.h"

static const double eps = 1e-5;
static const double momentum = 0.1; /* share of the batch in the running statistics */

/* Order of a node's tensors. */
enum { SCALE, SHIFT, MEAN, VARIANCE };

/* The cache: mean [width], var [width] in double, then xhat [rows][width]. */
static double *mean_of(const gr_pass *pass, const gr_node *node)
{
    return pass->cache[gr_node_index(pass, node)];
}

static double *variance_of(const gr_pass *pass, const gr_node *node)
{
    return mean_of(pass, node) + node->width;
}

static void *normed_of(const gr_pass *pass, const gr_node *node)
{
    return mean_of(pass, node) + 2 * node->width;
}

static void *values(const gradus_net *net, const gr_node *node, size_t which)
{
    return gr_tensor_values(net, &net->tensor[node->tensor + which]);
}

static size_t cache(const gradus_net *net, const gr_node *node, size_t rows)
{
    return node->width * (2 * sizeof(double) + rows * net->kernels->size);
}

typedef struct norm_job {
    gr_pass *pass;
    const gr_node *node;
    void *dx;
} norm_job;

static void forward_columns(void *job_, size_t from, size_t to)
{
    const norm_job *job = job_;
    const gr_pass *pass = job->pass;
    const gr_node *node = job->node;
    const gradus_net *net = pass->net;
    net->kernels->norm_forward(pass->rows, node->width, from, to, eps, pass->y[node->from],
                               values(net, node, SCALE), values(net, node, SHIFT),
                               mean_of(pass, node), variance_of(pass, node),
                               normed_of(pass, node), pass->y[gr_node_index(pass, node)]);
}

static void forward(const gr_pass *pass, const gr_node *node)
{
    const gradus_net *net = pass->net;
    if (pass->training) {
        norm_job job = {(gr_pass *)(uintptr_t)pass, node, NULL};
        gr_pool_run(pass->pool, node->width, gr_grain(4 * pass->rows, GR_GRAIN_ELEMENTS),
                    forward_columns, &job);
        return;
    }
    net->kernels->norm_infer(pass->rows, node->width, eps, pass->y[node->from],
                             values(net, node, MEAN), values(net, node, VARIANCE),
                             values(net, node, SCALE), values(net, node, SHIFT),
                             pass->y[gr_node_index(pass, node)]);
}

static void backward_columns(void *job_, size_t from, size_t to)
{
    const norm_job *job = job_;
    gr_pass *pass = job->pass;
    const gr_node *node = job->node;
    const gradus_net *net = pass->net;
    const gr_tensor *tensor = &net->tensor[node->tensor];
    net->kernels->norm_backward(pass->rows, node->width, from, to, eps,
                                variance_of(pass, node), normed_of(pass, node),
                                values(net, node, SCALE),
                                pass->dy[gr_node_index(pass, node)],
                                gr_at(net, pass->gradient, tensor[SCALE].first),
                                gr_at(net, pass->gradient, tensor[SHIFT].first), job->dx);
}

/* The kernel adds to dgamma and dbeta; a batch norm's batch is never worked in pieces. */
static void clear_gradient(gr_pass *pass, const gr_node *node)
{
    const gradus_net *net = pass->net;
    for (size_t which = SCALE; which <= SHIFT; which++) {
        const gr_tensor *tensor = &net->tensor[node->tensor + which];
        memset(gr_at(net, pass->gradient, tensor->first), 0,
               node->width * net->kernels->size);
    }
}

static void backward(gr_pass *pass, const gr_node *node)
{
    clear_gradient(pass, node);
    /* dx is computed in place of dy when nobody asks for it: the sums are needed. */
    void *dx = gr_pass_begin(pass, node->from);
    norm_job job = {pass, node, dx != NULL ? dx : pass->dy[gr_node_index(pass, node)]};
    gr_pool_run(pass->pool, node->width, gr_grain(4 * pass->rows, GR_GRAIN_ELEMENTS),
                backward_columns, &job);
    if (dx != NULL)
        gr_pass_end(pass, node->from, dx);
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
    .name = "batchnorm", .cache = cache, .forward = forward, .backward = backward,
    .write = write, .in_place = true,
};
