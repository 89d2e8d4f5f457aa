/*
 * tests/unit/test_regions_exact.c - regions where rounding would decide: lines through one
 * point, on one another, along an edge; pieces; what is refused
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>

#include "base/status.h"
#include "faults.h"
#include "regions_nets.h"
#include "theory/regions_wide.h"

/* One hidden layer with these lines a x + b y + c and outgoing weights. */
static gradus_net *lines_net(size_t lines, const double *line, const double *out)
{
    char text[40];
    double w[2 * MOST_UNITS], b[MOST_UNITS], ones[MOST_UNITS];
    snprintf(text, sizeof text, "dense %zu relu output", lines);
    gradus_net *net = new_net(text, 2, 1, 1);
    for (size_t j = 0; j < lines; j++) {
        w[2 * j] = line[3 * j];
        w[2 * j + 1] = line[3 * j + 1];
        b[j] = line[3 * j + 2];
        ones[j] = (double)j + 1;
    }
    gradus_net_set(net, 0, w);
    gradus_net_set(net, 1, b);
    gradus_net_set(net, 2, out == NULL ? ones : out);
    return net;
}

static gradus_regions_about count_lines(size_t lines, const double *line,
                                        const double *out)
{
    gradus_net *net = lines_net(lines, line, out);
    const gradus_regions_about about = count(net, 2, -1, 1);
    gradus_net_free(net);
    return about;
}

static void lines_through_one_point(void **state)
{
    (void)state;
    double line[4][3] = {{1, 0, -0.5}, {0, 1, -0.25}, {1, 1, -0.75}, {3, -1, -1.25}};
    assert_int_equal(count_lines(3, *line, NULL).regions, 6);
    assert_int_equal(count_lines(4, *line, NULL).regions, 8);
    assert_true(count_lines(4, *line, NULL).exact > 0);
    /* a triangle with sides of some 1e-17 is a region; on the other side of the point too */
    line[2][2] = nextafter(line[2][2], 0);
    assert_int_equal(count_lines(3, *line, NULL).regions, 7);
    line[2][2] = nextafter(nextafter(-0.75, -1), -1);
    assert_int_equal(count_lines(3, *line, NULL).regions, 7);
    /* 0.1 + 0.2 is not 0.3 in doubles, and the three lines do not meet */
    const double tenths[3][3] = {{1, 0, -0.1}, {0, 1, -0.2}, {1, 1, -0.3}};
    assert_int_equal(count_lines(3, *tenths, NULL).regions, 7);
}

static void lines_on_one_another(void **state)
{
    (void)state;
    const double same[5][3] = {{3, 1, 0.7}, {3, 1, 0.7}, {-3, -1, -0.7}, {6, 2, 1.4},
                               {1, 0, 0}};
    assert_int_equal(count_lines(4, *same, NULL).regions, 2);
    assert_int_equal(count_lines(5, *same, NULL).regions, 4);
    /* 0.1 is a double near a tenth: three times it is not 0.3 */
    const double almost[2][3] = {{1, 0, 0.1}, {3, 0, 0.3}};
    assert_int_equal(count_lines(2, *almost, NULL).regions, 3);
    const double parallel[3][3] = {{1, 2, 0}, {1, 2, 0.5}, {1, 2, 1e-300}};
    assert_int_equal(count_lines(3, *parallel, NULL).regions, 4);
}

static void lines_that_miss(void **state)
{
    (void)state;
    const double line[6][3] = {{1, 0, 1}, {0, 1, -1}, {1, 1, 2}, {0, 0, 3}, {0, 0, 0},
                               {1, 0, 5}};
    const gradus_regions_about about = count_lines(6, *line, NULL);
    assert_int_equal(about.regions, 1);
    assert_int_equal(about.pieces, 1);
    assert_true(about.min == 4 && about.max == 4);
    /* along an edge and through two corners of the box, and one ulp inside */
    const double diagonal[2][3] = {{1, -1, 0}, {1, 1, 0}};
    assert_int_equal(count_lines(2, *diagonal, NULL).regions, 4);
    const double inside[1][3] = {{1, 0, nextafter(1, 0)}};
    assert_int_equal(count_lines(1, *inside, NULL).regions, 2);
}

