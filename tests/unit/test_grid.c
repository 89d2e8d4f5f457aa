/*
 * tests/unit/test_grid.c - networks for functions of several variables, and their bounds
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <string.h>

#include "base/context.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"
#include "faults.h"
#include "surfaces.h"
#include "theory/grid.h"
#include "theory/two_layers.h"

enum { POINTS = 2000 };
static const gr_construction *const constructions[] = {
    &gr_construction_kuhn, &gr_construction_sigmoid_tiles, &gr_construction_tiles,
};

/* ---- what is measured ---- */

/* Anywhere; in the middle of a cell; near a corner, by a few doubles or by a strip. */
static double place(const gr_grid *grid, size_t axis, gr_key key, uint32_t point)
{
    const gradus_interval side = grid->target->box[axis];
    const double width = side.max - side.min, n = (double)grid->pieces;
    const uint32_t column = 8 * (uint32_t)axis;
    const double share = gr_random_uniform(key, point, column);
    const double kind = gr_random_uniform(key, point, column + 1);
    const double away = 2 * gr_random_uniform(key, point, column + 2) - 1;
    double x = side.min + width * share;
    if (point % 8 == 0) { /* the middle of a cell, along all axes */
        const size_t j = (size_t)(share * n);
        x = gr_grid_edge(grid, axis, j) / 2 + gr_grid_edge(grid, axis, j + 1) / 2;
    } else if (kind < 0.6) {
        const size_t j = (size_t)(share * (n + 1));
        x = gr_grid_edge(grid, axis, j) + (kind < 0.2 ? 0 : kind < 0.4 ? away / 32 : away / 2) *
                                              width / n;
        if (kind < 0.05)
            x = gr_up(x);
        else if (kind < 0.1)
            x = gr_down(x);
    }
    return x < side.min ? side.min : x > side.max ? side.max : x;
}

/* The largest |f - net|, more than nothing by what f is known to. */
static double measure(const gr_grid *grid, const gradus_net *net, size_t points)
{
    static double x[POINTS * GRADUS_VARIABLES], y[POINTS];
    const gradus_function *f = grid->target->f;
    double worst = 0;
    for (size_t p = 0; p < points; p++)
        for (size_t i = 0; i < grid->d; i++)
            x[p * grid->d + i] = place(grid, i, (gr_key){5, GR_PURPOSE_SPLIT, 0}, (uint32_t)p);
    assert_int_equal(gradus_net_predict(net, x, points, y), GRADUS_OK);
    for (size_t p = 0; p < points; p++)
        worst = gr_most(worst, fabs(y[p] - f->value(&x[p * grid->d], f->user)));
    return worst;
}

typedef struct outcome {
    gr_bound bound;
    double measured;
} outcome;

static outcome try_out(const gr_construction *c, const gr_target *target, size_t pieces)
{
    outcome o;
    gr_grid grid;
    gradus_net *net;
    gradus_net_about about;
    assert_int_equal(gr_grid_new(target, pieces, &grid), GRADUS_OK);
    assert_int_equal(c->bound(target, pieces, &o.bound), GRADUS_OK);
    assert_int_equal(c->build(target, pieces, &net), GRADUS_OK);
    gradus_net_describe(net, &about);
    const gr_shape shape = c->shape(target, pieces);
    assert_int_equal(about.parameters, shape.parameters);
    assert_int_equal(about.depth, shape.layers + 1);
    assert_int_equal(about.precision, GRADUS_FLOAT64);
    o.measured = measure(&grid, net, POINTS);
    gradus_net_free(net);
    return o;
}

/* ---- all functions, all constructions ---- */

static gr_target target_of(const gradus_function *f, const surface_of *s)
{
    return (gr_target){gr_context_or_default(NULL), f, s->box, NULL, NULL, NULL};
}

static const surface_of *surface_named(const char *name, size_t inputs)
{
    for (size_t s = 0; s < GR_COUNT(surfaces); s++)
        if (strcmp(surfaces[s].name, name) == 0 && surfaces[s].inputs == inputs)
            return &surfaces[s];
    fail_msg("no surface %s", name);
    return NULL;
}

