/*
 * bench/peer.c - what the C workers of `make bench-peers` share
 *
 * SPDX-License-Identifier: MIT
 */
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LINE = 64, PATH = 512 };

/* Small enough that nothing diverges; the time does not depend on it. */
static const double timing_rate = 1e-4;

static const char *folder;

double peer_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void *peer_allocate(size_t bytes)
{
    const size_t room = (bytes / LINE + 1) * LINE;
    void *block = aligned_alloc(LINE, room);

    if (!block) {
        fprintf(stderr, "worker: out of memory\n");
        exit(6);
    }
    return memset(block, 0, room);
}

/* Fisher-Yates, with the generator of Marsaglia's xorshift64. */
void peer_shuffle(uint32_t *order, size_t count)
{
    static uint64_t state = 1;

    for (size_t i = count; i > 1; i--) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        const size_t j = (size_t)(((state >> 32) * i) >> 32);
        const uint32_t kept = order[i - 1];
        order[i - 1] = order[j];
        order[j] = kept;
    }
}

/* ---- cases and their files ---- */

static void *read_file(const peer_case *at, const char *ending, size_t bytes)
{
    char path[PATH];
    void *block = peer_allocate(bytes);
    FILE *file;

    snprintf(path, sizeof path, "%s/%s.%s", folder, at->name, ending);
    file = fopen(path, "rb");
    if (!file || fread(block, 1, bytes, file) != bytes) {
        fprintf(stderr, "worker: %s: it cannot be read\n", path);
        exit(5);
    }
    fclose(file);
    return block;
}

static bool find_case(const char *name, peer_case *at)
{
    char path[PATH], widths[64];
    int row_by_row;
    FILE *file;
    bool found = false;

    snprintf(path, sizeof path, "%s/cases.txt", folder);
    file = fopen(path, "r");
    while (file && !found &&
           fscanf(file, "%31s %63s %zu %zu %15s %15s %15s %d", at->name, widths, &at->batch,
                  &at->rows, at->hidden, at->last, at->loss, &row_by_row) == 8)
        found = strcmp(at->name, name) == 0;
    if (file)
        fclose(file);
    if (!found)
        return false;
    at->row_by_row = row_by_row;
    at->layers = 0;
    for (char *text = strtok(widths, "-"); text; text = strtok(NULL, "-"))
        at->width[at->layers++] = (size_t)atol(text);
    at->layers--;
    return true;
}

static void load_case(peer_case *at)
{
    const size_t inputs = at->width[0], outputs = at->width[at->layers];
    size_t count = 0;
    float *weights;

    at->x = read_file(at, "x", at->rows * inputs * sizeof(float));
    at->y = read_file(at, "y", at->rows * outputs * sizeof(float));
    at->label = read_file(at, "label", at->rows * sizeof(uint32_t));
    for (size_t i = 0; i < at->layers; i++)
        count += (at->width[i] + 1) * at->width[i + 1];
    weights = read_file(at, "weights", count * sizeof(float));
    for (size_t i = 0; i < at->layers; i++) {
        at->weight[i] = weights;
        weights += (at->width[i] + 1) * at->width[i + 1];
    }
}

static void free_case(peer_case *at)
{
    free(at->x);
    free(at->y);
    free(at->label);
    free(at->weight[0]);
    *at = (peer_case){0};
}

/* ---- measuring ---- */

/* How many units take about so long: a try of an eighth of the time says it, and warms the
 * caches. */
static size_t fit_units(void (*run)(size_t), double seconds)
{
    for (size_t units = 1;; units *= 4) {
        double took = peer_clock();
        run(units);
        took = peer_clock() - took;
        if (took >= seconds / 8) {
            const size_t fitting = (size_t)((double)units * seconds / took + 0.5);
            return fitting ? fitting : 1;
        }
    }
}

static double measure(void (*run)(size_t), size_t rows, size_t *units, double seconds)
{
    double took;

    if (*units == 0)
        *units = fit_units(run, seconds);
    took = peer_clock();
    run(*units);
    took = peer_clock() - took;
    return took / ((double)*units * (double)rows);
}

/* ---- the lines ---- */

static void answer_open(const peer_tool *tool, const char *name, size_t threads, double rate,
                        peer_case *at)
{
    const char *why;

    free_case(at);
    if (!find_case(name, at)) {
        printf("no such case\n");
        return;
    }
    load_case(at);
    why = tool->open(at, threads, rate);
    if (why)
        printf("no %s\n", why);
    else
        printf("ok\n");
}

int peer_main(int count, char **arguments, const peer_tool *tool)
{
    char line[128], name[32];
    size_t threads, steps, train_units = 0, infer_units = 0;
    double number;
    peer_case at = {0};

    if (count != 3) {
        fprintf(stderr, "usage: %s FOLDER THREADS\n", arguments[0]);
        return 2;
    }
    folder = arguments[1];
    threads = (size_t)atol(arguments[2]);
    printf("%s\n", tool->about());
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        if (sscanf(line, "open %31s", name) == 1) {
            train_units = infer_units = 0;
            answer_open(tool, name, threads, timing_rate, &at);
        } else if (sscanf(line, "train %lf", &number) == 1) {
            printf("%.9g\n", measure(tool->train, tool->train_rows(), &train_units, number));
        } else if (sscanf(line, "infer %lf", &number) == 1) {
            printf("%.9g\n", measure(tool->infer, tool->infer_rows(), &infer_units, number));
        } else if (sscanf(line, "check %zu %lf", &steps, &number) == 2 && tool->check) {
            tool->open(&at, threads, number);
            printf("%.9g\n", tool->check(steps));
        } else {
            printf("no such thing to do\n");
        }
        fflush(stdout);
    }
    return 0;
}
