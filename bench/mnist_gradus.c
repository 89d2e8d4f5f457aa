/*
 * bench/mnist_gradus.c - how long gradus takes from the files of MNIST to 98 % of the test
 * images
 *
 * Usage: mnist_gradus FOLDER SEED THREADS
 * The recipe is that of bench/mnist_torch.py; the last line says what came of it:
 *
 *     EPOCHS ACCURACY SECONDS
 *
 * SPDX-License-Identifier: MIT
 */
#include <gradus.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zlib.h>

enum { INPUTS = 784, CLASSES = 10, TRAIN = 60000, TEST = 10000, PATH = 512 };
static const double wanted = 0.98;

typedef struct reached {
    size_t epochs;
    double accuracy;
} reached;

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void must(gradus_status status)
{
    if (status != GRADUS_OK && status != GRADUS_STOPPED) {
        fprintf(stderr, "mnist_gradus: %s\n", gradus_error());
        exit(gradus_status_exit_code(status));
    }
}

static void *room(size_t bytes)
{
    void *block = malloc(bytes);

    if (!block) {
        fprintf(stderr, "mnist_gradus: out of memory\n");
        exit(6);
    }
    return block;
}

/* What is in an IDX file after its head. */
static unsigned char *read_idx(const char *folder, const char *name, size_t head, size_t bytes)
{
    char path[PATH];
    unsigned char skipped[16], *content = room(bytes);
    gzFile file;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = gzopen(path, "rb");
    if (!file || gzread(file, skipped, (unsigned)head) != (int)head ||
        gzread(file, content, (unsigned)bytes) != (int)bytes) {
        fprintf(stderr, "mnist_gradus: %s: it cannot be read\n", path);
        exit(5);
    }
    gzclose(file);
    return content;
}

static gradus_set read_set(const char *folder, const char *images, const char *labels,
                           size_t rows)
{
    unsigned char *pixels = read_idx(folder, images, 16, rows * INPUTS);
    unsigned char *classes = read_idx(folder, labels, 8, rows);
    float *x = room(rows * INPUTS * sizeof *x);
    uint32_t *label = room(rows * sizeof *label);

    for (size_t i = 0; i < rows * INPUTS; i++)
        x[i] = (float)pixels[i] / 255;
    for (size_t i = 0; i < rows; i++)
        label[i] = classes[i];
    free(pixels);
    free(classes);
    return (gradus_set){.rows = rows, .x = x, .label = label};
}

static int stop_where_wanted(const gradus_progress *at, void *user)
{
    reached *found = user;

    if (!at->end_of_epoch)
        return 0;
    *found = (reached){at->epoch, at->valid.accuracy};
    return found->accuracy >= wanted;
}

int main(int count, char **arguments)
{
    const double start = now();
    gradus_context_options options;
    gradus_context *context;
    gradus_net *net;
    gradus_fit_options fit;
    reached found = {0};

    if (count != 4) {
        fprintf(stderr, "usage: mnist_gradus FOLDER SEED THREADS\n");
        return 2;
    }
    const uint64_t seed = strtoul(arguments[2], NULL, 10);
    const gradus_set train = read_set(arguments[1], "train-images-idx3-ubyte.gz",
                                      "train-labels-idx1-ubyte.gz", TRAIN);
    const gradus_set test = read_set(arguments[1], "t10k-images-idx3-ubyte.gz",
                                     "t10k-labels-idx1-ubyte.gz", TEST);
    gradus_context_defaults(&options);
    options.threads = strtoul(arguments[3], NULL, 10);
    must(gradus_context_new(&options, &context));
    must(gradus_net_new(context, "dense 512 relu dense 512 relu output softmax", INPUTS,
                        CLASSES, GRADUS_FLOAT32, seed, &net));
    gradus_fit_defaults(&fit);
    fit.optimizer = "adam";
    fit.learning_rate = 2e-3;
    fit.schedule = "cosine";
    fit.batch = 128;
    fit.epochs = 3;
    fit.seed = seed;
    fit.observer = stop_where_wanted;
    fit.user = &found;
    must(gradus_fit(net, &train, &test, &fit, NULL));
    printf("%zu %.4f %.3f\n", found.epochs, found.accuracy, now() - start);
    gradus_net_free(net);
    gradus_context_free(context);
    return 0;
}