static void every_error_is_within_its_bound(void **state)
{
    static const size_t pieces[2][4] = {{0, 7, 4, 3}, {0, 50, 16, 8}};
    (void)state;
    for (size_t s = 0; s < GR_COUNT(surfaces); s++)
        for (size_t c = 0; c < 2 * GR_COUNT(constructions); c++) {
            const gr_construction *by = constructions[c / 2];
            const gradus_function f = function_of(&surfaces[s], true);
            const gr_target target = target_of(&f, &surfaces[s]);
            if (f.inputs < by->min_inputs || f.inputs > by->max_inputs)
                continue;
            const outcome o = try_out(by, &target, pieces[c % 2][f.inputs]);
            assert_true(o.bound.proved);
            assert_true(o.measured <= o.bound.bound);
        }
}

/* At most 4 d times the error, as asked of the interpolation; and far less for the others:
 * tiles are what the enclosure is, corners add a strip, and mixed differences. */
static void bounds_of_smooth_functions_are_near(void **state)
{
    static const double most[] = {5, 3, 1.3};
    (void)state;
    for (size_t s = 0; s < GR_COUNT(surfaces); s++)
        for (size_t c = 0; c < GR_COUNT(constructions) && surfaces[s].smooth; c++) {
            const gradus_function f = function_of(&surfaces[s], true);
            const gr_target target = target_of(&f, &surfaces[s]);
            if (f.inputs < constructions[c]->min_inputs)
                continue;
            const outcome o = try_out(constructions[c], &target, f.inputs == 3 ? 8 : 16);
            assert_true(o.bound.bound <= most[c] * o.measured);
        }
}

/* x -> sum x_i^2 has the largest error that a cell can have, d M h^2/8: on each diagonal. */
static void interpolation_of_the_bowl(void **state)
{
    (void)state;
    for (size_t d = 2; d <= 3; d++) {
        surface_of bowl = *surface_named("bowl", 2);
        bowl.inputs = d;
        const gradus_function f = function_of(&bowl, true);
        const gr_target target = target_of(&f, &bowl);
        const outcome o = try_out(&gr_construction_kuhn, &target, 8);
        const double h = 2.0 / 8, worst = (double)d * 2 * h * h / 8;
        assert_true(fabs(o.measured - worst) < 1e-12);
        assert_true(fabs(o.bound.bound - worst * 2 * (double)d / (double)(d + 1)) < 1e-11);
    }
}

/* Where f has no second derivatives cells are taken apart: beside what is measured, the bound
 * of the root is near, and that of what is linear on the simplices is a 32nd of a cell's. */
static void bounds_of_rough_functions(void **state)
{
    const surface_of *root = surface_named("root", 2), *corner = surface_named("corner", 2);
    const gradus_function f = function_of(root, true), g = function_of(corner, true);
    const gr_target target = target_of(&f, root), exact = target_of(&g, corner);
    (void)state;
    outcome o = try_out(&gr_construction_kuhn, &target, 16);
    assert_true(fabs(o.bound.bound - 1.0 / 16) < 2e-3); /* sqrt(h)/4 at h/4 */
    o = try_out(&gr_construction_kuhn, &exact, 16);
    assert_true(o.bound.bound < 1.01 * 2.0 / 16 / 32 && o.measured < 1e-14);
    for (size_t i = 0; i < 2; i++) { /* a kink in one simplex of two, the error on it 1/4 */
        const surface_of *s = surface_named(i == 0 ? "below" : "above", 2);
        const gradus_function h = function_of(s, true);
        const gr_target one = target_of(&h, s);
        o = try_out(&gr_construction_kuhn, &one, 1);
        assert_true(o.bound.bound >= 0.25 && o.bound.bound < 0.3);
    }
}

/* ---- what is exact ---- */

static void affine_functions_are_interpolated_exactly(void **state)
{
    (void)state;
    for (size_t d = 2; d <= 3; d++)
        for (size_t n = 1; n <= 20; n += n) {
            const surface_of *affine = surface_named("affine", d);
            const gradus_function f = function_of(affine, true);
            const gr_target target = target_of(&f, affine);
            const outcome o = try_out(&gr_construction_kuhn, &target, n);
            assert_true(o.bound.bound < 2e-13 && o.measured < 3e-14);
        }
}

