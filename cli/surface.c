/*
 * cli/surface.c - pictures of a function of two variables and of a network for it
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "surface.h"

/* Points amid SIDE strips: not on the edges of 2, 4, 5, 8, 10 or 20 cells. */
enum { SIDE = 40, POINTS = SIDE * SIDE };

typedef struct surface_values {
    double x[POINTS][2], f[POINTS], net[POINTS], off[POINTS];
    double limit[2];            /* least and most f and net */
} surface_values;

static double place(gradus_interval side, size_t i)
{
    return side.min + (side.max - side.min) * ((double)i + 0.5) / SIDE;
}

static gradus_status evaluate(const cli_surface *s, surface_values *v)
{
    v->limit[0] = INFINITY;
    v->limit[1] = -INFINITY;
    for (size_t i = 0; i < POINTS; i++) {
        v->x[i][0] = place(s->box[0], i % SIDE);
        v->x[i][1] = place(s->box[1], i / SIDE);
        v->f[i] = s->f->value(v->x[i], s->f->user);
    }
    const gradus_status status = gradus_net_predict(s->net, v->x, POINTS, v->net);
    for (size_t i = 0; i < POINTS && status == GRADUS_OK; i++) {
        v->off[i] = v->net[i] - v->f[i];
        v->limit[0] = fmin(v->limit[0], fmin(v->f[i], v->net[i]));
        v->limit[1] = fmax(v->limit[1], fmax(v->f[i], v->net[i]));
    }
    return status == GRADUS_OK ? GRADUS_OK : fail_library(status);
}

static void map(const cli_surface *s, const char *label, const double *from,
                const double *limit, cli_figure *figure)
{
    char title[80];

    snprintf(title, sizeof title, limit ? "%s" : "%s - f", limit ? label : s->name);
    cli_chart *chart = figure_chart(figure, title);
    chart_axes(chart, "x", "1", "y", "1");
    double *values = chart_grid_add(chart, label, "1", SIDE, SIDE);

    chart_grid_place(chart, place(s->box[0], 0), place(s->box[0], SIDE - 1),
                     place(s->box[1], 0), place(s->box[1], SIDE - 1));
    if (values)
        memcpy(values, from, POINTS * sizeof *values);
    chart->grid.diverging = !limit;
    if (limit)
        memcpy(chart->grid.limit, limit, 2 * sizeof *limit);
}

gradus_status surface_draw(const cli_surface *s, bool with_f, cli_figure *figure)
{
    surface_values *v = malloc(sizeof *v);
    gradus_status status = v ? evaluate(s, v) : fail(GRADUS_MEMORY, "out of memory: a map");

    if (status == GRADUS_OK) {
        if (with_f)
            map(s, "f", v->f, v->limit, figure);
        map(s, s->name, v->net, v->limit, figure);
        map(s, "error", v->off, NULL, figure);
    }
    free(v);
    return status;
}
