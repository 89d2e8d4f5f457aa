/*
 * bench/mnist_gradus.c - how long gradus takes from the files of MNIST to 98 % of the test
 * images
 *
 * Usage: mnist_gradus FOLDER SEED THREADS
 * The recipe is that of bench/mnist_torch.py.
 *
 * SPDX-License-Identifier: MIT
 */
#include <gradus.h>
#include <stdio.h>
#include <stdlib.h>

#include "mnist.h"

typedef struct reached {
    size_t epochs;
    double accuracy;
} reached;

static void must(gradus_status status)
{
    if (status != GRADUS_OK && status != GRADUS_STOPPED) {
        fprintf(stderr, "mnist_gradus: %s\n", gradus_error());
        exit(gradus_status_exit_code(status));
    }
}

static int stop_where_wanted(const gradus_progress *at, void *user)
{
    reached *found = user;

    if (!at->end_of_epoch)
        return 0;
    *found = (reached){at->epoch, at->valid.accuracy};
    return found->accuracy >= MNIST_WANTED;
}

static gradus_set borrow(const mnist_set *set)
{
    return (gradus_set){.rows = set->rows, .x = set->x, .label = set->label};
}

int main(int count, char **arguments)
{
    const double start = mnist_clock();
    mnist_set train, test;
    gradus_context_options options;
    gradus_context *context;
    gradus_net *net;
    gradus_fit_options fit;
    reached found = {0};

    if (count != 4) {
        fprintf(stderr, "usage: mnist_gradus FOLDER SEED THREADS\n");
        return 2;
    }
    mnist_read(arguments[1], &train, &test);
    gradus_context_defaults(&options);
    options.threads = strtoul(arguments[3], NULL, 10);
    must(gradus_context_new(&options, &context));
    gradus_fit_defaults(&fit);
    fit.seed = strtoul(arguments[2], NULL, 10);
    fit.optimizer = "adam";
    fit.learning_rate = 2e-3;
    fit.schedule = "cosine";
    fit.batch = 128;
    fit.epochs = 3;
    fit.observer = stop_where_wanted;
    fit.user = &found;
    must(gradus_net_new(context, "dense 512 relu dense 512 relu output softmax", MNIST_INPUTS,
                        MNIST_CLASSES, GRADUS_FLOAT32, fit.seed, &net));
    const gradus_set learned = borrow(&train), tested = borrow(&test);
    must(gradus_fit(net, &learned, &tested, &fit, NULL));
    mnist_report(found.epochs, found.accuracy, mnist_clock() - start);
    gradus_net_free(net);
    gradus_context_free(context);
    return 0;
}
