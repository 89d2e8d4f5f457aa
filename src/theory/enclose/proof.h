/*
 * theory/enclose/proof.h - an expression, prepared for enclosures
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_ENCLOSE_PROOF_H
#define GR_THEORY_ENCLOSE_PROOF_H

#include "gradus_proof.h"
#include "theory/enclose/curve.h"
#include "theory/enclose/jet.h"

/* An operation, with what does not change from box to box. */
typedef struct gr_step {
    gradus_operator kind;
    size_t variable;
    gradus_interval constant; /* of NUMBER, PI, E */
    size_t first;             /* its operands begin with this operation */
    bool varies;              /* it depends on a variable */
    bool square;              /* a product of two equal operands */
} gr_step;

struct gradus_proof {
    const gradus_context *context;
    const gradus_expression *expression;
    gradus_function function;
    gradus_interval box[GRADUS_VARIABLES];
    gr_step *step;
    size_t steps;
};

/* The first operation that is not shown to be defined, and no larger than doubles. */
typedef struct gr_trouble {
    size_t step; /* the number of steps: none */
    gr_domain domain;
} gr_trouble;

gradus_status gr_steps_new(gradus_proof *proof);

/* By the rules alone. With `trouble` it stops there; without, f is known to be defined. */
void gr_proof_evaluate(const gradus_proof *proof, const gradus_interval *box, int order,
                       gr_jet *out, gr_trouble *trouble);

/* Shows that f is defined on all of the box, or says where not. */
GRADUS_CHECKED gradus_status gr_proof_check(const gradus_proof *proof);

#endif
