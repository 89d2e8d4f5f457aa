/*
 * cli/check_error.c - gradus check error: the largest error of a model, enclosed
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "box.h"
#include "check.h"
#include "message.h"
#include "text.h"

#ifdef GRADUS_HAS_PROOF

#include "gradus_proof.h"

/* The search's share of the tolerance: the rest is for ends rounded outward to few digits. */
static const double share = 0.75;

typedef struct task {
    gradus_model *model;
    gradus_expression *expression;
    gradus_proof *proof;
    gradus_interval box[GRADUS_VARIABLES];
    size_t sides;
    int digits;                 /* of the ends that are told */
} task;

static gradus_status open_task(task *t, const gradus_context *context,
                               const cli_settings *settings)
{
    gradus_model_about about;
    gradus_status status = box_read(settings->box.on, t->box, &t->sides);

    if (status != GRADUS_OK)
        return status;
    status = gradus_model_load(context, settings->argument[1], &t->model);
    if (status == GRADUS_OK)
        status = gradus_expression_new(context, settings->argument[2], &t->expression);
    if (status != GRADUS_OK)
        return fail_library(status);
    gradus_model_describe(t->model, &about);
    if (t->sides != about.inputs)
        return fail(GRADUS_ARGUMENT, "--on has %zu side%s, the model %zu input%s: give a "
                    "side for each", t->sides, t->sides == 1 ? "" : "s", about.inputs,
                    about.inputs == 1 ? "" : "s");
    status = gradus_proof_new(context, t->expression, t->sides, t->box, &t->proof);
    return status == GRADUS_OK ? status : fail_library(status);
}

static void close_task(task *t)
{
    gradus_proof_free(t->proof);
    gradus_expression_free(t->expression);
    gradus_model_free(t->model);
}

/* The nearest number of so many digits that is not below (above) x > 0. */
static double outward(double x, int digits, bool up)
{
    char text[48];
    double rounded = x;
    const int power = x > 0 ? (int)floor(log10(x)) : 0;
    const double half = (up ? 0.5 : -0.5) * pow(10, power - digits + 1);

    for (int step = 0; step < 4 && x > 0; step++) {
        const int length = snprintf(text, sizeof text, "%.*e", digits - 1, x + step * half);
        if (gradus_number_read(text, (size_t)length, &rounded) &&
            (up ? rounded >= x : rounded <= x))
            return rounded;
    }
    return x;
}

static const char *variable(size_t index, size_t count)
{
    static const char *const names[] = {"x", "y", "z"};
    return index < count ? names[index] : "";
}

/* Which columns x, y and z are, where they have other names. */
static void say_inputs(cli_report *report, const task *t)
{
    bool same = true;

    for (size_t i = 0; i < t->sides; i++) {
        gradus_model_input about;
        gradus_model_input_describe(t->model, i, &about);
        same = same && strcmp(about.name, variable(i, t->sides)) == 0;
    }
    if (same)
        return;
    report_line(report, "inputs");
    for (size_t i = 0; i < t->sides; i++) {
        gradus_model_input about;
        gradus_model_input_describe(t->model, i, &about);
        report_say(report, "%s%s is %s", i > 0 ? ", " : "", variable(i, t->sides),
                   text_name(about.name));
    }
}

static void say_place(cli_report *report, const task *t, const gradus_certificate *c)
{
    report_line(report, "worst");
    report_say(report, "at ");
    for (size_t i = 0; i < t->sides; i++)
        report_say(report, "%s%s = %s", i > 0 ? ", " : "", variable(i, t->sides),
                   text_number(c->where[i], t->digits));
    report_say(report, ": the function is %s, the network %s",
               text_number(c->f, t->digits), text_number(c->net, t->digits));
    report_array(report, "where");
    for (size_t i = 0; i < t->sides; i++)
        report_number(report, NULL, c->where[i], 0, NULL);
    report_close(report);
    report_number(report, "function", c->f, 0, NULL);
    report_number(report, "network", c->net, 0, NULL);
}

