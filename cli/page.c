/*
 * cli/page.c - what all pages and drawings share: the head, the style, safe text
 *
 * A page holds no script and loads nothing. It is well-formed XML as well as HTML.
 *
 * SPDX-License-Identifier: MIT
 */
#include "page.h"

#include <string.h>

#include "chart_draw.h"
#include "text.h"

static const char style[] =
    ":root { --paper: #ffffff; --ink: #1a1a1a; --soft: #595959; --line: #c8c8c8; }\n"
    "@media screen and (prefers-color-scheme: dark) { :root { --paper: #15181c;\n"
    "  --ink: #ececec; --soft: #b0b0b0; --line: #4a4f55; } }\n"
    "body { background: var(--paper); color: var(--ink); font: 16px/1.5 sans-serif;\n"
    "  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }\n"
    "h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }\n"
    "figure { margin: 1rem 0; } section, details { overflow-x: auto; }\n"
    "table { border-collapse: collapse; margin: 0.5rem 0; }\n"
    "caption { text-align: left; font-weight: bold; }\n"
    "th, td { padding: 0.2rem 0.9rem 0.2rem 0; text-align: left;\n"
    "  border-bottom: 1px solid var(--line); white-space: nowrap; }\n"
    "td, code, pre { font-family: monospace; font-variant-numeric: tabular-nums; }\n"
    "pre { white-space: pre-wrap; overflow-wrap: anywhere; }\n"
    ".small, summary { color: var(--soft); font-size: 0.9rem; }\n"
    "svg.chart { max-width: 100%; height: auto; }\n"
    "@page { margin: 15mm; } @media print { body { margin: 0; max-width: none;\n"
    "  font-size: 11pt; } h2 { break-after: avoid; } figure { break-inside: avoid; }\n"
    "  table { font-size: 8pt; } th, td { padding-right: 0.6em; white-space: normal; } }\n";

void page_start(FILE *stream, const char *title, const char *further_style)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n"
          "<head>\n<meta charset=\"utf-8\"/>\n"
          "<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>", stream);
    page_escape(stream, title);
    fprintf(stream, "</title>\n<style>\n%s", style);
    svg_style(stream);
    fputs(further_style ? further_style : "", stream);
    fputs("</style>\n</head>\n<body>\n<h1>", stream);
    page_escape(stream, title);
    fputs("</h1>\n", stream);
}

void page_end(FILE *stream)
{
    fputs("</body>\n</html>\n", stream);
}

void page_escape(FILE *stream, const char *text)
{
    size_t length = strlen(text);

    while (length > 0) {
        const size_t bytes = text_utf8(text, length);
        const unsigned char first = (unsigned char)*text;
        if (bytes == 0 || (first < 0x20 && !strchr("\t\n", first)))
            fputs("\xef\xbf\xbd", stream); /* not allowed in XML */
        else if (bytes == 3 && first == 0xef && (unsigned char)text[1] == 0xbf &&
                 (unsigned char)text[2] >= 0xbe)
            fputs("\xef\xbf\xbd", stream); /* U+FFFE and U+FFFF neither */
        else if (strchr("<>&\"'", first))
            fprintf(stream, "&#%d;", first);
        else
            fwrite(text, 1, bytes, stream);
        text += bytes ? bytes : 1;
        length -= bytes ? bytes : 1;
    }
}
