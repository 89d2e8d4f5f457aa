/*
 * cli/check_library.c - gradus check grad --self: every combination the library has
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "check.h"
#include "message.h"
#include "text.h"

enum { MOST_KINDS = 8 };

typedef struct kind_tally {
    const char *name;
    size_t cases, wrong, checked, kinks;
    double differences, dual;
} kind_tally;

typedef struct tally {
    cli_report *report;
    kind_tally kind[MOST_KINDS];
    size_t kinds;
    kind_tally all;
    bool named;         /* the first wrong one has been told */
} tally;

/* The larger one; NaN is larger than all. */
static double worse(double a, double b)
{
    return b <= a ? a : b;
}

static void add(kind_tally *k, const gradus_check_about *about)
{
    k->cases++;
    k->wrong += !about->right;
    k->checked += about->checked;
    k->kinks += about->kinks;
    k->differences = worse(k->differences, about->differences);
    k->dual = worse(k->dual, about->dual);
}

static kind_tally *find(tally *t, const char *name)
{
    for (size_t i = 0; i < t->kinds; i++)
        if (strcmp(t->kind[i].name, name) == 0)
            return &t->kind[i];
    t->kind[t->kinds].name = name;
    return &t->kind[t->kinds < MOST_KINDS - 1 ? t->kinds++ : t->kinds];
}

static void add_case(cli_report *report, const gradus_check_case *one,
                     const gradus_check_about *about)
{
    report_object(report, NULL);
    report_string(report, "kind", one->kind, NULL);
    report_string(report, "network", one->network, NULL);
    report_string(report, "loss", one->loss, NULL);
    report_count(report, "checked", about->checked, NULL);
    report_count(report, "kinks", about->kinks, NULL);
    report_number(report, "differences", about->differences, 0, NULL);
    report_number(report, "dual", about->dual, 0, NULL);
    report_flag(report, "right", about->right);
    check_add_worst(report, one->check);
    report_close(report);
}

static int observe(const gradus_check_case *one, void *user)
{
    tally *t = user;
    gradus_check_about about;

    gradus_check_describe(one->check, &about);
    add(find(t, one->kind), &about);
    add(&t->all, &about);
    add_case(t->report, one, &about);
    if (about.right || t->named)
        return 0;
    t->named = true;
    report_line(t->report, "first");
    report_say(t->report, "wrong one: %s, with the loss %s", one->network, one->loss);
    check_say_worst(t->report, one->check);
    return 0;
}

static void say_kinds(cli_report *report, const tally *t)
{
    report_row(report, "%-14s%7s%7s%10s%7s%13s%14s", "kind", "cases", "wrong", "checked",
               "kinks", "differences", "dual numbers");
    report_array(report, "kinds");
    for (size_t i = 0; i < t->kinds; i++) {
        const kind_tally *k = &t->kind[i];
        report_row(report, "%-14s%7zu%7zu%10s%7zu%13s%14s", k->name, k->cases, k->wrong,
                   text_count(k->checked), k->kinks, check_error(k->differences),
                   check_error(k->dual));
        report_object(report, NULL);
        report_string(report, "kind", k->name, NULL);
        report_count(report, "cases", k->cases, NULL);
        report_count(report, "wrong", k->wrong, NULL);
        report_count(report, "checked", k->checked, NULL);
        report_count(report, "kinks", k->kinks, NULL);
        report_number(report, "differences", k->differences, 0, NULL);
        report_number(report, "dual", k->dual, 0, NULL);
        report_close(report);
    }
    report_close(report);
}

gradus_status check_library(cli_report *report, const gradus_context *context,
                            const gradus_check_options *options)
{
    tally t = {.report = report};
    gradus_status status;

    report_array(report, "cases");
    status = gradus_check_library(context, options, observe, &t);
    report_close(report);
    if (status != GRADUS_OK)
        return fail_library(status);
    say_kinds(report, &t);
    report_flag(report, "right", t.all.wrong == 0);
    report_line(report, t.all.wrong == 0 ? "right" : "wrong");
    report_count(report, "combinations", t.all.cases, " combinations, ");
    report_count(report, "wrong", t.all.wrong, " wrong; ");
    report_count(report, "checked", t.all.checked, " weights and inputs, ");
    report_count(report, "kinks", t.all.kinks, " at kinks; ");
    report_say(report, "the largest error is %s by differences and %s by dual numbers",
               check_error(t.all.differences), check_error(t.all.dual));
    report_number(report, "differences", t.all.differences, 0, NULL);
    report_number(report, "dual", t.all.dual, 0, NULL);
    return t.all.wrong == 0 ? GRADUS_OK : GRADUS_NO;
}
