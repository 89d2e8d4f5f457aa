/*
 * cli/explain_text.c - backpropagation of one example on paper, and as JSON
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "explain.h"
#include "network.h"
#include "text.h"

/* What is printed of a large network; JSON has all. */
enum { MOST_UNITS = 40, MOST_WEIGHTS = 60, MOST_CHAINS = 24, MOST_TERMS = 6 };

/* ---- forward ---- */

static void append(char *text, size_t room, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void append(char *text, size_t room, const char *format, ...)
{
    size_t length = strlen(text);
    va_list list;

    va_start(list, format);
    vsnprintf(text + length, room - length, format, list);
    va_end(list);
}

/* w1 x1 + w2 x2 + b1 */
static void dense_sum(const cli_lesson *lesson, size_t unit, bool numbers, char *text,
                      size_t room)
{
    size_t terms = 0;

    for (size_t i = 0; i < lesson->about.weights; i++) {
        gradus_weight w = lesson_weight_at(lesson, i);
        if (w.to != unit || (w.name[0] != 'w' && w.name[0] != 'b'))
            continue;
        if (terms++ == MOST_TERMS) {
            *text = 0;
            return;
        }
        append(text, room, "%s", terms > 1 ? " + " : "");
        if (!numbers)
            append(text, room, "%s", w.name);
        else
            append(text, room, "%s", lesson_number(w.value));
        if (w.from != SIZE_MAX && numbers)
            append(text, room, " * %s", lesson_number(lesson_unit_at(lesson, w.from).value));
        else if (w.from != SIZE_MAX)
            append(text, room, " %s", lesson_unit_at(lesson, w.from).name);
    }
}

/* Unit `number` of a layer. */
static gradus_unit unit_in(const cli_lesson *lesson, size_t layer, size_t number)
{
    size_t index = 0;
    gradus_unit unit = lesson_unit_at(lesson, index);

    while (unit.layer != layer || unit.number != number)
        unit = lesson_unit_at(lesson, ++index);
    return unit;
}

void lesson_sum(const cli_lesson *lesson, size_t index, bool numbers, char *text,
                size_t room)
{
    gradus_unit unit = lesson_unit_at(lesson, index), from, skip;

    *text = 0;
    if (unit.from == SIZE_MAX)
        return;
    if (strcmp(unit.kind, "dense") == 0) {
        dense_sum(lesson, index, numbers, text, room);
        return;
    }
    from = unit_in(lesson, unit.from, unit.number);
    if (strcmp(unit.kind, "add") == 0) {
        skip = unit_in(lesson, unit.skip, unit.number);
        if (numbers)
            append(text, room, "%s + %s * %s", lesson_number(skip.value),
                   lesson_number(unit.scale), lesson_number(from.value));
        else if (unit.scale == 1)
            append(text, room, "%s + %s", skip.name, from.name);
        else
            append(text, room, "%s + %s %s", skip.name, lesson_number(unit.scale), from.name);
    } else if (strcmp(unit.kind, "each") == 0) {
        append(text, room, "%s", numbers ? lesson_number(from.value) : from.name);
    } else if (!numbers) {
        append(text, room, "softmax at %s", from.name);
    }
}

/* " = ", and "batchnorm tanh" around a text: tanh(batchnorm(text)) */
static void add_applied(char *line, size_t room, const char *applied, const char *text)
{
    const char *end = applied + strlen(applied);
    size_t used = strlen(line), braces = 0;

    used += (size_t)snprintf(line + used, room - used, "%s= ", used ? " " : "");
    while (end > applied && used < room) {
        const char *word = end;
        while (word > applied && word[-1] != ' ')
            word--;
        used += (size_t)snprintf(line + used, room - used, "%.*s(", (int)(end - word), word);
        end = word > applied ? word - 1 : word;
        braces++;
    }
    if (used < room)
        snprintf(line + used, room - used, "%s%.*s", text, (int)braces, "))))))))");
}

static void say_unit(cli_report *report, const cli_lesson *lesson, size_t index)
{
    char text[512], line[1200] = "";
    gradus_unit unit = lesson_unit_at(lesson, index);
    const int indent = REPORT_INDENT + (int)strlen(unit.name) + 1;

    report_row(report, "%-9s%s ", "", unit.name);
    lesson_sum(lesson, index, false, text, sizeof text);
    if (*text) {
        add_applied(line, sizeof line, unit.applied, text);
        report_wrap(report, indent, line);
        *line = 0;
    }
    lesson_sum(lesson, index, true, text, sizeof text);
    if (*text) {
        report_row(report, "%*s", indent, "");
        add_applied(line, sizeof line, unit.applied, text);
    }
    if (*unit.applied)
        add_applied(line, sizeof line, unit.applied, lesson_number(unit.z));
    add_applied(line, sizeof line, "", lesson_number(unit.value));
    report_wrap(report, indent, line);
}

static void say_outputs(cli_report *report, const cli_lesson *lesson, const double *output)
{
    for (size_t j = 0; j < lesson->outputs; j++)
        report_say(report, "%s%s", j ? ", " : "", lesson_number(output[j]));
}

/* Formulas of the library's losses, for one example. */
static const char *loss_formula(const char *name)
{
    static const char *const formulas[][2] = {
        {"mse", "1/2 sum (y - target)^2"},
        {"cross-entropy", "-sum target log y"},
        {"binary-cross-entropy", "-sum target log y + (1 - target) log(1 - y)"},
        {"huber", "sum of r^2/2, linear beyond delta"},
        {"poisson", "sum of y - target log y"},
    };

    for (size_t i = 0; i < sizeof formulas / sizeof *formulas; i++)
        if (strcmp(formulas[i][0], name) == 0)
            return formulas[i][1];
    return name;
}

static void say_forward(cli_report *report, const cli_lesson *lesson)
{
    const gradus_explanation_about *about = &lesson->about;

    report_row(report, "%s", "");
    report_row(report, "forward");
    for (size_t i = lesson->inputs; i < about->units && i < lesson->inputs + MOST_UNITS; i++)
        say_unit(report, lesson, i);
    if (about->units > lesson->inputs + MOST_UNITS)
        report_row(report, "%-9s... and %s more units; --json has all", "",
                   text_count(about->units - lesson->inputs - MOST_UNITS));
    if (about->fused) {
        report_line(report, "");
        report_say(report, "%s = %s(z) = ", lesson->outputs > 1 ? "y1, ..." : "y",
                   about->fused);
        say_outputs(report, lesson, about->output);
    }
    report_line(report, "");
    report_say(report, "loss = %s = %s", loss_formula(about->loss_name),
               lesson_number(about->loss));
    if (!about->fused && strcmp(about->loss_name, "mse") != 0)
        return;
    report_line(report, "");
    report_say(report, "dloss/d%c = y - target", about->fused ? 'z' : 'y');
}

/* ---- backward ---- */

static void say_backward(cli_report *report, const cli_lesson *lesson)
{
    size_t shown = 0, shut = 0;

    report_row(report, "%s", "");
    report_row(report, "backward %-8s%-16s%-16s%s", "unit", "slope at z", "dloss/dunit",
               "dloss/dz");
    for (size_t i = lesson->about.units; i-- > 0 && shown < MOST_UNITS; shown++) {
        gradus_unit unit = lesson_unit_at(lesson, i);
        bool input = unit.layer == 0;
        report_row(report, "%-9s%-8s%-16s%-16s%s", "", unit.name,
                   input ? "" : lesson_number(unit.slope), lesson_number(unit.dvalue),
                   input ? "" : lesson_number(unit.dz));
    }
    report_line(report, "shut");
    for (size_t i = lesson->inputs; i < lesson->about.units; i++) {
        gradus_unit unit = lesson_unit_at(lesson, i);
        if (unit.slope != 0)
            continue;
        if (shut++ < MOST_UNITS)
            report_say(report, "%s%s (z = %s)", shut > 1 ? ", " : "", unit.name,
                       lesson_number(unit.z));
    }
    if (shut > MOST_UNITS)
        report_say(report, ", ... %s units", text_count(shut));
    report_say(report, shut ? ": slope 0, no gradient passes" : "none: no slope is 0");
}

/* ---- the chain rule ---- */

static void say_names(cli_report *report, const gradus_factor *factors, size_t count)
{
    for (size_t i = 0; i < count; i++)
        report_say(report, "%sd%s/d%s", i ? " * " : "", factors[i].of, factors[i].by);
}

/* The slope is left out where the unit applies nothing. */
static void say_numbers(cli_report *report, const gradus_factor *factors, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (*factors[i].applied)
            report_say(report, " * (%s * %s)", lesson_number(factors[i].slope),
                       lesson_number(factors[i].local));
        else
            report_say(report, "%s%s", i ? " * " : "", lesson_number(factors[i].value));
}

static void say_path(cli_report *report, const cli_lesson *lesson, size_t weight,
                     size_t path, bool single)
{
    size_t count =
        gradus_explanation_path(lesson->explanation, weight, path, lesson->factors);

    report_say(report, "%s ", single ? " =" : path ? "  +" : "   ");
    say_names(report, lesson->factors, count);
    report_line(report, "");
    report_say(report, "%s ", single ? " =" : "    =");
    say_numbers(report, lesson->factors, count);
    if (!single)
        report_say(report, " = %s", lesson_number(lesson_product(lesson->factors, count)));
    report_line(report, "");
}

static void say_chain(cli_report *report, const cli_lesson *lesson, size_t index)
{
    char label[64];
    gradus_weight w = lesson_weight_at(lesson, index);
    size_t zero = 0;

    report_row(report, "%s", "");
    snprintf(label, sizeof label, "dloss/d%s", w.name);
    report_line(report, label);
    if (!lesson_lists(lesson)) {
        report_say(report, " = %s, the sum over ", lesson_number(w.gradient));
        report_say(report, w.paths == SIZE_MAX ? "more paths than can be counted"
                                               : "%s paths", text_count(w.paths));
        return;
    }
    if (w.paths > 1) {
        report_say(report, " = sum over %s paths", text_count(w.paths));
        report_line(report, "");
    }
    for (size_t p = 0; p < w.paths; p++) {
        size_t count =
            gradus_explanation_path(lesson->explanation, index, p, lesson->factors);
        if (p > 0 && lesson_product(lesson->factors, count) == 0)
            zero++;
        else
            say_path(report, lesson, index, p, w.paths == 1);
    }
    if (zero > 0) {
        report_say(report, "  + 0 on %s paths with a weight of 0 or a shut gate",
                   text_count(zero));
        report_line(report, "");
    }
    report_say(report, " = %s", lesson_number(w.gradient));
}

static void say_chains(cli_report *report, const cli_lesson *lesson)
{
    size_t shown = 0, left = 0;

    report_row(report, "%s", "");
    report_row(report, lesson_lists(lesson)
                           ? "chain rule, in brackets: slope at z * weight, or input"
                           : "chain rule, sums only: these are more than %d paths",
               EXPLAIN_PATHS);
    for (size_t i = 0; i < lesson->about.weights; i++) {
        if (!lesson_shows(lesson, i))
            continue;
        if (shown++ < MOST_CHAINS)
            say_chain(report, lesson, i);
        else
            left++;
    }
    if (left > 0)
        report_row(report, "\n%-9s... and %s more weights; --chain w%zu shows one", "",
                   text_count(left), (size_t)MOST_CHAINS + 1);
}

/* ---- the step ---- */

static void say_update(cli_report *report, const cli_lesson *lesson)
{
    const gradus_explanation_about *about = &lesson->about;
    size_t shown = 0;

    report_row(report, "%s", "");
    report_row(report, "update   new = weight - %s * gradient", lesson_number(lesson->rate));
    report_row(report, "%-31s%-16s%-16snew", "", "weight", "gradient");
    for (size_t i = 0; i < about->weights && shown < MOST_WEIGHTS; i++) {
        gradus_weight w = lesson_weight_at(lesson, i);
        if (!lesson_shows(lesson, i))
            continue;
        shown++;
        report_row(report, "%-9s%-6s%6s -> %-6s%-16s%-16s%s", "", w.name,
                   w.from == SIZE_MAX ? "" : lesson_unit_at(lesson, w.from).name,
                   lesson_unit_at(lesson, w.to).name, lesson_number(w.value),
                   lesson_number(w.gradient), lesson_number(w.after));
    }
    if (lesson->chain == SIZE_MAX && about->weights > MOST_WEIGHTS)
        report_row(report, "%-9s... and %s more weights; --json has all", "",
                   text_count(about->weights - MOST_WEIGHTS));
    report_row(report, "%s", "");
    report_line(report, "after");
    report_say(report, "%s ", lesson->outputs > 1 ? "outputs" : "y =");
    say_outputs(report, lesson, about->output_after);
    report_say(report, "; loss %s, before it was %s", lesson_number(about->loss_after),
               lesson_number(about->loss));
    report_line(report, "");
    report_say(report, "with + instead of - in the update: loss %s",
               lesson_number(about->loss_opposite));
}

/* ---- the lesson ---- */

static void say_head(cli_report *report, const cli_lesson *lesson)
{
    report_line(report, "network");
    network_say(report, lesson->net);
    report_line(report, "example");
    for (size_t i = 0; i < lesson->inputs && i < MOST_UNITS; i++)
        report_say(report, "%s%s = %s", i ? ", " : "", lesson_unit_at(lesson, i).name,
                   lesson_number(lesson->x[i]));
    report_say(report, "%s; target ", lesson->inputs > MOST_UNITS ? ", ..." : "");
    say_outputs(report, lesson, lesson->y);
    if (*lesson->source)
        report_say(report, "; %s", lesson->source);
    report_line(report, "loss");
    report_say(report, "%s; learning rate %s", lesson->about.loss_name,
               lesson_number(lesson->rate));
}

void lesson_say(cli_report *report, const cli_lesson *lesson)
{
    say_head(report, lesson);
    lesson_put(report, lesson);
    if (lesson->settings->json)
        return;
    if (lesson->chain == SIZE_MAX) {
        say_forward(report, lesson);
        say_backward(report, lesson);
    }
    say_chains(report, lesson);
    say_update(report, lesson);
}
