/*
 * theory/flow_layer.c - what a pass leaves at a layer, measured
 *
 * Slopes come from the kernels of the backward pass, which get 1 for the gradient behind
 * them. Sums are chains over examples and units, in double.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "net/lists.h"
#include "theory/flow.h"

/* Row i of a matrix of a node, in double. */
static const double *line_of(const gr_flow_work *w, const void *row, size_t count)
{
    w->net->kernels->to_double(count, row, w->line);
    return w->line;
}

/* Root of the mean of the squares of some lengths, however small. */
typedef struct lengths {
    double max, sum;
    size_t count;
} lengths;

static void add_length(lengths *all, double length)
{
    all->count++;
    if (length == 0)
        return;
    if (length > all->max || isnan(length)) {
        const double ratio = all->max / length;
        all->sum = all->sum * ratio * ratio + 1;
        all->max = length;
    } else {
        all->sum += length / all->max * (length / all->max);
    }
}

static double mean_square_root(const lengths *all)
{
    return all->count == 0 ? NAN : all->max * sqrt(all->sum / (double)all->count);
}

double gr_flow_signal(const gr_flow_work *w, size_t n)
{
    const gr_kept *at = &w->plan->pass.at[n];
    const gr_node *node = &w->net->node[n];
    lengths all = {0};
    if (at->dy == NULL)
        return NAN;
    for (size_t i = 0; i < w->plan->pass.rows; i++) {
        const double *d = line_of(w, gr_row(w->net, at->dy, at->stride, i), node->width);
        add_length(&all, gr_norm(node->width, d));
    }
    return mean_square_root(&all);
}

/* Root mean square of the elements of a node's output. */
static double output_of(const gr_flow_work *w, size_t n)
{
    const gr_node *node = &w->net->node[n];
    lengths all = {0};
    for (size_t i = 0; i < w->plan->pass.rows; i++) {
        const double *y = line_of(w, w->plan->pass.at[n].y_row[i], node->width);
        add_length(&all, gr_norm(node->width, y));
    }
    return mean_square_root(&all) / sqrt((double)node->width);
}

/* ---- weights ---- */

static double norm_of(const gr_flow_work *w, const gr_tensor *tensor, const void *panels,
                      double *values)
{
    const size_t count = tensor->rows * tensor->columns;
    gr_tensor_unpack(w->net, tensor, panels, w->dense);
    w->net->kernels->to_double(count, w->dense, values);
    return gr_norm(count, values);
}

static void measure_weights(const gr_flow_work *w, gr_flow_row *row)
{
    gradus_flow_layer *about = &row->about;
    const gr_tensor *tensor = &w->net->tensor[w->net->node[row->root].tensor];
    const size_t count = tensor->rows * tensor->columns;
    const void *gradient = gr_at(w->net, w->plan->pass.gradient, tensor->first);
    about->weight_gradient = norm_of(w, tensor, gradient, w->matrix) / w->weight;
    if (w->moments)
        return;
    norm_of(w, tensor, gr_tensor_values(w->after, tensor), w->other);
    norm_of(w, tensor, gr_tensor_values(w->before, tensor), w->matrix);
    for (size_t i = 0; i < count; i++)
        w->other[i] -= w->matrix[i];
    about->update = gr_norm(count, w->other);
    about->weight = norm_of(w, tensor, gr_tensor_values(w->net, tensor), w->matrix);
    about->update_ratio = about->weight > 0 ? about->update / about->weight : NAN;
    about->spectral = gr_spectral_norm(tensor->rows, tensor->columns, w->matrix, w->left,
                                       w->right);
}

/* Mean and deviation of each input over the examples. */
static void measure_inputs(const gr_flow_work *w, gr_flow_row *row)
{
    const gr_node *node = &w->net->node[row->root];
    const size_t rows = w->plan->pass.rows;
    void *const *x = w->plan->pass.at[node->from].y_row;
    for (size_t i = 0; i < rows; i++) {
        const double *line = line_of(w, x[i], node->inputs);
        for (size_t j = 0; j < node->inputs; j++)
            row->mean[j] += line[j] / (double)rows;
    }
    for (size_t i = 0; i < rows; i++) {
        const double *line = line_of(w, x[i], node->inputs);
        for (size_t j = 0; j < node->inputs; j++) {
            const double apart = line[j] - row->mean[j];
            row->deviation[j] = fma(apart, apart / (double)rows, row->deviation[j]);
        }
    }
    for (size_t j = 0; j < node->inputs; j++) {
        row->deviation[j] = sqrt(row->deviation[j]);
        row->about.input_mean += row->mean[j] / (double)node->inputs;
        row->about.input_deviation += row->deviation[j] / (double)node->inputs;
    }
}

