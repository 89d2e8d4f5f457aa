/*
 * cli/bench_growth.c - bench --growth: with what power the time of a row grows
 *
 * Four geometric series of shapes, in each of which one thing grows. The exponent is the
 * slope of the line that fits the logarithms best; that of the arithmetic stands beside it:
 * where time grows faster than work, something does not keep up.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench_meter.h"
#include "message.h"
#include "text.h"

enum { NAME = 96 };

typedef enum bench_grows {
    GROWS_WIDTH,
    GROWS_DEPTH,
    GROWS_BATCH,
    GROWS_ROWS,
    SERIES
} bench_grows;

static const struct bench_series {
    const char *name;
    size_t first, factor, count;
} series_table[SERIES] = {
    {"width", 32, 2, 6},   /* W-W-W-10 */
    {"depth", 1, 2, 5},    /* so many hidden layers of 128 */
    {"batch", 1, 4, 6},
    {"rows", 1024, 2, 6},  /* of the set */
};
enum { POINTS = 6 + 5 + 6 + 6, MOST_POINTS = 6 };

typedef struct bench_point {
    bench_grows grows;
    size_t value;
    char name[NAME];
    bench_subject subject;
    bench_meter meter;
} bench_point;

/* ---- measuring ---- */

static void name_point(bench_point *point)
{
    const size_t value = point->value;
    int used;

    if (point->grows == GROWS_WIDTH) {
        snprintf(point->name, NAME, "%zu-%zu-%zu-10", value, value, value);
    } else if (point->grows == GROWS_DEPTH) {
        used = snprintf(point->name, NAME, "128");
        for (size_t i = 0; i < value; i++)
            used += snprintf(point->name + used, NAME - (size_t)used, "-128");
        snprintf(point->name + used, NAME - (size_t)used, "-10");
    } else {
        snprintf(point->name, NAME, "%s",
                 point->grows == GROWS_BATCH ? "128-128-128-10" : "13-64-64-1");
    }
}

static void plan_points(bench_point *points)
{
    for (size_t s = 0; s < SERIES; s++) {
        size_t value = series_table[s].first;
        for (size_t i = 0; i < series_table[s].count; i++) {
            *points = (bench_point){.grows = (bench_grows)s, .value = value};
            name_point(points++);
            value *= series_table[s].factor;
        }
    }
}

static gradus_status open_point(bench_machine *machine, bench_point *point)
{
    const cli_settings *settings = machine->settings;
    bench_shape shape;
    gradus_status status = bench_shape_read(settings, point->name, &shape);

    if (status != GRADUS_OK)
        return status;
    if (point->grows == GROWS_BATCH)
        shape.batch = point->value;
    if (point->grows == GROWS_ROWS)
        shape.rows = point->value;
    point->meter.work =
        (bench_work){.subject = &point->subject,
                     .team = settings->context.threads > 1 ? TEAM_ALL : TEAM_ONE,
                     .train = settings->bench.mode != MODE_INFER};
    status = bench_subject_open(machine, &shape, &point->subject);
    return status == GRADUS_OK ? bench_meter_open(&point->meter) : status;
}

static gradus_status measure(bench_machine *machine, bench_point *points)
{
    const size_t repeats = machine->settings->bench.repeats;
    gradus_status status = GRADUS_OK;
    bench_watch watch;

    bench_watch_start(&watch, machine->settings, POINTS * (repeats + 1));
    for (size_t i = 0; i < POINTS && status == GRADUS_OK; i++) {
        status = open_point(machine, &points[i]);
        bench_watch_step(&watch, &points[i].meter.work);
    }
    for (size_t round = 0; round < repeats && status == GRADUS_OK; round++)
        for (size_t i = 0; i < POINTS && status == GRADUS_OK; i++) {
            status = bench_meter_read(&points[i].meter);
            bench_watch_step(&watch, &points[i].meter.work);
        }
    bench_watch_finish(&watch);
    return status;
}

/* ---- telling ---- */

typedef struct power {
    double exponent;
    double off; /* share of y by which the worst point is off */
} power;

/* y = e^a x^b, where the line log y = a + b log x has the least squared error. */
static power fit_power(const double *x, const double *y, size_t count)
{
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
    power fit = {.off = 0};

    for (size_t i = 0; i < count; i++) {
        mean_x += log(x[i]) / (double)count;
        mean_y += log(y[i]) / (double)count;
    }
    for (size_t i = 0; i < count; i++) {
        xx += (log(x[i]) - mean_x) * (log(x[i]) - mean_x);
        xy += (log(x[i]) - mean_x) * (log(y[i]) - mean_y);
    }
    fit.exponent = xy / xx;
    for (size_t i = 0; i < count; i++) {
        const double at = mean_y + fit.exponent * (log(x[i]) - mean_x);
        fit.off = fmax(fit.off, fabs(y[i] / exp(at) - 1));
    }
    return fit;
}

