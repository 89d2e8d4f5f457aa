/* base/status.c - the text of the last failure, one per thread.
 *
 * The buffer is fixed, so that "out of memory" needs no memory.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_SIZE = 1024 };

static _Thread_local char message[MESSAGE_SIZE];

static const struct {
    int exit_code;
    const char *text;
} statuses[] = {
#define STATUS(name, code, text) [GRADUS_##name] = {code, text},
    GRADUS_STATUS_LIST(STATUS)
#undef STATUS
};

static int is_known(gradus_status status)
{
    return (size_t)status < GR_COUNT(statuses);
}

const char *gradus_error(void)
{
    return message;
}

const char *gradus_status_text(gradus_status status)
{
    return is_known(status) ? statuses[status].text : "unknown status";
}

int gradus_status_exit_code(gradus_status status)
{
    return is_known(status) ? statuses[status].exit_code : 1;
}

const char *gradus_version(void)
{
    return GRADUS_VERSION;
}

/*
 * Length in bytes of the printable UTF-8 character at `text`, or 0 where the byte must
 * be escaped: control characters (C0, DEL, C1 as U+0080-U+009F), broken sequences, and
 * the marks that reorder text (U+200E-F, U+202A-E, U+2066-9), which make one name look
 * like another.
 */
static size_t printable(const unsigned char *text)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned c = text[0];
    if (c < 0x80)
        return c >= 0x20 && c != 0x7f;
    size_t length = c >= 0xf8 ? 0 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 0;
    if (length == 0)
        return 0;
    c &= 0xffu >> (length + 1);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (text[i] & 0x3f);
    }
    int reorders = (c >= 0x200e && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
                   (c >= 0x2066 && c <= 0x2069);
    int valid = c >= least[length] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
    return valid && c >= 0xa0 && !reorders ? length : 0;
}

/* Appends `text` to the message at `used`, escaped; cuts between characters. */
static size_t append(size_t used, const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    while (*c != 0) {
        size_t length = printable(c);
        char escape[5] = {'\\', 'x', "0123456789abcdef"[*c >> 4],
                          "0123456789abcdef"[*c & 15], 0};
        const char *piece = length > 0 ? (const char *)c : escape;
        size_t size = length > 0 ? length : 4;
        if (used + size >= MESSAGE_SIZE)
            break;
        memcpy(message + used, piece, size);
        used += size;
        c += length > 0 ? length : 1;
    }
    message[used] = 0;
    return used;
}

static void format_text(char text[MESSAGE_SIZE], const char *format, va_list arguments)
{
    text[0] = 0;
    if (vsnprintf(text, MESSAGE_SIZE, format, arguments) < 0)
        text[0] = 0;
}

/* The new message may quote the old one: it is escaped when it is whole. */
static void set_message(const char *format, va_list arguments)
{
    char text[MESSAGE_SIZE];
    format_text(text, format, arguments);
    append(0, text);
}

gradus_status gr_fail(gradus_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_message(format, arguments);
    va_end(arguments);
    return status;
}

gradus_status gradus_error_set(gradus_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_message(format, arguments);
    va_end(arguments);
    return status;
}

gradus_status gr_fail_at(gradus_status status, const char *where, ...)
{
    char place[MESSAGE_SIZE], old[MESSAGE_SIZE];
    memcpy(old, message, sizeof old);
    va_list arguments;
    va_start(arguments, where);
    format_text(place, where, arguments);
    va_end(arguments);
    append(append(append(0, place), ": "), old);
    return status;
}
