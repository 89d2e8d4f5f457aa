/*
 * theory/landscape_bend.c - on what kind of point a net stands
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/landscape.h"

#include <math.h>

#include "base/status.h"
#include "theory/flow.h"
#include "theory/lanczos.h"

const char *gradus_stationary_name(gradus_stationary verdict)
{
    static const char *const names[] = {"slope", "plateau", "saddle", "maximum", "minimum"};
    return (size_t)verdict < GR_COUNT(names) ? names[verdict] : NULL;
}

static gradus_stationary judge(gradus_landscape_about *about,
                               const gradus_landscape_options *options)
{
    const double least = fabs(about->min), most = fabs(about->max);
    const double size = least > most ? least : most;
    double flat = options->curvature_tolerance * size;
    const double others[] = {options->flat_curvature, about->min_error, about->max_error};
    for (size_t i = 0; i < GR_COUNT(others); i++)
        flat = others[i] > flat ? others[i] : flat;
    about->flat = flat;
    about->gradient_tolerance = options->gradient_tolerance > 0 ? options->gradient_tolerance
                                : about->noise > 0              ? 2 * about->noise
                                                                : 0;
    if (!(about->gradient <= about->gradient_tolerance))
        return GRADUS_STATIONARY_SLOPE;
    if (size <= options->flat_curvature)
        return GRADUS_STATIONARY_PLATEAU;
    if (about->min < -flat)
        return about->max > flat ? GRADUS_STATIONARY_SADDLE : GRADUS_STATIONARY_MAXIMUM;
    return GRADUS_STATIONARY_MINIMUM;
}

static void product(const double *x, double *y, void *user)
{
    gr_curvature_product(user, x, NULL, y);
}

gradus_status gr_landscape_bend(gradus_landscape *landscape, gr_curvature *curvature,
                                const gradus_landscape_options *options, double *gradient,
                                double *direction)
{
    gradus_landscape_about *about = &landscape->about;
    const size_t count = curvature->net->parameter_count;
    const gr_lanczos problem = {.count = count, .steps = options->steps,
                                .seed = options->seed, .tolerance = 1e-6,
                                .product = product, .user = curvature};
    gr_extremes found;
    gr_curvature_product(curvature, direction, gradient, direction);
    about->loss = curvature->loss;
    about->gradient = gr_norm(count, gradient);
    if (!isfinite(about->loss) || !isfinite(about->gradient))
        return gr_fail(GRADUS_DATA, "landscape: the loss of the net as it is, or its "
                       "gradient, is not finite: nothing can be measured around it");
    about->noise = gr_curvature_noise(curvature, gradient);
    const gradus_status status = gr_lanczos_run(landscape->context, &problem, &found);
    if (status != GRADUS_OK)
        return status;
    if (!isfinite(found.min))
        return gr_fail(GRADUS_DATA, "landscape: the second derivative of the loss is not "
                       "finite");
    about->min = found.min;
    about->max = found.max;
    about->min_error = found.min_error;
    about->max_error = found.max_error;
    about->products = found.products;
    about->verdict = judge(about, options);
    return GRADUS_OK;
}
