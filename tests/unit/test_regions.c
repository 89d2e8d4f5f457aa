/*
 * tests/unit/test_regions.c - regions of nets on lines and planes, counted and bounded
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include "regions_nets.h"

/* ---- bounds ---- */

typedef struct bound_case {
    size_t inputs, layers, widths[3];
    double single, lower, lower_dead, upper; /* NaN: none */
} bound_case;

static const bound_case bound_cases[] = {
    {1, 2, {3, 3}, 7, 12, 16, 16},
    {1, 3, {8, 8, 8}, 25, 576, 729, 729},
    {2, 1, {3}, 7, 7, 7, 7},
    {2, 1, {4}, 11, 11, 11, 11},
    {2, 1, {8}, 37, 37, 37, 37},
    {2, 2, {4, 4}, 37, 44, NAN, 121},
    {2, 2, {8, 8}, 137, 592, 925, 1369},
    {2, 3, {8, 8, 8}, 301, 9472, 23125, 50653},
    {2, 2, {16, 16}, 529, 8768, 11097, 18769},
    {2, 2, {32, 32}, 2081, 135424, 152881, 279841},
    {2, 3, {16, 8, 4}, 407, 11264, 22275, 55759},
    {3, 2, {9, 9}, 988, 3510, 8320, 16900},
};

static void same_bound(double got, double want)
{
    if (!(got == want || (isnan(got) && isnan(want))))
        fail_msg("%.17g is not %.17g", got, want);
}

static void bounds_have_their_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bound_cases / sizeof *bound_cases; i++) {
        const bound_case *c = &bound_cases[i];
        gradus_region_bounds b;
        double on_line = 1;
        assert_int_equal(gradus_regions_bound(c->inputs, c->widths, c->layers, &b), GRADUS_OK);
        same_bound(b.single, c->single);
        same_bound(b.lower, c->lower);
        same_bound(b.lower_dead, c->lower_dead);
        same_bound(b.upper, c->upper);
        for (size_t l = 0; l < c->layers; l++)
            on_line *= (double)c->widths[l] + 1;
        same_bound(b.on_line, on_line);
        assert_true(b.upper <= b.upper_any);
    }
}

/* sum over all j_1 ... j_L of Serra's set, written out. */
static double upper_by_sum(size_t inputs, const size_t *widths, size_t layers, size_t least)
{
    double sum = 0, choice = 1;
    if (layers == 0)
        return 1;
    for (size_t j = 0; j <= least && j <= widths[0]; j++) {
        const size_t left = widths[0] - j;
        sum += choice * upper_by_sum(inputs, widths + 1, layers - 1,
                                     least < left ? least : left);
        choice = choice * (double)(widths[0] - j) / (double)(j + 1);
    }
    return sum;
}

static void narrow_layers_bound_what_follows(void **state)
{
    (void)state;
    static const size_t widths[][4] = {{9, 2, 7, 5}, {1, 6, 6, 6}, {4, 3, 2, 1}, {2, 2, 9, 9}};
    for (size_t i = 0; i < 4; i++)
        for (size_t inputs = 1; inputs < 6; inputs++) {
            gradus_region_bounds b;
            assert_int_equal(gradus_regions_bound(inputs, widths[i], 4, &b), GRADUS_OK);
            same_bound(b.upper, upper_by_sum(inputs, widths[i], 4, inputs));
        }
}

static void bounds_may_be_too_large(void **state)
{
    (void)state;
    size_t widths[400];
    gradus_region_bounds b;
    for (size_t l = 0; l < 400; l++)
        widths[l] = 1000;
    assert_int_equal(gradus_regions_bound(10, widths, 400, &b), GRADUS_OK);
    assert_true(isinf(b.upper) && isinf(b.lower) && isinf(b.on_line));
    assert_int_equal(gradus_regions_bound(0, widths, 1, &b), GRADUS_ARGUMENT);
    assert_int_equal(gradus_regions_bound(1, widths, 0, &b), GRADUS_ARGUMENT);
}

/* ---- counts that are known ---- */

static void one_layer_has_an_arrangement(void **state)
{
    (void)state;
    static const size_t widths[] = {1, 3, 4, 8, 20};
    for (size_t i = 0; i < 5; i++)
        for (uint64_t seed = 1; seed <= 5; seed++) {
            char text[40];
            const double n = (double)widths[i];
            snprintf(text, sizeof text, "dense %zu relu output", widths[i]);
            for (size_t inputs = 1; inputs <= 2; inputs++) {
                gradus_net *net = new_net(text, inputs, 1, seed);
                draw_biases(net, seed, 1);
                const gradus_regions_about about = count(net, inputs, -1e7, 1e7);
                assert_int_equal(about.regions, inputs == 1 ? 1 + n : 1 + n + n * (n - 1) / 2);
                assert_int_equal(about.pieces, about.regions);
                assert_true(about.bounds.upper == (double)about.regions);
                gradus_net_free(net);
            }
        }
}

