/*
 * cli/chart_axis.c - what an axis shows, and its round numbers
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chart_draw.h"

/* ---- ranges ---- */

/* The least and the largest number of many that can be drawn. */
static void take(chart_range *range, double number)
{
    if (!isfinite(number) || (range->scale == CHART_LOG && number <= 0))
        return;
    range->min = fmin(range->min, number); /* of a NaN and a number, the number */
    range->max = fmax(range->max, number);
}

/* Room at both ends, and some where all numbers are the same. */
static void widen(chart_range *range, double share)
{
    if (!(range->min <= range->max)) { /* nothing to draw */
        range->min = range->scale == CHART_LOG ? 0.1 : 0;
        range->max = 1;
    }
    if (range->scale == CHART_LOG) {
        const double factor = pow(range->max / range->min, share);
        const double apart = range->max > range->min * 1.001 ? factor : 3;
        range->min /= apart;
        range->max *= apart;
    } else {
        const double width = range->max - range->min;
        const double apart = width > 1e-12 * fabs(range->max) ? share * width
                             : range->max != 0              ? 0.5 * fabs(range->max)
                                                             : 0.5;
        range->min -= apart;
        range->max += apart;
    }
}

/* Ends that were set are kept, and the room at the other one is a share of what is shown. */
static chart_range finish(chart_range range, const chart_axis *axis, double share)
{
    const bool set[] = {!isnan(axis->min), !isnan(axis->max)};

    range.min = set[0] ? axis->min : range.min;
    range.max = set[1] ? axis->max : range.max;
    widen(&range, share);
    range.min = set[0] ? axis->min : range.min;
    range.max = set[1] ? axis->max : range.max;
    return range;
}

chart_range chart_range_x(const cli_chart *chart)
{
    chart_range range = {NAN, NAN, chart->x.scale, true};
    bool bars = false;

    for (size_t i = 0; i < chart->series_count; i++)
        for (size_t j = 0; j < chart->series[i].count; j++) {
            const double x = chart->series[i].points[j].x;
            take(&range, x);
            range.whole = range.whole && x == floor(x);
        }
    for (size_t i = 0; i < chart->series_count; i++)
        bars = bars || chart->series[i].kind != CHART_LINE;
    if (chart->x.names)
        return (chart_range){-0.5, (double)chart->x.name_count - 0.5, CHART_LINEAR, true};
    if (chart->grid.columns)
        return (chart_range){chart->grid.x[0], chart->grid.x[1], chart->x.scale, false};
    return finish(range, &chart->x, bars ? 0.04 : range.min < range.max ? 0 : 0.04);
}

chart_range chart_range_y(const cli_chart *chart)
{
    chart_range range = {NAN, NAN, chart->y.scale, false};
    bool bars = false;

    for (size_t i = 0; i < chart->series_count; i++) {
        const chart_series *series = &chart->series[i];
        for (size_t j = 0; j < series->count; j++) {
            take(&range, series->points[j].y);
            take(&range, series->points[j].top);
        }
        bars = bars || series->kind == CHART_BARS;
        if (series->kind == CHART_BARS)
            take(&range, 0);
    }
    for (size_t i = 0; i < chart->marks; i++)
        if (!chart->mark[i].vertical)
            take(&range, chart->mark[i].at);
    bars = bars && range.min >= 0; /* they stand on the axis */
    if (chart->y.names)
        return (chart_range){-0.5, (double)chart->y.name_count - 0.5, CHART_LINEAR, true};
    if (chart->grid.columns)
        return (chart_range){chart->grid.y[0], chart->grid.y[1], chart->y.scale, false};
    range = finish(range, &chart->y, 0.05);
    if (bars && range.min < 0)
        range.min = 0;
    return range;
}

chart_range chart_range_grid(const chart_grid *grid)
{
    chart_range range = {NAN, NAN, grid->scale, false};

    for (size_t i = 0; i < grid->columns * grid->rows; i++)
        take(&range, grid->values[i]);
    widen(&range, 0);
    if (!isnan(grid->limit[0]))
        range.min = grid->limit[0];
    if (!isnan(grid->limit[1]))
        range.max = grid->limit[1];
    if (grid->diverging) {
        range.max = fmax(fabs(range.min), fabs(range.max));
        range.min = -range.max;
    }
    return range;
}

double range_share(const chart_range *range, double value)
{
    if (range->scale == CHART_LINEAR)
        return (value - range->min) / (range->max - range->min);
    return value > 0 ? log(value / range->min) / log(range->max / range->min) : NAN;
}

double range_value(const chart_range *range, double share)
{
    if (range->scale == CHART_LINEAR)
        return range->min + share * (range->max - range->min);
    return range->min * pow(range->max / range->min, share);
}

/* ---- ticks ---- */

static void add_tick(chart_ticks *ticks, double at, const char *format, int digits)
{
    if (ticks->count == CHART_TICKS)
        return;
    ticks->at[ticks->count] = at;
    snprintf(ticks->text[ticks->count], TICK_LENGTH, format, digits, at);
    ticks->count++;
}

