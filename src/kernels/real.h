/*
 * kernels/real.h - what a kernel source is written in
 *
 * Every kernel source is compiled once for each precision and instruction set:
 *
 *     GR_REAL_BITS      32 or 64: `real` is float or double
 *     GR_CPU            the instruction set, a gr_cpu
 *     GR_VARIANT        what GR_NAME() adds to a symbol, such as f32_avx2
 *     GR_VECTOR_BYTES       width of a vector register
 *     GR_VECTOR_REGISTERS   how many of them there are
 *
 * Where bits could depend on the compiler they are written out: a fused multiply-add is
 * real_fma(a, b, c) = a b + c rounded once, anything else rounds after each operation
 * (-ffp-contract=off). A choice is a ?: between computed values, so that loops vectorise.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_KERNELS_REAL_H
#define GR_KERNELS_REAL_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kernels/kernels.h"

#if GR_REAL_BITS == 32
typedef float real;
typedef uint32_t real_bits;
typedef int32_t real_signed_bits;
#define real_fma fmaf
#define real_abs fabsf
#define real_sqrt sqrtf
#else
typedef double real;
typedef uint64_t real_bits;
typedef int64_t real_signed_bits;
#define real_fma fma
#define real_abs fabs
#define real_sqrt sqrt
#endif

#define GR_JOIN_(name, variant) gr_##name##_##variant
#define GR_JOIN(name, variant) GR_JOIN_(name, variant)
#define GR_NAME(name) GR_JOIN(name, GR_VARIANT)

/* Before a loop: no iteration reads what another one writes, although pointers may be
 * equal (y may be x). Compilers need to be told, or they test and run the scalar loop. */
#if defined(__clang__)
#define GR_EACH _Pragma("clang loop vectorize(assume_safety)")
#define GR_EACH_LANE GR_EACH
#else
#define GR_EACH _Pragma("GCC ivdep")
/* the same of a vector or two: gcc would take such a loop apart before it is vectorised */
#define GR_EACH_LANE GR_EACH _Pragma("GCC unroll 1")
#endif

/* A function whose arguments are constants where it is inlined, and a loop that is to be
 * unrolled with them, so that arrays of vectors become registers. */
#define GR_INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define GR_UNROLL _Pragma("clang loop unroll(full)")
#else
#define GR_UNROLL _Pragma("GCC unroll 32")
#endif

/* T, see kernels.h: where there are few registers, tiles are low, and each reads B again.
 * (On AVX-512, whose tiles take ten rows, what packing saves it costs.) */
enum { GR_TILE = GR_VECTOR_REGISTERS == 32 ? 0 : 12 * GR_VECTOR_BYTES / GR_LINE };

/* Rows that are in the lanes at once in kernels/input_gradient.c: four vectors, or two. */
enum {
    GR_GROUP_ROWS = (GR_VECTOR_REGISTERS == 32 ? 4 : 2) * (GR_VECTOR_BYTES / sizeof(real))
};

/* So few rows of softmax or a loss leave too many lanes empty to be worked abreast. */
enum { GR_FEW_ROWS = GR_VECTOR_BYTES == GR_LINE ? 4 : 8 };

/* Of rows abreast, see kernels.h. Beyond a few inputs x must be transposed between the chains'
 * steps, for which AVX-512 has the registers; doubles are twice the work, which is too much.
 * Beyond 1000, two blocks of x, the weights, and the rows that come next leave the L2 cache. */
enum {
    GR_ABREAST_INPUTS = GR_VECTOR_BYTES == GR_LINE && GR_REAL_BITS == 32 ? 1000
                                                                         : GR_ABREAST_FEW
};

/* Before the loop over the steps of a tile. Low tiles have few multiply-adds a step: four steps
 * a turn leave out one instruction in fifteen, which counts where two threads share a core.
 * With AVX-512, two are faster where there are few steps, and no slower where many; four are
 * slower. On Arm nothing is measured. With sanitizers compilers take minutes for what they see
 * unrolled. */
#if defined(GR_SANITIZED) || (GR_VECTOR_REGISTERS == 32 && GR_VECTOR_BYTES < GR_LINE)
#define GR_UNROLL_STEPS
#elif GR_VECTOR_REGISTERS == 32 && defined(__clang__)
#define GR_UNROLL_STEPS _Pragma("clang loop unroll_count(2)")
#elif GR_VECTOR_REGISTERS == 32
#define GR_UNROLL_STEPS _Pragma("GCC unroll 2")
#elif defined(__clang__)
#define GR_UNROLL_STEPS _Pragma("clang loop unroll_count(4)")
#else
#define GR_UNROLL_STEPS _Pragma("GCC unroll 4")
#endif

