/*
 * train/fit.h - gradient descent on a net
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TRAIN_FIT_H
#define GR_TRAIN_FIT_H

#include "net/plan.h"

/* What a caller knows about the arrays that the arrays do not say. */
typedef struct gr_fit_hooks {
    const double *target_scale; /* [outputs] y is the target times this; NULL: 1 */
} gr_fit_hooks;

/* gradus_fit(), with metrics in the target's own unit. */
GRADUS_CHECKED gradus_status gr_fit(gradus_net *net, const gradus_set *train,
                                    const gradus_set *valid,
                                    const gradus_fit_options *options,
                                    const gr_fit_hooks *hooks, gradus_fit_report *report);

/* Rows a step where none are named. */
size_t gr_fit_batch(size_t rows);

/* Learning rate and weight decay that NaN stands for. Errors   ARGUMENT: unknown name. */
GRADUS_CHECKED gradus_status gr_fit_optimizer(const char *name, double *rate,
                                              double *decay);

#endif
