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
 * `void *` arrays hold float or double, as the table says, and do not overlap unless a
 * comment says so. There are three layouts; P is the elements in 64 bytes:
 *
 *   matrix   [rows][columns], gr_stride(columns) elements from row to row: whole lines,
 *            an odd number of them where rows would else meet in the same sets of a cache.
 *            What stands beyond the columns is read and written, but decides nothing.
 *   panels   [columns/P][rows][P], columns rounded up: a weight [inputs][outputs], whose
 *            products then read one line after the other. A vector is one row of panels.
 *   dense    [rows][columns] without gaps: what comes from and goes to a caller.
 *
 * Matrices and panels begin at a line of 64 bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_KERNELS_KERNELS_H
#define GR_KERNELS_KERNELS_H

#include "base/cpu.h"
#include "base/random.h"

enum {
    GR_LANES = 8,
    GR_CHAIN = 4096, /* rows of one chain of a weight gradient */
    GR_LINE = 64,    /* bytes of a line: of a row of a panel */
    GR_ABREAST_LINES = 2, /* rows of a block that stand abreast, in lines */
    GR_SUMS_PANELS = 2, /* most panels of a product that takes sums along */
    GR_ABREAST_FEW = 32, /* inputs of x that is transposed in no time */
    GR_NARROW = 4,   /* most outputs of a layer that is worked with rows in the lanes */
    GR_TILED_STEPS = 512 /* most steps of a product of an A in tiles */
};

/* Panels of `columns` columns; elements from row to row of a matrix. */
static inline size_t gr_panels(size_t columns, size_t size)
{
    return (columns * size + GR_LINE - 1) / GR_LINE;
}

static inline size_t gr_stride(size_t columns, size_t size)
{
    const size_t lines = gr_panels(columns, size);
    return (lines + (lines % 8 == 0)) * (GR_LINE / size);
}

/*
 * C(i, j) = start + sum_k A(i, k) B(k, j)          i < rows, j < panels * P, k < depth
 *
 * one chain each, from bias(j) or +0. A is reached by pointers. There are two kinds:
 *
 *   by rows      A(i, k) = a[i][k],  B in panels, C a matrix: the forward product (a = x,
 *                B = W) and BP2 (a = dz, B = W^T);
 *   by columns   A(i, k) = a[k][first + i],  B a matrix, C in panels: BP3 (a = x, B = dz).
 *
 * By columns, rows of A may stand in tiles of T = gr_kernels.tile elements, `tile` elements
 * from one to the next: A(i, k) = a[k][first + i / T tile + i % T], k < GR_TILED_STEPS.
 *
 * Strides count elements from row to row of a matrix, from panel to panel of panels. C
 * takes the sums or, by columns, descends by them: C(i, j) = fma(step, sum, shrink C(i, j)).
 */
typedef struct gr_product {
    size_t rows, panels, depth;
    int by_columns;
    const void *const *a;
    size_t first;
    size_t tile;  /* only by columns: see above; 0: A stands as it is */
    const void *b;
    size_t b_stride;
    const void *bias; /* [panels][P] or NULL */
    void *c;
    size_t c_stride;
    int rectify;      /* only by rows: C is max(0, sum) */
    const void *mask; /* only by rows: C is sum relu'(mask(i, j)), a matrix like C; or NULL */
    int descend;      /* only by columns */
    const void *soon[3]; /* only by columns: panels that are read at the place of C next: they
                            are fetched meanwhile; NULL behind the last */
    size_t soon_stride;
    const void *const *ahead; /* [depth] rows whose elements from ahead_first on are fetched, as
                                 they are read soon; only by columns; or NULL */
    size_t ahead_first;
    size_t b_next; /* elements from B to that of the next product, which is fetched meanwhile;
                      only by columns; 0: none */
    void *turned; /* only by rows, of one row at least: the transpose of B, 0 beyond depth,
                     [depth/P][panels P][P], made of panels that have just been read; or NULL */
    size_t reach; /* bytes from a row of A to the one that is fetched meanwhile, as it is read
                     soon; only by rows; 0: none */
    double step, shrink;
    void *sums; /* only by columns, of a row and at most GR_SUMS_PANELS, with descend:
                   [panels][P], each of which descends by the sum of its column of B; or NULL */
    double sums_step, sums_shrink;
} gr_product;

/*
 * z(i, j) = bias[j] + sum_k x[i][k] w(k, j), the same chains, for j < outputs <= GR_NARROW,
 * with w transposed: panels [depth/P][outputs][P].
 */
typedef struct gr_narrow {
    size_t rows, outputs, depth;
    const void *const *x;
    const void *w;
    const void *bias; /* [outputs] or NULL */
    void *z;
    size_t z_stride;
} gr_narrow;