static void say_point(cli_report *report, const bench_point *point)
{
    const bench_subject *subject = &point->subject;
    const double seconds = bench_meter_median(&point->meter);
    const double speed =
        bench_operations(&subject->shape, point->meter.work.train) / seconds / 1e9;

    report_row(report, "%8s  %-24.24s%-2s%7s%8s%13s%9s", text_count(point->value),
               subject->shape.name, strlen(subject->shape.name) > 24 ? ".." : "",
               text_count(subject->batch), text_count(subject->rows),
               text_fixed(1e9 * seconds, 4), text_fixed(speed, 3));
    report_object(report, NULL);
    report_count(report, "value", point->value, NULL);
    report_string(report, "case", subject->shape.name, NULL);
    report_count(report, "batch", subject->batch, NULL);
    report_count(report, "rows", subject->rows, NULL);
    report_number(report, "ns_per_row", 1e9 * seconds, 0, NULL);
    report_number(report, "gflops", speed, 0, NULL);
    report_close(report);
}

static void say_series(cli_report *report, const bench_point *points)
{
    const struct bench_series *series = &series_table[points->grows];
    double value[MOST_POINTS], seconds[MOST_POINTS], work[MOST_POINTS];
    power time_grows, work_grows;

    for (size_t i = 0; i < series->count; i++) {
        value[i] = (double)points[i].value;
        seconds[i] = bench_meter_median(&points[i].meter);
        work[i] = bench_operations(&points[i].subject.shape, points[i].meter.work.train);
    }
    time_grows = fit_power(value, seconds, series->count);
    work_grows = fit_power(value, work, series->count);
    report_row(report, "%8s  %-26s%7s%8s%13s%9s", series->name, "shape", "batch", "rows",
               "ns/row", "GFLOP/s");
    report_object(report, NULL);
    report_string(report, "of", series->name, NULL);
    report_number(report, "exponent", time_grows.exponent, 0, NULL);
    report_number(report, "off", time_grows.off, 0, NULL);
    report_number(report, "work_exponent", work_grows.exponent, 0, NULL);
    report_array(report, "points");
    for (size_t i = 0; i < series->count; i++)
        say_point(report, &points[i]);
    report_close(report);
    report_close(report);
    report_row(report,
               "%8s  time of a row ~ %s^%.2f, off by at most %.0f %%; its work ~ %s^%.2f",
               "", series->name, time_grows.exponent, 100 * time_grows.off, series->name,
               fabs(work_grows.exponent) < 0.005 ? 0 : work_grows.exponent);
    report_row(report, "%s", "");
}

static void say_growth(cli_report *report, const bench_machine *machine,
                       const bench_point *points)
{
    const bench_work *work = &points->meter.work;

    report_string(report, "mode", work->train ? "train" : "infer", NULL);
    report_string(report, "precision",
                  machine->precision == GRADUS_FLOAT64 ? "f64" : "f32", NULL);
    report_string(report, "cpu", gradus_context_cpu(machine->context[TEAM_ONE]), NULL);
    report_count(report, "threads", bench_work_threads(work), NULL);
    report_row(report, "%s, %s kernels, %s, %zu thread%s",
               work->train ? "training" : "prediction",
               gradus_context_cpu(machine->context[TEAM_ONE]),
               machine->precision == GRADUS_FLOAT64 ? "f64" : "f32",
               bench_work_threads(work), bench_work_threads(work) > 1 ? "s" : "");
    report_array(report, "growth");
    for (size_t s = 0; s < SERIES; points += series_table[s++].count)
        say_series(report, points);
    report_close(report);
}

gradus_status bench_growth_run(bench_machine *machine, cli_report *report)
{
    bench_point *points = calloc(POINTS, sizeof *points);
    gradus_status status;

    if (!points)
        return fail(GRADUS_MEMORY, "out of memory: %d shapes", POINTS);
    plan_points(points);
    status = measure(machine, points);
    if (status == GRADUS_OK)
        say_growth(report, machine, points);
    for (size_t i = 0; i < POINTS; i++) {
        bench_meter_free(&points[i].meter);
        bench_subject_close(&points[i].subject);
    }
    free(points);
    return status;
}
