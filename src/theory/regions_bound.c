/*
 * theory/regions_bound.c - how many regions a net of given widths can have
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdbool.h>

#include "base/memory.h"
#include "base/status.h"
#include "theory/regions.h"

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* C(n, j) = C(n, j - 1) (n - j + 1) / j: each division is exact while numbers are. */
static double next_choice(double choice, size_t n, size_t j)
{
    return choice * (double)(n - j + 1) / (double)j;
}

/* sum_(j <= most) C(n, j) */
static double arrangement(size_t n, size_t most)
{
    double sum = 1, choice = 1;
    for (size_t j = 1; j <= least(n, most); j++) {
        choice = next_choice(choice, n, j);
        sum += choice;
    }
    return sum;
}

static double power(double x, size_t n)
{
    double product = 1;
    for (; n > 0 && product < INFINITY; n--)
        product *= x;
    return product;
}

/* Over what is left of the layers, where the image so far has dimension at most d,
 * S_l(d) = sum_(j <= min(d, n_l)) C(n_l, j) S_(l+1)(min(d, n_l - j)), S_(L+1) = 1.
 * From d = n_0 downwards each S_l(d) takes the place of S_(l+1)(d), that it reads last. */
static void add_layer(size_t n, size_t inputs, double *sums)
{
    for (size_t d = inputs + 1; d-- > 0;) {
        double sum = 0, choice = 1;
        for (size_t j = 0; j <= least(d, n); j++) {
            choice = j > 0 ? next_choice(choice, n, j) : 1;
            sum += choice * sums[least(d, n - j)];
        }
        sums[d] = sum;
    }
}

static gradus_status find_upper(size_t inputs, const size_t *widths, size_t layers,
                                double *upper)
{
    const gradus_context *context = gr_context_or_default(NULL);
    double *sums = NULL;
    const gradus_status status =
        gr_allocate(context, inputs + 1, sizeof *sums, "a bound of regions", &sums);
    if (status != GRADUS_OK)
        return status;
    for (size_t d = 0; d <= inputs; d++)
        sums[d] = 1;
    for (size_t l = layers; l-- > 0;)
        add_layer(widths[l], inputs, sums);
    *upper = sums[inputs];
    gr_release(context, sums);
    return GRADUS_OK;
}

static size_t sum_of(const size_t *widths, size_t layers)
{
    size_t sum = 0;
    for (size_t l = 0; l < layers; l++)
        sum += widths[l];
    return sum;
}

gradus_status gradus_regions_bound(size_t inputs, const size_t *widths, size_t layers,
                                   gradus_region_bounds *bounds)
{
    size_t dimension = inputs;
    gradus_region_bounds b = {arrangement(sum_of(widths, layers), inputs), 1, 1, 0, 1, 1};
    if (inputs == 0 || layers == 0)
        return gr_fail(GRADUS_ARGUMENT, "regions: a bound needs inputs and layers");
    for (size_t l = 0; l < layers; l++) {
        const size_t n = widths[l], times = n / inputs;
        const bool last = l + 1 == layers;
        b.lower *= n < inputs ? NAN : last ? arrangement(n, inputs)
                                           : power((double)times, inputs);
        b.lower_dead *= last ? arrangement(n, inputs) : n < 3 * inputs ? NAN
                                           : power((double)times + 1, inputs);
        b.upper_any *= arrangement(n, dimension);
        b.on_line *= (double)n + 1;
        dimension = least(dimension, n);
    }
    const gradus_status status = find_upper(inputs, widths, layers, &b.upper);
    if (status == GRADUS_OK)
        *bounds = b;
    return status;
}

/* ---- of a net ---- */

static const gradus_region_bounds none = {NAN, NAN, NAN, NAN, NAN, NAN};

gradus_status gr_regions_bound_of(const gr_cutter *c, gradus_region_bounds *bounds)
{
    gradus_status status = GRADUS_OK;
    size_t *widths = NULL, layers = 0;
    bool dead = true;
    *bounds = none;
    GR_TRY(gr_allocate(c->context, c->box, sizeof *widths, "widths of a net", &widths));
    for (size_t n = 1; n <= c->last; n++) {
        const gr_frame *frame = &c->frame[n];
        if (frame->kind == GR_FRAME_ADD)
            goto done;
        if (frame->kind == GR_FRAME_SWITCH) {
            widths[layers++] = frame->width;
            dead = dead && frame->scale == 0;
        }
    }
    if (layers == 0)
        goto done;
    GR_TRY(gradus_regions_bound(c->variables, widths, layers, bounds));
    if (!dead)
        bounds->upper = NAN;
done:
    gr_release(c->context, widths);
    return status;
}
