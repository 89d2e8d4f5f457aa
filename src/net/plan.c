/*
 * net/plan.c - one gradient: gather, forward, loss, backward
 *
 * The graph is walked once in order for the forward pass and once in reverse for the
 * backward pass, always in the same order, so that sums of several contributions to one
 * gradient have the same bits every time.
 *
 * SPDX-License-Identifier: MIT
 */
#include "net/plan.h"

#include <math.h>
#include <string.h>

#include "base/status.h"
#include "net/criterion.h"
#include "net/lists.h"

size_t gr_grain(size_t work, size_t smallest)
{
    const size_t rows = work >= smallest ? 1 : smallest / (work > 0 ? work : 1);
    return (rows + 7) / 8 * 8;
}

/* ---- contributions to a gradient ---- */

void *gr_pass_begin(gr_pass *pass, size_t from)
{
    if (pass->dy[from] == NULL)
        return NULL;
    return pass->ready[from] ? pass->spare : pass->dy[from];
}

void gr_pass_end(gr_pass *pass, size_t from, const void *dx)
{
    if (pass->ready[from])
        pass->net->kernels->add(pass->rows * pass->net->node[from].width, dx,
                                pass->dy[from]);
    pass->ready[from] = true;
}

/* ---- memory ---- */

/* Nodes whose dy is wanted: those behind which something is descended, or x itself. */
static void find_wanted(const gradus_net *net, bool input_gradient, bool *wanted)
{
    wanted[0] = input_gradient;
    for (size_t n = 1; n < net->nodes; n++) {
        const gr_node *node = &net->node[n];
        wanted[n] = node->tensors > 0 || wanted[node->from] ||
                    (node->type == &gr_layer_add && wanted[node->skip]);
    }
}

static size_t largest_chain(const gradus_net *net)
{
    size_t largest = 0;
    for (size_t i = 0; i < net->tensors; i++)
        if (net->tensor[i].rows * net->tensor[i].columns > largest)
            largest = net->tensor[i].rows * net->tensor[i].columns;
    return largest;
}

/* Hands out every array; called twice, see base/arena.h. */
static void lay_out(gr_plan *plan)
{
    const gradus_net *net = plan->net;
    gr_arena *arena = &plan->arena;
    gr_pass *pass = &plan->pass;
    const size_t size = net->kernels->size, rows = plan->piece;
    const bool opened = arena->block != NULL;
    size_t widest = gr_net_inputs(net);
    for (size_t n = 0; n < net->nodes; n++) {
        const gr_node *node = &net->node[n];
        const size_t width = node->width;
        void *y = gr_arena_take(arena, n == 0 ? 0 : rows * width, size);
        void *dy = gr_arena_take(arena, opened && pass->dy[n] == NULL ? 0 : rows * width,
                                 size);
        void *cache = NULL;
        if (n > 0 && node->type->cache != NULL)
            cache = gr_arena_take(arena, node->type->cache(net, node, rows), 1);
        if (opened) {
            pass->y[n] = y;
            pass->dy[n] = pass->dy[n] == NULL ? NULL : dy;
            pass->cache[n] = cache;
        }
        widest = width > widest ? width : widest;
    }
    pass->gradient = gr_arena_take(arena, net->parameter_count, size);
    pass->spare = gr_arena_take(arena, rows * widest, size);
    pass->chain = gr_arena_take(arena, largest_chain(net), size);
    plan->x = gr_arena_take(arena, rows * gr_net_inputs(net), size);
    plan->target = gr_arena_take(arena, rows * gr_net_outputs(net), size);
    plan->weight = gr_arena_take(arena, rows, sizeof(double));
    plan->value = gr_arena_take(arena, rows, sizeof(double));
    plan->row = gr_arena_take(arena, 3 * gr_net_outputs(net), sizeof(double));
}

