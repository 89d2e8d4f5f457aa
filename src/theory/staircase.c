/*
 * theory/staircase.c - networks of steps: their units
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/staircase.h"

#include <string.h>

#include "base/memory.h"
#include "base/status.h"

gradus_status gr_staircase_new(const gradus_context *context, size_t steps,
                               gr_staircase *stairs)
{
    gradus_status status;
    *stairs = (gr_staircase){.context = context, .steps = steps};
    GR_TRY(gr_allocate(context, steps, sizeof(double), "steps", &stairs->at));
    GR_TRY(gr_allocate(context, steps, sizeof(double), "steps", &stairs->weight));
    GR_TRY(gr_allocate(context, steps + 1, sizeof(double), "steps", &stairs->level));
done:
    return status;
}

void gr_staircase_free(gr_staircase *stairs)
{
    gr_release(stairs->context, stairs->level);
    gr_release(stairs->context, stairs->weight);
    gr_release(stairs->context, stairs->at);
    *stairs = (gr_staircase){.context = stairs->context};
}

static void set(gr_one_layer *layer, size_t unit, double weight, double at, double out)
{
    layer->weight[unit] = weight;
    layer->bias[unit] = -weight * at;
    layer->out[unit] = out;
}

/* Each jump starts at the level that the sum has reached, not at the one it should have. */
gradus_status gr_staircase_steps(const gr_staircase *stairs, const char *activation,
                                 gr_one_layer *layer)
{
    const gradus_status status = gr_one_layer_new(stairs->context, stairs->steps, layer);
    if (status != GRADUS_OK)
        return status;
    layer->activation = activation;
    layer->base = stairs->level[0];
    double reached = layer->base;
    for (size_t j = 0; j < stairs->steps; j++) {
        set(layer, j, stairs->weight[j], stairs->at[j], stairs->level[j + 1] - reached);
        reached += layer->out[j];
    }
    return GRADUS_OK;
}

/* A step out of the box is so far away as a sigmoid one takes to be 1 in doubles. */
gradus_status gr_staircase_bumps(const gr_staircase *stairs, gradus_interval box,
                                 const char *activation, gr_one_layer *layer)
{
    const size_t bumps = stairs->steps + 1;
    const double h = (box.max - box.min) / (double)bumps;
    const double away = strcmp(activation, "sigmoid") == 0 ? 8 * h : h;
    const gradus_status status = gr_one_layer_new(stairs->context, 2 * bumps, layer);
    if (status != GRADUS_OK)
        return status;
    layer->activation = activation;
    for (size_t j = 0; j < bumps; j++) {
        const bool first = j == 0, last = j + 1 == bumps;
        const double outer = stairs->steps > 0 ? stairs->weight[0] : 1;
        set(layer, 2 * j, first ? outer : stairs->weight[j - 1],
            first ? box.min - away : stairs->at[j - 1], stairs->level[j]);
        set(layer, 2 * j + 1, last ? outer : stairs->weight[j],
            last ? box.max + away : stairs->at[j], -stairs->level[j]);
    }
    return GRADUS_OK;
}
