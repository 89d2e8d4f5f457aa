/*
 * cli/lab_parity.c - the parity of bits by networks of several shapes, on all inputs
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "lab.h"
#include "message.h"
#include "text.h"

enum { MOST_BITS = 12 };

typedef struct par_result {
    size_t units, layers, weights, right;
} par_result;

/* Hidden units and hidden layers: a dense layer with an activation that is not linear. */
static void find_shape(const gradus_net *net, par_result *result)
{
    gradus_net_about about;
    const char *at = gradus_net_text(net);

    gradus_net_describe(net, &about);
    result->units = result->layers = 0;
    result->weights = about.parameters;
    while ((at = strstr(at, "dense ")) != NULL) {
        char *end;
        const size_t units = strtoull(at + 6, &end, 10);
        if (strncmp(end + strspn(end, " \n"), "identity", 8) != 0) {
            result->units += units;
            result->layers++;
        }
        at = end;
    }
}

/* All 2^n inputs: how many are right. */
static gradus_status check_all(const gradus_net *net, size_t bits, size_t *right)
{
    const size_t rows = (size_t)1 << bits;
    double *x = malloc(rows * bits * sizeof *x), *y = malloc(rows * sizeof *y);
    gradus_status status = GRADUS_OK;

    *right = 0;
    if (!x || !y)
        status = fail(GRADUS_MEMORY, "out of memory: %zu rows", rows);
    for (size_t i = 0; status == GRADUS_OK && i < rows * bits; i++)
        x[i] = (double)(i / bits >> i % bits & 1);
    if (status == GRADUS_OK && gradus_net_predict(net, x, rows, y) != GRADUS_OK)
        status = fail_library(GRADUS_MEMORY);
    for (size_t i = 0; status == GRADUS_OK && i < rows; i++) {
        double odd = 0;
        for (size_t k = 0; k < bits; k++)
            odd = odd == x[i * bits + k] ? 0 : 1;
        *right += y[i] == odd;
    }
    free(x);
    free(y);
    return status;
}

static gradus_status study(cli_lab *lab, gradus_parity way, size_t bits, chart_series *series)
{
    cli_report *report = &lab->report;
    par_result result;
    gradus_net *net;
    gradus_status status = gradus_parity_build(lab->context, way, bits, &net);

    if (status != GRADUS_OK)
        return fail_library(status);
    find_shape(net, &result);
    status = check_all(net, bits, &result.right);
    gradus_net_free(net);
    if (status != GRADUS_OK)
        return status;
    series_point(series, (double)bits, (double)result.units);
    if (bits == 2 || bits == 4 || bits == 8 || bits == MOST_BITS)
        report_row(report, "%-10s%6zu%10zu%10zu%11s%10zu of %zu", gradus_parity_name(way),
                   bits, result.units, result.layers, text_count(result.weights),
                   result.right, (size_t)1 << bits);
    report_object(report, NULL);
    report_string(report, "method", gradus_parity_name(way), NULL);
    report_count(report, "bits", bits, NULL);
    report_count(report, "units", result.units, NULL);
    report_count(report, "layers", result.layers, NULL);
    report_count(report, "weights", result.weights, NULL);
    report_number(report, "right", (double)result.right / (double)((size_t)1 << bits), 0, NULL);
    report_close(report);
    return GRADUS_OK;
}

gradus_status lab_parity(cli_lab *lab)
{
    cli_report *report = &lab->report;
    gradus_status status = GRADUS_OK;

    figure_start(&lab->figure, "Parity in five shapes",
                 "Hidden units of networks that are exact on all inputs.");
    cli_chart *chart = figure_chart(&lab->figure, NULL);
    chart_axes(chart, "bits", "1", "hidden units", "1");
    chart->y.scale = CHART_LOG;
    report_row(report, "%-10s%6s%10s%10s%11s%10s", "method", "bits", "units", "layers",
               "weights", "right");
    report_array(report, "networks");
    for (int way = 0; way < GRADUS_PARITY_COUNT; way++) {
        chart_series *series =
            chart_series_add(chart, CHART_LINE, gradus_parity_name((gradus_parity)way));
        for (size_t bits = 2; bits <= MOST_BITS && status == GRADUS_OK; bits++) {
            status = study(lab, (gradus_parity)way, bits, series);
            if (status == GRADUS_OK)
                status = lab_stopped();
        }
    }
    report_close(report);
    return status;
}
