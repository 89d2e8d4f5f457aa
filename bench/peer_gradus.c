/*
 * bench/peer_gradus.c - gradus, as one of the tools of `make bench-peers`
 *
 * Training is gradus_fit() with as many epochs as fill the time, each time from the weights of
 * the time before, as the other tools do. Prediction is gradus_net_predict(), on one thread and
 * row by row gradus_net_forward().
 *
 * SPDX-License-Identifier: MIT
 */
#include <gradus.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

static const peer_case *at;
static double learning_rate;
static gradus_context *context;
static gradus_net *net;
static gradus_set set;
static void *scratch;
static float *prediction;

static void must(gradus_status status)
{
    if (status != GRADUS_OK) {
        fprintf(stderr, "gradus: %s\n", gradus_error());
        exit(gradus_status_exit_code(status));
    }
}

static const char *about(void)
{
    static char text[64];

    snprintf(text, sizeof text, "gradus %s (%s kernels)", gradus_version(),
             gradus_context_cpu(NULL));
    return text;
}

static void make_net(void)
{
    gradus_builder *builder;

    must(gradus_builder_new(context, at->width[0], &builder));
    for (size_t i = 0; i < at->layers; i++) {
        const char *activation = i + 1 < at->layers ? at->hidden : at->last;
        gradus_builder_dense(builder, at->width[i + 1], NULL);
        if (strcmp(activation, "none") != 0)
            gradus_builder_activation(builder, activation, NAN);
    }
    must(gradus_builder_finish(builder, GRADUS_FLOAT32, 1, &net));
    for (size_t i = 0; i < at->layers; i++) {
        gradus_net_set(net, 2 * i, at->weight[i]);
        gradus_net_set(net, 2 * i + 1, at->weight[i] + at->width[i] * at->width[i + 1]);
    }
}

static const char *open(const peer_case *opened, size_t threads, double rate)
{
    gradus_context_options options;
    const bool classes = strcmp(opened->loss, "cross-entropy") == 0;

    gradus_net_free(net);
    gradus_context_free(context);
    free(scratch);
    free(prediction);
    at = opened;
    learning_rate = rate;
    gradus_context_defaults(&options);
    options.threads = threads;
    must(gradus_context_new(&options, &context));
    make_net();
    set = (gradus_set){.rows = at->rows, .x = at->x, .y = classes ? NULL : at->y,
                       .label = classes ? at->label : NULL};
    scratch = peer_allocate(gradus_net_scratch(net));
    prediction = peer_allocate(at->rows * at->width[at->layers] * sizeof(float));
    return NULL;
}

static void fit(const gradus_set *rows, size_t epochs)
{
    gradus_fit_options options;

    gradus_fit_defaults(&options);
    options.loss = at->loss;
    options.optimizer = "sgd";
    options.schedule = "constant";
    options.learning_rate = learning_rate;
    options.batch = at->batch;
    options.epochs = epochs;
    must(gradus_fit(net, rows, NULL, &options, NULL));
}

static size_t unit(void)
{
    return at->rows;
}

static void train(size_t epochs)
{
    fit(&set, epochs);
}

static void infer(size_t passes)
{
    for (size_t pass = 0; pass < passes; pass++)
        if (at->row_by_row)
            for (size_t i = 0; i < at->rows; i++)
                gradus_net_forward(net, at->x + i * at->width[0], 1,
                                   prediction + i * at->width[at->layers], scratch);
        else if (gradus_context_threads(context) == 1)
            gradus_net_forward(net, at->x, at->rows, prediction, scratch);
        else
            must(gradus_net_predict(net, at->x, at->rows, prediction));
}

/* An epoch of as many rows as a step takes is a step. */
static double check(size_t steps)
{
    gradus_set first = set;
    double loss;

    first.rows = at->batch;
    fit(&first, steps);
    must(gradus_net_gradient(net, at->loss, &first, 1, &loss, NULL, NULL));
    return loss;
}

int main(int count, char **arguments)
{
    return peer_main(count, arguments, &(peer_tool){about, open, unit, train, unit, infer,
                                                    check});
}
