/*
 * kernels/small.c - forward and backward pass of a network of narrow layers
 *
 *     forward     z = W x + b,  a = s(z)          x, z, a: a row is one panel of P units
 *     BP1, BP2    dz = da s'(z),  dx = W^T dz
 *     BP3, BP4    dW = sum over rows of dz x^T,  db = sum over rows of dz
 *
 * Where no layer is wider than a panel, finding the work takes longer than the work. Here a
 * whole batch goes through all layers without leaving this file; the chains are those of
 * kernels/product.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"
#include "kernels/vector.inc"

enum {
    WIDTH = GR_LINE / sizeof(real),      /* P */
    VECTORS = GR_LINE / GR_VECTOR_BYTES, /* of a panel's row */
    FEW = LANES < 4 ? LANES : 4,          /* of GR_NARROW outputs, in a vector */
    MOST = 4                             /* chains of panel rows side by side */
};

/* c(i, j) = bias(j) + sum_k a[i][k] b(k, j) of `rows` rows, a constant; b [depth][P] */
GR_INLINE void chains_of_rows(size_t rows, size_t depth, const real *const *a, const real *b,
                              const real *bias, real *c)
{
    vector sum[MOST * VECTORS];
    GR_UNROLL for (size_t i = 0; i < rows * VECTORS; i++)
        sum[i] = bias == NULL ? (vector){0} : load(bias + i % VECTORS * LANES);
    for (size_t k = 0; k < depth; k++, b += WIDTH)
        GR_UNROLL for (size_t i = 0; i < rows * VECTORS; i++)
            sum[i] = chain(a[i / VECTORS][k], load(b + i % VECTORS * LANES), sum[i]);
    GR_UNROLL for (size_t i = 0; i < rows * VECTORS; i++)
        store(c + i * LANES, sum[i]);
}

static void product(size_t rows, size_t depth, const real *const *a, const real *b,
                    const real *bias, real *c)
{
    for (; rows >= MOST; rows -= MOST, a += MOST, c += MOST * WIDTH)
        chains_of_rows(MOST, depth, a, b, bias, c);
    for (; rows > 0; rows--, a++, c += WIDTH)
        chains_of_rows(1, depth, a, b, bias, c);
}

/* ---- forward ---- */

/* by_inputs(k, j) = w(j, k), which has one to four rows j; further columns become 0 */
static void turn_narrow(size_t inputs, size_t outputs, const real *w, real *by_inputs)
{
    for (size_t k = 0; k < inputs; k++)
        GR_UNROLL for (size_t i = 0; i < VECTORS; i++) {
            vector column = {0};
            GR_UNROLL for (size_t lane = 0; lane < FEW; lane++)
                if (i * LANES + lane < outputs)
                    column[lane] = w[(i * LANES + lane) * WIDTH + k];
            store(by_inputs + k * WIDTH + i * LANES, column);
        }
}

void GR_NAME(small_forward)(const gr_small *s)
{
    for (size_t n = 0; n < s->layers; n++) {
        const gr_small_layer *l = &s->layer[n];
        if (l->narrow)
            turn_narrow(l->inputs, l->outputs, l->w, l->turned);
        product(s->rows, l->inputs, (const real *const *)l->x, l->narrow ? l->turned : l->w,
                l->bias, l->z);
        if (l->activate != NULL)
            l->activate->forward(s->rows, l->outputs, l->alpha, l->z, l->a);
    }
}

/* ---- backward ---- */

/* A sum becomes the gradient of elements [at, at + LANES), or a step by it: w = fma(step, g,
 * shrink w). Columns beyond `used` take no part: something infinite may stand there. */
GR_INLINE void settle(const gr_small_target *to, size_t at, size_t used, vector sum)
{
    const gr_update *u = to->update;
    real *c = (real *)to->values + at;
    index_vector on;
    GR_UNROLL for (size_t lane = 0; lane < LANES; lane++)
        on[lane] = at % WIDTH + lane < used ? -1 : 0;
    sum = (vector)(on & (index_vector)sum);
    if (u != NULL)
        descend(-u->rate * u->gradient_scale, u->shrink, sum, c);
    else
        store(c, sum);
}

/* Rows [from, from + count) of a gradient: sum_k a[k][i] b(k, j), b [depth][P]. */
GR_INLINE void chains_of_columns(size_t count, size_t from, size_t depth,
                                 const real *const *a, const real *b, size_t used,
                                 const gr_small_target *to)
{
    vector sum[MOST * VECTORS] = {{0}};
    for (size_t k = 0; k < depth; k++, b += WIDTH)
        GR_UNROLL for (size_t i = 0; i < count * VECTORS; i++)
            sum[i] = chain(a[k][from + i / VECTORS], load(b + i % VECTORS * LANES), sum[i]);
    GR_UNROLL for (size_t i = 0; i < count * VECTORS; i++)
        settle(to, from * WIDTH + i * LANES, used, sum[i]);
}

static void gradient(size_t count, size_t depth, const real *const *a, const real *b,
                     size_t used, const gr_small_target *to)
{
    size_t from = 0;
    for (; count - from >= MOST; from += MOST)
        chains_of_columns(MOST, from, depth, a, b, used, to);
    for (; from < count; from++)
        chains_of_columns(1, from, depth, a, b, used, to);
}

static void bias_gradient(size_t rows, size_t outputs, const real *dz,
                          const gr_small_target *to)
{
    vector sum[VECTORS] = {{0}};
    for (size_t i = 0; i < rows; i++)
        GR_UNROLL for (size_t v = 0; v < VECTORS; v++)
            sum[v] += load(dz + i * WIDTH + v * LANES);
    GR_UNROLL for (size_t v = 0; v < VECTORS; v++)
        settle(to, v * LANES, outputs, sum[v]);
}

void GR_NAME(small_backward)(const gr_small *s)
{
    for (size_t n = s->layers; n-- > 0;) {
        const gr_small_layer *l = &s->layer[n];
        const real *const *x = (const real *const *)l->x;
        const real *const *dz = (const real *const *)l->dz_row;
        if (l->activate != NULL)
            l->activate->backward(s->rows, l->outputs, l->alpha, l->z, l->a, l->da, l->dz);
        if (l->dx != NULL && !l->narrow)
            GR_NAME(transpose)(l->inputs, l->outputs, 0, 1, l->w, l->turned);
        if (l->dx != NULL)
            product(s->rows, l->outputs, dz, l->narrow ? l->w : l->turned, NULL, l->dx);
        if (l->narrow)
            gradient(l->outputs, s->rows, dz, x[0], l->inputs, &l->to_weight);
        else
            gradient(l->inputs, s->rows, x, l->dz, l->outputs, &l->to_weight);
        if (l->bias != NULL)
            bias_gradient(s->rows, l->outputs, l->dz, &l->to_bias);
    }
}
