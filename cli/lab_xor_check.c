/*
 * cli/lab_xor_check.c - XOR: the gradient is right before and after it has been learned, and a
 * network of relu that needs no learning
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "check.h"
#include "lab_xor.h"
#include "message.h"

enum { BLOCKS = 5 }; /* two layers, weights and biases; and x */

/* The largest errors of a block over the seeds. */
typedef struct worst {
    char name[16];
    double differences[2], dual[2]; /* at the start, after training */
} worst;

/* NaN is larger than all. */
static double larger(double a, double b)
{
    return b <= a ? a : b;
}

static gradus_status check_net(const gradus_net *net, size_t when, worst *block)
{
    const gradus_set set = {.rows = 4, .x = xor_points, .y = xor_answers};
    gradus_check_options options;
    gradus_check *check;

    gradus_check_defaults(&options);
    options.loss = "mse";
    const gradus_status status = gradus_check_gradient(net, &set, &options, &check);
    if (status != GRADUS_OK)
        return fail_library(status);
    for (size_t i = 0; i < BLOCKS; i++) {
        const gradus_check_block *part = gradus_check_part(check, i);
        snprintf(block[i].name, sizeof block[i].name, "%s", part->name);
        block[i].differences[when] = larger(block[i].differences[when], part->differences);
        block[i].dual[when] = larger(block[i].dual[when], part->dual);
    }
    gradus_check_free(check);
    return GRADUS_OK;
}

static void say_block(cli_report *report, const worst *b)
{
    report_row(report, "%-12s%14s%14s%16s%14s", b->name, check_error(b->differences[0]),
               check_error(b->differences[1]), check_error(b->dual[0]),
               check_error(b->dual[1]));
    report_object(report, NULL);
    report_string(report, "block", b->name, NULL);
    report_number(report, "differences_start", b->differences[0], 0, NULL);
    report_number(report, "differences_trained", b->differences[1], 0, NULL);
    report_number(report, "dual_start", b->dual[0], 0, NULL);
    report_number(report, "dual_trained", b->dual[1], 0, NULL);
    report_close(report);
}

gradus_status xor_check(cli_lab *lab)
{
    cli_report *report = &lab->report;
    worst block[BLOCKS] = {{.name = ""}};
    gradus_status status = GRADUS_OK;

    for (size_t seed = 1; seed <= XOR_TABLE && status == GRADUS_OK; seed++) {
        gradus_net *net = NULL;
        status = xor_net(lab, 4, seed, &net);
        if (status == GRADUS_OK)
            status = check_net(net, 0, block);
        if (status == GRADUS_OK)
            status = xor_descend(net, XOR_RATE, XOR_EPOCHS, NULL);
        if (status == GRADUS_OK)
            status = check_net(net, 1, block);
        gradus_net_free(net);
    }
    report_row(report, "%s", "");
    report_row(report, "2-4-1: largest relative error of the gradient over %d seeds",
               XOR_TABLE);
    report_row(report, "%-12s%28s%30s", "", "by differences", "by dual numbers");
    report_row(report, "%-12s%14s%14s%16s%14s", "", "start", "trained", "start", "trained");
    report_array(report, "gradient");
    for (size_t i = 0; i < BLOCKS && status == GRADUS_OK; i++)
        say_block(report, &block[i]);
    report_close(report);
    return status;
}

/* h1 = relu(x1 + x2), h2 = relu(x1 + x2 - 1), y = h1 - 2 h2 */
gradus_status xor_exact(cli_lab *lab)
{
    static const double tensors[4][4] = {{1, 1, 1, 1}, {0, -1}, {1, -2}, {0}};
    cli_report *report = &lab->report;
    double y[4];
    gradus_net *net;
    gradus_status status = lab_net(lab, "dense 2 relu output", 2, 1, 1, &net);

    if (status != GRADUS_OK)
        return status;
    for (size_t i = 0; i < 4; i++)
        gradus_net_set(net, i, tensors[i]);
    status = gradus_net_predict(net, xor_points, 4, y);
    gradus_net_free(net);
    if (status != GRADUS_OK)
        return fail_library(status);
    report_row(report, "%s", "");
    report_row(report, "exact with relu: h1 = relu(x1 + x2), h2 = relu(x1 + x2 - 1), "
               "y = h1 - 2 h2");
    report_row(report, "of 00, 01, 10, 11 it makes %g, %g, %g, %g", y[0], y[1], y[2], y[3]);
    report_array(report, "exact");
    for (size_t i = 0; i < 4; i++)
        report_number(report, NULL, y[i], 0, NULL);
    report_close(report);
    return GRADUS_OK;
}
