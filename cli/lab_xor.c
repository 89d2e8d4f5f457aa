/*
 * cli/lab_xor.c - XOR: what one neuron cannot do, and a hidden layer can
 *
 * Plain descent on all four points, N(0,1) start, sigmoid throughout. The loss is told as the
 * sum over the points, and so is the rate. A network succeeds that has all four points on the
 * right side of 1/2 in the end.
 *
 * SPDX-License-Identifier: MIT
 */
#include "lab_xor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "stop.h"
#include "text.h"

enum { STARTS = 1000, RATES = 4 };

const double xor_points[4][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
const double xor_answers[4] = {0, 1, 1, 0};
/* 0: no hidden layer, a single neuron */
static const size_t widths[XOR_WIDTHS] = {0, 2, 3, 4, 8, 16};
static const double rates[RATES] = {1, 5, XOR_RATE, 20};

/* ---- runs ---- */

static int observe(const gradus_progress *at, void *user)
{
    xor_run *run = user;

    if (at->end_of_epoch && at->epoch <= XOR_EPOCHS)
        run->loss[at->epoch - 1] = 4 * at->train_loss;
    return stop_wanted();
}

gradus_status xor_net(const cli_lab *lab, size_t width, uint64_t seed, gradus_net **net)
{
    char text[80];

    snprintf(text, sizeof text, "dense %zu start=normal sigmoid ", width);
    snprintf(text + (width ? strlen(text) : 0), 40, "output start=normal sigmoid");
    return lab_net(lab, text, 2, 1, seed, net);
}

gradus_status xor_descend(gradus_net *net, double rate, size_t epochs, xor_run *run)
{
    const gradus_set set = {.rows = 4, .x = xor_points, .y = xor_answers};
    gradus_fit_options options = lab_fit_options("mse", 4 * rate, epochs);

    if (run) {
        options.observer = observe;
        options.user = run;
    }
    const gradus_status status = gradus_fit(net, &set, NULL, &options, NULL);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

static gradus_status train(const cli_lab *lab, size_t width, double rate, uint64_t seed,
                           xor_run *run)
{
    double output[4] = {0}, loss = 0;
    gradus_net *net = NULL;
    gradus_status status = xor_net(lab, width, seed, &net);

    if (status == GRADUS_OK)
        status = xor_descend(net, rate, XOR_EPOCHS, run);
    if (status == GRADUS_OK)
        status = gradus_net_predict(net, xor_points, 4, output);
    run->right = 0;
    for (size_t i = 0; i < 4; i++) {
        loss += (output[i] - xor_answers[i]) * (output[i] - xor_answers[i]) / 2;
        run->right += (output[i] > 0.5) == (xor_answers[i] > 0.5);
    }
    run->loss[XOR_EPOCHS] = loss;
    gradus_net_free(net);
    return status;
}

static gradus_status train_width(const cli_lab *lab, xor_lab *xor, size_t w)
{
    gradus_status status = GRADUS_OK;

    xor->min[w] = 4;
    xor->best[w] = INFINITY;
    for (size_t seed = 1; seed <= XOR_SEEDS && status == GRADUS_OK; seed++) {
        xor_run *run = &xor->run[seed - 1];
        status = train(lab, widths[w], XOR_RATE, seed, run);
        xor->solved[w] += run->right == 4;
        xor->best[w] = fmin(xor->best[w], run->loss[XOR_EPOCHS]);
        xor->min[w] = run->right < xor->min[w] ? run->right : xor->min[w];
        xor->max[w] = run->right > xor->max[w] ? run->right : xor->max[w];
    }
    return status;
}

/* ---- tables ---- */

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void xor_losses(const xor_lab *xor, size_t epoch, size_t count, double *loss)
{
    for (size_t i = 0; i < count; i++)
        loss[i] = xor->run[i].loss[epoch];
    qsort(loss, count, sizeof *loss, by_size);
}

/* Of the share of n runs that succeed. */
static double standard_error(double share, size_t n)
{
    return sqrt(share * (1 - share) / (double)n);
}

static void say_seeds(cli_report *report, const xor_lab *xor)
{
    report_row(report, "2-4-1, sigmoid, rate %g on the sum, %d epochs: summed loss", XOR_RATE,
               XOR_EPOCHS);
    report_row(report, "%6s%12s%12s%12s%12s  %s", "seed", "start", "100", "500", "2000",
               "points right");
    report_array(report, "seeds");
    for (size_t i = 0; i < XOR_SEEDS; i++) {
        const xor_run *run = &xor->run[i];
        if (i < XOR_TABLE)
            report_row(report, "%6zu%12s%12s%12s%12s  %zu of 4", i + 1,
                       text_number(run->loss[0], 3), text_number(run->loss[100], 3),
                       text_number(run->loss[500], 3),
                       text_number(run->loss[XOR_EPOCHS], 3), run->right);
        report_object(report, NULL);
        report_count(report, "seed", i + 1, NULL);
        report_number(report, "first_loss", run->loss[0], 0, NULL);
        report_number(report, "last_loss", run->loss[XOR_EPOCHS], 0, NULL);
        report_count(report, "right", run->right, NULL);
        report_close(report);
    }
    report_close(report);
}

static void say_quantiles(cli_report *report, const xor_lab *xor)
{
    static const size_t counts[] = {XOR_TABLE, XOR_SEEDS};
    double loss[XOR_SEEDS];

    for (size_t k = 0; k < 2; k++) {
        size_t solved = 0;
        for (size_t i = 0; i < counts[k]; i++)
            solved += xor->run[i].right == 4;
        xor_losses(xor, XOR_EPOCHS, counts[k], loss);
        report_row(report, "of %zu seeds %zu succeed; summed loss at the end: %s ... median "
                   "%s ... %s", counts[k], solved, text_number(loss[0], 3),
                   text_number(loss[counts[k] / 2], 3),
                   text_number(loss[counts[k] - 1], 3));
    }
}

static void say_widths(cli_report *report, const xor_lab *xor)
{
    report_row(report, "%s", "");
    report_row(report, "succeed: all four points on the right side of 1/2 after %d epochs",
               XOR_EPOCHS);
    report_row(report, "%8s%22s%18s%14s", "hidden", "succeed of 100 seeds",
               "points right", "least loss");
    report_array(report, "widths");
    for (size_t w = 0; w < XOR_WIDTHS; w++) {
        const double share = (double)xor->solved[w] / XOR_SEEDS;
        const double error = standard_error(share, XOR_SEEDS);
        report_row(report, "%8s%15zu +- %-4s%8s ... %-5s%13s",
                   widths[w] ? text_count(widths[w]) : "none", xor->solved[w],
                   text_number(100 * error, 2), text_share((double)xor->min[w] / 4, 0),
                   text_share((double)xor->max[w] / 4, 0), text_number(xor->best[w], 3));
        report_object(report, NULL);
        report_count(report, "hidden", widths[w], NULL);
        report_number(report, "success", share, 0, NULL);
        report_number(report, "success_error", error, 0, NULL);
        report_number(report, "least_right", (double)xor->min[w] / 4, 0, NULL);
        report_number(report, "most_right", (double)xor->max[w] / 4, 0, NULL);
        report_number(report, "least_loss", xor->best[w], 0, NULL);
        report_close(report);
    }
    report_close(report);
}

/* 2-2-1 from many starts, at some rates. */
static gradus_status say_rates(cli_lab *lab)
{
    static xor_run run;
    cli_report *report = &lab->report;
    gradus_status status = GRADUS_OK;

    report_row(report, "%s", "");
    report_row(report, "%8s%33s", "rate", "2-2-1: succeed of 1000 seeds");
    report_array(report, "rates");
    for (size_t k = 0; k < RATES && status == GRADUS_OK; k++) {
        size_t solved = 0;
        for (size_t seed = 1; seed <= STARTS && status == GRADUS_OK; seed++) {
            status = train(lab, 2, rates[k], seed, &run);
            solved += run.right == 4;
        }
        const double share = (double)solved / STARTS;
        report_row(report, "%8g%15.1f %% +- %.1f %%", rates[k], 100 * share,
                   100 * standard_error(share, STARTS));
        report_object(report, NULL);
        report_number(report, "rate_on_sum", rates[k], 0, NULL);
        report_number(report, "success", share, 0, NULL);
        report_number(report, "success_error", standard_error(share, STARTS), 0, NULL);
        report_close(report);
    }
    report_close(report);
    return status;
}

/* ---- the lab ---- */

static gradus_status study(cli_lab *lab, xor_lab *xor)
{
    /* 4 units last: they are drawn */
    static const size_t order[XOR_WIDTHS] = {0, 1, 2, 4, 5, 3};
    gradus_status status = GRADUS_OK;

    for (size_t k = 0; k < XOR_WIDTHS && status == GRADUS_OK; k++)
        status = train_width(lab, xor, order[k]);
    if (status != GRADUS_OK)
        return status;
    say_seeds(&lab->report, xor);
    say_quantiles(&lab->report, xor);
    say_widths(&lab->report, xor);
    status = say_rates(lab);
    if (status == GRADUS_OK)
        status = xor_check(lab);
    if (status == GRADUS_OK)
        status = xor_exact(lab);
    if (status != GRADUS_OK)
        return status;
    figure_start(&lab->figure, "XOR", "The loss of a 2-4-1 network while it learns XOR, how "
                 "often networks of other widths succeed, and the output of seed 1 over the "
                 "plane as it learns, with the line where it is one half.");
    xor_draw_losses(&lab->figure, xor);
    xor_draw_widths(&lab->figure, xor);
    return xor_draw_outputs(lab);
}

gradus_status lab_xor(cli_lab *lab)
{
    xor_lab *xor = calloc(1, sizeof *xor);
    gradus_status status = xor ? study(lab, xor) : fail(GRADUS_MEMORY, "out of memory: runs");

    free(xor);
    return status;
}
