/*
 * data/prep_target.c - classes, or the scale of regression targets
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "data/prep_fit.h"

static bool all_numbers(const gr_values *values)
{
    double number;
    for (size_t i = 0; i < values->count; i++)
        if (!gradus_number_read(values->text[i], strlen(values->text[i]), &number))
            return false;
    return true;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Numbers by size, equal ones ("1", "1.0") as texts. */
static int compare_numbers(const void *a, const void *b)
{
    const char *left = *(char *const *)a, *right = *(char *const *)b;
    double x = 0, y = 0;
    gradus_number_read(left, strlen(left), &x);
    gradus_number_read(right, strlen(right), &y);
    return x < y ? -1 : x > y ? 1 : strcmp(left, right);
}

/* The classes of the training rows in the order in which they are met. */
static gradus_status find_classes(const gradus_data *data, const gr_prep_options *options,
                                  gr_values *met)
{
    const gr_column *cells = &data->column[options->targets[0]];
    gradus_status status = GRADUS_OK;
    for (size_t i = 0; i < options->row_count && status == GRADUS_OK; i++) {
        char buffer[GRADUS_NUMBER_LENGTH];
        const char *text = gr_prep_cell_text(cells, options->rows[i], buffer);
        uint32_t code;
        if (text != NULL)
            status = gr_values_add(data->context, met, text, strlen(text), &code);
        if (met->count > GR_PREP_CLASSES)
            return gr_fail(GRADUS_DATA, "%s: column %s has more than %d classes: is it a "
                           "number to predict (task regress)?", data->path, cells->name,
                           GR_PREP_CLASSES);
    }
    if (status == GRADUS_OK && met->count < 2)
        return gr_fail(GRADUS_DATA, "%s: column %s has %s in the training rows: there is "
                       "nothing to tell apart; name another target", data->path,
                       cells->name, met->count == 0 ? "no class" : "only one class");
    return status;
}

static gradus_status count_shares(const gradus_data *data, const gr_prep_options *options,
                                  gr_prep *prep)
{
    const gr_column *cells = &data->column[options->targets[0]];
    double rows = 0;
    gradus_status status = gr_allocate(data->context, prep->classes.count, sizeof(double),
                                       "class shares", &prep->class_share);
    for (size_t i = 0; i < options->row_count && status == GRADUS_OK; i++) {
        char buffer[GRADUS_NUMBER_LENGTH];
        const char *text = gr_prep_cell_text(cells, options->rows[i], buffer);
        if (text == NULL)
            continue;
        prep->class_share[gr_values_find(&prep->classes, text, strlen(text))]++;
        rows++;
    }
    for (size_t k = 0; k < prep->classes.count && status == GRADUS_OK; k++)
        prep->class_share[k] /= rows;
    return status;
}

static gradus_status fit_classes(const gradus_data *data, const gr_prep_options *options,
                                 gr_prep *prep)
{
    gradus_status status;
    gr_values met = {0};
    char **sorted = NULL;
    GR_TRY(find_classes(data, options, &met));
    GR_TRY(gr_allocate(data->context, met.count, sizeof *sorted, "class names", &sorted));
    memcpy(sorted, met.text, met.count * sizeof *sorted);
    qsort(sorted, met.count, sizeof *sorted,
          all_numbers(&met) ? compare_numbers : compare_texts);
    for (size_t k = 0; k < met.count; k++) {
        uint32_t code;
        GR_TRY(gr_values_add(data->context, &prep->classes, sorted[k], strlen(sorted[k]),
                             &code));
    }
    GR_TRY(count_shares(data, options, prep));
done:
    gr_release(data->context, sorted);
    gr_values_free(data->context, &met);
    return status;
}

static gradus_status fit_number(const gradus_data *data, size_t column,
                                const gr_prep_options *options, gr_prep_target *target)
{
    double variance;
    size_t count;
    gr_prep_moments(&data->column[column], options->rows, options->row_count,
                    &target->mean, &variance, &count);
    target->center = 0;
    target->scale = 1;
    if (!isfinite(target->mean) || !isfinite(variance))
        return gr_fail(GRADUS_DATA,
                       "%s: the numbers of the target %s are too large to be "
                       "scaled: divide them by something",
                       data->path, target->name);
    if (gr_prep_inverse_deviation(target->mean, variance) == 0)
        return gr_fail(GRADUS_DATA, "%s: the target %s is the same in every training row: "
                       "there is nothing to learn; name another target",
                       data->path, target->name);
    if (!options->scale_target)
        return GRADUS_OK;
    target->center = target->mean;
    target->scale = gr_prep_inverse_deviation(target->mean, variance);
    return GRADUS_OK;
}

gradus_status gr_prep_fit_targets(const gradus_data *data, const gr_prep_options *options,
                                  gr_prep *prep)
{
    gradus_status status;
    GR_TRY(gr_allocate(data->context, options->target_count, sizeof *prep->target,
                       "targets", &prep->target));
    prep->targets = options->target_count;
    for (size_t t = 0; t < prep->targets; t++) {
        const char *name = data->column[options->targets[t]].name;
        gr_prep_target *target = &prep->target[t];
        target->scale = 1;
        GR_TRY(gr_copy_text(data->context, name, strlen(name), &target->name));
        if (prep->task == GRADUS_REGRESSION)
            GR_TRY(fit_number(data, options->targets[t], options, target));
    }
    if (prep->task == GRADUS_CLASSIFICATION)
        GR_TRY(fit_classes(data, options, prep));
done:
    return status;
}
