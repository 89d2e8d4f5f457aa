/*
 * cli/explain_page.c - one example's backpropagation as a page: no script, nothing loaded
 *
 * Colours are those of Okabe and Ito (2008), which people without red or green tell apart.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "explain.h"
#include "page.h"

static const char style[] =
    ":root { --positive: #0072b2; --negative: #d55e00; --fill: #f2f5f8; }\n"
    "@media screen and (prefers-color-scheme: dark) { :root { --positive: #56b4e9;\n"
    "  --negative: #e69f00; --fill: #20262c; }\n"
    "  svg text { fill: var(--ink); } svg .note { fill: var(--soft); }\n"
    "  svg .unit { fill: var(--fill); stroke: var(--ink); }\n"
    "  svg .shut, svg .plate { fill: var(--paper); } svg .link { stroke: var(--soft); }\n"
    "  svg .positive { stroke: var(--positive); } svg .none { stroke: var(--line); }\n"
    "  svg .negative { stroke: var(--negative); } }\n"
    "data { font-family: monospace; font-variant-numeric: tabular-nums; }\n"
    ".chain { break-inside: avoid; margin: 0.9rem 0; } .sum { padding-left: 2rem; }\n"
    ".shut { color: var(--negative); }\n"
    "svg { width: 100%; height: auto; max-height: 80vh; }\n"
    "@media print { svg { max-height: 12cm; } }\n";

/* ---- pieces ---- */

void page_number(FILE *stream, const char *element, double number, int digits)
{
    char full[GRADUS_NUMBER_LENGTH], text[GRADUS_NUMBER_LENGTH];

    number += 0.0; /* -0 becomes 0 */
    gradus_number_write(number, full);
    snprintf(text, sizeof text, "%.*g", digits, number);
    fprintf(stream, "<%s %s=\"%s\">", element,
            strcmp(element, "data") == 0 ? "value" : "data-value", full);
    for (const char *c = text; *c; c++)
        if (*c == '-')
            fputs("\xe2\x88\x92", stream); /* a minus sign */
        else
            fputc(*c, stream);
    fprintf(stream, "</%s>", element);
}

static void number(FILE *stream, double value)
{
    page_number(stream, "data", value, 10);
}

static void cell(FILE *stream, double value)
{
    fputs("<td>", stream);
    number(stream, value);
    fputs("</td>", stream);
}

static void list(FILE *stream, const double *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        fputs(i ? ", " : "", stream);
        number(stream, numbers[i]);
    }
}

/* ---- sections ---- */

static void write_head(const cli_lesson *lesson, FILE *stream)
{
    page_start(stream, "Backpropagation of one example", style);
    fputs("<p>Network <code>", stream);
    page_escape(stream, gradus_net_text(lesson->net));
    fputs("</code><br/>\nInputs ", stream);
    list(stream, lesson->x, lesson->inputs);
    fputs(", target ", stream);
    list(stream, lesson->y, lesson->outputs);
    if (*lesson->source) {
        fputs(" (", stream);
        page_escape(stream, lesson->source);
        fputs(")", stream);
    }
    fputs("<br/>\nLoss <code>", stream);
    page_escape(stream, lesson->about.loss_name);
    fputs("</code>, learning rate ", stream);
    number(stream, lesson->rate);
    fputs("</p>\n", stream);
}

static void write_drawing(const cli_lesson *lesson, FILE *stream)
{
    fputs("<figure style=\"margin: 0\">\n", stream);
    lesson_draw(lesson, stream);
    fputs("<figcaption class=\"small\">In each unit its value; below it &#916;, the slope "
          "of the loss with respect to the unit&#8217;s z (of an input, to the input). Blue, "
          "solid: a weight above 0; orange, dashed: below 0; the wider, the larger. A "
          "dashed circle is a shut gate: its slope is 0.</figcaption>\n</figure>\n", stream);
}

