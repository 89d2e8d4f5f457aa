/*
 * cli/flow_chart.h - how a gradient flows, drawn
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_FLOW_CHART_H
#define CLI_FLOW_CHART_H

#include "chart.h"

/*
 * Layer by layer: error signals beside their bound, weight gradients, units that do nothing.
 * With `first`, the same net's at the start of training, that too, and how far the layers'
 * inputs have moved since.
 */
void flow_chart(cli_figure *figure, const gradus_flow *flow, const gradus_flow *first);

/* Moments of activations and of error signals, over the seeds. */
void flow_moments_chart(cli_figure *figure, const gradus_moments *moments);

#endif
