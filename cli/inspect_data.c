/*
 * cli/inspect_data.c - a table explained
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commas.h"
#include "header_note.h"
#include "inspect.h"
#include "message.h"
#include "table.h"
#include "text.h"

enum { MOST_COLUMNS = 40, MOST_PIXELS = 4, MOST_NAMED = 5 };

static void say_format(cli_report *report, const gradus_data *data)
{
    gradus_data_about about;

    gradus_data_describe(data, &about);
    report_line(report, "format");
    report_string(report, "format", about.format, "; ");
    if (strcmp(about.format, "csv") == 0) {
        char mark[2] = {about.delimiter, 0};
        report_string(report, "delimiter", mark, NULL);
        report_flag(report, "header", about.has_header);
        report_say(report, "cells separated by %s, %s header; ",
                   *mark == '\t'  ? "tabs"
                   : *mark == ',' ? "commas"
                                  : mark,
                   about.has_header ? "a" : "no");
    }
    if (about.rank) {
        report_array(report, "shape");
        for (size_t i = 0; i < about.rank && i < 4; i++)
            report_count(report, NULL, about.shape[i], i + 1 < about.rank ? " x " : "; ");
        report_close(report);
    }
    report_count(report, "bytes", about.bytes, NULL);
    report_say(report, "%s", text_bytes(about.bytes));
    report_line(report, "size");
    report_count(report, "rows", gradus_data_rows(data), " rows, ");
    report_count(report, "width", gradus_data_columns(data), " columns");
    if (about.skipped)
        report_say(report, "; %s malformed rows left out", text_count(about.skipped));
    report_count(report, "skipped", about.skipped, NULL);
}

/* Four digits, in few columns however large the number is. */
static const char *short_number(double number)
{
    static char room[4][24];
    static size_t next;

    if (fabs(number) < 999999.5)
        return text_number(number, 4);
    next = (next + 1) % 4;
    snprintf(room[next], sizeof *room, "%.3g", number);
    return room[next];
}

static void say_column(cli_report *report, const gradus_column *column, size_t rows,
                       bool shown)
{
    bool number = column->kind == GRADUS_NUMBER;
    char range[80], missing[32] = "0";

    report_object(report, NULL);
    report_string(report, "name", column->name, NULL);
    report_string(report, "kind", number ? "number" : "category", NULL);
    report_count(report, "missing", column->missing, NULL);
    if (number) {
        report_number(report, "min", column->min, 0, NULL);
        report_number(report, "max", column->max, 0, NULL);
        report_number(report, "mean", column->mean, 0, NULL);
    } else {
        report_count(report, "values", column->values, NULL);
    }
    if (column->why && *column->why) {
        report_string(report, "first_text", column->why, NULL);
        report_count(report, "first_text_line", column->why_line, NULL);
    }
    report_close(report);
    if (!shown)
        return;
    if (number)
        snprintf(range, sizeof range, "%s .. %s", short_number(column->min),
                 short_number(column->max));
    else
        snprintf(range, sizeof range, "%s values", text_count(column->values));
    if (column->missing)
        snprintf(missing, sizeof missing, "%s",
                 text_share((double)column->missing / (double)rows, 1));
    report_row(report, "%-9s%s %-9s%-20s%-9s%8s", "", text_cut(column->name, 23),
               number ? "number" : "category", column->missing < rows ? range : "empty",
               number && column->missing < rows ? short_number(column->mean) : "", missing);
}

typedef enum doubt {
    DOUBT_EMPTY,
    DOUBT_CONSTANT,
    DOUBT_COMMA,
    DOUBT_NAME,
    DOUBT_COUNTER,
    DOUBT_HOLES,
    DOUBT_COUNT,
    DOUBT_NONE = DOUBT_COUNT,
} doubt;

static const char *const doubt_texts[DOUBT_COUNT] = {
    "no values at all",
    "the same value in every row",
    COMMA_NOTE,
    "nearly all values differ, so an id or a name to --drop",
    "counts the rows, so an id to --drop",
    "missing in more than half of the rows",
};

