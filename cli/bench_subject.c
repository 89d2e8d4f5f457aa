/*
 * cli/bench_subject.c - networks with the data they learn from
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench_subject.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "text.h"

enum { ROWS = 4096 };

/* A core of today does about so many operations a second: how long an epoch may be. */
static const double usual_speed = 1e11;

/* ---- the machine ---- */

gradus_status bench_machine_open(const cli_settings *settings, bench_machine *machine)
{
    gradus_context_options options = settings->context;
    gradus_status status;

    *machine = (bench_machine){.settings = settings,
                               .precision = settings->train.precision};
    status = gradus_context_new(&options, &machine->context[TEAM_ALL]);
    machine->threads = gradus_context_threads(machine->context[TEAM_ALL]);
    options.threads = 1;
    if (status == GRADUS_OK)
        status = gradus_context_new(&options, &machine->context[TEAM_ONE]);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

void bench_machine_close(bench_machine *machine)
{
    for (size_t team = 0; team < TEAMS; team++)
        gradus_context_free(machine->context[team]);
}

size_t bench_number_size(const bench_subject *subject)
{
    return subject->machine->precision == GRADUS_FLOAT64 ? sizeof(double) : sizeof(float);
}

/* ---- its size ---- */

/* A set whose epoch takes at most about --seconds, but one batch at least. */
static void choose_rows(const bench_machine *machine, bench_subject *subject)
{
    const bench_shape *shape = &subject->shape;
    const double most = machine->settings->bench.seconds * usual_speed /
                        bench_operations(shape, true);
    size_t rows = shape->rows;

    if (rows == 0)
        rows = most < ROWS ? (size_t)most : ROWS;
    subject->batch = shape->batch == SIZE_MAX ? (rows ? rows : 1) : shape->batch;
    subject->rows = rows < subject->batch ? subject->batch
                                          : rows / subject->batch * subject->batch;
}

/* About: parameters are there eight times (two networks, the run's copy, its best ones, the
 * gradient, a transposed copy, the optimiser's two arrays), the units of a batch three times
 * (before and after the activation, and the gradient). */
static double count_bytes(const bench_subject *subject)
{
    const bench_shape *shape = &subject->shape;
    double units = 0, columns = (double)bench_inputs(shape) + 2 * (double)bench_outputs(shape);

    for (size_t i = 0; i < shape->widths; i++)
        units += (double)shape->width[i];
    return (double)bench_number_size(subject) *
           (8 * bench_parameters(shape) + 3 * (double)subject->batch * units +
            (double)subject->rows * columns);
}

static gradus_status check_memory(bench_machine *machine, bench_subject *subject)
{
    const double there =
        (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    const double bytes = count_bytes(subject);

    if (machine->bytes + bytes <= there) {
        subject->bytes = bytes;
        machine->bytes += bytes;
        return GRADUS_OK;
    }
    return fail(GRADUS_ARGUMENT,
                "bench %s: batches of %s rows take about %s, and this machine has %s: take "
                "a smaller shape or batch",
                text_name(subject->shape.name), text_number((double)subject->batch, 0),
                text_bytes((uint64_t)fmin(machine->bytes + bytes, 1e18)),
                text_bytes((uint64_t)there));
}

/* ---- data ---- */

/* SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* in [-1, 1) */
static double next_number(uint64_t *state)
{
    return (double)(next_random(state) >> 11) * 0x1p-52 - 1;
}

static void put(const bench_subject *subject, void *array, size_t at, double value)
{
    if (bench_number_size(subject) == sizeof(double))
        ((double *)array)[at] = value;
    else
        ((float *)array)[at] = (float)value;
}

/* Pictures of digits are 0 in six of ten places, and up to 1 in the others. */
static void fill_inputs(bench_subject *subject, uint64_t *state)
{
    const size_t count = subject->rows * bench_inputs(&subject->shape);

    for (size_t i = 0; i < count; i++) {
        double value = next_number(state);
        if (subject->shape.kind == ROWS_SPARSE)
            value = value < 0.2 ? 0 : value;
        if (subject->shape.kind == ROWS_XOR)
            value = (double)(i / 2 >> i % 2 & 1);
        put(subject, subject->x, i, value);
    }
}

/* Classes for the cross-entropy, ones in the place of the class for the squared error of
 * several outputs, else a number. */
static void fill_targets(bench_subject *subject, uint64_t *state)
{
    const size_t outputs = bench_outputs(&subject->shape);

    for (size_t i = 0; i < subject->rows; i++) {
        const uint32_t label = (uint32_t)(next_random(state) % outputs);
        if (subject->label)
            subject->label[i] = label;
        else if (subject->shape.kind == ROWS_XOR)
            put(subject, subject->y, i, (double)((i ^ i >> 1) & 1));
        else if (outputs == 1)
            put(subject, subject->y, i, next_number(state));
        else
            for (size_t j = 0; j < outputs; j++)
                put(subject, subject->y, i * outputs + j, j == label);
    }
}

/* ---- opening ---- */

/* In the library's memory, where the examples of a table stand when it is trained on: at a line
 * of the cache, so that no run of the program is lucky, and on large pages. */
static gradus_status make_array(const bench_subject *subject, void *array, size_t bytes)
{
    const gradus_status status = gradus_memory_allocate(
        subject->machine->context[TEAM_ONE], bytes, 1, "data to measure with", array);

    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

static gradus_status make_net(const bench_subject *subject, bench_team team,
                              gradus_net **net)
{
    const bench_shape *shape = &subject->shape;
    gradus_builder *builder;
    gradus_status status = gradus_builder_new(subject->machine->context[team],
                                              bench_inputs(shape), &builder);

    if (status != GRADUS_OK)
        return fail_library(status);
    for (size_t i = 1; i < shape->widths; i++) {
        const char *activation = i + 1 < shape->widths ? shape->hidden : shape->last;
        gradus_builder_dense(builder, shape->width[i], NULL);
        if (activation)
            gradus_builder_activation(builder, activation, NAN);
    }
    status = gradus_builder_finish(builder, subject->machine->precision, 1, net);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

static gradus_status make_data(bench_subject *subject)
{
    const size_t size = bench_number_size(subject), rows = subject->rows;
    const size_t outputs = bench_outputs(&subject->shape);
    const bool classes = strcmp(subject->shape.loss, "cross-entropy") == 0;
    uint64_t state = 1;
    gradus_status status =
        make_array(subject, &subject->x, rows * bench_inputs(&subject->shape) * size);

    if (status == GRADUS_OK && classes)
        status = make_array(subject, &subject->label, rows * sizeof(uint32_t));
    else if (status == GRADUS_OK)
        status = make_array(subject, &subject->y, rows * outputs * size);
    if (status == GRADUS_OK)
        status = make_array(subject, &subject->prediction, rows * outputs * size);
    if (status == GRADUS_OK)
        status = make_array(subject, &subject->scratch,
                            gradus_net_scratch(subject->net[TEAM_ONE]));
    if (status != GRADUS_OK)
        return status;
    fill_inputs(subject, &state);
    fill_targets(subject, &state);
    subject->set = (gradus_set){
        .rows = rows, .x = subject->x, .y = subject->y, .label = subject->label};
    return GRADUS_OK;
}

gradus_status bench_subject_open(bench_machine *machine, const bench_shape *shape,
                                 bench_subject *subject)
{
    gradus_status status;

    *subject = (bench_subject){.machine = machine, .shape = *shape};
    choose_rows(machine, subject);
    status = check_memory(machine, subject);
    for (size_t team = 0; team < TEAMS && status == GRADUS_OK; team++)
        status = make_net(subject, (bench_team)team, &subject->net[team]);
    return status == GRADUS_OK ? make_data(subject) : status;
}

void bench_subject_close(bench_subject *subject)
{
    for (size_t team = 0; team < TEAMS; team++)
        gradus_net_free(subject->net[team]);
    if (!subject->machine)
        return;
    void *arrays[] = {subject->x, subject->y, subject->label, subject->prediction,
                      subject->scratch};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        gradus_memory_release(subject->machine->context[TEAM_ONE], arrays[i]);
    subject->machine->bytes -= subject->bytes;
    *subject = (bench_subject){0};
}
