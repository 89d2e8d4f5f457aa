/*
 * cli/wrap.h - lines that a terminal holds
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_WRAP_H
#define CLI_WRAP_H

enum { WRAP_WIDTH = 80 };

/* Columns that UTF-8 text takes; wide characters count as one. */
int wrap_columns(const char *text, int bytes);

/* Text from a column on, word by word. */
typedef struct cli_wrap {
    const char *rest;
    int indent, column;
} cli_wrap;
cli_wrap wrap_start(const char *text, int indent);

typedef enum wrap_gap {
    WRAP_NOTHING, /* the first word */
    WRAP_BLANK,
    WRAP_LINE     /* a line of its own, behind the indent */
} wrap_gap;

/* The next word and what comes before it; its bytes, 0 at the end. */
int wrap_next(cli_wrap *wrap, const char **word, wrap_gap *gap);

#endif
