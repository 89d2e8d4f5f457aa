/* tests/unit/plain_networks.h - drawn chains of dense layers, and what they compute.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_PLAIN_NETWORKS_H
#define GR_TESTS_PLAIN_NETWORKS_H

#include <stdbool.h>

#include "kernel_check.h"

enum { MOST_LAYERS = 3 };

typedef struct network {
    gradus_precision precision;
    size_t layers, rows;
    size_t width[MOST_LAYERS + 1];
    gr_activation_id activation[MOST_LAYERS];
    bool narrow[MOST_LAYERS];
    array x, w[MOST_LAYERS], bias[MOST_LAYERS]; /* w is dense, [inputs][outputs] */
} network;

static const gr_kernels *ref(const network *n)
{
    return gr_kernels_find(GR_CPU_REF, n->precision);
}

/* Layers of up to `widest` units, some of few. */
static network network_new_of(gradus_precision precision, size_t rows, size_t widest, int odd,
                              size_t inputs)
{
    static const gr_activation_id inner[] = {GR_ACTIVATION_IDENTITY, GR_ACTIVATION_RELU,
                                             GR_ACTIVATION_SIGMOID, GR_ACTIVATION_LEAKY_RELU};
    network n = {.precision = precision, .rows = rows, .layers = whole_between(1, MOST_LAYERS)};
    n.width[0] = inputs;
    n.x = odd ? array_odd(ref(&n), rows * n.width[0])
              : array_between(ref(&n), rows * n.width[0], -1, 1);
    for (size_t l = 0; l < n.layers; l++) {
        const size_t outputs = whole_between(1, whole_between(0, 1) ? 5 : widest);
        n.width[l + 1] = outputs;
        n.narrow[l] = outputs <= GR_NARROW && whole_between(0, 1);
        n.activation[l] = inner[whole_between(0, 3)];
        n.w[l] = odd ? array_odd(ref(&n), n.width[l] * outputs)
                     : array_between(ref(&n), n.width[l] * outputs, -1, 1);
        n.bias[l] = lines_between(ref(&n), gr_stride(outputs, ref(&n)->size), -1, 1);
    }
    if (whole_between(0, 2) == 0)
        n.activation[n.layers - 1] = GR_ACTIVATION_SOFTMAX;
    return n;
}

static network network_new(gradus_precision precision, size_t rows, size_t widest, int odd)
{
    return network_new_of(precision, rows, widest, odd, whole_between(1, widest));
}

static void network_free(network *n)
{
    array_free(&n->x);
    for (size_t l = 0; l < n->layers; l++)
        array_free(&n->w[l]), array_free(&n->bias[l]);
}

/* Row by row, element by element. */
static array naive(const network *n)
{
    const gr_kernels *k = ref(n);
    const size_t outputs = n->width[n->layers];
    array y = array_new(k, n->rows * outputs);
    for (size_t i = 0; i < n->rows; i++) {
        array x = matrix_odd(k, 1, n->width[0]);
        for (size_t j = 0; j < n->width[0]; j++)
            set(&x, j, get(&n->x, i * n->width[0] + j));
        for (size_t l = 0; l < n->layers; l++) {
            array z = matrix_odd(k, 1, n->width[l + 1]);
            for (size_t j = 0; j < z.columns; j++) {
                double sum = get(&n->bias[l], j);
                for (size_t m = 0; m < x.columns; m++)
                    sum = fused(k, get(&n->w[l], m * z.columns + j), get(&x, m), sum);
                set(&z, j, sum);
            }
            k->activate[n->activation[l]].forward(1, z.columns, 0.25, z.data, z.data);
            array_free(&x);
            x = z;
        }
        for (size_t j = 0; j < outputs; j++)
            set(&y, i * outputs + j, get(&x, j));
        array_free(&x);
    }
    return y;
}

/* The weight in panels, or transposed. */
static array packed(const gr_kernels *k, const network *n, size_t l)
{
    const size_t inputs = n->width[l], outputs = n->width[l + 1];
    if (n->narrow[l]) {
        array w = lines_new(k, gr_panels(inputs, k->size) * outputs * k->width);
        k->pack(outputs, inputs, n->w[l].data, 1, outputs, w.data);
        return w;
    }
    array w = lines_new(k, gr_panels(outputs, k->size) * inputs * k->width);
    k->pack(inputs, outputs, n->w[l].data, outputs, 1, w.data);
    return w;
}

/* Layer l, of the weights w. */
static gr_plain_layer layer_of(const gr_kernels *k, const network *n, size_t l, const array *w)
{
    const gr_activation_id id = n->activation[l];
    return (gr_plain_layer){
        .inputs = n->width[l], .outputs = n->width[l + 1], .narrow = n->narrow[l],
        .w = w->data, .bias = n->bias[l].data, .rectify = id == GR_ACTIVATION_RELU,
        .by_rows = id == GR_ACTIVATION_SOFTMAX, .alpha = 0.25,
        .activate = id == GR_ACTIVATION_RELU ? NULL : &k->activate[id],
    };
}

#endif
