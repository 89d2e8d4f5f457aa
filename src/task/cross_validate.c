/*
 * task/cross_validate.c - K networks, each measured on rows it has not seen
 *
 * Each is trained as a trainer trains: some of its own training rows are held out to choose
 * the best epoch. Nothing is chosen by the part left out.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

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
    uint32_t *parted;                /* [count] training rows: those that train in front */
    bool *held;                      /* [count] */
} folding;

static gr_split_options split_of(const folding *f)
{
    return (gr_split_options){
        .kind = f->options.split, .content = f->roles.used, .group = f->roles.group,
        .seed = f->options.fit.seed, .classes = f->classes, .class_count = f->class_count};
}

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
    GR_TRY(gr_allocate(context, f->count, sizeof *f->parted, "parts", &f->parted));
    GR_TRY(gr_allocate(context, f->count, sizeof *f->held, "parts", &f->held));
    const gr_split_options split = split_of(f);
    GR_TRY(gr_split_folds(f->data, &split, f->rows, f->count, folds, f->part));
done:
    return status;
}

static void close_folding(folding *f)
{
    const gradus_context *context = f->data->context;

    gr_release(context, f->held);
    gr_release(context, f->parted);
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

/* Of a fold's training rows those that train and those that choose the best epoch. */
static gradus_status part_fold(folding *f, size_t train, gr_parts *parts)
{
    const gr_split_options split = split_of(f);
    size_t held = 0, at = 0;

    *parts = (gr_parts){.train = f->fold, .train_count = train};
    if (f->options.holdout == 0)
        return GRADUS_OK;
    const gradus_status status = gr_split_holdout(f->data, &split, f->fold, train,
                                                  f->options.holdout, f->held, &held);
    size_t back = train - held;
    for (size_t i = 0; i < train && status == GRADUS_OK; i++)
        f->parted[f->held[i] ? back++ : at++] = f->fold[i];
    *parts = (gr_parts){.train = f->parted, .train_count = train - held,
                        .valid_data = f->data, .valid = f->parted + train - held,
                        .valid_count = held};
    return status;
}

static gradus_status work_fold(folding *f, uint32_t k, gradus_metrics *metrics,
                               gradus_metrics *trivial)
{
    gradus_status status;
    gradus_trainer *trainer = NULL;
    gradus_predictor *predictor = NULL;
    const size_t train = sort_fold(f, k);
    gr_parts parts;

    GR_TRY(part_fold(f, train, &parts));
    GR_TRY(gr_trainer_build(f->context, &f->roles, &parts, &f->options, &trainer));
    GR_TRY(gradus_trainer_run(trainer, NULL));
    GR_TRY(gradus_predictor_new(trainer->model, &predictor));
    GR_TRY(gr_predictor_evaluate(predictor, f->data, f->fold + train, f->count - train));
    *metrics = predictor->evaluating.result.model;
    *trivial = predictor->evaluating.result.trivial;
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
                                    gradus_metrics *metrics, gradus_metrics *trivial)
{
    gradus_status status;
    folding f = {.context = gr_context_or_default(context), .data = data,
                 .options = *options};
    gradus_metrics *made = NULL; /* what the caller gets when all folds are done */
    const unsigned saved = gr_float_enter();

    if (isnan(f.options.holdout))
        f.options.holdout = 0.2;
    if (!(f.options.holdout >= 0 && f.options.holdout < 1))
        GR_TRY(gr_fail(GRADUS_ARGUMENT, "holdout: it is a share from 0 to below 1"));
    if (folds < 2 || folds > data->rows)
        GR_TRY(gr_fail(GRADUS_ARGUMENT, "--cv: %zu parts of %zu rows: at "
                       "least 2, and a row for each", folds, data->rows));
    GR_TRY(open_folding(&f, folds));
    GR_TRY(gr_allocate(data->context, 2 * folds, sizeof *made, "metrics", &made));
    for (size_t k = 0; k < folds; k++)
        GR_TRY(work_fold(&f, (uint32_t)k, &made[k], &made[folds + k]));
    for (size_t k = 0; k < folds; k++) {
        metrics[k] = made[k];
        if (trivial != NULL)
            trivial[k] = made[folds + k];
    }
done:
    gr_release(data->context, made);
    close_folding(&f);
    gr_float_leave(saved);
    return status;
}
