/*
 * tests/unit/surfaces.h - 36 functions in one, two and three dimensions
 *
 * Smooth, kinked, steep, oscillating and constant ones, each on its box.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_SURFACES_H
#define GR_TESTS_SURFACES_H

#include "jets.h"

typedef struct surface_of {
    const char *name;
    size_t inputs;
    jet (*f)(const jet *x);
    gradus_interval box[JET_INPUTS];
    bool smooth;                /* its second derivatives are bounded, and not all 0 */
} surface_of;

#define F(name) static inline jet f_##name(const jet *x)
#define X x[0]
#define Y x[1]
#define Z x[2]
#define SUM plus(plus(X, Y), Z)
#define SQUARES plus(plus(times(X, X), times(Y, Y)), times(Z, Z))

/* x alone, or any number of variables: those that a function has not are 0 */
F(constant) { (void)x; return constant(0.7); }
F(zero) { (void)x; return constant(0); }
F(affine) { return plus(constant(0.3), plus(X, plus(scaled(-2, Y), scaled(0.5, Z)))); }
F(sine) { return jet_sin(scaled(3, SUM)); }
F(waves) { return jet_sin(scaled(25, SUM)); }
F(bowl) { return SQUARES; }
F(bell) { return jet_exp(scaled(-4, SQUARES)); }
F(saddle) { return plus(times(X, X), scaled(-1, times(Y, Y))); }
F(product) { return times(times(X, Y), plus(constant(1), Z)); }
F(cliff) { return jet_tanh(scaled(40, plus(SUM, constant(-0.6)))); }
F(distance) { return jet_sqrt(SQUARES); }
F(kink) { return jet_abs(plus(SUM, constant(-0.4))); }
F(ridge) { return jet_relu(plus(X, scaled(-1, Y))); }
F(corner) { return plus(Y, jet_relu(plus(X, scaled(-1, Y)))); }
F(below) { return jet_relu(plus(plus(X, scaled(-1, Y)), constant(-0.5))); }
F(above) { return jet_relu(plus(plus(Y, scaled(-1, X)), constant(-0.5))); }
F(root) { return plus(jet_sqrt(X), Y); }
F(fraction) { return reciprocal(plus(constant(1), scaled(25, SQUARES))); }
F(growth) { return jet_exp(SUM); }
F(mixed) { return plus(times(jet_sin(scaled(4, X)), jet_exp(Y)), scaled(0.2, times(Z, Z))); }
F(notes) { return plus(times(jet_sin(X), times(X, X)), plus(scaled(-1.0 / 30, times(X,
           times(X, X))), scaled(1.0 / 500, times(times(X, X), times(X, X))))); }
F(checks) { return times(jet_sin(scaled(9, X)), jet_sin(scaled(7, Y))); }
F(huge) { return scaled(1e12, jet_sin(scaled(2, SUM))); }

#undef SQUARES
#undef SUM
#undef Z
#undef Y
#undef X
#undef F

#define UNIT {{0, 1}, {0, 1}, {0, 1}}
#define AROUND {{-1, 1}, {-1, 1}, {-1, 1}}
#define FLAT {{-1, 2}, {0.1, 0.4}, {5, 5.5}}
static const surface_of surfaces[] = {
    {"sine", 1, f_sine, UNIT, true}, {"constant", 1, f_constant, UNIT, false},
    {"kink", 1, f_kink, UNIT, false}, {"cliff", 1, f_cliff, UNIT, true},
    {"root", 1, f_root, UNIT, false}, {"notes", 1, f_notes, {{0, 10}}, true},
    {"waves", 1, f_waves, AROUND, true}, {"fraction", 1, f_fraction, AROUND, true},
    {"constant", 2, f_constant, AROUND, false}, {"affine", 2, f_affine, FLAT, false},
    {"sine", 2, f_sine, UNIT, true}, {"bowl", 2, f_bowl, AROUND, true},
    {"bell", 2, f_bell, AROUND, true}, {"saddle", 2, f_saddle, FLAT, true},
    {"product", 2, f_product, UNIT, true}, {"cliff", 2, f_cliff, UNIT, true},
    {"distance", 2, f_distance, AROUND, false}, {"kink", 2, f_kink, UNIT, false},
    {"ridge", 2, f_ridge, FLAT, false}, {"corner", 2, f_corner, UNIT, false},
    {"below", 2, f_below, UNIT, false}, {"above", 2, f_above, UNIT, false},
    {"root", 2, f_root, UNIT, false}, {"fraction", 2, f_fraction, AROUND, true},
    {"checks", 2, f_checks, UNIT, true},
    {"zero", 3, f_zero, UNIT, false}, {"affine", 3, f_affine, FLAT, false},
    {"sine", 3, f_sine, UNIT, true}, {"bowl", 3, f_bowl, FLAT, true},
    {"bell", 3, f_bell, AROUND, true}, {"growth", 3, f_growth, UNIT, true},
    {"mixed", 3, f_mixed, UNIT, true}, {"distance", 3, f_distance, AROUND, false},
    {"kink", 3, f_kink, UNIT, false}, {"product", 3, f_product, AROUND, true},
    {"huge", 3, f_huge, UNIT, true},
};
#undef FLAT
#undef AROUND
#undef UNIT

static inline jet jet_of(const surface_of *s, const gradus_interval *box)
{
    jet x[JET_INPUTS] = {0};
    for (size_t i = 0; i < s->inputs; i++)
        x[i] = variable(box[i], i);
    return s->f(x);
}

static inline gradus_status enclose_surface(const gradus_interval *box, int order,
                                            gradus_interval *result, void *user)
{
    const surface_of *s = user;
    const jet u = jet_of(s, box);
    size_t k = 0;
    *result++ = u.value;
    for (size_t i = 0; i < s->inputs && order > 0; i++)
        *result++ = u.slope[i];
    for (size_t i = 0; i < JET_INPUTS && order > 1; i++)
        for (size_t j = i; j < JET_INPUTS; j++, k++)
            if (j < s->inputs)
                *result++ = u.bend[k];
    return GRADUS_OK;
}

static inline double surface_value(const double *x, void *user)
{
    const surface_of *s = user;
    gradus_interval box[JET_INPUTS];
    for (size_t i = 0; i < s->inputs; i++)
        box[i] = gr_interval_at(x[i]);
    const gradus_interval value = jet_of(s, box).value;
    return value.min / 2 + value.max / 2;
}

static inline gradus_function function_of(const surface_of *s, bool enclosed)
{
    return (gradus_function){s->inputs, surface_value, enclosed ? enclose_surface : NULL,
                             (void *)(uintptr_t)s, NULL};
}

#endif
