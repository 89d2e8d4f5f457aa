/*
 * store/json.h - the JSON of model files: every value has one spelling
 *
 * What is written here is read back here and nowhere else, so the reader takes the text
 * from left to right and accepts what the writer writes: no tree, no recursion, no
 * member in another place, and the exact byte in every message. Why this is no general
 * JSON library: docs/design/model-file.md.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_STORE_JSON_H
#define GR_STORE_JSON_H

#include <stdbool.h>

#include "base/memory.h"

/* ---- writing: a value with its key and comma in front, or with a NULL key bare ---- */

GRADUS_CHECKED gradus_status gr_json_add_key(gr_text *out, const char *key);

/*
 * A string. Valid UTF-8 stands for itself; any other byte b, as in a table in Latin-1,
 * becomes the escape \udcXX of the code U+DC00 + b, as Python's "surrogateescape" does.
 */
GRADUS_CHECKED gradus_status gr_json_add_string(gr_text *out, const char *key,
                                                const char *text);
GRADUS_CHECKED gradus_status gr_json_add_size(gr_text *out, const char *key, size_t size);

/* The shortest number that reads back to the same double.
 * Errors   ARGUMENT: not finite; MEMORY. */
GRADUS_CHECKED gradus_status gr_json_add_number(gr_text *out, const char *key,
                                                double number);

/* One of two words, which bring their own quotes. */
GRADUS_CHECKED gradus_status gr_json_add_choice(gr_text *out, const char *key,
                                                const char *const words[2], bool second);

/* A digest as 16 lower-case hex digits. */
enum { GR_HEX_DIGITS = 16 };
void gr_json_hex(uint64_t value, char digits[GR_HEX_DIGITS + 1]);

/* Bytes of the character that a text begins with: 1 to 4, or 0 where the text ends or is
 * not UTF-8 (Unicode 15, table 3-7: no surrogates, nothing overlong). */
size_t gr_utf8_length(const char *text);

/* ---- reading ---- */

typedef struct gr_scan {
    const gradus_context *context;
    const char *path;       /* for messages */
    const char *text;
    size_t length;
    size_t position;        /* what is read next */
    size_t start;           /* where text[0] stands in the file */
    bool quoted;            /* the text stands there as a string, its " and \ escaped */
} gr_scan;

/* MODEL with path, byte, and the rule that the position breaks. */
gradus_status gr_scan_fail(const gr_scan *scan, const char *rule, ...)
    __attribute__((format(printf, 2, 3)));

/* Passes over `literal`. Errors   MODEL: something else stands there. */
GRADUS_CHECKED gradus_status gr_scan_literal(gr_scan *scan, const char *literal);

/* True, and passes over it, where `literal` stands at the position. */
bool gr_scan_skip(gr_scan *scan, const char *literal);

/* Values, each the mirror of its writer. A string is released with gr_release(). */
GRADUS_CHECKED gradus_status gr_scan_key(gr_scan *scan, const char *key);
GRADUS_CHECKED gradus_status gr_scan_string(gr_scan *scan, const char *key, char **text);
GRADUS_CHECKED gradus_status gr_scan_size(gr_scan *scan, const char *key, size_t *size);
GRADUS_CHECKED gradus_status gr_scan_number(gr_scan *scan, const char *key,
                                            double *number);
GRADUS_CHECKED gradus_status gr_scan_choice(gr_scan *scan, const char *key,
                                            const char *const words[2], bool *second);

/* Room for element `count` of an array that grows one by one; `block` is its address. */
GRADUS_CHECKED gradus_status gr_json_grow(const gradus_context *context, size_t count,
                                          size_t size, void *block);

/* What was read, written `again`, must be the text itself: nothing was there beside. */
GRADUS_CHECKED gradus_status gr_scan_same(gr_scan *scan, const char *again,
                                          size_t length);

#endif
