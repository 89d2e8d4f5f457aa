/*
 * cli/flow_moments.c - gradus flow without a table: what the start of a network does
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "flow_chart.h"
#include "flow_report.h"
#include "message.h"
#include "network.h"
#include "options.h"
#include "text.h"
#include "watch.h"

/* repeat DEPTH { dense WIDTH [start=] [batchnorm] ACTIVATION }; NULL out of memory. */
static char *describe(cli_settings *settings)
{
    const gradus_train_options *train = &settings->train;
    char text[256];

    if (train->network)
        return settings_copy(settings, train->network, strlen(train->network));
    snprintf(text, sizeof text, "repeat %zu { dense %zu %s%s %s %s }", settings->flow.depth,
             settings->flow.width, train->start ? "start=" : "",
             train->start ? train->start : "", train->batchnorm ? "batchnorm" : "",
             train->activation ? train->activation : "relu");
    return settings_copy(settings, text, strlen(text));
}

static void add_spread(cli_report *report, const char *key, const gradus_spread *spread)
{
    const double values[] = {spread->mean, spread->deviation, spread->min, spread->max};
    static const char *const names[] = {"mean", "deviation", "min", "max"};

    report_object(report, key);
    for (size_t i = 0; i < 4; i++)
        flow_number(report, names[i], values[i]);
    report_close(report);
}

static void say_spread(cli_report *report, const gradus_spread *spread)
{
    report_say(report, "%10s %9s ..%9s", text_number(spread->mean, 3),
               text_number(spread->min, 2), text_number(spread->max, 2));
}

/* Layers 1, 2, 3, 5, 10, ... and the last. */
static bool is_shown(size_t layer, size_t layers)
{
    return watch_is_round(layer) || layer == layers;
}

static void say_layers(cli_report *report, const gradus_moments *moments, bool all)
{
    const size_t layers = gradus_moments_layers(moments);

    report_row(report, "%-15s%10s %20s%10s %20s", "layer", "mean a^2", "min .. max",
               "mean d^2", "min .. max");
    report_array(report, "layers");
    for (size_t i = 0; i < layers; i++) {
        gradus_moments_layer layer;
        char label[64];
        gradus_moments_layer_describe(moments, i, &layer);
        report_object(report, NULL);
        report_count(report, "layer", layer.number, NULL);
        report_string(report, "applied", layer.applied, NULL);
        add_spread(report, "activation_moment", &layer.activation);
        add_spread(report, "gradient_moment", &layer.gradient);
        report_close(report);
        if (!all && !is_shown(i + 1, layers))
            continue;
        snprintf(label, sizeof label, "%zu %s", layer.number, layer.applied);
        report_row(report, "%-15.15s", label);
        say_spread(report, &layer.activation);
        say_spread(report, &layer.gradient);
    }
    report_close(report);
}

static void say_ratio(cli_report *report, const char *label, const char *key,
                      const char *what, const gradus_spread *spread)
{
    report_line(report, label);
    report_say(report, "%s: 10^%.2f (+- %.2f)", what, spread->mean, spread->deviation);
    add_spread(report, key, spread);
}

static gradus_status tell(const cli_settings *settings, const gradus_moments *moments,
                          const char *description)
{
    cli_report report;
    cli_figure figure;
    gradus_moments_about about;
    gradus_status status;

    report_start(&report);
    figure_start(&figure, "The start of a network", "Second moments of activations and of "
                 "error signals before any training, over the seeds.");
    gradus_moments_describe(moments, &about);
    report_line(&report, "network");
    report_say(&report, "%s; %zu seeds, %s", description, settings->flow.seeds,
               settings->train.precision == GRADUS_FLOAT32 ? "single precision" : "double");
    report_string(&report, "network", description, NULL);
    report_count(&report, "seeds", settings->flow.seeds, NULL);
    say_layers(&report, moments, settings->verbose);
    say_ratio(&report, "input", "input_log10", "norm of the gradient at the inputs to that at "
              "the outputs", &about.input);
    say_ratio(&report, "weights", "weight_gradient_log10", "|dW| of the first layer to that of "
              "the last", &about.weight_gradient);
    report_line(&report, "first");
    report_say(&report, "|dW| of the first layer: %s",
               text_number(about.first_gradient.mean, 3));
    add_spread(&report, "first_weight_gradient", &about.first_gradient);
    flow_moments_chart(&figure, moments);
    if (settings->picture)
        figure_json(&figure, &report);
    status = picture_tell(settings, &figure, &report);
    figure_free(&figure);
    report_free(&report);
    return status;
}

gradus_status flow_moments(cli_settings *settings, const gradus_context *context)
{
    gradus_moments_options options;
    gradus_moments *moments = NULL;
    gradus_status status = network_read(settings);
    const char *description = status == GRADUS_OK ? describe(settings) : NULL;

    if (!description)
        return status == GRADUS_OK ? GRADUS_MEMORY : status;
    gradus_moments_defaults(&options);
    options.precision = settings->train.precision;
    options.inputs = options.outputs = settings->flow.width;
    options.seeds = settings->flow.seeds;
    options.seed = settings->train.fit.seed;
    if (settings->given[option_find("rows") - option_table])
        options.rows = settings->check.rows;
    status = gradus_moments_new(context, description, &options, &moments);
    status = status == GRADUS_OK ? tell(settings, moments, description)
                                 : fail_library(status);
    gradus_moments_free(moments);
    return status;
}
