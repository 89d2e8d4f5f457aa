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
#include "base/team.h"
#include "data/split.h"
#include "task/predictor.h"
#include "task/trainer.h"

/* The rows of a run in parts. */
typedef struct folding {
    const gradus_context *context;   /* of those who train */
    gradus_data data;                /* a view of the table, with their context */
    gradus_train_options options;
    gr_roles roles;
    uint32_t *rows, *classes, *part; /* [count], [data rows], [count] */
    size_t count, class_count;
    gradus_metrics *metrics, *trivial; /* [folds] */
} folding;

/* Room for one fold's lists. */
typedef struct fold {
    uint32_t *rows;                  /* [count] training rows, then the part left out */
    uint32_t *parted;                /* [count] training rows: those that train in front */
    bool *held;                      /* [count] */
    size_t train;
    gr_parts parts;
} fold;

static gr_split_options split_of(const folding *f)
{
    return (gr_split_options){
        .kind = f->options.split, .content = f->roles.used, .group = f->roles.group,
        .seed = f->options.fit.seed, .classes = f->classes, .class_count = f->class_count};
}

static gradus_status open_folding(folding *f, size_t folds)
{
    gradus_status status;

    GR_TRY(gr_roles_find(&f->data, &f->options, &f->roles));
    GR_TRY(gr_roles_rows(&f->roles, &f->rows, &f->count));
    if (f->roles.task == GRADUS_CLASSIFICATION)
        GR_TRY(gr_roles_classes(&f->roles, &f->classes, &f->class_count));
    GR_TRY(gr_allocate(f->context, f->count, sizeof *f->part, "parts", &f->part));
    GR_TRY(gr_allocate(f->context, folds, sizeof *f->metrics, "metrics", &f->metrics));
    GR_TRY(gr_allocate(f->context, folds, sizeof *f->trivial, "metrics", &f->trivial));
    const gr_split_options split = split_of(f);
    GR_TRY(gr_split_folds(&f->data, &split, f->rows, f->count, folds, f->part));
done:
    return status;
}

static void close_folding(folding *f)
{
    if (f->context == NULL)
        return;
    gr_release(f->context, f->trivial);
    gr_release(f->context, f->metrics);
    gr_release(f->context, f->part);
    gr_release(f->context, f->classes);
    gr_release(f->context, f->rows);
    gr_roles_free(&f->roles);
}

static gradus_status open_fold(const folding *f, fold *one)
{
    gradus_status status;

    GR_TRY(gr_allocate(f->context, f->count, sizeof *one->rows, "parts", &one->rows));
    GR_TRY(gr_allocate(f->context, f->count, sizeof *one->parted, "parts", &one->parted));
    GR_TRY(gr_allocate(f->context, f->count, sizeof *one->held, "parts", &one->held));
done:
    return status;
}

static void close_fold(const folding *f, fold *one)
{
    gr_release(f->context, one->held);
    gr_release(f->context, one->parted);
    gr_release(f->context, one->rows);
}

/* Training rows of fold k in front, in order, and the others behind them. */
static void sort_fold(const folding *f, size_t k, fold *one)
{
    size_t left_out;

    for (size_t i = 0; i < f->count; i++)
        if (f->part[i] != k)
            one->rows[one->train++] = f->rows[i];
    left_out = one->train;
    for (size_t i = 0; i < f->count; i++)
        if (f->part[i] == k)
            one->rows[left_out++] = f->rows[i];
}

/* Of a fold's training rows those that train and those that choose the best epoch. */
static gradus_status part_fold(const folding *f, fold *one)
{
    const gr_split_options split = split_of(f);
    const size_t train = one->train;
    size_t held = 0, at = 0;

    one->parts = (gr_parts){.train = one->rows, .train_count = train};
    if (f->options.holdout == 0)
        return GRADUS_OK;
    const gradus_status status = gr_split_holdout(&f->data, &split, one->rows, train,
                                                  f->options.holdout, one->held, &held);
    size_t back = train - held;
    for (size_t i = 0; i < train && status == GRADUS_OK; i++)
        one->parted[one->held[i] ? back++ : at++] = one->rows[i];
    one->parts = (gr_parts){.train = one->parted, .train_count = train - held,
                            .valid_data = &f->data, .valid = one->parted + train - held,
                            .valid_count = held};
    return status;
}

static gradus_status work_fold(void *folding_, size_t k, size_t member)
{
    const folding *f = folding_;
    gradus_status status;
    gradus_trainer *trainer = NULL;
    gradus_predictor *predictor = NULL;
    fold one = {0};

    (void)member;
    GR_TRY(open_fold(f, &one));
    sort_fold(f, k, &one);
    GR_TRY(part_fold(f, &one));
    GR_TRY(gr_trainer_build(f->context, &f->roles, &one.parts, &f->options, &trainer));
    GR_TRY(gradus_trainer_run(trainer, NULL));
    GR_TRY(gradus_predictor_new(trainer->model, &predictor));
    GR_TRY(gr_predictor_evaluate(predictor, &f->data, one.rows + one.train,
                                 f->count - one.train));
    f->metrics[k] = predictor->evaluating.result.model;
    f->trivial[k] = predictor->evaluating.result.trivial;
done:
    gradus_predictor_free(predictor);
    gradus_trainer_free(trainer);
    close_fold(f, &one);
    if (status != GRADUS_OK && status != GRADUS_STOPPED) /* all are stopped */
        gr_fail_at(status, "fold %zu", k + 1);
    return status;
}

gradus_status gradus_cross_validate(const gradus_context *context,
                                    const gradus_data *data,
                                    const gradus_train_options *options, size_t folds,
                                    gradus_metrics *metrics, gradus_metrics *trivial)
{
    gradus_status status;
    folding f = {.data = *data, .options = *options};
    gr_team *team = NULL;
    const unsigned saved = gr_float_enter();

    if (isnan(f.options.holdout))
        f.options.holdout = 0.2;
    if (!(f.options.holdout >= 0 && f.options.holdout < 1))
        GR_TRY(gr_fail(GRADUS_ARGUMENT, "holdout: it is a share from 0 to below 1"));
    if (folds < 2 || folds > data->rows)
        GR_TRY(gr_fail(GRADUS_ARGUMENT, "--cv: %zu parts of %zu rows: at "
                       "least 2, and a row for each", folds, data->rows));
    GR_TRY(gr_team_new(gr_context_or_default(context), folds, &team));
    gr_team_watch(team, &f.options.fit);
    f.context = f.data.context = gr_team_context(team);
    GR_TRY(open_folding(&f, folds));
    GR_TRY(gr_team_run(team, work_fold, &f));
    for (size_t k = 0; k < folds; k++) { /* only when all are done */
        metrics[k] = f.metrics[k];
        if (trivial != NULL)
            trivial[k] = f.trivial[k];
    }
done:
    close_folding(&f);
    gr_team_free(team);
    gr_float_leave(saved);
    return status;
}