/* Random values at the nodes of a grid of d axes, and their interpolation by sorting: the
 * vertices of the simplex of x follow from the order of the fractions of y. */
typedef struct nodal {
    const gradus_interval *box;
    size_t d, n;
    size_t only;                /* the node that has the value 1; SIZE_MAX: random ones */
} nodal;

static double nodal_value(const nodal *k, const size_t *j)
{
    const size_t node = gr_number(j, k->n + 1, k->d);
    if (k->only != SIZE_MAX)
        return node == k->only;
    return 2 * gr_random_uniform((gr_key){8, GR_PURPOSE_SPLIT, 1}, node, 0) - 1;
}

static double nodal_interpolation(const double *x, void *user)
{
    const nodal *k = user;
    double share[GRADUS_VARIABLES], sum, before = 1;
    size_t j[GRADUS_VARIABLES];
    for (size_t i = 0; i < k->d; i++) {
        const double y = (double)k->n * (x[i] - k->box[i].min) /
                         (k->box[i].max - k->box[i].min);
        j[i] = (size_t)fmin(floor(y), (double)k->n - 1);
        share[i] = y - (double)j[i];
    }
    sum = 0;
    for (size_t step = 0; step <= k->d; step++) {
        size_t next = 0;
        for (size_t i = 1; i < k->d; i++)
            next = share[i] > share[next] ? i : next;
        const double now = step < k->d ? share[next] : 0;
        sum += (before - now) * nodal_value(k, j);
        before = now;
        j[next] += step < k->d;
        share[next] = -1;
    }
    return sum;
}

/* The interpolation of what is linear on the simplices is it again, and bound() is not asked:
 * its pieces are the test's, or half as long. */
static void check_nodal(nodal *k, double tolerance)
{
    const gradus_function f = {k->d, nodal_interpolation, NULL, k, NULL};
    const gr_target target = {gr_context_or_default(NULL), &f, k->box, NULL, NULL, NULL};
    for (size_t fine = 1; fine <= 2; fine++) {
        gr_grid grid;
        gradus_net *net;
        assert_int_equal(gr_grid_new(&target, fine * k->n, &grid), GRADUS_OK);
        assert_int_equal(gr_construction_kuhn.build(&target, fine * k->n, &net), GRADUS_OK);
        assert_true(measure(&grid, net, 500) < tolerance);
        gradus_net_free(net);
    }
}

static void functions_of_the_triangulation_come_back(void **state)
{
    static const gradus_interval box[] = {{-1, 2}, {0.1, 0.4}, {5, 5.5}};
    (void)state;
    for (size_t d = 2; d <= 3; d++)
        for (size_t n = 1; n <= 12; n += 1 + n / 2) {
            nodal k = {box, d, n, SIZE_MAX};
            check_nodal(&k, 1e-11);
        }
    nodal hat = {box, 2, 3, 0};
    for (; hat.only < 16; hat.only++)
        check_nodal(&hat, 1e-13);
    hat = (nodal){box, 3, 2, 0};
    for (; hat.only < 27; hat.only++)
        check_nodal(&hat, 1e-13);
}

/* The hats of all nodes add to 1: the values of all are 1. */
static void hats_add_to_one(void **state)
{
    (void)state;
    for (size_t d = 2; d <= 3; d++) {
        const surface_of *constant = surface_named("constant", 2);
        surface_of one = *constant;
        one.inputs = d;
        const gradus_function f = function_of(&one, true);
        const gr_target target = target_of(&f, &one);
        const outcome o = try_out(&gr_construction_kuhn, &target, 7);
        assert_true(o.measured < 4e-15 && o.bound.bound < 4e-15);
    }
}

/* Each x of the closed box is in one tile: the net takes the values of the cells only, and the
 * right one on both sides of each edge. */
