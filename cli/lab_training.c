/*
 * cli/lab_training.c - a network that is trained, beside one that is built
 *
 * The same function and the same number of hidden units: once a construction sets the
 * weights, once descent finds them. Then descent alone, from fewer and more examples, with
 * noise: where the noise decides, the error falls as 1 / sqrt(examples).
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>

#include "lab_learn.h"
#include "message.h"
#include "text.h"

enum {
    WIDTHS = 6, ACTIVATIONS = 2, RATES = 2, STARTS = 1, ROWS = 512, STEPS = 16000,
    NOISES = 3, SIZES = 7, SAMPLE_UNITS = 32, SEEDS = 3,
    NOISY_FROM = 1              /* the slope is fitted from the second size on */
};

static const size_t widths[WIDTHS] = {16, 32, 64, 128, 256, 512};
static const size_t sizes[SIZES] = {64, 128, 256, 512, 1024, 2048, 4096};
static const double noises[NOISES] = {0, 0.1, 0.5};

static const struct {
    const char *name;
    double size, rate[RATES];   /* rates that do well with few units, and with many */
} activations[ACTIVATIONS] = {{"sigmoid", 10, {0.03, 0.01}}, {"relu", 1, {0.01, 0.003}}};

typedef struct train_pair {
    const char *construction;
    double bound;
    bool proved;
    lab_error built, trained;
    double rate;                /* of the best run */
} train_pair;

typedef struct train_lab {
    lab_target target;
    train_pair pair[ACTIVATIONS][WIDTHS];
    double rms[NOISES][SIZES];  /* the geometric mean over the seeds, in deviations of f */
    double slope[NOISES];
} train_lab;

/* ---- built, and trained ---- */

static gradus_status build(const cli_lab *lab, const lab_target *target, size_t a, size_t w,
                           train_pair *pair)
{
    gradus_approximation_options options;
    gradus_approximation *made = NULL;
    gradus_approximation_about about;
    double *output = calloc(GRID, sizeof *output);
    gradus_status status;

    if (!output)
        return fail(GRADUS_MEMORY, "out of memory: %d points", GRID);
    gradus_approximation_defaults(&options);
    options.activation = activations[a].name;
    options.units = widths[w];
    status = gradus_approximation_new(lab->context, target->subject.f, target->subject.box,
                                      &options, &made);
    if (status == GRADUS_OK)
        status = gradus_net_predict(gradus_approximation_net(made), target->x, GRID, output);
    if (status == GRADUS_OK) {
        gradus_approximation_describe(made, &about);
        for (size_t i = 0; i < GRID; i++)
            output[i] = (output[i] - target->mean) / target->deviation;
        pair->construction = about.construction;
        pair->bound = about.bound;
        pair->proved = about.proved;
        pair->built = lab_error_of(target, output);
        pair->built.sup = fmax(pair->built.sup, about.measured);
    }
    free(output);
    gradus_approximation_free(made);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

/* The best of some rates and starts. */
static gradus_status train(const cli_lab *lab, const lab_target *target, size_t a, size_t w,
                           train_pair *pair)
{
    gradus_status status = GRADUS_OK;

    pair->trained = (lab_error){INFINITY, INFINITY};
    for (size_t run = 0; run < RATES * STARTS && status == GRADUS_OK; run++) {
        const lab_learning how = {
            .activation = activations[a].name, .units = widths[w], .size = activations[a].size,
            .rate = activations[a].rate[run % RATES], .rows = ROWS, .steps = STEPS,
            .even = true, .seed = run / RATES + 1};
        lab_error error = {INFINITY, INFINITY};
        status = lab_learn(lab, target, &how, &error);
        if (error.rms < pair->trained.rms) {
            pair->trained = error;
            pair->rate = how.rate;
        }
    }
    return status;
}

static gradus_status compare(const cli_lab *lab, train_lab *all)
{
    gradus_status status = GRADUS_OK;

    for (size_t a = 0; a < ACTIVATIONS; a++)
        for (size_t w = 0; w < WIDTHS && status == GRADUS_OK; w++) {
            status = build(lab, &all->target, a, w, &all->pair[a][w]);
            if (status == GRADUS_OK)
                status = train(lab, &all->target, a, w, &all->pair[a][w]);
        }
    return status;
}

/* ---- examples and noise ---- */

/* Least squares of log rms on log examples. */
static double fit_slope(const double *rms, size_t from)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;

    for (size_t i = from; i < SIZES; i++) {
        const double log_n = log10((double)sizes[i]), log_e = log10(rms[i]);
        n += 1;
        x += log_n;
        y += log_e;
        xx += log_n * log_n;
        xy += log_n * log_e;
    }
    return (n * xy - x * y) / (n * xx - x * x);
}