/* Multiples of 1, 2 or 5 times a power of ten. */
static void linear_ticks(const chart_range *range, size_t most, chart_ticks *ticks)
{
    static const double steps[] = {1, 2, 5, 10};
    const double width = range->max - range->min;
    const double power = pow(10, floor(log10(width / (double)most)));
    const double size = fmax(fabs(range->min), fabs(range->max));
    double step = 10 * power, first, last;
    int digits;

    for (size_t i = 4; i-- > 0;)
        if (width / (steps[i] * power) <= (double)most + 0.5)
            step = steps[i] * power;
    step = range->whole ? fmax(step, 1) : step;
    if (!(step > 0 && step < INFINITY)) /* a width beyond the largest or least double */
        return;
    digits = (int)-floor(log10(step) + 1e-9);
    digits = digits < 0 ? 0 : digits;
    first = ceil(range->min / step - 1e-9);
    last = floor(range->max / step + 1e-9);
    for (double i = 0; i <= last - first; i++) {
        const double k = first + i, at = k == 0 ? 0 : k * step; /* no -0 */
        if (size >= 1e6 || size < 1e-3)
            add_tick(ticks, at, "%.*g", 3);
        else
            add_tick(ticks, at, "%.*f", digits);
    }
}

/* Powers of ten; where there are few of them, 2 and 5 times them too. */
static void log_ticks(const chart_range *range, size_t most, chart_ticks *ticks)
{
    static const double steps[] = {1, 2, 5};
    const double first = floor(log10(range->min) + 1e-9);
    const double last = ceil(log10(range->max) - 1e-9);
    const double apart = fmax(1, ceil((last - first) / (double)most));
    const size_t each = (last - first) * 3 <= (double)most ? 3 : 1;
    const bool plain = range->min >= 0.9e-3 && range->max <= 1.1e4;

    for (double k = apart * ceil(first / apart); k <= last; k += apart)
        for (size_t i = 0; i < each; i++) {
            const double at = steps[i] * pow(10, k);
            if (at < range->min * (1 - 1e-9) || at > range->max * (1 + 1e-9))
                continue;
            add_tick(ticks, at, plain || each > 1 ? "%.*g" : "%.*e", plain ? 6 : 0);
        }
}

/* "1e-04" as "1e-4" */
static void shorten(char *text)
{
    char *power = strchr(text, 'e'), *digit;

    if (!power)
        return;
    power += power[1] == '-' ? 2 : 1;
    digit = power + strspn(power, "+0");
    if (!*digit)
        digit--;
    memmove(power, digit, strlen(digit) + 1);
}

void range_ticks(const chart_range *range, size_t most, chart_ticks *ticks)
{
    ticks->count = 0;
    if (range->scale == CHART_LOG)
        log_ticks(range, most, ticks);
    if (ticks->count < 2) { /* less than a decade */
        ticks->count = 0;
        linear_ticks(range, most, ticks);
    }
    for (size_t i = 0; i < ticks->count; i++)
        shorten(ticks->text[i]);
}

/* A name in so many columns: the end of a longer one is cut off. */
static void cut_name(const char *name, size_t columns, char text[TICK_LENGTH])
{
    const bool longer = chart_columns(name) > columns;
    size_t bytes = 0;

    for (size_t left = longer ? columns - 1 : columns; name[bytes] && left-- > 0;) {
        size_t next = bytes + 1;
        while (((unsigned char)name[next] & 0xc0) == 0x80)
            next++;
        if (next > TICK_LENGTH - 4)
            break;
        bytes = next;
    }
    snprintf(text, TICK_LENGTH, "%.*s%s", (int)bytes, name, name[bytes] ? "\u2026" : "");
}

void axis_names(const chart_axis *axis, bool vertical, double pixels, chart_ticks *ticks)
{
    const double each = 6.5, apart = 6; /* a letter, names */
    const size_t least = 6;             /* letters that still tell what a name is */
    const double room = floor(pixels / (each * (double)least + apart));
    const size_t most = vertical || room > CHART_TICKS ? CHART_TICKS
                        : room < 1                     ? 1
                                                       : (size_t)room;
    const size_t step = (axis->name_count + most - 1) / most;
    const double shown = ceil((double)axis->name_count / (double)step);
    const double letters = vertical ? TICK_LENGTH : floor((pixels / shown - apart) / each);

    ticks->count = 0;
    for (size_t i = 0; i < axis->name_count && ticks->count < CHART_TICKS; i += step) {
        ticks->at[ticks->count] = (double)i;
        cut_name(axis->names[i], letters < 2 ? 2 : (size_t)letters,
                 ticks->text[ticks->count++]);
    }
}

/* ---- texts ---- */

void axis_title(const char *label, const char *unit, char *text, size_t room)
{
    if (strcmp(unit, "1") == 0)
        snprintf(text, room, "%s", label);
    else
        snprintf(text, room, "%s (%s)", label, unit);
}

void chart_left_out(const cli_chart *chart, char *text, size_t room)
{
    size_t bad = 0, low = 0;
    const chart_range x = {1, 2, chart->x.scale, false}, y = {1, 2, chart->y.scale, false};

    for (size_t i = 0; i < chart->series_count; i++) {
        const chart_series *series = &chart->series[i];
        bad += series->left_out;
        for (size_t j = 0; j < series->count; j++)
            low += isnan(range_share(&x, series->points[j].x)) ||
                   isnan(range_share(&y, series->points[j].y));
    }
    for (size_t i = 0; i < chart->grid.columns * chart->grid.rows; i++)
        bad += isfinite(chart->grid.values[i]) ? 0 : 1;
    *text = 0;
    if (bad && low)
        snprintf(text, room, "%zu points that are not finite are left out, and %zu that no "
                 "log scale shows", bad, low);
    else if (bad)
        snprintf(text, room, "%zu points that are not finite are left out", bad);
    else if (low)
        snprintf(text, room, "%zu points that no log scale shows are left out", low);
}

size_t chart_columns(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

const char *chart_title(const cli_chart *chart)
{
    return chart->title && *chart->title ? chart->title : chart->figure->title;
}
