/*
 * tests/unit/trained.h - the bits of a network that was trained as a setting says
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_TRAINED_H
#define GR_TESTS_TRAINED_H

#include "contexts.h"
#include "examples.h"

typedef struct setting {
    const char *text;       /* the network */
    const char *optimizer, *cpu;
    gradus_precision precision;
    size_t threads, every, batch, epochs;
    double clip, rate;
} setting;

/* Weights and validation loss, of the same examples. */
static inline uint64_t trained(const setting *s, const gradus_set *set, double *loss)
{
    gradus_context *context = new_context(s->threads, s->cpu);
    gradus_fit_options options;
    gradus_fit_report report;
    gradus_net *net;
    assert_int_equal(gradus_net_new(context, s->text, INPUTS, 1, s->precision, 1, &net),
                     GRADUS_OK);
    gradus_fit_defaults(&options);
    options.epochs = s->epochs;
    options.batch = s->batch;
    options.optimizer = s->optimizer;
    options.clip = s->clip;
    options.learning_rate = s->rate;
    options.checkpoint_activations = s->every;
    assert_int_equal(gradus_fit(net, set, set, &options, &report), GRADUS_OK);
    *loss = report.valid.loss;
    const uint64_t digest = digest_of(net);
    gradus_net_free(net);
    gradus_context_free(context);
    return digest;
}

#endif
