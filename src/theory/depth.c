/*
 * theory/depth.c - networks that are small because they are deep: teeth, squares, products
 * and polynomials
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "base/status.h"
#include "theory/tower.h"

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

/* x^2 for 0 <= x <= 1, by levels of which each is a layer; several may stand side by side. */
typedef struct square {
    size_t level;           /* that was added last */
    gr_form wave, sum;      /* g_level(x) and f_level(x) */
} square;

static square square_of(gr_form x)
{
    return (square){.wave = x, .sum = x};
}

/* Units that the next level takes. */
static size_t units_of(const square *s)
{
    return s->level == 0 ? 2 : 3;
}

/* The next level, in the last layer from unit `first` on. On [0, 1] is relu(g) = g and
 * relu(g - 1) = 0, and f >= 0 goes through a relu unchanged; at the first level f and g are
 * both x. */
static void climb(square *s, gr_tower *tower, size_t first)
{
    gr_tower_unit(tower, first, s->wave);
    gr_tower_unit(tower, first + 1, gr_form_shift(s->wave, -0.5));
    if (s->level > 0)
        gr_tower_unit(tower, first + 2, s->sum);
    const size_t sum = first + (s->level > 0 ? 2 : 0);
    s->level++;
    s->wave = gr_form_add(gr_form_unit(first, 2), gr_form_unit(first + 1, -4));
    s->sum = gr_form_add(gr_form_unit(sum, 1),
                         gr_form_scale(s->wave, -ldexp(1, -2 * (int)s->level)));
}

static gradus_status check_levels(size_t levels)
{
    return levels >= 1 && levels <= MOST_LEVELS
               ? GRADUS_OK
               : gr_fail(GRADUS_ARGUMENT, "squares: %zu levels: 1 to %d can be built", levels,
                         MOST_LEVELS);
}

/* sup |f_m - x^2| = 2^(-2m-2) */
static double square_error(size_t levels)
{
    return ldexp(1, -2 * (int)levels - 2);
}

gradus_status gradus_build_square(const gradus_context *context, size_t levels, double *bound,
                                  gradus_net **net)
{
    gr_tower tower = gr_tower_start(context, 1);
    square s = square_of(gr_form_unit(0, 1));
    gradus_status status = check_levels(levels);
    while (s.level < levels && status == GRADUS_OK) {
        status = gr_tower_add(&tower, units_of(&s), "relu");
        if (status == GRADUS_OK)
            climb(&s, &tower, 0);
    }
    status = gr_tower_output(&tower, status, s.sum, net);
    if (status == GRADUS_OK)
        *bound = square_error(levels);
    return status;
}

/* ---- x y ---- */

/*
 * p q for |p|, |q| <= 1 = ((p + q)/2)^2 - ((p - q)/2)^2, the squares of |.| = relu(.) +
 * relu(-.), and in a further unit of each layer what is carried along, if there is
 * something, which is not below 0:
 * levels + 1 layers. As each square is too large by 0 to d, the product is off by d at most,
 * and exact where p or q is 0.
 */
static gradus_status multiply(gr_tower *tower, size_t levels, gr_form p, gr_form q,
                              gr_form *carried, gr_form *product)
{
    const gr_form half[2] = {gr_form_scale(gr_form_add(p, q), 0.5),
                             gr_form_scale(gr_form_add(p, gr_form_scale(q, -1)), 0.5)};
    const size_t more = carried->terms > 0;
    square s[2];
    gradus_status status = gr_tower_add(tower, 4 + more, "relu");
    for (size_t k = 0; k < 2 && status == GRADUS_OK; k++) {
        gr_tower_unit(tower, 2 * k, half[k]);
        gr_tower_unit(tower, 2 * k + 1, gr_form_scale(half[k], -1));
        s[k] = square_of(gr_form_add(gr_form_unit(2 * k, 1), gr_form_unit(2 * k + 1, 1)));
    }
    for (size_t units = 4, l = 0; l <= levels && status == GRADUS_OK; l++) {
        if (more)
            gr_tower_unit(tower, units, *carried);
        if (more)
            *carried = gr_form_unit(units, 1);
        if (l == levels)
            break;
        const size_t each = units_of(&s[0]);
        units = 2 * each;
        status = gr_tower_add(tower, units + more, "relu");
        for (size_t k = 0; k < 2 && status == GRADUS_OK; k++)
            climb(&s[k], tower, k * each);
    }
    if (status == GRADUS_OK)
        *product = gr_form_add(s[0].sum, gr_form_scale(s[1].sum, -1));
    return status;
}

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
    gr_form product = {0}, nothing = {0};
    gradus_status status = check_levels(levels);
    if (status == GRADUS_OK && !(range >= 0x1p-400 && range <= 0x1p400))
        status = gr_fail(GRADUS_ARGUMENT, "product: the range is to be above 0, and between "
                                          "2^-400 and 2^400");
    if (status == GRADUS_OK) {
        range = power_above(range);
        status = multiply(&tower, levels, gr_form_unit(0, 1 / range),
                          gr_form_unit(1, 1 / range), &nothing, &product);
    }
    status = gr_tower_output(&tower, status, gr_form_scale(product, range * range), net);
    if (status == GRADUS_OK)
        *bound = range * range * square_error(levels);
    return status;
}

/* ---- polynomials ---- */

/* What Horner's rule goes by: q_k = a_k + x q_(k+1). */
typedef struct horner {
    gr_tower tower;
    gr_form carried;    /* x - least */
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
    const gr_form x = gr_form_shift(h->carried, h->least);
    const gradus_status status =
        multiply(&h->tower, levels, gr_form_scale(x, 1 / h->power),
                 gr_form_scale(h->value, 1 / scale), &h->carried, &product);
    if (status != GRADUS_OK)
        return status;
    h->value = gr_form_shift(gr_form_scale(product, both), a);
    h->error = (h->range * h->error + both * (square_error(levels) + 0x1p-49)) * upwards;
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
    horner h = {.tower = gr_tower_start(context, 1), .carried = gr_form_unit(0, 1),
                .least = least, .range = range};
    gradus_status status = check_levels(levels);
    if (status == GRADUS_OK)
        status = check_polynomial(a, terms, least, most);
    if (status == GRADUS_OK)
        status = gr_tower_add(&h.tower, 1, "relu");
    if (status == GRADUS_OK) {
        h.power = power_above(range);
        gr_tower_unit(&h.tower, 0, gr_form_shift(h.carried, -least));
        h.carried = gr_form_unit(0, 1);
        h.value = (gr_form){.constant = a[terms - 1]};
        h.size = fabs(a[terms - 1]);
    }
    for (size_t k = terms - 1; k-- > 0 && status == GRADUS_OK;) {
        if (k + 2 == terms) { /* the first product is with a number */
            h.value = gr_form_shift(gr_form_scale(h.carried, h.value.constant),
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
