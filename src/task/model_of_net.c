/*
 * task/model_of_net.c - a model of a net that stands by itself: no table, nothing fitted
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "store/model.h"
#include "train/metric.h"

/* Numbers as they are: (x - 0) * 1, both ways. */
static gradus_status plain_prep(const gradus_net *net, const char *const *inputs,
                                const char *const *targets, gr_prep **made)
{
    gradus_status status;
    const gradus_context *context = net->context;
    GR_TRY(gr_allocate(context, 1, sizeof **made, "preprocessing", made));
    gr_prep *prep = *made;
    prep->context = context;
    prep->task = GRADUS_REGRESSION;
    prep->inputs = gr_net_inputs(net);
    prep->targets = gr_net_outputs(net);
    GR_TRY(gr_copy_text(context, GR_MISSING_MARKS, strlen(GR_MISSING_MARKS), &prep->missing));
    GR_TRY(gr_allocate(context, prep->inputs, sizeof *prep->input, "inputs", &prep->input));
    GR_TRY(gr_allocate(context, prep->targets, sizeof *prep->target, "targets",
                       &prep->target));
    for (size_t i = 0; i < prep->inputs; i++) {
        prep->input[i] = (gr_prep_input){.kind = GRADUS_NUMBER, .scale = 1};
        GR_TRY(gr_copy_text(context, inputs[i], strlen(inputs[i]), &prep->input[i].name));
    }
    for (size_t t = 0; t < prep->targets; t++) {
        prep->target[t].scale = 1;
        GR_TRY(gr_copy_text(context, targets[t], strlen(targets[t]), &prep->target[t].name));
    }
    status = gr_prep_layout(prep);
done:
    return status;
}

gradus_status gradus_model_new(const gradus_net *net, const char *const *inputs,
                               const char *const *targets, gradus_model **model)
{
    gradus_status status;
    gradus_model *made = NULL;
    *model = NULL;
    GR_TRY(gr_model_new(net->context, &made));
    GR_TRY(gradus_net_copy(net, &made->net));
    GR_TRY(plain_prep(net, inputs, targets, &made->prep));
    memcpy(made->loss, "mse", sizeof "mse");
    gr_metrics_none(&made->valid);
    *model = made;
    made = NULL;
done:
    gradus_model_free(made);
    return status;
}
