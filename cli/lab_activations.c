/*
 * cli/lab_activations.c - activations beside each other: range, ends, slope, kinks, cost
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "lab_shape.h"
#include "message.h"
#include "text.h"

/* ---- table ---- */

/* "[-0.27846, inf)": an end that is approached only far away is not reached. */
static void range_text(const act_shape *shape, char *text, size_t room)
{
    const bool closed[] = {fabs(shape->least_at) <= DRAWN, fabs(shape->most_at) <= DRAWN};

    snprintf(text, room, "%c%s, %s%c", closed[0] && isfinite(shape->min) ? '[' : '(',
             text_number(shape->min, 5), text_number(shape->max, 5),
             closed[1] && isfinite(shape->max) ? ']' : ')');
}

static void place_text(const act_shape *shape, char *text, size_t room)
{
    if (isinf(shape->steepest))
        snprintf(text, room, "never");
    else if (shape->from <= -REACH && shape->to >= REACH)
        snprintf(text, room, "all z");
    else if (shape->to >= REACH)
        snprintf(text, room, "z > %.3g", shape->from);
    else if (shape->from <= -REACH)
        snprintf(text, room, "z < %.3g", shape->to);
    else
        snprintf(text, room, "%.5f", shape->from + 0.0);
}

/* What the curve does far away: flat at a value, straight with a slope, ever steeper. */
static void end_text(const act_shape *shape, bool right, char *text, size_t room)
{
    const size_t end = right ? POINTS - 1 : 0, inner = right ? end - PER_UNIT : PER_UNIT;

    if (is_flat(shape, right))
        snprintf(text, room, "flat %.4g", fabs(shape->s[end]) < 1e-9 ? 0 : shape->s[end]);
    else if (fabs(shape->slope[end] - shape->slope[inner]) < 1e-6)
        snprintf(text, room, "slope %.3g", shape->slope[end]);
    else
        snprintf(text, room, "steeper");
}

static void put_breaks(cli_report *report, const char *key, const double *at, size_t count)
{
    report_array(report, key);
    for (size_t i = 0; i < count; i++)
        report_number(report, NULL, at[i], 0, NULL);
    report_close(report);
}

static void put_end(cli_report *report, const act_shape *shape, bool right)
{
    const size_t end = right ? POINTS - 1 : 0;

    report_object(report, right ? "right" : "left");
    report_flag(report, "flat", is_flat(shape, right));
    report_number(report, "z", z_of(end), 0, NULL);
    report_number(report, "value", shape->s[end], 0, NULL);
    report_number(report, "slope", shape->slope[end], 0, NULL);
    report_close(report);
}

static void put_shape(cli_report *report, const act_shape *shape)
{
    report_object(report, NULL);
    report_string(report, "activation", shape->name, NULL);
    report_number(report, "min", shape->min, 0, NULL);
    report_number(report, "max", shape->max, 0, NULL);
    report_number(report, "at_zero", shape->s[POINTS / 2], 0, NULL);
    put_end(report, shape, false);
    put_end(report, shape, true);
    report_number(report, "largest_slope", shape->steepest, 0, NULL);
    report_number(report, "largest_slope_from", shape->from, 0, NULL);
    report_number(report, "largest_slope_to", shape->to, 0, NULL);
    put_breaks(report, "jumps", shape->jump, shape->jumps);
    put_breaks(report, "kinks", shape->kink, shape->kinks);
    report_object(report, "t");
    report_number(report, "ns_per_element", shape->nanoseconds, 0, NULL);
    report_close(report);
    report_close(report);
}

static void say_shape(cli_report *report, const act_shape *shape)
{
    char range[80], left[32], right[32], place[32], steep[32], breaks[32] = "none";

    range_text(shape, range, sizeof range);
    end_text(shape, false, left, sizeof left);
    end_text(shape, true, right, sizeof right);
    place_text(shape, place, sizeof place);
    snprintf(steep, sizeof steep, "%s",
             isinf(shape->steepest) ? "no end" : text_number(shape->steepest, 6));
    if (shape->jumps)
        snprintf(breaks, sizeof breaks, "jump %g", shape->jump[0]);
    else if (shape->kinks)
        snprintf(breaks, sizeof breaks, "kink %g", shape->kink[0]);
    report_row(report, "%-11s%-16s%-12s%-11s%-9s%-9s%-7s%5.2f", shape->name, range, left,
               right, steep, place, breaks, shape->nanoseconds);
}

/* ---- picture ---- */

static double drawn_z(size_t point)
{
    return z_of(point + (REACH - DRAWN) * PER_UNIT);
}

/* Every fourth point; a curve that jumps is not joined there. */
static void draw_curve(cli_chart *chart, const act_shape *shape, bool slope, const char *name)
{
    enum { EACH = 4, DRAWN_POINTS = 2 * DRAWN * PER_UNIT + 1 };
    const double *curve = (slope ? shape->slope : shape->s) + (REACH - DRAWN) * PER_UNIT;
    const double *at = slope ? shape->kink : shape->jump;
    const size_t count = slope ? shape->kinks : shape->jumps;
    chart_series *series = chart_series_add(chart, CHART_LINE, name);

    for (size_t i = 0; i < DRAWN_POINTS; i += EACH) {
        series_point(series, drawn_z(i), curve[i]);
        for (size_t k = 0; k < count; k++)
            if (at[k] >= drawn_z(i) && at[k] < drawn_z(i) + (double)EACH / PER_UNIT) {
                series_gap(series);
                if (i + 1 < DRAWN_POINTS)
                    series_point(series, drawn_z(i + 1), curve[i + 1]);
            }
    }
}

