/*
 * net/small.c - passes of networks whose layers are at most a panel wide
 *
 * A plain chain of dense layers and activations of the library, on one thread, is described
 * to kernels/small.c layer by layer; the arrays are the plan's.
 *
 * SPDX-License-Identifier: MIT
 */
#include "net/small.h"

enum {
    ROWS = 64,  /* of a batch, and inputs of the first layer: beyond, the tiles of the */
    INPUTS = 32 /* product are as fast */
};

static bool is_activation(const gr_plan *plan, size_t n)
{
    return n <= plan->last && plan->net->node[n].type == &gr_layer_activation;
}

bool gr_small_fits(const gr_plan *plan)
{
    const gradus_net *net = plan->net;
    if (plan->piece > ROWS || gr_net_inputs(net) > INPUTS ||
        plan->pass.at[1].segment.to <= plan->last) /* with checkpoints */
        return false;
    for (size_t n = 1; n <= plan->last; n++) {
        const gr_node *node = &net->node[n];
        const bool dense = node->type == &gr_layer_dense && node->panels == 1;
        const bool activates = is_activation(plan, n) && !is_activation(plan, n - 1) &&
                               node->activation < GR_ACTIVATION_COUNT;
        if (node->from != n - 1 || !(dense || (activates && n > 1)))
            return false;
    }
    return true;
}

static gr_small_layer layer_of(const gr_plan *plan, size_t n)
{
    const gradus_net *net = plan->net;
    const gr_node *node = &net->node[n];
    const gr_kept *x = &plan->pass.at[node->from], *z = &plan->pass.at[n];
    const gr_tensor *weight = &net->tensor[node->tensor];
    gr_small_layer l = {
        .inputs = node->inputs, .outputs = node->width, .narrow = node->narrow,
        .x = (const void *const *)x->y_row, .w = gr_tensor_values(net, weight),
        .bias = node->bias ? gr_tensor_values(net, weight + 1) : NULL,
        .z = z->y, .dx = x->dy, .dz = z->dy, .dz_row = (const void *const *)z->dy_row,
    };
    if (is_activation(plan, n + 1)) {
        l.activate = &net->kernels->activate[node[1].activation];
        l.alpha = node[1].alpha;
        l.a = plan->pass.at[n + 1].y;
        l.da = plan->pass.at[n + 1].dy;
    }
    return l;
}

static gr_small_target target_of(const gr_plan *plan, const gr_descent *descent,
                                 size_t tensor)
{
    if (descent == NULL || !descent->plain)
        return (gr_small_target){.values = gr_gradient_of(&plan->pass, tensor)};
    const gr_update *update = &descent->update[tensor];
    return (gr_small_target){update->w, update};
}

void gr_small_aim(gr_plan *plan, const gr_descent *descent)
{
    gr_small_layer *l = plan->small.layer;
    for (size_t tensor = 0; tensor < plan->net->tensors; l++) {
        l->to_weight = target_of(plan, descent, tensor++);
        if (l->bias != NULL)
            l->to_bias = target_of(plan, descent, tensor++);
    }
}

void gr_small_lay_out(gr_plan *plan)
{
    const gradus_net *net = plan->net;
    const size_t width = net->kernels->width;
    gr_small *s = &plan->small;
    s->layers = 0; /* laid out twice */
    for (size_t n = 1; n <= plan->last; n++)
        s->layers += !is_activation(plan, n);
    s->layer = gr_arena_take(&plan->arena, s->layers, sizeof *s->layer);
    void *turned = gr_arena_take(&plan->arena, s->layers * width * width, net->kernels->size);
    for (size_t n = 1, i = 0; s->layer != NULL && n <= plan->last; n++) {
        if (is_activation(plan, n))
            continue;
        s->layer[i] = layer_of(plan, n);
        s->layer[i].turned = gr_at(net, turned, i * width * width);
        i++;
    }
    if (s->layer != NULL)
        gr_small_aim(plan, NULL);
}
