/*
 * cli/chart_text.c - a chart as text: dots of Braille characters, or letters
 *
 * Where the locale is UTF-8 each character of the plot holds 2 x 4 dots (U+2800 ...). Lines
 * are told apart by letters on them, which the legend explains.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "chart_draw.h"
#include "text.h"

enum { WIDTH = 80, MOST_WIDTH = 160, LEAST_WIDTH = 40, ROWS = 16, MARGIN = 9 };

/* Characters; dots of each; what stands over the dots. */
typedef struct canvas {
    const cli_chart *chart;
    chart_range x, y;
    size_t columns;
    bool utf8;
    unsigned char dots[ROWS][MOST_WIDTH];
    char over[ROWS][MOST_WIDTH];
} canvas;

static size_t terminal_width(void)
{
    struct winsize size;

    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 ||
        size.ws_col == 0)
        return WIDTH;
    return size.ws_col < LEAST_WIDTH  ? LEAST_WIDTH
           : size.ws_col > MOST_WIDTH ? MOST_WIDTH
                                      : size.ws_col;
}

/* The command never calls setlocale(): numbers stay as they are in C. */
static bool terminal_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    const char *locale = NULL, *dot;

    for (size_t i = 0; i < 3 && !(locale && *locale); i++)
        locale = getenv(names[i]);
    dot = locale ? strchr(locale, '.') : NULL;
    return dot && (strncasecmp(dot, ".UTF-8", 6) == 0 || strncasecmp(dot, ".UTF8", 5) == 0);
}

static char letter(const canvas *to, size_t index)
{
    return to->chart->series_count > 1 ? (char)('a' + index) : 'o';
}

/* ---- drawing ---- */

/* A dot at the shares (x, y) of the plot, from its lower left corner. */
static void put_dot(canvas *to, double x, double y, char over)
{
    static const unsigned char bits[4][2] = {{1, 8}, {2, 16}, {4, 32}, {64, 128}};
    const long across = lrint(floor(x * 2 * (double)to->columns * 0.999999));
    const long down = lrint(floor((1 - y) * 4 * ROWS * 0.999999));

    if (isnan(x) || isnan(y) || x < 0 || x > 1 || y < 0 || y > 1)
        return;
    if (over)
        to->over[down / 4][across / 2] = over;
    else
        to->dots[down / 4][across / 2] |= bits[down % 4][across % 2];
}

/* A line on which the letter stands now and then; in letters only, all along. */
static void put_line(canvas *to, const double from[2], const double end[2], char name,
                     size_t shift)
{
    const double dx = fabs(end[0] - from[0]) * 2 * (double)to->columns;
    const double dy = fabs(end[1] - from[1]) * 4 * ROWS;
    const double steps = ceil(fmax(fmax(dx, dy), 1));

    if (isnan(steps) || steps > 1e6)
        return;
    for (double i = 0; i <= steps; i++) {
        const double x = from[0] + i / steps * (end[0] - from[0]);
        const double y = from[1] + i / steps * (end[1] - from[1]);
        const long column = lrint(floor(x * (double)to->columns));
        put_dot(to, x, y, 0);
        if (!to->utf8)
            put_dot(to, x, y, name);
        else if (name != 'o' && column % 18 == (long)shift)
            put_dot(to, x, y, name);
    }
}

static void put_curve(canvas *to, size_t index, bool upper)
{
    const chart_series *series = &to->chart->series[index];
    const char name = letter(to, index);
    double last[2] = {NAN, NAN};

    for (size_t i = 0; i < series->count; i++) {
        const chart_point *point = &series->points[i];
        const double at[2] = {range_share(&to->x, point->x),
                              range_share(&to->y, upper ? point->top : point->y)};
        if (series->kind == CHART_POINTS)
            put_dot(to, at[0], at[1], name);
        else if (point->starts || isnan(last[0] + last[1]))
            put_line(to, at, at, name, 4 * index % 18 + 2);
        else
            put_line(to, last, at, name, 4 * index % 18 + 2);
        memcpy(last, at, sizeof last);
    }
}