static void tiles_are_exact(void **state)
{
    const surface_of *s = surface_named("growth", 3);
    const gradus_function f = function_of(s, true);
    const gr_target target = target_of(&f, s);
    gr_grid grid;
    gradus_net *net;
    (void)state;
    assert_int_equal(gr_grid_new(&target, 5, &grid), GRADUS_OK);
    assert_int_equal(gr_construction_tiles.build(&target, 5, &net), GRADUS_OK);
    for (size_t k = 0; k < grid.cells; k++) {
        size_t cell[3];
        double x[8][3], y[8];
        gradus_interval box[3];
        gr_cell look;
        gr_digits(k, 5, 3, cell);
        gr_grid_cell(&grid, cell, box);
        assert_int_equal(gr_cell_look(&target, box, &look), GRADUS_OK);
        for (size_t v = 0; v < 8; v++)
            for (size_t i = 0; i < 3; i++)
                x[v][i] = v >> i & 1 ? box[i].max
                          : cell[i] == 0 ? box[i].min : gr_up(box[i].min);
        assert_int_equal(gradus_net_predict(net, x, 8, y), GRADUS_OK);
        for (size_t v = 0; v < 8; v++)
            assert_true(y[v] == gr_cell_amid(&look));
    }
    gradus_net_free(net);
}

/* Beyond its strip an edge is crossed: the net has the value that it has amid the cell. */
static void corners_are_flat_beyond_their_strips(void **state)
{
    const surface_of *s = surface_named("growth", 3);
    const gradus_function f = function_of(s, true);
    const gr_target target = target_of(&f, s);
    const double strip = 1.0 / 5 / 64;
    gr_grid grid;
    gradus_net *net;
    (void)state;
    assert_int_equal(gr_grid_new(&target, 5, &grid), GRADUS_OK);
    assert_int_equal(gr_construction_sigmoid_tiles.build(&target, 5, &net), GRADUS_OK);
    for (size_t k = 0; k < grid.cells; k++) {
        size_t cell[3];
        double x[9][3], y[9];
        gradus_interval box[3];
        gr_digits(k, 5, 3, cell);
        gr_grid_cell(&grid, cell, box);
        for (size_t v = 0; v < 9; v++)
            for (size_t i = 0; i < 3; i++)
                x[v][i] = v == 8          ? (box[i].min + box[i].max) / 2
                          : v >> i & 1 ? box[i].max - 1.01 * strip
                                       : box[i].min + 1.01 * strip;
        assert_int_equal(gradus_net_predict(net, x, 9, y), GRADUS_OK);
        for (size_t v = 0; v < 8; v++)
            assert_true(fabs(y[v] - y[8]) < 1e-12);
    }
    gradus_net_free(net);
}

/* ---- many axes, without a proof, and failures ---- */

static double ripple(const double *x, void *user)
{
    double sum = 0;
    for (size_t i = 0; i < *(const size_t *)user; i++)
        sum += x[i] * x[i];
    return sin(sum);
}

static void tiles_in_many_dimensions(void **state)
{
    static const gradus_interval box[] = {{0, 1}, {0, 1}, {0, 1}, {0, 1},
                                          {0, 1}, {0, 1}, {0, 1}, {0, 1}};
    (void)state;
    for (size_t d = 4; d <= GRADUS_VARIABLES; d++)
        for (size_t c = 1; c < GR_COUNT(constructions); c++) {
            const gradus_function f = {d, ripple, NULL, &d, NULL};
            const gr_target target = {gr_context_or_default(NULL), &f, box, NULL, NULL, NULL};
            if (d > constructions[c]->max_inputs)
                continue;
            const outcome o = try_out(constructions[c], &target, d > 5 ? 2 : 4);
            assert_true(!o.bound.proved && o.measured <= 1.05 * o.bound.bound);
            assert_true(o.bound.bound < INFINITY);
        }
}

