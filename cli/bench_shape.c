/*
 * cli/bench_shape.c - the networks that bench measures: cases by name, and others by widths
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench_shape.h"

#include <string.h>

#include "message.h"
#include "text.h"

enum { DIGITS = 9, BATCH = 64 };

#define CASE(name, ...) name,
const char *const bench_case_names[BENCH_CASES] = {
#include "bench_cases.def"
};
#undef CASE

static const struct bench_case {
    const char *widths;
    bench_shape shape;
} cases[BENCH_CASES] = {
#define CASE(name_, widths_, batch_, rows_, kind_, hidden_, last_, loss_, row_by_row_) \
    {widths_,                                                                          \
     {.name = name_,                                                                   \
      .batch = batch_,                                                                 \
      .rows = rows_,                                                                   \
      .kind = ROWS_##kind_,                                                            \
      .hidden = hidden_,                                                               \
      .last = last_,                                                                   \
      .loss = loss_,                                                                   \
      .row_by_row = row_by_row_}},
#include "bench_cases.def"
#undef CASE
};

void bench_case_list(char *text, size_t room)
{
    size_t used = 0;

    for (size_t i = 0; i < BENCH_CASES && used < room; i++)
        used += (size_t)snprintf(text + used, room - used, "%s%s", i ? ", " : "",
                                 bench_case_names[i]);
}

/* ---- from text ---- */

static gradus_status unknown_case(const char *text)
{
    cli_nearest near = nearest_start(text);
    char list[256];

    for (size_t i = 0; i < BENCH_CASES; i++)
        nearest_try(&near, bench_case_names[i]);
    if (near.best)
        return fail(GRADUS_ARGUMENT, "bench: no case \"%s\"; did you mean \"%s\"?", text,
                    near.best);
    bench_case_list(list, sizeof list);
    return fail(GRADUS_ARGUMENT,
                "bench: no case \"%s\": there are %s and shapes such as 28-64-1", text, list);
}

/* Whole numbers with a dash between each two, "784-30-10", to width[]. */
static gradus_status read_widths(const char *text, bench_shape *shape)
{
    const char *at = text;

    for (shape->widths = 0; shape->widths < BENCH_WIDTHS; at++) {
        size_t length = strspn(at, "0123456789"), value = 0;
        for (size_t i = 0; i < length && i < DIGITS; i++)
            value = 10 * value + (size_t)(at[i] - '0');
        if (length == 0 || (at[length] && at[length] != '-'))
            return fail(GRADUS_ARGUMENT,
                        "bench: \"%s\" is no shape: write whole numbers with dashes "
                        "between them, 28-64-1",
                        text);
        if (length > DIGITS || value == 0)
            return fail(GRADUS_ARGUMENT,
                        "bench: \"%s\": a layer of %.*s units: take 1 to 999,999,999",
                        text, length < 20 ? (int)length : 20, at);
        shape->width[shape->widths++] = value;
        at += length;
        if (!*at && shape->widths > 1)
            return GRADUS_OK;
        if (!*at)
            return fail(GRADUS_ARGUMENT,
                        "bench: \"%s\" has no outputs: a shape is inputs, layers, outputs, "
                        "such as 28-64-1",
                        text);
    }
    return fail(GRADUS_ARGUMENT, "bench: \"%s\": more than %d layers", text,
                BENCH_WIDTHS - 1);
}

static gradus_status read_text(const char *text, bench_shape *shape)
{
    gradus_status status;

    for (size_t i = 0; i < BENCH_CASES; i++)
        if (strcmp(bench_case_names[i], text) == 0) {
            *shape = cases[i].shape;
            return read_widths(cases[i].widths, shape);
        }
    if (*text < '0' || *text > '9')
        return unknown_case(text);
    *shape = (bench_shape){.name = text, .batch = BATCH, .hidden = "relu"};
    status = read_widths(text, shape);
    if (status != GRADUS_OK)
        return status;
    shape->last = bench_outputs(shape) == 1 ? NULL : "softmax";
    shape->loss = bench_outputs(shape) == 1 ? "mse" : "cross-entropy";
    return GRADUS_OK;
}

gradus_status bench_shape_read(const cli_settings *settings, const char *text,
                               bench_shape *shape)
{
    gradus_status status = read_text(text, shape);

    if (status == GRADUS_OK && settings->train.fit.batch && !shape->row_by_row)
        shape->batch = settings->train.fit.batch;
    if (status == GRADUS_OK && settings->train.activation)
        shape->hidden = settings->train.activation;
    return status;
}

/* ---- its size ---- */

size_t bench_inputs(const bench_shape *shape)
{
    return shape->width[0];
}

size_t bench_outputs(const bench_shape *shape)
{
    return shape->width[shape->widths - 1];
}

static double weights(const bench_shape *shape)
{
    double sum = 0;

    for (size_t i = 1; i < shape->widths; i++)
        sum += (double)shape->width[i - 1] * (double)shape->width[i];
    return sum;
}

double bench_parameters(const bench_shape *shape)
{
    double biases = 0;

    for (size_t i = 1; i < shape->widths; i++)
        biases += (double)shape->width[i];
    return weights(shape) + biases;
}

double bench_operations(const bench_shape *shape, bool train)
{
    if (!train)
        return 2 * weights(shape);
    return 6 * bench_parameters(shape) -
           2 * (double)shape->width[0] * (double)shape->width[1];
}
