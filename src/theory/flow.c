/*
 * theory/flow.c - one gradient of a net, looked at layer by layer
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/flow.h"

#include <math.h>
#include <stdio.h>

#include "base/status.h"
#include "net/criterion.h"
#include "net/lists.h"
#include "theory/widen.h"
#include "train/fit.h"
#include "train/optimizer.h"

enum { USUAL_ROWS = 1024 };

/* Of a mean: a deviation that is smaller may be rounding alone. */
#define CONSTANT 1e-6

void gradus_flow_defaults(gradus_flow_options *options)
{
    *options = (gradus_flow_options){.rows = USUAL_ROWS};
    gradus_fit_defaults(&options->fit);
}

/* ---- layers ---- */

/* The activation behind a dense layer, with nothing but batch norm and dropout between, and
 * no other reader. */
static size_t activation_of(const gr_plan *plan, size_t n)
{
    const gradus_net *net = plan->net;
    for (; n < plan->last && gr_net_readers(net, n) == 1; n++) {
        const gr_node *next = &net->node[n + 1];
        if (next->from != n || next->type == &gr_layer_dense || next->type == &gr_layer_add)
            return SIZE_MAX;
        if (next->type == &gr_layer_activation)
            return n + 1;
    }
    return SIZE_MAX;
}

static void name_applied(const gradus_net *net, gr_flow_row *row)
{
    double alpha;
    const size_t end = row->activation == SIZE_MAX ? row->root : row->activation;
    size_t used = 0;
    for (size_t n = net->node[row->root].type == &gr_layer_dense ? row->root + 1 : end;
         n <= end; n++) {
        const gr_node *node = &net->node[n];
        const char *name = node->type == &gr_layer_activation
                               ? gr_activation_about(net->context, node->activation, &alpha)
                               : node->type->name;
        used += (size_t)snprintf(row->applied + used, sizeof row->applied - used, "%s%s",
                                 used > 0 ? " " : "", name);
        if (used >= sizeof row->applied)
            return;
    }
}

/* Every dense layer, and every activation that stands behind something else. */
static void find_layers(const gr_plan *plan, gradus_flow *flow)
{
    const gradus_net *net = plan->net;
    size_t count = 0;
    for (size_t n = 1; n <= plan->last; n++) {
        gr_flow_row *row = &flow->row[count];
        const bool dense = net->node[n].type == &gr_layer_dense;
        if (!dense && (net->node[n].type != &gr_layer_activation ||
                       (count > 0 && flow->row[count - 1].activation == n)))
            continue;
        row->root = dense ? n : net->node[n].from;
        row->activation = dense ? activation_of(plan, n) : n;
        row->about = (gradus_flow_layer){
            .number = net->node[n].number, .inputs = net->node[n].inputs,
            .units = net->node[n].width, .weight = NAN, .weight_gradient = NAN,
            .update = NAN, .update_ratio = NAN, .spectral = NAN, .slope = NAN,
            .slope_most = NAN, .slope_limit = NAN, .input_mean = dense ? 0 : NAN,
            .input_deviation = dense ? 0 : NAN};
        name_applied(net, row);
        row->about.applied = row->applied;
        count++;
    }
    flow->about.layers = count;
}

static gradus_status make_rows(const gr_plan *plan, gradus_flow *flow)
{
    gradus_status status;
    size_t inputs = 0;
    GR_TRY(gr_allocate(flow->context, plan->net->nodes, sizeof *flow->row, "a flow",
                       &flow->row));
    find_layers(plan, flow);
    for (size_t i = 0; i < flow->about.layers; i++)
        inputs += flow->row[i].about.inputs;
    GR_TRY(gr_allocate(flow->context, 2 * inputs, sizeof *flow->moments, "a flow",
                       &flow->moments));
    inputs = 0;
    for (size_t i = 0; i < flow->about.layers; i++) {
        flow->row[i].mean = flow->moments + inputs;
        flow->row[i].deviation = flow->row[i].mean + flow->row[i].about.inputs;
        inputs += 2 * flow->row[i].about.inputs;
    }
done:
    return status;
}

/* ---- the pass ---- */

