/*
 * task/trainer.h - a training run, planned
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TASK_TRAINER_H
#define GR_TASK_TRAINER_H

#include "store/model.h"
#include "task/choose.h"
#include "task/examples.h"
#include "task/notes.h"
#include "task/roles.h"

struct gradus_trainer {
    const gradus_context *context;
    gradus_train_options options; /* resolved; texts owned */
    gr_target_ending ending;
    gradus_model *model;
    gr_examples train, valid;     /* valid: no rows where none are held out */
    double *target_scale;         /* [targets] regression, else NULL */
    uint32_t *held_out;           /* [held_out_count] rows of the table, or NULL */
    size_t held_out_count;
    gr_notes notes;
    gradus_trainer_about about;
};

/* Which rows train and which are held out. */
typedef struct gr_parts {
    const uint32_t *train;
    size_t train_count;
    const gradus_data *valid_data; /* the same table, another one, or NULL */
    const uint32_t *valid;         /* NULL: all its rows */
    size_t valid_count;
} gr_parts;

/*
 * A trainer without notes for given rows: prep fitted to the training ones, settings
 * chosen, net made.  Errors   as gradus_trainer_new.
 */
GRADUS_CHECKED gradus_status gr_trainer_build(const gradus_context *context,
                                              const gr_roles *roles,
                                              const gr_parts *parts,
                                              const gradus_train_options *options,
                                              gradus_trainer **trainer);

#endif