static void say_rounding(cli_report *report, const task *t, const gradus_certificate *c)
{
    const bool single =
        gradus_net_precision(gradus_model_net(t->model)) == GRADUS_FLOAT32;

    report_line(report, "rounding");
    if (isfinite(c->rounding))
        report_say(report, "a prediction, computed in float%d, differs from the network's "
                   "exact value by at most %s", single ? 32 : 64, check_error(c->rounding));
    else
        report_say(report, "nothing is known of a prediction's distance from the exact "
                   "value: the network has jumps, or too large numbers");
    if (isfinite(c->rounding))
        report_number(report, "rounding", c->rounding, 0, NULL);
}

static void say(cli_report *report, const task *t, const gradus_certificate *c, bool reached)
{
    say_inputs(report, t);
    report_line(report, "error");
    report_say(report, "at least %s and at most %s, proved",
               text_number(c->lower, t->digits), text_number(c->upper, t->digits));
    report_number(report, "lower", c->lower, 0, NULL);
    report_number(report, "upper", c->upper, 0, NULL);
    report_flag(report, "proved", true);
    report_flag(report, "reached", reached);
    say_place(report, t, c);
    say_rounding(report, t, c);
    report_line(report, "boxes");
    report_count(report, "boxes", c->boxes, " looked at");
}

/* What is answered: to --within, and to the tolerance. */
static gradus_status judge(const gradus_certificate *c, const cli_settings *settings,
                           bool reached, char *no, size_t room)
{
    const double within = settings->box.within;

    if (c->lower > within)
        snprintf(no, room, "the error is larger than %s, proved", text_number(within, 0));
    else if (c->upper > within)
        snprintf(no, room, "whether the error is within %s is not decided: it lies between "
                 "both ends; ask for a smaller --tolerance", text_number(within, 0));
    else if (!reached && isnan(within))
        snprintf(no, room, "the tolerance %s was not reached: %s",
                 text_number(settings->box.tolerance, 0),
                 c->boxes >= settings->box.boxes
                     ? "ask for a larger one, or for more --boxes"
                     : "double arithmetic does not allow for it");
    else
        return GRADUS_OK;
    return GRADUS_NO;
}

static gradus_status answer(cli_report *report, task *t, const gradus_context *context,
                            const cli_settings *settings, char *no, size_t room)
{
    const double tolerance = settings->box.tolerance;
    gradus_certificate_options options;
    gradus_certificate c;
    gradus_status status;

    gradus_certificate_defaults(&options);
    options.tolerance = share * tolerance;
    options.boxes = settings->box.boxes;
    t->digits = 2 + (int)ceil(-log10(tolerance));
    t->digits = t->digits > 17 ? 17 : t->digits;
    status = gradus_certificate_model(context, t->model, gradus_proof_function(t->proof),
                                      t->box, &options, &c);
    if (status != GRADUS_OK)
        return fail_library(status);
    c.lower = outward(c.lower, t->digits, false);
    c.upper = outward(c.upper, t->digits, true);
    const bool reached = c.upper - c.lower <= tolerance * c.upper;
    say(report, t, &c, reached);
    return judge(&c, settings, reached, no, room);
}

gradus_status check_error_of(cli_report *report, const gradus_context *context,
                             const cli_settings *settings, char *no, size_t room)
{
    task t = {.model = NULL};
    gradus_status status = open_task(&t, context, settings);

    if (status == GRADUS_OK)
        status = answer(report, &t, context, settings, no, room);
    close_task(&t);
    return status;
}

#else

gradus_status check_error_of(cli_report *report, const gradus_context *context,
                             const cli_settings *settings, char *no, size_t room)
{
    (void)report, (void)context, (void)settings, (void)no, (void)room;
    return fail(GRADUS_ARGUMENT, "check error: this gradus was built without Arb, by which "
                "errors are enclosed: install libflint-dev (and libflint-arb-dev before "
                "FLINT 3) and build again");
}

#endif
