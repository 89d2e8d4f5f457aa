/*
 * cli/bench_shape.h - the networks that bench measures: cases by name, and others by widths
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_BENCH_SHAPE_H
#define CLI_BENCH_SHAPE_H

#include "settings.h"

enum {
    BENCH_WIDTHS = 65,
    BENCH_CASES = 0
#define CASE(...) +1
#include "bench_cases.def"
#undef CASE
};

typedef enum bench_rows {
    ROWS_DENSE,  /* numbers in [-1, 1) */
    ROWS_SPARSE, /* of which six in ten are 0, as in pictures of digits */
    ROWS_XOR     /* the four rows of the table, again and again */
} bench_rows;

typedef struct bench_shape {
    const char *name;           /* as it was said; borrowed */
    size_t width[BENCH_WIDTHS]; /* inputs, units of each layer */
    size_t widths;
    size_t batch;
    size_t rows;                /* of the set; 0: as many as there is time for */
    bench_rows kind;
    const char *hidden, *last;  /* activations; last NULL: none */
    const char *loss;
    bool row_by_row;            /* predicts one row a call; is not trained */
} bench_shape;

extern const char *const bench_case_names[BENCH_CASES];

/* "xor, table, ..."; cut where `room` is small. */
void bench_case_list(char *text, size_t room);

/*
 * A case by its name, or "784-30-10": relu, and a linear output with the squared error where
 * it is one, else softmax with the cross-entropy. --batch and --activation go before what a
 * case has.  Errors   ARGUMENT.
 */
gradus_status bench_shape_read(const cli_settings *settings, const char *text,
                               bench_shape *shape);

size_t bench_inputs(const bench_shape *shape);
size_t bench_outputs(const bench_shape *shape);
double bench_parameters(const bench_shape *shape);

/*
 * Floating-point operations of one row. Prediction: 2 for each weight. Training: 6 for each
 * parameter (forward, gradient of the weights, gradient of what they read) but 2 for each
 * weight of the first layer, whose inputs need no gradient.
 */
double bench_operations(const bench_shape *shape, bool train);

#endif
