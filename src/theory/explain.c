/*
 * theory/explain.c - forward pass, loss, backward pass and step of one example
 *
 *     forward    z = W x + b,  value = s(z)
 *     backward   dvalue_i = sum_j dz_j dz_j/dvalue_i,  dz = dvalue s'(z)
 *     weights    dW(j, i) = dz_j value_i,  db_j = dz_j
 *     step       w - rate dloss/dw
 *
 * A walk of its own, not that of net/pass.c, over pre-activations that a trained net does
 * not keep; both are compared in tests/unit/test_explain.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "base/status.h"
#include "net/criterion.h"
#include "net/lists.h"
#include "theory/explain.h"

enum { MOST_WEIGHTS = 100000 };

void gradus_explanation_defaults(gradus_explanation_options *options)
{
    *options = (gradus_explanation_options){.delta = 1, .learning_rate = 0.1};
}

/* ---- forward ---- */

static void forward_dense(const gradus_explanation *e, const gr_node *node, const double *x,
                          double *z)
{
    const double *w = e->values[node->tensor];
    for (size_t j = 0; j < node->width; j++, w += node->inputs) {
        z[j] = node->bias ? e->values[node->tensor + 1][j] : 0;
        for (size_t i = 0; i < node->inputs; i++)
            z[j] = fma(x[i], w[i], z[j]);
    }
}

static const gradus_activation *user_of(const gradus_explanation *e, const gr_node *node)
{
    return node->activation < GR_ACTIVATION_COUNT
        ? NULL : &e->net->context->activations[node->activation - GR_ACTIVATION_COUNT];
}

static void forward_activation(const gradus_explanation *e, const gr_node *node,
                               const double *z, double *a)
{
    const gradus_activation *user = user_of(e, node);
    if (user == NULL) {
        e->net->kernels->activate[node->activation].forward(1, node->width, node->alpha, z, a);
        return;
    }
    for (size_t j = 0; j < node->width; j++)
        a[j] = user->value(z[j], user->user);
}

/* gamma / sqrt(var + eps) */
static double norm_slope(const gradus_explanation *e, const gr_node *node, size_t j)
{
    double *const *v = &e->values[node->tensor]; /* scale, shift, mean, variance */
    return v[0][j] / sqrt(v[3][j] + gr_batchnorm_eps);
}

static void forward_node(const gradus_explanation *e, size_t n)
{
    const gr_node *node = &e->net->node[n];
    const double *x = e->y[node->from];
    double *y = e->y[n];
    double *const *v = node->tensors > 0 ? &e->values[node->tensor] : NULL;
    if (node->type == &gr_layer_dense)
        forward_dense(e, node, x, y);
    else if (node->type == &gr_layer_activation)
        forward_activation(e, node, x, y);
    else if (node->type == &gr_layer_batchnorm)
        for (size_t j = 0; j < node->width; j++)
            y[j] = fma(x[j] - v[2][j], norm_slope(e, node, j), v[1][j]);
    else if (node->type == &gr_layer_add)
        for (size_t j = 0; j < node->width; j++)
            y[j] = fma(node->scale, x[j], e->y[node->skip][j]);
    else
        memcpy(y, x, node->width * sizeof *y);
}

/* The loss, with e->lose = dloss/d(value of last), and what the net puts out. */
static double forward(gradus_explanation *e, double *output)
{
    const gradus_net *net = e->net;
    const gr_plan *c = &e->criterion;
    const size_t outputs = gr_net_outputs(net);
    double loss = 0;
    for (size_t n = 1; n < net->nodes; n++)
        forward_node(e, n);
    memcpy(output, e->y[net->nodes - 1], outputs * sizeof *output);
    if (c->loss >= GR_LOSS_COUNT) {
        const gradus_loss *user = &net->context->losses[c->loss - GR_LOSS_COUNT];
        return user->value(e->y[c->last], e->target, outputs, e->lose, user->user);
    }
    const gr_lose *lose = &net->kernels->lose[c->loss];
    (c->fused ? lose->fused : lose->plain)(1, outputs, c->delta, e->y[c->last], e->target,
                                           &loss, e->lose);
    return loss;
}

