/*
 * cli/wrap.c - lines that a terminal holds
 *
 * SPDX-License-Identifier: MIT
 */
#include "wrap.h"

#include <string.h>

int wrap_columns(const char *text, int bytes)
{
    int count = 0;

    for (int i = 0; i < bytes; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

cli_wrap wrap_start(const char *text, int indent)
{
    return (cli_wrap){.rest = text, .indent = indent, .column = indent};
}

int wrap_next(cli_wrap *wrap, const char **word, wrap_gap *gap)
{
    *word = wrap->rest + strspn(wrap->rest, " ");
    const int length = (int)strcspn(*word, " "), width = wrap_columns(*word, length);

    *gap = wrap->column == wrap->indent            ? WRAP_NOTHING
           : wrap->column + 1 + width > WRAP_WIDTH ? WRAP_LINE
                                                   : WRAP_BLANK;
    if (*gap == WRAP_LINE)
        wrap->column = wrap->indent;
    wrap->column += width + (*gap == WRAP_BLANK);
    wrap->rest = *word + length;
    return length;
}
