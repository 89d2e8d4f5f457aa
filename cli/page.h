/*
 * cli/page.h - what all pages and drawings share: the head, the style, safe text
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include <stdio.h>

/* From <!DOCTYPE> to the first heading, with the style of pages and charts, and a further one
 * or NULL; and the end. */
void page_start(FILE *stream, const char *title, const char *further_style);
void page_end(FILE *stream);

/* Text that no browser and no XML parser reads as anything else. */
void page_escape(FILE *stream, const char *text);

#endif
