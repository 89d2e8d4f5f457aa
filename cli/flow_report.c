/*
 * cli/flow_report.c - how a gradient flows, as a table and in words
 *
 * SPDX-License-Identifier: MIT
 */
#include "flow_report.h"

#include <math.h>
#include <string.h>

#include "text.h"

enum { MOST_LAYERS = 24, SHOWN = 8 };

void flow_number(cli_report *report, const char *key, double value)
{
    if (isfinite(value))
        report_number(report, key, value, 0, NULL);
}

/* A layer, and how far its inputs have moved; NaN: they are not compared. */
typedef struct moved_layer {
    gradus_flow_layer at;
    double mean, deviation;
} moved_layer;

static void add_layer(cli_report *report, const moved_layer *moved)
{
    const gradus_flow_layer *layer = &moved->at;

    report_object(report, NULL);
    report_count(report, "layer", layer->number, NULL);
    report_string(report, "applied", layer->applied, NULL);
    report_count(report, "inputs", layer->inputs, NULL);
    report_count(report, "units", layer->units, NULL);
    flow_number(report, "error", layer->error);
    flow_number(report, "error_bound", layer->error_bound);
    flow_number(report, "weight", layer->weight);
    flow_number(report, "weight_gradient", layer->weight_gradient);
    flow_number(report, "spectral", layer->spectral);
    flow_number(report, "update", layer->update);
    flow_number(report, "update_ratio", layer->update_ratio);
    flow_number(report, "activation_moment", layer->activation_moment);
    flow_number(report, "gradient_moment", layer->gradient_moment);
    flow_number(report, "slope", layer->slope);
    flow_number(report, "slope_most", layer->slope_most);
    flow_number(report, "slope_limit", layer->slope_limit);
    flow_number(report, "saturated", layer->saturated);
    flow_number(report, "dead", layer->dead);
    flow_number(report, "input_mean", layer->input_mean);
    flow_number(report, "input_deviation", layer->input_deviation);
    flow_number(report, "mean_drift", moved->mean);
    flow_number(report, "deviation_drift", moved->deviation);
    report_flag(report, "underflow", layer->underflow);
    report_string(report, "verdict", gradus_flow_verdict_name(layer->verdict), NULL);
    report_close(report);
}

/* In eight columns. */
static void say(cli_report *report, double value)
{
    if (isnan(value))
        report_say(report, "       -");
    else if (value == 0)
        report_say(report, "       0");
    else if (fabs(value) >= 0.001 && fabs(value) < 9999.5)
        report_say(report, "%8.*f", fabs(value) < 1 ? 4 : fabs(value) < 100 ? 2 : 0, value);
    else
        report_say(report, "%8.1e", value);
}

static void say_layer(cli_report *report, const moved_layer *moved, bool compared)
{
    const gradus_flow_layer *layer = &moved->at;
    const char *applied = layer->applied;
    char label[64];

    if (strncmp(applied, "batchnorm ", 10) == 0)
        applied += 5; /* norm */
    if (layer->number)
        snprintf(label, sizeof label, "%zu %s", layer->number, applied);
    else
        snprintf(label, sizeof label, "%s", applied);
    report_row(report, "%-15.15s%5zu", label, layer->units);
    say(report, layer->error);
    say(report, compared ? moved->mean : layer->error_bound);
    say(report, compared ? moved->deviation : layer->weight_gradient);
    say(report, layer->weight);
    say(report, layer->update_ratio);
    say(report, layer->activation_moment);
    if (isnan(layer->slope))
        report_say(report, "     -    -");
    else
        report_say(report, "%6.2f%4.0f%%", layer->slope,
                   100 * fmax(layer->dead, layer->saturated));
}

void flow_table(cli_report *report, const gradus_flow *flow, const gradus_flow *first,
                bool all)
{
    gradus_flow_about about;

    gradus_flow_describe(flow, &about);
    all = all || about.layers <= MOST_LAYERS;
    report_row(report, "%-15sunits     |d|%s     |W|  update     a^2    s'  off", "layer",
               first ? "  mean->  dev.->" : "   bound    |dW|");
    report_array(report, "layers");
    for (size_t i = 0; i < about.layers; i++) {
        moved_layer layer = {.mean = NAN, .deviation = NAN};
        gradus_flow_layer_describe(flow, i, &layer.at);
        if (first)
            gradus_flow_drift(first, flow, i, &layer.mean, &layer.deviation);
        add_layer(report, &layer);
        if (all || i < SHOWN || i + SHOWN >= about.layers)
            say_layer(report, &layer, first != NULL);
        else if (i == SHOWN)
            report_row(report, "... %zu more; -v shows them", about.layers - 2 * SHOWN);
    }
    report_close(report);
}

void flow_verdict(cli_report *report, const gradus_flow *flow, gradus_precision precision)
{
    gradus_flow_about about;
    gradus_flow_layer layer;

    gradus_flow_describe(flow, &about);
    report_line(report, "flow");
    report_string(report, "verdict", gradus_flow_verdict_name(about.verdict), ": ");
    report_string(report, "cause", about.cause, NULL);
    report_say(report, "%s", about.cause);
    if (about.layer != SIZE_MAX) {
        gradus_flow_layer_describe(flow, about.layer, &layer);
        report_count(report, "layer", layer.number, NULL);
        report_string(report, "applied", layer.applied, NULL);
    }
    report_count(report, "underflows", about.underflows, NULL);
    if (about.underflows) {
        report_line(report, "note");
        report_say(report, "the gradient of %zu layer%s is 0 by underflow of %s",
                   about.underflows, about.underflows == 1 ? "" : "s",
                   precision == GRADUS_FLOAT32 ? "single precision: --precision f64 shows it"
                                               : "double precision");
    }
    report_count(report, "rows", about.rows, NULL);
    flow_number(report, "loss", about.loss);
    flow_number(report, "error", about.error);
}

void flow_remedy(cli_report *report, const gradus_flow *flow)
{
    gradus_flow_about about;

    gradus_flow_describe(flow, &about);
    if (!*about.remedy)
        return;
    report_line(report, "remedy");
    report_string(report, "remedy", about.remedy, NULL);
    report_say(report, "%s", about.remedy);
}
