/*
 * bench/functions.c - activations beside the same formulas of SLEEF's vector functions
 *
 * Usage: functions. Prints a table for docs/design/functions.md: nanoseconds a value in a
 * loop over 16 KiB, for each instruction set, and the largest error in ulp of samples in
 * [-10, 10], also of SLEEF with plain formulas (exp, tanh, log1p to 1 ulp, erfc to 1.5).
 * Compiled for the machine it runs on; without AVX-512 those columns stay empty.
 *
 * SPDX-License-Identifier: MIT
 */
#include <immintrin.h>
#include <sleef.h>
#include <stdio.h>
#include <time.h>

#include "kernels/kernels.h"
#include "ulp.h"

#define NAME(name) name##_long
#define C(name) name##l
typedef long double wide;
#include "exact.inc"

enum { BYTES = 16384, REPEATS = 50, RUNS = 30, COUNT = 8, SETS = 2 };

static const struct {
    size_t id;
    const char *name;
} functions[COUNT] = {
    {GR_ACTIVATION_EXP, "exp"},   {GR_ACTIVATION_TANH, "tanh"},
    {GR_ACTIVATION_SIGMOID, "sigmoid"}, {GR_ACTIVATION_SILU, "silu"},
    {GR_ACTIVATION_MISH, "mish"}, {GR_ACTIVATION_GELU, "gelu"},
    {GR_ACTIVATION_GELU_TANH, "gelu-tanh"}, {GR_ACTIVATION_SOFTPLUS, "softplus"},
};

typedef void loop(const void *z, void *a);

/* Loops over vectors V of `real`; F(name, error) is SLEEF's function for them. */
#define LOOP(name, set, real, V, formula)                                   \
    static void name##_##set(const void *z_values, void *a_values)          \
    {                                                                       \
        const V *z = z_values;                                              \
        V *a = a_values;                                                    \
        for (size_t i = 0; i < BYTES / sizeof(V); i++) {                    \
            const V x = z[i];                                               \
            a[i] = formula;                                                 \
        }                                                                   \
    }
#define LOOPS(set, real, V, F)                                              \
    LOOP(exp, set, real, V, F(exp, u10)(x))                                 \
    LOOP(tanh, set, real, V, F(tanh, u10)(x))                               \
    LOOP(sigmoid, set, real, V, (real)1 / ((real)1 + F(exp, u10)(-x)))      \
    LOOP(silu, set, real, V, x / ((real)1 + F(exp, u10)(-x)))               \
    LOOP(mish, set, real, V, x * F(tanh, u10)(F(log1p, u10)(F(exp, u10)(x)))) \
    LOOP(gelu, set, real, V, (real)0.5 * x * F(erfc, u15)((real)-0.70710678118654752 * x)) \
    LOOP(gelu_tanh, set, real, V,                                           \
         (real)0.5 * x * ((real)1 + F(tanh, u10)((real)0.79788456080286536 * \
                                                (x + (real)0.044715 * x * x * x)))) \
    LOOP(softplus, set, real, V, F(log1p, u10)(F(exp, u10)(x)))