static doubt doubt_of(const gradus_column *column, size_t rows)
{
    size_t known = rows - column->missing;
    bool number = column->kind == GRADUS_NUMBER;
    double span = column->max - column->min + 1;

    if (known == 0)
        return DOUBT_EMPTY;
    if (rows > 1 && (number ? column->min >= column->max : column->values <= 1))
        return DOUBT_CONSTANT;
    if (has_decimal_commas(column))
        return DOUBT_COMMA;
    if (!number && known > 20 && column->values > known - known / 10)
        return DOUBT_NAME;
    if (number && known > 20 && column->missing == 0 && span == (double)rows &&
        column->mean == column->min + (span - 1) / 2)
        return DOUBT_COUNTER;
    return known < rows / 2 ? DOUBT_HOLES : DOUBT_NONE;
}

/* `columns` is [count]. */
static void say_doubts(cli_report *report, const gradus_column *columns, size_t count,
                       const gradus_data *data)
{
    const char *label = "notes", *header = header_note(data);
    size_t rows = gradus_data_rows(data);

    report_array(report, "notes");
    if (header) {
        report_line(report, label);
        report_object(report, NULL);
        report_string(report, "what", header, NULL);
        report_say(report, "%s", header);
        report_array(report, "columns");
        report_close(report);
        report_close(report);
        label = "";
    }
    for (size_t kind = 0; kind < DOUBT_COUNT; kind++) {
        size_t found = 0;
        for (size_t j = 0; j < count; j++) {
            if (doubt_of(&columns[j], rows) != kind)
                continue;
            if (found++ == 0) {
                report_line(report, label);
                report_object(report, NULL);
                report_string(report, "what", doubt_texts[kind], NULL);
                report_say(report, "%s: ", doubt_texts[kind]);
                report_array(report, "columns");
                label = "";
            }
            report_string(report, NULL, columns[j].name, NULL);
            if (found <= MOST_NAMED)
                report_say(report, "%s%s", found > 1 ? ", " : "",
                           text_name(columns[j].name));
        }
        if (found == 0)
            continue;
        if (found > MOST_NAMED)
            report_say(report, " and %s more", text_count(found - MOST_NAMED));
        report_close(report);
        report_close(report);
    }
    report_close(report);
}

/* Columns to show: pixels of an image say little one by one. */
static size_t shown_columns(const cli_settings *settings, const gradus_data *data)
{
    gradus_data_about about;

    gradus_data_describe(data, &about);
    if (settings->verbose)
        return SIZE_MAX;
    return about.rank > 2 ? MOST_PIXELS : MOST_COLUMNS;
}

static gradus_status say_columns(cli_report *report, const cli_settings *settings,
                                 const gradus_data *data)
{
    size_t count = gradus_data_columns(data), rows = gradus_data_rows(data);
    size_t shown = shown_columns(settings, data);
    /* Each look at a column reads all of it: once is enough. */
    gradus_column *columns = calloc(count, sizeof *columns);

    if (!columns)
        return fail(GRADUS_MEMORY, "out of memory: %zu columns", count);
    report_row(report, "%-9s%-23s %-9s%-20s%-9s%8s", "columns", "name", "kind", "min .. max",
               "mean", "missing");
    report_array(report, "columns");
    for (size_t j = 0; j < count; j++) {
        gradus_data_column(data, j, &columns[j]);
        say_column(report, &columns[j], rows, j < shown);
    }
    report_close(report);
    if (count > shown)
        report_row(report, "%-9s... and %s more; -v shows them", "",
                   text_count(count - shown));
    say_doubts(report, columns, count, data);
    free(columns);
    return GRADUS_OK;
}

gradus_status inspect_data(cli_report *report, cli_settings *settings)
{
    gradus_context *context = NULL;
    gradus_data *data = NULL;
    gradus_status status = gradus_context_new(&settings->context, &context);

    note_terminal(settings->argument[0]);
    if (status == GRADUS_OK)
        status = table_read(context, settings, settings->argument[0], &data);
    if (status == GRADUS_OK) {
        say_format(report, data);
        status = say_columns(report, settings, data);
    } else {
        fail_library(status);
    }
    gradus_data_free(data);
    gradus_context_free(context);
    return status;
}
