/*
 * tests/unit/test_regions_layers.c - regions of nets of every kind of layer, on planes of
 * more inputs; maps as integers beside those in double
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include "regions_nets.h"
#include "theory/regions.h"

/* A plane in four dimensions is the net behind a first layer that makes it, to the bit where
 * sums are exact. */
static void a_plane_through_more_inputs(void **state)
{
    (void)state;
    static const double origin[4] = {0.5, -0.25, 1, 0.125}, s[4] = {1, 0.5, -2, 0.25},
                        t[4] = {-0.75, 1, 0.5, 1.5};
    gradus_net *net = new_net("dense 8 relu dense 6 relu output", 4, 1, 3);
    gradus_net *flat = new_net("dense 8 relu dense 6 relu output", 2, 1, 3);
    double w[64], b[8], product[16];
    gradus_net_get(net, 0, w);
    for (size_t j = 0; j < 8; j++) {
        product[2 * j] = product[2 * j + 1] = b[j] = 0;
        for (size_t i = 0; i < 4; i++) {
            w[4 * j + i] = rint(64 * w[4 * j + i]) / 64;
            product[2 * j] += w[4 * j + i] * s[i];
            product[2 * j + 1] += w[4 * j + i] * t[i];
            b[j] += w[4 * j + i] * origin[i];
        }
    }
    gradus_net_set(net, 0, w);
    gradus_net_set(flat, 0, product);
    gradus_net_set(flat, 1, b);
    for (size_t i = 2; i < 6; i++) {
        gradus_net_get(net, i, w);
        gradus_net_set(flat, i, w);
    }
    const gradus_slice plane = {2, origin, {s, t}, {-2, -2}, {2, 2}};
    gradus_regions *one, *other = count_on(flat, 2, -2, 2);
    gradus_regions_about a, b_about;
    assert_int_equal(gradus_regions_new(net, &plane, NULL, &one), GRADUS_OK);
    gradus_regions_describe(one, &a);
    gradus_regions_describe(other, &b_about);
    assert_true(a.regions > 40);
    assert_int_equal(a.regions, b_about.regions);
    for (size_t i = 0; i < a.regions; i++) {
        gradus_region p, q;
        gradus_regions_region(one, i, &p);
        gradus_regions_region(other, i, &q);
        assert_int_equal(p.corners, q.corners);
        assert_memory_equal(p.corner, q.corner, 2 * p.corners * sizeof(double));
        assert_memory_equal(p.map, q.map, 3 * sizeof(double));
    }
    gradus_regions_free(one);
    gradus_regions_free(other);
    gradus_net_free(flat);
    gradus_net_free(net);
}

static const char *const layer_nets[] = {
    "dense 6 leaky-relu dense 6 leaky-relu alpha=0.3 output",
    "dense 6 batchnorm relu dense 6 batchnorm relu output",
    "dense 6 relu residual scale=0.3 { dense 4 relu dense 6 } relu output",
    "residual { dense 5 relu } dense 5 identity dropout 0.4 relu output relu",
    "dense 6 heaviside dense 4 relu output", "dense 6 relu dense 4 heaviside output",
    "batchnorm relu dense 7 bias=no relu repeat 3 { residual { dense 7 relu } } output",
};

/* In the middle of each region the map is what the net computes, and sizes add up. */
static void check_maps(const gradus_net *net, double tolerance)
{
    gradus_regions *regions = count_on(net, 2, -2, 2);
    gradus_regions_about about;
    double area = 0;
    const bool single = gradus_net_precision(net) == GRADUS_FLOAT32;
    gradus_regions_describe(regions, &about);
    assert_true(about.regions > 1 && about.pieces <= about.regions);
    for (size_t i = 0; i < about.regions; i++) {
        gradus_region region;
        gradus_regions_region(regions, i, &region);
        double x[2] = {0}, y[2];
        float x_single[2], y_single[2];
        for (size_t k = 0; k < 2 * region.corners; k++)
            x[k % 2] += region.corner[k] / (double)region.corners;
        x_single[0] = (float)x[0], x_single[1] = (float)x[1];
        assert_int_equal(gradus_net_predict(net, single ? (const void *)x_single : x, 1,
                                            single ? (void *)y_single : y), GRADUS_OK);
        for (size_t j = 0; j < 2; j++) {
            const double *map = region.map + 3 * j, got = single ? (double)y_single[j] : y[j];
            if (region.size > 1e-6) /* in smaller ones single precision misses the middle */
                assert_true(fabs(map[0] * x[0] + map[1] * x[1] + map[2] - got) <=
                            tolerance * (1 + fabs(got)));
        }
        area += region.size;
    }
    assert_true(fabs(area - 16) < 1e-9);
    gradus_regions_free(regions);
}