/* ---- backward ---- */

/* s'(z) of a node that works on single units. */
static void find_slope(const gradus_explanation *e, size_t n)
{
    const gr_node *node = &e->net->node[n];
    const double *z = e->y[node->from];
    double *slope = e->slope[n];
    const bool activates = node->type == &gr_layer_activation;
    const gradus_activation *user = activates ? user_of(e, node) : NULL;
    for (size_t j = 0; j < node->width; j++)
        slope[j] = node->type == &gr_layer_batchnorm ? norm_slope(e, node, j)
                 : user != NULL ? user->slope(z[j], user->user) : 1;
    if (activates && user == NULL)
        e->net->kernels->activate[node->activation].backward(1, node->width, node->alpha, z,
                                                             e->y[n], slope, slope);
}

/* The product of the slopes of nodes [from, end] of unit j. */
static double slope_of(const gradus_explanation *e, size_t from, size_t end, size_t j)
{
    double slope = 1;
    for (size_t n = from; n <= end; n++)
        slope *= e->slope[n][j];
    return slope;
}

static void open_stage(const gradus_explanation *e, gr_stage *stage)
{
    const bool each = stage->kind == GR_STAGE_EACH;
    const size_t before = each ? e->net->node[stage->root].from : stage->root;
    const size_t first = each ? stage->root : stage->root + 1;
    memcpy(stage->z, e->y[before], stage->width * sizeof *stage->z);
    memcpy(stage->value, e->y[stage->end], stage->width * sizeof *stage->value);
    for (size_t n = first; n <= stage->end; n++)
        find_slope(e, n);
    for (size_t j = 0; j < stage->width; j++)
        stage->slope[j] = slope_of(e, first, stage->end, j);
    memset(stage->dvalue, 0, stage->width * sizeof *stage->dvalue);
}

static void hand_back(gradus_explanation *e, const gr_stage *stage, size_t to)
{
    if (to == SIZE_MAX)
        return;
    const gr_stage *from = &e->stage[to];
    for (size_t j = 0; j < stage->width; j++)
        for (size_t i = 0; i < from->width; i++)
            if (gr_stage_reads(stage, j, i))
                from->dvalue[i] = fma(stage->dz[j], gr_stage_local(e, stage, j, from, i),
                                      from->dvalue[i]);
}

gr_lever gr_lever_of(const gradus_explanation *e, size_t tensor, size_t element)
{
    const gr_tensor *t = &e->net->tensor[tensor];
    const gr_node *node = &e->net->node[t->node];
    const gr_stage *stage = &e->stage[e->stage_of[t->node]];
    const size_t j = t->group == GR_GROUP_WEIGHT ? element / t->columns : element;
    gr_lever lever = {slope_of(e, t->node + 1, stage->end, j), 1};
    if (t->group == GR_GROUP_WEIGHT)
        lever.local = e->stage[stage->from].value[element % t->columns];
    else if (t->group == GR_GROUP_NORM && tensor == node->tensor) /* xhat */
        lever.local = (e->y[node->from][j] - e->values[tensor + 2][j]) /
                      sqrt(e->values[tensor + 3][j] + gr_batchnorm_eps);
    return lever;
}

static void backward(gradus_explanation *e)
{
    const gradus_net *net = e->net;
    for (size_t s = 0; s < e->stages; s++)
        open_stage(e, &e->stage[s]);
    const gr_stage *last = &e->stage[e->stages - 1];
    memcpy(last->dvalue, e->lose, last->width * sizeof *e->lose);
    for (size_t s = e->stages; s-- > 0;) {
        const gr_stage *stage = &e->stage[s];
        for (size_t j = 0; j < stage->width; j++)
            stage->dz[j] = stage->dvalue[j] * stage->slope[j];
        hand_back(e, stage, stage->from);
        hand_back(e, stage, stage->skip);
    }
    for (size_t t = 0; t < net->tensors; t++) {
        const gr_tensor *tensor = &net->tensor[t];
        const gr_stage *stage = &e->stage[e->stage_of[tensor->node]];
        for (size_t i = 0; tensor->group != GR_GROUP_STATISTIC &&
                           i < tensor->rows * tensor->columns; i++) {
            const gr_lever lever = gr_lever_of(e, t, i);
            const size_t j = tensor->group == GR_GROUP_WEIGHT ? i / tensor->columns : i;
            e->gradient[t][i] = stage->dvalue[j] * lever.slope * lever.local;
        }
    }
}

