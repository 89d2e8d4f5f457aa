/*
 * store/prep_json.c - fitted preprocessing as JSON: columns, targets, classes
 *
 * Each part is written and read by two functions that stand one under the other and name
 * the same members in the same order.
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/prep_json.h"

#include <string.h>

#include "base/status.h"

static const char *const flags[2] = {"false", "true"};
static const char *const kinds[2] = {"\"number\"", "\"category\""};

/* ---- a list of names, no two of them equal ---- */

static gradus_status write_values(gr_text *out, const gr_values *values)
{
    gradus_status status;
    GR_TRY(gr_json_add_key(out, "values"));
    GR_TRY(gr_text_add(out, "["));
    for (size_t v = 0; v < values->count; v++) {
        GR_TRY(gr_text_add(out, "%s", v == 0 ? "" : ","));
        GR_TRY(gr_json_add_string(out, NULL, values->text[v]));
    }
    GR_TRY(gr_text_add(out, "]"));
done:
    return status;
}

static gradus_status read_value(gr_scan *scan, const char *key, gr_values *values)
{
    gradus_status status;
    size_t start = scan->position, count = values->count;
    char *text = NULL;
    uint32_t code;
    GR_TRY(gr_scan_string(scan, key, &text));
    GR_TRY(gr_values_add(scan->context, values, text, strlen(text), &code));
    if (code != count) {
        scan->position = start;
        GR_TRY(gr_scan_fail(scan, "this name stands in the list twice"));
    }
done:
    gr_release(scan->context, text);
    return status;
}

static gradus_status read_values(gr_scan *scan, gr_values *values)
{
    gradus_status status;
    GR_TRY(gr_scan_key(scan, "values"));
    GR_TRY(gr_scan_literal(scan, "["));
    while (!gr_scan_skip(scan, "]")) {
        GR_TRY(gr_scan_literal(scan, values->count == 0 ? "" : ","));
        GR_TRY(read_value(scan, NULL, values));
    }
done:
    return status;
}

/* ---- columns: what the net sees ---- */

static gradus_status write_column(gr_text *out, const gr_prep_input *input)
{
    gradus_status status;
    GR_TRY(gr_text_add(out, "{"));
    GR_TRY(gr_json_add_string(out, "name", input->name));
    GR_TRY(gr_json_add_choice(out, "kind", kinds, input->kind == GRADUS_CATEGORY));
    if (input->kind == GRADUS_CATEGORY) {
        GR_TRY(write_values(out, &input->values));
    } else {
        GR_TRY(gr_json_add_number(out, "center", input->center));
        GR_TRY(gr_json_add_number(out, "scale", input->scale));
        GR_TRY(gr_json_add_number(out, "fill", input->fill));
        GR_TRY(gr_json_add_choice(out, "clip", flags, input->clip));
        GR_TRY(gr_json_add_choice(out, "indicator", flags, input->indicator));
    }
    GR_TRY(gr_text_add(out, "}"));
done:
    return status;
}

static gradus_status read_column(gr_scan *scan, gr_prep_input *input)
{
    gradus_status status;
    bool category;
    GR_TRY(gr_scan_literal(scan, "{"));
    GR_TRY(gr_scan_string(scan, "name", &input->name));
    GR_TRY(gr_scan_choice(scan, "kind", kinds, &category));
    input->kind = category ? GRADUS_CATEGORY : GRADUS_NUMBER;
    if (category) {
        GR_TRY(read_values(scan, &input->values));
    } else {
        GR_TRY(gr_scan_number(scan, "center", &input->center));
        GR_TRY(gr_scan_number(scan, "scale", &input->scale));
        GR_TRY(gr_scan_number(scan, "fill", &input->fill));
        GR_TRY(gr_scan_choice(scan, "clip", flags, &input->clip));
        GR_TRY(gr_scan_choice(scan, "indicator", flags, &input->indicator));
    }
    GR_TRY(gr_scan_literal(scan, "}"));
done:
    return status;
}

static gradus_status write_columns(gr_text *out, const gr_prep *prep)
{
    gradus_status status;
    GR_TRY(gr_json_add_key(out, "columns"));
    GR_TRY(gr_text_add(out, "["));
    for (size_t i = 0; i < prep->inputs; i++) {
        GR_TRY(gr_text_add(out, "%s", i == 0 ? "" : ","));
        GR_TRY(write_column(out, &prep->input[i]));
    }
    GR_TRY(gr_text_add(out, "]"));
done:
    return status;
}

static gradus_status read_columns(gr_scan *scan, gr_prep *prep)
{
    gradus_status status;
    GR_TRY(gr_scan_key(scan, "columns"));
    GR_TRY(gr_scan_literal(scan, "["));
    while (!gr_scan_skip(scan, "]")) {
        size_t count = prep->inputs;
        GR_TRY(gr_scan_literal(scan, count == 0 ? "" : ","));
        GR_TRY(gr_json_grow(prep->context, count, sizeof *prep->input, &prep->input));
        prep->inputs++;
        GR_TRY(read_column(scan, &prep->input[count]));
    }
done:
    return status;
}

/* ---- targets: their scale is there for regression only ---- */

