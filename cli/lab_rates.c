/*
 * cli/lab_rates.c - three learning rates on one problem: crawl, converge, diverge
 *
 * On the parabola f(w) = w^2 / 2 a step is w <- (1 - rate) w: below 1 it comes nearer from
 * one side, up to 2 from both, above 2 it leaves. On the double well
 *
 *     f(w) = (w^2 - 1)^2 / 4 - 0.1 w          f'(w) = w (w^2 - 1) - 0.1
 *
 * the left minimum is the higher one; plain descent that starts on its side ends in it.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"
#include "message.h"
#include "text.h"

enum { RATES = 3, STEPS = 30, SHOWN = 8, SEEDS = 100, WELL_STEPS = 2000, METHODS = 3 };

static const double start = 4;

typedef struct rate_run {
    double rate;
    double w[STEPS + 1];
    const char *verdict;
} rate_run;

static double parabola(double w)
{
    return w * w / 2;
}

static void descend(rate_run *run)
{
    run->w[0] = start;
    for (size_t i = 0; i < STEPS; i++)
        run->w[i + 1] = run->w[i] - run->rate * run->w[i];
    const double left = parabola(run->w[STEPS]) / parabola(start);
    run->verdict = !(left <= 1) ? "diverges"
                   : left > 0.1 ? "crawls"
                   : run->rate > 1 ? "converges, from side to side"
                                   : "converges";
}

/* ---- the double well ---- */

static double well_slope(double w)
{
    return w * (w * w - 1) - 0.1;
}

/* A normal deviate of a small generator of its own: the sum of twelve uniform ones
 * (splitmix64: Steele, Lea and Flood 2014). */
static double normal(uint64_t *state)
{
    double sum = -6;

    for (int i = 0; i < 12; i++) {
        uint64_t bits = *state += 0x9e3779b97f4a7c15u;
        bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9u;
        bits = (bits ^ bits >> 27) * 0x94d049bb133111ebu;
        sum += (double)((bits ^ bits >> 31) >> 11) * 0x1p-53;
    }
    return sum;
}

typedef struct well_run {
    const char *name;
    double rate, momentum, noise; /* noise: deviation of what is added to the slope */
    size_t out;                   /* seeds that end in the right well */
    double w[WELL_STEPS + 1];     /* of the first seed */
} well_run;

/* Noise falls to 0 in the last half, so that each run settles in one of the wells. */
static double well_end(well_run *run, size_t seed)
{
    uint64_t state = seed;
    double w = -1.8 + 0.1 * normal(&state), v = 0; /* on the outer slope of the left well */

    for (size_t i = 0; i < WELL_STEPS; i++) {
        const double quiet = fmax(0, 1 - 2 * (double)i / WELL_STEPS);
        if (seed == 1)
            run->w[i] = w;
        v = run->momentum * v + well_slope(w) + run->noise * quiet * normal(&state);
        w -= run->rate * v;
    }
    if (seed == 1)
        run->w[WELL_STEPS] = w;
    return w;
}

/* ---- table ---- */

static void say_rates(cli_report *report, const rate_run *runs)
{
    report_row(report, "f(w) = w^2/2 from w = %s: w after", text_number(start, 6));
    report_row(report, "%8s%11s%11s%11s%11s%11s", "rate", "1", "2", "5", "10", "30 steps");
    report_array(report, "rates");
    for (size_t r = 0; r < RATES; r++) {
        const double *w = runs[r].w;
        report_row(report, "%8s%11s%11s%11s%11s%11s  %s", text_number(runs[r].rate, 4),
                   text_number(w[1], 4), text_number(w[2], 4), text_number(w[5], 4),
                   text_number(w[10], 4), text_number(w[30], 4), runs[r].verdict);
        report_object(report, NULL);
        report_number(report, "rate", runs[r].rate, 0, NULL);
        report_string(report, "verdict", runs[r].verdict, NULL);
        report_number(report, "first_loss", parabola(w[0]), 0, NULL);
        report_number(report, "last_loss", parabola(w[STEPS]), 0, NULL);
        report_array(report, "w");
        for (size_t i = 0; i <= STEPS; i++)
            report_number(report, NULL, w[i], 0, NULL);
        report_close(report);
        report_close(report);
    }
    report_close(report);
}

static void say_wells(cli_report *report, const well_run *methods)
{
    report_row(report, "%s", "");
    report_row(report, "f(w) = (w^2 - 1)^2/4 - 0.1 w from the left: of %d seeds end in the "
               "deeper well", SEEDS);
    report_array(report, "double_well");
    for (size_t m = 0; m < METHODS; m++) {
        const double share = (double)methods[m].out / SEEDS;
        report_row(report, "%20s  %8s   rate %g, momentum %g, noise %g", methods[m].name,
                   text_share(share, 0), methods[m].rate, methods[m].momentum,
                   methods[m].noise);
        report_object(report, NULL);
        report_string(report, "method", methods[m].name, NULL);
        report_number(report, "rate", methods[m].rate, 0, NULL);
        report_number(report, "momentum", methods[m].momentum, 0, NULL);
        report_number(report, "noise", methods[m].noise, 0, NULL);
        report_count(report, "seeds", SEEDS, NULL);
        report_number(report, "share_out", share, 0, NULL);
        report_close(report);
    }
    report_close(report);
}

/* ---- picture ---- */

