/*
 * theory/tangent.c - forward mode: a net's outputs and their derivative in one direction
 *
 *     dense        z = W x + b                   z' = W' x + W x' + b'
 *     batch norm   y = gamma (x - mean) / sqrt(var + eps) + beta
 *     dropout      y = m x / (1 - rate)          add      y = x + scale F(x)
 *
 * all of them written for dual numbers, which make the derivative of what they compute.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/tangent.h"

#include <string.h>

#include "base/status.h"

static const double eps = 1e-5; /* of batch norm */

/* ---- memory ---- */

static void lay_out(gr_tangent *t)
{
    const gradus_net *net = t->net;
    gr_arena *arena = &t->arena;
    t->tensor = gr_arena_take(arena, net->tensors, sizeof *t->tensor);
    t->y = gr_arena_take(arena, net->nodes, sizeof *t->y);
    t->parameter = gr_arena_take(arena, net->parameter_count, sizeof *t->parameter);
    size_t first = 0;
    for (size_t i = 0; i < net->tensors; i++) {
        const gr_tensor *tensor = &net->tensor[i];
        const size_t count = tensor->rows * tensor->columns;
        const bool statistic = tensor->group == GR_GROUP_STATISTIC;
        gr_dual *values = gr_arena_take(arena, statistic ? count : 0, sizeof *values);
        if (t->tensor != NULL)
            t->tensor[i] = statistic ? values : t->parameter + first;
        first += statistic ? 0 : count;
    }
    for (size_t n = 0; n < net->nodes; n++) {
        const size_t width = net->node[n].width;
        gr_dual *y = gr_arena_take(arena, width <= SIZE_MAX / t->rows ? t->rows * width
                                                                      : SIZE_MAX,
                                   sizeof *y);
        if (t->y != NULL)
            t->y[n] = y;
    }
    t->x = t->y == NULL ? NULL : t->y[0];
}

static void load(gr_tangent *t)
{
    const gradus_net *net = t->net;
    for (size_t i = 0; i < net->tensors; i++) {
        const gr_tensor *tensor = &net->tensor[i];
        for (size_t j = 0; j < tensor->rows * tensor->columns; j++)
            net->kernels->to_double(
                1, gr_tensor_element(net, tensor, j / tensor->columns, j % tensor->columns),
                &t->tensor[i][j].value);
    }
}

gradus_status gr_tangent_open(gr_tangent *t, const gradus_net *net, size_t rows)
{
    gradus_status status;
    *t = (gr_tangent){.net = net, .rows = rows, .last = net->nodes - 1,
                      .arena = {.context = net->context}};
    lay_out(t);
    GR_TRY(gr_arena_open(&t->arena, "dual numbers of a batch"));
    lay_out(t);
    load(t);
done:
    return status;
}

void gr_tangent_close(gr_tangent *t)
{
    if (t->net != NULL)
        gr_arena_close(&t->arena);
}

/* ---- layers ---- */

static gr_dual *row_of(const gr_tangent *t, size_t n, size_t row)
{
    return t->y[n] + row * t->net->node[n].width;
}

static void run_dense(const gr_tangent *t, const gr_node *node, size_t n)
{
    for (size_t i = 0; i < t->rows; i++) {
        const gr_dual *x = row_of(t, node->from, i), *w = t->tensor[node->tensor];
        gr_dual *z = row_of(t, n, i);
        for (size_t j = 0; j < node->width; j++, w += node->inputs) {
            z[j] = node->bias ? t->tensor[node->tensor + 1][j] : gr_dual_of(0);
            for (size_t k = 0; k < node->inputs; k++)
                z[j] = gr_dual_fma(w[k], x[k], z[j]);
        }
    }
}

static void run_activation(const gr_tangent *t, const gr_node *node, size_t n)
{
    const size_t count = t->rows * node->width;
    const gr_dual *z = t->y[node->from];
    gr_dual *a = t->y[n];
    if (node->activation == GR_ACTIVATION_SOFTMAX) {
        for (size_t i = 0; i < t->rows; i++)
            gr_dual_softmax(node->width, row_of(t, node->from, i), row_of(t, n, i));
    } else if (node->activation < GR_ACTIVATION_COUNT) {
        for (size_t i = 0; i < count; i++)
            a[i] = gr_dual_activate((gr_activation_id)node->activation, node->alpha, z[i]);
    } else {
        const gradus_activation *user =
            &t->net->context->activations[node->activation - GR_ACTIVATION_COUNT];
        for (size_t i = 0; i < count; i++)
            a[i] = (gr_dual){user->value(z[i].value, user->user),
                             user->slope(z[i].value, user->user) * z[i].slope};
    }
}

