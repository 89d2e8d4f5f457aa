/*
 * theory/enclose/units.c - activations of Taylor models
 *
 * A smooth one by its series. Where a kink lies in the range of z, a bent one by the chord
 *
 *     s(z) - l z  is largest and smallest at the ends of the range and at 0,
 *     l = (s(most) - s(least)) / (most - least)
 *
 * and the others by the ranges of both sides together.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/enclose/units.h"

#include <math.h>
#include <string.h>

#include "gradus_proof.h"
#include "theory/enclose/upward.h"

gradus_status gr_unit_find(const char *name, double alpha, gr_unit_type *type)
{
    static const struct {
        const char *name;
        gr_unit_type type; /* left NaN: alpha */
    } known[] = {
        {"identity", {.kind = GR_UNIT_BENT, .left = 1}},
        {"relu", {.kind = GR_UNIT_BENT, .left = 0}},
        {"leaky-relu", {.kind = GR_UNIT_BENT, .left = NAN}},
        {"elu", {.kind = GR_UNIT_FADING, .smooth = GR_SMOOTH_EXPM1, .left = NAN, .right = 1}},
        /* Klambauer et al. 2017, rounded to double */
        {"selu", {.kind = GR_UNIT_FADING, .smooth = GR_SMOOTH_EXPM1,
                  .left = 1.7580993408473768599402175208123,
                  .right = 1.0507009873554804934193349852946, .error = 0x1p-53}},
        {"heaviside", {.kind = GR_UNIT_STEP}},
        {"softmax", {.kind = GR_UNIT_SOFTMAX, .smooth = GR_SMOOTH_EXP}},
        {"sigmoid", {.kind = GR_UNIT_SMOOTH, .smooth = GR_SMOOTH_SIGMOID}},
        {"tanh", {.kind = GR_UNIT_SMOOTH, .smooth = GR_SMOOTH_TANH}},
        {"softplus", {.kind = GR_UNIT_SMOOTH, .smooth = GR_SMOOTH_SOFTPLUS}},
        {"gelu", {.kind = GR_UNIT_SMOOTH, .smooth = GR_SMOOTH_GELU}},
        {"gelu-tanh", {.kind = GR_UNIT_SMOOTH, .smooth = GR_SMOOTH_GELU_TANH}},
        {"silu", {.kind = GR_UNIT_SMOOTH, .smooth = GR_SMOOTH_SILU}},
        {"mish", {.kind = GR_UNIT_SMOOTH, .smooth = GR_SMOOTH_MISH}},
        {"exp", {.kind = GR_UNIT_SMOOTH, .smooth = GR_SMOOTH_EXP}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i].name, name) != 0)
            continue;
        *type = known[i].type;
        if (isnan(type->left))
            type->left = alpha;
        return GRADUS_OK;
    }
    return gradus_error_set(GRADUS_ARGUMENT, "activation %s: its values cannot be enclosed: "
                            "a certificate needs the library's own activations", name);
}

bool gr_unit_has_series(const gr_unit_type *type)
{
    return type->kind == GR_UNIT_SMOOTH || type->kind == GR_UNIT_FADING ||
           type->kind == GR_UNIT_SOFTMAX;
}

/* ---- one unit ---- */

static gr_taylor smooth(const gr_series *series, size_t d, const gr_taylor *z,
                        gradus_interval range)
{
    gr_local s = {.smooth = 3};
    gr_series_at(series, z->c[0], s.value, s.error);
    gr_series_range(series, range.min, range.max, s.range);
    return gr_taylor_compose(d, z, &s);
}

static gr_taylor bent(double left, size_t d, const gr_taylor *z, gradus_interval range)
{
    if (range.min >= 0 || left == 1)
        return *z;
    if (range.max <= 0)
        return gr_taylor_scaled(d, z, left, 0);
    const double l = (range.max - left * range.min) / (range.max - range.min);
    const double ends[2] = {(1 - l) * range.max, (left - l) * range.min};
    const double least = gr_smaller(0, gr_smaller(ends[0], ends[1]));
    const double most = gr_greater(0, gr_greater(ends[0], ends[1]));
    gr_taylor y = gr_taylor_scaled(d, z, l, 0);
    const double sizes = (fabs(l) + fabs(left) + 1) * (range.max - range.min);
    y.c[0] += least / 2 + most / 2;
    y.r = gr_lifted(y.r + (most - least) / 2 + 4 * gr_unit * (sizes + fabs(y.c[0])));
    return y;
}

/* Of a range whose ends are made by up to 8 roundings. */
static gradus_interval scaled(gradus_interval range, double factor)
{
    const double a = factor * range.min, b = factor * range.max;
    const double slack = gr_lifted(12 * gr_unit * gr_greater(fabs(a), fabs(b)));
    return (gradus_interval){gr_smaller(a, b) - slack, gr_greater(a, b) + slack};
}

static void widen(gradus_interval *range, double value)
{
    range->min = gr_smaller(range->min, value);
    range->max = gr_greater(range->max, value);
}

/* left (e^z - 1) for z <= 0, right z for z > 0, with both in the range */
static gr_taylor across(const gr_unit_type *type, const gr_series *series, size_t d,
                        const gr_taylor *z, gradus_interval range)
{
    gr_local s = {.smooth = type->left == type->right ? 2 : 1};
    const double z_0 = z->c[0];
    gr_series_range(series, range.min, 0, s.range);
    for (int k = 0; k < 3; k++) {
        s.range[k] = scaled(s.range[k], type->left);
        widen(&s.range[k], k == 0   ? gr_lifted(type->right * range.max)
                           : k == 1 ? type->right
                                    : 0);
    }
    if (z_0 > 0) {
        s.value[0] = type->right * z_0;
        s.value[1] = type->right;
        s.error[0] = gr_lifted(gr_unit * s.value[0]);
    } else {
        gr_series_at(series, z_0, s.value, s.error);
        for (int k = 0; k < 3; k++) {
            s.value[k] *= type->left;
            s.error[k] = gr_lifted(fabs(type->left) * s.error[k] + gr_unit * fabs(s.value[k]));
        }
    }
    return gr_taylor_compose(d, z, &s);
}