/* The curve, the first steps on it, and the tangent at each, as far as the step goes. */
static void draw_steps(cli_figure *figure, const rate_run *run)
{
    char title[80];
    double far = start;

    snprintf(title, sizeof title, "Rate %s %s", text_number(run->rate, 4), run->verdict);
    for (size_t i = 0; i <= SHOWN; i++)
        far = fmin(fmax(far, fabs(run->w[i])), 10 * start);
    cli_chart *chart = figure_chart(figure, title);
    chart_axes(chart, "w", "1", "f(w)", "1");
    chart->x.min = -1.1 * far;
    chart->x.max = 1.1 * far;
    chart->y.min = -0.05 * parabola(far);
    chart->y.max = 1.2 * parabola(far);
    chart_series *curve = chart_series_add(chart, CHART_LINE, "");
    for (int i = -50; i <= 50; i++)
        series_point(curve, 1.1 * far * i / 50, parabola(1.1 * far * i / 50));
    chart_series *tangents = chart_series_add(chart, CHART_LINE, "");
    for (size_t i = 0; i < SHOWN; i++) {
        const double w = run->w[i], next = run->w[i + 1];
        series_point(tangents, w, parabola(w));
        series_point(tangents, next, parabola(w) + w * (next - w));
        series_gap(tangents);
    }
    chart_series *points = chart_series_add(chart, CHART_POINTS, "");
    for (size_t i = 0; i <= SHOWN; i++)
        series_point(points, run->w[i], parabola(run->w[i]));
}

static void draw_losses(cli_figure *figure, const rate_run *runs)
{
    cli_chart *chart = figure_chart(figure, "Loss of the three runs");
    char name[40];

    chart_axes(chart, "step", "1", "f(w)", "1");
    chart->y.scale = CHART_LOG;
    for (size_t r = 0; r < RATES; r++) {
        snprintf(name, sizeof name, "rate %s", text_number(runs[r].rate, 4));
        chart_series *series = chart_series_add(chart, CHART_LINE, name);
        for (size_t i = 0; i <= STEPS; i++)
            series_point(series, (double)i, parabola(runs[r].w[i]));
    }
}

static void draw_wells(cli_figure *figure, const well_run *methods)
{
    const char *names[METHODS];
    cli_chart *chart = figure_chart(figure, "Double well: first seed");

    chart_axes(chart, "w", "1", "step", "1");
    chart->x.min = -2.2;
    chart->x.max = 2.2;
    for (size_t m = 0; m < METHODS; m++) {
        chart_series *series = chart_series_add(chart, CHART_LINE, methods[m].name);
        for (size_t i = 0; i <= WELL_STEPS; i += i < 100 ? 1 : 10)
            series_point(series, methods[m].w[i], (double)i);
    }
    chart = figure_chart(figure, "Double well: who gets out");
    chart_axes(chart, "method", "1", "in the deeper well", "share of 100 seeds");
    chart->y.max = 1;
    for (size_t m = 0; m < METHODS; m++)
        names[m] = methods[m].name;
    chart_names(chart, &chart->x, names, METHODS);
    chart_series *bars = chart_series_add(chart, CHART_BARS, "");
    for (size_t m = 0; m < METHODS; m++)
        series_point(bars, (double)m, (double)methods[m].out / SEEDS);
}

/* ---- the lab ---- */

static gradus_status take_rates(const cli_lab *lab, rate_run *runs)
{
    static const double usual[RATES] = {0.02, 0.5, 2.1};

    for (size_t r = 0; r < RATES; r++) {
        const char *word = r < lab->arguments ? lab->argument[r] : NULL;
        runs[r].rate = usual[r];
        if (word && (!gradus_number_read(word, strlen(word), &runs[r].rate) ||
                     !(runs[r].rate > 0 && runs[r].rate < 1e6)))
            return fail(GRADUS_ARGUMENT, "\"%s\": a learning rate is a number above 0, "
                                         "such as 0.5", word);
        descend(&runs[r]);
    }
    return GRADUS_OK;
}

gradus_status lab_rates(cli_lab *lab)
{
    rate_run runs[RATES];
    well_run *methods = calloc(METHODS, sizeof *methods);
    gradus_status status = take_rates(lab, runs);

    if (!methods)
        return fail(GRADUS_MEMORY, "out of memory: %d runs", METHODS);
    methods[0] = (well_run){.name = "plain", .rate = 0.05};
    methods[1] = (well_run){.name = "momentum", .rate = 0.05, .momentum = 0.9};
    methods[2] = (well_run){.name = "noise", .rate = 0.05, .noise = 4};
    if (status == GRADUS_OK) {
        for (size_t m = 0; m < METHODS; m++)
            for (size_t seed = 1; seed <= SEEDS; seed++)
                methods[m].out += well_end(&methods[m], seed) > 0;
        say_rates(&lab->report, runs);
        say_wells(&lab->report, methods);
        figure_start(&lab->figure, "Learning rates",
                     "Gradient descent on a parabola with three rates, with the tangents of "
                     "the first steps; and on a double well: plain, with momentum, with "
                     "noise.");
        for (size_t r = 0; r < RATES; r++)
            draw_steps(&lab->figure, &runs[r]);
        draw_losses(&lab->figure, runs);
        draw_wells(&lab->figure, methods);
    }
    free(methods);
    return status;
}
