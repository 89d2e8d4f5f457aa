/*
 * task/trainer.c - from a table to a model: columns, rows, a plan, and the run
 *
 * SPDX-License-Identifier: MIT
 */
#include "task/trainer.h"

#include <math.h>
#include <string.h>

#include "base/status.h"
#include "data/split.h"
#include "train/fit.h"
#include "train/metric.h"

/* The rows of a plan, sorted into its parts. */
typedef struct plan {
    gr_roles roles;
    uint32_t *rows, *classes;
    size_t count, class_count;
    uint32_t *parts;          /* [count] training rows, then held-out ones */
    gr_parts part;
} plan;

static gradus_status split_rows(plan *p, const gradus_train_options *options)
{
    gradus_status status;
    const gradus_data *data = p->roles.data;
    const gr_split_options split = {
        .kind = options->split, .content = p->roles.used,
        .group = p->roles.group, .seed = options->fit.seed,
        .classes = p->classes, .class_count = p->class_count};
    bool *held = NULL;
    size_t held_count;

    GR_TRY(gr_allocate(data->context, p->count, sizeof *held, "held-out rows", &held));
    GR_TRY(gr_allocate(data->context, p->count, sizeof *p->parts, "parts", &p->parts));
    GR_TRY(gr_split_holdout(data, &split, p->rows, p->count, options->holdout, held,
                            &held_count));
    size_t train = 0, valid = p->count - held_count;
    p->part = (gr_parts){.train = p->parts, .train_count = valid, .valid_data = data,
                         .valid = p->parts + valid, .valid_count = held_count};
    for (size_t i = 0; i < p->count; i++)
        p->parts[held[i] ? valid++ : train++] = p->rows[i];
done:
    gr_release(data->context, held);
    return status;
}

static gradus_status choose_parts(plan *p, const gradus_data *valid,
                                  const gradus_train_options *options)
{
    if (valid == NULL && options->holdout > 0)
        return split_rows(p, options);
    p->part = (gr_parts){.train = p->rows, .train_count = p->count, .valid_data = valid,
                         .valid_count = valid == NULL ? 0 : valid->rows};
    return GRADUS_OK;
}

/* Which rows of the table itself are held out, in its order. */
static gradus_status keep_held_out(gradus_trainer *trainer, const plan *p)
{
    const gr_parts *part = &p->part;
    if (part->valid_data != p->roles.data || part->valid == NULL)
        return GRADUS_OK;
    const gradus_status status =
        gr_allocate(trainer->context, part->valid_count, sizeof *trainer->held_out,
                    "held-out rows", &trainer->held_out);
    if (status != GRADUS_OK)
        return status;
    memcpy(trainer->held_out, part->valid, part->valid_count * sizeof *trainer->held_out);
    trainer->held_out_count = part->valid_count;
    return GRADUS_OK;
}

static gradus_status write_notes(gradus_trainer *trainer, const plan *p)
{
    gradus_status status;
    gr_notes *notes = &trainer->notes;
    char count[GR_COUNT_LENGTH];

    GR_TRY(gr_note_columns(notes, &p->roles));
    GR_TRY(gr_note_alike(notes, &p->roles, p->classes, p->class_count));
    GR_TRY(gr_note_duplicates(notes, &p->roles, trainer->options.split));
    if (p->roles.task == GRADUS_CLASSIFICATION)
        GR_TRY(gr_note_classes(notes, trainer->model->prep, p->part.train_count));
    if (trainer->valid.unknown > 0)
        GR_TRY(gr_note(notes, "%s rows left out of validation: no target, or a class "
                       "that no training row has",
                       gr_count_text(trainer->valid.unknown, count)));
done:
    return status;
}

static gradus_status open_plan(plan *p, const gradus_data *data,
                               const gradus_train_options *options)
{
    gradus_status status;

    GR_TRY(gr_roles_find(data, options, &p->roles));
    GR_TRY(gr_roles_rows(&p->roles, &p->rows, &p->count));
    if (p->roles.task == GRADUS_CLASSIFICATION)
        GR_TRY(gr_roles_classes(&p->roles, &p->classes, &p->class_count));
done:
    return status;
}

static void close_plan(plan *p, const gradus_context *context)
{
    gr_release(context, p->parts);
    gr_release(context, p->classes);
    gr_release(context, p->rows);
    gr_roles_free(&p->roles);
}

gradus_status gradus_trainer_new(const gradus_context *context, const gradus_data *data,
                                 const gradus_data *valid,
                                 const gradus_train_options *options,
                                 gradus_trainer **made)
{
    gradus_status status;
    gradus_train_options resolved = *options;
    gradus_trainer *trainer = NULL;
    plan p = {0};
    const unsigned saved = gr_float_enter();

    *made = NULL;
    if (isnan(resolved.holdout))
        resolved.holdout = 0.2;
    if (valid != NULL)
        resolved.holdout = 0;
    if (!(resolved.holdout >= 0 && resolved.holdout < 1))
        GR_TRY(gr_fail(GRADUS_ARGUMENT, "--holdout: it is a share from 0 to below 1"));
    GR_TRY(open_plan(&p, data, options));
    GR_TRY(choose_parts(&p, valid, &resolved));
    GR_TRY(gr_trainer_build(gr_context_or_default(context), &p.roles, &p.part, &resolved,
                            &trainer));
    trainer->about.dropped_rows = data->rows - p.count;
    GR_TRY(keep_held_out(trainer, &p));
    GR_TRY(write_notes(trainer, &p));
    *made = trainer;
    trainer = NULL;
done:
    gradus_trainer_free(trainer);
    close_plan(&p, data->context);
    gr_float_leave(saved);
    return status;
}

/* ---- what a trainer says and does ---- */

const gradus_train_options *gradus_trainer_options(const gradus_trainer *trainer)
{
    return &trainer->options;
}

const char *gradus_trainer_note(const gradus_trainer *trainer, size_t index)
{
    return index < trainer->notes.count ? trainer->notes.text[index] : NULL;
}

void gradus_trainer_describe(const gradus_trainer *trainer, gradus_trainer_about *about)
{
    *about = trainer->about;
}

const gradus_set *gradus_trainer_set(const gradus_trainer *trainer)
{
    return &trainer->train.set;
}

const uint32_t *gradus_trainer_held_out(const gradus_trainer *trainer, size_t *count)
{
    *count = trainer->held_out_count;
    return trainer->held_out;
}

gradus_model *gradus_trainer_model(gradus_trainer *trainer)
{
    return trainer->model;
}

gradus_status gradus_trainer_find_rate(gradus_trainer *trainer, gradus_rate_search *search)
{
    gradus_fit_options *fit = &trainer->options.fit;
    const gradus_status status = gradus_rate_find(trainer->model->net, &trainer->train.set,
                                                  fit, search);
    if (status == GRADUS_OK)
        fit->learning_rate = search->suggestion;
    return status;
}

gradus_status gradus_trainer_run(gradus_trainer *trainer, gradus_fit_report *report)
{
    const gr_fit_hooks hooks = {.target_scale = trainer->target_scale};
    const bool has_valid = trainer->valid.set.rows > 0;
    gradus_fit_report made = {0};

    gr_metrics_none(&made.valid);
    const gradus_set *valid = has_valid ? &trainer->valid.set : NULL;
    const gradus_status status = gr_fit(trainer->model->net, &trainer->train.set, valid,
                                        &trainer->options.fit, &hooks, &made);
    trainer->model->valid = made.valid;
    if (report != NULL)
        *report = made;
    return status;
}