/* Pointer tables first: which dy are wanted decides the size of the rest. */
static gradus_status allocate(gr_plan *plan, bool input_gradient)
{
    gradus_status status;
    const gradus_context *context = plan->net->context;
    const size_t nodes = plan->net->nodes;
    gr_pass *pass = &plan->pass;
    bool *wanted = NULL;
    GR_TRY(gr_allocate(context, nodes, sizeof *pass->y, "a plan", &pass->y));
    GR_TRY(gr_allocate(context, nodes, sizeof *pass->dy, "a plan", &pass->dy));
    GR_TRY(gr_allocate(context, nodes, sizeof *pass->cache, "a plan", &pass->cache));
    GR_TRY(gr_allocate(context, nodes, sizeof *pass->ready, "a plan", &pass->ready));
    GR_TRY(gr_allocate(context, nodes, sizeof *wanted, "a plan", &wanted));
    find_wanted(plan->net, input_gradient, wanted);
    wanted[plan->last] = true; /* the loss writes there */
    lay_out(plan);
    GR_TRY(gr_arena_open(&plan->arena, "activations and gradients of a batch"));
    for (size_t n = 0; n < nodes; n++)
        pass->dy[n] = wanted[n] ? plan->arena.block : NULL; /* marks for lay_out */
    lay_out(plan);
done:
    gr_release(context, wanted);
    return status;
}

/* ---- a plan ---- */

static gradus_status check_layers(const gradus_net *net, size_t rows)
{
    for (size_t n = 1; n < net->nodes; n++) {
        const gr_node *node = &net->node[n];
        double alpha;
        if (node->type == &gr_layer_activation && !gr_activation_trainable(node->activation))
            return gr_fail(GRADUS_ARGUMENT,
                           "network: \"%s\" has slope 0 everywhere and cannot be trained "
                           "through: take \"sigmoid\" or \"relu\"",
                           gr_activation_about(net->context, node->activation, &alpha));
    }
    if (gr_net_has_batchnorm(net) && rows < 2)
        return gr_fail(GRADUS_ARGUMENT, "batch norm: a batch of one row has no variance: "
                       "take at least 2 rows a step");
    return GRADUS_OK;
}

gradus_status gr_plan_new(const gradus_net *net, const gr_plan_options *options,
                          gr_plan **made)
{
    gradus_status status;
    gr_plan *plan = NULL;
    *made = NULL;
    GR_TRY(check_layers(net, options->rows));
    GR_TRY(gr_allocate(net->context, 1, sizeof *plan, "a plan", &plan));
    plan->net = net;
    plan->arena.context = net->context;
    plan->piece = options->rows;
    if (!gr_net_has_batchnorm(net) && plan->piece > GR_CHAIN)
        plan->piece = GR_CHAIN;
    plan->delta = options->delta == 0 ? 1 : options->delta;
    plan->label_smoothing = options->label_smoothing;
    GR_TRY(gr_criterion_choose(plan, options->loss));
    plan->pass = (gr_pass){.net = net, .pool = options->pool, .training = true};
    GR_TRY(allocate(plan, options->input_gradient));
    *made = plan;
    plan = NULL;
done:
    gr_plan_free(plan);
    return status;
}

void gr_plan_free(gr_plan *plan)
{
    if (plan == NULL)
        return;
    const gradus_context *context = plan->net->context;
    gr_arena_close(&plan->arena);
    gr_release(context, plan->pass.ready);
    gr_release(context, plan->pass.cache);
    gr_release(context, plan->pass.dy);
    gr_release(context, plan->pass.y);
    gr_release(context, plan);
}

/* ---- the gradient ---- */

static void forward(gr_plan *plan)
{
    const gradus_net *net = plan->net;
    plan->pass.y[0] = plan->x;
    for (size_t n = 1; n <= plan->last; n++)
        net->node[n].type->forward(&plan->pass, &net->node[n]);
}

static void backward(gr_plan *plan)
{
    const gradus_net *net = plan->net;
    gr_pass *pass = &plan->pass;
    memset(pass->ready, 0, net->nodes * sizeof *pass->ready);
    pass->ready[plan->last] = true;
    for (size_t n = plan->last; n > 0; n--)
        if (pass->dy[n] != NULL)
            net->node[n].type->backward(pass, &net->node[n]);
}

/* Inputs and weights of the examples picked by index. */
static double load(gr_plan *plan, const gradus_set *set, const uint32_t *index, size_t count)
{
    const gr_kernels *k = plan->net->kernels;
    k->gather(count, gr_net_inputs(plan->net), set->x, index, plan->x);
    for (size_t i = 0; i < count; i++)
        plan->weight[i] = set->weight == NULL ? 1 : set->weight[index[i]];
    return gr_sum(count, plan->weight);
}