static void put_bars(canvas *to, size_t index)
{
    const chart_series *series = &to->chart->series[index];
    const double step = 1.0 / (4 * ROWS), shift = 0.012 * (double)index;
    const double base = to->y.scale == CHART_LOG ? 0 : range_share(&to->y, 0);

    for (size_t i = 0; i < series->count; i++) {
        const double x = range_share(&to->x, series->points[i].x) + shift;
        const double y = range_share(&to->y, series->points[i].y);
        for (double at = fmin(base, y); at <= fmax(base, y) + step / 2; at += step)
            for (double by = -0.005; by < 0.006; by += 0.005)
                put_dot(to, x + by, fmin(at, 1), to->utf8 ? 0 : letter(to, index));
        if (to->utf8 && letter(to, index) != 'o')
            put_dot(to, x, y, letter(to, index));
    }
}

static void put_marks(canvas *to)
{
    for (size_t i = 0; i < to->chart->marks; i++) {
        const chart_mark *mark = &to->chart->mark[i];
        const double at = range_share(mark->vertical ? &to->x : &to->y, mark->at);
        for (size_t k = 0; k < (mark->vertical ? ROWS : to->columns); k++)
            if (mark->vertical)
                put_dot(to, at, ((double)k + 0.5) / ROWS, '|');
            else
                put_dot(to, ((double)k + 0.5) / (double)to->columns, at, '-');
    }
}

/* Of `count` points from 0 to 1, or of as many cells, the one at a share. */
static size_t nearest(double share, size_t count, bool cells)
{
    return cells ? (size_t)(share * (double)count) : (size_t)lrint(share * (double)(count - 1));
}

/* The value at the grid's point nearest to each character, as its weight in ink. */
static void put_grid(canvas *to)
{
    static const char ink[] = " .:-=+*#%@";
    const chart_grid *grid = &to->chart->grid;
    const chart_range range = chart_range_grid(grid);

    for (size_t r = 0; r < ROWS; r++)
        for (size_t c = 0; c < to->columns; c++) {
            const double x = ((double)c + 0.5) / (double)to->columns;
            const double y = 1 - ((double)r + 0.5) / ROWS;
            const size_t column = nearest(x, grid->columns, grid->numbers);
            const size_t row = nearest(y, grid->rows, grid->numbers);
            const double share =
                range_share(&range, grid->values[row * grid->columns + column]);
            if (share >= 0 && share <= 1)
                to->over[r][c] = ink[(size_t)(share * 9.999)];
        }
}

/* ---- printing ---- */

/* The tick beside a row, or "". */
static const char *row_tick(const canvas *to, const chart_ticks *ticks, size_t row)
{
    for (size_t i = 0; i < ticks->count; i++) {
        const double share = range_share(&to->y, ticks->at[i]);
        const double down = floor((1 - share) * 4 * ROWS * 0.999999) / 4;
        if (share >= 0 && share <= 1 && (size_t)down == row)
            return ticks->text[i];
    }
    return "";
}

static void print_row(const canvas *to, const chart_ticks *ticks, size_t row,
                      cli_report *report)
{
    char line[3 * MOST_WIDTH + 1];
    size_t length = 0;

    for (size_t c = 0; c < to->columns; c++) {
        const unsigned dots = to->dots[row][c];
        if (to->over[row][c] || !dots || !to->utf8) {
            line[length++] = to->over[row][c] ? to->over[row][c] : ' ';
            continue;
        }
        line[length++] = (char)0xe2;
        line[length++] = (char)(0xa0 | dots >> 6);
        line[length++] = (char)(0x80 | (dots & 63));
    }
    line[length] = 0;
    report_row(report, "%*s %s%s", MARGIN - 1, row_tick(to, ticks, row),
               to->utf8 ? "\xe2\x94\x82" : "|", line);
}

static void tick_of_name(const chart_axis *axis, chart_ticks *ticks)
{
    ticks->count = 0;
    for (size_t i = 0; i < axis->name_count && i < CHART_TICKS; i++) {
        ticks->at[i] = (double)i;
        snprintf(ticks->text[i], TICK_LENGTH, "%.8s", text_name(axis->names[i]));
        ticks->count++;
    }
}

