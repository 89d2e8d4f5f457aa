/*
 * bench/peer_data.c - the data that gradus and its peers are measured on, as files
 *
 * Usage: peer_data FOLDER
 * Writes cases.txt, a line for each case of `gradus bench`:
 *
 *     name widths batch rows hidden last loss row-by-row
 *
 * and of each case, as plain arrays: CASE.x [rows][inputs], CASE.y [rows][outputs], ones in
 * the place of the class where there are classes, CASE.label [rows] (uint32), and
 * CASE.weights, for each layer [outputs][inputs] and the bias [outputs]. Floats, in the
 * machine's order of bytes. Inputs are made as `gradus bench` makes them.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH = 512 };

enum kind { XOR, DENSE, SPARSE };

static const struct data_case {
    const char *name, *widths;
    size_t batch, rows;
    enum kind kind;
    const char *hidden, *last, *loss;
    bool row_by_row;
} cases[] = {
#define CASE(name, ...) {name, __VA_ARGS__},
#include "../cli/bench_cases.def"
#undef CASE
};

static const char *folder;
static uint64_t state = 1;

/* SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine. */
static uint64_t next_random(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* in [-1, 1) */
static double next_number(void)
{
    return (double)(next_random() >> 11) * 0x1p-52 - 1;
}

static FILE *create(const char *name, const char *ending)
{
    char path[PATH];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
    file = fopen(path, "wb");
    if (!file) {
        perror(path);
        exit(5);
    }
    return file;
}

static void put(FILE *file, double value)
{
    const float number = (float)value;

    fwrite(&number, sizeof number, 1, file);
}

static void done(FILE *file)
{
    if (ferror(file) | fclose(file)) {
        fprintf(stderr, "peer_data: writing failed: is the disk full?\n");
        exit(5);
    }
}

static void write_inputs(const struct data_case *at, size_t inputs)
{
    FILE *file = create(at->name, ".x");

    for (size_t i = 0; i < at->rows * inputs; i++) {
        double value = next_number();
        if (at->kind == SPARSE)
            value = value < 0.2 ? 0 : value;
        put(file, at->kind == XOR ? (double)(i / 2 >> i % 2 & 1) : value);
    }
    done(file);
}

static void write_targets(const struct data_case *at, size_t outputs)
{
    FILE *targets = create(at->name, ".y"), *labels = create(at->name, ".label");

    for (size_t i = 0; i < at->rows; i++) {
        const uint32_t label = (uint32_t)(next_random() % outputs);
        fwrite(&label, sizeof label, 1, labels);
        if (at->kind == XOR)
            put(targets, (double)((i ^ i >> 1) & 1));
        else if (outputs == 1)
            put(targets, next_number());
        else
            for (size_t j = 0; j < outputs; j++)
                put(targets, j == label);
    }
    done(targets);
    done(labels);
}

/* Of a size that keeps the units' spread from layer to layer. */
static void write_weights(const struct data_case *at)
{
    FILE *file = create(at->name, ".weights");
    const char *text = at->widths;
    char *end;
    size_t inputs = strtoul(text, &end, 10);

    for (; *end == '-'; text = end) {
        const size_t outputs = strtoul(end + 1, &end, 10);
        const double most = sqrt(3 / (double)inputs);
        for (size_t i = 0; i < inputs * outputs; i++)
            put(file, most * next_number());
        for (size_t j = 0; j < outputs; j++)
            put(file, 0.1 * next_number());
        inputs = outputs;
    }
    done(file);
}

int main(int count, char **arguments)
{
    FILE *list;

    if (count != 2) {
        fprintf(stderr, "usage: peer_data FOLDER\n");
        return 2;
    }
    folder = arguments[1];
    list = create("cases", ".txt");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct data_case at = cases[i];
        /* whole batches, as `gradus bench` takes */
        at.rows = at.rows / at.batch * at.batch;
        fprintf(list, "%s %s %zu %zu %s %s %s %d\n", at.name, at.widths, at.batch, at.rows,
                at.hidden, at.last ? at.last : "none", at.loss, at.row_by_row);
        write_inputs(&at, strtoul(at.widths, NULL, 10));
        write_targets(&at, strtoul(strrchr(at.widths, '-') + 1, NULL, 10));
        write_weights(&at);
    }
    done(list);
    return 0;
}
