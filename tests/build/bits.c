/*
 * tests/build/bits.c - trains every configuration of bits.def and prints the weights' digests
 *
 * One line each: its number and 16 hexadecimal digits. Examples come from the library's own
 * random numbers, so that the program needs floors 0 to 3 only, and no file.
 *
 * Usage: bits CPU THREADS
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "gradus.h"

typedef struct configuration {
    const char *description;
    size_t inputs, outputs;
    int bits;
    const char *loss, *optimizer, *schedule;
    size_t rows, batch, epochs;
    double clip, decay, smoothing;
    gradus_draw draw;
    size_t starts;
} configuration;

static const configuration configurations[] = {
#define CONFIGURATION(description, inputs, outputs, bits, loss, optimizer, schedule, rows, \
                      batch, epochs, clip, decay, smoothing, draw, starts)                 \
    {description, inputs, outputs, bits, loss, optimizer, schedule, rows, batch, epochs,   \
     clip, decay, smoothing, GRADUS_DRAW_##draw, starts},
#include "bits.def"
#undef CONFIGURATION
};

static void need(int held, const char *what)
{
    if (held)
        return;
    fprintf(stderr, "bits: %s: %s\n", what, gradus_error());
    exit(1);
}

/* Numbers in (0, 1), in the precision of the net. */
static void *numbers(const configuration *c, size_t count, uint32_t column)
{
    const gr_key key = {.seed = 5, .purpose = GR_PURPOSE_SPLIT};
    float *single = malloc((count + 1) * sizeof *single);
    double *exact = malloc((count + 1) * sizeof *exact);
    need(single != NULL && exact != NULL, "memory");
    for (size_t i = 0; i < count; i++) {
        exact[i] = gr_random_uniform(key, i, column);
        single[i] = (float)exact[i];
    }
    free(c->bits == 32 ? (void *)exact : (void *)single);
    return c->bits == 32 ? (void *)single : (void *)exact;
}

static void fill_options(const configuration *c, gradus_fit_options *options)
{
    gradus_fit_defaults(options);
    options->loss = c->loss;
    options->optimizer = c->optimizer;
    options->schedule = c->schedule;
    options->batch = c->batch;
    options->epochs = c->epochs;
    options->clip = c->clip;
    options->weight_decay = c->decay;
    options->label_smoothing = c->smoothing;
    options->draw = c->draw;
    options->starts = c->starts;
}

static uint64_t digest_of(const gradus_context *context, const configuration *c)
{
    const gr_key key = {.seed = 6, .purpose = GR_PURPOSE_SPLIT};
    gradus_net *net;
    gradus_fit_options options;
    uint64_t digest;
    uint32_t *label = malloc(c->rows * sizeof *label);
    double *weight = malloc(c->rows * sizeof *weight);
    void *x = numbers(c, c->rows * c->inputs, 0), *y = numbers(c, c->rows * c->outputs, 1);
    need(label != NULL && weight != NULL, "memory");
    for (size_t i = 0; i < c->rows; i++) {
        label[i] = (uint32_t)gr_random_below(key, i, 0, c->outputs > 1 ? c->outputs : 2);
        weight[i] = 0.5 + (double)(i % 5) / 4;
    }
    const int classes = c->smoothing > 0;
    const gradus_set set = {.rows = c->rows, .x = x, .y = classes ? NULL : y,
                            .label = classes ? label : NULL,
                            .weight = c->rows % 2 == 1 ? weight : NULL};
    fill_options(c, &options);
    need(gradus_net_new(context, c->description, c->inputs, c->outputs,
                        c->bits == 32 ? GRADUS_FLOAT32 : GRADUS_FLOAT64, 3,
                        &net) == GRADUS_OK, c->description);
    need(gradus_fit(net, &set, NULL, &options, NULL) == GRADUS_OK, c->description);
    need(gradus_net_digest(net, &digest) == GRADUS_OK, c->description);
    gradus_net_free(net);
    free(x), free(y), free(label), free(weight);
    return digest;
}

int main(int count, char **words)
{
    gradus_context_options options;
    gradus_context *context;
    need(count == 3, "bits CPU THREADS");
    gradus_context_defaults(&options);
    options.cpu = words[1];
    options.threads = strtoul(words[2], NULL, 10);
    options.always_threads = 1;
    need(gradus_context_new(&options, &context) == GRADUS_OK, "context");
    for (size_t i = 0; i < sizeof configurations / sizeof *configurations; i++)
        printf("%zu %016" PRIx64 "\n", i + 1, digest_of(context, &configurations[i]));
    gradus_context_free(context);
    return 0;
}
