/*
 * cli/report.c - one description of a result, shown as text and as JSON
 *
 * SPDX-License-Identifier: MIT
 */
#include "report.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "json_print.h"
#include "message.h"
#include "text.h"
#include "wrap.h"

/* First character of a line that is not to be wrapped. */
static const char as_it_is = '\v';

void report_start(cli_report *report)
{
    memset(report, 0, sizeof *report);
    report->open[0] = json_object();
    report->failed = !report->open[0];
}

void report_free(cli_report *report)
{
    json_decref(report->open[0]);
    free(report->text);
    memset(report, 0, sizeof *report);
}

gradus_status report_state(const cli_report *report)
{
    return report->failed ? fail(GRADUS_MEMORY, "out of memory: the report") : GRADUS_OK;
}

/* ---- text ---- */

static void add(cli_report *report, const char *text, size_t length)
{
    if (report->length + length + 1 > report->room) {
        size_t room = 2 * (report->length + length) + 256;
        char *larger = realloc(report->text, room);
        if (!larger) {
            report->failed = true;
            return;
        }
        report->text = larger;
        report->room = room;
    }
    memcpy(report->text + report->length, text, length);
    report->length += length;
    report->text[report->length] = 0;
}

static void add_list(cli_report *report, const char *format, va_list list)
{
    char text[1024];
    int length = vsnprintf(text, sizeof text, format, list);

    if (length > 0)
        add(report, text,
            (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
}

void report_line(cli_report *report, const char *label)
{
    char start[32];
    int length = snprintf(start, sizeof start, "\n%-*s", REPORT_INDENT, label);

    add(report, start, (size_t)length);
}

void report_row(cli_report *report, const char *format, ...)
{
    va_list list;

    add(report, "\n", 1);
    add(report, &as_it_is, 1);
    va_start(list, format);
    add_list(report, format, list);
    va_end(list);
}

void report_say(cli_report *report, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    add_list(report, format, list);
    va_end(list);
}

void report_wrap(cli_report *report, int indent, const char *text)
{
    cli_wrap wrap = wrap_start(text, indent);
    const char *word;
    wrap_gap gap;
    int length;

    while ((length = wrap_next(&wrap, &word, &gap)) > 0) {
        if (gap == WRAP_LINE)
            report_row(report, "%*s", indent, "");
        report_say(report, "%s%.*s", gap == WRAP_BLANK ? " " : "", length, word);
    }
}

/* A line of `length` bytes, broken at blanks. Two blanks and more are kept together. */
static void print_wrapped(FILE *stream, const char *line, size_t length)
{
    const char *end = line + length;
    int column = 0;

    while (line < end) {
        const char *word = line;
        while (word < end && *word == ' ')
            word++;
        const char *after = word;
        while (after < end && *after != ' ')
            after++;
        int blanks = (int)(word - line), width = wrap_columns(word, (int)(after - word));
        if (column > REPORT_INDENT && column + blanks + width >= WRAP_WIDTH) {
            fprintf(stream, "\n%*s", REPORT_INDENT, "");
            column = REPORT_INDENT;
            blanks = 0;
        }
        fprintf(stream, "%*s%.*s", blanks, "", (int)(after - word), word);
        column += blanks + width;
        line = after;
    }
    fputc('\n', stream);
}

void report_print(cli_report *report, FILE *stream)
{
    const char *line = report->text;
    const char *end = line + report->length;

    while (line && line < end) {
        size_t length;
        line += *line == '\n';
        length = strcspn(line, "\n");
        while (length > 0 && line[length - 1] == ' ')
            length--;
        if (*line == as_it_is)
            fprintf(stream, "%.*s\n", (int)length - 1, line + 1);
        else
            print_wrapped(stream, line, length);
        line += strcspn(line, "\n");
    }
    report->length = 0;
}

/* ---- JSON ---- */

static void put(cli_report *report, const char *key, json_t *value)
{
    json_t *into = report->open[report->depth];

    if (json_is_array(into) ? json_array_append_new(into, value) != 0
                            : json_object_set_new(into, key, value) != 0)
        report->failed = true;
}

static bool wanted(const cli_report *report, const char *key)
{
    return key || json_is_array(report->open[report->depth]);
}

void report_count(cli_report *report, const char *key, uint64_t value, const char *after)
{
    if (wanted(report, key))
        put(report, key, json_integer((json_int_t)value));
    if (after)
        report_say(report, "%s%s", text_count(value), after);
}

void report_number(cli_report *report, const char *key, double value, int digits,
                   const char *after)
{
    if (isnan(value))
        return;
    if (wanted(report, key))
        put(report, key, json_number_text(value));
    if (after)
        report_say(report, "%s%s", text_number(value, digits), after);
}

void report_string(cli_report *report, const char *key, const char *value,
                   const char *after)
{
    if (wanted(report, key))
        put(report, key, json_text(value));
    if (after)
        report_say(report, "%s%s", text_name(value), after);
}

void report_flag(cli_report *report, const char *key, bool value)
{
    put(report, key, json_boolean(value));
}

static void open_value(cli_report *report, const char *key, json_t *value)
{
    put(report, key, value);
    if (report->depth + 1 < REPORT_DEPTH && value && !report->failed)
        report->open[++report->depth] = value;
    else
        report->failed = true;
}

void report_object(cli_report *report, const char *key)
{
    open_value(report, key, json_object());
}

void report_array(cli_report *report, const char *key)
{
    open_value(report, key, json_array());
}

void report_close(cli_report *report)
{
    if (report->depth > 0)
        report->depth--;
}

void report_print_json(cli_report *report, FILE *stream)
{
    json_print_line(stream, report->open[0]);
}

void report_print_event(cli_report *report, FILE *stream, const char *event)
{
    json_t *object = json_object(), *member;
    const char *key;
    size_t number = 0;

    if (!object || json_object_set_new(object, "event", json_string(event)) != 0)
        report->failed = true;
    json_object_foreach(report->open[0], key, member)
    {
        if (number++ >= report->told && json_object_set(object, key, member) != 0)
            report->failed = true;
    }
    report->told = number;
    json_print_line(stream, object);
    json_decref(object);
}
