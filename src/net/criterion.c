/*
 * net/criterion.c - the loss at the end of a plan
 *
 * Cross-entropy after softmax, binary cross-entropy after sigmoid and Poisson after exp
 * are computed from the pre-activation z: stable for any finite z, and dLoss/dz = p - y.
 * The last activation then takes no part in the pass.
 *
 * SPDX-License-Identifier: MIT
 */
#include "net/criterion.h"

#include <math.h>
#include <string.h>

#include "base/status.h"
#include "net/lists.h"

gradus_status gr_criterion_choose(gr_plan *plan, const char *loss)
{
    const gradus_net *net = plan->net;
    const gr_node *end = &net->node[net->nodes - 1];
    const bool activated = end->type == &gr_layer_activation;
    const size_t activation = activated ? end->activation : (size_t)GR_ACTIVATION_IDENTITY;
    gradus_status status = GRADUS_OK;
    plan->loss = gr_loss_usual(activation);
    plan->last = net->nodes - 1;
    if (plan->own != NULL) {
        plan->loss = GR_LOSS_COUNT;
        return GRADUS_OK;
    }
    if (loss != NULL)
        status = gr_loss_find(net->context, loss, &plan->loss);
    if (status != GRADUS_OK)
        return status;
    const char *fused;
    double alpha;
    gradus_task task;
    gr_loss_about(net->context, plan->loss, &fused, &task);
    plan->fused = activated && fused != NULL &&
                  strcmp(fused, gr_activation_about(net->context, activation, &alpha)) == 0;
    plan->last = plan->fused ? end->from : net->nodes - 1;
    return GRADUS_OK;
}

/* Dense rows, so that losses see full vectors also where a row has one output. Labels are
 * smoothed for training only: a validation loss is that of the labels. */
static void gather_targets(gr_plan *plan, const gradus_set *set, const uint32_t *index,
                           gr_range rows)
{
    const double smoothing = plan->pass.training ? plan->label_smoothing : 0;
    const gradus_net *net = plan->net;
    const size_t outputs = gr_net_outputs(net);
    void *target = gr_at(net, plan->target, rows.from * outputs);
    if (set->label != NULL && outputs > 1) {
        net->kernels->gather_labels(rows.to - rows.from, outputs, set->label,
                                    index + rows.from, smoothing, target);
        return;
    }
    if (set->label == NULL) {
        net->kernels->gather(rows.to - rows.from, outputs, set->y, index + rows.from, outputs,
                             target);
        return;
    }
    for (size_t i = rows.from; i < rows.to; i++, target = gr_at(net, target, 1)) {
        /* a single output: the second of two classes */
        const double y = (1 - smoothing) * set->label[index[i]] + smoothing / 2;
        net->kernels->from_double(1, &y, target);
    }
}

static void user_gradient(gr_plan *plan, const gradus_loss *user, gr_range rows)
{
    const gradus_net *net = plan->net;
    const gr_kernels *k = net->kernels;
    const gr_kept *end = &plan->pass.at[plan->last];
    const size_t outputs = gr_net_outputs(net);
    for (size_t i = rows.from; i < rows.to; i++) {
        double *output = plan->row + i * 3 * outputs, *target = output + outputs;
        double *gradient = target + outputs;
        k->to_double(outputs, end->y_row[i], output);
        k->to_double(outputs, gr_at(net, plan->target, i * outputs), target);
        plan->value[i] = user->value(output, target, outputs, gradient, user->user);
        k->from_double(outputs, gradient, end->dy_row[i]);
    }
}

void gr_criterion_gradient(gr_plan *plan, const gradus_set *set, const uint32_t *index,
                           gr_range rows)
{
    const gradus_net *net = plan->net;
    const gr_kept *end = &plan->pass.at[plan->last];
    const size_t outputs = gr_net_outputs(net);
    gather_targets(plan, set, index, rows);
    if (plan->loss >= GR_LOSS_COUNT) {
        user_gradient(plan, plan->own != NULL
                                ? plan->own
                                : &net->context->losses[plan->loss - GR_LOSS_COUNT], rows);
        return;
    }
    const gr_lose *lose = &net->kernels->lose[plan->loss];
    (plan->fused ? lose->fused : lose->plain)(
        rows.to - rows.from, outputs, plan->delta,
        gr_row(net, end->y, end->stride, rows.from),
        gr_at(net, plan->target, rows.from * outputs), plan->value + rows.from,
        gr_row(net, end->dy, end->stride, rows.from));
}

gradus_status gr_set_check(const gradus_net *net, const gradus_set *set, const char *what)
{
    if (set->rows == 0 || set->rows > UINT32_MAX)
        return gr_fail(GRADUS_ARGUMENT, "%s: %zu rows: 1 to %u are possible", what,
                       set->rows, UINT32_MAX);
    if (set->x == NULL || (set->y == NULL) == (set->label == NULL))
        return gr_fail(GRADUS_ARGUMENT, "%s: x and either y or label are needed", what);
    const size_t classes = gr_net_outputs(net) > 1 ? gr_net_outputs(net) : 2;
    double weight = 0;
    for (size_t i = 0; i < set->rows; i++) {
        if (set->label != NULL && set->label[i] >= classes)
            return gr_fail(GRADUS_ARGUMENT, "%s: row %zu has class %u, but the network has "
                           "%zu classes", what, i, set->label[i], classes);
        if (set->weight != NULL && !(set->weight[i] >= 0 && isfinite(set->weight[i])))
            return gr_fail(GRADUS_ARGUMENT, "%s: the weight of row %zu is negative or not "
                           "finite", what, i);
        weight += set->weight != NULL ? set->weight[i] : 1;
    }
    if (!(weight > 0))
        return gr_fail(GRADUS_ARGUMENT, "%s: all weights are 0", what);
    return GRADUS_OK;
}