/* Curves that leave the scale of the others are cut. */
static void limit(cli_chart *chart)
{
    for (size_t i = 0; i < chart->series_count; i++)
        for (size_t j = 0; j < chart->series[i].count; j++)
            if (chart->series[i].points[j].y > 2 * DRAWN)
                chart->y.max = DRAWN;
}

static void draw(cli_lab *lab, const act_shape *const *shapes, size_t count)
{
    cli_figure *figure = &lab->figure;

    figure_start(figure, "Activations and their slopes",
                 "What each activation makes of z, and the factor by which it passes the "
                 "gradient on.");
    if (count > MOST_NAMED) {
        figure->columns = 3;
        for (size_t i = 0; i < count; i++) {
            cli_chart *chart = figure_chart(figure, shapes[i]->name);
            chart_axes(chart, "z", "1", "s and s'", "1");
            draw_curve(chart, shapes[i], false, "s(z)");
            draw_curve(chart, shapes[i], true, "s'(z)");
            limit(chart);
        }
        return;
    }
    for (int slope = 0; slope < 2; slope++) {
        cli_chart *chart = figure_chart(figure, slope ? "Slope s'(z)" : "Value s(z)");
        chart_axes(chart, "z, pre-activation", "1",
                   slope ? "s'(z), slope" : "s(z), activation", "1");
        for (size_t i = 0; i < count; i++)
            draw_curve(chart, shapes[i], slope, shapes[i]->name);
        limit(chart);
    }
}

/* ---- the lab ---- */

/* Names and their alphas as descriptions; without any, every activation of one number. */
static gradus_status take_names(const cli_lab *lab, act_shape **shapes, size_t room,
                                size_t *count)
{
    *count = 0;
    for (size_t i = 0; !lab->arguments && gradus_activation_name(i) && *count < room; i++)
        if (strcmp(gradus_activation_name(i), "softmax") != 0)
            snprintf(shapes[(*count)++]->name, sizeof shapes[0]->name, "%s",
                     gradus_activation_name(i));
    for (size_t i = 0; i < lab->arguments; i++) {
        const char *word = lab->argument[i];
        cli_nearest near = nearest_start(word);
        bool known = false;
        if (strncmp(word, "alpha=", 6) == 0 && *count > 0 && strlen(word) < 30) {
            char *name = shapes[*count - 1]->name;
            snprintf(name + strlen(name), sizeof shapes[0]->name - strlen(name), " %s", word);
            continue;
        }
        for (size_t k = 0; gradus_activation_name(k); k++) {
            known = known || strcmp(gradus_activation_name(k), word) == 0;
            nearest_try(&near, gradus_activation_name(k));
        }
        if (!known)
            return fail(GRADUS_ARGUMENT, "no activation \"%s\"%s%s%s", word,
                        near.best ? "; did you mean \""
                                  : ": gradus lab activations shows all",
                        near.best ? near.best : "", near.best ? "\"?" : "");
        if (strcmp(word, "softmax") == 0)
            return fail(GRADUS_ARGUMENT, "softmax is no function of one number: of two "
                                         "classes it is sigmoid(z1 - z2)");
        if (*count == MOST_NAMED)
            return fail(GRADUS_ARGUMENT, "at most %d activations fit in one picture: leave "
                                         "\"%s\" out", MOST_NAMED, word);
        snprintf(shapes[(*count)++]->name, sizeof shapes[0]->name, "%s", word);
    }
    return GRADUS_OK;
}

static gradus_status study_all(cli_lab *lab, act_shape **shapes, size_t count)
{
    gradus_status status = lab_shape_open(lab);

    for (size_t i = 0; i < count && status == GRADUS_OK; i++)
        status = lab_shape_study(lab, shapes[i]);
    if (status != GRADUS_OK)
        return status;
    report_row(&lab->report, "%-11s%-16s%-12s%-11s%-9s%-9s%-7s%5s", "activation", "range",
               "left", "right", "max |s'|", "there", "break", "ns");
    report_array(&lab->report, "activations");
    for (size_t i = 0; i < count; i++) {
        put_shape(&lab->report, shapes[i]);
        say_shape(&lab->report, shapes[i]);
    }
    report_close(&lab->report);
    draw(lab, (const act_shape *const *)shapes, count);
    return GRADUS_OK;
}

gradus_status lab_activations(cli_lab *lab)
{
    enum { ROOM = 32 };
    act_shape *shapes[ROOM];
    act_shape *all = calloc(ROOM, sizeof *all);
    size_t count;
    gradus_status status;

    if (!all)
        return fail(GRADUS_MEMORY, "out of memory: %d curves", ROOM);
    for (size_t i = 0; i < ROOM; i++)
        shapes[i] = &all[i];
    status = take_names(lab, shapes, ROOM, &count);
    if (status == GRADUS_OK)
        status = study_all(lab, shapes, count);
    for (size_t i = 0; i < ROOM; i++)
        gradus_net_free(all[i].net);
    free(all);
    return status;
}
