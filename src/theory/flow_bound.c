/*
 * theory/flow_bound.c - spectral norms, and the bound on error signals that they give
 *
 *     |d^l| <= |d^L| prod_{k=l+1..L} |W^k|_2 max|s'_(k-1)|          (a plain chain)
 *
 * and in any net, node by node from the loss to the input, with c the bound's factor:
 *
 *     dense        c_x += c_y |W|_2               activation   c_x += c_y max|s'|
 *     batch norm   c_x += c_y max_j |gamma_j| / sqrt(var_j + eps)
 *     dropout      c_x += c_y / (1 - p)           add          c_F += c_y |scale|, c_x += c_y
 *
 * That of batch norm holds for all rows together: in units of gamma / sqrt(var + eps) its
 * Jacobian is symmetric with eigenvalues between 0 and 1 (docs/math/batch-norm.md).
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "base/random.h"
#include "theory/flow.h"

double gr_norm(size_t count, const double *x)
{
    double most = 0, sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(x[i]))
            return NAN;
        most = fabs(x[i]) > most ? fabs(x[i]) : most;
    }
    if (most == 0 || isinf(most))
        return most;
    for (size_t i = 0; i < count; i++)
        sum = fma(x[i] / most, x[i] / most, sum);
    return most * sqrt(sum);
}

/* left = w right, or right = w^T left */
static void multiply(size_t rows, size_t columns, const double *w, const double *right,
                     double *left)
{
    for (size_t i = 0; i < rows; i++) {
        left[i] = 0;
        for (size_t j = 0; j < columns; j++)
            left[i] = fma(w[i * columns + j], right[j], left[i]);
    }
}

static void multiply_transposed(size_t rows, size_t columns, const double *w,
                                const double *left, double *right)
{
    for (size_t j = 0; j < columns; j++)
        right[j] = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            right[j] = fma(w[i * columns + j], left[i], right[j]);
}

/*
 * v <- W^T W v / |W^T W v|,  |W|_2 >= |W v|, which grows with every step. Where two singular
 * values are close it comes near the larger one soon, however slowly v turns.
 */
double gr_spectral_norm(size_t rows, size_t columns, const double *w, double *left,
                        double *right)
{
    enum { MOST = 300 };
    double found = 0, before;
    for (size_t j = 0; j < columns; j++)
        right[j] = gr_random_uniform((gr_key){0}, 0, (uint32_t)j) - 0.5;
    for (size_t step = 0; step < MOST; step++) {
        const double length = gr_norm(columns, right);
        if (!(length > 0 && isfinite(length)))
            return length;
        for (size_t j = 0; j < columns; j++)
            right[j] /= length;
        multiply(rows, columns, w, right, left);
        before = found;
        found = gr_norm(rows, left);
        if (found <= before * (1 + 1e-10))
            break;
        multiply_transposed(rows, columns, w, left, right);
    }
    return found;
}

double gr_slope_most(size_t activation, double alpha)
{
    switch (activation) {
    case GR_ACTIVATION_SIGMOID:
        return 0.25;
    case GR_ACTIVATION_SOFTMAX: /* norm of diag(p) - p p^T */
        return 0.5;
    case GR_ACTIVATION_IDENTITY:
    case GR_ACTIVATION_TANH:
    case GR_ACTIVATION_RELU:
    case GR_ACTIVATION_SOFTPLUS:
        return 1;
    case GR_ACTIVATION_LEAKY_RELU:
    case GR_ACTIVATION_ELU:
        return fabs(alpha) > 1 ? fabs(alpha) : 1;
    case GR_ACTIVATION_GELU:
        return 1.128904146;
    case GR_ACTIVATION_GELU_TANH:
        return 1.128993069;
    case GR_ACTIVATION_SELU:
        return 1.758099341;
    case GR_ACTIVATION_SILU:
        return 1.099839321;
    case GR_ACTIVATION_MISH:
        return 1.088498162;
    default:
        return NAN;
    }
}

/* ---- the walk ---- */

static double of_batchnorm(const gr_flow_work *w, const gr_node *node)
{
    double most = 0, variance, gamma;
    const gradus_net *net = w->net;
    const double *of_batch = gr_batchnorm_variance(&w->plan->pass, node);
    for (size_t j = 0; j < node->width; j++) {
        net->kernels->to_double(
            1, gr_at(net, gr_tensor_values(net, &net->tensor[node->tensor]), j), &gamma);
        variance = of_batch[j];
        const double factor = fabs(gamma) / sqrt(variance + gr_batchnorm_eps);
        most = factor > most || isnan(factor) ? factor : most;
    }
    return most;
}

static const gr_flow_row *row_of(const gr_flow_work *w, size_t node, bool activation)
{
    const gradus_flow *flow = w->flow;
    for (size_t i = 0; i < flow->about.layers; i++)
        if ((activation ? flow->row[i].activation : flow->row[i].root) == node)
            return &flow->row[i];
    return NULL;
}

static double of_node(const gr_flow_work *w, size_t n)
{
    const gr_node *node = &w->net->node[n];
    if (node->type == &gr_layer_dense)
        return row_of(w, n, false)->about.spectral;
    if (node->type == &gr_layer_batchnorm)
        return of_batchnorm(w, node);
    if (node->type == &gr_layer_dropout)
        return 1 / (1 - node->rate);
    if (node->type == &gr_layer_add)
        return fabs(node->scale);
    const double most = gr_slope_most(node->activation, node->alpha);
    const gr_flow_row *row = row_of(w, n, true);
    return isnan(most) && row != NULL ? row->about.slope_most : most;
}

void gr_flow_bound(const gr_flow_work *w)
{
    const gradus_net *net = w->net;
    gradus_flow *flow = w->flow;
    double *c = w->factor;
    size_t last = w->plan->last;
    while (net->node[last].type != &gr_layer_dense && net->node[last].type != &gr_layer_add &&
           net->node[last].from > 0)
        last = net->node[last].from;
    for (size_t n = 0; n <= w->plan->last; n++)
        c[n] = n == last;
    for (size_t n = last; n > 0; n--) {
        if (c[n] == 0)
            continue;
        c[net->node[n].from] += c[n] * of_node(w, n);
        if (net->node[n].type == &gr_layer_add)
            c[net->node[n].skip] += c[n];
    }
    flow->about.error = gr_flow_signal(w, last);
    for (size_t i = 0; i < flow->about.layers; i++)
        flow->row[i].about.error_bound = c[flow->row[i].root] * flow->about.error;
}