/* Cones, whatever the box: all biases are 0. */
static void nets_without_biases(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        gradus_net *net = new_net("dense 7 relu dense 7 relu dense 5 relu output", 2, 1, seed);
        const gradus_regions_about about = count(net, 2, -1, 1);
        const gradus_slice large = {.variables = 2, .min = {-1000, -0.01}, .max = {3, 77}};
        gradus_regions *regions;
        assert_int_equal(gradus_regions_new(net, &large, NULL, &regions), GRADUS_OK);
        gradus_regions_about same;
        gradus_regions_describe(regions, &same);
        assert_true(about.regions >= 14);
        assert_int_equal(about.regions, same.regions);
        assert_int_equal(about.pieces, same.pieces);
        gradus_regions_free(regions);
        gradus_net_free(net);
    }
}

/* Every power of 2 may stand in front of a layer's weights and biases. */
static void scales_change_nothing(void **state)
{
    (void)state;
    static const int powers[][2] = {{0, 0}, {900, -900}, {-900, 900}, {-1000, -60}, {500, 500}};
    size_t regions = 0;
    for (size_t i = 0; i < 5; i++) {
        gradus_net *net = new_net("dense 9 relu dense 9 relu output", 2, 1, 5);
        draw_biases(net, 5, 0.4);
        double w[MOST_WEIGHTS];
        for (size_t t = 0; t < 4; t++) {
            gradus_tensor tensor;
            gradus_net_tensor(net, t, &tensor);
            gradus_net_get(net, t, w);
            for (size_t k = 0; k < tensor.rows * tensor.columns; k++)
                w[k] = ldexp(ldexp(rint(w[k] * 65536), -16), /* bits enough above 2^-1074 */
                             t == 3 ? powers[i][0] + powers[i][1] : powers[i][t / 2]);
            gradus_net_set(net, t, w);
        }
        const gradus_regions_about about = count(net, 2, -1, 1);
        regions = i == 0 ? about.regions : regions;
        assert_true(regions > 60);
        assert_int_equal(about.regions, regions);
        gradus_net_free(net);
    }
}

/* ---- pieces ---- */

static void units_that_make_no_difference(void **state)
{
    (void)state;
    /* relu(z) - relu(-z) = z: the line is none of a piece; another one is */
    const double pair[3][3] = {{0.3, 0.7, 0.1}, {-0.3, -0.7, -0.1}, {1, -0.2, 0.3}};
    const double out[3] = {1, -1, 1};
    assert_int_equal(count_lines(2, *pair, out).regions, 2);
    assert_int_equal(count_lines(2, *pair, out).pieces, 1);
    assert_int_equal(count_lines(3, *pair, out).regions, 4);
    assert_int_equal(count_lines(3, *pair, out).pieces, 2);
    /* no way out for a unit */
    assert_int_equal(count_lines(3, *pair, (const double[3]){0, 0, 1}).pieces, 2);
    assert_int_equal(count_lines(3, *pair, (const double[3]){0, 0, 0}).pieces, 1);
    /* slopes that differ by an ulp are two */
    assert_int_equal(count_lines(2, *pair, (const double[3]){1, -nextafter(1, 2)}).pieces, 2);
}

/* The same on a line, where the slope may change by its last bit. */
static void units_that_cancel_on_a_line(void **state)
{
    (void)state;
    for (int ulp = 0; ulp < 2; ulp++) {
        gradus_net *net = new_net("dense 3 relu output", 1, 1, 1);
        gradus_net_set(net, 0, (const double[3]){0.3, -0.3, 1});
        gradus_net_set(net, 1, (const double[3]){0.1, -0.1, 0.1});
        gradus_net_set(net, 2, (const double[3]){0.7, ulp ? -nextafter(0.7, 1) : -0.7, 0});
        const gradus_regions_about about = count(net, 1, -1, 1);
        assert_int_equal(about.regions, 3);
        assert_int_equal(about.pieces, 1 + ulp);
        gradus_net_free(net);
    }
}

/* relu(min(x, y)) + relu(min(-x, -y)): 0 on two quarters that meet in a point; a unit without
 * a way out cuts each of them in two. */
static void a_point_joins_nothing(void **state)
{
    (void)state;
    static const double first[] = {1, 0, -1, 0, 0, 1, 0, -1, 1, -1, -1, 1, 1, 1};
    static const double second[] = {1, -1, 0, 0, -1, 0, 0, -1, 1, 0, 0, 0, -1, 0};
    gradus_net *net = new_net("dense 7 relu dense 2 relu output", 2, 1, 1);
    gradus_net_set(net, 0, first);
    gradus_net_set(net, 2, second);
    gradus_net_set(net, 4, (const double[2]){1, 1});
    const gradus_regions_about about = count(net, 2, -1, 1);
    assert_int_equal(about.regions, 8);
    assert_int_equal(about.pieces, 6);
    gradus_net_free(net);
}

