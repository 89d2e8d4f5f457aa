/*
 * cli/json_print.h - JSON as the command writes it
 *
 * jansson builds the tree; the text is written here, because jansson prints 0.1 as
 * 0.10000000000000001 and refuses names that are not UTF-8.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_JSON_PRINT_H
#define CLI_JSON_PRINT_H

#include <jansson.h>
#include <stdio.h>

/* Text from outside: what is not UTF-8 becomes U+FFFD. */
json_t *json_text(const char *text);
/* A number, or null for NaN and infinities, which JSON does not know. */
json_t *json_number_text(double number);

/* On one line, numbers with the fewest digits that read back the same. */
void json_print_line(FILE *stream, json_t *value);

/* A JSON string with its quotes, to a stream. */
void json_print_string(FILE *stream, const char *text, size_t length);

#endif
