/*
 * theory/expression.h - what an expression is inside
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_THEORY_EXPRESSION_H
#define GR_THEORY_EXPRESSION_H

#include "gradus.h"

struct gradus_expression {
    const gradus_context *context;
    char *text;
    size_t variables;
    gradus_operation *operation; /* postfix */
    size_t operations;
};

/* From the text to the operations, which have room for one a character. */
GRADUS_CHECKED gradus_status gr_expression_parse(gradus_expression *expression);

/* The number of operands, and the name of a function or constant. */
size_t gr_operator_operands(gradus_operator kind);
const char *gr_operator_text(gradus_operator kind);

#endif
