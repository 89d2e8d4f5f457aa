/* tests/unit/test_single.c - one row through all layers: the same chains and activations.
 *
 * SPDX-License-Identifier: MIT
 */
#include "plain_networks.h"

enum { MOST_WIDTH = 330 }; /* several groups of panels, of either size */

static array single(const gr_kernels *k, const network *n)
{
    gr_plain_layer layer[MOST_LAYERS];
    array w[MOST_LAYERS], room = lines_new(k, gr_stride(MOST_WIDTH, k->size));
    array other = lines_new(k, gr_stride(MOST_WIDTH, k->size));
    array y = array_new(k, n->rows * n->width[n->layers]);
    for (size_t l = 0; l < n->layers; l++) {
        w[l] = packed(k, n, l);
        layer[l] = layer_of(k, n, l, &w[l]);
    }
    for (size_t i = 0; i < n->rows; i++)
        k->single(layer, n->layers, (char *)n->x.data + i * n->width[0] * k->size,
                  (char *)y.data + i * n->width[n->layers] * k->size, room.data, other.data);
    for (size_t l = 0; l < n->layers; l++)
        array_free(&w[l]);
    array_free(&room), array_free(&other);
    return y;
}

static void networks_are_their_chains(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        for (size_t i = 0; i < 200; i++) {
            const size_t widest = i % 3 == 0 ? MOST_WIDTH : 70;
            network n = network_new(precision, whole_between(1, 4), widest, i % 2 == 0);
            array expected = naive(&n);
            EACH_CPU(cpu) {
                array y = single(gr_kernels_find(cpu, precision), &n);
                assert_same_array(&expected, &y);
                array_free(&y);
            }
            array_free(&expected);
            network_free(&n);
        }
}

/* A chain starts at the bias, not at 0, and at +0 without one: -1 times 0 is -0. A relu makes
 * it +0. */
static void check_zero(const gr_kernels *k, bool narrow, bool biased, bool rectify)
{
    array x = fill_between(array_new(k, 1), 0, 0), y = array_new(k, 1);
    array w = fill_between(lines_new(k, k->width), -1, -1);
    array bias = fill_between(lines_new(k, k->width), -0.0, -0.0);
    array room = lines_new(k, k->width), other = lines_new(k, k->width);
    const gr_plain_layer layer = {.inputs = 1, .outputs = 1, .narrow = narrow, .w = w.data,
                                  .bias = biased ? bias.data : NULL, .rectify = rectify};
    set(&bias, 0, -0.0);
    k->single(&layer, 1, x.data, y.data, room.data, other.data);
    assert_int_equal(signbit(get(&y, 0)) != 0, biased && !rectify);
    array_free(&x), array_free(&y), array_free(&w), array_free(&bias);
    array_free(&room), array_free(&other);
}

static void a_bias_of_minus_zero_is_kept(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (int which = 0; which < 8; which++)
                check_zero(gr_kernels_find(cpu, precision), which & 1, which & 2, which & 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_are_their_chains),
        cmocka_unit_test(a_bias_of_minus_zero_is_kept),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
