/*
 * theory/depth.c - networks that are small because they are deep: teeth, squares, products
 * and polynomials
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "base/status.h"
#include "theory/squares.h"

enum { MOST_LEVELS = 500, MOST_TEETH = 1000 };

/* ---- teeth ---- */

/* g(x) = 2 relu(x) - 4 relu(x - 1/2) + 2 relu(x - 1), again and again. */
gradus_status gradus_build_sawtooth(const gradus_context *context, size_t levels,
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

gradus_status gradus_build_square(const gradus_context *context, size_t levels, double *bound,
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

gradus_status gradus_build_product(const gradus_context *context, size_t levels, double range,
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

/* What Horner's rule goes by: q_k = a_k + x q_(k+1). */
typedef struct horner {
    gr_tower tower;
    gr_carried carried; /* x - least */
    gr_form value;      /* q_k */
    double least, range, power; /* |x| <= range <= power, of 2 */
    double size, error; /* |q_k| and what it is off by are at most this */
} horner;

static const double upwards = 1 + 0x1p-48; /* more than a few roundings */

/* x / A and q / B with powers of 2, so that only sums of constants are rounded: by 2^-53 of
 * at most 2, which changes a square of at most 1 by 2^-51. */
static gradus_status step(horner *h, size_t levels, double a)
{
    const double most = (h->size + h->error) * upwards + 0x1p-900;
    if (!(most < 0x1p500) || !(h->power < 0x1p500))
        return gr_fail(GRADUS_ARGUMENT, "polynomial: its values are above 2^500");
    const double scale = power_above(most), both = h->power * scale;
    gr_form product = {0};
    const gr_form x = gr_form_shift(h->carried.form[0], h->least);
    const gradus_status status =
        gr_tower_multiply(&h->tower, levels, gr_form_scale(x, 1 / h->power),
                 gr_form_scale(h->value, 1 / scale), &h->carried, &product);
    if (status != GRADUS_OK)
        return status;
    h->value = gr_form_shift(gr_form_scale(product, both), a);
    h->error = (h->range * h->error + both * (gr_square_error(levels) + 0x1p-49)) * upwards;
    h->size = (h->range * h->size + fabs(a)) * upwards;
    return GRADUS_OK;
}

static gradus_status check_polynomial(const double *a, size_t terms, double least, double most)
{
    if (terms < 1 || !(least < most) || !isfinite(most - least))
        return gr_fail(GRADUS_ARGUMENT, "polynomial: coefficients, and an interval that is "
                                        "not empty, are needed");
    for (size_t k = 0; k < terms; k++)
        if (!isfinite(a[k]))
            return gr_fail(GRADUS_ARGUMENT, "polynomial: coefficient %zu is not finite", k);
    return GRADUS_OK;
}

gradus_status gradus_build_polynomial(const gradus_context *context, const double *a,
                                      size_t terms, double least, double most, size_t levels,
                                      double *bound, gradus_net **net)
{
    const double range = fabs(least) > fabs(most) ? fabs(least) : fabs(most);
    horner h = {.tower = gr_tower_start(context, 1), .carried = {1, {gr_form_unit(0, 1)}},
                .least = least, .range = range};
    gradus_status status = check_levels(levels);
    if (status == GRADUS_OK)
        status = check_polynomial(a, terms, least, most);
    if (status == GRADUS_OK)
        status = gr_tower_add(&h.tower, 1, "relu");
    if (status == GRADUS_OK) {
        h.power = power_above(range);
        gr_tower_unit(&h.tower, 0, gr_form_shift(h.carried.form[0], -least));
        h.value = (gr_form){.constant = a[terms - 1]};
        h.size = fabs(a[terms - 1]);
    }
    for (size_t k = terms - 1; k-- > 0 && status == GRADUS_OK;) {
        if (k + 2 == terms) { /* the first product is with a number */
            h.value = gr_form_shift(gr_form_scale(h.carried.form[0], h.value.constant),
                                    a[k] + least * h.value.constant);
            h.error = 0x1p-51 * (fabs(a[k]) + range * h.size);
            h.size = (range * h.size + fabs(a[k])) * upwards;
        } else {
            status = step(&h, levels, a[k]);
        }
    }
    status = gr_tower_output(&h.tower, status, h.value, net);
    if (status == GRADUS_OK)
        *bound = h.error;
    return status;
}

/* ---- what one layer cannot do ---- */

/* On a piece of length h the best affine function is h^2/8 off x^2, and one of the units + 1
 * pieces at most is as long as 1/(units + 1). */
double gradus_square_error_of_one_layer(size_t units)
{
    const double pieces = (double)units + 1;
    return 1 / (8 * pieces * pieces);
}

/* Of 2^s - 1 triangles of area 2^-s/4 about 1/2, with signs that alternate, N pieces, that
 * cross 1/2 N times at most, leave (2^s - 2 - 2N)/2 on the wrong side. */
double gradus_sawtooth_error_of_one_layer(size_t levels, size_t units)
{
    const double pieces = (double)units + 1;
    const double teeth = ldexp(1, levels < 1000 ? (int)levels : 1000);
    const double error = (1 - (2 * pieces + 2) / teeth) / 8;
    return error > 0 ? error : 0;
}
