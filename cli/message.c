/*
 * cli/message.c - what is said on standard error
 *
 * SPDX-License-Identifier: MIT
 */
#include "message.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json_print.h"
#include "text.h"

static log_kind log_to = LOG_HUMAN;
static color_kind color_when = COLOR_AUTO;

void message_setup(log_kind log, color_kind color)
{
    log_to = log;
    color_when = color;
}

const char *paint_code(FILE *stream, paint_kind paint)
{
    static const char *const codes[] = {"\033[0m", "\033[1m", "\033[1;31m",
                                        "\033[1;32m"};
    const char *terminal = getenv("TERM");
    const char *no_color = getenv("NO_COLOR");
    bool wanted = color_when == COLOR_ALWAYS;

    if (color_when == COLOR_AUTO)
        wanted = isatty(fileno(stream)) && !(no_color && *no_color) && terminal &&
                 strcmp(terminal, "dumb") != 0;
    return wanted ? codes[paint] : "";
}

static void say(const char *event, paint_kind paint, const char *text)
{
    if (log_to == LOG_JSON) {
        json_t *object = json_object();
        json_object_set_new(object, "event", json_string(event));
        json_object_set_new(object, "text", json_text(text));
        json_print_line(stderr, object);
        json_decref(object);
        return;
    }
    fprintf(stderr, "%sgradus:%s %s\n", paint_code(stderr, paint),
            paint_code(stderr, PAINT_NONE), text);
}

static void say_list(const char *event, paint_kind paint, const char *format,
                     va_list list)
{
    char raw[2048], safe[4 * sizeof raw];

    vsnprintf(raw, sizeof raw, format, list);
    text_escape(raw, safe, sizeof safe, "\n");
    say(event, paint, safe);
}

gradus_status fail(gradus_status status, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    say_list("error", PAINT_RED, format, list);
    va_end(list);
    return status;
}

gradus_status fail_library(gradus_status status)
{
    const char *text = gradus_error();

    return fail(status, "%s", *text ? text : gradus_status_text(status));
}

void note_terminal(const char *path)
{
    if (strcmp(path, "-") == 0 && isatty(STDIN_FILENO))
        note("reading from the terminal: Ctrl-D ends the table");
}

void note(const char *format, ...)
{
    va_list list;

    if (log_to == LOG_NONE)
        return;
    va_start(list, format);
    say_list("note", PAINT_BOLD, format, list);
    va_end(list);
}
