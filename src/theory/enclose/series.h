/*
 * theory/enclose/series.h - smooth activations in double, with errors that are proved
 *
 * A function s is tabulated once, by ball arithmetic: on cells of width 1/32 between -64 and
 * 64 its Taylor polynomial, with bounds of what the polynomial and its evaluation in double
 * can be wrong by, and the ranges of s, s', s'' and s'''. From then on it costs some 30
 * multiplications. Beyond the table a function is its asymptote but for `tail`.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_ENCLOSE_SERIES_H
#define GR_THEORY_ENCLOSE_SERIES_H

#include "gradus.h"

typedef enum gr_smooth {
    GR_SMOOTH_SIGMOID,
    GR_SMOOTH_TANH,
    GR_SMOOTH_SOFTPLUS,
    GR_SMOOTH_GELU,
    GR_SMOOTH_GELU_TANH,
    GR_SMOOTH_SILU,
    GR_SMOOTH_MISH,
    GR_SMOOTH_EXP,
    GR_SMOOTH_EXPM1,    /* e^z - 1: elu and selu on the left */
    GR_SMOOTH_CLIP,     /* z / sqrt(1 + (z/3)^2): robust scaling */
    GR_SMOOTH_COUNT
} gr_smooth;

typedef struct gr_series gr_series;

/* Errors   MEMORY.     Cost   about 0.04 s.     Memory   1 MB. */
GRADUS_CHECKED gradus_status gr_series_new(const gradus_context *context, gr_smooth function,
                                           gr_series **series);
void gr_series_free(gr_series *series);

/* s(z), s'(z) and s''(z)/2, each to within error[]; an error is infinite where nothing is
 * known. */
void gr_series_at(const gr_series *series, double z, double value[3], double error[3]);

/* Where all of |z - middle| <= most lies beyond the table: s is line[0] + line[1] z there, to
 * within line[2], line[1] being 0 or 1. Else, and where that is far off, NULL. */
const double *gr_series_line(const gr_series *series, double middle, double most);

/* Ranges of s, s', s'' and s''' over [least, most]. */
void gr_series_range(const gr_series *series, double least, double most,
                     gradus_interval range[4]);

#endif
