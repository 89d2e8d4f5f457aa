/*
 * cli/bench_sweep.c - bench --sweep: whether all threads are ever slower than one
 *
 * A shape is measured with one thread, with all, and with one thread again, in turns. The
 * second measurement of the same says how far two equal things differ here: a shape fails
 * where all threads have less than 0.97 of one thread's speed and the run's own noise does
 * not reach as far down.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench.h"

#include <stdlib.h>

#include "bench_meter.h"
#include "message.h"
#include "text.h"

static const double least_ratio = 0.97;
static const double noise_share = 0.05;

static const struct {
    const char *widths;
    size_t batch;
} shapes[] = {
#define SHAPE(widths, batch) {widths, batch},
#include "bench_shapes.def"
#undef SHAPE
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

enum { ONE, ALL, ONE_AGAIN, TURNS };

typedef struct bench_result {
    bench_shape shape;
    size_t batch;
    double seconds[TURNS];      /* a row */
} bench_result;

static double ratio_of(const bench_result *result, int turn)
{
    return result->seconds[ONE] / result->seconds[turn];
}

static gradus_status take_turns(const cli_settings *settings, bench_meter *meters,
                                bench_watch *watch)
{
    gradus_status status = GRADUS_OK;

    for (size_t turn = 0; turn < TURNS && status == GRADUS_OK; turn++)
        status = bench_meter_open(&meters[turn]);
    for (size_t round = 0; round < settings->bench.repeats && status == GRADUS_OK; round++)
        for (size_t turn = 0; turn < TURNS && status == GRADUS_OK; turn++)
            status = bench_meter_read(&meters[turn]);
    bench_watch_step(watch, &meters[ALL].work);
    return status;
}

static gradus_status measure(bench_machine *machine, bench_result *result,
                             bench_watch *watch)
{
    bench_meter meters[TURNS] = {{.done = 0}};
    bench_subject subject;
    gradus_status status = bench_subject_open(machine, &result->shape, &subject);

    for (size_t turn = 0; turn < TURNS; turn++)
        meters[turn].work = (bench_work){.subject = &subject,
                                         .team = turn == ALL ? TEAM_ALL : TEAM_ONE,
                                         .train = machine->settings->bench.mode != MODE_INFER};
    result->batch = subject.batch;
    if (status == GRADUS_OK)
        status = take_turns(machine->settings, meters, watch);
    for (size_t turn = 0; turn < TURNS; turn++) {
        if (status == GRADUS_OK)
            result->seconds[turn] = bench_meter_median(&meters[turn]);
        bench_meter_free(&meters[turn]);
    }
    bench_subject_close(&subject);
    return status;
}

static void say_result(cli_report *report, const bench_result *result, bool failed)
{
    report_row(report, "%-26s%6s%12s%12s%8.3f%8.3f%s", result->shape.name,
               text_count(result->batch), text_fixed(1e9 * result->seconds[ONE], 4),
               text_fixed(1e9 * result->seconds[ALL], 4), ratio_of(result, ALL),
               ratio_of(result, ONE_AGAIN), failed ? "  slower" : "");
    report_object(report, NULL);
    report_string(report, "case", result->shape.name, NULL);
    report_count(report, "batch", result->batch, NULL);
    report_number(report, "ns_per_row_one", 1e9 * result->seconds[ONE], 0, NULL);
    report_number(report, "ns_per_row_all", 1e9 * result->seconds[ALL], 0, NULL);
    report_number(report, "ratio", ratio_of(result, ALL), 0, NULL);
    report_number(report, "ratio_one_again", ratio_of(result, ONE_AGAIN), 0, NULL);
    report_flag(report, "slower", failed);
    report_close(report);
}

/* How many shapes fail. */
static size_t say_results(const bench_machine *machine, cli_report *report,
                          const bench_result *results, size_t count, double noise)
{
    const char *mode = machine->settings->bench.mode == MODE_INFER ? "infer" : "train";
    size_t failed = 0;

    report_string(report, "mode", mode, NULL);
    report_string(report, "precision",
                  machine->precision == GRADUS_FLOAT64 ? "f64" : "f32", NULL);
    report_string(report, "cpu", gradus_context_cpu(machine->context[TEAM_ALL]), NULL);
    report_count(report, "threads", machine->threads, NULL);
    report_row(report, "%-26s%6s%12s%9s %zu%8s%8s", mode, "batch", "ns/row on 1", "on",
               machine->threads, "ratio", "1 / 1");
    report_array(report, "sweep");
    for (size_t i = 0; i < count; i++) {
        const double ratio = ratio_of(&results[i], ALL);
        const bool slower = ratio < least_ratio && ratio < noise;
        say_result(report, &results[i], slower);
        failed += slower;
    }
    report_close(report);
    report_number(report, "noise", noise, 0, NULL);
    report_count(report, "slower", failed, NULL);
    report_row(report,
               "%zu of %zu shapes are slower on %zu threads: ratio below %.2f, and below "
               "%.3f,",
               failed, count, machine->threads, least_ratio, noise);
    report_row(report, "the 5 %% quantile of one thread against itself");
    return failed;
}

static gradus_status run(bench_machine *machine, bench_result *results, size_t count)
{
    bench_watch watch;
    gradus_status status = GRADUS_OK;

    bench_watch_start(&watch, machine->settings, count);
    for (size_t i = 0; i < count && status == GRADUS_OK; i++)
        status = measure(machine, &results[i], &watch);
    bench_watch_finish(&watch);
    return status;
}

static gradus_status read_shapes(const cli_settings *settings, bench_result *results,
                                 size_t count)
{
    gradus_status status = GRADUS_OK;

    for (size_t i = 0; i < count && status == GRADUS_OK; i++) {
        const bool own = settings->arguments > 0;
        bench_shape *shape = &results[i].shape;
        status = bench_shape_read(settings, own ? settings->argument[i] : shapes[i].widths,
                                  shape);
        if (!own && !settings->train.fit.batch)
            shape->batch = shapes[i].batch;
        if (status == GRADUS_OK && shape->row_by_row)
            status = fail(GRADUS_ARGUMENT,
                          "bench --sweep: %s is for one thread: take a shape that all "
                          "threads share",
                          shape->name);
    }
    return status;
}

gradus_status bench_sweep_run(bench_machine *machine, cli_report *report)
{
    const cli_settings *settings = machine->settings;
    const size_t count = settings->arguments ? settings->arguments : SHAPES;
    bench_result *results;
    double *noise;
    gradus_status status;

    if (machine->threads == 1)
        return fail(GRADUS_ARGUMENT,
                    "bench --sweep compares with one thread: --threads 2 or more is needed");
    results = calloc(count, sizeof *results);
    noise = calloc(count, sizeof *noise);
    status = results && noise ? read_shapes(settings, results, count)
                              : fail(GRADUS_MEMORY, "out of memory: %zu shapes", count);
    if (status == GRADUS_OK)
        status = run(machine, results, count);
    for (size_t i = 0; status == GRADUS_OK && i < count; i++)
        noise[i] = ratio_of(&results[i], ONE_AGAIN);
    if (status == GRADUS_OK && say_results(machine, report, results, count,
                                           bench_quantile(noise, count, noise_share)))
        status = GRADUS_NO;
    free(noise);
    free(results);
    return status;
}
