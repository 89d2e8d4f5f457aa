/*
 * train/rate.h - the learning rate of each step
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TRAIN_RATE_H
#define GR_TRAIN_RATE_H

#include "gradus.h"

typedef enum gr_schedule_id {
#define SCHEDULE(id, name, decay) GR_SCHEDULE_##id,
#include "train/schedules.def"
#undef SCHEDULE
    GR_SCHEDULE_COUNT
} gr_schedule_id;

typedef struct gr_rate {
    gr_schedule_id schedule;
    double base;           /* the learning rate that factors multiply */
    double decay;
    size_t decay_epochs;
    size_t warmup_steps;   /* the factor rises linearly to its place: (t + 1) / steps */
    size_t steps;          /* of the whole run */
    size_t epoch_steps;    /* of one epoch */
} gr_rate;

/* Errors   ARGUMENT: no such schedule, warm-up or decay out of range. */
GRADUS_CHECKED gradus_status gr_rate_choose(const gradus_fit_options *options, double base,
                                            size_t epochs, size_t epoch_steps,
                                            gr_rate *rate);

/* Learning rate of step t, counted from 0. */
double gr_rate_at(const gr_rate *rate, size_t t);

#endif
