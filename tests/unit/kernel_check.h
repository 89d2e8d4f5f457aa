/* tests/unit/kernel_check.h - arrays with guards, and comparing kernels by their bits.
 *
 * An array stands between two guards: what a kernel writes outside is found when the array
 * is freed. There are the layouts of kernels/kernels.h:
 *
 *   array_...    dense, at element alignment only
 *   lines_...    panels and vectors in memory of the net: from a line of 64 bytes on
 *   matrix_...   [rows][columns] and the stride between rows. What stands beyond the columns
 *                decides nothing: it is filled with what does most harm, and not compared.
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
enum { GUARD = 4 * GR_LINE, GUARD_BYTE = 0xa5 };
#endif

typedef struct array {
    const gr_kernels *k; /* tells the precision */
    size_t count;
    unsigned char *raw, *data;    /* the guards stand around `data` */
    size_t rows, columns, stride; /* all but a matrix: one row of `count` columns */
} array;

/* for every precision p, and for every kernel table k of precision p, the first is ref */
#define EACH_PRECISION(p) \
    for (gradus_precision p = GRADUS_FLOAT32; p <= GRADUS_FLOAT64; p++)
#define EACH_CPU(cpu) for (gr_cpu cpu = GR_CPU_REF; cpu <= gr_cpu_best(); cpu++)

/* `shift` bytes behind a line of 64. */
static inline array array_place(const gr_kernels *k, size_t count, size_t shift)
{
    array a = {.k = k, .count = count, .rows = 1, .columns = count, .stride = count};
    const size_t bytes = shift + 2 * GUARD + count * k->size;
    void *raw = NULL;
    assert_int_equal(posix_memalign(&raw, GR_LINE, bytes + (bytes == 0)), 0);
    a.raw = raw;
    a.data = a.raw + GUARD + shift;
    memset(a.raw, GUARD_BYTE, bytes);
    return a;
}

static inline array array_new(const gr_kernels *k, size_t count)
{
    return array_place(k, count, k->size);
}

static inline array lines_new(const gr_kernels *k, size_t count)
{
    return array_place(k, count, 0);
}

static inline void array_free(array *a)
{
    const unsigned char *end = a->data + a->count * a->k->size;
    for (const unsigned char *byte = a->raw; byte < a->data; byte++)
        assert_int_equal(*byte, GUARD_BYTE);
    for (size_t i = 0; i < GUARD; i++)
        assert_int_equal(end[i], GUARD_BYTE);
    free(a->raw);
}

static inline double get(const array *a, size_t i)
{
    return a->k->size == 4 ? (double)((const float *)(const void *)a->data)[i]
                           : ((const double *)(const void *)a->data)[i];
}

static inline void set(array *a, size_t i, double x)
{
    if (a->k->size == 4)
        ((float *)(void *)a->data)[i] = (float)x;
    else
        ((double *)(void *)a->data)[i] = x;
}

/* Element (i, j) of a matrix; its address. */
static inline double get_at(const array *a, size_t i, size_t j)
{
    return get(a, i * a->stride + j);
}

static inline void set_at(array *a, size_t i, size_t j, double x)
{
    set(a, i * a->stride + j, x);
}

static inline void *element(const array *a, size_t i)
{
    return a->data + i * a->k->size;
}

