/*
 * cli/approximate_draw.c - pictures of a built network beside its function
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "approximate.h"
#include "text.h"

enum { POINTS = 1201 };

/* f, the net and their difference at points from end to end. */
typedef struct curves {
    double x[POINTS], f[POINTS], net[POINTS];
} curves;

static gradus_status compute(const cli_subject *s, const gradus_net *net, curves *c)
{
    const gradus_interval box = s->box[0];

    for (size_t i = 0; i < POINTS; i++) {
        const double share = (double)i / (POINTS - 1);
        c->x[i] = i + 1 < POINTS ? box.min + (box.max - box.min) * share : box.max;
        c->f[i] = s->f->value(&c->x[i], s->f->user);
    }
    return gradus_net_predict(net, c->x, POINTS, c->net);
}

static void draw_curves(cli_figure *figure, const cli_subject *s, const curves *c)
{
    cli_chart *chart = figure_chart(figure, "the function and the network");
    chart_series *f, *net;

    chart_axes(chart, s->input[0], "1", s->target, "1");
    f = chart_series_add(chart, CHART_LINE, "function");
    net = chart_series_add(chart, CHART_LINE, "network");
    for (size_t i = 0; i < POINTS; i++) {
        series_point(f, c->x[i], c->f[i]);
        series_point(net, c->x[i], c->net[i]);
    }
}

static void draw_error(cli_figure *figure, const cli_subject *s, const curves *c,
                       const gradus_approximation_about *about)
{
    cli_chart *chart = figure_chart(figure, "the error and its bound");
    chart_series *error;

    chart_axes(chart, s->input[0], "1", "network - function", "1");
    error = chart_series_add(chart, CHART_LINE, "error");
    for (size_t i = 0; i < POINTS; i++)
        series_point(error, c->x[i], c->net[i] - c->f[i]);
    chart_mark_add(chart, false, about->bound, "bound");
    chart_mark_add(chart, false, -about->bound, "bound");
}

void approximate_draw(cli_figure *figure, const cli_subject *s,
                      const gradus_approximation *made)
{
    gradus_approximation_about about;
    curves *c = malloc(sizeof *c);
    char text[256];

    gradus_approximation_describe(made, &about);
    snprintf(text, sizeof text, "A network of %zu %s units (%s): nowhere further from the "
             "function than %s, which is %s.", about.units, about.activation,
             about.construction, text_number(about.bound, 4),
             about.proved ? "proved" : "an estimate");
    figure_start(figure, s->text, text);
    if (!c || compute(s, gradus_approximation_net(made), c) != GRADUS_OK) {
        figure->failed = true;
    } else {
        draw_curves(figure, s, c);
        draw_error(figure, s, c, &about);
    }
    free(c);
}
