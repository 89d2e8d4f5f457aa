/*
 * cli/bench_table.c - bench: how fast networks train and predict, beside the machine's peak
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench_meter.h"
#include "bench_trip.h"
#include "message.h"
#include "text.h"

/* Training and prediction, by one thread and by all. */
enum { PER_SHAPE = 4 };

typedef struct bench_table {
    bench_machine *machine;
    bench_shape *shapes;        /* [count] */
    bench_subject *subjects;    /* [count] */
    size_t count;
    bench_meter *meters;        /* [meter_count], of a shape side by side, ALL behind ONE */
    size_t meter_count;
    double *trip;               /* [repeats] seconds of a round trip, */
    size_t trips;               /* of which so many are there: none where no meter is of ALL */
} bench_table;

/* ---- opening ---- */

static void plan_meters(bench_table *table, size_t shape, bool train)
{
    const bench_machine *machine = table->machine;
    const bool by_row = table->shapes[shape].row_by_row;
    const size_t teams = by_row || machine->threads == 1 ? 1 : TEAMS;

    if (machine->settings->bench.mode == (train ? MODE_INFER : MODE_TRAIN) ||
        (by_row && train))
        return;
    for (size_t team = 0; team < teams; team++)
        table->meters[table->meter_count++].work = (bench_work){
            .subject = &table->subjects[shape], .team = (bench_team)team, .train = train};
}

static gradus_status make_table(bench_machine *machine, bench_table *table)
{
    const cli_settings *settings = machine->settings;
    const size_t count = settings->arguments ? settings->arguments : BENCH_CASES;

    *table = (bench_table){.machine = machine, .count = count};
    table->shapes = calloc(count, sizeof *table->shapes);
    table->subjects = calloc(count, sizeof *table->subjects);
    table->meters = calloc(count * PER_SHAPE, sizeof *table->meters);
    table->trip = calloc(settings->bench.repeats, sizeof *table->trip);
    if (!table->shapes || !table->subjects || !table->meters || !table->trip)
        return fail(GRADUS_MEMORY, "out of memory: %zu cases", count);
    for (size_t i = 0; i < count; i++) {
        gradus_status status = bench_shape_read(
            settings, settings->arguments ? settings->argument[i] : bench_case_names[i],
            &table->shapes[i]);
        if (status != GRADUS_OK)
            return status;
        plan_meters(table, i, true);
        plan_meters(table, i, false);
    }
    if (table->meter_count == 0)
        return fail(GRADUS_ARGUMENT,
                    "bench --mode train: %s is for predicting: take --mode infer",
                    settings->argument[0]);
    return GRADUS_OK;
}

static void free_table(bench_table *table)
{
    for (size_t i = 0; table->meters && i < table->meter_count; i++)
        bench_meter_free(&table->meters[i]);
    for (size_t i = 0; table->subjects && i < table->count; i++)
        bench_subject_close(&table->subjects[i]);
    free(table->trip);
    free(table->meters);
    free(table->subjects);
    free(table->shapes);
}

static bool has_all(const bench_table *table)
{
    for (size_t i = 0; i < table->meter_count; i++)
        if (table->meters[i].work.team == TEAM_ALL)
            return true;
    return false;
}

static gradus_status measure_round(bench_table *table, bench_watch *watch)
{
    gradus_status status = GRADUS_OK;

    table->trip[table->trips] = has_all(table) ? bench_round_trip() : NAN;
    table->trips += isnan(table->trip[table->trips]) ? 0 : 1;
    for (size_t i = 0; i < table->meter_count && status == GRADUS_OK; i++) {
        bench_watch_step(watch, &table->meters[i].work);
        status = bench_meter_read_peak(&table->meters[i]);
        if (status == GRADUS_OK && table->meters[i].work.team == TEAM_ALL)
            bench_meter_compare(&table->meters[i], &table->meters[i - 1]);
    }
    return status;
}

/* Round after round, so that all meters see the same good and bad minutes. */
static gradus_status measure(bench_table *table)
{
    const cli_settings *settings = table->machine->settings;
    bench_watch watch;
    gradus_status status = GRADUS_OK;

    bench_watch_start(&watch, settings, table->meter_count * (settings->bench.repeats + 1));
    for (size_t i = 0; i < table->count && status == GRADUS_OK; i++)
        status = bench_subject_open(table->machine, &table->shapes[i], &table->subjects[i]);
    for (size_t i = 0; i < table->meter_count && status == GRADUS_OK; i++) {
        bench_watch_step(&watch, &table->meters[i].work);
        status = bench_meter_open(&table->meters[i]);
    }
    for (size_t round = 0; round < settings->bench.repeats && status == GRADUS_OK; round++)
        status = measure_round(table, &watch);
    bench_watch_finish(&watch);
    return status;
}

/* ---- telling ---- */

/* The peak of a team, over all that it was measured for; NaN where it was not. */
static double peak_of(const bench_table *table, bench_team team)
{
    const size_t repeats = table->machine->settings->bench.repeats;
    double *peaks = calloc(table->meter_count * repeats + 1, sizeof *peaks);
    double median = NAN;
    size_t count = 0;

    for (size_t i = 0; peaks && i < table->meter_count; i++)
        for (size_t j = 0; j < table->meters[i].done; j++)
            if (table->meters[i].work.team == team)
                peaks[count++] = table->meters[i].peak[j];
    if (count)
        median = bench_quantile(peaks, count, 0.5);
    free(peaks);
    return median;
}

