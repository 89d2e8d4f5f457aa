/* tests/unit/test_abreast.c - rows abreast: the same chains and activations.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>

#include "kernel_check.h"

enum { MOST_LAYERS = 3, MOST_WIDTH = 40 };

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

static network network_new(gradus_precision precision, size_t rows, int odd)
{
    static const gr_activation_id inner[] = {GR_ACTIVATION_IDENTITY, GR_ACTIVATION_RELU,
                                             GR_ACTIVATION_SIGMOID, GR_ACTIVATION_LEAKY_RELU};
    network n = {.precision = precision, .rows = rows, .layers = whole_between(1, MOST_LAYERS)};
    n.width[0] = whole_between(1, MOST_WIDTH);
    n.x = odd ? array_odd(ref(&n), rows * n.width[0])
              : array_between(ref(&n), rows * n.width[0], -1, 1);
    for (size_t l = 0; l < n.layers; l++) {
        const size_t outputs = whole_between(1, whole_between(0, 1) ? 5 : MOST_WIDTH);
        n.width[l + 1] = outputs;
        n.narrow[l] = outputs <= GR_NARROW && whole_between(0, 1);
        n.activation[l] = inner[whole_between(0, 3)];
        n.w[l] = odd ? array_odd(ref(&n), n.width[l] * outputs)
                     : array_between(ref(&n), n.width[l] * outputs, -1, 1);
        n.bias[l] = array_between(ref(&n), outputs, -1, 1);
    }
    if (whole_between(0, 2) == 0)
        n.activation[n.layers - 1] = GR_ACTIVATION_SOFTMAX;
    return n;
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

static array abreast(const gr_kernels *k, const network *n)
{
    const size_t block = GR_ABREAST_LINES * k->width;
    const size_t room = (gr_panels(MOST_WIDTH, k->size) + 1) * k->width * block;
    gr_abreast_layer layer[MOST_LAYERS];
    array w[MOST_LAYERS], first = lines_new(k, room), second = lines_new(k, room);
    array y = array_new(k, n->rows * n->width[n->layers]);
    for (size_t l = 0; l < n->layers; l++) {
        const gr_activation_id id = n->activation[l];
        w[l] = packed(k, n, l);
        layer[l] = (gr_abreast_layer){
            .inputs = n->width[l], .outputs = n->width[l + 1], .narrow = n->narrow[l],
            .w = w[l].data, .bias = n->bias[l].data, .rectify = id == GR_ACTIVATION_RELU,
            .by_rows = id == GR_ACTIVATION_SOFTMAX, .alpha = 0.25,
            .activate = id == GR_ACTIVATION_RELU ? NULL : &k->activate[id],
        };
    }
    k->abreast(&(gr_abreast){.rows = n->rows, .layers = n->layers, .x = n->x.data, .y = y.data,
                             .layer = layer, .room = {first.data, second.data}});
    for (size_t l = 0; l < n->layers; l++)
        array_free(&w[l]);
    array_free(&first), array_free(&second);
    return y;
}

static void networks_are_their_chains(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        for (size_t i = 0; i < 400; i++) {
            network n = network_new(precision, whole_between(0, 100), i % 2 == 0);
            array expected = naive(&n);
            EACH_CPU(cpu) {
                array y = abreast(gr_kernels_find(cpu, precision), &n);
                assert_same_array(&expected, &y);
                array_free(&y);
            }
            array_free(&expected);
            network_free(&n);
        }
}

/* A chain starts at the bias, not at 0, and at +0 without one: -1 times 0 is -0. */
static void check_zero(const gr_kernels *k, bool biased)
{
    const size_t rows = 50, room = 4 * k->width * GR_ABREAST_LINES * k->width;
    array x = fill_between(array_new(k, rows), 0, 0), y = array_new(k, rows);
    array w = fill_between(lines_new(k, k->width), -1, -1), bias = array_new(k, 1);
    array first = lines_new(k, room), second = lines_new(k, room);
    set(&bias, 0, -0.0);
    const gr_abreast_layer layer = {.inputs = 1, .outputs = 1, .w = w.data,
                                    .bias = biased ? bias.data : NULL};
    k->abreast(&(gr_abreast){.rows = rows, .layers = 1, .x = x.data, .y = y.data,
                             .layer = &layer, .room = {first.data, second.data}});
    for (size_t i = 0; i < rows; i++)
        assert_int_equal(signbit(get(&y, i)) != 0, biased);
    array_free(&x), array_free(&y), array_free(&w), array_free(&bias);
    array_free(&first), array_free(&second);
}

static void a_bias_of_minus_zero_is_kept(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu) {
            check_zero(gr_kernels_find(cpu, precision), true);
            check_zero(gr_kernels_find(cpu, precision), false);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_are_their_chains),
        cmocka_unit_test(a_bias_of_minus_zero_is_kept),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
