/*
 * net/small.h - passes of networks whose layers are at most a panel wide
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_NET_SMALL_H
#define GR_NET_SMALL_H

#include "net/plan.h"

/* Whether passes that do not ask for dLoss/dx may be worked so. */
bool gr_small_fits(const gr_plan *plan);

/* Takes memory for the layers, and describes them. */
void gr_small_lay_out(gr_plan *plan);

/* Where gradients go: into the parameters, where descent->plain, else into pass->gradient. */
void gr_small_aim(gr_plan *plan, const gr_descent *descent);

#endif
