/*
 * cli/chart_svg.c - a figure as SVG: frame, axes, legends
 *
 * The text stands for itself in any viewer; colours for dark screens are rules on top.
 * Series are told apart by colour, dashes and markers. Colours are those of Okabe and Ito
 * (2008), which people without red or green tell apart.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "chart_draw.h"
#include "page.h"

enum { MARGIN = 16, TITLE = 30, FONT = 12, LINE = 18, SCALE_ROOM = 74 };

static const char style[] =
    ".chart text { fill: #1a1a1a; font-size: 12px; }\n"
    ".chart .title { font-size: 14px; font-weight: bold; }\n"
    ".chart .small { fill: #595959; font-size: 11px; }\n"
    ".chart .over { paint-order: stroke; stroke: #ffffff; stroke-width: 3px; }\n"
    ".chart .paper { fill: #ffffff; } .chart .frame { fill: none; stroke: #1a1a1a; }\n"
    ".chart .rule { stroke: #dddddd; } .chart .tick { stroke: #1a1a1a; }\n"
    ".chart .mark { stroke: #595959; stroke-dasharray: 4 3; fill: none; }\n"
    ".chart .line { fill: none; stroke: currentColor; stroke-width: 1.8;\n"
    "  stroke-linejoin: round; }\n"
    ".chart .dot { fill: currentColor; stroke: #ffffff; stroke-width: 0.8; }\n"
    ".chart .bar { fill: currentColor; } .chart .band { fill: currentColor;\n"
    "  fill-opacity: 0.22; }\n"
    ".chart .level { fill: none; stroke: #1a1a1a; stroke-width: 1; }\n"
    ".chart .cell { fill: #1a1a1a; } .chart .cell.on { fill: #ffffff; }\n"
    ".chart .halo { fill: none; stroke: #ffffff; stroke-width: 4; }\n"
    ".s0 { color: #0072b2; } .s1 { color: #d55e00; } .s2 { color: #009e73; }\n"
    ".s3 { color: #cc79a7; } .s4 { color: #b38600; } .s5 { color: #56b4e9; }\n"
    ".s6 { color: #1a1a1a; }\n"
    "@media screen and (prefers-color-scheme: dark) {\n"
    ".chart text { fill: #ececec; } .chart .small { fill: #b0b0b0; }\n"
    ".chart .over { stroke: #15181c; } .chart .paper { fill: #15181c; }\n"
    ".chart .frame, .chart .tick { stroke: #ececec; } .chart .rule { stroke: #363b41; }\n"
    ".chart .mark { stroke: #b0b0b0; } .chart .dot { stroke: #15181c; }\n"
    ".s0 { color: #56b4e9; } .s1 { color: #f28e4b; } .s2 { color: #2fc79b; }\n"
    ".s3 { color: #e3a5cb; } .s4 { color: #e6c04d; } .s5 { color: #a8d8f5; }\n"
    ".s6 { color: #ececec; } .chart .map .s1 { color: #d55e00; }\n"
    ".chart .map .s0 { color: #0072b2; } .chart .map .s2 { color: #009e73; }\n"
    ".chart .map .s3 { color: #cc79a7; } .chart .map .s4 { color: #b38600; }\n"
    ".chart .map .s6 { color: #1a1a1a; } .chart .map .dot { stroke: #ffffff; } }\n";

void svg_style(FILE *stream)
{
    fputs(style, stream);
}

double place_x(const chart_place *place, double x)
{
    return place->wide * range_share(&place->x, x);
}

double place_y(const chart_place *place, double y)
{
    return place->high * (1 - range_share(&place->y, y));
}

void svg_number(FILE *stream, const char *text)
{
    const char *power = strncmp(text, "1e", 2) == 0 ? text + 2 : NULL;

    if (power)
        fputs("10<tspan dy=\"-5\" font-size=\"9\">", stream);
    for (const char *c = power ? power : text; *c; c++)
        if (*c == '-')
            fputs("\xe2\x88\x92", stream); /* a minus sign */
        else
            fputc(*c, stream);
    if (power)
        fputs("</tspan>", stream);
}

/* ---- axes ---- */

static size_t most_ticks(double pixels, double each)
{
    const double number = floor(pixels / each);

    return number < 2 ? 2 : number > 10 ? 10 : (size_t)number;
}

static void get_ticks(const chart_place *place, bool vertical, chart_ticks *ticks)
{
    const chart_axis *axis = vertical ? &place->chart->y : &place->chart->x;
    const size_t most = vertical ? most_ticks(place->high, 34) : most_ticks(place->wide, 52);

    if (axis->names)
        axis_names(axis, vertical, place->wide, ticks);
    else
        range_ticks(vertical ? &place->y : &place->x, most, ticks);
}