/* A hat: the zeros at its left and right are two pieces, on the line and as a strip. */
static void pieces_are_connected(void **state)
{
    (void)state;
    const double knot[3] = {0, -0.25, -0.5}, jump[3] = {2, -4, 2};
    const double strip[3][3] = {{1, 0, 0}, {1, 0, -0.25}, {1, 0, -0.5}};
    gradus_net *net = new_net("dense 3 relu output", 1, 1, 1);
    gradus_net_set(net, 0, (const double[3]){1, 1, 1});
    gradus_net_set(net, 1, knot);
    gradus_net_set(net, 2, jump);
    gradus_regions *regions = count_on(net, 1, -1, 1);
    static const double at[4][2] = {{-1, 0}, {0, 0.25}, {0.25, 0.5}, {0.5, 1}};
    static const double slope[4] = {0, 2, -2, 0}, value[4] = {0, 0, 1, 0};
    for (size_t i = 0; i < 4; i++) {
        gradus_region region;
        gradus_regions_region(regions, i, &region);
        assert_int_equal(region.corners, 2);
        assert_true(region.corner[0] == at[i][0] && region.corner[1] == at[i][1]);
        assert_true(region.map[0] == slope[i] && region.map[1] == value[i]);
        assert_int_equal(region.piece, i);
        assert_int_equal(region.side[0].layer, i > 0);
        assert_int_equal(region.side[1].layer, i < 3);
        if (i > 0)
            assert_true(region.side[0].unit == i - 1 && region.side[0].above);
        if (i < 3)
            assert_true(region.side[1].unit == i && !region.side[1].above);
        for (size_t u = 0; u < 3; u++)
            assert_int_equal(gradus_regions_above(regions, i, u), u < i);
    }
    gradus_regions_free(regions);
    gradus_net_free(net);
    assert_int_equal(count_lines(3, *strip, jump).pieces, 4);
}

/* On a line regions come from left to right, whatever way units face. */
static void lines_are_in_order(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        gradus_net *net = new_net("dense 9 relu dense 9 relu dense 9 relu output", 1, 1, seed);
        draw_biases(net, seed, 1);
        gradus_regions *regions = count_on(net, 1, -3, 3);
        gradus_regions_about about;
        double end = -3;
        gradus_regions_describe(regions, &about);
        for (size_t i = 0; i < about.regions; i++) {
            gradus_region region;
            gradus_regions_region(regions, i, &region);
            assert_true(fabs(region.corner[0] - end) <= 1e-12);
            assert_true(region.corner[1] > region.corner[0]);
            end = region.corner[1];
        }
        assert_true(end == 3);
        gradus_regions_free(regions);
        gradus_net_free(net);
    }
}

/* ---- refusals ---- */