/*
 * Its gradients, for j < panels P:
 *     dx(i, j) = sum_o dz[i][o] w(j, o), times relu'(x(i, j)) if masked
 *     dw(j, o) = sum_i dz[i][o] x(i, j)                       one chain each, from +0
 */
typedef struct gr_narrow_gradient {
    size_t rows, outputs, panels;
    const void *const *dz;
    const void *x;        /* a matrix; dx is one like it */
    size_t stride;
    int masked;
    const void *w;        /* panels [outputs][P]; not read where dx is NULL */
    void *dx, *dw;        /* dw like w; one of them may be NULL: not asked for */
} gr_narrow_gradient;

/*
 * dx(i, j) = sum_k dz[i][k] w(j, k)          i < rows, j < inputs, k < outputs
 *
 * the chains of a product by rows with the transpose of w, which is not needed. Columns of dx
 * beyond, in whole lines, are 0 where those of the mask are.
 */
typedef struct gr_input_gradient {
    size_t rows, inputs, outputs; /* at least P inputs */
    const void *const *dz;        /* rows of whole lines */
    const void *w;                /* panels [outputs/P][inputs][P] */
    void *dx;
    size_t stride;                /* of dx */
    const void *mask;             /* dx times relu'(mask(i, j)), a matrix like dx; or NULL */
    void *room;                   /* whole lines: input_gradient_room(outputs) bytes */
} gr_input_gradient;

/* An activation of the library, of matrices. Elementwise ones work their whole memory. */
typedef struct gr_activate {
    /* a(i, j) = s(z(i, j));  a may be z */
    void (*forward)(size_t rows, size_t columns, double alpha, const void *z, void *a);
    /* dz = da * s'(z), given z and a = s(z);  dz may be da; z is not read, and may have
     * become a, where activations.def says that the slope follows from a */
    void (*backward)(size_t rows, size_t columns, double alpha, const void *z,
                     const void *a, const void *da, void *dz);
} gr_activate;