static void print_x_axis(const canvas *to, cli_report *report)
{
    char line[3 * MOST_WIDTH + 1] = "", numbers[MOST_WIDTH + 1];
    chart_ticks ticks;
    size_t free_from = 0;

    for (size_t c = 0; c < to->columns; c++)
        strcat(line, to->utf8 ? "\xe2\x94\x80" : "-");
    report_row(report, "%*s%s%s", MARGIN, "", to->utf8 ? "\xe2\x94\x94" : "+", line);
    if (to->chart->x.names)
        tick_of_name(&to->chart->x, &ticks);
    else
        range_ticks(&to->x, to->columns / 10, &ticks);
    memset(numbers, ' ', sizeof numbers);
    for (size_t i = 0; i < ticks.count; i++) {
        const size_t length = strlen(ticks.text[i]);
        const long middle = lrint(floor(range_share(&to->x, ticks.at[i]) *
                                        (double)to->columns * 0.999999));
        size_t from = middle > (long)length / 2 ? (size_t)middle - length / 2 : 0;
        if (from + length > to->columns)
            from = to->columns - length;
        if (from < free_from)
            continue;
        memcpy(numbers + from, ticks.text[i], length);
        free_from = from + length + 1;
    }
    numbers[to->columns] = 0;
    report_row(report, "%*s %s", MARGIN, "", numbers);
}

static void print_legend(const canvas *to, cli_report *report)
{
    const cli_chart *chart = to->chart;
    char text[200];

    axis_title(chart->x.label, chart->x.unit, text, sizeof text);
    report_row(report, "%*s across: %s", MARGIN, "", text_name(text));
    if (chart->grid.columns) {
        const chart_range range = chart_range_grid(&chart->grid);
        axis_title(chart->grid.label, chart->grid.unit, text, sizeof text);
        report_row(report, "%*s ink: %s, from %s (blank) to %s (@)", MARGIN, "",
                   text_name(text), text_number(range.min, 4), text_number(range.max, 4));
    }
    for (size_t i = 0; i < chart->series_count; i++)
        if (*chart->series[i].name && (chart->series_count > 1 || chart->grid.columns))
            report_row(report, "%*s %c: %s", MARGIN, "", letter(to, i),
                       text_name(chart->series[i].name));
    for (size_t i = 0; i < chart->marks; i++)
        report_row(report, "%*s %c: %s", MARGIN, "", chart->mark[i].vertical ? '|' : '-',
                   text_name(chart->mark[i].name));
    chart_left_out(chart, text, sizeof text);
    if (*text)
        report_row(report, "%*s %s", MARGIN, "", text);
}

static void print_chart(const cli_chart *chart, size_t width, bool utf8, cli_report *report)
{
    canvas *to = calloc(1, sizeof *to);
    chart_ticks ticks;
    char text[200];

    if (!to) {
        report->failed = true;
        return;
    }
    to->chart = chart;
    to->columns = width - MARGIN - 2;
    to->utf8 = utf8;
    to->x = chart_range_x(chart);
    to->y = chart_range_y(chart);
    if (chart->grid.columns)
        put_grid(to);
    else
        put_marks(to);
    for (size_t i = 0; i < chart->series_count; i++) {
        if (chart->series[i].kind == CHART_BARS)
            put_bars(to, i);
        else
            put_curve(to, i, false);
        if (chart->series[i].kind == CHART_BAND)
            put_curve(to, i, true);
    }
    if (chart->y.names)
        tick_of_name(&chart->y, &ticks);
    else
        range_ticks(&to->y, 5, &ticks);
    axis_title(chart->y.label, chart->y.unit, text, sizeof text);
    report_row(report, "%s", "");
    report_row(report, "%*s %s", MARGIN, "", text_name(chart_title(chart)));
    report_row(report, "%*s up: %s", MARGIN, "", text_name(text));
    for (size_t r = 0; r < ROWS; r++)
        print_row(to, &ticks, r, report);
    print_x_axis(to, report);
    print_legend(to, report);
    free(to);
}

void figure_text(const cli_figure *figure, cli_report *report)
{
    for (size_t i = 0; i < figure->charts; i++)
        print_chart(figure->chart[i], terminal_width(), terminal_utf8(), report);
}