static gradus_status allocate(gr_flow_work *w, size_t rows)
{
    gradus_status status;
    const gradus_net *net = w->net;
    const gradus_context *context = net->context;
    const char *what = "a look at a net";
    size_t elements = 1, widest = 1, longest = 1;
    for (size_t i = 0; i < net->tensors; i++) {
        const gr_tensor *tensor = &net->tensor[i];
        const size_t count = tensor->rows * tensor->columns;
        elements = count > elements ? count : elements;
        longest = tensor->rows > longest ? tensor->rows : longest;
        longest = tensor->columns > longest ? tensor->columns : longest;
    }
    for (size_t n = 0; n < net->nodes; n++)
        widest = net->node[n].width > widest ? net->node[n].width : widest;
    const size_t stride = gr_stride(widest, net->kernels->size) + GR_LINE;
    GR_TRY(gr_allocate(context, elements, sizeof(double), what, &w->dense));
    GR_TRY(gr_allocate(context, elements, sizeof(double), what, &w->matrix));
    GR_TRY(gr_allocate(context, elements, sizeof(double), what, &w->other));
    GR_TRY(gr_allocate(context, longest, sizeof(double), what, &w->left));
    GR_TRY(gr_allocate(context, longest, sizeof(double), what, &w->right));
    GR_TRY(gr_allocate(context, widest, sizeof(double), what, &w->line));
    GR_TRY(gr_allocate(context, widest, sizeof(size_t), what, &w->flat));
    GR_TRY(gr_allocate(context, widest, sizeof(size_t), what, &w->active));
    GR_TRY(gr_allocate(context, net->nodes, sizeof(double), what, &w->factor));
    GR_TRY(gr_allocate(context, rows, stride * net->kernels->size, what, &w->ones));
    GR_TRY(gr_allocate(context, rows, stride * net->kernels->size, what, &w->slope));
    const double one = 1;
    for (size_t i = 0; i < rows * stride; i++)
        net->kernels->from_double(1, &one, gr_at(net, w->ones, i));
done:
    return status;
}

static void release(gr_flow_work *w)
{
    const gradus_context *context = w->net->context;
    gr_release(context, w->slope);
    gr_release(context, w->ones);
    gr_release(context, w->factor);
    gr_release(context, w->active);
    gr_release(context, w->flat);
    gr_release(context, w->line);
    gr_release(context, w->right);
    gr_release(context, w->left);
    gr_release(context, w->other);
    gr_release(context, w->matrix);
    gr_release(context, w->dense);
    gr_release(context, w->index);
    gradus_net_free(w->stepped);
    gr_plan_free(w->plan);
}

/* Rows of the set, evenly spread: tables are often sorted. */
static gradus_status run_pass(gr_flow_work *w, const gradus_set *set,
                              const gradus_flow_options *options)
{
    gradus_status status;
    double loss;
    const size_t most = options->rows == 0 ? USUAL_ROWS
                      : options->rows < GR_CHAIN ? options->rows : GR_CHAIN;
    const size_t rows = set->rows < most ? set->rows : most;
    const gr_plan_options plan = {
        .rows = rows, .loss = options->fit.loss, .delta = options->fit.delta,
        .label_smoothing = options->fit.label_smoothing, .input_gradient = w->moments};
    GR_TRY(gr_set_check(w->net, set, "examples"));
    GR_TRY(gr_plan_new(w->net, &plan, &w->plan));
    GR_TRY(gr_allocate(w->net->context, rows, sizeof *w->index, "row numbers", &w->index));
    for (size_t i = 0; i < rows; i++)
        w->index[i] = (uint32_t)((uint64_t)i * set->rows / rows); /* both fit 32 bits */
    w->weight = gr_plan_weight(set, w->index, rows);
    if (!(w->weight > 0))
        GR_TRY(gr_fail(GRADUS_ARGUMENT, "flow: the examples have no weight"));
    w->plan->pass.dropout = (gr_key){options->fit.seed, GR_PURPOSE_DROPOUT, 0};
    gr_plan_gradient(w->plan, set, w->index, rows, NULL, NULL, &loss);
    w->flow->about.loss = loss / w->weight;
    w->flow->about.rows = rows;
done:
    return status;
}

/* The first step of the optimiser from here, on a copy; or the last one that was taken. */
static gradus_status find_update(gr_flow_work *w, const gradus_flow_options *options)
{
    gradus_status status;
    gr_optimizer optimizer = {0};
    gradus_fit_options fit = options->fit;
    double rate, decay;
    w->before = options->before;
    w->after = w->net;
    w->flow->about.rate = NAN;
    if (options->before != NULL && options->before->precision != w->net->precision)
        return gr_fail(GRADUS_ARGUMENT, "flow: the net of one step ago has another precision");
    if (options->before != NULL || w->moments)
        return GRADUS_OK;
    GR_TRY(gr_fit_optimizer(fit.optimizer, &rate, &decay));
    rate = isnan(fit.learning_rate) ? rate : fit.learning_rate;
    GR_TRY(gradus_net_copy(w->net, &w->stepped));
    GR_TRY(gr_optimizer_open(w->stepped, &fit, NULL, &optimizer));
    gr_optimizer_step(&optimizer, w->plan->pass.gradient, w->weight, rate);
    w->flow->about.rate = rate;
    w->before = w->net;
    w->after = w->stepped;
done:
    if (optimizer.net != NULL)
        gr_optimizer_close(&optimizer);
    return status;
}

