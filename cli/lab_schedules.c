/*
 * cli/lab_schedules.c - the learning rate at every step, as training itself uses it
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "lab.h"
#include "message.h"
#include "stop.h"
#include "text.h"

enum { EPOCHS = 40, STEPS = 10, ALL = EPOCHS * STEPS, MOST = 14 };

/* The share of the steps that the warm-up shown takes. */
static const double warm_share = 0.25;

typedef struct rate_curve {
    double rate[ALL];           /* of each step; the rate that was set is 1 */
    size_t steps;
} rate_curve;

static int observe(const gradus_progress *at, void *user)
{
    rate_curve *curve = user;

    if (!at->end_of_epoch && curve->steps < ALL)
        curve->rate[curve->steps++] = at->rate;
    return stop_wanted();
}

/* Nothing is learned: x, target and weights are 0. */
static gradus_status follow(const cli_lab *lab, const char *schedule, double warmup,
                            rate_curve *curve)
{
    const double zero[STEPS] = {0};
    const gradus_set set = {.rows = STEPS, .x = zero, .y = zero};
    gradus_fit_options options = lab_fit_options("mse", 1, EPOCHS);
    gradus_net *net;
    gradus_status status = lab_net(lab, "output", 1, 1, 1, &net);

    if (status != GRADUS_OK)
        return status;
    options.schedule = schedule;
    options.warmup = warmup;
    options.batch = 1;
    options.observer = observe;
    options.user = curve;
    status = gradus_fit(net, &set, NULL, &options, NULL);
    gradus_net_free(net);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

static void say(cli_report *report, const char *name, double warmup, const rate_curve *curve)
{
    static const size_t shown[] = {0, ALL / 8, ALL / 4, ALL / 2, 3 * ALL / 4, ALL - 1};
    char line[160];
    size_t length = (size_t)snprintf(line, sizeof line, "%-14s", name);

    for (size_t i = 0; i < 6; i++)
        length += (size_t)snprintf(line + length, sizeof line - length, "%10s",
                                   text_number(curve->rate[shown[i]], 4));
    report_row(report, "%s", line);
    report_object(report, NULL);
    report_string(report, "schedule", name, NULL);
    report_number(report, "warmup", warmup, 0, NULL);
    report_array(report, "rate");
    for (size_t i = 0; i < curve->steps; i++)
        report_number(report, NULL, curve->rate[i], 0, NULL);
    report_close(report);
    report_close(report);
}

static void draw(cli_figure *figure, const char *title, const rate_curve *curve)
{
    cli_chart *chart = figure_chart(figure, title);

    chart_axes(chart, "step", "1", "learning rate", "share of the rate set");
    chart->y.min = 0;
    chart->y.max = 1.05;
    chart_series *series = chart_series_add(chart, CHART_LINE, "");
    for (size_t i = 0; i < curve->steps; i++)
        series_point(series, (double)i + 1, curve->rate[i]);
}

static gradus_status show(cli_lab *lab, const char *name, double warmup)
{
    rate_curve curve = {.steps = 0};
    char title[64];
    const gradus_status status = follow(lab, name, warmup, &curve);

    if (status != GRADUS_OK)
        return status;
    if (warmup > 0)
        snprintf(title, sizeof title, "%s, warm-up %s", name, text_number(warmup, 2));
    else
        snprintf(title, sizeof title, "%s", name);
    say(&lab->report, name, warmup, &curve);
    draw(&lab->figure, title, &curve);
    return GRADUS_OK;
}

gradus_status lab_schedules(cli_lab *lab)
{
    cli_report *report = &lab->report;
    gradus_status status = GRADUS_OK;
    char title[80];

    figure_start(&lab->figure, "Learning-rate schedules",
                 "The rate of every step of a run, as a share of the rate that was set.");
    snprintf(title, sizeof title, "share of the rate; %d steps, %d an epoch; step", ALL, STEPS);
    report_row(report, "%s", title);
    report_row(report, "%-14s%10d%10d%10d%10d%10d%10d", "schedule", 1, ALL / 8 + 1,
               ALL / 4 + 1, ALL / 2 + 1, 3 * ALL / 4 + 1, ALL);
    report_array(report, "schedules");
    for (size_t k = 0; gradus_schedule_name(k) && k < MOST && status == GRADUS_OK; k++)
        status = show(lab, gradus_schedule_name(k), 0);
    if (status == GRADUS_OK) {
        report_row(report, "with --warmup %s", text_number(warm_share, 2));
        status = show(lab, "constant", warm_share);
    }
    if (status == GRADUS_OK)
        status = show(lab, "cosine", warm_share);
    report_close(report);
    return status;
}
