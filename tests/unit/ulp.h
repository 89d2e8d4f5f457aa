/* tests/unit/ulp.h - errors in units of the last place.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_ULP_H
#define GR_TESTS_ULP_H

#include <float.h>
#include <math.h>

/*
 * |got - exact| over the distance of two neighbours at `exact` in a format of `digits`
 * binary digits whose smallest normal number is 2^lowest; a result that rounds to infinity
 * is measured as 2^highest. NaN for NaN is 0, NaN for anything else infinite.
 */
static inline double ulp_of(long double exact, double got, int digits, int lowest,
                            int highest)
{
    if (isnan(exact) || isnan(got))
        return isnan(exact) && isnan(got) ? 0 : INFINITY;
    long double end = ldexpl(1, highest);
    long double e = fabsl(exact) > end ? copysignl(end, exact) : exact;
    long double g = isinf(got) ? copysignl(end, got) : (long double)got;
    int exponent;
    frexpl(e, &exponent);
    if (e == 0 || exponent - 1 < lowest)
        exponent = lowest + 1;
    if (exponent > highest)
        exponent = highest;
    return (double)(fabsl(g - e) / ldexpl(1, exponent - digits));
}

static inline double ulp_float(long double exact, double got)
{
    return ulp_of(exact, got, FLT_MANT_DIG, FLT_MIN_EXP - 1, FLT_MAX_EXP);
}

static inline double ulp_double(long double exact, double got)
{
    return ulp_of(exact, got, DBL_MANT_DIG, DBL_MIN_EXP - 1, DBL_MAX_EXP);
}

#endif
