/*
 * kernels/single.c - prediction of one row
 *
 *     z(j) = bias(j) + sum_k x(k) w(k, j),  a = s(z)      the chains of kernels/product.c
 *
 * The lanes are units. A chain waits for itself, so up to eight panels of them go side by
 * side; all layers are passed in one call, of which the CPU has the next one under way while
 * the last chains of this one are not ended.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernels/real.h"
#include "kernels/vector.inc"

enum {
    WIDTH = GR_LINE / sizeof(real),      /* P */
    VECTORS = GR_LINE / GR_VECTOR_BYTES, /* of a panel's row */
    SUMS = 8,                            /* vectors of chains side by side */
    PANELS = SUMS / VECTORS,
    STEPS = 4                            /* in a turn of a loop: it ends less often */
};

/* `count` steps of the chains of some panels; element `at` of w[i] is the first of panel i. */
GR_INLINE void take_steps(size_t count, size_t panels, const real *x, const real *const *w,
                          size_t at, vector *sum)
{
    GR_UNROLL for (size_t k = 0; k < count; k++)
        GR_UNROLL for (size_t i = 0; i < panels * VECTORS; i++)
            sum[i] = chain(x[k], load(w[i / VECTORS] + at + k * WIDTH + i % VECTORS * LANES),
                           sum[i]);
}

typedef void some_units(const gr_plain_layer *l, const real *w, const real *bias,
                        const real *x, real *z);

/* The chains of some panels, of which w, bias and z begin with the first. */
GR_INLINE void chains_of_panels(size_t panels, const gr_plain_layer *l, const real *w,
                                const real *bias, const real *x, real *z)
{
    const size_t vectors = panels * VECTORS, end = l->inputs * WIDTH;
    const real *panel[PANELS];
    vector sum[SUMS];
    size_t at = 0;
    GR_UNROLL for (size_t i = 0; i < panels; i++, w += end) {
        panel[i] = w;
        __asm__("" : "+r"(panel[i])); /* what moves on is `at`, not each of them */
    }
    GR_UNROLL for (size_t i = 0; i < vectors; i++)
        sum[i] = bias == NULL ? (vector){0} : load(bias + i * LANES);
    for (; at + STEPS * WIDTH <= end; at += STEPS * WIDTH, x += STEPS) {
        __asm__("" : "+r"(at));
        take_steps(STEPS, panels, x, panel, at, sum);
    }
    for (; at < end; at += WIDTH, x++)
        take_steps(1, panels, x, panel, at, sum);
    if (l->rectify)
        GR_UNROLL for (size_t i = 0; i < vectors; i++)
            sum[i] = rectify(sum[i]);
    GR_UNROLL for (size_t i = 0; i < vectors; i++)
        store(z + i * LANES, sum[i]);
}

/* `count` steps of the chains of a few outputs, of inputs that stand in a panel */
GR_INLINE void take_narrow_steps(size_t count, size_t outputs, const real *x, const real *w,
                                 real *sum)
{
    GR_UNROLL for (size_t k = 0; k < count; k++)
        GR_UNROLL for (size_t j = 0; j < outputs; j++)
            sum[j] = real_fma(w[j * WIDTH + k], x[k], sum[j]);
}

/* The chains of a few outputs; w [inputs/P][outputs][P] */
GR_INLINE void chains_of_outputs(size_t outputs, const gr_plain_layer *l, const real *w,
                                 const real *bias, const real *x, real *z)
{
    real sum[GR_NARROW] = {0};
    size_t left = l->inputs;
    GR_UNROLL for (size_t j = 0; j < outputs; j++)
        sum[j] = bias == NULL ? 0 : bias[j];
    for (; left >= WIDTH; left -= WIDTH, x += WIDTH, w += outputs * WIDTH)
        take_narrow_steps(WIDTH, outputs, x, w, sum);
    for (; left > 0; left--, x++, w++)
        take_narrow_steps(1, outputs, x, w, sum);
    GR_UNROLL for (size_t j = 0; j < outputs; j++)
        z[j] = l->rectify && sum[j] <= 0 ? 0 : sum[j];
}

#define SOME(count)                                                                       \
    static void panels_##count(const gr_plain_layer *l, const real *w, const real *bias,  \
                               const real *x, real *z)                                    \
    {                                                                                     \
        if (count <= PANELS) /* else never called */                                      \
            chains_of_panels(count <= PANELS ? count : 1, l, w, bias, x, z);              \
    }
#define FEW(count)                                                                        \
    static void outputs_##count(const gr_plain_layer *l, const real *w, const real *bias, \
                                const real *x, real *z)                                   \
    {                                                                                     \
        chains_of_outputs(count, l, w, bias, x, z);                                       \
    }
SOME(1) SOME(2) SOME(3) SOME(4) SOME(5) SOME(6) SOME(7) SOME(8)
FEW(1) FEW(2) FEW(3) FEW(4)
static some_units *const some[8] = {panels_1, panels_2, panels_3, panels_4,
                                    panels_5, panels_6, panels_7, panels_8};
static some_units *const few[GR_NARROW] = {outputs_1, outputs_2, outputs_3, outputs_4};

/* In groups of nearly as many panels, at most PANELS: `more` of them one larger. Apart, for
 * the sake of layers that are one group. */
static __attribute__((noinline)) void groups_of_panels(const gr_plain_layer *l, size_t panels,
                                                       const real *x, real *z)
{
    const size_t groups = (panels + PANELS - 1) / PANELS;
    const size_t size = panels / groups, more = panels % groups;
    const real *w = l->w, *bias = l->bias;
    for (size_t i = 0, count; i < groups; i++, w += count * l->inputs * WIDTH) {
        count = size + (i < more);
        some[count - 1](l, w, bias, x, z);
        bias = bias == NULL ? NULL : bias + count * WIDTH;
        z += count * WIDTH;
    }
}

static void forward(const gr_plain_layer *l, const real *x, real *z)
{
    const size_t panels = (l->outputs + WIDTH - 1) / WIDTH;
    if (l->narrow)
        few[l->outputs - 1](l, l->w, l->bias, x, z);
    else if (panels <= PANELS)
        some[panels - 1](l, l->w, l->bias, x, z);
    else
        groups_of_panels(l, panels, x, z);
    if (l->activate != NULL)
        l->activate->forward(1, l->outputs, l->alpha, z, z);
}

/* The last layer's row may have to be longer than y. */
void GR_NAME(single)(const gr_plain_layer *l, size_t layers, const void *x, void *y, void *room,
                     void *other)
{
    for (; layers > 1; layers--, l++) {
        void *z = room;
        forward(l, x, z);
        x = z;
        room = other;
        other = z;
    }
    if (l->narrow && l->activate == NULL) {
        few[l->outputs - 1](l, l->w, l->bias, x, y);
        return;
    }
    forward(l, x, room);
    memcpy(y, room, l->outputs * sizeof(real));
}
