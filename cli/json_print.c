/*
 * cli/json_print.c - JSON as the command writes it
 *
 * SPDX-License-Identifier: MIT
 */
#include "json_print.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gradus.h"
#include "text.h"

static const char replacement[] = "\xef\xbf\xbd";

json_t *json_text(const char *text)
{
    size_t length = strlen(text), used = 0;
    char *clean = malloc(3 * length + 1);
    json_t *string;

    if (!clean)
        return NULL;
    while (length > 0) {
        size_t bytes = text_utf8(text, length);
        memcpy(clean + used, bytes ? text : replacement, bytes ? bytes : 3);
        used += bytes ? bytes : 3;
        text += bytes ? bytes : 1;
        length -= bytes ? bytes : 1;
    }
    string = json_stringn(clean, used);
    free(clean);
    return string;
}

json_t *json_number_text(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

void json_print_string(FILE *stream, const char *text, size_t length)
{
    fputc('"', stream);
    while (length > 0) {
        size_t bytes = text_utf8(text, length);
        unsigned char first = (unsigned char)*text;

        if (bytes == 0)
            fputs(replacement, stream);
        else if (first < 0x20 || first == 0x7f ||
                 (first == 0xc2 && (text[1] & 0x20) == 0))
            fprintf(stream, "\\u%04x", bytes == 1 ? first : (unsigned char)text[1]);
        else if (first == '"' || first == '\\')
            fprintf(stream, "\\%c", first);
        else
            fwrite(text, 1, bytes, stream);
        text += bytes ? bytes : 1;
        length -= bytes ? bytes : 1;
    }
    fputc('"', stream);
}

static void print_value(FILE *stream, json_t *value);

static void print_object(FILE *stream, json_t *object)
{
    const char *key, *separator = "";
    json_t *member;

    fputc('{', stream);
    json_object_foreach (object, key, member) {
        fputs(separator, stream);
        json_print_string(stream, key, strlen(key));
        fputc(':', stream);
        print_value(stream, member);
        separator = ",";
    }
    fputc('}', stream);
}

static void print_array(FILE *stream, json_t *array)
{
    fputc('[', stream);
    for (size_t i = 0; i < json_array_size(array); i++) {
        fputs(i ? "," : "", stream);
        print_value(stream, json_array_get(array, i));
    }
    fputc(']', stream);
}

static void print_value(FILE *stream, json_t *value)
{
    char number[GRADUS_NUMBER_LENGTH];

    switch (json_typeof(value)) {
    case JSON_OBJECT:
        print_object(stream, value);
        break;
    case JSON_ARRAY:
        print_array(stream, value);
        break;
    case JSON_STRING:
        json_print_string(stream, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        /* counts and seeds: none is negative, and a seed may have all 64 bits */
        fprintf(stream, "%llu", (unsigned long long)json_integer_value(value));
        break;
    case JSON_REAL:
        gradus_number_write(json_real_value(value), number);
        fputs(number, stream);
        break;
    case JSON_TRUE:
        fputs("true", stream);
        break;
    case JSON_FALSE:
        fputs("false", stream);
        break;
    case JSON_NULL:
        fputs("null", stream);
        break;
    }
}

void json_print_line(FILE *stream, json_t *value)
{
    if (value)
        print_value(stream, value);
    fputc('\n', stream);
}
