/*
 * task/examples.c - rows of a table as the arrays a net learns from
 *
 * SPDX-License-Identifier: MIT
 */
#include "task/examples.h"

#include <math.h>

#include "base/memory.h"
#include "base/status.h"

bool gr_read_target(const gr_prep_binding *binding, size_t row, uint32_t *label,
                    double *y)
{
    const gr_prep *prep = binding->prep;

    if (prep->task == GRADUS_CLASSIFICATION) {
        *label = gr_prep_class(binding, row);
        return *label != GR_MISSING;
    }
    for (size_t t = 0; t < prep->targets; t++) {
        const double value = gr_prep_target_value(binding, row, t);
        if (isnan(value))
            return false;
        y[t] = (value - prep->target[t].center) * prep->target[t].scale;
    }
    return true;
}

static gradus_status check_counts(const gr_prep *prep, size_t row, const double *y)
{
    for (size_t t = 0; t < prep->targets; t++)
        if (!(y[t] >= 0))
            return gr_fail(GRADUS_DATA, "row %zu: target \"%s\" is below 0, and the loss "
                           "\"poisson\" is for counts: take another loss",
                           row + 1, prep->target[t].name);
    return GRADUS_OK;
}

static gradus_status read_weight(const gr_column *column, size_t row, double *weight)
{
    *weight = gr_column_number(column, row);
    if (*weight >= 0 && isfinite(*weight))
        return GRADUS_OK;
    return gr_fail(GRADUS_DATA, "row %zu: weight \"%s\" is %s: give each row a number "
                   "from 0 up", row + 1, column->name,
                   isnan(*weight) ? "missing" : *weight < 0 ? "below 0" : "infinite");
}

static gradus_status allocate(const gr_examples_options *o, gr_examples *e)
{
    gradus_status status;
    const gr_prep *prep = o->prep;
    const size_t size = o->kernels->size;

    if (prep->width > SIZE_MAX / size / 2)
        return gr_fail(GRADUS_MEMORY, "examples: %zu inputs are too many", prep->width);
    GR_TRY(gr_allocate(e->context, o->count, prep->width * size, "examples", &e->x));
    if (prep->task == GRADUS_CLASSIFICATION)
        GR_TRY(gr_allocate(e->context, o->count, sizeof *e->label, "classes", &e->label));
    else
        GR_TRY(gr_allocate(e->context, o->count, prep->targets * size, "targets", &e->y));
    if (o->weight != NULL || o->class_weight != NULL)
        GR_TRY(gr_allocate(e->context, o->count, sizeof *e->weight, "weights",
                           &e->weight));
done:
    return status;
}

static void *element(const gr_kernels *kernels, void *array, size_t index)
{
    return (char *)array + index * kernels->size;
}

/* What reading rows needs beside the options. */
typedef struct reading {
    const gr_examples_options *o;
    gr_examples *e;
    gr_prep_binding binding;
    const gr_column *weight; /* or NULL */
    double *x, *y;           /* a row in double: [width], [targets] */
} reading;

static gradus_status open_reading(reading *r)
{
    gradus_status status;
    const gr_examples_options *o = r->o;

    GR_TRY(gr_prep_bind(o->prep, o->data, true, &r->binding));
    if (o->weight != NULL) {
        size_t column;
        GR_TRY(gr_data_find(o->data, o->weight, "--weight", &column));
        r->weight = &o->data->column[column];
        if (r->weight->kind != GRADUS_NUMBER)
            GR_TRY(gr_fail(GRADUS_DATA, "--weight: \"%s\" holds text, and weights are "
                           "numbers", o->weight));
    }
    GR_TRY(gr_allocate(r->e->context, o->prep->width + o->prep->targets, sizeof *r->x,
                       "a row", &r->x));
    r->y = r->x + o->prep->width;
done:
    return status;
}

static gradus_status put_weight(const reading *r, size_t row, uint32_t label,
                                double *weight)
{
    gradus_status status = GRADUS_OK;
    double of_row = 1;

    if (r->weight != NULL)
        status = read_weight(r->weight, row, &of_row);
    *weight = r->o->class_weight == NULL ? of_row : of_row * r->o->class_weight[label];
    return status;
}

/* Puts one row of the table behind the others. */
static gradus_status add_row(const reading *r, size_t row)
{
    const gr_examples_options *o = r->o;
    const gr_prep *prep = o->prep;
    gr_examples *e = r->e;
    const size_t at = e->set.rows;
    uint32_t label = 0;
    gradus_status status = GRADUS_OK;

    if (!gr_read_target(&r->binding, row, &label, r->y)) {
        e->unknown++;
        return GRADUS_OK;
    }
    if (o->counts)
        GR_TRY(check_counts(prep, row, r->y));
    if (e->weight != NULL)
        GR_TRY(put_weight(r, row, label, &e->weight[at]));
    if (prep->task == GRADUS_CLASSIFICATION)
        e->label[at] = label;
    else
        o->kernels->from_double(prep->targets, r->y,
                                element(o->kernels, e->y, at * prep->targets));
    gr_prep_row(&r->binding, row, r->x, NULL, NULL);
    o->kernels->from_double(prep->width, r->x,
                            element(o->kernels, e->x, at * prep->width));
    e->set.rows++;
done:
    return status;
}

gradus_status gr_examples_new(const gr_examples_options *o, gr_examples *e)
{
    gradus_status status;
    reading r = {.o = o, .e = e};

    *e = (gr_examples){.context = o->prep->context};
    GR_TRY(open_reading(&r));
    GR_TRY(allocate(o, e));
    for (size_t i = 0; i < o->count; i++)
        GR_TRY(add_row(&r, o->rows == NULL ? i : o->rows[i]));
    e->set.x = e->x;
    e->set.y = e->y;
    e->set.label = e->label;
    e->set.weight = e->weight;
done:
    gr_release(e->context, r.x);
    gr_prep_unbind(&r.binding);
    if (status != GRADUS_OK)
        gr_examples_free(e);
    return status;
}

void gr_examples_free(gr_examples *e)
{
    if (e->context == NULL)
        return;
    gr_release(e->context, e->x);
    gr_release(e->context, e->y);
    gr_release(e->context, e->label);
    gr_release(e->context, e->weight);
    *e = (gr_examples){0};
}
