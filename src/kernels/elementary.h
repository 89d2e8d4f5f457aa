/*
 * kernels/elementary.h - transcendental functions with the same bits everywhere
 *
 * Double-precision entry points for everything outside the kernels: schedules, random
 * draws, metrics, preprocessing. Our own polynomials, written with fma (the vector forms
 * in elementary.inc are the same source). Largest error in ulp beside each name, tested
 * in tests/unit/test_elementary.c.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_KERNELS_ELEMENTARY_H
#define GR_KERNELS_ELEMENTARY_H

double gr_exp(double x);   /* 1.1 ulp */
double gr_log(double x);   /* 1 ulp; log(0) = -inf, log(<0) = NaN */
double gr_log1p(double x); /* 2 ulp */
double gr_tanh(double x);  /* 2 ulp */
double gr_erf(double x);   /* 2 ulp */
double gr_sin(double x);   /* 1 ulp for |x| <= 1e9, NaN beyond */
double gr_cos(double x);   /* 1 ulp for |x| <= 1e9, NaN beyond */
double gr_tan(double x);   /* 3 ulp, likewise */
double gr_pow(double x, double y); /* exp(y log x), x > 0; error grows with |y log x| */

/* The standard normal number of two uniform ones in (0, 1): Box-Muller,
 * sqrt(-2 log u1) cos(2 pi u2). */
double gr_normal(double u1, double u2);

#endif