/* Sorts the trips. */
static void say_head(cli_report *report, bench_table *table, int name_width)
{
    const bench_machine *machine = table->machine;
    const size_t trips = table->trips;
    const double trip = trips ? 1e9 * bench_quantile(table->trip, trips, 0.5) : NAN;
    const double least = trips ? 1e9 * table->trip[0] : NAN;
    const double most = trips ? 1e9 * table->trip[trips - 1] : NAN;
    const char *precision = machine->precision == GRADUS_FLOAT64 ? "f64" : "f32";
    const double one = peak_of(table, TEAM_ONE) / 1e9, all = peak_of(table, TEAM_ALL) / 1e9;

    report_row(report, "%s kernels, %s; this machine's peak is %s GFLOP/s on one thread",
               gradus_context_cpu(machine->context[TEAM_ONE]), precision,
               text_fixed(one, 3));
    if (!isnan(all))
        report_say(report, ", %s on %zu", text_fixed(all, 3), machine->threads);
    if (trips)
        report_row(report, "round trip of a cache line between two threads: %s ns, %s to %s",
                   text_fixed(trip, 3), text_fixed(least, 3), text_fixed(most, 3));
    report_row(report, "%-*s mode threads%13s%10s%8s%8s%9s%7s", name_width, "case", "rows/s",
               "ns/row", "GFLOP/s", "of peak", "spread", "ratio");
    report_string(report, "version", gradus_version(), NULL);
    report_string(report, "cpu", gradus_context_cpu(machine->context[TEAM_ONE]), NULL);
    report_count(report, "threads", machine->threads, NULL);
    report_string(report, "precision", precision, NULL);
    report_string(report, "optimizer", machine->settings->train.fit.optimizer, NULL);
    report_number(report, "seconds", machine->settings->bench.seconds, 0, NULL);
    report_number(report, "round_trip_ns", trip, 0, NULL);
    report_number(report, "round_trip_ns_least", least, 0, NULL);
    report_number(report, "round_trip_ns_most", most, 0, NULL);
    report_number(report, "peak_gflops_one", one, 0, NULL);
    report_number(report, "peak_gflops_all", all, 0, NULL);
}

static void say_widths(cli_report *report, const bench_shape *shape)
{
    report_array(report, "shape");
    for (size_t i = 0; i < shape->widths; i++)
        report_count(report, NULL, shape->width[i], NULL);
    report_close(report);
}

static void say_meter(cli_report *report, const bench_meter *meter, int name_width)
{
    const bench_subject *subject = meter->work.subject;
    const bench_machine *machine = subject->machine;
    const char *mode = meter->work.train ? "train" : "infer";
    const double seconds = bench_meter_median(meter), spread = bench_meter_spread(meter);
    const double share = bench_quantile(meter->share, meter->done, 0.5);
    const double peak = bench_quantile(meter->peak, meter->done, 0.5) / 1e9;
    const double speed =
        bench_operations(&subject->shape, meter->work.train) / seconds / 1e9;
    const double ratio = meter->work.team == TEAM_ALL ? bench_meter_ratio(meter) : NAN;

    report_row(report, "%-*s %s%7zu %12s %9s %7s %7s%1s %7s", name_width, subject->shape.name,
               mode, bench_work_threads(&meter->work), text_count((uint64_t)(1 / seconds)),
               text_fixed(1e9 * seconds, 4), text_fixed(speed, 3), text_share(share, 1),
               meter->unsteady ? "*" : "", text_share(spread, 1));
    if (!isnan(ratio))
        report_say(report, "%7.3f", ratio);
    report_object(report, NULL);
    report_string(report, "case", subject->shape.name, NULL);
    say_widths(report, &subject->shape);
    report_string(report, "mode", mode, NULL);
    report_string(report, "precision",
                  machine->precision == GRADUS_FLOAT64 ? "f64" : "f32", NULL);
    report_count(report, "batch", subject->batch, NULL);
    report_count(report, "rows", subject->rows, NULL);
    report_count(report, "threads", bench_work_threads(&meter->work), NULL);
    report_string(report, "cpu", gradus_context_cpu(machine->context[TEAM_ONE]), NULL);
    report_number(report, "rows_per_s", 1 / seconds, 0, NULL);
    report_number(report, "ns_per_row", 1e9 * seconds, 0, NULL);
    report_number(report, "gflops", speed, 0, NULL);
    report_number(report, "peak_gflops", peak, 0, NULL);
    report_number(report, "peak_share", share, 0, NULL);
    report_number(report, "spread", spread, 0, NULL);
    report_number(report, "ratio", ratio, 0, NULL);
    report_count(report, "repeats", meter->done, NULL);
    report_count(report, "unsteady", meter->unsteady, NULL);
    report_close(report);
}

static void say_table(cli_report *report, bench_table *table)
{
    int name_width = 12;
    size_t unsteady = 0, done = 0;

    for (size_t i = 0; i < table->count; i++) {
        const int length = (int)strlen(table->shapes[i].name);
        name_width = length > name_width ? length : name_width;
    }
    say_head(report, table, name_width);
    report_array(report, "cases");
    for (size_t i = 0; i < table->meter_count; i++) {
        const bench_meter *meter = &table->meters[i];
        say_meter(report, meter, name_width);
        unsteady += meter->unsteady;
        done += meter->done;
    }
    report_close(report);
    if (unsteady)
        report_row(report,
                   "* something else ran, or the clock changed, in %zu of %zu repetitions",
                   unsteady, done);
}

gradus_status bench_table_run(bench_machine *machine, cli_report *report)
{
    bench_table table;
    gradus_status status = make_table(machine, &table);

    if (status == GRADUS_OK)
        status = measure(&table);
    /* What was stopped still tells what it has, where each line has something. */
    if (status == GRADUS_OK ||
        (status == GRADUS_STOPPED && table.meters[table.meter_count - 1].done))
        say_table(report, &table);
    free_table(&table);
    return status;
}
