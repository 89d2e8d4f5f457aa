/*
 * theory/samples_net.c - a relu network through the points of a table
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/memory.h"
#include "base/status.h"
#include "theory/broken_line.h"
#include "theory/interval.h"
#include "theory/samples.h"

static gr_shape shape(const gr_target *target, size_t pieces)
{
    (void)target;
    return gr_one_layer_shape(pieces);
}

static const gr_construction through_points = {
    .name = "interpolation", .activation = "relu", .about = "straight lines between points",
    .min_inputs = 1, .max_inputs = 1, .shape = shape,
};

static const double rounded = 0x1p-50;

static double largest(size_t count, const double *x)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = gr_most(most, fabs(x[i]));
    return most;
}

/* The ends of straight pieces. From each one the next is the last point whose line passes all
 * between as near as numbers are rounded: their slopes leave a cone open. Returns the number of
 * pieces. */
static size_t merge(const gradus_samples *s, double *x, double *y)
{
    const double right = rounded * largest(s->count, s->x),
                 up = rounded * largest(s->count, s->y);
    size_t pieces = 0, from = 0;
    x[0] = s->x[0];
    y[0] = s->y[0];
    while (from + 1 < s->count) {
        gradus_interval cone = gr_everything();
        size_t to = from + 1;
        for (size_t j = from + 1; j < s->count; j++) {
            const double h = s->x[j] - s->x[from], m = (s->y[j] - s->y[from]) / h;
            const double away = (up + fabs(m) * right) / h;
            if (m < cone.min || m > cone.max)
                break;
            cone = gr_interval_meet(cone, (gradus_interval){m - away, m + away});
            to = j;
        }
        x[++pieces] = s->x[to];
        y[pieces] = s->y[to];
        from = to;
    }
    return pieces;
}

static gradus_status build(const gradus_samples *s, gradus_approximation **made)
{
    gradus_status status;
    const gradus_interval box = gradus_samples_box(s);
    const gr_target target = {.context = s->context, .f = &s->f, .box = &box};
    gr_one_layer layer = {.context = s->context};
    gradus_net *net;
    gr_bound bound;
    double *x = NULL, *y = NULL;
    GR_TRY(gr_allocate(s->context, s->count, sizeof *x, "points", &x));
    GR_TRY(gr_allocate(s->context, s->count, sizeof *y, "points", &y));
    const size_t pieces = merge(s, x, y);
    GR_TRY(gr_broken_line_new(s->context, pieces, x, y, &layer));
    GR_TRY(gr_broken_line_bound(&target, pieces, x, &layer, &bound));
    GR_TRY(gr_one_layer_net(&layer, &net));
    status = gr_approximation_new(&target, &through_points, pieces, &bound, net, made);
done:
    gr_one_layer_free(&layer);
    gr_release(s->context, y);
    gr_release(s->context, x);
    return status;
}

gradus_status gradus_samples_interpolate(const gradus_samples *samples,
                                         gradus_approximation **approximation)
{
    const unsigned saved = gr_float_enter();
    *approximation = NULL;
    const gradus_status status = build(samples, approximation);
    gr_float_leave(saved);
    return status;
}
