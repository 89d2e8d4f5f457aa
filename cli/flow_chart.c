/*
 * cli/flow_chart.c - how a gradient flows, drawn
 *
 * Layers are counted in their order, from 1; what is 0 or does not apply is left out.
 *
 * SPDX-License-Identifier: MIT
 */
#include "flow_chart.h"

#include <math.h>

static double error(const gradus_flow_layer *layer)
{
    return layer->error;
}

static double error_bound(const gradus_flow_layer *layer)
{
    return layer->error_bound;
}

static double weight_gradient(const gradus_flow_layer *layer)
{
    return layer->weight_gradient;
}

static double saturated(const gradus_flow_layer *layer)
{
    return layer->saturated;
}

static double dead(const gradus_flow_layer *layer)
{
    return layer->dead;
}

static void add(cli_chart *chart, const char *name, const gradus_flow *flow,
                double value(const gradus_flow_layer *layer))
{
    chart_series *series = chart_series_add(chart, CHART_LINE, name);
    gradus_flow_about about;
    gradus_flow_layer layer;

    gradus_flow_describe(flow, &about);
    for (size_t i = 0; i < about.layers; i++) {
        gradus_flow_layer_describe(flow, i, &layer);
        const double y = value(&layer);
        if (chart->y.scale != CHART_LOG || y > 0)
            series_point(series, (double)(i + 1), y);
    }
}

static cli_chart *chart_of(cli_figure *figure, const char *title, const char *label,
                           const char *unit, chart_scale scale)
{
    cli_chart *chart = figure_chart(figure, title);

    chart_axes(chart, "layer", "1", label, unit);
    chart->y.scale = scale;
    return chart;
}

static void draw_drift(cli_figure *figure, const gradus_flow *flow, const gradus_flow *first)
{
    cli_chart *chart = chart_of(figure, "Drift of the layers' inputs", "moved since the start",
                                "deviations", CHART_LINEAR);
    chart_series *means = chart_series_add(chart, CHART_LINE, "mean");
    chart_series *deviations = chart_series_add(chart, CHART_LINE, "deviation");
    gradus_flow_about about;
    double mean, deviation;

    gradus_flow_describe(flow, &about);
    for (size_t i = 0; i < about.layers; i++) {
        gradus_flow_drift(first, flow, i, &mean, &deviation);
        series_point(means, (double)(i + 1), mean);
        series_point(deviations, (double)(i + 1), deviation);
    }
}

void flow_chart(cli_figure *figure, const gradus_flow *flow, const gradus_flow *first)
{
    const char *now = first ? "at the end" : "measured";
    cli_chart *errors = chart_of(figure, "Error signal", "|d|", "loss per unit of z",
                                 CHART_LOG);
    cli_chart *weights = chart_of(figure, "Gradient of the weights", "|dW|",
                                  "loss per unit of weight", CHART_LOG);
    cli_chart *off = chart_of(figure, "Units that do nothing", "share of the units", "1",
                              CHART_LINEAR);

    off->y.min = 0;
    off->y.max = 1;
    add(errors, now, flow, error);
    add(errors, "its bound", flow, error_bound);
    add(weights, first ? now : "", flow, weight_gradient);
    add(off, "saturated", flow, saturated);
    add(off, "dead", flow, dead);
    if (first) {
        add(errors, "at the start", first, error);
        add(weights, "at the start", first, weight_gradient);
        draw_drift(figure, flow, first);
    }
}

static void add_spreads(cli_chart *chart, const gradus_moments *moments, bool gradients)
{
    chart_series *range = chart_series_add(chart, CHART_BAND, "min to max");
    chart_series *means = chart_series_add(chart, CHART_LINE, "mean");

    for (size_t i = 0; i < gradus_moments_layers(moments); i++) {
        gradus_moments_layer layer;
        gradus_moments_layer_describe(moments, i, &layer);
        const gradus_spread *spread = gradients ? &layer.gradient : &layer.activation;
        if (spread->min > 0)
            series_band(range, (double)(i + 1), spread->min, spread->max);
        if (spread->mean > 0)
            series_point(means, (double)(i + 1), spread->mean);
    }
}

void flow_moments_chart(cli_figure *figure, const gradus_moments *moments)
{
    add_spreads(chart_of(figure, "Activations", "mean of a^2", "1", CHART_LOG), moments, false);
    add_spreads(chart_of(figure, "Error signals", "mean of d^2", "1", CHART_LOG), moments,
                true);
}