static inline real_bits real_to_bits(real x)
{
    real_bits bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline real real_from_bits(real_bits bits)
{
    real x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The fixed tree over GR_LANES sums. */
static inline double real_tree(const double lane[GR_LANES])
{
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/* What the families give each other and variant.c; contracts in kernels.h. */
extern const gr_activate GR_NAME(activate)[GR_ACTIVATION_COUNT];
extern const gr_lose GR_NAME(lose)[GR_LOSS_COUNT];
extern gr_update_step *const GR_NAME(update)[GR_OPTIMIZER_COUNT];
extern const gr_kernels GR_NAME(kernels);

void GR_NAME(softmax_forward)(size_t rows, size_t columns, double alpha, const void *z,
                              void *a);
void GR_NAME(softmax_backward)(size_t rows, size_t columns, double alpha, const void *z,
                               const void *a, const void *da, void *dz);
void GR_NAME(cross_entropy_softmax)(size_t rows, size_t outputs, double delta, const void *z,
                                    const void *y, double *value, void *gradient);
void GR_NAME(product)(const gr_product *p);
bool GR_NAME(shallow)(const gr_product *p); /* whether it has done it, but p->turned */
void GR_NAME(narrow)(const gr_narrow *p);
void GR_NAME(narrow_gradient)(const gr_narrow_gradient *p);
void GR_NAME(input_gradient)(const gr_input_gradient *p);
size_t GR_NAME(input_gradient_room)(size_t outputs);
void GR_NAME(abreast)(const gr_abreast *p);
void GR_NAME(single)(const gr_plain_layer *layer, size_t layers, const void *x, void *y,
                     void *room, void *other);
void GR_NAME(small_forward)(const gr_small *s);
void GR_NAME(small_backward)(const gr_small *s);
void GR_NAME(pack)(size_t rows, size_t columns, const void *x, size_t row, size_t column,
                   void *w);
void GR_NAME(unpack)(size_t rows, size_t columns, const void *w, void *x, size_t row,
                     size_t column);
void GR_NAME(transpose)(size_t inputs, size_t outputs, size_t from, size_t to,
                        const void *w, void *wt);
/* Columns k, k + 1, ... of rows, as many of each as a vector has lanes, `stride` apart. */
void GR_NAME(transpose_rows)(const real *const *row, size_t k, size_t stride, real *columns);
/* Each P rows of a panel w, those beyond `rows` taken as 0, become P rows of wt, and the next
 * ones of wt + stride. */
void GR_NAME(transpose_panel)(size_t rows, const real *w, size_t stride, real *wt);
/* P columns at most of P rows at most: to[c P + r], 0 beyond, and back in whole lines. */
void GR_NAME(load_columns)(const real *x, size_t stride, size_t rows, size_t columns, real *to);
void GR_NAME(store_columns)(const real *from, size_t rows, size_t columns, real *x,
                            size_t stride);
void GR_NAME(pack_tiles)(size_t rows, size_t columns, const void *const *x, size_t first,
                         size_t tile, void *y);
void GR_NAME(column_sums)(size_t rows, size_t columns, size_t from, size_t to,
                          const void *d, void *y);
void GR_NAME(scale_rows)(size_t rows, size_t columns, const double *weight, void *d);
void GR_NAME(add)(size_t count, const void *x, void *y);
void GR_NAME(add_scaled)(size_t count, double scale, const void *x, void *y);
void GR_NAME(scale)(size_t count, double scale, const void *x, void *y);
void GR_NAME(norm_forward)(size_t rows, size_t columns, size_t from, size_t to, double eps,
                           const void *x, const void *gamma, const void *beta,
                           double *mean, double *var, void *xhat, void *y);
void GR_NAME(norm_backward)(size_t rows, size_t columns, size_t from, size_t to,
                            double eps, const double *var, const void *xhat,
                            const void *gamma, const void *dy, void *dgamma, void *dbeta,
                            void *dx);
void GR_NAME(norm_infer)(size_t rows, size_t columns, double eps, const void *x,
                         const void *mean, const void *var, const void *gamma,
                         const void *beta, void *y);
void GR_NAME(random)(gr_key key, uint64_t row, uint32_t block, size_t blocks,
                     uint32_t *words);
void GR_NAME(dropout)(size_t rows, size_t columns, double rate, gr_key key, uint64_t first,
                      uint32_t column, const void *x, void *y);
double GR_NAME(square_sum)(size_t count, const void *x);
size_t GR_NAME(find_not_finite)(size_t count, const void *x);
void GR_NAME(gather)(size_t rows, size_t columns, const void *x, const uint32_t *index,
                     size_t stride, void *y);
void GR_NAME(gather_labels)(size_t rows, size_t columns, const uint32_t *label,
                            const uint32_t *index, double smoothing, void *y);
void GR_NAME(from_double)(size_t count, const double *x, void *y);
void GR_NAME(to_double)(size_t count, const void *x, double *y);
double GR_NAME(peak)(size_t rounds, double *sum);

#endif
