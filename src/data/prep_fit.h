/*
 * data/prep_fit.h - the parts of fitting, one file each
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_DATA_PREP_FIT_H
#define GR_DATA_PREP_FIT_H

#include "data/prep.h"

/* Center, scale, fill and indicator of a number column (data/prep_number.c). */
GRADUS_CHECKED gradus_status gr_prep_fit_number(const gradus_data *data, size_t column,
                                                const gr_prep_options *options,
                                                gr_prep_input *input);

/* One center and scale for all columns of an image: the mean and 1 / standard deviation
 * over all its cells. */
GRADUS_CHECKED gradus_status gr_prep_fit_image(const gradus_data *data,
                                               const gr_prep_options *options,
                                               gr_prep_input *input, size_t inputs);

/* 1 / standard deviation, or 0 for numbers that are the same but for rounding. */
double gr_prep_inverse_deviation(double mean, double variance);

/* Mean and population variance of a column over rows, missing cells left out; *count is
 * the number of cells. In GR_LANES lanes. */
void gr_prep_moments(const gr_column *column, const uint32_t *rows, size_t row_count,
                     double *mean, double *variance, size_t *count);

/* The values that get an input (data/prep_category.c). */
GRADUS_CHECKED gradus_status gr_prep_fit_category(const gradus_data *data, size_t column,
                                                  const gr_prep_options *options,
                                                  gr_prep_input *input);

/* Classes with their shares, or center and scale of the targets (data/prep_target.c). */
GRADUS_CHECKED gradus_status gr_prep_fit_targets(const gradus_data *data,
                                                 const gr_prep_options *options,
                                                 gr_prep *prep);

/* Text of a cell: the category, or the number as text in `buffer`; NULL: missing. */
const char *gr_prep_cell_text(const gr_column *column, size_t row,
                              char buffer[GRADUS_NUMBER_LENGTH]);

#endif
