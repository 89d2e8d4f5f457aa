/*
 * kernels/elementary.c - the double functions of elementary.h, for one instruction set
 *
 * Compiled with the double kernels; dispatch.c chooses.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/dispatch.h"
#include "kernels/real.h"

#include "kernels/elementary.inc"

/* erf(x) / x - 1, z = x^2 <= 1, error 1.4e-17 */
static double erf_polynomial(double z)
{
    double p = -0x1.a23e747af2ceap-31;
    p = fma(p, z, 0x1.d3ddc4ad5ca4cp-27);
    p = fma(p, z, -0x1.5b8c6f7a43953p-23);
    p = fma(p, z, 0x1.b96b57c341498p-20);
    p = fma(p, z, -0x1.f4c82f085a671p-17);
    p = fma(p, z, 0x1.f9a296b4bb4efp-14);
    p = fma(p, z, -0x1.c02daeb705a6cp-11);
    p = fma(p, z, 0x1.565bcceeda3ebp-8);
    p = fma(p, z, -0x1.b82ce311a97d7p-6);
    p = fma(p, z, 0x1.ce2f21a03f8b9p-4);
    p = fma(p, z, -0x1.812746b03799dp-2);
    return fma(p, z, 0x1.06eba8214db68p-3);
}

/* 1 - 2 Phi(-sqrt(2) x) from 1 on */
static double error_function(double x)
{
    double y = real_min(fabs(x), 6.5), z = 1.4142135623730951 * y;
    double series = fma(y, erf_polynomial(real_min(y * y, 1)), y);
    double tail = 2 * real_bell(z) * real_tail(z);
    return real_sign(y < 1 ? series : 1 - tail, x);
}

/* (sin r - r) / r^3, z = r^2, |r| <= pi/4, error 3.5e-18 */
static double sin_polynomial(double z)
{
    double p = 0x1.5d9301b634354p-33;
    p = fma(p, z, -0x1.ae5e66a5aa71p-26);
    p = fma(p, z, 0x1.71de3578ee81ep-19);
    p = fma(p, z, -0x1.a01a019c141bap-13);
    p = fma(p, z, 0x1.111111110f89cp-7);
    return fma(p, z, -0x1.5555555555549p-3);
}

/* (cos r - 1 + r^2/2) / r^4, error 4.8e-20 */
static double cos_polynomial(double z)
{
    double p = -0x1.8fb0917ed6d39p-37;
    p = fma(p, z, 0x1.1ee9f044fb856p-29);
    p = fma(p, z, -0x1.27e4f8116c63fp-22);
    p = fma(p, z, 0x1.a01a019cbe0a3p-16);
    p = fma(p, z, -0x1.6c16c16c15217p-10);
    return fma(p, z, 0x1.555555555554cp-5);
}

/*
 * sin(x + quarters pi/2) for |x| <= 1e9, else NaN:  x = n pi/2 + r + low,  with pi/2 in
 * three parts. x - n times the first is exact, a multiple of 2^-53 below 1; n times the fourth
 * would be less than 2^-130, where |r + low| is at least 2^-62.
 */
static double circle(double x, int quarters)
{
    if (!(fabs(x) <= 1e9))
        return NAN;
    double n = fma(x, 0x1.45f306dc9c883p-1, ROUND) - ROUND;
    double first = fma(n, -0x1.921fb54442d18p+0, x);
    double second = n * -0x1.1a62633145c07p-54;
    double low = fma(n, -0x1.1a62633145c07p-54, -second); /* what the product lost */
    double r = first + second, back = r - first;
    low += (first - (r - back)) + (second - back); /* and the sum */
    low = fma(n, 0x1.f1976b7ed8fbcp-110, low);
    double z = r * r;
    quarters = (quarters + (int)n) & 3;
    double s = r + fma(r * z, sin_polynomial(z), fma(-0.5 * z, low, low));
    double w = 1 - 0.5 * z;
    double c = w + ((1 - w - 0.5 * z) + fma(z * z, cos_polynomial(z), -r * low));
    double result = quarters & 1 ? c : s;
    return quarters & 2 ? -result : result;
}

static double sine(double x) { return circle(x, 0); }
static double cosine(double x) { return circle(x, 1); }

const gr_elementary GR_NAME(elementary) = {
    real_exp, real_log, real_log1p, real_tanh, error_function, sine, cosine,
};
