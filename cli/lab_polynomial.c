/*
 * cli/lab_polynomial.c - why an activation must not be a polynomial
 *
 * With s(z) = z^2 or z^3 a hidden layer of any width gives a polynomial of degree 2 or 3:
 * its error is never below that of the best one, which is computed (lab_remez.h).
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>

#include "lab_learn.h"
#include "lab_remez.h"
#include "message.h"
#include "text.h"

enum { WIDTHS = 5, WAYS = 3, RATES = 2, STARTS = 2, ROWS = 512, STEPS = 4000 };

static const size_t widths[WIDTHS] = {4, 8, 16, 32, 64};

static double square(double z, void *user) { (void)user; return z * z; }
static double square_slope(double z, void *user) { (void)user; return 2 * z; }
static double cube(double z, void *user) { (void)user; return z * z * z; }
static double cube_slope(double z, void *user) { (void)user; return 3 * z * z; }

static const gradus_activation powers[] = {
    {"lab-square", square, square_slope, NULL},
    {"lab-cube", cube, cube_slope, NULL},
};

static const struct {
    const char *name, *activation, *best;
    size_t degree;              /* 0: no polynomial */
    double size, rate[RATES];
} ways[WAYS] = {
    {"z^2", "lab-square", "best of degree 2", 2, 0, {0.03, 0.01}},
    {"z^3", "lab-cube", "best of degree 3", 3, 0, {0.03, 0.01}},
    {"sigmoid", "sigmoid", NULL, 0, 10, {0.03, 0.01}},
};

typedef struct poly_lab {
    lab_target target;
    lab_best best[WAYS];        /* in units of f */
    lab_error error[WAYS][WIDTHS]; /* the least of each over the runs */
} poly_lab;

/* The least error of any run, of each kind by itself: none may be below the best. */
static gradus_status train(const cli_lab *lab, poly_lab *all, size_t way, size_t w)
{
    lab_error *least = &all->error[way][w];
    gradus_status status = GRADUS_OK;

    *least = (lab_error){INFINITY, INFINITY};
    for (size_t run = 0; run < RATES * STARTS && status == GRADUS_OK; run++) {
        const lab_learning how = {
            .activation = ways[way].activation, .units = widths[w], .size = ways[way].size,
            .rate = ways[way].rate[run % RATES], .rows = ROWS, .steps = STEPS, .even = true,
            .seed = run / RATES + 1};
        lab_error error = {INFINITY, INFINITY};
        status = lab_learn(lab, &all->target, &how, &error);
        least->sup = fmin(least->sup, error.sup);
        least->rms = fmin(least->rms, error.rms);
    }
    return status;
}

static gradus_status study(const cli_lab *lab, poly_lab *all)
{
    const lab_target *target = &all->target;
    gradus_status status = GRADUS_OK;

    for (size_t i = 0; i < sizeof powers / sizeof *powers && status == GRADUS_OK; i++)
        status = gradus_context_add_activation(lab->context, &powers[i]);
    if (status != GRADUS_OK)
        return fail_library(status);
    for (size_t way = 0; way < WAYS; way++) {
        lab_best *best = &all->best[way];
        if (ways[way].degree > 0)
            *best = lab_best_polynomial(target->z, target->y, GRID, ways[way].degree);
        best->below *= target->deviation;
        best->above *= target->deviation;
        best->rms *= target->deviation;
        for (size_t w = 0; w < WIDTHS && status == GRADUS_OK; w++)
            status = train(lab, all, way, w);
    }
    return status;
}

/* ---- what is told ---- */

static void say_way(cli_report *report, const poly_lab *all, size_t way)
{
    const lab_best *best = &all->best[way];

    report_object(report, NULL);
    report_string(report, "activation", ways[way].name, NULL);
    if (ways[way].degree > 0) {
        report_row(report, "%-8s%8s%12s%12s   at least, of every polynomial of degree %zu",
                   ways[way].name, "any", text_number(best->below, 5),
                   text_number(best->rms, 5), ways[way].degree);
        report_count(report, "degree", ways[way].degree, NULL);
        report_number(report, "least_sup", best->below, 0, NULL);
        report_number(report, "best_sup", best->above, 0, NULL);
        report_number(report, "least_rms", best->rms, 0, NULL);
    }
    report_array(report, "widths");
    for (size_t w = 0; w < WIDTHS; w++) {
        const lab_error *error = &all->error[way][w];
        report_row(report, "%-8s%8zu%12s%12s", ways[way].name, widths[w],
                   text_number(error->sup, 5), text_number(error->rms, 5));
        report_object(report, NULL);
        report_count(report, "units", widths[w], NULL);
        report_number(report, "sup", error->sup, 0, NULL);
        report_number(report, "rms", error->rms, 0, NULL);
        report_close(report);
    }
    report_close(report);
    report_close(report);
}

static void say(cli_report *report, const poly_lab *all)
{
    const cli_subject *subject = &all->target.subject;

    report_row(report, "%s on %s:%s", subject->text, text_number(subject->box[0].min, 6),
               text_number(subject->box[0].max, 6));
    report_string(report, "function", subject->text, NULL);
    report_row(report, "%-8s%8s%12s%12s", "", "units", "largest", "rms error");
    report_array(report, "ways");
    for (size_t way = 0; way < WAYS; way++)
        say_way(report, all, way);
    report_close(report);
    report_row(report, "the least error of %d runs, of each kind by itself", RATES * STARTS);
}

static void draw(cli_figure *figure, const poly_lab *all)
{
    figure_start(figure, "Polynomial activations do not approximate",
                 "rms error of trained networks by width; the lines are the best polynomials.");
    cli_chart *chart = figure_chart(figure, NULL);
    chart_axes(chart, "hidden units", "1", "rms error", "1");
    chart->x.scale = chart->y.scale = CHART_LOG;
    for (size_t way = 0; way < WAYS; way++) {
        chart_series *series = chart_series_add(chart, CHART_LINE, ways[way].name);
        for (size_t w = 0; w < WIDTHS; w++)
            series_point(series, (double)widths[w], all->error[way][w].rms);
        if (ways[way].degree > 0)
            chart_mark_add(chart, false, all->best[way].rms, ways[way].best);
    }
}

gradus_status lab_polynomial(cli_lab *lab)
{
    poly_lab *all = calloc(1, sizeof *all);
    gradus_status status;

    if (!all)
        return fail(GRADUS_MEMORY, "out of memory: the lab");
    status = lab_target_open(lab, &all->target);
    if (status == GRADUS_OK)
        status = study(lab, all);
    if (status == GRADUS_OK) {
        say(&lab->report, all);
        draw(&lab->figure, all);
    }
    lab_target_close(&all->target);
    free(all);
    return status;
}