/* ---- step ---- */

/* Parameters w - rate g, from those of the net. */
static void step(gradus_explanation *e, double rate)
{
    const gradus_net *net = e->net;
    for (size_t t = 0; t < net->tensors; t++) {
        const gr_tensor *tensor = &net->tensor[t];
        gradus_net_get(net, t, e->values[t]);
        for (size_t i = 0; rate != 0 && tensor->group != GR_GROUP_STATISTIC &&
                           i < tensor->rows * tensor->columns; i++)
            e->values[t][i] = fma(-rate, e->gradient[t][i], e->values[t][i]);
    }
}

static void work(gradus_explanation *e, const double *x)
{
    memcpy(e->y[0], x, gr_net_inputs(e->net) * sizeof *x);
    step(e, 0);
    e->loss = forward(e, e->output);
    backward(e);
    step(e, -e->rate);
    e->loss_opposite = forward(e, e->output_after);
    step(e, e->rate);
    e->loss_after = forward(e, e->output_after);
    step(e, 0);
    e->loss = forward(e, e->output);
    gr_paths_count(e);
    gr_stages_name(e);
}

/* ---- memory ---- */

static double *take(gradus_explanation *e, size_t count)
{
    return gr_arena_take(&e->arena, gr_stride(count, sizeof(double)), sizeof(double));
}

static void lay_out_net(gradus_explanation *e)
{
    const gradus_net *net = e->net;
    e->y = gr_arena_take(&e->arena, net->nodes, sizeof *e->y);
    e->slope = gr_arena_take(&e->arena, net->nodes, sizeof *e->slope);
    for (size_t n = 0; n < net->nodes; n++) {
        double *y = take(e, net->node[n].width), *slope = take(e, net->node[n].width);
        if (e->y != NULL) {
            e->y[n] = y;
            e->slope[n] = slope;
        }
    }
    e->values = gr_arena_take(&e->arena, net->tensors, sizeof *e->values);
    e->gradient = gr_arena_take(&e->arena, net->tensors, sizeof *e->gradient);
    for (size_t t = 0; t < net->tensors; t++) {
        const size_t count = net->tensor[t].rows * net->tensor[t].columns;
        double *values = take(e, count), *gradient = take(e, count);
        if (e->values != NULL) {
            e->values[t] = values;
            e->gradient[t] = gradient;
        }
    }
}

static void lay_out(gradus_explanation *e)
{
    const size_t outputs = gr_net_outputs(e->net);
    lay_out_net(e);
    e->target = take(e, outputs);
    e->output = take(e, outputs);
    e->output_after = take(e, outputs);
    e->lose = take(e, outputs);
    for (size_t s = 0; s < e->stages; s++) {
        gr_stage *stage = &e->stage[s];
        double **arrays[] = {&stage->z, &stage->value, &stage->slope, &stage->dvalue,
                             &stage->dz};
        for (size_t i = 0; i < GR_COUNT(arrays); i++)
            *arrays[i] = take(e, stage->width);
        stage->paths = gr_arena_take(&e->arena, stage->width, sizeof *stage->paths);
    }
    e->unit_name = gr_arena_take(&e->arena, e->units, sizeof *e->unit_name);
    e->weight_name = gr_arena_take(&e->arena, e->weights, sizeof *e->weight_name);
}

