/*
 * cli/train_rate.c - train --learning-rate find: what the range test found
 *
 * SPDX-License-Identifier: MIT
 */
#include "train_rate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "chart.h"
#include "message.h"
#include "stop.h"
#include "text.h"

bool rate_is_sought(const cli_settings *settings)
{
    return isinf(settings->train.fit.learning_rate);
}

static bool same_file(const char *one, const char *other)
{
    return one && other && strcmp(one, other) == 0;
}

gradus_status rate_check(const cli_settings *settings)
{
    const char *picture = settings->picture;

    if (rate_is_sought(settings) && settings->folds)
        return fail(GRADUS_ARGUMENT, "--learning-rate find looks at one network, --cv trains "
                    "%zu: find the rate with --dry-run, then give it", settings->folds);
    if (picture && !rate_is_sought(settings))
        return fail(GRADUS_ARGUMENT, "--picture draws what --learning-rate find found: say "
                                     "that too; --report draws a run");
    if (same_file(picture, settings->output) || same_file(picture, settings->report))
        return fail(GRADUS_ARGUMENT, "--picture and --%s name the same file: %s",
                    same_file(picture, settings->output) ? "output" : "report", picture);
    return picture_check(settings);
}

gradus_status rate_find(gradus_trainer *trainer, gradus_rate_search *search)
{
    stop_gently(true);
    const gradus_status status = gradus_trainer_find_rate(trainer, search);
    stop_gently(false);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

/* ---- telling ---- */

static void say_curve(cli_report *report, const char *key, const double *values,
                      size_t count)
{
    report_array(report, key);
    for (size_t k = 0; k < count; k++)
        report_number(report, NULL, values[k], 0, NULL);
    report_close(report);
}

static void say_search(cli_report *report, const gradus_rate_search *search)
{
    const size_t last = search->count - 1;

    report_object(report, "rate");
    report_line(report, "rate");
    report_number(report, "suggestion", search->suggestion, 0, " found: ");
    report_say(report, "the loss is low from %s to %s, %s at the least",
               text_number(search->floor[0], 2), text_number(search->floor[1], 2),
               text_number(search->smooth[search->min], 3));
    report_say(report, search->diverged ? ", and blows up at %s" : "; tried up to %s",
               text_number(search->rate[last], 2));
    report_array(report, "floor");
    report_number(report, NULL, search->floor[0], 0, NULL);
    report_number(report, NULL, search->floor[1], 0, NULL);
    report_close(report);
    report_number(report, "least_loss", search->smooth[search->min], 0, NULL);
    report_number(report, "least_loss_rate", search->rate[search->min], 0, NULL);
    report_flag(report, "diverged", search->diverged);
    report_object(report, "curve");
    say_curve(report, "rate", search->rate, search->count);
    say_curve(report, "loss", search->loss, search->count);
    say_curve(report, "smooth", search->smooth, search->count);
    report_close(report);
    report_close(report);
}

/* The last losses may be a thousand times the others: what is seen ends at twice the first.
 * A loss that may be negative has no such measure. */
static void draw_search(const gradus_rate_search *search, cli_figure *figure)
{
    char name[60];
    cli_chart *chart = figure_chart(figure, NULL);

    chart_axes(chart, "learning rate", "1", "loss", "per example");
    chart->x.scale = CHART_LOG;
    if (search->smooth[search->min] > 0) {
        chart->y.min = 0;
        chart->y.max = 2 * search->smooth[0];
    }
    chart_series *loss = chart_series_add(chart, CHART_POINTS, "of a step's rows");
    chart_series *smooth = chart_series_add(chart, CHART_LINE, "smoothed");
    for (size_t k = 0; k < search->count; k++) {
        series_point(loss, search->rate[k], search->loss[k]);
        series_point(smooth, search->rate[k], search->smooth[k]);
    }
    snprintf(name, sizeof name, "suggested: %s", text_number(search->suggestion, 2));
    chart_mark_add(chart, true, search->suggestion, name);
}

gradus_status rate_report(cli_report *report, const cli_settings *settings,
                          const gradus_rate_search *search)
{
    cli_figure figure;
    gradus_status status;

    if (search->count == 0)
        return GRADUS_OK;
    say_search(report, search);
    if (!settings->picture)
        return GRADUS_OK;
    figure_start(&figure, "Learning-rate range test",
                 "Loss of the steps of one run whose learning rate rises from step to step.");
    draw_search(search, &figure);
    status = picture_write(settings, &figure);
    figure_free(&figure);
    return status;
}
