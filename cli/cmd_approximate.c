/*
 * cli/cmd_approximate.c - gradus approximate: a network that is built for a function
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "approximate.h"
#include "commands.h"
#include "config.h"
#include "message.h"
#include "output.h"
#include "surface.h"
#include "text.h"

typedef struct cli_approximate {
    const cli_settings *settings;
    gradus_context *context;
    cli_subject subject;
    gradus_approximation *made;
    gradus_approximation_about about;
    gradus_model *model;
    cli_report report;
    cli_figure figure;
} cli_approximate;

static void close_all(cli_approximate *a)
{
    figure_free(&a->figure);
    report_free(&a->report);
    gradus_model_free(a->model);
    gradus_approximation_free(a->made);
    subject_close(&a->subject);
    gradus_context_free(a->context);
}

/* ---- building ---- */

static gradus_status check_flags(const cli_settings *settings)
{
    gradus_status status = picture_check(settings);

    if (status == GRADUS_OK && settings->output && strcmp(settings->output, "-") == 0 &&
        settings->json)
        return fail(GRADUS_ARGUMENT, "-o - and --json both want standard output: drop one");
    if (status == GRADUS_OK && settings->output)
        status = output_check(settings->output, settings->force);
    return status;
}

/* Points and no wish how near: a net through all of them. */
static bool through_points(const cli_approximate *a)
{
    const cli_settings *settings = a->settings;

    return a->subject.samples && isnan(settings->box.within) && !settings->approximate.units;
}

