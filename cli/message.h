/*
 * cli/message.h - what is said on standard error
 *
 * A command function returns a gradus_status; when that is not GRADUS_OK, it has been
 * said already, by fail() or fail_library(), where the reason was known.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include <stdio.h>

#include "settings.h"

void message_setup(log_kind log, color_kind color);

/* "gradus: where: what: what to do". Control bytes in it are escaped. */
gradus_status fail(gradus_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same with the library's own message. */
gradus_status fail_library(gradus_status status);

/* Worth knowing, no failure: silent with --log none. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says so where `path` is standard input and a person sits before it. */
void note_terminal(const char *path);

typedef enum paint_kind { PAINT_NONE, PAINT_BOLD, PAINT_RED, PAINT_GREEN } paint_kind;

/* The bytes that switch to a colour on this stream, or "" where it shows none. */
const char *paint_code(FILE *stream, paint_kind paint);

#endif