static gradus_status write_targets(gr_text *out, const gr_prep *prep)
{
    gradus_status status;
    GR_TRY(gr_json_add_key(out, "targets"));
    GR_TRY(gr_text_add(out, "["));
    for (size_t t = 0; t < prep->targets; t++) {
        const gr_prep_target *target = &prep->target[t];
        GR_TRY(gr_text_add(out, "%s{", t == 0 ? "" : ","));
        GR_TRY(gr_json_add_string(out, "name", target->name));
        if (prep->task == GRADUS_REGRESSION) {
            GR_TRY(gr_json_add_number(out, "center", target->center));
            GR_TRY(gr_json_add_number(out, "scale", target->scale));
            GR_TRY(gr_json_add_number(out, "mean", target->mean));
        }
        GR_TRY(gr_text_add(out, "}"));
    }
    GR_TRY(gr_text_add(out, "]"));
done:
    return status;
}

static gradus_status read_target(gr_scan *scan, gradus_task task, gr_prep_target *target)
{
    gradus_status status;
    GR_TRY(gr_scan_literal(scan, "{"));
    GR_TRY(gr_scan_string(scan, "name", &target->name));
    target->scale = 1;
    if (task == GRADUS_REGRESSION) {
        GR_TRY(gr_scan_number(scan, "center", &target->center));
        GR_TRY(gr_scan_number(scan, "scale", &target->scale));
        if (target->scale == 0)
            GR_TRY(gr_scan_fail(scan, "a target's scale is not 0"));
        GR_TRY(gr_scan_number(scan, "mean", &target->mean));
    }
    GR_TRY(gr_scan_literal(scan, "}"));
done:
    return status;
}

static gradus_status read_targets(gr_scan *scan, gr_prep *prep)
{
    gradus_status status;
    GR_TRY(gr_scan_key(scan, "targets"));
    GR_TRY(gr_scan_literal(scan, "["));
    while (!gr_scan_skip(scan, "]")) {
        size_t count = prep->targets;
        GR_TRY(gr_scan_literal(scan, count == 0 ? "" : ","));
        GR_TRY(gr_json_grow(prep->context, count, sizeof *prep->target, &prep->target));
        prep->targets++;
        GR_TRY(read_target(scan, prep->task, &prep->target[count]));
    }
done:
    return status;
}

/* ---- classes ---- */

static gradus_status write_classes(gr_text *out, const gr_prep *prep)
{
    gradus_status status;
    GR_TRY(gr_json_add_key(out, "classes"));
    GR_TRY(gr_text_add(out, "["));
    for (size_t c = 0; c < prep->classes.count; c++) {
        GR_TRY(gr_text_add(out, "%s{", c == 0 ? "" : ","));
        GR_TRY(gr_json_add_string(out, "name", prep->classes.text[c]));
        GR_TRY(gr_json_add_number(out, "share", prep->class_share[c]));
        GR_TRY(gr_text_add(out, "}"));
    }
    GR_TRY(gr_text_add(out, "]"));
done:
    return status;
}

static gradus_status read_classes(gr_scan *scan, gr_prep *prep)
{
    gradus_status status;
    double *share;
    GR_TRY(gr_scan_key(scan, "classes"));
    GR_TRY(gr_scan_literal(scan, "["));
    while (!gr_scan_skip(scan, "]")) {
        size_t count = prep->classes.count;
        GR_TRY(gr_scan_literal(scan, count == 0 ? "{" : ",{"));
        GR_TRY(read_value(scan, "name", &prep->classes));
        GR_TRY(gr_json_grow(prep->context, count, sizeof *share, &prep->class_share));
        share = &prep->class_share[count];
        GR_TRY(gr_scan_number(scan, "share", share));
        if (*share < 0 || *share > 1)
            GR_TRY(gr_scan_fail(scan, "a class's share lies between 0 and 1"));
        GR_TRY(gr_scan_literal(scan, "}"));
    }
done:
    return status;
}

/* ---- all of it ---- */

gradus_status gr_prep_write_json(const gr_prep *prep, gr_text *out)
{
    gradus_status status;
    GR_TRY(gr_json_add_string(out, "missing", prep->missing));
    GR_TRY(write_columns(out, prep));
    GR_TRY(write_targets(out, prep));
    GR_TRY(write_classes(out, prep));
done:
    return status;
}

gradus_status gr_prep_read_json(gr_scan *scan, gr_prep *prep)
{
    gradus_status status;
    bool classify = prep->task == GRADUS_CLASSIFICATION;
    GR_TRY(gr_scan_string(scan, "missing", &prep->missing));
    GR_TRY(read_columns(scan, prep));
    if (prep->inputs == 0)
        GR_TRY(gr_scan_fail(scan, "a model has one column or more"));
    GR_TRY(read_targets(scan, prep));
    if (prep->targets == 0 || (classify && prep->targets != 1))
        GR_TRY(gr_scan_fail(scan, "a model has one target or, for regression, more"));
    GR_TRY(read_classes(scan, prep));
    if (classify ? prep->classes.count < 2 : prep->classes.count != 0)
        GR_TRY(gr_scan_fail(scan,
                            "classification has two classes or more, regression none"));
    if (gr_prep_layout(prep) != GRADUS_OK)
        GR_TRY(gr_scan_fail(scan, "the columns give the network no input"));
done:
    return status;
}