static gradus_status interpolate(cli_approximate *a)
{
    const cli_approximate_settings *wanted = &a->settings->approximate;
    gradus_status status;

    if (a->settings->box.on || wanted->construction ||
        (wanted->activation && strcmp(wanted->activation, "relu") != 0))
        return fail(GRADUS_ARGUMENT, "--within: a network through all points is a relu net on "
                    "their range; for another one say how near, or --units");
    status = gradus_samples_interpolate(a->subject.samples, &a->made);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

static gradus_status build(cli_approximate *a)
{
    const cli_settings *settings = a->settings;
    gradus_approximation_options options;
    gradus_status status = gradus_context_new(&settings->context, &a->context);

    if (status != GRADUS_OK)
        return fail_library(status);
    status = subject_open(settings, a->context, &a->subject);
    if (status != GRADUS_OK)
        return status;
    if (through_points(a))
        return interpolate(a);
    gradus_approximation_defaults(&options);
    options.activation = settings->approximate.activation;
    options.construction = settings->approximate.construction;
    options.within = settings->box.within;
    options.units = settings->approximate.units;
    options.compare = 1;
    status = gradus_approximation_new(a->context, a->subject.f, a->subject.box, &options,
                                      &a->made);
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

/* ---- telling ---- */

static void say_box(cli_approximate *a)
{
    const cli_subject *s = &a->subject;
    cli_report *report = &a->report;

    report_line(report, "function");
    report_string(report, "function", s->text, " on ");
    report_array(report, "on");
    for (size_t i = 0; i < s->f->inputs; i++) {
        report_say(report, "%s%s:%s", i > 0 ? ", " : "", text_number(s->box[i].min, 0),
                   text_number(s->box[i].max, 0));
        report_array(report, NULL);
        report_number(report, NULL, s->box[i].min, 0, NULL);
        report_number(report, NULL, s->box[i].max, 0, NULL);
        report_close(report);
    }
    report_close(report);
    report_number(report, "within", a->settings->box.within, 0, NULL);
}

static void say_network(cli_approximate *a)
{
    const gradus_approximation_about *about = &a->about;
    cli_report *report = &a->report;

    report_line(report, "network");
    report_count(report, "units", about->units, " ");
    report_string(report, "activation", about->activation,
                  about->units == 1 ? " unit in " : " units in ");
    report_count(report, "layers", about->layers,
                 about->layers == 1 ? " hidden layer, " : " hidden layers, ");
    report_count(report, "parameters", about->parameters, " parameters");
    report_line(report, "built");
    report_string(report, "construction", about->construction, ": ");
    report_say(report, "%s; ", about->about);
    report_count(report, "pieces", about->pieces, about->counted        ? ""
                                                  : about->pieces == 1 ? " piece"
                                                                       : " pieces");
    if (about->counted)
        report_say(report, " (%s)", about->counted);
    else if (a->subject.f->inputs > 1)
        report_say(report, " of each axis");
}

static void say_error(cli_approximate *a)
{
    const gradus_approximation_about *about = &a->about;
    cli_report *report = &a->report;

    report_line(report, "error");
    report_say(report, "at most %s everywhere in the box, ", text_number(about->bound, 4));
    report_say(report, about->proved ? "proved (rounding %s)" : "not proved (rounding %s)",
               text_number(about->rounding, 2));
    report_number(report, "bound", about->bound, 0, NULL);
    report_number(report, "rounding", about->rounding, 0, NULL);
    report_flag(report, "proved", about->proved);
    report_line(report, "");
    report_say(report, "largest found %s at ", text_number(about->measured, 4));
    report_number(report, "measured", about->measured, 0, NULL);
    report_array(report, "at");
    for (size_t i = 0; i < a->subject.f->inputs; i++) {
        report_say(report, "%s%s = %s", i > 0 ? ", " : "", text_name(a->subject.input[i]),
                   text_number(about->at[i], 6));
        report_number(report, NULL, about->at[i], 0, NULL);
    }
    report_close(report);
    report_count(report, "points", about->points, NULL);
    if (!about->proved) {
        report_line(report, "note");
        report_say(report, "the bound is an estimate, from values at many points: this "
                   "gradus is built without libgradus_proof (FLINT)");
    }
}

/* A table of what else there is. */
static void say_others(cli_approximate *a)
{
    cli_report *report = &a->report;
    const gradus_approximation_other *other = gradus_approximation_compare(a->made, 0);

    if (!other)
        return;
    report_row(report, "for the same, about:%16s  %s", "units", "built as");
    report_array(report, "others");
    for (size_t i = 0; (other = gradus_approximation_compare(a->made, i)) != NULL; i++) {
        report_row(report, "  %-14s %-10s%10s  ", other->construction, other->activation,
                   other->reached ? text_count(other->units) : "-");
        report_wrap(report, 39, other->about);
        report_object(report, NULL);
        report_string(report, "construction", other->construction, NULL);
        report_string(report, "activation", other->activation, NULL);
        if (other->reached) {
            report_count(report, "pieces", other->pieces, NULL);
            report_count(report, "units", other->units, NULL);
            report_count(report, "layers", other->layers, NULL);
            report_count(report, "parameters", other->parameters, NULL);
        }
        report_flag(report, "extrapolated", other->extrapolated != 0);
        report_close(report);
    }
    report_close(report);
}

/* ---- the model ---- */

static gradus_status save(cli_approximate *a)
{
    const char *path = a->settings->output;
    char note[128];
    gradus_status status;

    if (!path)
        return GRADUS_OK;
    status = gradus_model_new(gradus_approximation_net(a->made), a->subject.input,
                              &a->subject.target, &a->model);
    snprintf(note, sizeof note, "construction = %s\n", a->about.construction);
    if (status == GRADUS_OK)
        status = gradus_model_note(a->model, note);
    if (status == GRADUS_OK)
        status = gradus_model_save(a->model, path);
    if (status != GRADUS_OK)
        return fail_library(status);
    report_line(&a->report, "wrote");
    report_say(&a->report, "%s: of ", text_name(path));
    for (size_t i = 0; i < a->subject.f->inputs; i++)
        report_say(&a->report, "%s%s", i > 0 ? ", " : "", text_name(a->subject.input[i]));
    report_say(&a->report, " it predicts %s", text_name(a->subject.target));
    report_string(&a->report, "model", path, NULL);
    return GRADUS_OK;
}

static gradus_status draw(cli_approximate *a)
{
    const cli_surface surface = {.f = a->subject.f, .box = a->subject.box,
                                 .net = gradus_approximation_net(a->made),
                                 .name = a->about.construction};

    char text[256];

    if (a->subject.f->inputs == 1)
        approximate_draw(&a->figure, &a->subject, a->made);
    if (a->subject.f->inputs != 2)
        return GRADUS_OK;
    snprintf(text, sizeof text, "A function of two variables, a network of %zu %s units that "
             "was built for it, and what that is off by: at most %s, %s.", a->about.units,
             a->about.activation, text_number(a->about.bound, 4),
             a->about.proved ? "which is proved" : "an estimate");
    figure_start(&a->figure, a->subject.text, text);
    a->figure.columns = 3;
    return surface_draw(&surface, true, &a->figure);
}

static gradus_status tell(cli_approximate *a)
{
    gradus_status status;

    gradus_approximation_describe(a->made, &a->about);
    report_start(&a->report);
    say_box(a);
    say_network(a);
    say_error(a);
    say_others(a);
    status = draw(a);
    if (status != GRADUS_OK)
        return status;
    figure_report(&a->figure, &a->report);
    status = save(a);
    return status == GRADUS_OK ? picture_tell(a->settings, &a->figure, &a->report) : status;
}

gradus_status cmd_approximate(cli_settings *settings)
{
    cli_approximate a = {.settings = settings};
    gradus_status status;

    if (settings->print_config) {
        config_print(settings, stdout);
        return GRADUS_OK;
    }
    status = check_flags(settings);
    if (status == GRADUS_OK)
        status = build(&a);
    if (status == GRADUS_OK)
        status = tell(&a);
    close_all(&a);
    return status;
}
