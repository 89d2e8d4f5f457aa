/*
 * cli/train_flow.c - why a run diverged, or learned nothing
 *
 * SPDX-License-Identifier: MIT
 */
#include "train_flow.h"

#include <math.h>

#include "flow_report.h"
#include "message.h"
#include "text.h"

/* A step that changes the weights of a layer by more than this share of them is too long;
 * one that is to be safe changes them by no more than that. */
#define LONG_STEP 0.3
#define SAFE_STEP 0.01
/* Share of the trivial predictor's loss that a network must be below to have learned. */
#define STALLED 0.98
/* A shorter run, in which nothing is wrong, has just not learned yet. */
enum { SHORT_RUN = 20 };

void flow_looks_free(flow_looks *at)
{
    gradus_flow_free(at->now);
    gradus_flow_free(at->start);
}

gradus_status flow_look(const gradus_context *context, gradus_trainer *trainer,
                        flow_looks *at)
{
    const gradus_net *net = gradus_model_net(gradus_trainer_model(trainer));
    const gradus_set *set = gradus_trainer_set(trainer);
    gradus_net *start = NULL;
    gradus_net_about about;
    gradus_flow_options options;
    gradus_status status;

    gradus_flow_defaults(&options);
    options.fit = gradus_trainer_options(trainer)->fit;
    gradus_net_describe(net, &about);
    status = gradus_net_new(context, gradus_net_text(net), about.inputs, about.outputs,
                            about.precision, options.fit.seed, &start);
    if (status == GRADUS_OK)
        status = gradus_flow_new(start, set, &options, &at->start);
    if (status == GRADUS_OK)
        status = gradus_flow_new(net, set, &options, &at->now);
    gradus_net_free(start);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

static bool is_long(const gradus_flow *flow)
{
    gradus_flow_about about;

    gradus_flow_describe(flow, &about);
    return about.update_ratio > LONG_STEP;
}

/* The rate at which a step changes the weights by no more than is safe, of one digit. */
static double safe_rate(const gradus_flow_about *about)
{
    double rate = about->rate * SAFE_STEP / about->update_ratio, power = 1;

    while (rate * power < 1 && power < 1e300)
        power *= 10;
    return floor(rate * power) / power;
}

static void say_step(cli_report *report, const gradus_flow *flow, const char *optimizer)
{
    gradus_flow_about about;
    gradus_flow_layer layer;

    gradus_flow_describe(flow, &about);
    gradus_flow_layer_describe(flow, about.update_layer, &layer);
    report_object(report, "step");
    report_count(report, "layer", layer.number, NULL);
    report_number(report, "rate", about.rate, 0, NULL);
    if (isfinite(about.update_ratio))
        report_number(report, "update_ratio", about.update_ratio, 0, NULL);
    report_line(report, "cause");
    report_say(report, "steps are too long: the first one, of %s with rate %s, changes the "
               "weights of layer %zu by %s times what they are", optimizer,
               text_number(about.rate, 0), layer.number, text_number(about.update_ratio, 2));
    report_line(report, "remedy");
    if (safe_rate(&about) > 0) {
        report_say(report, "--learning-rate %s, which changes them by at most %s times that",
                   text_number(safe_rate(&about), 1), text_number(SAFE_STEP, 1));
        report_number(report, "safe_rate", safe_rate(&about), 0, NULL);
    } else {
        report_say(report, "a far smaller --learning-rate, or --clip 1");
    }
    report_close(report);
}

/* What is wrong with the steps, or else with the network. */
static void say_cause(cli_report *report, gradus_trainer *trainer, const flow_looks *at)
{
    const gradus_train_options *options = gradus_trainer_options(trainer);
    const bool steps = is_long(at->start);

    if (steps)
        say_step(report, at->start, options->fit.optimizer);
    flow_verdict(report, at->now, options->precision);
    if (!steps)
        flow_remedy(report, at->now);
}

gradus_status flow_say_diverged(cli_report *report, const gradus_context *context,
                                gradus_trainer *trainer, const gradus_fit_report *fit)
{
    flow_looks at = {NULL, NULL};
    gradus_status status = flow_look(context, trainer, &at);

    if (status == GRADUS_OK) {
        report_object(report, "diverged");
        report_count(report, "epoch", fit->epochs + 1, NULL);
        report_count(report, "step", fit->diverged_step, NULL);
        report_count(report, "layer", fit->diverged_layer, NULL);
        report_close(report);
        report_object(report, "flow");
        say_cause(report, trainer, &at);
        report_close(report);
    }
    flow_looks_free(&at);
    return status;
}

static bool is_stalled(gradus_trainer *trainer, const gradus_fit_report *fit)
{
    gradus_trainer_about about;

    gradus_trainer_describe(trainer, &about);
    return fit->valid.rows > 0 && !(fit->valid.loss < STALLED * about.trivial.loss) &&
           !isnan(about.trivial.loss);
}

static void say_stalled(cli_report *report, gradus_trainer *trainer, const flow_looks *at,
                        bool sound)
{
    report_line(report, "stalled");
    report_say(report, "no better than the trivial predictor");
    report_object(report, "flow");
    say_cause(report, trainer, at);
    if (sound) {
        report_line(report, "remedy");
        report_say(report, "more --epochs or another --learning-rate; or the columns do not "
                   "say it");
    }
    report_close(report);
}

gradus_status flow_say_stalled(cli_report *report, const gradus_context *context,
                               gradus_trainer *trainer, const gradus_fit_report *fit)
{
    flow_looks at = {NULL, NULL};
    gradus_flow_about about;
    gradus_status status;

    if (!is_stalled(trainer, fit))
        return GRADUS_OK;
    status = flow_look(context, trainer, &at);
    if (status == GRADUS_OK) {
        gradus_flow_describe(at.now, &about);
        const bool sound = about.verdict == GRADUS_FLOW_HEALTHY && !is_long(at.start);
        if (!sound || fit->epochs >= SHORT_RUN)
            say_stalled(report, trainer, &at, sound);
    }
    flow_looks_free(&at);
    return status;
}
