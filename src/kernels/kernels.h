/*
 * kernels/kernels.h - the contract between networks and arithmetic
 *
 * Raw arrays in, raw arrays out. A kernel cannot fail, allocate, lock or print. One source
 * is compiled for each precision and instruction set; all of them give the same bits:
 *
 *   - a product-sum is a chain of fused multiply-adds in ascending inner index;
 *   - sums over rows use GR_LANES lanes in double: row i goes to lane i % GR_LANES, each
 *     lane adds in ascending order, and the lanes are added as a fixed tree,
 *     ((0+4)+(2+6)) + ((1+5)+(3+7));
 *   - exp, log, tanh, ... are the polynomials of kernels/elementary.h;
 *   - NaN in gives NaN out.
 *
 * `void *` arrays hold float or double, as the table says. Rows are dense: the stride of
 * an array [rows][columns] is `columns`. Arrays do not overlap unless a comment says so.
 * Elementwise kernels may be called on any piece of an array. No alignment is needed
 * beyond that of an element.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_KERNELS_KERNELS_H
#define GR_KERNELS_KERNELS_H

#include "base/cpu.h"
#include "base/random.h"

enum {
    GR_LANES = 8,
    GR_CHAIN = 4096 /* rows of one chain of a weight gradient */
};

/*
 * C[i][j] = start[i][j] + sum_k A(i, k) * B[k][j]         i < m, j < n, k < depth
 *
 * A(i, k) = a[i * a_row + k * a_column], so that one kernel is the forward product
 * (a = x), BP2 (a = d, b = transposed weights) and BP3 (a = x read by columns).
 * The start of a chain is C as it stands when `add` is set, else bias[j], else +0.
 */
typedef struct gr_product {
    size_t m, n, depth;
    const void *a;
    size_t a_row, a_column;
    const void *b;
    size_t b_row;      /* elements from row to row of b, >= n */
    const void *bias;  /* [n] or NULL */
    void *c;
    size_t c_row;      /* elements from row to row of c, >= n */
    int add;           /* 1: continue the chains that stand in c */
} gr_product;

/* An activation of the library. Elementwise ones ignore the shape. */
typedef struct gr_activate {
    /* a[i][j] = s(z[i][j]);  a may be z */
    void (*forward)(size_t rows, size_t columns, double alpha, const void *z, void *a);
    /* dz = da * s'(z), given z and a = s(z);  dz may be da */
    void (*backward)(size_t rows, size_t columns, double alpha, const void *z,
                     const void *a, const void *da, void *dz);
} gr_activate;

/* kernels/activations.def: ACTIVATION(id, "name", default alpha, ...) */
typedef enum gr_activation_id {
#define ACTIVATION(id, name, alpha, has_alpha, start, trainable, smooth) GR_ACTIVATION_##id,
#include "kernels/activations.def"
#undef ACTIVATION
    GR_ACTIVATION_COUNT
} gr_activation_id;

/*
 * A loss of the library: mean over nothing, one value and one gradient row an example.
 *
 *     value[i] = loss(output[i], y[i]),  gradient[i][j] = dvalue[i] / doutput[i][j]
 *
 * Terms are computed in the precision and added in double, ascending over the outputs.
 * The fused form belongs to the last activation named in losses.def ("softmax",
 * "sigmoid", "exp"): `output` is then the pre-activation z, and the gradient is with
 * respect to z (p - y). NULL where there is none.
 */
typedef struct gr_lose {
    void (*plain)(size_t rows, size_t outputs, double delta, const void *output,
                  const void *y, double *value, void *gradient);
    void (*fused)(size_t rows, size_t outputs, double delta, const void *z,
                  const void *y, double *value, void *gradient);
} gr_lose;

/* kernels/losses.def: LOSS(id, "name", "fused activation" or NULL, task) */
typedef enum gr_loss_id {
#define LOSS(id, name, fused, task) GR_LOSS_##id,
#include "kernels/losses.def"
#undef LOSS
    GR_LOSS_COUNT
} gr_loss_id;

/* One tensor's step of an optimiser; see kernels/update.c for the formulas. */
typedef struct gr_update {
    size_t count;
    void *w;               /* changed */
    const void *g;         /* sum of gradients over the batch                        */
    void *m, *v;           /* state, as many elements as w: v where an optimiser has one
                              array, m and v where it has two; NULL where unused      */
    double gradient_scale; /* 1 / sum of example weights, times any clipping factor   */
    double rate;           /* learning rate of this step and tensor                   */
    double shrink;         /* 1 - rate * decay: w is multiplied by it first; 1: not   */
    double momentum, alpha, beta1, beta2, epsilon;
    double correct1, correct2; /* adam: 1 - beta1^t, 1 - beta2^t                      */
} gr_update;

