/*
 * tests/unit/flows.h - drawn examples, nets in double, and looks at them
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_FLOWS_H
#define GR_TESTS_FLOWS_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "kernels/elementary.h"
#include "theory/flow.h"

enum { ROWS = 40, INPUTS = 4 };

static double x[ROWS * INPUTS], y[ROWS * INPUTS];
static const gradus_set examples = {.rows = ROWS, .x = x, .y = y};

static inline int draw_examples(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS * INPUTS; i++) {
        const gr_key key = {7, GR_PURPOSE_SPLIT, 0};
        x[i] = gr_normal(gr_random_uniform(key, i, 0), gr_random_uniform(key, i, 1));
        y[i] = gr_normal(gr_random_uniform(key, i, 2), gr_random_uniform(key, i, 3));
    }
    return 0;
}

static inline gradus_net *new_net(const gradus_context *context, const char *text,
                                  size_t outputs)
{
    gradus_net *net;
    if (gradus_net_new(context, text, INPUTS, outputs, GRADUS_FLOAT64, 3, &net) != GRADUS_OK)
        fail_msg("%s", gradus_error());
    return net;
}

static inline gradus_flow *flow_of(const gradus_net *net, const gradus_set *set,
                                           const gradus_flow_options *options)
{
    gradus_flow *flow;
    if (gradus_flow_new(net, set, options, &flow) != GRADUS_OK)
        fail_msg("%s", gradus_error());
    return flow;
}

static inline gradus_flow_about about_of(const gradus_flow *flow)
{
    gradus_flow_about about;
    gradus_flow_describe(flow, &about);
    return about;
}

static inline gradus_flow_layer layer_of(const gradus_flow *flow, size_t layer)
{
    gradus_flow_layer about;
    gradus_flow_layer_describe(flow, layer, &about);
    return about;
}

static inline void near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance * (fabs(b) + 1e-300)))
        fail_msg("%.17g is not %.17g", a, b);
}

#endif
