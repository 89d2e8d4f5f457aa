/*
 * kernels/dispatch.h - the tables that exist, for dispatch.c to choose from
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_KERNELS_DISPATCH_H
#define GR_KERNELS_DISPATCH_H

#include "kernels/kernels.h"

typedef struct gr_elementary {
    double (*exp)(double x);
    double (*log)(double x);
    double (*log1p)(double x);
    double (*tanh)(double x);
    double (*erf)(double x);
    double (*sin)(double x);
    double (*cos)(double x);
} gr_elementary;

extern const gr_kernels gr_kernels_f32_ref, gr_kernels_f64_ref;
extern const gr_elementary gr_elementary_f64_ref;
#if defined(__x86_64__)
extern const gr_kernels gr_kernels_f32_avx2, gr_kernels_f64_avx2;
extern const gr_elementary gr_elementary_f64_avx2;
extern const gr_kernels gr_kernels_f32_avx512, gr_kernels_f64_avx512;
#endif

#endif
