/*
 * cli/explain.h - what the files of gradus explain share
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include "report.h"

/* Of more paths than this only their sum is shown. */
enum { EXPLAIN_PATHS = 4096 };

/* One example, and what is shown of it. */
typedef struct cli_lesson {
    const cli_settings *settings;
    gradus_net *net;
    const gradus_explanation *explanation;
    gradus_explanation_about about;
    double *x, *y;              /* [inputs], [outputs] */
    size_t inputs, outputs;
    double rate;
    char source[160];           /* "row 3 of iris.csv", or "" */
    size_t chain;               /* the weight that is explained, or SIZE_MAX: all */
    size_t paths;               /* of the weights shown, as far as they can be counted */
    gradus_factor *factors;     /* [about.factors] */
} cli_lesson;

/* Whether the chain of a weight is shown, and its paths one by one. */
bool lesson_shows(const cli_lesson *lesson, size_t weight);
bool lesson_lists(const cli_lesson *lesson);

gradus_unit lesson_unit_at(const cli_lesson *lesson, size_t index);
gradus_weight lesson_weight_at(const cli_lesson *lesson, size_t index);
double lesson_product(const gradus_factor *factors, size_t count);

/* A number with at most ten significant digits; up to eight of them in one printf. */
const char *lesson_number(double number);
/* The unit's sum as on paper, "w1 x1 + w2 x2 + b1", or "" where it has many terms. With
 * numbers "0.11 * 2 + 0.12 * 3 + 0". */
void lesson_sum(const cli_lesson *lesson, size_t unit, bool numbers, char *text, size_t room);

/* With all digits, in the report's JSON; and on paper, too. */
void lesson_put(cli_report *report, const cli_lesson *lesson);
void lesson_say(cli_report *report, const cli_lesson *lesson);

/* Whether the network can be drawn.  Errors   ARGUMENT: it is too large. */
gradus_status lesson_check_picture(const cli_lesson *lesson);
/* The page, the drawing as a file of its own, and as a part of the page. */
void lesson_page(const cli_lesson *lesson, FILE *stream);
void lesson_svg(const cli_lesson *lesson, FILE *stream);
void lesson_draw(const cli_lesson *lesson, FILE *stream);

/* A number on the page: rounded to see, with all its digits in an attribute, those of
 * --json. In the drawing `element` is "tspan", else "data". */
void page_number(FILE *stream, const char *element, double number, int digits);

#endif
