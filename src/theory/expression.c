/*
 * theory/expression.c - formulas and their values in double
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/expression.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "kernels/elementary.h"

static const struct {
    const char *text;
    size_t operands;
} operators[] = {
#define OPERATOR(name, text, operands) {text, operands},
    GRADUS_OPERATOR_LIST(OPERATOR)
#undef OPERATOR
};

size_t gr_operator_operands(gradus_operator kind)
{
    return operators[kind].operands;
}

const char *gr_operator_text(gradus_operator kind)
{
    return operators[kind].text;
}

gradus_status gradus_expression_new(const gradus_context *context, const char *text,
                                    gradus_expression **expression)
{
    gradus_status status;
    gradus_expression *e = NULL;
    const size_t length = strlen(text);
    context = gr_context_or_default(context);
    *expression = NULL;
    if (length > GRADUS_EXPRESSION_LENGTH)
        return gr_fail(GRADUS_ARGUMENT, "expression: %zu characters: at most %d are read",
                       length, GRADUS_EXPRESSION_LENGTH);
    GR_TRY(gr_allocate(context, 1, sizeof *e, "an expression", &e));
    e->context = context;
    GR_TRY(gr_copy_text(context, text, length, &e->text));
    GR_TRY(gr_allocate(context, length, sizeof *e->operation, "an expression",
                       &e->operation));
    GR_TRY(gr_expression_parse(e));
    *expression = e;
    return GRADUS_OK;
done:
    gradus_expression_free(e);
    return status;
}

void gradus_expression_free(gradus_expression *expression)
{
    if (expression == NULL)
        return;
    gr_release(expression->context, expression->operation);
    gr_release(expression->context, expression->text);
    gr_release(expression->context, expression);
}

const char *gradus_expression_text(const gradus_expression *expression)
{
    return expression->text;
}

size_t gradus_expression_variables(const gradus_expression *expression)
{
    return expression->variables;
}

const gradus_operation *gradus_expression_operations(const gradus_expression *expression,
                                                     size_t *count)
{
    *count = expression->operations;
    return expression->operation;
}

/* ---- values ---- */

enum { WHOLE = 1 << 20 }; /* exponents up to here are products */

/* x^n, n = sum of 2^k: the product of the x^(2^k) */
static double whole_power(double x, double n)
{
    uint32_t left = (uint32_t)fabs(n);
    double product = 1;
    for (double square = x; left > 0; left >>= 1, square *= square)
        if (left & 1)
            product *= square;
    return n < 0 ? 1 / product : product;
}

static double power(double x, double y)
{
    if (y == floor(y) && fabs(y) <= WHOLE)
        return whole_power(x, y);
    return x < 0 ? NAN : gr_pow(x, y);
}

static double smaller(double x, double y)
{
    return x <= y ? x : x > y ? y : NAN;
}

static double apply(gradus_operator kind, double x, double y)
{
    switch (kind) {
    case GRADUS_OPERATOR_NEGATE:   return -x;
    case GRADUS_OPERATOR_ADD:      return x + y;
    case GRADUS_OPERATOR_SUBTRACT: return x - y;
    case GRADUS_OPERATOR_MULTIPLY: return x * y;
    case GRADUS_OPERATOR_DIVIDE:   return x / y;
    case GRADUS_OPERATOR_POWER:    return power(x, y);
    case GRADUS_OPERATOR_SIN:      return gr_sin(x);
    case GRADUS_OPERATOR_COS:      return gr_cos(x);
    case GRADUS_OPERATOR_TAN:      return gr_tan(x);
    case GRADUS_OPERATOR_EXP:      return gr_exp(x);
    case GRADUS_OPERATOR_LOG:      return gr_log(x);
    case GRADUS_OPERATOR_SQRT:     return sqrt(x);
    case GRADUS_OPERATOR_ABS:      return fabs(x);
    case GRADUS_OPERATOR_TANH:     return gr_tanh(x);
    case GRADUS_OPERATOR_SIGMOID:  return 1 / (1 + gr_exp(-x));
    case GRADUS_OPERATOR_RELU:     return x <= 0 ? 0 : x;
    case GRADUS_OPERATOR_STEP:     return x > 0 ? 1 : x <= 0 ? 0 : x;
    case GRADUS_OPERATOR_MIN:      return smaller(x, y);
    case GRADUS_OPERATOR_MAX:      return -smaller(-x, -y);
    default:                       return NAN; /* those without operands */
    }
}

static double constant(const gradus_operation *o, const double *x)
{
    switch (o->kind) {
    case GRADUS_OPERATOR_VARIABLE: return x[o->variable];
    case GRADUS_OPERATOR_PI:       return 0x1.921fb54442d18p+1;
    case GRADUS_OPERATOR_E:        return 0x1.5bf0a8b145769p+1;
    default:                       return o->number;
    }
}

double gradus_expression_value(const gradus_expression *expression, const double *x)
{
    const unsigned saved = gr_float_enter();
    double stack[GRADUS_EXPRESSION_STACK + 1];
    size_t height = 0;
    stack[0] = 0;
    for (size_t i = 0; i < expression->operations; i++) {
        const gradus_operation *o = &expression->operation[i];
        const size_t operands = operators[o->kind].operands;
        height -= operands;
        stack[height] = operands == 0
                            ? constant(o, x)
                            : apply(o->kind, stack[height],
                                    operands == 2 ? stack[height + 1] : 0);
        height++;
    }
    gr_float_leave(saved);
    return stack[0];
}
