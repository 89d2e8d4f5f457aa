/*
 * cli/lab_losses.c - squared error and cross-entropy of a sigmoid; the 1/2 in the loss
 *
 * With target 1 and p = sigmoid(z), dloss/dz is (p - 1) p (1 - p) of the squared error, and
 * p - 1 of the cross-entropy: of a unit that is confidently wrong the one learns nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "lab.h"
#include "message.h"
#include "stop.h"
#include "text.h"

enum { FAR = 8, SLOPES = 2 * FAR + 1, LOSSES = 2, EPOCHS = 300, ROWS = 16 };

static const char *const names[LOSSES] = {"mse", "binary-cross-entropy"};
static const char *const titles[LOSSES] = {"squared error", "cross-entropy"};

typedef struct loss_curve {
    double slope[SLOPES];       /* dloss/dz at z = -8 ... 8, target 1 */
    double p[EPOCHS + 1];       /* what a unit answers that started at z = -8 */
} loss_curve;

static gradus_status find_slopes(const cli_lab *lab, const char *loss, double *slope)
{
    const double target = 1;
    double value;
    gradus_net *net;
    gradus_status status = lab_net(lab, "sigmoid", 1, 1, 1, &net);

    if (status != GRADUS_OK)
        return status;
    for (size_t i = 0; i < SLOPES && status == GRADUS_OK; i++) {
        const double z = (double)i - FAR;
        const gradus_set set = {.rows = 1, .x = &z, .y = &target};
        status = gradus_net_gradient(net, loss, &set, 1, &value, NULL, &slope[i]);
    }
    gradus_net_free(net);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

/* A unit z = w x + b with x = 1, target 1, rate 1, from w = b = -4: z = -8. */
static gradus_status learn(const cli_lab *lab, const char *loss, double *p)
{
    const double x = 1, y = 1, start = -4;
    const gradus_set set = {.rows = 1, .x = &x, .y = &y};
    const gradus_fit_options options = lab_fit_options(loss, 1, 1);
    gradus_net *net;
    gradus_status status = lab_net(lab, "output sigmoid", 1, 1, 1, &net);

    if (status != GRADUS_OK)
        return status;
    gradus_net_set(net, 0, &start);
    gradus_net_set(net, 1, &start);
    status = gradus_net_predict(net, &x, 1, &p[0]);
    for (size_t i = 1; i <= EPOCHS && status == GRADUS_OK; i++) {
        status = gradus_fit(net, &set, NULL, &options, NULL);
        if (status == GRADUS_OK)
            status = gradus_net_predict(net, &x, 1, &p[i]);
    }
    gradus_net_free(net);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

/* The first epoch with p above 1/2, or the number of all. */
static size_t first_right(const double *p)
{
    size_t epoch = 0;

    while (epoch < EPOCHS && p[epoch] <= 0.5)
        epoch++;
    return epoch;
}

/* ---- the 1/2 ---- */

static double whole_square(const double *output, const double *target, size_t outputs,
                           double *gradient, void *user)
{
    double loss = 0;

    (void)user;
    for (size_t j = 0; j < outputs; j++) {
        const double r = output[j] - target[j];
        loss += r * r;
        gradient[j] = 2 * r;
    }
    return loss;
}

static gradus_status weights_of(const cli_lab *lab, const char *loss, double rate,
                                uint64_t *digest)
{
    double x[ROWS], y[ROWS];
    const gradus_set set = {.rows = ROWS, .x = x, .y = y};
    const gradus_fit_options options = lab_fit_options(loss, rate, 100);
    gradus_net *net;
    gradus_status status = lab_net(lab, "dense 8 tanh output", 1, 1, 1, &net);

    for (size_t i = 0; i < ROWS; i++) {
        x[i] = (double)i / (ROWS - 1);
        y[i] = x[i] * (1 - x[i]);
    }
    if (status != GRADUS_OK)
        return status;
    status = gradus_fit(net, &set, NULL, &options, NULL);
    if (status == GRADUS_OK)
        status = gradus_net_digest(net, digest);
    gradus_net_free(net);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

static gradus_status compare_halves(cli_lab *lab)
{
    const gradus_loss square = {.name = "lab-square", .value = whole_square};
    cli_report *report = &lab->report;
    uint64_t half = 0, whole = 0;
    gradus_status status = gradus_context_add_loss(lab->context, &square);

    if (status != GRADUS_OK)
        return fail_library(status);
    status = weights_of(lab, "mse", 0.2, &half);
    if (status == GRADUS_OK)
        status = weights_of(lab, "lab-square", 0.1, &whole);
    if (status != GRADUS_OK)
        return status;
    report_row(report, "%s", "");
    report_row(report, "weights after 100 epochs of 1-8-1:");
    report_row(report, "  with the 1/2, rate 0.2       %s", text_digest(half));
    report_row(report, "  without it, rate 0.1         %s  %s", text_digest(whole),
               half == whole ? "the same" : "different");
    report_object(report, "half");
    report_string(report, "with", text_digest_plain(half), NULL);
    report_string(report, "without", text_digest_plain(whole), NULL);
    report_flag(report, "same", half == whole);
    report_close(report);
    return GRADUS_OK;
}

/* ---- table and picture ---- */

static void say(cli_report *report, const loss_curve *curves)
{
    report_row(report, "dloss/dz of a sigmoid with target 1");
    report_row(report, "%6s%16s%16s", "z", titles[0], titles[1]);
    for (size_t i = 0; i < SLOPES; i++)
        report_row(report, "%6d%16.7f%16.7f", (int)i - FAR, curves[0].slope[i],
                   curves[1].slope[i]);
    report_row(report, "%s", "");
    report_row(report, "p of a unit that starts at z = -8, target 1, rate 1, after");
    report_row(report, "%16s%12s%12s%12s%12s%14s", "", "1 step", "10", "100", "300",
               "first p > 1/2");
    report_array(report, "losses");
    for (size_t k = 0; k < LOSSES; k++) {
        const double *p = curves[k].p;
        const size_t right = first_right(p);
        report_row(report, "%16s%12s%12s%12s%12s%14s", titles[k], text_number(p[1], 4),
                   text_number(p[10], 4), text_number(p[100], 4), text_number(p[300], 4),
                   p[right] > 0.5 ? text_count(right) : "not in 300");
        report_object(report, NULL);
        report_string(report, "loss", names[k], NULL);
        report_array(report, "dloss_dz");
        for (size_t i = 0; i < SLOPES; i++)
            report_number(report, NULL, curves[k].slope[i], 0, NULL);
        report_close(report);
        report_number(report, "p_after", p[EPOCHS], 0, NULL);
        report_close(report);
    }
    report_close(report);
}

static void draw(cli_figure *figure, const loss_curve *curves)
{
    cli_chart *slopes, *runs;

    figure_start(figure, "Squared error and cross-entropy of a sigmoid",
                 "The slope of both losses for target 1, and what a unit answers that starts "
                 "confidently wrong, at z = -8, with rate 1.");
    slopes = figure_chart(figure, "Slope of the loss, target 1");
    chart_axes(slopes, "z, pre-activation", "1", "dloss/dz", "1");
    runs = figure_chart(figure, "Training from z = -8");
    chart_axes(runs, "epoch", "1", "p, answer", "probability");
    for (size_t k = 0; k < LOSSES; k++) {
        chart_series *series = chart_series_add(slopes, CHART_LINE, titles[k]);
        for (size_t i = 0; i < SLOPES; i++)
            series_point(series, (double)i - FAR, curves[k].slope[i]);
        series = chart_series_add(runs, CHART_LINE, titles[k]);
        for (size_t i = 0; i <= EPOCHS; i++)
            series_point(series, (double)i, curves[k].p[i]);
    }
}

gradus_status lab_losses(cli_lab *lab)
{
    loss_curve curves[LOSSES];
    gradus_status status = GRADUS_OK;

    for (size_t k = 0; k < LOSSES && status == GRADUS_OK; k++) {
        status = find_slopes(lab, names[k], curves[k].slope);
        if (status == GRADUS_OK)
            status = learn(lab, names[k], curves[k].p);
    }
    if (status != GRADUS_OK)
        return status;
    say(&lab->report, curves);
    draw(&lab->figure, curves);
    return compare_halves(lab);
}