static inline array array_copy(const array *from)
{
    array a = array_place(from->k, from->count, (size_t)(from->data - from->raw) - GUARD);
    memcpy(a.data, from->data, a.count * a.k->size);
    a.rows = from->rows, a.columns = from->columns, a.stride = from->stride;
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

/* a whole number from low to high */
static inline size_t whole_between(size_t low, size_t high)
{
    return low + (size_t)(uniform() * (double)(high - low + 1));
}

/* an ordinary number, or something that is not */
static inline double odd_number(void)
{
    const double odd[] = {0,       -0.0,     INFINITY, -INFINITY, NAN, 1,    -1,
                          FLT_MIN, FLT_MAX,  -FLT_MAX, 0x1p-149,  -88, 1e-20, 104,
                          DBL_MAX, -DBL_MAX, DBL_MIN,  0x1p-1074, 708, -745, -1e-300};
    return uniform() < 0.7 ? between(-4, 4)
                           : odd[whole_between(0, sizeof odd / sizeof *odd - 1)];
}

static inline array fill_between(array a, double low, double high)
{
    for (size_t i = 0; i < a.rows; i++)
        for (size_t j = 0; j < a.columns; j++)
            set_at(&a, i, j, between(low, high));
    return a;
}

static inline array fill_odd(array a)
{
    for (size_t i = 0; i < a.count; i++)
        set(&a, i, odd_number());
    return a;
}

static inline array array_between(const gr_kernels *k, size_t count, double low,
                                  double high)
{
    return fill_between(array_new(k, count), low, high);
}

static inline array array_odd(const gr_kernels *k, size_t count)
{
    return fill_odd(array_new(k, count));
}

static inline array lines_between(const gr_kernels *k, size_t count, double low, double high)
{
    return fill_between(lines_new(k, count), low, high);
}

static inline array lines_odd(const gr_kernels *k, size_t count)
{
    return fill_odd(lines_new(k, count));
}

/* ---- matrices ---- */

static inline array matrix_odd(const gr_kernels *k, size_t rows, size_t columns)
{
    const size_t stride = gr_stride(columns, k->size);
    array a = fill_odd(lines_new(k, rows * stride));
    a.rows = rows, a.columns = columns, a.stride = stride;
    return a;
}

static inline array matrix_between(const gr_kernels *k, size_t rows, size_t columns,
                                   double low, double high)
{
    return fill_between(matrix_odd(k, rows, columns), low, high);
}

/* Gradients are 0 beyond their columns, in whole lines, and must stay so: else they would
 * become gradients of weights that do not exist. */
static inline void clear_beyond(array *a)
{
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = a->columns; j < a->stride; j++)
            set_at(a, i, j, 0);
}

static inline void assert_clear_beyond(const array *a)
{
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = a->columns; j < a->stride; j++)
            if (get_at(a, i, j) != 0)
                fail_msg("%s, %zu bytes: row %zu has %a in column %zu of %zu",
                         gr_cpu_name(a->k->cpu), a->k->size, i, get_at(a, i, j), j,
                         a->columns);
}

/* ---- comparing ---- */

/* equal bits, any NaN for any other, and of matrices the columns only */
static inline void assert_same_array(const array *expected, const array *got)
{
    const size_t size = expected->k->size;
    assert_int_equal(expected->rows, got->rows);
    assert_int_equal(expected->columns, got->columns);
    for (size_t i = 0; i < got->rows; i++)
        for (size_t j = 0; j < got->columns; j++) {
            const double e = get_at(expected, i, j), g = get_at(got, i, j);
            if (memcmp(element(expected, i * expected->stride + j),
                       element(got, i * got->stride + j), size) != 0 &&
                !(isnan(e) && isnan(g)))
                fail_msg("%s, %zu bytes: element (%zu, %zu) of [%zu][%zu] is %a, not %a",
                         gr_cpu_name(got->k->cpu), size, i, j, got->rows, got->columns, g, e);
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

/* ---- arithmetic of a precision ---- */

static inline double rounded(const gr_kernels *k, double x)
{
    return k->size == 4 ? (double)(float)x : x;
}

/* a b + c, rounded once */
static inline double fused(const gr_kernels *k, double a, double b, double c)
{
    return k->size == 4 ? (double)fmaf((float)a, (float)b, (float)c) : fma(a, b, c);
}

/* rounding unit of a precision, times a number of operations */
static inline double roundings(const gr_kernels *k, double count)
{
    return count * (k->size == 4 ? FLT_EPSILON : DBL_EPSILON);
}

#endif