void gr_plan_gradient(gr_plan *plan, const gradus_set *set, const uint32_t *index,
                      size_t count, void *dx, double *loss, double *weight)
{
    const gradus_net *net = plan->net;
    const gr_kernels *k = net->kernels;
    const size_t inputs = gr_net_inputs(net);
    gr_pass *pass = &plan->pass;
    const uint64_t first_row = pass->first_row;
    *loss = *weight = 0;
    for (size_t from = 0; from < count; from += plan->piece) {
        const size_t rows = count - from < plan->piece ? count - from : plan->piece;
        pass->rows = rows;
        pass->add_gradient = from > 0;
        pass->first_row = first_row + from;
        *weight += load(plan, set, index + from, rows);
        forward(plan);
        gr_criterion_gradient(plan, set, index + from, rows);
        if (set->weight != NULL) {
            k->scale_rows(rows, net->node[plan->last].width, plan->weight,
                          pass->dy[plan->last]);
            for (size_t i = 0; i < rows; i++)
                plan->value[i] *= plan->weight[i];
        }
        *loss += gr_sum(rows, plan->value);
        backward(plan);
        if (dx != NULL)
            memcpy(gr_at(net, dx, from * inputs), pass->dy[0], rows * inputs * k->size);
    }
    pass->first_row = first_row;
}

void gr_plan_evaluate(gr_plan *plan, const gradus_set *set, const uint32_t *index,
                      size_t count, double *value, double *prediction)
{
    const gradus_net *net = plan->net;
    const size_t outputs = gr_net_outputs(net);
    plan->pass.training = false;
    for (size_t from = 0; from < count; from += plan->piece) {
        const size_t rows = count - from < plan->piece ? count - from : plan->piece;
        plan->pass.rows = rows;
        net->kernels->gather(rows, gr_net_inputs(net), set->x, index + from, plan->x);
        forward(plan);
        gr_criterion_gradient(plan, set, index + from, rows);
        memcpy(value + from, plan->value, rows * sizeof *value);
        const gr_node *end = &net->node[net->nodes - 1];
        if (plan->fused)
            end->type->forward(&plan->pass, end);
        net->kernels->to_double(rows * outputs, plan->pass.y[net->nodes - 1],
                                prediction + from * outputs);
    }
    plan->pass.training = true;
}

bool gr_plan_find_not_finite(const gr_plan *plan, size_t *layer, const char **type)
{
    const gradus_net *net = plan->net;
    *layer = 0;
    for (size_t n = 1; n <= plan->last; n++) {
        const gr_node *node = &net->node[n];
        const size_t count = plan->pass.rows * node->width;
        *layer = node->number > 0 ? node->number : *layer;
        *type = node->type->name;
        if (net->kernels->find_not_finite(count, plan->pass.y[n]) != SIZE_MAX)
            return true;
    }
    return false;
}

gradus_status gradus_net_gradient(const gradus_net *net, const char *loss,
                                  const gradus_set *set, uint64_t seed, double *value,
                                  void *gradient, void *dx)
{
    gradus_status status;
    const gr_kernels *k = net->kernels;
    const size_t dx_count = set->rows * gr_net_inputs(net);
    gr_plan *plan = NULL;
    uint32_t *index = NULL;
    double sum, weight;
    const gr_plan_options options = {.rows = set->rows, .loss = loss,
                                     .input_gradient = dx != NULL};
    const unsigned saved = gr_float_enter();
    GR_TRY(gr_set_check(net, set, "examples"));
    GR_TRY(gr_plan_new(net, &options, &plan));
    GR_TRY(gr_allocate(net->context, set->rows, sizeof *index, "row numbers", &index));
    for (size_t i = 0; i < set->rows; i++)
        index[i] = (uint32_t)i;
    plan->pass.dropout = (gr_key){seed, GR_PURPOSE_DROPOUT, 0};
    gr_plan_gradient(plan, set, index, set->rows, dx, &sum, &weight);
    *value = sum / weight;
    for (size_t i = 0; gradient != NULL && i < net->tensors; i++) {
        const gr_tensor *tensor = &net->tensor[i];
        void *values = gr_at(net, gradient, tensor->first);
        if (tensor->group == GR_GROUP_STATISTIC)
            continue;
        k->transpose(tensor->columns, tensor->rows,
                     gr_at(net, plan->pass.gradient, tensor->first), values);
        k->scale(tensor->rows * tensor->columns, 1 / weight, values, values);
    }
    if (dx != NULL)
        k->scale(dx_count, 1 / weight, dx, dx);
done:
    gr_release(net->context, index);
    gr_plan_free(plan);
    gr_float_leave(saved);
    return status;
}
