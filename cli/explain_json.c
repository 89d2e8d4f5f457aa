/*
 * cli/explain_json.c - what is told of a lesson, and the lesson as JSON
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "explain.h"

const char *lesson_number(double number)
{
    static char rooms[8][32];
    static size_t next;
    char *room = rooms[next++ % 8];

    snprintf(room, sizeof rooms[0], "%.10g", number + 0.0); /* -0 becomes 0 */
    return room;
}

bool lesson_shows(const cli_lesson *lesson, size_t weight)
{
    return lesson->chain == SIZE_MAX || lesson->chain == weight;
}

bool lesson_lists(const cli_lesson *lesson)
{
    return lesson->paths <= EXPLAIN_PATHS;
}

gradus_unit lesson_unit_at(const cli_lesson *lesson, size_t index)
{
    gradus_unit unit;

    gradus_explanation_unit(lesson->explanation, index, &unit);
    return unit;
}

gradus_weight lesson_weight_at(const cli_lesson *lesson, size_t index)
{
    gradus_weight weight;

    gradus_explanation_weight(lesson->explanation, index, &weight);
    return weight;
}

double lesson_product(const gradus_factor *factors, size_t count)
{
    double product = 1;

    for (size_t i = 0; i < count; i++)
        product *= factors[i].value;
    return product;
}

/* ---- JSON ---- */

static void put_number(cli_report *report, const char *key, double value)
{
    report_number(report, key, value + 0.0, 0, NULL); /* -0 becomes 0 */
}

static void put_numbers(cli_report *report, const char *key, const double *numbers,
                        size_t count)
{
    report_array(report, key);
    for (size_t i = 0; i < count; i++)
        put_number(report, NULL, numbers[i]);
    report_close(report);
}

static void put_unit(cli_report *report, const cli_lesson *lesson, size_t index)
{
    gradus_unit unit = lesson_unit_at(lesson, index);

    report_object(report, unit.name);
    report_count(report, "layer", unit.layer, NULL);
    report_string(report, "kind", unit.kind, NULL);
    if (*unit.applied)
        report_string(report, "applied", unit.applied, NULL);
    if (unit.layer > 0)
        put_number(report, "z", unit.z);
    put_number(report, "value", unit.value);
    if (unit.layer > 0)
        put_number(report, "slope", unit.slope);
    put_number(report, "dloss_dvalue", unit.dvalue);
    if (unit.layer > 0)
        put_number(report, "dloss_dz", unit.dz);
    report_close(report);
}

static void put_path(cli_report *report, const cli_lesson *lesson, size_t weight,
                     size_t path)
{
    size_t count =
        gradus_explanation_path(lesson->explanation, weight, path, lesson->factors);

    report_object(report, NULL);
    report_array(report, "factors");
    for (size_t i = 0; i < count; i++) {
        const gradus_factor *f = &lesson->factors[i];
        report_object(report, NULL);
        report_string(report, "of", f->of, NULL);
        report_string(report, "by", f->by, NULL);
        put_number(report, "value", f->value);
        put_number(report, "slope", f->slope);
        if (i > 0)
            put_number(report, "local", f->local);
        if (*f->term)
            report_string(report, "term", f->term, NULL);
        report_close(report);
    }
    report_close(report);
    put_number(report, "product", lesson_product(lesson->factors, count));
    report_close(report);
}

static void put_weight(cli_report *report, const cli_lesson *lesson, size_t index)
{
    gradus_weight w = lesson_weight_at(lesson, index);

    report_object(report, w.name);
    report_string(report, "tensor", w.tensor, NULL);
    report_count(report, "row", w.row + 1, NULL);
    report_count(report, "column", w.column + 1, NULL);
    if (w.from != SIZE_MAX)
        report_string(report, "from", lesson_unit_at(lesson, w.from).name, NULL);
    report_string(report, "to", lesson_unit_at(lesson, w.to).name, NULL);
    put_number(report, "value", w.value);
    put_number(report, "gradient", w.gradient);
    put_number(report, "new", w.after);
    if (w.paths < SIZE_MAX)
        report_count(report, "path_count", w.paths, NULL);
    if (lesson_lists(lesson)) {
        report_array(report, "paths");
        for (size_t p = 0; p < w.paths; p++)
            put_path(report, lesson, index, p);
        report_close(report);
    }
    report_close(report);
}

static void put_delta(cli_report *report, const cli_lesson *lesson)
{
    size_t units = lesson->about.units;

    report_array(report, "delta");
    for (size_t j = units - lesson->outputs; j < units; j++)
        put_number(report, NULL, lesson_unit_at(lesson, j).dvalue);
    report_close(report);
}

void lesson_put(cli_report *report, const cli_lesson *lesson)
{
    const gradus_explanation_about *about = &lesson->about;

    put_numbers(report, "x", lesson->x, lesson->inputs);
    put_numbers(report, "target", lesson->y, lesson->outputs);
    report_string(report, "loss_function", about->loss_name, NULL);
    put_number(report, "learning_rate", lesson->rate);
    put_numbers(report, "output", about->output, lesson->outputs);
    put_number(report, "loss", about->loss);
    put_delta(report, lesson);
    report_object(report, "units");
    for (size_t i = 0; i < about->units; i++)
        put_unit(report, lesson, i);
    report_close(report);
    report_array(report, "shut");
    for (size_t i = lesson->inputs; i < about->units; i++)
        if (lesson_unit_at(lesson, i).slope == 0)
            report_string(report, NULL, lesson_unit_at(lesson, i).name, NULL);
    report_close(report);
    report_object(report, "weights");
    for (size_t i = 0; i < about->weights; i++)
        if (lesson_shows(lesson, i))
            put_weight(report, lesson, i);
    report_close(report);
    report_object(report, "after");
    put_numbers(report, "output", about->output_after, lesson->outputs);
    put_number(report, "loss", about->loss_after);
    report_close(report);
    put_number(report, "loss_with_plus", about->loss_opposite);
}
