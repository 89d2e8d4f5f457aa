/*
 * theory/depth.c - networks that are small because they are deep: teeth, squares, products
 * and polynomials
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "base/status.h"
#include "theory/deep.h"

enum { MOST_LEVELS = 500, MOST_TEETH = 1000 };

/* ---- teeth ---- */

/* g(x) = 2 relu(x) - 4 relu(x - 1/2) + 2 relu(x - 1), again and again. */
gradus_status gradus_sawtooth_build(const gradus_context *context, size_t levels,
                                    gradus_net **net)
{
    gradus_status status = GRADUS_OK;
    gr_tower tower = gr_tower_start(context, 1);
    gr_form wave = gr_form_unit(0, 1);
    if (levels < 1 || levels > MOST_TEETH)
        status = gr_fail(GRADUS_ARGUMENT, "sawtooth: %zu levels: 1 to %d can be built", levels,
                         MOST_TEETH);
    for (size_t s = 0; s < levels && status == GRADUS_OK; s++) {
        status = gr_tower_add(&tower, 3, "relu");
        for (size_t j = 0; j < 3 && status == GRADUS_OK; j++)
            gr_tower_unit(&tower, j, gr_form_shift(wave, -(double)j / 2));
        wave = gr_form_add(gr_form_add(gr_form_unit(0, 2), gr_form_unit(1, -4)),
                           gr_form_unit(2, 2));
    }
    return gr_tower_output(&tower, status, wave, net);
}

/* ---- x^2 ---- */

static gradus_status check_levels(size_t levels)
{
    return levels >= 1 && levels <= MOST_LEVELS
               ? GRADUS_OK
               : gr_fail(GRADUS_ARGUMENT, "squares: %zu levels: 1 to %d can be built", levels,
                         MOST_LEVELS);
}

gradus_status gradus_square_build(const gradus_context *context, size_t levels, double *bound,
                                  gradus_net **net)
{
    gr_tower tower = gr_tower_start(context, 1);
    gr_carried nothing = {.count = 0};
    gr_form sum = {.terms = 0};
    gradus_status status = check_levels(levels);
    if (status == GRADUS_OK)
        status = gr_tower_square(&tower, levels, gr_form_unit(0, 1), (gr_line){0, 0}, &nothing,
                                 &sum);
    status = gr_tower_output(&tower, status, sum, net);
    if (status == GRADUS_OK)
        *bound = gr_square_error(levels);
    return status;
}

/* ---- x y ---- */

/* The least power of 2 that is not below x > 0. */
static double power_above(double x)
{
    int exponent;
    const double fraction = frexp(x, &exponent);
    return ldexp(1, fraction == 0.5 ? exponent - 1 : exponent);
}

gradus_status gradus_product_build(const gradus_context *context, size_t levels, double range,
                                   double *bound, gradus_net **net)
{
    gr_tower tower = gr_tower_start(context, 2);
    gr_form product = {.terms = 0};
    gr_carried nothing = {.count = 0};
    gradus_status status = check_levels(levels);
    if (status == GRADUS_OK && !(range >= 0x1p-400 && range <= 0x1p400))
        status = gr_fail(GRADUS_ARGUMENT, "product: the range is to be above 0, and between "
                                          "2^-400 and 2^400");
    if (status == GRADUS_OK) {
        range = power_above(range);
        status = gr_tower_multiply(&tower, levels, gr_form_unit(0, 1 / range),
                             gr_form_unit(1, 1 / range), &nothing, &product);
    }
    status = gr_tower_output(&tower, status, gr_form_scale(product, range * range), net);
    if (status == GRADUS_OK)
        *bound = range * range * gr_square_error(levels);
    return status;
}

/* ---- polynomials ---- */

static gradus_status check_polynomial(size_t terms, double least, double most)
{
    if (terms < 1 || !(least < most) || !isfinite(most - least))
        return gr_fail(GRADUS_ARGUMENT, "polynomial: coefficients, and an interval that is "
                                        "not empty, are needed");
    return terms <= GRADUS_POLYNOMIAL_DEGREE + 1
               ? GRADUS_OK
               : gr_fail(GRADUS_ARGUMENT, "polynomial: %zu coefficients: at most %d are taken",
                         terms, GRADUS_POLYNOMIAL_DEGREE + 1);
}

static gradus_status expand(const gradus_context *context, const double *a, size_t terms,
                            const gradus_interval *box, gradus_polynomial **on_box)
{
    gradus_term term[GRADUS_POLYNOMIAL_DEGREE + 1];
    gradus_polynomial *p;
    for (size_t k = 0; k < terms; k++)
        term[k] = (gradus_term){{a[k], a[k]}, {(unsigned char)k}};
    gradus_status status = gradus_polynomial_new(context, term, terms, &p);
    if (status == GRADUS_OK)
        status = gradus_polynomial_on_box(p, box, on_box);
    gradus_polynomial_free(p);
    return status;
}

gradus_status gradus_polynomial_build(const gradus_context *context, const double *a,
                                      size_t terms, double least, double most, size_t levels,
                                      double *bound, gradus_net **net)
{
    const gradus_interval box = {least, most};
    const unsigned saved = gr_float_enter();
    gr_tower tower = gr_tower_start(context, 1);
    gradus_polynomial *on_box = NULL;
    gr_form output = {.terms = 0};
    gr_deep_error error = {INFINITY, INFINITY};
    gradus_status status = check_levels(levels);
    if (status == GRADUS_OK)
        status = check_polynomial(terms, least, most);
    if (status == GRADUS_OK)
        status = expand(context, a, terms, &box, &on_box);
    if (status == GRADUS_OK)
        status = gr_deep_lay(&(gr_deep){on_box, &box, 1, levels}, &tower, &output, &error);
    if (status == GRADUS_OK && !(error.error < INFINITY))
        status = gr_fail(GRADUS_ARGUMENT, "polynomial: there is no bound that double can hold: "
                                          "take a smaller interval, or scale it");
    status = gr_tower_output(&tower, status, output, net);
    gradus_polynomial_free(on_box);
    if (status == GRADUS_OK)
        *bound = error.error;
    gr_float_leave(saved);
    return status;
}

/* ---- what one layer cannot do ---- */

/* On a piece of length h the best affine function is h^2/8 off x^2, and one of the units + 1
 * pieces at most is as long as 1/(units + 1). */
double gradus_square_shallow_error(size_t units)
{
    const double pieces = (double)units + 1;
    return 1 / (8 * pieces * pieces);
}

/* Of 2^s - 1 triangles of area 2^-s/4 about 1/2, with signs that alternate, N pieces, that
 * cross 1/2 N times at most, leave (2^s - 2 - 2N)/2 on the wrong side. */
double gradus_sawtooth_shallow_error(size_t levels, size_t units)
{
    const double pieces = (double)units + 1;
    const double teeth = ldexp(1, levels < 1000 ? (int)levels : 1000);
    const double error = (1 - (2 * pieces + 2) / teeth) / 8;
    return error > 0 ? error : 0;
}
