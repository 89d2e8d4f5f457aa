/* tests/unit/proofs.h - an expression with its proof, and enclosures of it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_PROOFS_H
#define GR_TESTS_PROOFS_H

#include "gradus_proof.h"

#include "kernel_check.h"

enum { MOST = 1 + GRADUS_VARIABLES + GRADUS_VARIABLES * (GRADUS_VARIABLES + 1) / 2 };

static inline double smaller(double x, double y) { return x < y ? x : y; }
static inline double larger(double x, double y) { return x > y ? x : y; }

typedef struct subject {
    gradus_expression *expression;
    gradus_proof *proof;
    const gradus_function *f;
} subject;

static inline gradus_status open_subject(subject *s, const char *text, size_t inputs,
                                  const gradus_interval *box)
{
    *s = (subject){0};
    if (gradus_expression_new(NULL, text, &s->expression) != GRADUS_OK)
        fail_msg("%s: %s", text, gradus_error());
    const gradus_status status =
        gradus_proof_new(NULL, s->expression, inputs, box, &s->proof);
    s->f = status == GRADUS_OK ? gradus_proof_function(s->proof) : NULL;
    return status;
}

static inline void close_subject(subject *s)
{
    gradus_proof_free(s->proof);
    gradus_expression_free(s->expression);
}

static gradus_interval enclosures[MOST];

static inline const gradus_interval *enclose(const subject *s, const gradus_interval *box,
                                             int order)
{
    if (s->f->enclose(box, order, enclosures, s->f->user) != GRADUS_OK)
        fail_msg("%s", gradus_error());
    return enclosures;
}

static inline const gradus_interval *enclose_1(subject *s, const char *text, double least,
                                               double most, int order)
{
    const gradus_interval box = {least, most};
    if (open_subject(s, text, 1, &box) != GRADUS_OK)
        fail_msg("%s: %s", text, gradus_error());
    return enclose(s, &box, order);
}

#endif
