/*
 * task/baseline.c - the trivial predictor: shares of the classes, or the mean
 *
 * Every row gets the same prediction, what the training rows alone suggest. A net that is
 * not better has learned nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "base/memory.h"
#include "base/status.h"
#include "kernels/elementary.h"
#include "net/lists.h"
#include "task/examples.h"
#include "train/metric.h"

/* The loss of the one prediction for a row with this label or target. */
static double loss_of_row(const gr_baseline *b, size_t loss, const double *prediction,
                          size_t row, double *spare /* [2][outputs] */)
{
    const gr_prep *prep = b->prep;
    const bool is_class = b->label != NULL;
    const size_t outputs = is_class ? prep->classes.count : prep->targets;
    const double *y = is_class ? spare : b->target + row * outputs;
    double value;

    if (is_class && loss < GR_LOSS_COUNT)
        return -gr_log(prediction[b->label[row]]); /* both cross-entropies */
    for (size_t k = 0; is_class && k < outputs; k++)
        spare[k] = k == b->label[row];
    if (loss >= GR_LOSS_COUNT) {
        const gradus_loss *user = &b->context->losses[loss - GR_LOSS_COUNT];
        return user->value(prediction, y, outputs, spare + outputs, user->user);
    }
    gr_kernels_find(b->context->cpu, GRADUS_FLOAT64)
        ->lose[loss].plain(1, outputs, b->delta, prediction, y, &value, spare + outputs);
    return value;
}

static void predict(const gr_prep *prep, double *prediction)
{
    if (prep->task == GRADUS_CLASSIFICATION)
        for (size_t k = 0; k < prep->classes.count; k++)
            prediction[k] = prep->class_share[k];
    else
        for (size_t t = 0; t < prep->targets; t++)
            prediction[t] =
                (prep->target[t].mean - prep->target[t].center) * prep->target[t].scale;
}

gradus_status gr_baseline_measure(const gr_baseline *b, gradus_metrics *metrics)
{
    gradus_status status;
    const gr_prep *prep = b->prep;
    const gradus_context *context = b->context;
    const bool is_class = b->label != NULL;
    const size_t outputs = is_class ? prep->classes.count : prep->targets;
    double *prediction = NULL; /* [4][outputs]: prediction, scales, spare */
    double *row = NULL;        /* [rows] losses, and scratch */
    size_t loss;

    GR_TRY(gr_allocate(context, outputs, 4 * sizeof *prediction, "the trivial predictor",
                       &prediction));
    GR_TRY(gr_allocate(context, b->rows, (1 + GR_METRIC_SCRATCH) * sizeof *row,
                       "the trivial predictor", &row));
    double *scale = prediction + outputs;
    for (size_t t = 0; !is_class && t < outputs; t++)
        scale[t] = prep->target[t].scale;
    predict(prep, prediction);
    const bool has_loss = gr_loss_find(context, b->loss, &loss) == GRADUS_OK;
    for (size_t i = 0; has_loss && i < b->rows; i++)
        row[i] = loss_of_row(b, loss, prediction, i, prediction + 2 * outputs);

    const gr_metric_input in = {
        .rows = b->rows, .outputs = outputs, .prediction = prediction, .stride = 0,
        .label = b->label, .target = b->target, .scale = scale,
        .loss = has_loss ? row : NULL, .weight = b->weight};
    gr_metrics(&in, row + b->rows, metrics);
done:
    gr_release(context, row);
    gr_release(context, prediction);
    return status;
}
