/* tests/unit/kernel_check.h - arrays with guards, and comparing kernels by their bits.
 *
 * An array stands at element alignment only (never at a vector's) between two guards; a
 * kernel that writes outside is found when the array is freed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_KERNEL_CHECK_H
#define GR_TESTS_KERNEL_CHECK_H

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/kernels.h"
#include "runner.h"

/* AddressSanitizer has guards of its own, which see reading too. */
#if defined(__SANITIZE_ADDRESS__)
enum { GUARD = 0, GUARD_BYTE = 0xa5 };
#else
enum { GUARD = 64, GUARD_BYTE = 0xa5 };
#endif

typedef struct array {
    const gr_kernels *k; /* tells the precision */
    size_t count;
    unsigned char *raw;
    void *data;
} array;

/* for every precision p, and for every kernel table k of precision p, the first is ref */
#define EACH_PRECISION(p) \
    for (gradus_precision p = GRADUS_FLOAT32; p <= GRADUS_FLOAT64; p++)
#define EACH_CPU(cpu) for (gr_cpu cpu = GR_CPU_REF; cpu <= gr_cpu_best(); cpu++)

static inline array array_new(const gr_kernels *k, size_t count)
{
    array a = {.k = k, .count = count};
    a.raw = malloc(2 * GUARD + (count + 1) * k->size);
    assert_non_null(a.raw);
    a.data = a.raw + GUARD + k->size;
    memset(a.raw, GUARD_BYTE, 2 * GUARD + (count + 1) * k->size);
    return a;
}

static inline void array_free(array *a)
{
    const unsigned char *end = (unsigned char *)a->data + a->count * a->k->size;
    for (int i = 0; i < GUARD; i++) {
        assert_int_equal(a->raw[i], GUARD_BYTE);
        assert_int_equal(end[i], GUARD_BYTE);
    }
    free(a->raw);
}

static inline double get(const array *a, size_t i)
{
    return a->k->size == 4 ? (double)((const float *)a->data)[i]
                           : ((const double *)a->data)[i];
}

static inline void set(array *a, size_t i, double x)
{
    if (a->k->size == 4)
        ((float *)a->data)[i] = (float)x;
    else
        ((double *)a->data)[i] = x;
}

static inline array array_copy(const array *from)
{
    array a = array_new(from->k, from->count);
    memcpy(a.data, from->data, a.count * a.k->size);
    return a;
}

static uint64_t random_state = 1;

/* uniform in [0, 1) */
static inline double uniform(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (double)(random_state >> 11) * 0x1p-53;
}

static inline double between(double low, double high)
{
    return low + (high - low) * uniform();
}

static inline array array_between(const gr_kernels *k, size_t count, double low,
                                  double high)
{
    array a = array_new(k, count);
    for (size_t i = 0; i < count; i++)
        set(&a, i, between(low, high));
    return a;
}

/* ordinary numbers, and among them everything that is not */
static inline array array_odd(const gr_kernels *k, size_t count)
{
    const double odd[] = {0,       -0.0,     INFINITY, -INFINITY, NAN, 1,    -1,
                          FLT_MIN, FLT_MAX,  -FLT_MAX, 0x1p-149,  -88, 1e-20, 104,
                          DBL_MAX, -DBL_MAX, DBL_MIN,  0x1p-1074, 708, -745, -1e-300};
    array a = array_between(k, count, -4, 4);
    for (size_t i = 0; i < count; i++)
        if (uniform() < 0.3)
            set(&a, i, odd[(size_t)(uniform() * (double)(sizeof odd / sizeof *odd))]);
    return a;
}

/* equal bits, any NaN for any other */
static inline void assert_same_array(const array *expected, const array *got)
{
    assert_int_equal(expected->count, got->count);
    const size_t size = expected->k->size;
    for (size_t i = 0; i < got->count; i++) {
        const unsigned char *e = (unsigned char *)expected->data + i * size;
        const unsigned char *g = (unsigned char *)got->data + i * size;
        if (memcmp(e, g, size) == 0 || (isnan(get(expected, i)) && isnan(get(got, i))))
            continue;
        fail_msg("%s, %zu bytes: element %zu is %a, not %a", gr_cpu_name(got->k->cpu),
                 size, i, get(got, i), get(expected, i));
    }
}

static inline void assert_same_doubles(size_t count, const double *expected,
                                       const double *got)
{
    for (size_t i = 0; i < count; i++)
        if (memcmp(&expected[i], &got[i], sizeof(double)) != 0 &&
            !(isnan(expected[i]) && isnan(got[i])))
            fail_msg("element %zu is %a, not %a", i, got[i], expected[i]);
}

/* |got - expected| <= bound max(1, |expected|) */
static inline void assert_near(double expected, double got, double bound)
{
    double size = fabs(expected) > 1 ? fabs(expected) : 1;
    if (!(fabs(got - expected) <= bound * size))
        fail_msg("%.17g is not %.17g (bound %g)", got, expected, bound);
}

/* rounding unit of a precision, times a number of operations */
static inline double roundings(const gr_kernels *k, double count)
{
    return count * (k->size == 4 ? FLT_EPSILON : DBL_EPSILON);
}

#endif