/* kernels/activations.def: ACTIVATION(id, "name", default alpha, ...) */
typedef enum gr_activation_id {
#define ACTIVATION(id, ...) GR_ACTIVATION_##id,
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
 * respect to z (p - y). NULL where there is none. Outputs and gradient are matrices, y is
 * dense; what stands beyond the columns of the gradient stays as it is, or becomes 0.
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

/* Where a gradient goes: it is stored, or plain descent by it changes the values. */
typedef struct gr_small_target {
    void *values;
    const gr_update *update; /* its rate, scale and shrink; NULL: stored */
} gr_small_target;

/*
 * A dense layer of at most P outputs with the activation behind it: z = W x + b, a = s(z).
 * All but x are matrices of one panel, [rows][P].
 */
typedef struct gr_small_layer {
    size_t inputs, outputs;
    int narrow;                 /* w is transposed: [outputs][P]; else [inputs][P] */
    const void *const *x;       /* rows of x; of a narrow layer a matrix of one panel */
    const void *w, *bias;       /* bias: NULL or [P] */
    void *turned;               /* [P][P], room for the transpose of w */
    void *z, *a;                /* a may be z */
    const gr_activate *activate; /* NULL: none */
    double alpha;
    void *dx;                   /* out: dLoss/dx; NULL: not asked for */
    void *da, *dz;              /* dz may be da */
    const void *const *dz_row;  /* rows of dz */
    gr_small_target to_weight, to_bias;
} gr_small_layer;

typedef struct gr_small {
    size_t rows, layers;
    gr_small_layer *layer;
} gr_small;

/* A dense layer with at most one activation behind it: z = W x + b, a = s(z). */
typedef struct gr_plain_layer {
    size_t inputs, outputs;
    int narrow;                  /* w is transposed: panels [inputs/P][outputs][P] */
    const void *w, *bias;        /* bias: NULL or [outputs] */
    int rectify;                 /* a = max(0, z) */
    int by_rows;                 /* the activation is softmax */
    const gr_activate *activate; /* NULL: none */
    double alpha;
} gr_plain_layer;

/*
 * Predictions of rows abreast, in the lanes of vectors: such layers, one behind the other;
 * only the last one's activation may need a row as a whole.
 */
typedef struct gr_abreast {
    size_t rows, layers; /* GR_ABREAST_LINES * P rows at least, or 0 */
    const void *x;       /* [rows][inputs], dense */
    void *y;             /* [rows][outputs], dense */
    const gr_plain_layer *layer;
    void *xt[2];         /* room for x: each [inputs rounded up to P][GR_ABREAST_LINES * P] */
    void *room[2];       /* of the widest layer, each [gr_stride()][GR_ABREAST_LINES * P] */
} gr_abreast;

typedef struct gr_kernels {
    gr_cpu cpu;
    gradus_precision precision;
    size_t size;  /* bytes of an element: 4 or 8 */
    size_t width; /* P, elements of a line */
    size_t tile;  /* T, rows of a tile of a product by columns; 0: tiles do not pay */
    size_t lanes; /* rows that input_gradient works at once; 0: it does not pay */
    size_t abreast_inputs; /* most inputs of a network whose rows abreast may pay */

    void (*product)(const gr_product *p);
    void (*narrow)(const gr_narrow *p);
    void (*narrow_gradient)(const gr_narrow_gradient *p);
    void (*input_gradient)(const gr_input_gradient *p);
    size_t (*input_gradient_room)(size_t outputs);
    void (*abreast)(const gr_abreast *p);

    /* Prediction of one row, x [inputs] and y [outputs], by layers one behind the other; two
     * rooms, each for a row of the widest layer in whole lines. */
    void (*single)(const gr_plain_layer *layer, size_t layers, const void *x, void *y,
                   void *room, void *other);

    /* All layers: z and a; and from da (dz without an activation) of the last one backward,
     * dx and dz, and every gradient. Weights change after dx was computed with them. */
    void (*small_forward)(const gr_small *s);
    void (*small_backward)(const gr_small *s);

    /* To panels [columns/P][rows][P], w(i, j) = x[i * row + j * column], and back. */
    void (*pack)(size_t rows, size_t columns, const void *x, size_t row, size_t column,
                 void *w);
    void (*unpack)(size_t rows, size_t columns, const void *w, void *x, size_t row,
                   size_t column);
    /* Panels [from, to) of a weight into its transpose, wt(j, i) = w(i, j); each panel of
     * wt has outputs rounded up to P rows. */
    void (*transpose)(size_t inputs, size_t outputs, size_t from, size_t to, const void *w,
                      void *wt);

    /* Columns of rows into tiles of T: y[i / T * tile + k T + i % T] = x[k][first + i],
     * i < columns, k < rows; of no use where T is 0 */
    void (*pack_tiles)(size_t rows, size_t columns, const void *const *x, size_t first,
                       size_t tile, void *y);

    /* y[j] = sum_i d(i, j) for columns of the panels [from, to), one chain of additions
     * over the rows from +0: BP4 */
    void (*column_sums)(size_t rows, size_t columns, size_t from, size_t to, const void *d,
                        void *y);

    const gr_activate *activate; /* [GR_ACTIVATION_COUNT] */
    const gr_lose *lose;         /* [GR_LOSS_COUNT] */

    /* d(i, j) *= (real)weight[i] */
    void (*scale_rows)(size_t rows, size_t columns, const double *weight, void *d);

    /* y = x + y,  y = fma(scale, x, y),  y = scale * x (scale rounded to the precision) */
    void (*add)(size_t count, const void *x, void *y);
    void (*add_scaled)(size_t count, double scale, const void *x, void *y);
    void (*scale)(size_t count, double scale, const void *x, void *y); /* y may be x */

    /*
     * Batch normalisation of columns [from, to) of a matrix x [rows][columns].
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

    /* gr_random(key, row, block + i, words + 4 i) for i < blocks */
    void (*random)(gr_key key, uint64_t row, uint32_t block, size_t blocks, uint32_t *words);

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

    /* rows of a dense x [.][columns] picked by index: y[i stride + j] = x[index[i]][j] */
    void (*gather)(size_t rows, size_t columns, const void *x, const uint32_t *index,
                   size_t stride, void *y);
    /* one-hot rows, smoothed: y[i][j] = (1 - e) [label[index[i]] = j] + e / columns; dense */
    void (*gather_labels)(size_t rows, size_t columns, const uint32_t *label,
                          const uint32_t *index, double smoothing, void *y);

    /* to and from double, rounded to nearest */
    void (*from_double)(size_t count, const double *x, void *y);
    void (*to_double)(size_t count, const void *x, double *y);

    /* So many rounds of independent chains of fused multiply-adds that stay in registers.
     * Returns the operations done; *sum is what came of them, so that they are done. */
    double (*peak)(size_t rounds, double *sum);
} gr_kernels;

/* The table for a precision and instruction set; cannot fail for a cpu <= gr_cpu_best(). */
const gr_kernels *gr_kernels_find(gr_cpu cpu, gradus_precision precision);

/* Sum of doubles in GR_LANES lanes and the fixed tree above. */
double gr_sum(size_t count, const double *x);

#endif