static gr_taylor fading(const gr_unit_type *type, const gr_series *series, size_t d,
                        const gr_taylor *z, gradus_interval range)
{
    if (range.min >= 0)
        return gr_taylor_scaled(d, z, type->right, type->error * type->right);
    if (range.max > 0) {
        const gr_taylor y = across(type, series, d, z, range);
        return gr_taylor_scaled(d, &y, 1, 2 * type->error);
    }
    const gr_taylor y = smooth(series, d, z, range);
    return gr_taylor_scaled(d, &y, type->left, type->error * fabs(type->left));
}

static gr_taylor step(gradus_interval range)
{
    gr_taylor y = {.r = 0};
    y.c[0] = range.min > 0 ? 1 : range.max <= 0 ? 0 : 0.5;
    y.r = range.min <= 0 && range.max > 0 ? 0.5 : 0;
    return y;
}

static gr_taylor one_unit(const gr_unit_type *type, const gr_series *series, size_t d,
                          const gr_taylor *z)
{
    const gradus_interval range = gr_taylor_range(d, z);
    switch (type->kind) {
    case GR_UNIT_SMOOTH: return smooth(series, d, z, range);
    case GR_UNIT_BENT: return bent(type->left, d, z, range);
    case GR_UNIT_FADING: return fading(type, series, d, z, range);
    default: return step(range);
    }
}

/* Where |z - middle| <= most leaves no doubt that s is a line there: most units of a layer of
 * thousands are seen from far away, and cost little. */
static bool far_out(const gr_unit_type *type, const gr_series *series, size_t d,
                    const gr_taylor *z, double most, gr_taylor *y)
{
    const double middle = z->c[0], *line;
    const gr_taylor zero = {.r = 0};
    if (type->kind == GR_UNIT_STEP && fabs(middle) > most) {
        *y = zero;
        y->c[0] = middle > 0 ? 1 : 0;
        return true;
    }
    if (type->kind == GR_UNIT_BENT && fabs(middle) > most && (middle > 0 || type->left == 0)) {
        *y = middle > 0 ? *z : zero;
        return true;
    }
    if (type->kind != GR_UNIT_SMOOTH ||
        (line = gr_series_line(series, middle, most)) == NULL)
        return false;
    *y = line[1] == 0 ? zero : gr_taylor_scaled(d, z, line[1], 0);
    y->c[0] += line[0];
    y->r = gr_lifted(y->r + line[2]);
    return true;
}

/* ---- all units of a layer ---- */

/* 1 / g */
static gr_taylor inverse(size_t d, const gr_taylor *g)
{
    const gradus_interval range = gr_taylor_range(d, g);
    const double v = 1 / g->c[0], a = 1 / range.min, b = 1 / range.max;
    if (!(range.min > 0))
        return gr_taylor_unknown();
    gr_local s = {
        .smooth = 3,
        .value = {v, -v * v, v * v * v},
        .error = {gr_lifted(8 * gr_unit * v), gr_lifted(8 * gr_unit * v * v),
                  gr_lifted(8 * gr_unit * v * v * v)},
        .range = {scaled((gradus_interval){b, a}, 1),
                  scaled((gradus_interval){-a * a, -b * b}, 1),
                  scaled((gradus_interval){b * b * b, a * a * a}, 2),
                  scaled((gradus_interval){-a * a * a * a, -b * b * b * b}, 6)},
    };
    return gr_taylor_compose(d, g, &s);
}

/* e_j = e^(z_j - M),  M = max z_i;  y_j = e_j / sum_i e_i, which is between 0 and 1 */
static void softmax(const gr_series *series, size_t d, size_t units, const gr_taylor *z,
                    gr_taylor *y)
{
    gr_taylor sum = {.r = 0};
    double M = z[0].c[0];
    for (size_t j = 1; j < units; j++)
        M = gr_greater(M, z[j].c[0]);
    for (size_t j = 0; j < units; j++) {
        gr_taylor shifted = z[j];
        shifted.c[0] -= M;
        shifted.r = gr_lifted(shifted.r + gr_unit * fabs(shifted.c[0]));
        y[j] = smooth(series, d, &shifted, gr_taylor_range(d, &shifted));
        sum = gr_taylor_plus(d, &sum, &y[j]);
    }
    sum = inverse(d, &sum);
    for (size_t j = 0; j < units; j++) {
        y[j] = gr_taylor_product(d, &y[j], &sum);
        if (!(y[j].r < 0.5)) {
            y[j] = (gr_taylor){.r = 0.5};
            y[j].c[0] = 0.5;
        }
    }
}

void gr_unit_apply(const gr_unit_type *type, const gr_series *series, size_t d, size_t units,
                   const gr_taylor *z, gr_taylor *y)
{
    if (type->kind == GR_UNIT_SOFTMAX) {
        softmax(series, d, units, z, y);
        return;
    }
    for (size_t j = 0; j < units; j++) {
        const double most = gr_taylor_sizes(d, &z[j]).all;
        if (!(most < INFINITY))
            y[j] = gr_taylor_unknown();
        else if (!far_out(type, series, d, &z[j], most, &y[j]))
            y[j] = one_unit(type, series, d, &z[j]);
    }
}
