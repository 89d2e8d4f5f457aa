/*
 * kernels/dispatch.c - which kernels a machine uses
 *
 * Compiled for the baseline, as is everything outside the tables it chooses from: what
 * asks whether an instruction exists must not use it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/dispatch.h"

#include <math.h>

#include "kernels/elementary.h"

const gr_kernels *gr_kernels_find(gr_cpu cpu, gradus_precision precision)
{
#if defined(__x86_64__)
    if (cpu == GR_CPU_AVX512)
        return precision == GRADUS_FLOAT32 ? &gr_kernels_f32_avx512 : &gr_kernels_f64_avx512;
    if (cpu == GR_CPU_AVX2)
        return precision == GRADUS_FLOAT32 ? &gr_kernels_f32_avx2 : &gr_kernels_f64_avx2;
#else
    (void)cpu;
#endif
    return precision == GRADUS_FLOAT32 ? &gr_kernels_f32_ref : &gr_kernels_f64_ref;
}

static const gr_elementary *elementary(void)
{
#if defined(__x86_64__)
    if (gr_cpu_best() >= GR_CPU_AVX2)
        return &gr_elementary_f64_avx2;
#endif
    return &gr_elementary_f64_ref;
}

double gr_exp(double x) { return elementary()->exp(x); }
double gr_log(double x) { return elementary()->log(x); }
double gr_log1p(double x) { return elementary()->log1p(x); }
double gr_tanh(double x) { return elementary()->tanh(x); }
double gr_erf(double x) { return elementary()->erf(x); }
double gr_sin(double x) { return elementary()->sin(x); }
double gr_cos(double x) { return elementary()->cos(x); }

double gr_tan(double x) { return gr_sin(x) / gr_cos(x); }

double gr_pow(double x, double y)
{
    return gr_exp(y * gr_log(x));
}

double gr_normal(double u1, double u2)
{
    return sqrt(-2 * gr_log(u1)) * gr_cos(6.283185307179586 * u2);
}

double gr_sum(size_t count, const double *x)
{
    double lane[GR_LANES] = {0};
    size_t i = 0;
    for (; count - i >= GR_LANES; i += GR_LANES)
        for (size_t l = 0; l < GR_LANES; l++)
            lane[l] += x[i + l];
    for (size_t l = 0; i + l < count; l++)
        lane[l] += x[i + l];
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}
