/*
 * theory/enclose/jet.h - enclosures of a function with its gradient and Hessian
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_ENCLOSE_JET_H
#define GR_THEORY_ENCLOSE_JET_H

#include "theory/interval.h"

enum { GR_PAIRS = GRADUS_VARIABLES * (GRADUS_VARIABLES + 1) / 2 };

/* What is not asked for by `order` is not set. */
typedef struct gr_jet {
    gradus_interval value, gradient[GRADUS_VARIABLES];
    gradus_interval hessian[GR_PAIRS]; /* i <= j, row after row */
    unsigned depends;                  /* bit i: on x_i; other derivatives are 0 */
} gr_jet;

typedef struct gr_jets {
    size_t inputs;
    int order;
} gr_jets; /* what all operands have in common */

void gr_jet_constant(const gr_jets *k, gradus_interval value, gr_jet *out);
void gr_jet_variable(const gr_jets *k, gradus_interval value, size_t variable, gr_jet *out);

/* u becomes f(u), where f, f', f'' are on u.value */
void gr_jet_chain(const gr_jets *k, gr_jet *u, const gradus_interval f[3]);

/* u becomes u + v, u - v, ... */
void gr_jet_negate(const gr_jets *k, gr_jet *u);
void gr_jet_add(const gr_jets *k, gr_jet *u, const gr_jet *v);
void gr_jet_multiply(const gr_jets *k, gr_jet *u, const gr_jet *v);
void gr_jet_divide(const gr_jets *k, gr_jet *u, const gr_jet *v);

/* Those with a kink: its derivatives are the hull of both sides', and all numbers. */
void gr_jet_abs(const gr_jets *k, gr_jet *u);
void gr_jet_relu(const gr_jets *k, gr_jet *u);
void gr_jet_min(const gr_jets *k, gr_jet *u, const gr_jet *v);

#endif
