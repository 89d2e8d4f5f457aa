/*
 * train/fit_memory.c - what a training run takes, before it takes it
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/status.h"
#include "train/run.h"

gradus_status gradus_fit_memory(const gradus_net *net, const gradus_fit_options *given,
                                size_t rows, size_t *bytes, size_t *activations)
{
    gradus_status status;
    gradus_fit_options options = *given;
    size_t plan_bytes = 0, gradient_bytes = 0, optimizer_bytes = 0;
    gr_run_choose_batch(&options, rows);
    const gr_plan_options plan = gr_run_plan(&options);
    GR_TRY(gr_plan_bytes(net, &plan, &plan_bytes, &gradient_bytes));
    GR_TRY(gr_optimizer_bytes(net, options.optimizer, &optimizer_bytes));
    *bytes = gr_net_bytes(net) + plan_bytes + optimizer_bytes +
             gr_block_bytes(gr_run_kept_bytes(net), 1);
    if (activations != NULL)
        *activations = plan_bytes - gradient_bytes;
done:
    return status;
}
