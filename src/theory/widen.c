/*
 * theory/widen.c - a net and its examples in double
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/widen.h"

#include "base/status.h"
#include "net/criterion.h"

static gradus_status widen_array(const gradus_net *net, const void *values, size_t count,
                                 double **wide)
{
    const gradus_status status = gr_allocate(net->context, count, sizeof **wide,
                                             "numbers in double", wide);
    if (status == GRADUS_OK)
        net->kernels->to_double(count, values, *wide);
    return status;
}

gradus_status gr_widen(const gradus_net *net, const gradus_set *set, gr_widened *to)
{
    gradus_status status;
    double *values = NULL;
    const gr_net_shape shape = {net->text, gr_net_inputs(net), gr_net_outputs(net),
                                GRADUS_FLOAT64};
    GR_TRY(gr_set_check(net, set, "examples"));
    GR_TRY(gr_net_new_blank(net->context, &shape, SIZE_MAX, &to->net));
    for (size_t i = 0; i < net->tensors; i++) {
        const gr_tensor *tensor = &net->tensor[i];
        const size_t count = tensor->rows * tensor->columns;
        void *narrow = NULL;
        GR_TRY(gr_allocate(net->context, count, net->kernels->size, "weights", &narrow));
        gr_tensor_unpack(net, tensor, gr_tensor_values(net, tensor), narrow);
        status = widen_array(net, narrow, count, &values);
        gr_release(net->context, narrow);
        GR_TRY(status);
        gradus_net_set(to->net, i, values);
        gr_release(net->context, values);
        values = NULL;
    }
    to->set = *set;
    GR_TRY(widen_array(net, set->x, set->rows * gr_net_inputs(net), &to->x));
    if (set->y != NULL)
        GR_TRY(widen_array(net, set->y, set->rows * gr_net_outputs(net), &to->y));
    to->set.x = to->x;
    to->set.y = to->y;
done:
    gr_release(net->context, values);
    return status;
}

void gr_widen_release(const gradus_context *context, gr_widened *to)
{
    gr_release(context, to->y);
    gr_release(context, to->x);
    gradus_net_free(to->net);
}