/* ---- slopes ---- */

/* s'(z) of all rows, as a matrix. */
static void find_slopes(const gr_flow_work *w, const gr_node *node)
{
    const gradus_net *net = w->net;
    const gr_kept *from = &w->plan->pass.at[node->from];
    const gr_kept *to = &w->plan->pass.at[node - net->node];
    if (node->activation < GR_ACTIVATION_COUNT) {
        net->kernels->activate[node->activation].backward(
            w->plan->pass.rows, node->width, node->alpha, from->y, to->y, w->ones, w->slope);
        return;
    }
    const gradus_activation *user =
        &net->context->activations[node->activation - GR_ACTIVATION_COUNT];
    for (size_t i = 0; i < w->plan->pass.rows; i++) {
        net->kernels->to_double(node->width, from->y_row[i], w->line);
        for (size_t j = 0; j < node->width; j++)
            w->line[j] = user->slope(w->line[j], user->user);
        net->kernels->from_double(node->width, w->line,
                                  gr_row(net, w->slope, to->stride, i));
    }
}

static double largest_slope(const gr_flow_work *w, const gr_node *node, size_t stride)
{
    double most = 0;
    for (size_t i = 0; i < w->plan->pass.rows; i++) {
        const double *slope = line_of(w, gr_row(w->net, w->slope, stride, i), node->width);
        for (size_t j = 0; j < node->width; j++)
            most = fabs(slope[j]) > most ? fabs(slope[j]) : most;
    }
    return most;
}

/* Units of relu that are never active are dead; of others, flat nearly always, saturated. */
static void count_units(const gr_flow_work *w, gradus_flow_layer *about, const gr_node *node)
{
    const bool rectifies = node->activation == GR_ACTIVATION_RELU ||
                           (node->activation == GR_ACTIVATION_LEAKY_RELU && node->alpha == 0);
    const double rows = (double)w->plan->pass.rows;
    size_t dead = 0, saturated = 0;
    for (size_t j = 0; j < node->width; j++) {
        dead += rectifies && w->active[j] == 0;
        saturated += !rectifies && (double)w->flat[j] >= GR_FLAT_ROWS * rows;
    }
    about->dead = (double)dead / (double)node->width;
    about->saturated = (double)saturated / (double)node->width;
}

static void measure_slopes(const gr_flow_work *w, gr_flow_row *row)
{
    gradus_flow_layer *about = &row->about;
    const gr_node *node = &w->net->node[row->activation];
    const size_t stride = w->plan->pass.at[row->activation].stride;
    const size_t rows = w->plan->pass.rows;
    double sum = 0;
    if (node->activation == GR_ACTIVATION_SOFTMAX) {
        about->slope_limit = gr_slope_most(node->activation, 0);
        return;
    }
    find_slopes(w, node);
    about->slope_most = largest_slope(w, node, stride);
    about->slope_limit = gr_slope_most(node->activation, node->alpha);
    const double most = isnan(about->slope_limit) ? about->slope_most : about->slope_limit;
    memset(w->flat, 0, node->width * sizeof *w->flat);
    memset(w->active, 0, node->width * sizeof *w->active);
    for (size_t i = 0; i < rows; i++) {
        const double *slope = line_of(w, gr_row(w->net, w->slope, stride, i), node->width);
        for (size_t j = 0; j < node->width; j++) {
            sum += slope[j];
            w->active[j] += slope[j] != 0;
            w->flat[j] += fabs(slope[j]) <= GR_FLAT * most;
        }
    }
    about->slope = sum / ((double)rows * (double)node->width);
    count_units(w, about, node);
}

void gr_flow_measure(const gr_flow_work *w, gr_flow_row *row)
{
    gradus_flow_layer *about = &row->about;
    const gr_node *root = &w->net->node[row->root];
    const bool has = row->activation != SIZE_MAX;
    const double output = output_of(w, has ? row->activation : row->root);
    about->error = gr_flow_signal(w, row->root);
    about->activation_moment = output * output;
    about->gradient_moment = about->error * about->error / (double)root->width;
    if (has)
        measure_slopes(w, row);
    if (root->type == &gr_layer_dense) {
        measure_weights(w, row);
        measure_inputs(w, row);
    }
}