#define EACH(set) \
    {exp_##set, tanh_##set, sigmoid_##set, silu_##set, mish_##set, gelu_##set, \
     gelu_tanh_##set, softplus_##set}

#define F32_AVX2(name, error) Sleef_##name##f8_##error##avx2
#define F64_AVX2(name, error) Sleef_##name##d4_##error##avx2
LOOPS(f32_avx2, float, __m256, F32_AVX2)
LOOPS(f64_avx2, double, __m256d, F64_AVX2)
#if defined(__AVX512F__)
#define F32_AVX512(name, error) Sleef_##name##f16_##error##avx512f
#define F64_AVX512(name, error) Sleef_##name##d8_##error##avx512f
LOOPS(f32_avx512, float, __m512, F32_AVX512)
LOOPS(f64_avx512, double, __m512d, F64_AVX512)
#endif

/* of each precision and instruction set from AVX2 on */
static loop *const sleef[2][SETS][COUNT] = {
#if defined(__AVX512F__)
    {EACH(f32_avx2), EACH(f32_avx512)},
    {EACH(f64_avx2), EACH(f64_avx512)},
#else
    {EACH(f32_avx2)},
    {EACH(f64_avx2)},
#endif
};

static _Alignas(GR_LINE) char z[BYTES], a[BYTES];

static double at(const char *x, const gr_kernels *k, size_t i)
{
    return k->size == 4 ? (double)((const float *)(const void *)x)[i]
                        : ((const double *)(const void *)x)[i];
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* once: gradus where `other` is NULL */
static void compute(const gr_kernels *k, size_t id, loop *other)
{
    if (other)
        other(z, a);
    else
        k->activate[id].forward(BYTES / GR_LINE, k->width, 1, z, a);
}

/* nanoseconds a value, of the quickest run */
static double cost(const gr_kernels *k, size_t id, loop *other)
{
    double best = INFINITY;
    for (int run = 0; run < RUNS; run++) {
        const double start = seconds();
        for (int i = 0; i < REPEATS; i++) {
            compute(k, id, other);
            __asm__ volatile("" ::: "memory");
        }
        const double time = seconds() - start;
        best = time < best ? time : best;
    }
    return 1e9 * best / (double)(REPEATS * (BYTES / k->size));
}

static double uniform(void)
{
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) * 0x1p-53;
}

static void fill(const gr_kernels *k)
{
    for (size_t i = 0; i < BYTES / k->size; i++) {
        const double x = 20 * uniform() - 10;
        if (k->size == 4)
            ((float *)(void *)z)[i] = (float)x;
        else
            ((double *)(void *)z)[i] = x;
    }
}

static double error(const gr_kernels *k, size_t id, loop *other)
{
    double worst = 0;
    for (int block = 0; block < 100; block++) {
        fill(k);
        compute(k, id, other);
        for (size_t i = 0; i < BYTES / k->size; i++) {
            const long double exact = exact_long(id, 1, at(z, k, i));
            const double ulps = k->size == 4 ? ulp_float(exact, at(a, k, i))
                                             : ulp_double(exact, at(a, k, i));
            worst = ulps > worst ? ulps : worst;
        }
    }
    return worst;
}

/* | gradus AVX2 | gradus AVX-512 | its error | and the same of SLEEF | */
static void row(gradus_precision p, size_t f)
{
    printf("| %s | %s ", functions[f].name, p == GRADUS_FLOAT32 ? "float" : "double");
    for (int other = 0; other < 2; other++) {
        for (int set = 0; set < SETS; set++) {
            const gr_cpu cpu = set ? GR_CPU_AVX512 : GR_CPU_AVX2;
            if (cpu > gr_cpu_best() || !sleef[p][set][f]) {
                printf("| – ");
                continue;
            }
            const gr_kernels *k = gr_kernels_find(cpu, p);
            fill(k);
            printf("| %.2f ", cost(k, functions[f].id, other ? sleef[p][set][f] : NULL));
        }
        const gr_kernels *k = gr_kernels_find(GR_CPU_AVX2, p);
        printf("| %.3g ", error(k, functions[f].id, other ? sleef[p][0][f] : NULL));
    }
    puts("|");
}

int main(void)
{
    if (gr_cpu_best() < GR_CPU_AVX2) {
        fputs("functions: SLEEF is only called from AVX2 on\n", stderr);
        return 1;
    }
    puts("| function | | gradus AVX2 | AVX-512 | ulp | SLEEF AVX2 | AVX-512 | ulp |\n"
         "|---|---|---|---|---|---|---|---|");
    for (gradus_precision p = GRADUS_FLOAT32; p <= GRADUS_FLOAT64; p++)
        for (size_t f = 0; f < COUNT; f++)
            row(p, f);
    return 0;
}