/* By values alone bounds come out much the same where f is smooth. */
static void estimates_are_like_bounds(void **state)
{
    (void)state;
    for (size_t s = 0; s < GR_COUNT(surfaces); s++)
        for (size_t c = 0; c < GR_COUNT(constructions) && surfaces[s].smooth; c++) {
            gradus_function f = function_of(&surfaces[s], true);
            const gr_target target = target_of(&f, &surfaces[s]);
            gr_bound proof, estimate;
            if (f.inputs < constructions[c]->min_inputs)
                continue;
            const size_t n = f.inputs == 3 ? 8 : 16;
            assert_int_equal(constructions[c]->bound(&target, n, &proof), GRADUS_OK);
            f.enclose = NULL;
            assert_int_equal(constructions[c]->bound(&target, n, &estimate), GRADUS_OK);
            assert_true(proof.proved && !estimate.proved);
            assert_true(estimate.bound < 1.5 * proof.bound);
            assert_true(estimate.bound > 0.7 * proof.bound);
        }
}

static double reciprocal_value(const double *x, void *user)
{
    (void)user;
    return 1 / (x[0] - x[1]);
}

static void what_cannot_be_built_is_refused(void **state)
{
    static const gradus_interval wide[] = {{-1.7e308, 1.7e308}, {0, 1}};
    static const gradus_interval narrow[] = {{0, 1}, {1, 1 + 4e-16}};
    static const gradus_interval unit[] = {{0, 1}, {0, 1}};
    static const struct {
        const gradus_interval *box;
        double (*value)(const double *x, void *user);
        const char *message;
    } cases[] = {
        {wide, ripple, "axis 1 from -1.7e308 to 1.7e308 in 4 pieces: beyond doubles"},
        {narrow, ripple, "axis 2 from 1 to 1.0000000000000004 in 4 pieces: they are shorter"},
        {unit, reciprocal_value, "finite"},
    };
    size_t two = 2;
    (void)state;
    for (size_t i = 0; i < GR_COUNT(cases); i++)
        for (size_t c = 0; c < GR_COUNT(constructions); c++) {
            const gradus_function f = {2, cases[i].value, NULL, &two, NULL};
            const gr_target target = {gr_context_or_default(NULL), &f, cases[i].box, NULL,
                                      NULL, NULL};
            gr_bound bound;
            gradus_net *net;
            assert_int_equal(constructions[c]->bound(&target, 4, &bound), GRADUS_ARGUMENT);
            if (strstr(gradus_error(), cases[i].message) == NULL)
                fail_msg("%s", gradus_error());
            assert_int_equal(constructions[c]->build(&target, 4, &net), GRADUS_ARGUMENT);
            assert_null(net);
        }
}

static void memory_may_be_short(void **state)
{
    faults memory;
    gradus_context *context = faults_open(&memory);
    const surface_of *s = surface_named("mixed", 3);
    (void)state;
    for (size_t c = 0; c < GR_COUNT(constructions); c++)
        for (size_t n = 1, done = 0; !done; n++) {
            const gradus_function f = function_of(s, c == 0);
            const gr_target target = {context, &f, s->box, NULL, NULL, NULL};
            gr_bound bound;
            gradus_net *net = NULL;
            faults_arm(&memory, n, FAULT_MEMORY);
            gradus_status status = constructions[c]->bound(&target, 3, &bound);
            if (status == GRADUS_OK)
                status = constructions[c]->build(&target, 3, &net);
            done = !faults_hit(&memory);
            assert_int_equal(status, done ? GRADUS_OK : GRADUS_MEMORY);
            gradus_net_free(net);
        }
    faults_close(&memory, context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_is_within_its_bound),
        cmocka_unit_test(bounds_of_smooth_functions_are_near),
        cmocka_unit_test(interpolation_of_the_bowl),
        cmocka_unit_test(bounds_of_rough_functions),
        cmocka_unit_test(affine_functions_are_interpolated_exactly),
        cmocka_unit_test(functions_of_the_triangulation_come_back),
        cmocka_unit_test(hats_add_to_one),
        cmocka_unit_test(tiles_are_exact),
        cmocka_unit_test(corners_are_flat_beyond_their_strips),
        cmocka_unit_test(tiles_in_many_dimensions),
        cmocka_unit_test(estimates_are_like_bounds),
        cmocka_unit_test(what_cannot_be_built_is_refused),
        cmocka_unit_test(memory_may_be_short),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