typedef void gr_update_step(const gr_update *u);

/* kernels/optimizers.def: OPTIMIZER(id, "name", default rate, default decay, states) */
typedef enum gr_optimizer_id {
#define OPTIMIZER(id, name, rate, decay, states) GR_OPTIMIZER_##id,
#include "kernels/optimizers.def"
#undef OPTIMIZER
    GR_OPTIMIZER_COUNT
} gr_optimizer_id;

typedef struct gr_kernels {
    gr_cpu cpu;
    gradus_precision precision;
    size_t size; /* bytes of an element: 4 or 8 */

    void (*product)(const gr_product *p);
    void (*transpose)(size_t rows, size_t columns, const void *x, void *xt);

    /* y[j] (+)= sum_i d[i][j], one chain of additions over the rows from +0 (or from y
     * when add is set): BP4 */
    void (*column_sums)(size_t rows, size_t columns, const void *d, void *y, int add);

    const gr_activate *activate; /* [GR_ACTIVATION_COUNT] */
    const gr_lose *lose;         /* [GR_LOSS_COUNT] */

    /* d[i][j] *= (real)weight[i] */
    void (*scale_rows)(size_t rows, size_t columns, const double *weight, void *d);

    /* y = x + y,  y = fma(scale, x, y),  y = scale * x (scale rounded to the precision) */
    void (*add)(size_t count, const void *x, void *y);
    void (*add_scaled)(size_t count, double scale, const void *x, void *y);
    void (*scale)(size_t count, double scale, const void *x, void *y); /* y may be x */

    /*
     * Batch normalisation of columns [from, to) of x [rows][columns].
     *     mean = 1/m sum x,  var = 1/m sum (x - mean)^2   (GR_LANES, two passes, double)
     *     inverse = 1/sqrt(var + eps),  xhat = (x - mean) inverse,  y = fma(gamma, xhat, beta)
     * mean, var are out [columns] in double; xhat is out, for backward; y may be x.
     */
    void (*norm_forward)(size_t rows, size_t columns, size_t from, size_t to, double eps,
                         const void *x, const void *gamma, const void *beta, double *mean,
                         double *var, void *xhat, void *y);
    /*
     * dgamma += sum dy xhat, dbeta += sum dy, and with g = dy gamma, per column
     *     dx = (m g - sum g - xhat sum g xhat) / (m sqrt(var + eps));     dx may be dy
     * all sums in GR_LANES lanes and double.
     */
    void (*norm_backward)(size_t rows, size_t columns, size_t from, size_t to, double eps,
                          const double *var, const void *xhat, const void *gamma,
                          const void *dy, void *dgamma, void *dbeta, void *dx);
    /* y = fma(x - mean, gamma / sqrt(var + eps), beta), any rows, all columns; y may be x */
    void (*norm_infer)(size_t rows, size_t columns, double eps, const void *x,
                       const void *mean, const void *var, const void *gamma,
                       const void *beta, void *y);

    /*
     * Dropout of rows [first, first + rows) of an epoch:  y = x / (1 - rate) where the
     * unit is kept, else 0. Unit (i, j) is dropped when gr_random_word(key, first + i,
     * column + j) < rate * 2^32. The backward pass is the same call on dy. y may be x.
     */
    void (*dropout)(size_t rows, size_t columns, double rate, gr_key key, uint64_t first,
                    uint32_t column, const void *x, void *y);

    gr_update_step *const *update; /* [GR_OPTIMIZER_COUNT] */

    /* sum of squares in GR_LANES lanes and double; index of the first element that is not
     * finite, or SIZE_MAX */
    double (*square_sum)(size_t count, const void *x);
    size_t (*find_not_finite)(size_t count, const void *x);

    /* rows of x [.][columns] picked by index: y[i] = x[index[i]] */
    void (*gather)(size_t rows, size_t columns, const void *x, const uint32_t *index,
                   void *y);
    /* one-hot rows, smoothed: y[i][j] = (1 - e) [label[index[i]] = j] + e / columns */
    void (*gather_labels)(size_t rows, size_t columns, const uint32_t *label,
                          const uint32_t *index, double smoothing, void *y);

    /* to and from double, rounded to nearest */
    void (*from_double)(size_t count, const double *x, void *y);
    void (*to_double)(size_t count, const void *x, double *y);
} gr_kernels;

/* The table for a precision and instruction set; cannot fail for a cpu <= gr_cpu_best(). */
const gr_kernels *gr_kernels_find(gr_cpu cpu, gradus_precision precision);

/* Sum of doubles in GR_LANES lanes and the fixed tree above. */
double gr_sum(size_t count, const double *x);

#endif