/* Mean and variance of a column over the rows. */
static void moments(const gr_tangent *t, const gr_node *node, size_t j, gr_dual *mean,
                    gr_dual *var)
{
    const double share = 1 / (double)t->rows;
    *mean = *var = gr_dual_of(0);
    for (size_t i = 0; i < t->rows; i++)
        *mean = gr_dual_add(*mean, gr_dual_scale(share, row_of(t, node->from, i)[j]));
    for (size_t i = 0; i < t->rows; i++) {
        const gr_dual d = gr_dual_subtract(row_of(t, node->from, i)[j], *mean);
        *var = gr_dual_add(*var, gr_dual_scale(share, gr_dual_multiply(d, d)));
    }
}

static void run_batchnorm(const gr_tangent *t, const gr_node *node, size_t n)
{
    gr_dual *const *tensor = t->tensor + node->tensor; /* gamma, beta, mean, variance */
    for (size_t j = 0; j < node->width; j++) {
        gr_dual mean = tensor[2][j], var = tensor[3][j];
        if (t->training)
            moments(t, node, j, &mean, &var);
        const gr_dual root = gr_dual_sqrt(gr_dual_add(var, gr_dual_of(eps)));
        for (size_t i = 0; i < t->rows; i++) {
            const gr_dual d = gr_dual_subtract(row_of(t, node->from, i)[j], mean);
            row_of(t, n, i)[j] =
                gr_dual_fma(tensor[0][j], gr_dual_divide(d, root), tensor[1][j]);
        }
    }
}

/* The units of dropout nodes are numbered through, four and four. */
static void run_dropout(const gr_tangent *t, const gr_node *node, size_t n)
{
    uint32_t column = 0;
    for (const gr_node *other = t->net->node; other < node; other++)
        if (other->type == node->type)
            column += (uint32_t)((other->width + 3) / 4 * 4);
    for (size_t i = 0; i < t->rows; i++)
        for (size_t j = 0; j < node->width; j++) {
            const gr_dual x = row_of(t, node->from, i)[j];
            const bool dropped =
                t->training && gr_random_word(t->dropout, i, column + (uint32_t)j) <
                                   node->rate * 0x1p32;
            row_of(t, n, i)[j] =
                !t->training ? x : gr_dual_scale(dropped ? 0 : 1 / (1 - node->rate), x);
        }
}

static void run_add(const gr_tangent *t, const gr_node *node, size_t n)
{
    for (size_t i = 0; i < t->rows * node->width; i++)
        t->y[n][i] = gr_dual_add(t->y[node->skip][i],
                                 gr_dual_scale(node->scale, t->y[node->from][i]));
}

void gr_tangent_run(gr_tangent *t)
{
    for (size_t n = 1; n <= t->last; n++) {
        const gr_node *node = &t->net->node[n];
        if (node->type == &gr_layer_dense)
            run_dense(t, node, n);
        else if (node->type == &gr_layer_activation)
            run_activation(t, node, n);
        else if (node->type == &gr_layer_batchnorm)
            run_batchnorm(t, node, n);
        else if (node->type == &gr_layer_dropout)
            run_dropout(t, node, n);
        else
            run_add(t, node, n);
    }
}

/* ---- the loss ---- */

static gr_dual user_loss(const gr_tangent *t, const gradus_loss *user, size_t row,
                         const double *target, double *room)
{
    const size_t outputs = gr_net_outputs(t->net);
    const gr_dual *o = row_of(t, t->last, row);
    double *gradient = room + outputs;
    for (size_t j = 0; j < outputs; j++)
        room[j] = o[j].value;
    gr_dual loss = {user->value(room, target, outputs, gradient, user->user), 0};
    for (size_t j = 0; j < outputs; j++)
        loss.slope = fma(gradient[j], o[j].slope, loss.slope);
    return loss;
}

gr_dual gr_tangent_loss(const gr_tangent *t, const gr_plan *criterion, size_t row,
                        const double *target, double *room)
{
    if (criterion->loss >= GR_LOSS_COUNT)
        return user_loss(t, &t->net->context->losses[criterion->loss - GR_LOSS_COUNT], row,
                         target, room);
    const gr_dual_loss loss = {(gr_loss_id)criterion->loss, criterion->fused,
                               criterion->delta};
    return gr_dual_lose(&loss, gr_net_outputs(t->net), row_of(t, t->last, row), target);
}
