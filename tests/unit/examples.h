/*
 * tests/unit/examples.h - a small regression to train on
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_EXAMPLES_H
#define GR_TESTS_EXAMPLES_H

#include <math.h>

#include "base/random.h"
#include "gradus.h"

enum { ROWS = 300, INPUTS = 5 };

typedef struct examples {
    float x[ROWS * INPUTS], y[ROWS];
    gradus_set set;
} examples;

/* y = sin(sum x) + noise */
static inline void make_examples(examples *e, uint64_t seed)
{
    const gr_key key = {seed, GR_PURPOSE_SPLIT, 3};
    for (uint32_t i = 0; i < ROWS; i++) {
        double sum = 0;
        for (uint32_t j = 0; j < INPUTS; j++)
            sum += e->x[i * INPUTS + j] = (float)(2 * gr_random_uniform(key, i, j) - 1);
        e->y[i] = (float)(sin(sum) + 0.1 * gr_random_uniform(key, i, 99));
    }
    e->set = (gradus_set){.rows = ROWS, .x = e->x, .y = e->y};
}

static inline gradus_net *new_net(const gradus_context *context, const char *text)
{
    gradus_net *net;
    assert_int_equal(gradus_net_new(context, text, INPUTS, 1, GRADUS_FLOAT32, 1, &net),
                     GRADUS_OK);
    return net;
}

static inline uint64_t digest_of(const gradus_net *net)
{
    uint64_t digest;
    assert_int_equal(gradus_net_digest(net, &digest), GRADUS_OK);
    return digest;
}

#endif
