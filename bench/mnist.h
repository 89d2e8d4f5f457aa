/*
 * bench/mnist.h - MNIST's files, and the last line of the programs in C that train to 98 % of
 * the test images:
 *
 *     EPOCHS ACCURACY SECONDS
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef BENCH_MNIST_H
#define BENCH_MNIST_H

#include <stddef.h>
#include <stdint.h>

enum { MNIST_INPUTS = 784, MNIST_CLASSES = 10 };
#define MNIST_WANTED 0.98

typedef struct mnist_set {
    size_t rows;
    float *x;        /* [rows][MNIST_INPUTS], from 0 to 1 */
    uint32_t *label; /* [rows]                            */
} mnist_set;

/* Both end the program where they cannot. */
void *mnist_allocate(size_t bytes);
void mnist_read(const char *folder, mnist_set *train, mnist_set *test);

double mnist_clock(void);
void mnist_report(size_t epochs, double accuracy, double seconds);

#endif