static double input_size(const gr_flow_work *w)
{
    double sum = 0;
    const size_t rows = w->plan->pass.rows, inputs = gr_net_inputs(w->net);
    for (size_t i = 0; i < rows; i++) {
        w->net->kernels->to_double(inputs, w->plan->pass.at[0].y_row[i], w->line);
        const double length = gr_norm(inputs, w->line);
        sum += length * length;
    }
    return sqrt(sum / ((double)rows * (double)inputs));
}

static void look(gr_flow_work *w)
{
    gradus_flow *flow = w->flow;
    size_t layer;
    const char *type;
    flow->not_finite = SIZE_MAX;
    flow->input = input_size(w);
    flow->about.update_ratio = NAN;
    for (size_t i = 0; i < flow->about.layers; i++) {
        gr_flow_measure(w, &flow->row[i]);
        if (!(flow->row[i].about.update_ratio <= flow->about.update_ratio) &&
            !isnan(flow->row[i].about.update_ratio)) {
            flow->about.update_ratio = flow->row[i].about.update_ratio;
            flow->about.update_layer = i;
        }
    }
    if (w->moments)
        return;
    gr_flow_bound(w);
    if (gr_plan_find_not_finite(w->plan, &layer, &type))
        for (size_t i = flow->about.layers; i > 0; i--)
            if (flow->row[i - 1].about.number >= layer || flow->not_finite == SIZE_MAX)
                flow->not_finite = i - 1;
    gr_flow_judge(flow);
}

static gradus_status make_flow(const gradus_net *net, const gradus_set *set,
                               const gradus_flow_options *options, gradus_flow **made,
                               double *input)
{
    gradus_status status;
    gr_widened wide = {0};
    gr_flow_work w = {.net = net, .moments = input != NULL};
    const unsigned saved = gr_float_enter();
    *made = NULL;
    if (options->float64 && net->precision == GRADUS_FLOAT32) {
        GR_TRY(gr_widen(net, set, &wide));
        w.net = wide.net;
        set = &wide.set;
    }
    GR_TRY(gr_allocate(net->context, 1, sizeof *w.flow, "a flow", &w.flow));
    w.flow->context = net->context;
    GR_TRY(run_pass(&w, set, options));
    GR_TRY(find_update(&w, options));
    GR_TRY(make_rows(w.plan, w.flow));
    GR_TRY(allocate(&w, w.plan->piece));
    look(&w);
    if (input != NULL)
        *input = gr_flow_signal(&w, 0);
    *made = w.flow;
    w.flow = NULL;
done:
    gradus_flow_free(w.flow);
    release(&w);
    gr_widen_release(net->context, &wide);
    gr_float_leave(saved);
    return status;
}

gradus_status gradus_flow_new(const gradus_net *net, const gradus_set *set,
                              const gradus_flow_options *options, gradus_flow **made)
{
    gradus_flow_options usual;
    gradus_flow_defaults(&usual);
    return make_flow(net, set, options == NULL ? &usual : options, made, NULL);
}

gradus_status gr_flow_moments(const gradus_net *net, const gradus_set *set, const char *loss,
                              gradus_flow **made, double *input)
{
    gradus_flow_options options;
    gradus_flow_defaults(&options);
    options.fit.loss = loss;
    options.rows = set->rows;
    return make_flow(net, set, &options, made, input);
}

void gradus_flow_free(gradus_flow *flow)
{
    if (flow == NULL)
        return;
    gr_release(flow->context, flow->moments);
    gr_release(flow->context, flow->row);
    gr_release(flow->context, flow);
}

void gradus_flow_describe(const gradus_flow *flow, gradus_flow_about *about)
{
    *about = flow->about;
}

void gradus_flow_layer_describe(const gradus_flow *flow, size_t layer,
                                gradus_flow_layer *about)
{
    *about = flow->row[layer].about;
}

void gradus_flow_drift(const gradus_flow *from, const gradus_flow *to, size_t layer,
                       double *mean, double *deviation)
{
    const gr_flow_row *a = &from->row[layer], *b = &to->row[layer];
    double means = 0, deviations = 0, count = 0;
    for (size_t j = 0; !isnan(a->about.input_mean) && j < a->about.inputs; j++) {
        if (!(a->deviation[j] > CONSTANT * fabs(a->mean[j])))
            continue;
        const double moved = (b->mean[j] - a->mean[j]) / a->deviation[j];
        const double grown = b->deviation[j] / a->deviation[j] - 1;
        means += moved * moved;
        deviations += grown * grown;
        count++;
    }
    *mean = count > 0 ? sqrt(means / count) : NAN;
    *deviation = count > 0 ? sqrt(deviations / count) : NAN;
}
