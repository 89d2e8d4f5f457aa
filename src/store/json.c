/*
 * store/json.c - the JSON of model files: every value has one spelling
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/json.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"

/* ---- writing ---- */

size_t gr_utf8_length(const char *text)
{
    const unsigned char *u = (const unsigned char *)text;
    if (u[0] < 0x80)
        return u[0] != 0;
    if (u[0] < 0xc2 || u[0] > 0xf4)
        return 0;
    /* four leading bytes narrow the range of the second one */
    unsigned char least = u[0] == 0xe0 ? 0xa0 : u[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char most = u[0] == 0xed ? 0x9f : u[0] == 0xf4 ? 0x8f : 0xbf;
    if (u[1] < least || u[1] > most)
        return 0;
    size_t length = u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
    for (size_t i = 2; i < length; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

/* Bytes at the beginning of a text that stand for themselves in a string. */
static size_t plain_length(const char *text)
{
    size_t plain = 0, length;
    while ((length = gr_utf8_length(text + plain)) > 0) {
        unsigned char first = (unsigned char)text[plain];
        if (first < 0x20 || first == '"' || first == '\\')
            break;
        plain += length;
    }
    return plain;
}

static const char short_escape[] = "\"\\bfnrt";
static const char short_meaning[] = "\"\\\b\f\n\r\t";

static gradus_status add_escape(gr_text *out, unsigned char byte)
{
    const char *known = strchr(short_meaning, byte);
    if (known != NULL)
        return gr_text_add(out, "\\%c", short_escape[known - short_meaning]);
    return gr_text_add(out, byte < 0x20 ? "\\u00%02x" : "\\udc%02x", byte);
}

gradus_status gr_json_add_key(gr_text *out, const char *key)
{
    if (key == NULL)
        return GRADUS_OK;
    bool first = out->length > 0 && out->text[out->length - 1] == '{';
    return gr_text_add(out, "%s\"%s\":", first ? "" : ",", key);
}

gradus_status gr_json_add_string(gr_text *out, const char *key, const char *text)
{
    gradus_status status;
    GR_TRY(gr_json_add_key(out, key));
    GR_TRY(gr_text_add(out, "\""));
    for (;;) {
        size_t plain = plain_length(text);
        GR_TRY(gr_text_add_bytes(out, text, plain));
        text += plain;
        if (*text == '\0')
            break;
        GR_TRY(add_escape(out, (unsigned char)*text++));
    }
    GR_TRY(gr_text_add(out, "\""));
done:
    return status;
}

gradus_status gr_json_add_size(gr_text *out, const char *key, size_t size)
{
    gradus_status status = gr_json_add_key(out, key);
    return status == GRADUS_OK ? gr_text_add(out, "%zu", size) : status;
}

gradus_status gr_json_add_number(gr_text *out, const char *key, double number)
{
    char text[GRADUS_NUMBER_LENGTH];
    if (!isfinite(number))
        return gr_fail(GRADUS_ARGUMENT,
                       "model: \"%s\" is not finite, and cannot be saved: "
                       "look for huge values in the data", key);
    gradus_status status = gr_json_add_key(out, key);
    if (status != GRADUS_OK)
        return status;
    return gr_text_add_bytes(out, text, gradus_number_write(number, text));
}

gradus_status gr_json_add_choice(gr_text *out, const char *key,
                                 const char *const words[2], bool second)
{
    gradus_status status = gr_json_add_key(out, key);
    return status == GRADUS_OK ? gr_text_add(out, "%s", words[second]) : status;
}

void gr_json_hex(uint64_t value, char digits[GR_HEX_DIGITS + 1])
{
    for (int k = 0; k < GR_HEX_DIGITS; k++)
        digits[k] = "0123456789abcdef"[value >> (60 - 4 * k) & 15];
    digits[GR_HEX_DIGITS] = '\0';
}

/* ---- reading ---- */

static size_t byte_in_file(const gr_scan *scan)
{
    size_t byte = scan->start + scan->position;
    for (size_t i = 0; scan->quoted && i < scan->position; i++)
        byte += scan->text[i] == '"' || scan->text[i] == '\\';
    return byte;
}

gradus_status gr_scan_fail(const gr_scan *scan, const char *rule, ...)
{
    char what[160];
    va_list arguments;
    va_start(arguments, rule);
    vsnprintf(what, sizeof what, rule, arguments);
    va_end(arguments);
    return gr_fail(GRADUS_MODEL, "%s: byte %zu: %s: the file is damaged, or gradus did "
                   "not write it", scan->path, byte_in_file(scan), what);
}

bool gr_scan_skip(gr_scan *scan, const char *literal)
{
    size_t length = strlen(literal);
    if (length > scan->length - scan->position ||
        memcmp(scan->text + scan->position, literal, length) != 0)
        return false;
    scan->position += length;
    return true;
}

gradus_status gr_scan_literal(gr_scan *scan, const char *literal)
{
    if (gr_scan_skip(scan, literal))
        return GRADUS_OK;
    return gr_scan_fail(scan, "'%s' belongs here", literal);
}

gradus_status gr_scan_key(gr_scan *scan, const char *key)
{
    if (key == NULL)
        return GRADUS_OK;
    bool first = scan->position > 0 && scan->text[scan->position - 1] == '{';
    size_t start = scan->position;
    if ((first || gr_scan_skip(scan, ",")) && gr_scan_skip(scan, "\"") &&
        gr_scan_skip(scan, key) && gr_scan_skip(scan, "\":"))
        return GRADUS_OK;
    scan->position = start;
    return gr_scan_fail(scan, "\"%s\" belongs here", key);
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *digit = c == '\0' ? NULL : strchr(digits, c);
    return digit == NULL ? -1 : (int)(digit - digits);
}

/* One escape, which ends before `end`. */
static gradus_status unescape(gr_scan *scan, size_t end, char *byte)
{
    const char *text = scan->text + scan->position;
    size_t left = end - scan->position;
    const char *known = text[1] == '\0' ? NULL : strchr(short_escape, text[1]);
    if (known != NULL) {
        *byte = short_meaning[known - short_escape];
        scan->position += 2;
        return GRADUS_OK;
    }
    int high = left < 6 ? -1 : hex_digit(text[4]);
    int low = left < 6 ? -1 : hex_digit(text[5]);
    int code = high < 0 || low < 0 ? -1 : high * 16 + low;
    bool control = code > 0 && code < 0x20 && memcmp(text, "\\u00", 4) == 0;
    bool raw = code >= 0x80 && memcmp(text, "\\udc", 4) == 0;
    if (!control && !raw)
        return gr_scan_fail(scan, "this is no escape of a model file");
    *byte = (char)code;
    scan->position += 6;
    return GRADUS_OK;
}

/* Where the string that begins at the position ends: at its closing quote. */
static size_t find_quote(const gr_scan *scan)
{
    size_t end = scan->position;
    while (end < scan->length && scan->text[end] != '"')
        end += scan->text[end] == '\\' ? 2 : 1;
    return end;
}

gradus_status gr_scan_string(gr_scan *scan, const char *key, char **text)
{
    gradus_status status;
    char *meaning = NULL;
    size_t length = 0;
    GR_TRY(gr_scan_key(scan, key));
    GR_TRY(gr_scan_literal(scan, "\""));
    size_t end = find_quote(scan);
    if (end >= scan->length)
        GR_TRY(gr_scan_fail(scan, "this string has no end"));
    GR_TRY(gr_allocate(scan->context, end - scan->position + 1, 1, "a model's text",
                       &meaning));
    while (scan->position < end) {
        char c = scan->text[scan->position];
        if ((unsigned char)c < 0x20)
            GR_TRY(gr_scan_fail(scan, "a control character must be escaped"));
        if (c == '\\') {
            GR_TRY(unescape(scan, end, &meaning[length++]));
        } else {
            meaning[length++] = c;
            scan->position++;
        }
    }
    scan->position = end + 1;
    *text = meaning;
    return GRADUS_OK;
done:
    gr_release(scan->context, meaning);
    return status;
}

gradus_status gr_scan_size(gr_scan *scan, const char *key, size_t *size)
{
    gradus_status status = gr_scan_key(scan, key);
    if (status != GRADUS_OK)
        return status;
    size_t value = 0, at = scan->position;
    for (; at < scan->length && scan->text[at] >= '0' && scan->text[at] <= '9'; at++) {
        size_t digit = (size_t)(scan->text[at] - '0');
        if (value > (SIZE_MAX - digit) / 10)
            return gr_scan_fail(scan, "this number is too large");
        value = value * 10 + digit;
    }
    if (at == scan->position)
        return gr_scan_fail(scan, "a whole number belongs here");
    scan->position = at;
    *size = value;
    return GRADUS_OK;
}

gradus_status gr_scan_number(gr_scan *scan, const char *key, double *number)
{
    gradus_status status = gr_scan_key(scan, key);
    if (status != GRADUS_OK)
        return status;
    const char *text = scan->text + scan->position;
    size_t length = 0, left = scan->length - scan->position;
    double value;
    while (length < left && text[length] != '\0' &&
           strchr("0123456789+-.e", text[length]) != NULL)
        length++;
    if (length == 0 || !gradus_number_read(text, length, &value) || !isfinite(value))
        return gr_scan_fail(scan, "a finite number belongs here");
    scan->position += length;
    *number = value;
    return GRADUS_OK;
}

gradus_status gr_scan_choice(gr_scan *scan, const char *key, const char *const words[2],
                             bool *second)
{
    gradus_status status = gr_scan_key(scan, key);
    if (status != GRADUS_OK)
        return status;
    *second = gr_scan_skip(scan, words[1]);
    if (*second || gr_scan_skip(scan, words[0]))
        return GRADUS_OK;
    return gr_scan_fail(scan, "%s or %s belongs here", words[0], words[1]);
}

gradus_status gr_json_grow(const gradus_context *context, size_t count, size_t size,
                           void *block)
{
    if ((count & (count - 1)) != 0)
        return GRADUS_OK; /* full at every power of two, and only there */
    return gr_resize(context, count, count == 0 ? 1 : 2 * count, size,
                     "a model's description", block);
}

gradus_status gr_scan_same(gr_scan *scan, const char *again, size_t length)
{
    size_t same = 0, shorter = length < scan->length ? length : scan->length;
    while (same < shorter && scan->text[same] == again[same])
        same++;
    if (same == length && same == scan->length)
        return GRADUS_OK;
    scan->position = same;
    return gr_scan_fail(scan, "this is not how gradus spells it");
}
