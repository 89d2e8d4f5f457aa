/*
 * net/criterion.h - the loss at the end of a plan
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_NET_CRITERION_H
#define GR_NET_CRITERION_H

#include "net/plan.h"

/* Finds plan->loss, plan->last and plan->fused. Errors   ARGUMENT: unknown loss. */
GRADUS_CHECKED gradus_status gr_criterion_choose(gr_plan *plan, const char *loss);

/* plan->value and dy of plan->last, for some rows of the pass; index is of all. */
void gr_criterion_gradient(gr_plan *plan, const gradus_set *set, const uint32_t *index,
                           gr_range rows);

/* Every example can be used: sizes, labels below the number of outputs, weights >= 0.
 * `what` names the set in messages. Errors   ARGUMENT. */
GRADUS_CHECKED gradus_status gr_set_check(const gradus_net *net, const gradus_set *set,
                                          const char *what);

#endif
