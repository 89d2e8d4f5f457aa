/*
 * cli/explain_draw.c - a network drawn: units in columns, weights between them
 *
 * Sign and size of a weight are told twice, by colour and dashes, by width and number, so
 * that nothing is lost to who sees no colours, or in print. The drawing stands for itself in
 * light colours; those for the dark are the page's (cli/explain_page.c).
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "explain.h"
#include "message.h"

enum {
    MOST_WIDTH = 16, MOST_LAYERS = 16, MOST_DRAWN = 400,
    MOST_LABELS = 24,           /* of more weights the numbers stand in the tables only */
    STEP_X = 210, STEP_Y = 104, LEFT = 70, TOP = 64, RADIUS = 30
};

gradus_status lesson_check_picture(const cli_lesson *lesson)
{
    gradus_net_about net;

    gradus_net_describe(lesson->net, &net);
    if (net.width <= MOST_WIDTH && lesson->inputs <= MOST_WIDTH &&
        lesson->about.layers <= MOST_LAYERS && lesson->about.weights <= MOST_DRAWN)
        return GRADUS_OK;
    return fail(GRADUS_ARGUMENT, "--picture: the network is too large to draw: at most %d "
                "layers of %d units with %d weights can be; leave --picture out",
                MOST_LAYERS, MOST_WIDTH, MOST_DRAWN);
}

/* Where things stand. */
typedef struct drawing {
    const cli_lesson *lesson;
    FILE *to;
    size_t width[MOST_LAYERS];  /* units of each layer */
    size_t tallest;
    double max;                 /* largest weight */
} drawing;

static gradus_unit unit_at(const drawing *d, size_t index)
{
    return lesson_unit_at(d->lesson, index);
}

static double x_of(const gradus_unit *unit)
{
    return LEFT + STEP_X * (double)unit->layer;
}

static double y_of(const drawing *d, const gradus_unit *unit)
{
    return TOP + STEP_Y * ((double)unit->number +
                           (double)(d->tallest - d->width[unit->layer]) / 2);
}

static void measure(drawing *d)
{
    const gradus_explanation_about *about = &d->lesson->about;

    for (size_t i = 0; i < about->units; i++) {
        gradus_unit unit = unit_at(d, i);
        size_t *width = &d->width[unit.layer];
        *width = unit.number + 1;
        d->tallest = *width > d->tallest ? *width : d->tallest;
    }
    for (size_t i = 0; i < about->weights; i++) {
        gradus_weight w;
        gradus_explanation_weight(d->lesson->explanation, i, &w);
        if (w.from != SIZE_MAX)
            d->max = fmax(d->max, fabs(w.value));
    }
}

/* The attributes of what is drawn, by its class. */
static const char *look(const char *class)
{
    static const char *const looks[][2] = {
        {"unit", "fill=\"#f2f5f8\" stroke=\"#1a1a1a\" stroke-width=\"1.5\""},
        {"unit shut", "fill=\"#ffffff\" stroke=\"#1a1a1a\" stroke-width=\"1.5\" "
                      "stroke-dasharray=\"3 3\""},
        {"link", "fill=\"none\" stroke=\"#767676\" stroke-width=\"1.2\""},
        {"positive", "stroke=\"#0072b2\""},
        {"negative", "stroke=\"#d55e00\" stroke-dasharray=\"7 4\""},
        {"none", "stroke=\"#c8c8c8\""},
        {"plate", "fill=\"#ffffff\""},
        {"name", "font-weight=\"bold\""},
        {"note", "fill=\"#767676\" font-size=\"12\""},
        {"label", "font-size=\"12\""},
    };
    static char room[160];

    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (strcmp(looks[i][0], class) == 0)
            snprintf(room, sizeof room, "class=\"%s\" %s", class, looks[i][1]);
    return room;
}

/* ---- weights ---- */

static void draw_weight(const drawing *d, size_t index)
{
    gradus_weight w;
    gradus_explanation_weight(d->lesson->explanation, index, &w);
    if (w.from == SIZE_MAX)
        return;
    const gradus_unit from = unit_at(d, w.from), to = unit_at(d, w.to);
    const double size = d->max > 0 ? fabs(w.value) / d->max : 0;

    fprintf(d->to, "<line %s x1=\"%.0f\" y1=\"%.1f\" x2=\"%.0f\" y2=\"%.1f\" "
            "stroke-width=\"%.2f\"/>\n",
            look(w.value > 0 ? "positive" : w.value < 0 ? "negative" : "none"),
            x_of(&from) + RADIUS, y_of(d, &from), x_of(&to) - RADIUS, y_of(d, &to),
            1 + 3 * size);
}

/* At three tenths of the line, where the lines of a unit have parted and not yet crossed. */
static void label_weight(const drawing *d, size_t index)
{
    gradus_weight w;
    gradus_explanation_weight(d->lesson->explanation, index, &w);
    if (w.from == SIZE_MAX)
        return;
    const gradus_unit from = unit_at(d, w.from), to = unit_at(d, w.to);
    const double x = x_of(&from) + RADIUS + 0.3 * (x_of(&to) - x_of(&from) - 2 * RADIUS);
    const double y = y_of(d, &from) + 0.3 * (y_of(d, &to) - y_of(d, &from));
    const int room = snprintf(NULL, 0, "%s %.4g", w.name, w.value) * 7;

    fprintf(d->to, "<rect %s x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"16\"/>\n",
            look("plate"), x - room / 2.0, y - 8, room);
    fprintf(d->to, "<text %s x=\"%.1f\" y=\"%.1f\">%s ", look("label"), x, y + 4, w.name);
    page_number(d->to, "tspan", w.value, 4);
    fprintf(d->to, "</text>\n");
}

