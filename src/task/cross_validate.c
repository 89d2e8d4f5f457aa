/*
 * task/cross_validate.c - K networks, each measured on rows it has not seen
 *
 * Nothing is chosen by the part left out: no early stopping, and the last epoch's weights
 * are kept.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/memory.h"
#include "base/status.h"
#include "data/split.h"
#include "task/predictor.h"
#include "task/trainer.h"

/* The rows of a run in parts, and room for one fold's lists. */
typedef struct folding {
    const gradus_context *context;
    const gradus_data *data;
    gradus_train_options options;
    gr_roles roles;
    uint32_t *rows, *classes, *part; /* [count], [data rows], [count] */
    size_t count, class_count;
    uint32_t *fold;                  /* [count] training rows, then the part left out */
} folding;

static gradus_status open_folding(folding *f, size_t folds)
{
    gradus_status status;
    const gradus_context *context = f->data->context;

    GR_TRY(gr_roles_find(f->data, &f->options, &f->roles));
    GR_TRY(gr_roles_rows(&f->roles, &f->rows, &f->count));
    if (f->roles.task == GRADUS_CLASSIFICATION)
        GR_TRY(gr_roles_classes(&f->roles, &f->classes, &f->class_count));
    GR_TRY(gr_allocate(context, f->count, sizeof *f->part, "parts", &f->part));
    GR_TRY(gr_allocate(context, f->count, sizeof *f->fold, "parts", &f->fold));
    const gr_split_options split = {
        .kind = f->options.split, .content = f->roles.used,
        .group = f->roles.group, .seed = f->options.fit.seed,
        .classes = f->classes, .class_count = f->class_count};
    GR_TRY(gr_split_folds(f->data, &split, f->rows, f->count, folds, f->part));
done:
    return status;
}

static void close_folding(folding *f)
{
    const gradus_context *context = f->data->context;

    gr_release(context, f->fold);
    gr_release(context, f->part);
    gr_release(context, f->classes);
    gr_release(context, f->rows);
    gr_roles_free(&f->roles);
}

/* Training rows of fold k in front, in order, and the others behind them. */
static size_t sort_fold(folding *f, uint32_t k)
{
    size_t train = 0, left_out;

    for (size_t i = 0; i < f->count; i++)
        if (f->part[i] != k)
            f->fold[train++] = f->rows[i];
    left_out = train;
    for (size_t i = 0; i < f->count; i++)
        if (f->part[i] == k)
            f->fold[left_out++] = f->rows[i];
    return train;
}

static gradus_status work_fold(folding *f, uint32_t k, gradus_metrics *metrics)
{
    gradus_status status;
    gradus_trainer *trainer = NULL;
    gradus_predictor *predictor = NULL;
    const size_t train = sort_fold(f, k);
    const gr_parts parts = {.train = f->fold, .train_count = train};

    GR_TRY(gr_trainer_build(f->context, &f->roles, &parts, &f->options, &trainer));
    GR_TRY(gradus_trainer_run(trainer, NULL));
    GR_TRY(gradus_predictor_new(trainer->model, &predictor));
    GR_TRY(gr_predictor_evaluate(predictor, f->data, f->fold + train, f->count - train));
    *metrics = predictor->evaluating.result.model;
done:
    gradus_predictor_free(predictor);
    gradus_trainer_free(trainer);
    if (status != GRADUS_OK)
        gr_fail_at(status, "fold %u", k + 1);
    return status;
}

gradus_status gradus_cross_validate(const gradus_context *context,
                                    const gradus_data *data,
                                    const gradus_train_options *options, size_t folds,
                                    gradus_metrics *metrics)
{
    gradus_status status;
    folding f = {.context = gr_context_or_default(context), .data = data,
                 .options = *options};
    gradus_metrics *made = NULL; /* what the caller gets when all folds are done */
    const unsigned saved = gr_float_enter();

    f.options.holdout = 0;
    if (folds < 2 || folds > data->rows)
        GR_TRY(gr_fail(GRADUS_ARGUMENT, "--cv: %zu parts of %zu rows: at "
                       "least 2, and a row for each", folds, data->rows));
    GR_TRY(open_folding(&f, folds));
    GR_TRY(gr_allocate(data->context, folds, sizeof *made, "metrics", &made));
    for (size_t k = 0; k < folds; k++)
        GR_TRY(work_fold(&f, (uint32_t)k, &made[k]));
    for (size_t k = 0; k < folds; k++)
        metrics[k] = made[k];
done:
    gr_release(data->context, made);
    close_folding(&f);
    gr_float_leave(saved);
    return status;
}