static void write_units(const cli_lesson *lesson, FILE *stream)
{
    char sum[512];

    fputs("<section><h2>Forward and backward</h2>\n<table><tr><th>unit</th><th>sum</th>"
          "<th>applied</th><th>z</th><th>value</th><th>slope</th><th>dloss/dvalue</th>"
          "<th>dloss/dz</th></tr>\n", stream);
    for (size_t i = lesson->inputs; i < lesson->about.units; i++) {
        const gradus_unit unit = lesson_unit_at(lesson, i);
        lesson_sum(lesson, i, false, sum, sizeof sum);
        fprintf(stream, "<tr><th>%s</th><td>%s</td><td>%s</td>", unit.name, sum, unit.applied);
        cell(stream, unit.z);
        cell(stream, unit.value);
        cell(stream, unit.slope);
        cell(stream, unit.dvalue);
        cell(stream, unit.dz);
        fprintf(stream, "%s</tr>\n", unit.slope == 0 ? "<td class=\"shut\">shut</td>" : "");
    }
    fputs("</table>\n<p>Output ", stream);
    list(stream, lesson->about.output, lesson->outputs);
    fputs(", loss ", stream);
    number(stream, lesson->about.loss);
    fputs("</p></section>\n", stream);
}

static void write_path(const cli_lesson *lesson, size_t weight, size_t path, FILE *stream)
{
    const gradus_factor *f = lesson->factors;
    const size_t count =
        gradus_explanation_path(lesson->explanation, weight, path, lesson->factors);

    fputs(path ? "<div class=\"sum\">+ " : "<div class=\"sum\">= ", stream);
    for (size_t i = 0; i < count; i++)
        fprintf(stream, "%sd%s/d%s", i ? " &#183; " : "", f[i].of, f[i].by);
    fputs("<br/>\n&#8199; = ", stream);
    number(stream, f[0].value);
    for (size_t i = 1; i < count; i++) {
        fputs(" &#183; (", stream);
        number(stream, f[i].slope);
        fputs(" &#183; ", stream);
        number(stream, f[i].local);
        fputs(")", stream);
    }
    fputs("</div>\n", stream);
}

static void write_chains(const cli_lesson *lesson, FILE *stream)
{
    fputs("<section><h2>The chain rule</h2>\n<p class=\"small\">In brackets: the slope at "
          "z, and the weight or, at the end, the input.</p>\n", stream);
    for (size_t i = 0; i < lesson->about.weights; i++) {
        gradus_weight w;
        if (!lesson_shows(lesson, i))
            continue;
        gradus_explanation_weight(lesson->explanation, i, &w);
        fprintf(stream, "<div class=\"chain\"><b>dloss/d%s</b>\n", w.name);
        for (size_t p = 0; lesson_lists(lesson) && p < w.paths; p++)
            write_path(lesson, i, p, stream);
        fputs("<div class=\"sum\">= ", stream);
        number(stream, w.gradient);
        fputs("</div></div>\n", stream);
    }
    fputs("</section>\n", stream);
}

static void write_update(const cli_lesson *lesson, FILE *stream)
{
    fputs("<section><h2>The step</h2>\n<table><tr><th>weight</th><th></th><th>value</th>"
          "<th>gradient</th><th>new = value &#8722; rate &#183; gradient</th></tr>\n",
          stream);
    for (size_t i = 0; i < lesson->about.weights; i++) {
        gradus_weight w;
        if (!lesson_shows(lesson, i))
            continue;
        gradus_explanation_weight(lesson->explanation, i, &w);
        fprintf(stream, "<tr><th>%s</th><td>%s &#8594; %s</td>", w.name,
                w.from == SIZE_MAX ? "" : lesson_unit_at(lesson, w.from).name,
                lesson_unit_at(lesson, w.to).name);
        cell(stream, w.value);
        cell(stream, w.gradient);
        cell(stream, w.after);
        fputs("</tr>\n", stream);
    }
    fputs("</table>\n<p>After the step: output ", stream);
    list(stream, lesson->about.output_after, lesson->outputs);
    fputs(", loss ", stream);
    number(stream, lesson->about.loss_after);
    fputs(". With + instead of &#8722; in the update: loss ", stream);
    number(stream, lesson->about.loss_opposite);
    fputs(".</p></section>\n", stream);
    page_end(stream);
}

void lesson_page(const cli_lesson *lesson, FILE *stream)
{
    write_head(lesson, stream);
    write_drawing(lesson, stream);
    write_units(lesson, stream);
    write_chains(lesson, stream);
    write_update(lesson, stream);
}