static size_t widest(const chart_ticks *ticks)
{
    size_t width = 1;

    for (size_t i = 0; i < ticks->count; i++)
        if (chart_columns(ticks->text[i]) > width)
            width = chart_columns(ticks->text[i]);
    return width;
}

static void tick_text(const chart_place *place, const chart_axis *axis, const char *text)
{
    if (axis->names)
        page_escape(place->to, text);
    else
        svg_number(place->to, text);
    fputs("</text>\n", place->to);
}

static void draw_axes(const chart_place *place)
{
    FILE *to = place->to;
    const cli_chart *chart = place->chart;
    const double bottom = place->top + place->high;
    char text[200];
    chart_ticks ticks;

    get_ticks(place, false, &ticks);
    for (size_t i = 0; i < ticks.count; i++) {
        const double x = place->left + place_x(place, ticks.at[i]);
        fprintf(to, "<path class=\"tick\" d=\"M%.1f %.1fv4\"/><text x=\"%.1f\" y=\"%.1f\" "
                "text-anchor=\"middle\">", x, bottom, x, bottom + 17);
        tick_text(place, &chart->x, ticks.text[i]);
    }
    axis_title(chart->x.label, chart->x.unit, text, sizeof text);
    fprintf(to, "<text class=\"x-label\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
            place->left + place->wide / 2, bottom + 36);
    page_escape(to, text);
    fputs("</text>\n", to);

    get_ticks(place, true, &ticks);
    for (size_t i = 0; i < ticks.count; i++) {
        const double y = place->top + place_y(place, ticks.at[i]);
        fprintf(to, "<path class=\"tick\" d=\"M%.1f %.1fh-4\"/><text x=\"%.1f\" y=\"%.1f\" "
                "text-anchor=\"end\">", place->left, y, place->left - 7, y + 4);
        tick_text(place, &chart->y, ticks.text[i]);
    }
    axis_title(chart->y.label, chart->y.unit, text, sizeof text);
    fprintf(to, "<text class=\"y-label\" transform=\"translate(%d %.1f) rotate(-90)\" "
            "text-anchor=\"middle\">", MARGIN + FONT - 2, place->top + place->high / 2);
    page_escape(to, text);
    fputs("</text>\n", to);
}

static void draw_rules(const chart_place *place)
{
    chart_ticks ticks;

    get_ticks(place, false, &ticks);
    for (size_t i = 0; i < ticks.count && !place->chart->x.names; i++)
        fprintf(place->to, "<path class=\"rule\" d=\"M%.1f 0v%.1f\"/>\n",
                place_x(place, ticks.at[i]), place->high);
    get_ticks(place, true, &ticks);
    for (size_t i = 0; i < ticks.count; i++)
        fprintf(place->to, "<path class=\"rule\" d=\"M0 %.1fh%.1f\"/>\n",
                place_y(place, ticks.at[i]), place->wide);
}

/* ---- marks ---- */

static void draw_marks(const chart_place *place, bool names)
{
    FILE *to = place->to;

    for (size_t i = 0; i < place->chart->marks; i++) {
        const chart_mark *mark = &place->chart->mark[i];
        const double at = mark->vertical ? place_x(place, mark->at) : place_y(place, mark->at);
        const bool late = at > 0.6 * place->wide;
        if (isnan(at))
            continue;
        if (!names)
            fprintf(to, mark->vertical ? "<path class=\"mark\" d=\"M%.1f 0v%.1f\"/>\n"
                                       : "<path class=\"mark\" d=\"M0 %.1fh%.1f\"/>\n",
                    at, mark->vertical ? place->high : place->wide);
        else if (mark->vertical)
            fprintf(to, "<text class=\"small over\" x=\"%.1f\" y=\"%.1f\" "
                    "text-anchor=\"%s\">", late ? at - 4 : at + 4,
                    14 + 14 * (double)(i % 4), late ? "end" : "start");
        else
            fprintf(to, "<text class=\"small over\" x=\"%.1f\" y=\"%.1f\" "
                    "text-anchor=\"end\">", place->wide - 4, at < 16 ? at + 13 : at - 4);
        if (names) {
            page_escape(to, mark->name);
            fputs("</text>\n", to);
        }
    }
}

/* ---- legend ---- */

static bool is_named(const cli_chart *chart, size_t index)
{
    return *chart->series[index].name != 0;
}

/* Entries side by side, in as many lines as they take. Returns the height of all. */
static double draw_legend(const chart_place *place, double left, double top, bool draw)
{
    const double end = place->width - MARGIN;
    double x = left, y = top;
    bool any = false;

    for (size_t i = 0; i < place->chart->series_count; i++) {
        const char *name = place->chart->series[i].name;
        const double width = 42 + 7.5 * (double)chart_columns(name);
        if (!is_named(place->chart, i))
            continue;
        if (any && x + width > end) {
            x = left;
            y += LINE;
        }
        any = true;
        if (draw) {
            svg_sample(place, i, x, y - 4);
            fprintf(place->to, "<text x=\"%.1f\" y=\"%.1f\">", x + 32, y);
            page_escape(place->to, name);
            fputs("</text>\n", place->to);
        }
        x += width + 6;
    }
    return any ? y - top + LINE : 0;
}

