/*
 * cli/lab_descent.c - how fast descent converges, whether it settles, and where
 *
 * Excess loss after t steps, its slope on log axes by decades of t: -1 where the loss falls
 * as 1/t, -1/2 where it falls as 1/sqrt(t), without end where it falls exponentially. Batch
 * descent and restarts are gradus_fit(). Stochastic descent is a loop of its own, with a
 * fresh example x of random signs in each step, y = w* x + noise of variance 1: there
 *
 *     excess(w) = |w - w*|^2 / 2          w <- w - rate(t) ((w - w*) x - noise) x
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"
#include "message.h"
#include "stop.h"
#include "text.h"

enum {
    STEPS = 100000, DECADES = 5, POINTS = 64, ROWS = 32, INPUTS = 4, SEEDS = 400,
    BATCH_RUNS = 2, RULES = 4, RUNS = BATCH_RUNS + RULES, ROOT = 2, /* the rule 0.3/sqrt(t) */
    SIZES = 4, TRIES = 50, COLUMN = 8
};

/* Below this share of the first loss it is rounding. */
static const double smallest = 1e-28;

typedef struct desc_run {
    const char *name, *key, *theory;
    size_t t[POINTS];
    double excess[POINTS];
    size_t points;
    double slope[DECADES];      /* NaN: nothing is left to fall */
} desc_run;

typedef struct desc_lab {
    desc_run run[RUNS];
    double factor;              /* of a step of batch descent on least squares */
    size_t starts[SIZES], solved[SIZES];
} desc_lab;

/* The step that is told after this one: a quarter further on, and each power of ten. */
static size_t next_told(size_t t)
{
    const size_t next = t + (t + 3) / 4;
    size_t power = 10;

    while (power <= t)
        power *= 10;
    return next < power ? next : power;
}

static void tell(desc_run *run, size_t t, double excess)
{
    if (run->points == POINTS || excess < smallest * run->excess[0])
        return;
    run->t[run->points] = t;
    run->excess[run->points++] = excess;
}

/* Least squares of log excess on log t, from a step to ten times that. */
static double fit_slope(const desc_run *run, size_t from)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;

    for (size_t i = 0; i < run->points; i++) {
        if (run->t[i] < from || run->t[i] > 10 * from || !(run->excess[i] > 0))
            continue;
        const double log_t = log10((double)run->t[i]), log_e = log10(run->excess[i]);
        n += 1;
        x += log_t;
        y += log_e;
        xx += log_t * log_t;
        xy += log_t * log_e;
    }
    return n < 3 ? NAN : (n * xy - x * y) / (n * xx - x * x);
}

/* ---- batch descent, by the library ---- */

static int observe(const gradus_progress *at, void *user)
{
    const desc_run *run = user;
    const size_t next = run->points ? next_told(run->t[run->points - 1]) : 1;

    if (at->end_of_epoch && at->epoch == next)
        tell(user, at->epoch, at->train_loss);
    return stop_wanted();
}

/* Random bits of a small generator (splitmix64: Steele, Lea and Flood 2014). */
static uint64_t draw(uint64_t *state)
{
    uint64_t bits = *state += 0x9e3779b97f4a7c15u;

    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111ebu;
    return bits ^ bits >> 31;
}

static double draw_uniform(uint64_t *state)
{
    return (double)(draw(state) >> 11) * 0x1p-52 - 1;
}

/* Examples whose target is linear in x; or 1 where that is above 0, with a margin. */
static void make_rows(bool classes, double *x, double *y)
{
    uint64_t state = 1;

    for (size_t i = 0; i < ROWS; i++) {
        y[i] = 0;
        for (size_t j = 0; j < INPUTS; j++) {
            x[i * INPUTS + j] = draw_uniform(&state);
            y[i] += x[i * INPUTS + j] * ((double)j - 1.25);
        }
        if (!classes)
            continue;
        x[i * INPUTS] += y[i] > 0 ? -1 : 1; /* the first weight is below 0 */
        y[i] = y[i] > 0;
    }
}