/* ---- what has no weights: sums of residual blocks, softmax, what works unit by unit ---- */

static void draw_link(const drawing *d, const gradus_unit *to, size_t layer, size_t number)
{
    for (size_t i = 0; i < d->lesson->about.units; i++) {
        const gradus_unit from = unit_at(d, i);
        if (from.layer != layer || (number != SIZE_MAX && from.number != number))
            continue;
        const double x1 = x_of(&from) + RADIUS, x2 = x_of(to) - RADIUS;
        const double y1 = y_of(d, &from), y2 = y_of(d, to);
        const double lift = to->layer - layer > 1 ? 0.6 * STEP_Y : 0;
        fprintf(d->to, "<path %s d=\"M%.0f %.1f C%.0f %.1f %.0f %.1f %.0f "
                "%.1f\"/>\n", look("link"), x1, y1, x1 + STEP_X / 3.0, y1 - lift,
                x2 - STEP_X / 3.0, y2 - lift, x2, y2);
    }
}

static void draw_links(const drawing *d, size_t index)
{
    const gradus_unit unit = unit_at(d, index);

    if (unit.from == SIZE_MAX || strcmp(unit.kind, "dense") == 0)
        return;
    draw_link(d, &unit, unit.from,
              strcmp(unit.kind, "softmax") == 0 ? SIZE_MAX : unit.number);
    if (unit.skip != SIZE_MAX)
        draw_link(d, &unit, unit.skip, unit.number);
}

/* ---- units ---- */

static void draw_bias(const drawing *d, size_t index, double x, double y)
{
    for (size_t i = 0; i < d->lesson->about.weights; i++) {
        gradus_weight w;
        gradus_explanation_weight(d->lesson->explanation, i, &w);
        if (w.to != index || w.name[0] != 'b')
            continue;
        fprintf(d->to, "<text %s x=\"%.0f\" y=\"%.1f\">%s ", look("note"), x,
                y - RADIUS - 6, w.name);
        page_number(d->to, "tspan", w.value, 4);
        fprintf(d->to, "</text>\n");
    }
}

static void draw_unit(const drawing *d, size_t index)
{
    const gradus_unit unit = unit_at(d, index);
    const double x = x_of(&unit), y = y_of(d, &unit);
    const bool shut = unit.layer > 0 && unit.slope == 0;

    fprintf(d->to, "<circle %s cx=\"%.0f\" cy=\"%.1f\" r=\"%d\"/>\n",
            look(shut ? "unit shut" : "unit"), x, y, RADIUS);
    fprintf(d->to, "<text %s x=\"%.0f\" y=\"%.1f\">%s</text>\n", look("name"), x, y - 5,
            unit.name);
    fprintf(d->to, "<text x=\"%.0f\" y=\"%.1f\">", x, y + 13);
    page_number(d->to, "tspan", unit.value, 4);
    fprintf(d->to, "</text>\n<text %s x=\"%.0f\" y=\"%.1f\">&#916; ", look("note"), x,
            y + RADIUS + 14);
    page_number(d->to, "tspan", unit.layer > 0 ? unit.dz : unit.dvalue, 4);
    fprintf(d->to, "%s</text>\n", shut ? " shut" : "");
    draw_bias(d, index, x, y);
}

static void draw_loss(const drawing *d)
{
    const gradus_explanation_about *about = &d->lesson->about;
    const double x = LEFT + STEP_X * (double)about->layers - STEP_X / 3.0;
    const double y = TOP + STEP_Y * (double)(d->tallest - 1) / 2;

    for (size_t i = about->units - d->lesson->outputs; i < about->units; i++) {
        const gradus_unit unit = unit_at(d, i);
        fprintf(d->to, "<line %s x1=\"%.0f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                look("link"), x_of(&unit) + RADIUS, y_of(d, &unit), x - 40, y);
    }
    fprintf(d->to, "<rect %s x=\"%.1f\" y=\"%.1f\" width=\"80\" height=\"48\" rx=\"6\"/>\n",
            look("unit"), x - 40, y - 24);
    fprintf(d->to, "<text %s x=\"%.1f\" y=\"%.1f\">loss</text>\n", look("name"), x, y - 5);
    fprintf(d->to, "<text x=\"%.1f\" y=\"%.1f\">", x, y + 13);
    page_number(d->to, "tspan", about->loss, 4);
    fprintf(d->to, "</text>\n");
}

void lesson_draw(const cli_lesson *lesson, FILE *stream)
{
    const gradus_explanation_about *about = &lesson->about;
    drawing d = {.lesson = lesson, .to = stream};

    measure(&d);
    fprintf(stream, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
            "aria-label=\"the network\" font-family=\"sans-serif\" font-size=\"13\" "
            "text-anchor=\"middle\" viewBox=\"0 0 %zu %zu\">\n"
            "<title>Backpropagation of one example</title>\n",
            LEFT + STEP_X * about->layers, 2 * TOP + STEP_Y * (d.tallest - 1));
    for (size_t i = 0; i < about->weights; i++)
        draw_weight(&d, i);
    for (size_t i = 0; i < about->units; i++)
        draw_links(&d, i);
    draw_loss(&d);
    for (size_t i = 0; i < about->units; i++)
        draw_unit(&d, i);
    for (size_t i = 0; i < about->weights && about->weights <= MOST_LABELS; i++)
        label_weight(&d, i);
    fprintf(stream, "</svg>\n");
}

void lesson_svg(const cli_lesson *lesson, FILE *stream)
{
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", stream);
    lesson_draw(lesson, stream);
}