/* ---- one chart ---- */

/* Finds the plot's edges: ticks first, whose texts take room, then what is left. */
static void arrange(chart_place *place, bool titled)
{
    const chart_grid *grid = &place->chart->grid;
    chart_ticks ticks;

    place->x = chart_range_x(place->chart);
    place->y = chart_range_y(place->chart);
    place->top = MARGIN / 2.0 + (titled ? 22 : 0);
    place->top += draw_legend(place, MARGIN, place->top, false) + 4;
    place->high = place->height - place->top - 50;
    get_ticks(place, true, &ticks);
    place->left = MARGIN + LINE + 10 + 6.8 * (double)widest(&ticks);
    place->wide = place->width - place->left - MARGIN;
    if (grid->columns && !grid->numbers)
        place->wide -= SCALE_ROOM;
}

static void draw_chart(chart_place *place)
{
    FILE *to = place->to;
    const cli_chart *chart = place->chart;
    const bool titled = chart->title && *chart->title;
    char left_out[160];

    arrange(place, titled);
    if (titled) {
        fprintf(to, "<text class=\"title\" x=\"%d\" y=\"20\">", MARGIN);
        page_escape(to, chart->title);
        fputs("</text>\n", to);
    }
    draw_legend(place, MARGIN, MARGIN / 2.0 + (titled ? 22 : 0) + 12, true);
    fprintf(to, "<svg class=\"plot%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
            "overflow=\"hidden\">\n", chart->grid.columns ? " map" : "", place->left,
            place->top, place->wide, place->high);
    if (chart->grid.columns)
        svg_grid(place);
    else
        draw_rules(place);
    draw_marks(place, false);
    for (size_t i = 0; i < chart->series_count; i++)
        svg_series(place, i);
    draw_marks(place, true);
    fprintf(to, "</svg>\n<rect class=\"frame\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
            "height=\"%.1f\"/>\n", place->left, place->top, place->wide, place->high);
    draw_axes(place);
    if (chart->grid.columns && !chart->grid.numbers)
        svg_grid_scale(place, place->left + place->wide + 12);
    chart_left_out(chart, left_out, sizeof left_out);
    if (*left_out)
        fprintf(to, "<text class=\"small\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s"
                "</text>\n", place->width - MARGIN, place->height, left_out);
}

/* ---- the figure ---- */

static size_t columns_of(const cli_figure *figure)
{
    if (figure->columns)
        return figure->columns;
    return figure->charts < 2 ? 1 : figure->charts < 5 ? 2 : 3;
}

void svg_figure(const cli_figure *figure, FILE *stream, bool alone)
{
    static const double widths[] = {760, 480, 380}, heights[] = {430, 360, 330};
    const size_t columns = columns_of(figure), rows = (figure->charts + columns - 1) / columns;
    const size_t size = columns > 3 ? 2 : columns - 1;
    const double width = widths[size] * (double)columns;
    const double top = alone ? TITLE : 0; /* on a page the heading says it */
    const double height = top + heights[size] * (double)rows + 10;

    fprintf(stream, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\" "
            "width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
            "font-family=\"sans-serif\">\n<title>", width, height, width, height);
    page_escape(stream, figure->title);
    fputs("</title>\n<desc>", stream);
    page_escape(stream, figure->about);
    fputs("</desc>\n", stream);
    if (alone) {
        fprintf(stream, "<style>\n%s</style>\n<metadata>\n", style);
        for (size_t i = 0; i < figure->charts; i++)
            chart_table(figure->chart[i], stream);
        fputs("</metadata>\n", stream);
    }
    fprintf(stream, "<rect class=\"paper\" width=\"%.0f\" height=\"%.0f\"/>\n", width, height);
    if (alone) {
        fprintf(stream, "<text class=\"title\" x=\"%d\" y=\"24\" style=\"font-size: 16px\">",
                MARGIN);
        page_escape(stream, figure->title);
        fputs("</text>\n", stream);
    }
    for (size_t i = 0; i < figure->charts; i++) {
        chart_place place = {.to = stream, .chart = figure->chart[i],
                             .width = widths[size], .height = heights[size]};
        fprintf(stream, "<g transform=\"translate(%.0f %.0f)\">\n",
                widths[size] * (double)(i % columns),
                top + heights[size] * (double)(i / columns));
        draw_chart(&place);
        fputs("</g>\n", stream);
    }
    fputs("</svg>\n", stream);
}