static gradus_status learn_noisy(const cli_lab *lab, train_lab *all, size_t noise, size_t size)
{
    const lab_target *target = &all->target;
    double logs = 0;
    gradus_status status = GRADUS_OK;

    for (uint64_t seed = 1; seed <= SEEDS && status == GRADUS_OK; seed++) {
        const lab_learning how = {
            .activation = activations[0].name, .units = SAMPLE_UNITS,
            .size = activations[0].size, .rate = activations[0].rate[0], .rows = sizes[size],
            .steps = STEPS / 2, .noise = noises[noise], .seed = seed};
        lab_error error = {INFINITY, INFINITY};
        status = lab_learn(lab, target, &how, &error);
        logs += log(error.rms / target->deviation) / SEEDS;
    }
    all->rms[noise][size] = exp(logs);
    return status;
}

static gradus_status sample(const cli_lab *lab, train_lab *all)
{
    gradus_status status = GRADUS_OK;

    for (size_t k = 0; k < NOISES; k++) {
        for (size_t i = 0; i < SIZES && status == GRADUS_OK; i++)
            status = learn_noisy(lab, all, k, i);
        all->slope[k] = fit_slope(all->rms[k], NOISY_FROM);
    }
    return status;
}

/* ---- what is told ---- */

static void say_pair(cli_report *report, size_t a, size_t w, const train_pair *pair)
{
    report_row(report, "%-8s%6zu%14s%11s%11s%20s%11s", activations[a].name, widths[w],
               text_number(pair->bound, 3), text_number(pair->built.sup, 3),
               text_number(pair->built.rms, 3), text_number(pair->trained.sup, 3),
               text_number(pair->trained.rms, 3));
    report_object(report, NULL);
    report_string(report, "activation", activations[a].name, NULL);
    report_count(report, "units", widths[w], NULL);
    report_string(report, "construction", pair->construction, NULL);
    report_number(report, "bound", pair->bound, 0, NULL);
    report_flag(report, "proved", pair->proved);
    report_number(report, "built_sup", pair->built.sup, 0, NULL);
    report_number(report, "built_rms", pair->built.rms, 0, NULL);
    report_number(report, "trained_sup", pair->trained.sup, 0, NULL);
    report_number(report, "trained_rms", pair->trained.rms, 0, NULL);
    report_number(report, "rate", pair->rate, 0, NULL);
    report_close(report);
}

static void say_pairs(cli_report *report, const train_lab *all)
{
    report_row(report, "%s on %s:%s, deviation %s", all->target.subject.text,
               text_number(all->target.subject.box[0].min, 6),
               text_number(all->target.subject.box[0].max, 6),
               text_number(all->target.deviation, 3));
    report_string(report, "function", all->target.subject.text, NULL);
    report_number(report, "deviation", all->target.deviation, 0, NULL);
    report_row(report, "%s", "");
    report_row(report, "%14s%14s%11s%11s%20s%11s", "", "built: bound", "largest", "rms",
               "trained: largest", "rms");
    report_array(report, "widths");
    for (size_t a = 0; a < ACTIVATIONS; a++)
        for (size_t w = 0; w < WIDTHS; w++)
            say_pair(report, a, w, &all->pair[a][w]);
    report_close(report);
    report_row(report, "built: the bounds are %s", all->pair[0][0].proved
                   ? "proved" : "estimates by values of f: FLINT and Arb prove them");
    report_row(report, "trained: %d examples without noise, %d steps of adam, the best of %d "
               "runs by rms", ROWS, STEPS, RATES * STARTS);
}

