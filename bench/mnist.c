/*
 * bench/mnist.c - MNIST's files, and what programs that learn them share
 *
 * SPDX-License-Identifier: MIT
 */
#include "mnist.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zlib.h>

enum { TRAIN = 60000, TEST = 10000, IMAGES_HEAD = 16, LABELS_HEAD = 8, PATH = 512 };

double mnist_clock(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

void mnist_report(size_t epochs, double accuracy, double seconds)
{
    printf("%zu %.4f %.3f\n", epochs, accuracy, seconds);
    fflush(stdout);
}

void *mnist_allocate(size_t bytes)
{
    void *block = malloc(bytes);

    if (!block) {
        fprintf(stderr, "mnist: out of memory\n");
        exit(6);
    }
    return block;
}

/* What is in an IDX file after its head. */
static unsigned char *read_idx(const char *folder, const char *name, size_t head, size_t bytes)
{
    char path[PATH];
    unsigned char skipped[IMAGES_HEAD], *content = mnist_allocate(bytes);
    gzFile file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = gzopen(path, "rb");
    if (!file || gzread(file, skipped, (unsigned)head) != (int)head ||
        gzread(file, content, (unsigned)bytes) != (int)bytes) {
        fprintf(stderr, "mnist: %s: it cannot be read\n", path);
        exit(5);
    }
    gzclose(file);
    return content;
}

static mnist_set read_set(const char *folder, const char *images, const char *labels,
                          size_t rows)
{
    unsigned char *pixels = read_idx(folder, images, IMAGES_HEAD, rows * MNIST_INPUTS);
    unsigned char *classes = read_idx(folder, labels, LABELS_HEAD, rows);
    const mnist_set set = {.rows = rows,
                           .x = mnist_allocate(rows * MNIST_INPUTS * sizeof(float)),
                           .label = mnist_allocate(rows * sizeof(uint32_t))};

    for (size_t i = 0; i < rows * MNIST_INPUTS; i++)
        set.x[i] = (float)pixels[i] / 255;
    for (size_t i = 0; i < rows; i++)
        set.label[i] = classes[i];
    free(pixels);
    free(classes);
    return set;
}

void mnist_read(const char *folder, mnist_set *train, mnist_set *test)
{
    *train = read_set(folder, "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
                      TRAIN);
    *test = read_set(folder, "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", TEST);
}