static void refuse(const char *text, const gradus_slice *slice, size_t most, const char *why)
{
    gradus_net *net = new_net(text, 2, 1, 1);
    gradus_regions *regions;
    draw_biases(net, 3, 0.5);
    assert_int_equal(gradus_regions_new(net, slice, &(gradus_regions_options){.max = most},
                                        &regions), GRADUS_ARGUMENT);
    assert_null(regions);
    if (strstr(gradus_error(), why) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", gradus_error(), why);
    gradus_net_free(net);
}

static void what_is_refused(void **state)
{
    (void)state;
    const gradus_slice box = {.variables = 2, .min = {-1, -1}, .max = {1, 1}};
    gradus_slice wrong = box;
    refuse("dense 3 tanh dense 2 relu output", &box, 99, "\"tanh\" is not linear");
    refuse("dense 3 relu output softmax relu", &box, 99, "\"softmax\" is not linear");
    refuse("dense 9 relu output", &box, 5, "more than 5");
    wrong.max[1] = -1;
    refuse("output", &wrong, 99, "empty");
    wrong.max[1] = INFINITY;
    refuse("output", &wrong, 99, "no end");
    wrong = box;
    wrong.variables = 3;
    refuse("output", &wrong, 99, "3 variables");
    wrong = box;
    wrong.origin = (const double[2]){0, NAN};
    refuse("output", &wrong, 99, "not finite");
    gradus_net *net = new_net("dense 2 relu output", 1, 1, 1);
    gradus_regions *regions;
    assert_int_equal(gradus_regions_new(net, &box, NULL, &regions), GRADUS_ARGUMENT);
    gradus_net_set(net, 1, (const double[2]){0, INFINITY});
    wrong = box;
    wrong.variables = 1;
    assert_int_equal(gradus_regions_new(net, &wrong, NULL, &regions), GRADUS_ARGUMENT);
    assert_non_null(strstr(gradus_error(), "1.bias"));
    gradus_net_free(net);
}

/* Lines through one point, so that integers are needed. */
static void memory_may_fail(void **state)
{
    (void)state;
    const double line[4][3] = {{1, 0, -0.5}, {0, 1, -0.25}, {1, 1, -0.75}, {-1, -1, 0.75}};
    gradus_net *from = lines_net(4, *line, (const double[4]){1, 2, 1, -1}), *net;
    const gradus_slice box = {.variables = 2, .min = {-1, -1}, .max = {1, 1}};
    faults fault;
    gradus_context *context = faults_open(&fault);
    gradus_regions *regions;
    double values[8];
    assert_int_equal(gradus_net_new(context, "dense 4 relu output", 2, 1, GRADUS_FLOAT64, 1,
                                    &net), GRADUS_OK);
    for (size_t i = 0; i < 4; i++) {
        gradus_net_get(from, i, values);
        gradus_net_set(net, i, values);
    }
    for (size_t n = 1;; n++) {
        faults_arm(&fault, n, FAULT_MEMORY);
        const gradus_status status = gradus_regions_new(net, &box, NULL, &regions);
        if (!fault.hit) {
            assert_int_equal(status, GRADUS_OK);
            assert_true(n > 15);
            break;
        }
        assert_int_equal(status, GRADUS_MEMORY);
        assert_null(regions);
    }
    gradus_regions_free(regions);
    gradus_net_free(net);
    gradus_net_free(from);
    faults_close(&fault, context);
}

/* Numbers of either sign, with words that say nothing at both ends. */
static void integers_as_doubles(void **state)
{
    (void)state;
    const uint32_t sign[2] = {0, UINT32_MAX};
    for (int s = 0; s < 2; s++) {
        uint32_t none[3] = {sign[s], sign[s], sign[s]};
        uint32_t some[5] = {7, 0, 5, sign[s], sign[s]};
        const double value = 0x5p64 + 7 - (s ? 0x1p96 : 0);
        assert_true(gr_wide_to_double((gr_wide){none, 3}, 4) == (s ? -16 : 0));
        assert_true(fabs(gr_wide_to_double((gr_wide){some, 5}, -64) - value * 0x1p-64) <=
                    fabs(value) * 0x1p-115);
        uint32_t product[6];
        gr_wide_multiply((gr_wide){some, 5}, (gr_wide){none, 3}, (gr_wide){product, 6});
        assert_true(gr_wide_to_double((gr_wide){product, 6}, 0) == (s ? -value : 0));
    }
}

static int stop_at_five(size_t regions, double share, void *user)
{
    double *last = user;
    assert_true(share > *last && share <= 1 + 1e-12);
    *last = share;
    return regions == 5;
}

static void an_observer_stops(void **state)
{
    (void)state;
    double last = 0;
    gradus_net *net = new_net("dense 8 relu dense 8 relu output", 2, 1, 1);
    const gradus_slice box = {.variables = 2, .min = {-3, -2}, .max = {3, 2}};
    gradus_regions *regions = NULL;
    gradus_regions_options options = {.max = 1000, .observer = stop_at_five, .user = &last};
    assert_int_equal(gradus_regions_new(net, &box, &options, &regions), GRADUS_STOPPED);
    assert_null(regions);
    gradus_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_through_one_point),
        cmocka_unit_test(lines_on_one_another),
        cmocka_unit_test(lines_that_miss),
        cmocka_unit_test(nets_without_biases),
        cmocka_unit_test(scales_change_nothing),
        cmocka_unit_test(units_that_make_no_difference),
        cmocka_unit_test(units_that_cancel_on_a_line),
        cmocka_unit_test(a_point_joins_nothing),
        cmocka_unit_test(pieces_are_connected),
        cmocka_unit_test(lines_are_in_order),
        cmocka_unit_test(integers_as_doubles),
        cmocka_unit_test(an_observer_stops),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(memory_may_fail),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