static void every_kind_of_layer(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof layer_nets / sizeof *layer_nets; n++)
        for (uint64_t seed = 1; seed <= 5; seed++) {
            gradus_net *net = new_net(layer_nets[n], 2, 2, seed), *single;
            draw_biases(net, seed, 0.5);
            check_maps(net, 1e-11);
            gradus_net_free(net);
            assert_int_equal(gradus_net_new(NULL, layer_nets[n], 2, 2, GRADUS_FLOAT32, seed,
                                            &single), GRADUS_OK);
            check_maps(single, 1e-5);
            gradus_net_free(single);
        }
}

/* The exact number, rounded. */
static long double rounded(gr_wide a, int low)
{
    const bool below = gr_wide_sign(a) < 0;
    long double sum = 0;
    for (size_t i = a.words; i-- > 0;) /* -a = not a + 1 */
        sum = sum * 0x1p32L + (below ? (uint32_t)~a.word[i] : a.word[i]);
    return ldexpl(below ? -(sum + 1) : sum, low);
}

/* Whatever the signs, integers and doubles say the same, within the bounds of the latter. */
static void exact_maps_lie_in_their_balls(void **state)
{
    (void)state;
    static const double along[2][2] = {{0.3, -0.7}, {1.1, 1. / 3}}, origin[2] = {0.1, -1e-9};
    const gradus_slice slice = {2, origin, {along[0], along[1]}, {-1, -1}, {1, 1}};
    for (size_t n = 0; n < sizeof layer_nets / sizeof *layer_nets; n++)
        for (uint64_t seed = 1; seed <= 10; seed++) {
            gradus_net *net = new_net(layer_nets[n], 2, 2, seed);
            gr_cutter c;
            size_t terms = 0;
            draw_biases(net, seed, 0.5);
            assert_int_equal(gr_cutter_open(net, &slice, &c), GRADUS_OK);
            for (uint32_t i = 0; i < c.units; i++)
                c.sign[i] = draw(seed, 50, i) > 0 ? 1 : -1;
            for (size_t f = 1; f <= c.last; f++)
                gr_cutter_compute(&c, f);
            gr_cutter_make_exact(&c, c.last);
            assert_int_equal(c.status, GRADUS_OK);
            for (uint32_t f = 0; f <= c.box; f++)
                for (uint32_t j = 0; j < c.frame[f].width; j++)
                    for (size_t k = 0; k < GR_TERMS; k++, terms++) {
                        const gr_ball ball = c.frame[f].map[j].term[k];
                        const long double exact =
                            rounded(gr_cutter_term(&c, (gr_edge){f, j, 1}, k), c.frame[f].low);
                        if (!(fabsl(exact - ball.mid) <= ball.rad + 1e-18L * fabsl(exact)))
                            fail_msg("%s: frame %u, unit %u, term %zu", layer_nets[n], f, j, k);
                        assert_true(ball.rad <= 1e-13 * (1 + fabs(ball.mid)));
                    }
            assert_true(terms > 50);
            gr_cutter_close(&c);
            gradus_net_free(net);
        }
}

/* Cells of the first layer, on which steps make the rest constant. */
static void steps_are_not_cut_again(void **state)
{
    (void)state;
    gradus_net *net = new_net("dense 6 heaviside dense 9 heaviside output", 2, 1, 2);
    draw_biases(net, 2, 0.3);
    const gradus_regions_about about = count(net, 2, -1e6, 1e6);
    assert_int_equal(about.regions, 22);
    gradus_net_free(net);
}

static void which_bounds_hold(void **state)
{
    (void)state;
    static const char *const texts[] = {"dense 4 relu dense 5 batchnorm relu output",
                                        "dense 4 leaky-relu dense 5 relu output",
                                        "residual { dense 3 relu } relu output", "output"};
    for (size_t i = 0; i < 4; i++) {
        gradus_net *net = new_net(texts[i], 2, 1, 1);
        const gradus_region_bounds b = count(net, 2, -1, 1).bounds;
        assert_int_equal(isnan(b.upper), i != 0);
        assert_int_equal(isnan(b.upper_any), i >= 2);
        assert_true(i != 0 || (b.upper == 176 && b.single == 46));
        gradus_net_free(net);
    }
}

static void an_ending_is_left_out(void **state)
{
    (void)state;
    gradus_net *net = new_net("dense 5 relu output sigmoid", 2, 1, 1);
    assert_string_equal(count(net, 2, -1, 1).ending, "sigmoid");
    gradus_net_free(net);
    net = new_net("dense 5 relu output relu", 2, 1, 1);
    assert_null(count(net, 2, -1, 1).ending);
    gradus_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plane_through_more_inputs),
        cmocka_unit_test(every_kind_of_layer),
        cmocka_unit_test(exact_maps_lie_in_their_balls),
        cmocka_unit_test(steps_are_not_cut_again),
        cmocka_unit_test(which_bounds_hold),
        cmocka_unit_test(an_ending_is_left_out),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
