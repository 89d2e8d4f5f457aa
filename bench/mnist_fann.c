/*
 * bench/mnist_fann.c - how long FANN takes from the files of MNIST to 98 % of the test images
 *
 * Usage: mnist_fann FOLDER SEED THREADS
 * A network whose epochs take it seconds, not a minute: 784-128-10, sigmoid, trained row by
 * row, with a rate that falls by a quarter each epoch.
 *
 * SPDX-License-Identifier: MIT
 */
#include <floatfann.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mnist.h"

enum { HIDDEN = 128, MOST_EPOCHS = 1000 };

static void shuffle(uint32_t *order, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        const size_t j = (size_t)rand() % i;
        const uint32_t kept = order[i - 1];
        order[i - 1] = order[j];
        order[j] = kept;
    }
}

static void epoch(struct fann *net, const mnist_set *set, uint32_t *order)
{
    float target[MNIST_CLASSES];

    shuffle(order, set->rows);
    for (size_t i = 0; i < set->rows; i++) {
        memset(target, 0, sizeof target);
        target[set->label[order[i]]] = 1;
        fann_train(net, set->x + (size_t)order[i] * MNIST_INPUTS, target);
    }
}

static double accuracy(struct fann *net, const mnist_set *set)
{
    size_t right = 0;

    for (size_t i = 0; i < set->rows; i++) {
        const float *y = fann_run(net, set->x + i * MNIST_INPUTS);
        size_t best = 0;
        for (size_t j = 1; j < MNIST_CLASSES; j++)
            best = y[j] > y[best] ? j : best;
        right += best == set->label[i];
    }
    return (double)right / (double)set->rows;
}

int main(int count, char **arguments)
{
    const double start = mnist_clock();
    mnist_set train, test;
    double reached = 0;
    size_t epochs = 0;

    if (count != 4) {
        fprintf(stderr, "usage: mnist_fann FOLDER SEED THREADS\n");
        return 2;
    }
    mnist_read(arguments[1], &train, &test);
    srand((unsigned)atoi(arguments[2]));
    struct fann *net = fann_create_standard(3, MNIST_INPUTS, HIDDEN, MNIST_CLASSES);
    uint32_t *order = mnist_allocate(train.rows * sizeof *order);
    for (size_t i = 0; i < train.rows; i++)
        order[i] = (uint32_t)i;
    fann_set_activation_function_hidden(net, FANN_SIGMOID);
    fann_set_activation_function_output(net, FANN_SIGMOID);
    fann_set_train_error_function(net, FANN_ERRORFUNC_LINEAR);
    fann_set_activation_steepness_hidden(net, 0.5f);
    fann_set_activation_steepness_output(net, 0.5f);
    fann_set_learning_rate(net, 0.5f);
    while (reached < MNIST_WANTED && epochs++ < MOST_EPOCHS) {
        epoch(net, &train, order);
        reached = accuracy(net, &test);
        fann_set_learning_rate(net, 0.75f * fann_get_learning_rate(net));
    }
    mnist_report(epochs, reached, mnist_clock() - start);
    return 0;
}
