/*
 * net/gradient.c - loss and gradient of a whole set, dense, as a caller wants them
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/status.h"
#include "net/criterion.h"
#include "net/plan.h"

gradus_status gradus_net_gradient(const gradus_net *net, const char *loss,
                                  const gradus_set *set, uint64_t seed, double *value,
                                  void *gradient, void *dx)
{
    gradus_status status;
    const gr_kernels *k = net->kernels;
    const size_t dx_count = set->rows * gr_net_inputs(net);
    gr_plan *plan = NULL;
    uint32_t *index = NULL;
    double sum;
    const gr_plan_options options = {.rows = set->rows, .loss = loss,
                                     .input_gradient = dx != NULL};
    const unsigned saved = gr_float_enter();
    GR_TRY(gr_set_check(net, set, "examples"));
    GR_TRY(gr_plan_new(net, &options, &plan));
    GR_TRY(gr_allocate(net->context, set->rows, sizeof *index, "row numbers", &index));
    for (size_t i = 0; i < set->rows; i++)
        index[i] = (uint32_t)i;
    plan->pass.dropout = (gr_key){seed, GR_PURPOSE_DROPOUT, 0};
    if (gradient == NULL && dx == NULL)
        sum = gr_plan_loss(plan, set, index);
    else
        gr_plan_gradient(plan, set, index, set->rows, NULL, dx, &sum);
    const double weight = gr_plan_weight(set, index, set->rows);
    *value = sum / weight;
    size_t copied = 0;
    for (size_t i = 0; gradient != NULL && i < net->tensors; i++) {
        const gr_tensor *tensor = &net->tensor[i];
        void *values = gr_at(net, gradient, copied);
        if (tensor->group == GR_GROUP_STATISTIC)
            continue;
        gr_tensor_unpack(net, tensor, gr_at(net, plan->pass.gradient, tensor->first),
                         values);
        k->scale(tensor->rows * tensor->columns, 1 / weight, values, values);
        copied += tensor->rows * tensor->columns;
    }
    if (dx != NULL)
        k->scale(dx_count, 1 / weight, dx, dx);
done:
    gr_release(net->context, index);
    gr_plan_free(plan);
    gr_float_leave(saved);
    return status;
}
