/*
 * cli/text.h - numbers and names as people read them
 *
 * The functions that return text write into one of a few static rooms, in turn: up to
 * TEXT_ROOMS of their results can stand in one printf, none may be kept.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TEXT_ROOMS = 16 };

const char *text_count(uint64_t number);                /* 48,842 */
const char *text_share(double share, int digits);       /* 0.857 -> "85.7 %" */
/* With so many significant digits, and all those before the point: 14,999.
 * text_number leaves out zeros at the end; digits 0 are as many as it takes. */
const char *text_number(double number, int digits);
const char *text_fixed(double number, int digits);
const char *text_bytes(uint64_t bytes);                 /* "48 KB" */
const char *text_seconds(double seconds);               /* "2.4 s" */
const char *text_clock(double seconds);                 /* "1:05" */
const char *text_digest(uint64_t digest);               /* "7c1f-90ab-22d4-e613" */
const char *text_digest_plain(uint64_t digest);         /* "7c1f90ab22d4e613" */

/* A name from a file, safe for a terminal, cut to about 60 columns. */
const char *text_name(const char *name);

/* The same in exactly so many columns, 4 to 60: padded, or cut with ".." at its end. */
const char *text_cut(const char *name, size_t columns);

/*
 * Copies text so that no byte of it can move a terminal: control characters (but those
 * in `but`) and bytes that are not UTF-8 become \xNN. Cut where `room` ends.
 */
void text_escape(const char *text, char *safe, size_t room, const char *but);

/* The same in single quotes where a shell would not take it as it is. */
void text_word(const char *text, char *word, size_t room);

/* Bytes of the UTF-8 character that begins here, or 0 where none does. */
size_t text_utf8(const char *text, size_t length);

/* Looks for the name nearest to the one that was not found. */
typedef struct cli_nearest {
    const char *wanted;
    const char *best;       /* NULL: nothing is near */
    size_t distance;
} cli_nearest;
cli_nearest nearest_start(const char *wanted);
void nearest_try(cli_nearest *search, const char *name);

/* Whether `word` is the index-th, ... of the words in "a|b|c"; -1 when none. */
int words_find(const char *words, const char *word);
/* The index-th word; its length, or 0 past the end. */
size_t words_get(const char *words, size_t index, const char **word);

#endif
