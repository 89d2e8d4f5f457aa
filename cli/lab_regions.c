/*
 * cli/lab_regions.c - how many regions networks have, at the start and as they learn
 *
 * On [-1, 1]^2 and along its diagonal, of networks that learn sin(3 x) y from 512 points.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "lab.h"
#include "message.h"
#include "regions.h"
#include "text.h"

enum { POINTS = 512, SHAPES = 5, STAGES = 4, WIDEST = 32, EPOCHS = 200 };

static const struct reg_shape {
    const char *name, *network;
} shapes[SHAPES] = {{"16", "dense 16 relu output"},
                    {"8-8", "dense 8 relu dense 8 relu output"},
                    {"16-16", "dense 16 relu dense 16 relu output"},
                    {"32-32", "dense 32 relu dense 32 relu output"},
                    {"16-16-16-16", "repeat 4 { dense 16 relu } output"}};

static const char *const stages[STAGES] = {"zero biases", "biases", "20 epochs", "220 epochs"};
static const size_t drawn = 2; /* whose pictures are shown */

typedef struct reg_data {
    double x[2 * POINTS], y[POINTS];
} reg_data;

static double spread(size_t i, double turn)
{
    const double at = (double)(i + 1) * turn;
    return 2 * (at - floor(at)) - 1;
}

static void make_data(reg_data *data)
{
    for (size_t i = 0; i < POINTS; i++) {
        const double *x = &data->x[2 * i];
        data->x[2 * i] = spread(i, 0.7548776662466927);
        data->x[2 * i + 1] = spread(i, 0.5698402909980532);
        data->y[i] = sin(3 * x[0]) * x[1];
    }
}

/* Biases start at 0, so that every line leads through the origin; here they are between -1/2
 * and 1/2. */
static void set_biases(gradus_net *net)
{
    for (size_t i = 0; i < gradus_net_tensors(net); i++) {
        gradus_tensor tensor;
        double bias[WIDEST];
        gradus_net_tensor(net, i, &tensor);
        for (size_t j = 0; j < tensor.columns && tensor.rank == 1; j++)
            bias[j] = spread(WIDEST * i + j, 0.6180339887498949) / 2;
        if (tensor.rank == 1)
            gradus_net_set(net, i, bias);
    }
}

static gradus_status train(gradus_net *net, const reg_data *data, size_t epochs)
{
    const gradus_set set = {.rows = POINTS, .x = data->x, .y = data->y};
    gradus_fit_options options = lab_fit_options("mse", 0.005, epochs);

    options.optimizer = "adam";
    options.batch = 32;
    const gradus_status status = gradus_fit(net, &set, NULL, &options, NULL);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

/* To the next stage: a start, other biases, some epochs, more of them. */
static gradus_status go_to(gradus_net *net, const reg_data *data, size_t stage)
{
    if (stage == 1)
        set_biases(net);
    return stage < 2 ? GRADUS_OK : train(net, data, stage == 2 ? EPOCHS / 10 : EPOCHS);
}

static gradus_status count(cli_lab *lab, const gradus_net *net, bool draw, size_t stage,
                           gradus_regions_about about[2])
{
    static const double along[2] = {1, 1};
    static const char *const axis[2] = {"x1", "x2"};
    const gradus_slice slice[2] = {
        {.variables = 2, .min = {-1, -1}, .max = {1, 1}},
        {.variables = 1, .along = {along}, .min = {-1}, .max = {1}}};

    for (size_t k = 0; k < 2; k++) {
        gradus_regions *regions;
        const gradus_status status = gradus_regions_new(net, &slice[k], NULL, &regions);
        if (status != GRADUS_OK)
            return fail_library(status);
        gradus_regions_describe(regions, &about[k]);
        if (draw && k == 0)
            regions_draw(figure_chart(&lab->figure, stages[stage]), regions, &slice[k], axis);
        gradus_regions_free(regions);
    }
    return GRADUS_OK;
}

static void add_stage(cli_report *report, size_t stage, const gradus_regions_about about[2])
{
    report_object(report, NULL);
    report_string(report, "stage", stages[stage], NULL);
    report_count(report, "regions", about[0].regions, NULL);
    report_count(report, "pieces", about[0].pieces, NULL);
    report_count(report, "on_diagonal", about[1].regions, NULL);
    report_close(report);
}

static gradus_status study(cli_lab *lab, size_t shape, const reg_data *data)
{
    cli_report *report = &lab->report;
    gradus_regions_about about[STAGES][2];
    gradus_net *net;
    gradus_status status = lab_net(lab, shapes[shape].network, 2, 1, 1, &net);

    for (size_t s = 0; s < STAGES && status == GRADUS_OK; s++) {
        status = go_to(net, data, s);
        if (status == GRADUS_OK)
            status = count(lab, net, shape == drawn, s, about[s]);
    }
    gradus_net_free(net);
    if (status != GRADUS_OK)
        return status;
    const double units = (double)about[0][0].units;
    report_row(report, "%-12s%6.0f%8zu%8zu%8zu%8zu%8.0f%16s%12zu", shapes[shape].name, units,
               about[0][0].regions, about[1][0].regions, about[2][0].regions,
               about[3][0].regions, units * units / 2,
               text_number(about[0][0].bounds.upper, 0), about[3][1].regions);
    report_object(report, NULL);
    report_string(report, "network", shapes[shape].network, NULL);
    report_number(report, "units", units, 0, NULL);
    report_array(report, "stages");
    for (size_t s = 0; s < STAGES; s++)
        add_stage(report, s, about[s]);
    report_close(report);
    report_object(report, "bounds");
    regions_add_bounds(report, &about[0][0].bounds);
    report_close(report);
    report_close(report);
    return lab_stopped();
}

gradus_status lab_regions(cli_lab *lab)
{
    cli_report *report = &lab->report;
    reg_data data;
    gradus_status status = GRADUS_OK;

    make_data(&data);
    figure_start(&lab->figure, "Regions of a network as it learns",
                 "Lines on which units of 2-16-16-1 change sides, at the start and later.");
    report_row(report, "%-12s%6s%8s%8s%8s%8s%8s%16s%12s", "hidden", "units", "biases",
               "biases", "20", "220", "units^2", "no network", "diagonal");
    report_row(report, "%-12s%6s%8s%8s%8s%8s%8s%16s%12s", "", "", "0", "drawn", "epochs",
               "epochs", "/ 2", "has more", "at the end");
    report_array(report, "networks");
    for (size_t shape = 0; shape < SHAPES && status == GRADUS_OK; shape++)
        status = study(lab, shape, &data);
    report_close(report);
    return status;
}