static void say_samples(cli_report *report, const train_lab *all)
{
    char row[128];

    report_row(report, "%s", "");
    report_row(report, "%d sigmoid units trained on random examples with noise; rms error in "
               "deviations of f", SAMPLE_UNITS);
    report_row(report, "%10s%12s%12s%12s", "examples", "no noise", "noise 0.1", "noise 0.5");
    report_array(report, "samples");
    for (size_t i = 0; i < SIZES; i++) {
        size_t used = (size_t)snprintf(row, sizeof row, "%10s", text_count(sizes[i]));
        for (size_t k = 0; k < NOISES; k++) {
            used += (size_t)snprintf(row + used, sizeof row - used, "%12s",
                                     text_number(all->rms[k][i], 3));
            report_object(report, NULL);
            report_count(report, "examples", sizes[i], NULL);
            report_number(report, "noise", noises[k], 0, NULL);
            report_number(report, "rms", all->rms[k][i], 0, NULL);
            report_close(report);
        }
        report_row(report, "%s", row);
    }
    report_close(report);
    report_array(report, "slopes");
    size_t used = (size_t)snprintf(row, sizeof row, "%10s", "slope");
    for (size_t k = 0; k < NOISES; k++) {
        used += (size_t)snprintf(row + used, sizeof row - used, "%12s",
                                 text_fixed(all->slope[k], 2));
        report_object(report, NULL);
        report_number(report, "noise", noises[k], 0, NULL);
        report_number(report, "slope", all->slope[k], 0, NULL);
        report_close(report);
    }
    report_close(report);
    report_row(report, "%s   of log rms, from %zu examples on", row, sizes[NOISY_FROM]);
}

static void say_promise(cli_report *report)
{
    report_row(report, "%s", "");
    report_row(report, "The theorem promises that some network of enough units is as near to f "
               "as wanted. It");
    report_row(report, "does not say how many units that takes, that descent finds their "
               "weights, or that a");
    report_row(report, "network which fits the examples is near f between them.");
}

/* ---- pictures ---- */

static void draw_widths(cli_figure *figure, const train_lab *all, size_t a)
{
    char title[64];

    snprintf(title, sizeof title, "Largest error, %s", activations[a].name);
    cli_chart *chart = figure_chart(figure, title);
    chart_axes(chart, "hidden units", "1", "largest error", "1");
    chart->x.scale = chart->y.scale = CHART_LOG;
    chart_series *bound = chart_series_add(chart, CHART_LINE, "bound"),
                 *built = chart_series_add(chart, CHART_LINE, "built"),
                 *trained = chart_series_add(chart, CHART_LINE, "trained");
    for (size_t w = 0; w < WIDTHS; w++) {
        const train_pair *pair = &all->pair[a][w];
        series_point(bound, (double)widths[w], pair->bound);
        series_point(built, (double)widths[w], pair->built.sup);
        series_point(trained, (double)widths[w], pair->trained.sup);
    }
}

static void draw_samples(cli_figure *figure, const train_lab *all)
{
    char name[40];
    cli_chart *chart = figure_chart(figure, "Trained on examples with noise");

    chart_axes(chart, "examples", "1", "rms error", "deviations of f");
    chart->x.scale = chart->y.scale = CHART_LOG;
    for (size_t k = 0; k < NOISES; k++) {
        snprintf(name, sizeof name, "noise %s", text_number(noises[k], 2));
        chart_series *series = chart_series_add(chart, CHART_LINE, name);
        for (size_t i = 0; i < SIZES; i++)
            series_point(series, (double)sizes[i], all->rms[k][i]);
    }
}

static void draw(cli_figure *figure, const train_lab *all)
{
    figure_start(figure, "Built and trained",
                 "Largest error of networks of one hidden layer, built with a bound and "
                 "trained by descent; and trained from examples with noise.");
    for (size_t a = 0; a < ACTIVATIONS; a++)
        draw_widths(figure, all, a);
    draw_samples(figure, all);
}

gradus_status lab_training(cli_lab *lab)
{
    train_lab *all = calloc(1, sizeof *all);
    gradus_status status;

    if (!all)
        return fail(GRADUS_MEMORY, "out of memory: the lab");
    status = lab_target_open(lab, &all->target);
    if (status == GRADUS_OK)
        status = compare(lab, all);
    if (status == GRADUS_OK)
        status = sample(lab, all);
    if (status == GRADUS_OK) {
        say_pairs(&lab->report, all);
        say_samples(&lab->report, all);
        say_promise(&lab->report);
        draw(&lab->figure, all);
    }
    lab_target_close(&all->target);
    free(all);
    return status;
}