static gradus_status descend(const cli_lab *lab, bool classes, desc_run *run)
{
    double x[ROWS * INPUTS], y[ROWS];
    const gradus_set set = {.rows = ROWS, .x = x, .y = y};
    gradus_fit_options options = lab_fit_options(classes ? "binary-cross-entropy" : "mse", 1,
                                             classes ? STEPS : 1000);
    gradus_net *net;
    gradus_status status = lab_net(lab, classes ? "output sigmoid" : "output", INPUTS, 1, 1,
                                   &net);

    if (status != GRADUS_OK)
        return status;
    make_rows(classes, x, y);
    options.observer = observe;
    options.user = run;
    status = gradus_fit(net, &set, NULL, &options, NULL);
    gradus_net_free(net);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

/* ---- stochastic descent ---- */

static double rate_of(size_t rule, double t)
{
    switch (rule) {
    case 0: return 0.1;
    case 1: return 0.01;
    case ROOT: return 0.3 / sqrt(t);
    default: return 1 / (9 + t);
    }
}

/* Adds the excess of one seed's steps, as a share, to those of the run. */
static gradus_status wander(size_t rule, uint64_t seed, desc_run *run)
{
    const double unit = 1.7320508075688772; /* uniform between -this and this: variance 1 */
    uint64_t state = seed;
    double far[INPUTS] = {1, 1, 1, 1}, excess;

    for (size_t t = 1, told = 0; t <= STEPS; t++) {
        const uint64_t bits = draw(&state);
        double error = unit * draw_uniform(&state);
        for (size_t j = 0; j < INPUTS; j++)
            error += bits >> j & 1 ? far[j] : -far[j];
        error *= rate_of(rule, (double)t);
        for (size_t j = 0; j < INPUTS; j++)
            far[j] -= bits >> j & 1 ? error : -error;
        if (told == run->points || run->t[told] != t)
            continue;
        excess = 0;
        for (size_t j = 0; j < INPUTS; j++)
            excess += far[j] * far[j] / 2;
        run->excess[told++] += excess / SEEDS;
    }
    return lab_stopped();
}

static gradus_status wander_all(desc_run *runs)
{
    gradus_status status = GRADUS_OK;

    for (size_t rule = 0; rule < RULES; rule++) {
        for (size_t t = 1; t <= STEPS; t = next_told(t))
            tell(&runs[rule], t, 0);
        for (uint64_t seed = 1; seed <= SEEDS && status == GRADUS_OK; seed++)
            status = wander(rule, seed, &runs[rule]);
    }
    return status;
}

/* ---- restarts ---- */

/* XOR by two hidden units, which stays in a local optimum from every second start. */
static gradus_status restart(const cli_lab *lab, size_t starts, uint64_t seed, size_t *solved)
{
    static const double x[4][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, y[4] = {0, 1, 1, 0};
    const gradus_set set = {.rows = 4, .x = x, .y = y};
    gradus_fit_options options = lab_fit_options("mse", 40, 1000);
    double answer[4];
    size_t right = 0;
    gradus_net *net;
    gradus_status status = lab_net(
        lab, "dense 2 start=normal sigmoid output start=normal sigmoid", 2, 1, seed, &net);

    if (status != GRADUS_OK)
        return status;
    options.starts = starts;
    options.seed = seed;
    status = gradus_fit(net, &set, NULL, &options, NULL);
    if (status == GRADUS_OK)
        status = gradus_net_predict(net, x, 4, answer);
    gradus_net_free(net);
    if (status != GRADUS_OK)
        return fail_library(status);
    for (size_t i = 0; i < 4; i++)
        right += (answer[i] > 0.5) == (y[i] > 0.5);
    *solved += right == 4;
    return GRADUS_OK;
}

static gradus_status restart_all(const cli_lab *lab, desc_lab *all)
{
    gradus_status status = GRADUS_OK;

    for (size_t i = 0; i < SIZES; i++) {
        all->starts[i] = (size_t)1 << i;
        for (uint64_t seed = 1; seed <= TRIES && status == GRADUS_OK; seed++)
            status = restart(lab, all->starts[i], seed, &all->solved[i]);
    }
    return status;
}

/* ---- table ---- */

static double excess_at(const desc_run *run, size_t t)
{
    for (size_t i = 0; i < run->points; i++)
        if (run->t[i] == t)
            return run->excess[i];
    return NAN;
}

static void say_run(cli_report *report, const desc_run *run)
{
    const double *s = run->slope;
    char line[COLUMN * (DECADES + 1)];

    for (size_t d = 0; d < DECADES; d++)
        if (isnan(s[d]))
            snprintf(line + COLUMN * d, sizeof line - COLUMN * d, "%*s", COLUMN, "-");
        else
            snprintf(line + COLUMN * d, sizeof line - COLUMN * d, "%*.2f", COLUMN, s[d]);
    report_row(report, "%-28s%s  %s", run->name, line, run->theory);
    report_object(report, NULL);
    report_string(report, "run", run->key, NULL);
    report_string(report, "theory", run->theory, NULL);
    report_array(report, "slopes");
    for (size_t d = 0; d < DECADES; d++)
        report_number(report, NULL, s[d], 0, NULL);
    report_close(report);
    report_number(report, "last_excess", run->excess[run->points - 1], 0, NULL);
    report_close(report);
}

static void say_rates(cli_report *report, const desc_lab *all)
{
    report_row(report, "slope of log loss above the least over log t, by decades of t");
    report_row(report, "%-28s%8s%8s%8s%8s%8s  %s", "up to step", "10", "100", "1000", "10^4",
               "10^5", "theory");
    report_array(report, "runs");
    for (size_t i = 0; i < RUNS; i++)
        say_run(report, &all->run[i]);
    report_close(report);
    report_row(report, "batch descent on least squares: each step leaves %s of the loss",
               text_share(all->factor, 1));
    report_number(report, "least_squares_factor", all->factor, 0, NULL);
}

static void say_settling(cli_report *report, const desc_lab *all)
{
    static const size_t at[] = {10, 100, 1000, 10000, 100000};

    report_row(report, "%s", "");
    report_row(report, "stochastic descent: loss above the least, the mean of %d seeds", SEEDS);
    report_row(report, "%-28s%10s%10s%10s%10s%10s", "after steps", "10", "100", "1000", "10^4",
               "10^5");
    for (size_t i = BATCH_RUNS; i < RUNS; i++) {
        const desc_run *run = &all->run[i];
        report_row(report, "%-28s%10s%10s%10s%10s%10s", run->name,
                   text_number(excess_at(run, at[0]), 3), text_number(excess_at(run, at[1]), 3),
                   text_number(excess_at(run, at[2]), 3), text_number(excess_at(run, at[3]), 3),
                   text_number(excess_at(run, at[4]), 3));
    }
}

static void say_restarts(cli_report *report, const desc_lab *all)
{
    report_row(report, "%s", "");
    report_row(report, "XOR by two hidden units, the best of R starts: learned by");
    report_array(report, "restarts");
    for (size_t i = 0; i < SIZES; i++) {
        const double share = (double)all->solved[i] / TRIES;
        report_row(report, "%6zu %-6s %6s of %d seeds", all->starts[i],
                   all->starts[i] == 1 ? "start" : "starts", text_share(share, 0), TRIES);
        report_object(report, NULL);
        report_count(report, "starts", all->starts[i], NULL);
        report_number(report, "share_solved", share, 0, NULL);
        report_close(report);
    }
    report_close(report);
}

/* ---- picture ---- */

static void draw_run(cli_chart *chart, const desc_run *run)
{
    chart_series *series = chart_series_add(chart, CHART_LINE, run->name);

    for (size_t i = 0; i < run->points; i++)
        series_point(series, (double)run->t[i], run->excess[i]);
}

static cli_chart *new_chart(cli_figure *figure, const char *title, chart_scale x)
{
    cli_chart *chart = figure_chart(figure, title);

    chart_axes(chart, "step", "1", "loss above the least", "1");
    chart->x.scale = x;
    chart->y.scale = CHART_LOG;
    return chart;
}

static void draw_all(cli_figure *figure, const desc_lab *all)
{
    static const char *const names[SIZES] = {"1", "2", "4", "8"};
    cli_chart *chart;

    figure_start(figure, "Gradient descent: how fast, how near, and where",
                 "Loss above the least on log axes, of batch and of stochastic descent, with "
                 "constant and with decaying rates; and XOR by the best of several starts.");
    chart = new_chart(figure, "Powers of t on log axes", CHART_LOG);
    draw_run(chart, &all->run[0]);
    draw_run(chart, &all->run[BATCH_RUNS + ROOT]);
    draw_run(chart, &all->run[BATCH_RUNS + RULES - 1]);
    draw_run(new_chart(figure, "Exponential: a line where only the loss is a logarithm",
                       CHART_LINEAR), &all->run[1]);
    chart = new_chart(figure, "Constant rates stay away, decaying ones settle", CHART_LOG);
    for (size_t i = BATCH_RUNS; i < RUNS; i++)
        draw_run(chart, &all->run[i]);
    chart = figure_chart(figure, "XOR, two hidden units");
    chart_axes(chart, "starts", "1", "learned", "share of 50 seeds");
    chart->y.max = 1;
    chart_names(chart, &chart->x, names, SIZES);
    chart_series *bars = chart_series_add(chart, CHART_BARS, "");
    for (size_t i = 0; i < SIZES; i++)
        series_point(bars, (double)i, (double)all->solved[i] / TRIES);
}

/* ---- the lab ---- */

static void find_slopes(desc_lab *all)
{
    const desc_run *squares = &all->run[1];
    const size_t last = squares->points - 1;

    for (size_t i = 0; i < RUNS; i++)
        for (size_t d = 0, from = 1; d < DECADES; d++, from *= 10)
            all->run[i].slope[d] = fit_slope(&all->run[i], from);
    all->factor = pow(squares->excess[last] / squares->excess[last - 1],
                      1 / (double)(squares->t[last] - squares->t[last - 1]));
}

gradus_status lab_descent(cli_lab *lab)
{
    desc_lab all = {.run = {
        {.name = "batch, logistic, separable", .key = "logistic", .theory = "-1"},
        {.name = "batch, least squares", .key = "least-squares", .theory = "exponential"},
        {.name = "stochastic, rate 0.1", .key = "constant-0.1", .theory = "0"},
        {.name = "stochastic, rate 0.01", .key = "constant-0.01", .theory = "0"},
        {.name = "stochastic, rate 0.3/sqrt(t)", .key = "root", .theory = "-1/2"},
        {.name = "stochastic, rate 1/(9 + t)", .key = "inverse", .theory = "-1"}}};
    gradus_status status = descend(lab, true, &all.run[0]);

    if (status == GRADUS_OK)
        status = descend(lab, false, &all.run[1]);
    if (status == GRADUS_OK)
        status = wander_all(&all.run[BATCH_RUNS]);
    if (status == GRADUS_OK)
        status = restart_all(lab, &all);
    if (status != GRADUS_OK)
        return status;
    find_slopes(&all);
    say_rates(&lab->report, &all);
    say_settling(&lab->report, &all);
    say_restarts(&lab->report, &all);
    draw_all(&lab->figure, &all);
    return GRADUS_OK;
}