/* The net in double. */
static gradus_status copy_net(const gradus_net *net, gradus_net **copy)
{
    gradus_status status;
    void *values = NULL;
    double *wide = NULL;
    if (net->precision == GRADUS_FLOAT64)
        return gradus_net_copy(net, copy);
    size_t most = 0;
    for (size_t t = 0; t < net->tensors; t++) {
        const size_t count = net->tensor[t].rows * net->tensor[t].columns;
        most = count > most ? count : most;
    }
    GR_TRY(gradus_net_new(net->context, net->text, gr_net_inputs(net), gr_net_outputs(net),
                          GRADUS_FLOAT64, 0, copy));
    GR_TRY(gr_allocate(net->context, most, net->kernels->size, "a tensor", &values));
    GR_TRY(gr_allocate(net->context, most, sizeof *wide, "a tensor", &wide));
    for (size_t t = 0; t < net->tensors; t++) {
        gradus_net_get(net, t, values);
        net->kernels->to_double(net->tensor[t].rows * net->tensor[t].columns, values, wide);
        gradus_net_set(*copy, t, wide);
    }
done:
    gr_release(net->context, wide);
    gr_release(net->context, values);
    return status;
}

static gradus_status check_numbers(const double *x, size_t count, const char *what)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(x[i]))
            return gr_fail(GRADUS_ARGUMENT, "explain: %s %zu is not finite: give numbers",
                           what, i + 1);
    return GRADUS_OK;
}

static gradus_status check_size(const gradus_net *net)
{
    if (net->parameter_count > MOST_WEIGHTS)
        return gr_fail(GRADUS_ARGUMENT, "explain: %zu weights are more than can be followed "
                       "one by one, %d: take a smaller network, or \"gradus flow\"",
                       net->parameter_count, MOST_WEIGHTS);
    return GRADUS_OK;
}

static gradus_status check_loss(const gradus_explanation *e)
{
    if (!isfinite(e->loss))
        return gr_fail(GRADUS_ARGUMENT, "explain: the loss is not finite: end the network with "
                       "what the loss goes with (cross-entropy: softmax, binary-cross-entropy: "
                       "sigmoid, poisson: exp), or take another loss");
    return GRADUS_OK;
}

static gradus_status check_trainable(const gradus_net *net)
{
    double alpha;
    for (size_t n = 1; n < net->nodes; n++)
        if (net->node[n].type == &gr_layer_activation &&
            !gr_activation_trainable(net->node[n].activation))
            return gr_fail(GRADUS_ARGUMENT, "explain: \"%s\" has slope 0 everywhere, so "
                           "every gradient behind it is 0: take \"sigmoid\" or \"relu\"",
                           gr_activation_about(net->context, net->node[n].activation,
                                               &alpha));
    return GRADUS_OK;
}

gradus_status gradus_explanation_new(const gradus_net *net, const double *x, const double *y,
                                     const gradus_explanation_options *options,
                                     gradus_explanation **explanation)
{
    gradus_status status;
    gradus_explanation *e = NULL;
    gradus_explanation_options usual;
    const unsigned saved = gr_float_enter();
    gradus_explanation_defaults(&usual);
    options = options == NULL ? &usual : options;
    *explanation = NULL;
    GR_TRY(check_size(net));
    GR_TRY(check_trainable(net));
    GR_TRY(check_numbers(x, gr_net_inputs(net), "input"));
    GR_TRY(check_numbers(y, gr_net_outputs(net), "target"));
    GR_TRY(check_numbers(&options->learning_rate, 1, "learning rate"));
    GR_TRY(gr_allocate(net->context, 1, sizeof *e, "an explanation", &e));
    e->context = e->arena.context = net->context;
    e->rate = options->learning_rate;
    GR_TRY(copy_net(net, &e->net));
    e->criterion = (gr_plan){.net = e->net, .delta = options->delta > 0 ? options->delta : 1};
    GR_TRY(gr_criterion_choose(&e->criterion, options->loss));
    GR_TRY(gr_stages_find(e));
    lay_out(e);
    GR_TRY(gr_arena_open(&e->arena, "an explanation"));
    lay_out(e);
    memcpy(e->target, y, gr_net_outputs(net) * sizeof *y);
    work(e, x);
    GR_TRY(check_loss(e));
    *explanation = e;
    e = NULL;
done:
    gradus_explanation_free(e);
    gr_float_leave(saved);
    return status;
}

void gradus_explanation_free(gradus_explanation *e)
{
    if (e == NULL)
        return;
    const gradus_context *context = e->context;
    gr_arena_close(&e->arena);
    gr_release(context, e->stage_of);
    gr_release(context, e->stage);
    gradus_net_free(e->net);
    gr_release(context, e);
}
