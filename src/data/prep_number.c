/*
 * data/prep_number.c - scaling of number columns
 *
 * A constant column gets scale 0: the net sees 0. A missing number becomes the center, so
 * that it, too, is seen as 0, and an indicator input tells it apart.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>

#include "base/status.h"
#include "data/lanes.h"
#include "data/prep_fit.h"

/* mean = sum x / n,  variance = sum (x - mean)^2 / n */
void gr_prep_moments(const gr_column *column, const uint32_t *rows, size_t row_count,
                     double *mean, double *variance, size_t *count)
{
    gr_lanes sum = {.count = 0}, squares = {.count = 0};
    for (size_t i = 0; i < row_count; i++) {
        const double x = gr_column_number(column, rows[i]);
        if (!isnan(x))
            gr_lanes_add(&sum, x);
    }
    *count = sum.count;
    *mean = sum.count > 0 ? gr_lanes_total(&sum) / (double)sum.count : 0;
    for (size_t i = 0; i < row_count; i++) {
        const double x = gr_column_number(column, rows[i]);
        if (!isnan(x))
            gr_lanes_add(&squares, (x - *mean) * (x - *mean));
    }
    *variance = sum.count > 0 ? gr_lanes_total(&squares) / (double)sum.count : 0;
}

/* 1 / sd, or 0 for a column that is constant but for the rounding of its mean. */
double gr_prep_inverse_deviation(double mean, double variance)
{
    const double sd = sqrt(variance);
    return sd > fabs(mean) * 1e-14 && isfinite(1 / sd) ? 1 / sd : 0;
}

/* A sum of finite numbers left the range of double. */
static gradus_status fail_too_large(const gradus_data *data, const char *what)
{
    return gr_fail(GRADUS_DATA,
                   "%s: the numbers of %s are too large to be scaled: drop it, "
                   "or divide it by something",
                   data->path, what);
}

static gradus_status fit_standard(const gradus_data *data, const gr_column *column,
                                  const gr_prep_options *options, gr_prep_input *input)
{
    double variance;
    size_t count;
    gr_prep_moments(column, options->rows, options->row_count, &input->center, &variance,
                    &count);
    if (!isfinite(input->center) || !isfinite(variance))
        return fail_too_large(data, column->name);
    input->scale = gr_prep_inverse_deviation(input->center, variance);
    return GRADUS_OK;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Linear interpolation between order statistics: position q (n - 1). */
static double quantile(const double *sorted, size_t n, double q)
{
    const double at = q * (double)(n - 1), below = floor(at);
    const size_t i = (size_t)below;
    return i + 1 < n ? sorted[i] + (at - below) * (sorted[i + 1] - sorted[i]) : sorted[i];
}

/*
 * center = median,  scale = 1 / (Q(3/4) - Q(1/4)), or 2 / (max - min) where the quartiles
 * are equal, or 0. Source: Holzmüller et al., "Better by default", 2024.
 */
static gradus_status fit_robust(const gradus_data *data, const gr_column *column,
                                const gr_prep_options *options, gr_prep_input *input)
{
    double *sorted = NULL;
    size_t n = 0;
    gradus_status status = gr_allocate(data->context, options->row_count, sizeof *sorted,
                                       "a column's quantiles", &sorted);
    if (status != GRADUS_OK)
        return status;
    for (size_t i = 0; i < options->row_count; i++) {
        const double x = gr_column_number(column, options->rows[i]);
        if (!isnan(x))
            sorted[n++] = x;
    }
    if (n > 0) {
        qsort(sorted, n, sizeof *sorted, compare);
        const double spread = quantile(sorted, n, 0.75) - quantile(sorted, n, 0.25);
        const double range = sorted[n - 1] - sorted[0];
        input->center = quantile(sorted, n, 0.5);
        input->scale = spread > 0 ? 1 / spread : range > 0 ? 2 / range : 0;
        if (!isfinite(input->scale)) /* a spread below the smallest normal number */
            input->scale = 0;
        if (!isfinite(range))
            status = fail_too_large(data, column->name);
    }
    input->clip = true;
    gr_release(data->context, sorted);
    return status;
}

static gradus_status fit_none(const gradus_data *data, const gr_column *column,
                              const gr_prep_options *options, gr_prep_input *input)
{
    double variance;
    size_t count;
    gr_prep_moments(column, options->rows, options->row_count, &input->fill, &variance,
                    &count);
    input->center = 0;
    input->scale = 1;
    return isfinite(input->fill) ? GRADUS_OK : fail_too_large(data, column->name);
}

gradus_status gr_prep_fit_number(const gradus_data *data, size_t column,
                                 const gr_prep_options *options, gr_prep_input *input)
{
    static gradus_status (*const fits[])(const gradus_data *, const gr_column *,
                                         const gr_prep_options *, gr_prep_input *) = {
#define PREP(id, function) [GRADUS_SCALING_##id] = function,
#include "data/preps.def"
#undef PREP
    };
    const gr_column *cells = &data->column[column];
    gradus_status status = fits[options->scaling](data, cells, options, input);
    if (options->scaling != GRADUS_SCALING_NONE)
        input->fill = input->center;
    for (size_t i = 0; i < options->row_count && !input->indicator; i++)
        input->indicator = isnan(gr_column_number(cells, options->rows[i]));
    return status;
}

/*
 * mean = sum x / n,  variance = sum (x - mean)^2 / n   over all cells of all columns,
 * row by row, as they stand in memory: by columns it takes eight times as long
 */
static void image_moments(const gradus_data *data, const gr_prep_options *options,
                          size_t inputs, double *mean, double *variance)
{
    gr_lanes sum = {.count = 0}, squares = {.count = 0};
    *mean = *variance = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < options->row_count; i++)
            for (size_t j = 0; j < inputs; j++) {
                const double x = gr_column_number(&data->column[options->inputs[j]],
                                                  options->rows[i]);
                if (isnan(x))
                    continue;
                if (pass == 0)
                    gr_lanes_add(&sum, x);
                else
                    gr_lanes_add(&squares, (x - *mean) * (x - *mean));
            }
        if (pass == 0 && sum.count > 0)
            *mean = gr_lanes_total(&sum) / (double)sum.count;
    }
    if (sum.count > 0)
        *variance = gr_lanes_total(&squares) / (double)sum.count;
}

gradus_status gr_prep_fit_image(const gradus_data *data, const gr_prep_options *options,
                                gr_prep_input *input, size_t inputs)
{
    double mean = 0, variance = 1;
    const bool scaled = options->scaling != GRADUS_SCALING_NONE;
    if (scaled)
        image_moments(data, options, inputs, &mean, &variance);
    const double scale = scaled ? gr_prep_inverse_deviation(mean, variance) : 1;
    if (!isfinite(mean) || !isfinite(variance))
        return fail_too_large(data, "the image");
    for (size_t j = 0; j < inputs; j++) {
        input[j].center = input[j].fill = mean;
        input[j].scale = scale;
    }
    return GRADUS_OK;
}
