/*
 * cli/chart_map.c - a grid of values as a map with lines of equal value, in SVG
 *
 * Between the points of the grid values are interpolated along the edges of its cells. The
 * area where value >= level is filled, level by level, each darker than the one below: the
 * order of the colours is seen without their hue, and in print.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "chart_draw.h"
#include "page.h"

/* Of diverging colours an odd number: the middle one is around 0. */
enum { BANDS = 12, BANDS_DIVERGING = 13 };

static size_t bands_of(const chart_grid *grid)
{
    return grid->diverging ? BANDS_DIVERGING : BANDS;
}

/* From light to dark blue, in steps of equal lightness; from orange through white to blue,
 * which people without red or green tell apart, where the colours diverge. */
static void map_colour(double share, bool diverging, char text[8])
{
    static const double colours[5][3] = {
        {127, 59, 8}, {224, 130, 20}, {247, 251, 255}, {107, 174, 214}, {8, 48, 107}};
    const double(*ends)[3] = diverging ? colours : colours + 2;
    const double parts = diverging ? 4 : 2;
    const size_t part = (size_t)fmin(fmax(floor(parts * share), 0), parts - 1);
    const double within = parts * share - (double)part;
    unsigned c[3];

    for (size_t i = 0; i < 3; i++)
        c[i] = (unsigned)lrint(ends[part][i] + within * (ends[part + 1][i] - ends[part][i]));
    snprintf(text, 8, "#%02x%02x%02x", c[0] & 255, c[1] & 255, c[2] & 255);
}

typedef struct corner {
    double x, y, value;
} corner;

/* The corners of a cell, around it; false where one of them has no value. */
static bool get_cell(const chart_place *place, size_t row, size_t column, corner cell[4])
{
    static const size_t across[4] = {0, 1, 1, 0}, up[4] = {0, 0, 1, 1};
    const chart_grid *grid = &place->chart->grid;
    bool finite = true;

    for (size_t i = 0; i < 4; i++) {
        const size_t r = row + up[i], c = column + across[i];
        cell[i] = (corner){place_x(place, grid_x(grid, c)), place_y(place, grid_y(grid, r)),
                           grid->values[r * grid->columns + c]};
        finite = finite && isfinite(cell[i].value);
    }
    return finite;
}

/* Where the level is crossed on the way from a to b. */
static corner cross(const corner *a, const corner *b, double level)
{
    const double share = (level - a->value) / (b->value - a->value);

    return (corner){a->x + share * (b->x - a->x), a->y + share * (b->y - a->y), level};
}

/* The part of a cell with value >= level; its number of corners. */
static size_t cut_cell(const corner cell[4], double level, corner part[8])
{
    size_t count = 0;

    for (size_t i = 0; i < 4; i++) {
        const corner *a = &cell[i], *b = &cell[(i + 1) % 4];
        if (a->value >= level)
            part[count++] = *a;
        if ((a->value >= level) != (b->value >= level))
            part[count++] = cross(a, b, level);
    }
    return count;
}

static bool is_full(const corner cell[4], double level)
{
    return cell[0].value >= level && cell[1].value >= level && cell[2].value >= level &&
           cell[3].value >= level;
}

static void fill_part(FILE *to, const corner *part, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fprintf(to, "%c%.1f %.1f", i ? 'L' : 'M', part[i].x, part[i].y);
    if (count)
        fputc('z', to);
}

/* Cells that are full stand side by side in one rectangle. */
static void fill_row(const chart_place *place, size_t row, double level)
{
    corner cell[4], part[8], run[4];
    bool runs = false;

    for (size_t c = 0; c + 1 < place->chart->grid.columns; c++) {
        const bool there = get_cell(place, row, c, cell);
        const bool full = there && is_full(cell, level);
        if (runs && !full)
            fill_part(place->to, run, 4);
        if (full && !runs) {
            run[0] = cell[0];
            run[3] = cell[3];
        }
        if (full) {
            run[1] = cell[1];
            run[2] = cell[2];
        } else if (there) {
            fill_part(place->to, part, cut_cell(cell, level, part));
        }
        runs = full;
    }
    if (runs)
        fill_part(place->to, run, 4);
}

static void fill_level(const chart_place *place, double level)
{
    for (size_t r = 0; r + 1 < place->chart->grid.rows; r++)
        fill_row(place, r, level);
}

