/* tests/unit/test_abreast.c - rows abreast: the same chains and activations.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plain_networks.h"

enum { MOST_WIDTH = 128 };

/* Rows of a block, room for x of one, and for outputs. */
static size_t block(const gr_kernels *k)
{
    return GR_ABREAST_LINES * k->width;
}

static array x_room(const gr_kernels *k, size_t inputs)
{
    return lines_new(k, gr_panels(inputs, k->size) * k->width * block(k));
}

static array room(const gr_kernels *k, size_t units)
{
    return lines_new(k, gr_stride(units, k->size) * block(k));
}

static array abreast(const gr_kernels *k, const network *n)
{
    gr_plain_layer layer[MOST_LAYERS];
    size_t widest = 1;
    for (size_t l = 1; l <= n->layers; l++)
        widest = n->width[l] > widest ? n->width[l] : widest;
    array w[MOST_LAYERS], first = room(k, widest), second = room(k, widest);
    array xt = x_room(k, n->width[0]), other = x_room(k, n->width[0]);
    array y = array_new(k, n->rows * n->width[n->layers]);
    for (size_t l = 0; l < n->layers; l++) {
        w[l] = packed(k, n, l);
        layer[l] = layer_of(k, n, l, &w[l]);
    }
    k->abreast(&(gr_abreast){.rows = n->rows, .layers = n->layers, .x = n->x.data, .y = y.data,
                             .layer = layer, .xt = {xt.data, other.data},
                             .room = {first.data, second.data}});
    for (size_t l = 0; l < n->layers; l++)
        array_free(&w[l]);
    array_free(&first), array_free(&second), array_free(&xt), array_free(&other);
    return y;
}

/* By all instruction sets, of a network whose rows are a block at least for each. */
static void check(network *n)
{
    array expected = naive(n);
    EACH_CPU(cpu) {
        array y = abreast(gr_kernels_find(cpu, n->precision), n);
        assert_same_array(&expected, &y);
        array_free(&y);
    }
    array_free(&expected);
    network_free(n);
}

static void networks_are_their_chains(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        for (size_t i = 0; i < 400; i++) {
            const gr_kernels *k = gr_kernels_find(GR_CPU_REF, precision);
            const size_t rows = i % 8 == 0 ? 0 : block(k) + whole_between(0, 100);
            network n = network_new(precision, rows, MOST_WIDTH, i % 2 == 0);
            check(&n);
        }
}

/* Tiles end with a panel, before its end, or reach over it. */
static void any_number_of_units_is_cut(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        for (size_t units = 1; units <= MOST_WIDTH; units++)
            for (int narrow = 0; narrow <= 1; narrow++) {
                network n = {.precision = precision, .rows = 64, .layers = 2};
                n.width[0] = 3, n.width[1] = units, n.width[2] = 2;
                n.narrow[1] = narrow;
                n.x = array_between(ref(&n), n.rows * 3, -1, 1);
                for (size_t l = 0; l < 2; l++) {
                    const size_t outputs = n.width[l + 1];
                    n.activation[l] = GR_ACTIVATION_RELU;
                    n.w[l] = array_between(ref(&n), n.width[l] * outputs, -1, 1);
                    n.bias[l] =
                        lines_between(ref(&n), gr_stride(outputs, ref(&n)->size), -1, 1);
                }
                check(&n);
            }
}

/* Strips of x end with the tiles of a layer, before, and behind them. */
static void any_number_of_inputs_is_turned(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        for (size_t inputs = 1; inputs <= 300; inputs += inputs < 40 ? 1 : 13) {
            network n = network_new_of(precision, 77, MOST_WIDTH, inputs % 2 == 0, inputs);
            check(&n);
        }
}

/* A chain starts at the bias, not at 0, and at +0 without one: -1 times 0 is -0. */
static void check_zero(const gr_kernels *k, bool biased)
{
    const size_t rows = 50;
    array x = fill_between(array_new(k, rows), 0, 0), y = array_new(k, rows);
    array w = fill_between(lines_new(k, k->width), -1, -1), bias = array_new(k, 1);
    array first = room(k, 1), second = room(k, 1), xt = x_room(k, 1), other = x_room(k, 1);
    set(&bias, 0, -0.0);
    const gr_plain_layer layer = {.inputs = 1, .outputs = 1, .w = w.data,
                                    .bias = biased ? bias.data : NULL};
    k->abreast(&(gr_abreast){.rows = rows, .layers = 1, .x = x.data, .y = y.data,
                             .layer = &layer, .xt = {xt.data, other.data},
                             .room = {first.data, second.data}});
    for (size_t i = 0; i < rows; i++)
        assert_int_equal(signbit(get(&y, i)) != 0, biased);
    array_free(&x), array_free(&y), array_free(&w), array_free(&bias);
    array_free(&first), array_free(&second), array_free(&xt), array_free(&other);
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
        cmocka_unit_test(any_number_of_units_is_cut),
        cmocka_unit_test(any_number_of_inputs_is_turned),
        cmocka_unit_test(a_bias_of_minus_zero_is_kept),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
