/*
 * data/prep.c - fitting a preprocessing as a whole, and its place in the net's inputs
 *
 * SPDX-License-Identifier: MIT
 */
#include "data/prep.h"

#include <string.h>

#include "base/status.h"
#include "data/prep_fit.h"

static void free_input(const gradus_context *context, gr_prep_input *input)
{
    gr_values_free(context, &input->values);
    gr_release(context, input->name);
    *input = (gr_prep_input){0};
}

void gr_prep_free(gr_prep *prep)
{
    if (prep == NULL)
        return;
    const gradus_context *context = prep->context;
    for (size_t i = 0; prep->input != NULL && i < prep->inputs; i++)
        free_input(context, &prep->input[i]);
    for (size_t t = 0; prep->target != NULL && t < prep->targets; t++)
        gr_release(context, prep->target[t].name);
    gr_release(context, prep->missing);
    gr_values_free(context, &prep->classes);
    gr_release(context, prep->class_share);
    gr_release(context, prep->target);
    gr_release(context, prep->input);
    gr_release(context, prep);
}

gradus_status gr_prep_layout(gr_prep *prep)
{
    prep->width = 0;
    for (size_t i = 0; i < prep->inputs; i++) {
        gr_prep_input *input = &prep->input[i];
        input->first = prep->width;
        if (input->kind == GRADUS_NUMBER)
            input->width = input->indicator ? 2 : 1;
        else
            input->width = input->values.count == 2 ? 1 : input->values.count;
        prep->width += input->width;
    }
    if (prep->width == 0)
        return gr_fail(GRADUS_DATA,
                       "the columns to learn from say nothing: each is the same in every "
                       "row, or its values are all rare; name other columns");
    return GRADUS_OK;
}

/* The same for every row: a constant, or a category whose values are all rare. */
static bool says_nothing(const gr_prep_input *input)
{
    return input->kind == GRADUS_NUMBER ? input->scale == 0 && !input->indicator
                                        : input->values.count == 0;
}

/* One more input, unless the column says nothing: then the model does without it. */
static gradus_status fit_input(const gradus_data *data, size_t column,
                               const gr_prep_options *options, gr_prep *prep)
{
    gradus_status status;
    gr_prep_input *input = &prep->input[prep->inputs++];
    const char *name = data->column[column].name;
    GR_TRY(gr_copy_text(data->context, name, strlen(name), &input->name));
    input->kind = data->column[column].kind;
    if (input->kind == GRADUS_CATEGORY)
        GR_TRY(gr_prep_fit_category(data, column, options, input));
    else if (!data->image)
        GR_TRY(gr_prep_fit_number(data, column, options, input));
    if (!data->image && says_nothing(input))
        free_input(data->context, &prep->input[--prep->inputs]);
done:
    return status;
}

static gradus_status fit_inputs(const gradus_data *data, const gr_prep_options *options,
                                gr_prep *prep)
{
    gradus_status status;
    GR_TRY(gr_allocate(data->context, options->input_count, sizeof *prep->input,
                       "input columns", &prep->input));
    for (size_t i = 0; i < options->input_count; i++)
        GR_TRY(fit_input(data, options->inputs[i], options, prep));
    if (data->image)
        GR_TRY(gr_prep_fit_image(data, options, prep->input, prep->inputs));
done:
    return status;
}

gradus_status gr_prep_fit(const gradus_data *data, const gr_prep_options *options,
                          gr_prep **made)
{
    gradus_status status;
    gr_prep *prep = NULL;
    *made = NULL;
    GR_TRY(gr_allocate(data->context, 1, sizeof *prep, "preprocessing", &prep));
    prep->context = data->context;
    prep->task = options->task;
    const char *marks = data->missing != NULL ? data->missing : GR_MISSING_MARKS;
    GR_TRY(gr_copy_text(data->context, marks, strlen(marks), &prep->missing));
    GR_TRY(fit_inputs(data, options, prep));
    if (prep->inputs == 0 && options->row_count == 1)
        GR_TRY(gr_fail(GRADUS_DATA,
                       "%s: there is one row to learn from, which says nothing: give more "
                       "rows, or hold out fewer", data->path));
    GR_TRY(gr_prep_layout(prep));
    GR_TRY(gr_prep_fit_targets(data, options, prep));
    *made = prep;
    prep = NULL;
done:
    gr_prep_free(prep);
    return status;
}
