/*
 * train/optimizer.h - from a gradient to new parameters
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TRAIN_OPTIMIZER_H
#define GR_TRAIN_OPTIMIZER_H

#include "net/plan.h"

typedef struct gr_optimizer {
    gradus_net *net;
    gr_optimizer_id id;
    gr_pool *pool;
    size_t states;      /* arrays beside the parameters: 0, 1 or 2 */
    void *state;        /* [states][parameters], as the net's parameters stand */
    gr_update *update;  /* [tensors] */
    gr_descent descent;
    double weight_decay, clip;
    double momentum, alpha, beta1, beta2, epsilon;
    double power1, power2; /* beta1^t, beta2^t of the steps done */
    double scale, rate;    /* of the last step */
} gr_optimizer;

/* Errors   ARGUMENT: unknown name, a setting out of range; MEMORY. */
GRADUS_CHECKED gradus_status gr_optimizer_open(gradus_net *net,
                                               const gradus_fit_options *options,
                                               gr_pool *pool, gr_optimizer *optimizer);
void gr_optimizer_close(gr_optimizer *optimizer);

/* Bytes that an optimiser's state takes.  Errors   ARGUMENT: unknown name. */
GRADUS_CHECKED gradus_status gr_optimizer_bytes(const gradus_net *net, const char *name,
                                                size_t *bytes);
void gr_optimizer_reset(gr_optimizer *optimizer); /* as new: a fresh start */

/* The next step, for gr_plan_gradient() to take: gradients times `scale`, not clipped. */
const gr_descent *gr_optimizer_descent(gr_optimizer *optimizer, double scale, double rate);

/* One step with learning rate `rate` on a stored mean gradient, sum / weight, clipped to the
 * norm `clip` where that is set. */
void gr_optimizer_step(gr_optimizer *optimizer, const void *gradient, double weight,
                       double rate);

#endif
