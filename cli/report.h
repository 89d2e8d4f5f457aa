/*
 * cli/report.h - one description of a result, shown as text and as JSON
 *
 * Each fact is said once: to the line of text that is being made, where `after` is not
 * NULL, and to the JSON object, where `key` is not NULL. A number that is NaN does not
 * apply and is left out of both. Out of memory is kept and returned at the end.
 *
 *     report_line(r, "split");
 *     report_count(r, "train_rows", 39074, " train, ");
 *     report_count(r, "valid_rows", 9768, " held out");
 *
 *     split    39,074 train, 9,768 held out           {"train_rows":39074,...}
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "settings.h"

enum { REPORT_INDENT = 9, REPORT_DEPTH = 8 };

typedef struct cli_report {
    json_t *open[REPORT_DEPTH]; /* objects and arrays being filled, outermost first */
    size_t depth;
    char *text;                 /* lines not printed yet */
    size_t length, room;
    size_t told;                /* members that an event has had */
    bool failed;
} cli_report;

void report_start(cli_report *report);
void report_free(cli_report *report);

/* A new line of text that begins with a label; "" for a continued one. */
void report_line(cli_report *report, const char *label);
/* A line without label and indent, as it is: a table's. */
void report_row(cli_report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The last column of a row that begins at column `indent`: wrapped below itself. */
void report_wrap(cli_report *report, int indent, const char *text);
/* Text only. */
void report_say(cli_report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void report_count(cli_report *report, const char *key, uint64_t value, const char *after);
void report_number(cli_report *report, const char *key, double value, int digits,
                   const char *after);
void report_string(cli_report *report, const char *key, const char *value,
                   const char *after);
void report_flag(cli_report *report, const char *key, bool value);

/* JSON only: what follows goes into an object, an array; key NULL inside an array. */
void report_object(cli_report *report, const char *key);
void report_array(cli_report *report, const char *key);
void report_close(cli_report *report);

/* Lines so far to a stream, wrapped at 80 columns; then there are none. */
void report_print(cli_report *report, FILE *stream);
/* The JSON object so far, on one line. */
void report_print_json(cli_report *report, FILE *stream);
/* The same as an event: its name first, and only what came after the last event. */
void report_print_event(cli_report *report, FILE *stream, const char *event);

/* Errors   MEMORY, when anything above found none. */
gradus_status report_state(const cli_report *report);

#endif