static void a_line_may_have_the_product(void **state)
{
    (void)state;
    static const size_t shapes[][2] = {{3, 1}, {3, 2}, {3, 5}, {4, 3}, {5, 4}, {8, 3}, {16, 2}};
    for (size_t i = 0; i < 7; i++) {
        gradus_net *net = zigzag_net(shapes[i][0], shapes[i][1]);
        const gradus_regions_about about = count(net, 1, -1, 2);
        assert_int_equal(about.regions, pow((double)shapes[i][0] + 1, (double)shapes[i][1]));
        assert_true(about.bounds.on_line == (double)about.regions);
        assert_true(about.bounds.upper == (double)about.regions);
        assert_int_equal(about.pieces, about.regions);
        gradus_net_free(net);
    }
}

/* |x| and |y| fold the plane on its upper right quarter, where 4 lines make 11 regions. */
static void folds_multiply(void **state)
{
    (void)state;
    static const double fold[] = {1, 0, -1, 0, 0, 1, 0, -1}, none[4] = {0};
    static const double lines[] = {1, 1, 0.2, 0.2, 0.4, 0.4, 1, 1, 1, 1, -0.5, -0.5,
                                   -0.6, -0.6, 1, 1};
    static const double shift[] = {-1.1, -1.3, -0.2, -0.15};
    gradus_net *net = new_net("dense 4 relu dense 4 relu output", 2, 1, 3);
    gradus_net_set(net, 0, fold);
    gradus_net_set(net, 1, none);
    gradus_net_set(net, 2, lines);
    gradus_net_set(net, 3, shift);
    const gradus_regions_about about = count(net, 2, -10, 10);
    assert_int_equal(about.regions, 44);
    assert_true(about.bounds.lower == 44);
    gradus_net_free(net);
}

/* ---- beside another way to count ---- */

static const char *const plain_nets[] = {
    "dense 6 relu output", "dense 5 relu dense 5 relu output",
    "dense 4 relu dense 3 relu dense 4 relu output", "dense 8 relu dense 4 relu output"};

/* The patterns are those of the list; the sizes add up; each map is the net. */
static void check_regions(const gradus_net *net, double box, const pattern_list *list)
{
    gradus_regions *regions = count_on(net, 2, -box, box);
    gradus_regions_about about;
    double area = 0;
    gradus_regions_describe(regions, &about);
    if (about.regions != list->count)
        fail_msg("%zu regions, by patterns %zu", about.regions, list->count);
    for (size_t i = 0; i < about.regions; i++) {
        uint64_t pattern = 0;
        bool found = false;
        gradus_region region;
        double middle[2] = {0}, y;
        gradus_regions_region(regions, i, &region);
        for (size_t u = 0; u < about.units; u++)
            pattern |= (uint64_t)gradus_regions_above(regions, i, u) << u;
        for (size_t k = 0; !found && k < list->count; k++)
            found = list->pattern[k] == pattern;
        assert_true(found);
        for (size_t k = 0; k < 2 * region.corners; k++)
            middle[k % 2] += region.corner[k] / (double)region.corners;
        assert_int_equal(gradus_net_predict(net, middle, 1, &y), GRADUS_OK);
        const double by_map = region.map[0] * middle[0] + region.map[1] * middle[1] +
                              region.map[2];
        assert_true(fabs(by_map - y) <= 1e-11 * (1 + fabs(y)));
        assert_true(region.size > 0 && region.corners >= 3);
        area += region.size;
    }
    assert_true(fabs(area - 4 * box * box) <= 1e-12 * box * box * (double)about.regions);
    gradus_regions_free(regions);
}

static void train_a_little(gradus_net *net, uint64_t seed)
{
    double x[128], y[64];
    gradus_fit_options fit;
    for (uint32_t i = 0; i < 128; i++)
        x[i] = draw(seed, 700, i);
    for (uint32_t i = 0; i < 64; i++)
        y[i] = sin(3 * x[2 * i]) * x[2 * i + 1];
    gradus_fit_defaults(&fit);
    fit.loss = "mse";
    fit.epochs = 60;
    fit.batch = 16;
    fit.learning_rate = 0.02;
    assert_int_equal(gradus_fit(net, &(gradus_set){.rows = 64, .x = x, .y = y}, NULL, &fit,
                                NULL), GRADUS_OK);
}

static void patterns_are_those_found_by_search(void **state)
{
    (void)state;
    static pattern_list list;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        gradus_net *net = new_net(plain_nets[seed % 4], 2, 1, seed);
        draw_biases(net, seed, 0.7);
        find_patterns(net, 1.5, &list);
        check_regions(net, 1.5, &list);
        train_a_little(net, seed);
        find_patterns(net, 1.5, &list);
        check_regions(net, 1.5, &list);
        gradus_net_free(net);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_have_their_values),
        cmocka_unit_test(narrow_layers_bound_what_follows),
        cmocka_unit_test(bounds_may_be_too_large),
        cmocka_unit_test(one_layer_has_an_arrangement),
        cmocka_unit_test(a_line_may_have_the_product),
        cmocka_unit_test(folds_multiply),
        cmocka_unit_test(patterns_are_those_found_by_search),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
