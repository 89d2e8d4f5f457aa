/*
 * cli/bench_meter.c - repetitions of a measurement, and what is the middle of them
 *
 * SPDX-License-Identifier: MIT
 */
#include "bench_meter.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "message.h"
#include "progress.h"
#include "stop.h"
#include "text.h"

enum { TRIES = 3 };
static const double steady = 0.03;

gradus_status bench_meter_open(bench_meter *meter)
{
    const cli_settings *settings = meter->work.subject->machine->settings;
    const size_t repeats = settings->bench.repeats;
    double *room = calloc(4 * repeats, sizeof *room);

    if (!room)
        return fail(GRADUS_MEMORY, "out of memory: %zu repetitions", repeats);
    meter->seconds = room;
    meter->peak = room + repeats;
    meter->share = room + 2 * repeats;
    meter->ratio = room + 3 * repeats;
    return bench_work_fit(&meter->work, settings->bench.seconds);
}

void bench_meter_free(bench_meter *meter)
{
    free(meter->seconds);
    *meter = (bench_meter){.done = 0};
}

/* ---- one repetition ---- */

gradus_status bench_meter_read(bench_meter *meter)
{
    gradus_status status = bench_work_time(&meter->work, &meter->seconds[meter->done]);

    meter->done += status == GRADUS_OK;
    return status;
}

/* `noise` is the change of the peak meanwhile, or the share of the time that another program
 * had the CPU of the only thread, whichever is more. */
static gradus_status try_once(const bench_work *work, double *seconds, double *peak,
                              double *noise)
{
    double before = 0, after = 0, lost = 0;
    clock_t cpu = 0;
    gradus_status status = bench_work_peak(work, &before);

    if (status == GRADUS_OK) {
        cpu = clock();
        status = bench_work_time(work, seconds);
        cpu = clock() - cpu;
    }
    if (status == GRADUS_OK)
        status = bench_work_peak(work, &after);
    *peak = (before + after) / 2;
    if (bench_work_threads(work) == 1)
        lost = 1 - (double)cpu / CLOCKS_PER_SEC / (*seconds * bench_work_rows(work));
    *noise = fmax(fabs(after - before) / *peak, lost);
    return status;
}

gradus_status bench_meter_read_peak(bench_meter *meter)
{
    const bench_work *work = &meter->work;
    const size_t at = meter->done;
    double least = INFINITY;

    for (int i = 0; i < TRIES && least > steady; i++) {
        double seconds = 0, peak, noise;
        gradus_status status = try_once(work, &seconds, &peak, &noise);
        if (status != GRADUS_OK)
            return status;
        if (noise < least) {
            least = noise;
            meter->seconds[at] = seconds;
            meter->peak[at] = peak;
            meter->share[at] =
                bench_operations(&work->subject->shape, work->train) / seconds / peak;
        }
    }
    meter->unsteady += least > steady;
    meter->done++;
    return GRADUS_OK;
}

void bench_meter_compare(bench_meter *meter, const bench_meter *other)
{
    const size_t at = meter->done - 1;

    meter->ratio[at] = other->seconds[at] / meter->seconds[at];
}

/* ---- the middle ---- */

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double bench_quantile(double *values, size_t count, double share)
{
    const double at = share * (double)(count - 1);
    const size_t below = (size_t)at;

    qsort(values, count, sizeof *values, by_value);
    if (below + 1 >= count)
        return values[count - 1];
    return values[below] + (at - (double)below) * (values[below + 1] - values[below]);
}

double bench_meter_median(const bench_meter *meter)
{
    return bench_quantile(meter->seconds, meter->done, 0.5);
}

double bench_meter_ratio(const bench_meter *meter)
{
    return bench_quantile(meter->ratio, meter->done, 0.5);
}

double bench_meter_spread(const bench_meter *meter)
{
    return (bench_quantile(meter->seconds, meter->done, 0.75) -
            bench_quantile(meter->seconds, meter->done, 0.25)) /
           bench_meter_median(meter);
}

/* ---- the status line ---- */

void bench_watch_start(bench_watch *watch, const cli_settings *settings, size_t total)
{
    *watch = (bench_watch){.draws = progress_wanted(settings), .total = total,
                           .started = progress_clock()};
    stop_gently(true);
}

void bench_watch_step(bench_watch *watch, const bench_work *work)
{
    const double now = progress_clock(), spent = now - watch->started;

    watch->done++;
    if (!watch->draws || now - watch->drawn < 0.1)
        return;
    watch->drawn = now;
    fprintf(stderr, "\r\033[K%zu of %zu  %.30s %s, %zu thread%s  %s left", watch->done,
            watch->total, work->subject->shape.name, work->train ? "train" : "infer",
            bench_work_threads(work), bench_work_threads(work) > 1 ? "s" : "",
            text_clock(spent * (double)(watch->total - watch->done) / (double)watch->done));
    stop_clears_line(true);
}

void bench_watch_finish(bench_watch *watch)
{
    if (watch->draws && watch->drawn > 0)
        fputs("\r\033[K", stderr);
    stop_clears_line(false);
    stop_gently(false);
}
