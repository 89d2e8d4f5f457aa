/*
 * task/trainer_build.c - a trainer for given rows: preprocessing, settings, net, examples
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/status.h"
#include "task/trainer.h"
#include "train/metric.h"

static gradus_status fit_prep(gradus_trainer *trainer, const gr_roles *roles,
                              const gr_parts *parts)
{
    const gr_prep_options options = {
        .inputs = roles->input, .input_count = roles->inputs,
        .targets = roles->target, .target_count = roles->targets,
        .task = roles->task, .scaling = trainer->options.scaling,
        .scale_target = !trainer->ending.counts,
        .rows = parts->train, .row_count = parts->train_count};
    return gr_prep_fit(roles->data, &options, &trainer->model->prep);
}

static gradus_status check_classes(const gradus_trainer *trainer)
{
    const gr_prep *prep = trainer->model->prep;

    if (!trainer->ending.single || prep->classes.count == 2)
        return GRADUS_OK;
    return gr_fail(GRADUS_ARGUMENT, "--loss \"%s\": it is for two classes, and \"%s\" "
                   "has %zu: take \"cross-entropy\"", trainer->ending.loss,
                   prep->target[0].name, prep->classes.count);
}

static gradus_status make_net(gradus_trainer *trainer)
{
    gradus_status status;
    const gr_prep *prep = trainer->model->prep;
    gradus_train_options *options = &trainer->options;
    gr_text description = {.context = trainer->context};
    const gr_sizes sizes = {
        .train_rows = trainer->train.set.rows, .inputs = prep->width,
        .outputs = trainer->ending.single ? 1
            : prep->task == GRADUS_CLASSIFICATION ? prep->classes.count : prep->targets};

    GR_TRY(gr_choose_settings(trainer->context, &sizes, options));
    GR_TRY(gr_choose_network(options, &trainer->ending, &description));
    GR_TRY(gradus_net_new(trainer->context, description.text, sizes.inputs, sizes.outputs,
                          options->precision, options->fit.seed, &trainer->model->net));
done:
    gr_release(trainer->context, description.text);
    return status;
}

static gradus_status make_examples(gradus_trainer *trainer, const gr_roles *roles,
                                   const gr_parts *parts)
{
    gradus_status status;
    const gr_prep *prep = trainer->model->prep;
    double *class_weight = NULL;

    GR_TRY(gr_class_weights(prep, trainer->options.class_weight, &class_weight));
    gr_examples_options options = {
        .prep = prep, .data = roles->data, .rows = parts->train,
        .count = parts->train_count,
        .kernels = gr_kernels_find(trainer->context->cpu, trainer->options.precision),
        .weight = trainer->options.weight, .class_weight = class_weight,
        .counts = trainer->ending.counts};
    GR_TRY(gr_examples_new(&options, &trainer->train));
    if (parts->valid_data != NULL) {
        options.data = parts->valid_data;
        options.rows = parts->valid;
        options.count = parts->valid_count;
        GR_TRY(gr_examples_new(&options, &trainer->valid));
    }
done:
    gr_release(trainer->context, class_weight);
    return status;
}

/* Metrics of the trivial predictor on the held-out rows. */
static gradus_status measure_trivial(gradus_trainer *trainer)
{
    gradus_status status = GRADUS_OK;
    const gr_prep *prep = trainer->model->prep;
    const gradus_set *set = &trainer->valid.set;
    double *target = NULL;

    gr_metrics_none(&trainer->about.trivial);
    if (set->rows == 0)
        return GRADUS_OK;
    if (set->y != NULL) {
        const size_t count = set->rows * prep->targets;
        GR_TRY(gr_allocate(trainer->context, count, sizeof *target, "targets", &target));
        gr_kernels_find(trainer->context->cpu, trainer->options.precision)
            ->to_double(count, set->y, target);
    }
    const gr_baseline baseline = {
        .context = trainer->context, .prep = prep, .loss = trainer->ending.loss,
        .delta = trainer->options.fit.delta, .rows = set->rows, .label = set->label,
        .target = target, .weight = set->weight};
    GR_TRY(gr_baseline_measure(&baseline, &trainer->about.trivial));
done:
    gr_release(trainer->context, target);
    return status;
}

static gradus_status keep_target_scale(gradus_trainer *trainer)
{
    const gr_prep *prep = trainer->model->prep;

    if (prep->task != GRADUS_REGRESSION)
        return GRADUS_OK;
    const gradus_status status = gr_allocate(trainer->context, prep->targets,
                                             sizeof(double), "targets",
                                             &trainer->target_scale);
    for (size_t t = 0; t < prep->targets && status == GRADUS_OK; t++)
        trainer->target_scale[t] = prep->target[t].scale;
    return status;
}

static void count_columns(gradus_trainer *trainer)
{
    const gr_prep *prep = trainer->model->prep;
    gradus_trainer_about *about = &trainer->about;

    about->train_rows = trainer->train.set.rows;
    about->valid_rows = trainer->valid.set.rows;
    for (size_t k = 0; k < prep->inputs; k++)
        if (prep->input[k].kind == GRADUS_NUMBER) {
            about->numbers++;
        } else {
            about->categories++;
            about->values += prep->input[k].values.count;
        }
}

gradus_status gr_trainer_build(const gradus_context *context, const gr_roles *roles,
                               const gr_parts *parts, const gradus_train_options *options,
                               gradus_trainer **made)
{
    gradus_status status;
    gradus_trainer *trainer = NULL;

    *made = NULL;
    GR_TRY(gr_allocate(context, 1, sizeof *trainer, "a trainer", &trainer));
    trainer->context = trainer->notes.context = context;
    GR_TRY(gr_options_copy(context, options, &trainer->options));
    GR_TRY(gr_choose_ending(context, options, roles->task, &trainer->ending));
    GR_TRY(gr_options_set(context, &trainer->options.fit.loss, trainer->ending.loss));
    trainer->options.task = roles->task;

    GR_TRY(gr_model_new(context, &trainer->model));
    GR_TRY(fit_prep(trainer, roles, parts));
    GR_TRY(check_classes(trainer));
    GR_TRY(make_examples(trainer, roles, parts));
    GR_TRY(make_net(trainer));
    GR_TRY(keep_target_scale(trainer));
    GR_TRY(measure_trivial(trainer));
    count_columns(trainer);
    memcpy(trainer->model->loss, trainer->ending.loss,
           strnlen(trainer->ending.loss, sizeof trainer->model->loss - 1));
    trainer->model->delta = trainer->options.fit.delta;
    trainer->model->train_rows = trainer->train.set.rows;
    gr_metrics_none(&trainer->model->valid);
    *made = trainer;
    trainer = NULL;
done:
    gradus_trainer_free(trainer);
    return status;
}

void gradus_trainer_free(gradus_trainer *trainer)
{
    if (trainer == NULL)
        return;
    gr_notes_free(&trainer->notes);
    gr_release(trainer->context, trainer->held_out);
    gr_release(trainer->context, trainer->target_scale);
    gr_examples_free(&trainer->valid);
    gr_examples_free(&trainer->train);
    gradus_model_free(trainer->model);
    gr_options_free(trainer->context, &trainer->options);
    gr_release(trainer->context, trainer);
}