static void draw_level(const chart_place *place, double level)
{
    const chart_grid *grid = &place->chart->grid;
    corner cell[4];

    fputs("<path class=\"level\" d=\"", place->to);
    for (size_t r = 0; r + 1 < grid->rows; r++)
        for (size_t c = 0; c + 1 < grid->columns; c++) {
            bool second = false;
            if (!get_cell(place, r, c, cell))
                continue;
            for (size_t i = 0; i < 4; i++) {
                const corner *a = &cell[i], *b = &cell[(i + 1) % 4];
                if ((a->value >= level) == (b->value >= level))
                    continue;
                const corner at = cross(a, b, level);
                fprintf(place->to, "%c%.1f %.1f", second ? 'L' : 'M', at.x, at.y);
                second = !second;
            }
        }
    fputs("\"/>\n", place->to);
}

/* ---- cells with numbers: a table in colours ---- */

static void draw_cells(const chart_place *place, const chart_range *range)
{
    const chart_grid *grid = &place->chart->grid;
    const double wide = place->wide / (double)grid->columns;
    const double high = place->high / (double)grid->rows;
    char fill[8], text[GRADUS_NUMBER_LENGTH];

    for (size_t r = 0; r < grid->rows; r++)
        for (size_t c = 0; c < grid->columns; c++) {
            const double value = grid->values[r * grid->columns + c];
            const double x = place_x(place, grid_x(grid, c));
            const double y = place_y(place, grid_y(grid, r));
            const double share = range_share(range, value);
            if (isnan(share))
                continue;
            map_colour(share, grid->diverging, fill);
            fprintf(place->to, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
                    "fill=\"%s\"/>", x - wide / 2, y - high / 2, wide, high, fill);
            snprintf(text, sizeof text, "%.4g", value);
            if (wide < 8 * (double)chart_columns(text) || high < 14)
                continue;
            fprintf(place->to, "<text class=\"cell%s\" x=\"%.1f\" y=\"%.1f\" "
                    "text-anchor=\"middle\">", share > 0.55 ? " on" : "", x, y + 4);
            svg_number(place->to, text);
            fputs("</text>\n", place->to);
        }
}

void svg_grid(const chart_place *place)
{
    const chart_grid *grid = &place->chart->grid;
    const chart_range range = chart_range_grid(grid);
    const size_t bands = bands_of(grid);
    char fill[8];

    if (grid->numbers) {
        draw_cells(place, &range);
        return;
    }
    for (size_t k = 0; k < bands; k++) {
        const double level = k ? range_value(&range, (double)k / (double)bands) : range.min;
        map_colour((double)k / (double)(bands - 1), grid->diverging, fill);
        fprintf(place->to, "<path fill=\"%s\" shape-rendering=\"crispEdges\" d=\"", fill);
        fill_level(place, level);
        fputs("\"/>\n", place->to);
    }
    for (size_t k = 0; k < grid->levels; k++)
        draw_level(place, grid->level[k]);
}

/* The colours with their values, at the chart's right side. */
void svg_grid_scale(const chart_place *place, double left)
{
    const chart_grid *grid = &place->chart->grid;
    const chart_range range = chart_range_grid(grid);
    const size_t bands = bands_of(grid);
    const double step = place->high / (double)bands, bottom = place->top + place->high;
    chart_ticks ticks;
    char fill[8], text[120];

    for (size_t k = 0; k < bands; k++) {
        map_colour((double)k / (double)(bands - 1), grid->diverging, fill);
        fprintf(place->to, "<rect x=\"%.1f\" y=\"%.2f\" width=\"12\" height=\"%.2f\" "
                "fill=\"%s\"/>\n", left, bottom - step * (double)(k + 1), step, fill);
    }
    fprintf(place->to, "<rect class=\"frame\" x=\"%.1f\" y=\"%.1f\" width=\"12\" "
            "height=\"%.1f\"/>\n", left, place->top, place->high);
    range_ticks(&range, 6, &ticks);
    for (size_t i = 0; i < ticks.count; i++) {
        const double y = bottom - place->high * range_share(&range, ticks.at[i]);
        fprintf(place->to, "<path class=\"tick\" d=\"M%.1f %.1fh3\"/><text x=\"%.1f\" "
                "y=\"%.1f\">", left + 12, y, left + 18, y + 4);
        svg_number(place->to, ticks.text[i]);
        fputs("</text>\n", place->to);
    }
    for (size_t k = 0; k < grid->levels; k++)
        fprintf(place->to, "<path class=\"level\" d=\"M%.1f %.1fh12\"/>\n", left,
                bottom - place->high * range_share(&range, grid->level[k]));
    axis_title(grid->label, grid->unit, text, sizeof text);
    fprintf(place->to, "<text class=\"small\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">",
            place->width - 8, place->top - 6);
    page_escape(place->to, text);
    fputs("</text>\n", place->to);
}
