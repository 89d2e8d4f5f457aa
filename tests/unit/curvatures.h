/*
 * tests/unit/curvatures.h - a net, its examples, and numbers near others
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_CURVATURES_H
#define GR_TESTS_CURVATURES_H

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "gradus.h"

enum { ROWS = 70, INPUTS = 3, OUTPUTS = 2, MOST = 200 }; /* two pieces of rows */

static inline void draw(double *values, size_t count, uint64_t row)
{
    for (uint32_t i = 0; i < count; i++)
        values[i] = 2 * gr_random_uniform((gr_key){3, GR_PURPOSE_SPLIT, 1}, row, i) - 1;
}

static inline void near(double got, double want, double bound)
{
    if (!(fabs(got - want) <= bound))
        fail_msg("%.17g, not %.17g", got, want);
}

static inline gradus_net *new_net(const char *text, size_t inputs, size_t outputs)
{
    gradus_net *net;
    assert_int_equal(gradus_net_new(NULL, text, inputs, outputs, GRADUS_FLOAT64, 7, &net),
                     GRADUS_OK);
    return net;
}

typedef struct case_of {
    gradus_net *net;
    size_t parameters;
    double x[ROWS * INPUTS], y[ROWS * OUTPUTS], weight[ROWS];
    gradus_set set;
} case_of;

/* Targets that add to 1; weights that differ; statistics and all else off their start. */
static inline void open_case(case_of *c, const char *text)
{
    gradus_net_about about;
    c->net = new_net(text, INPUTS, OUTPUTS);
    gradus_net_describe(c->net, &about);
    c->parameters = about.parameters;
    assert_true(about.parameters <= MOST);
    for (size_t i = 0; i < gradus_net_tensors(c->net); i++) {
        gradus_tensor tensor;
        double values[MOST];
        gradus_net_tensor(c->net, i, &tensor);
        if (tensor.rank != 1)
            continue;
        draw(values, tensor.columns, 90 + i);
        for (size_t j = 0; j < tensor.columns; j++)
            values[j] = strstr(tensor.name, "variance") ? 1.5 + values[j] : values[j];
        gradus_net_set(c->net, i, values);
    }
    draw(c->x, ROWS * INPUTS, 0);
    draw(c->weight, ROWS, 1);
    for (uint32_t i = 0; i < ROWS; i++) {
        c->weight[i] += 1.5;
        c->y[2 * i] = gr_random_uniform((gr_key){3, GR_PURPOSE_SPLIT, 2}, i, 0);
        c->y[2 * i + 1] = 1 - c->y[2 * i];
    }
    c->set = (gradus_set){.rows = ROWS, .x = c->x, .y = c->y, .weight = c->weight};
}

#endif
