/*
 * theory/expression_polynomial.c - an expression multiplied out, if it is a polynomial
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "base/memory.h"
#include "base/status.h"
#include "theory/expression.h"
#include "theory/interval.h"
#include "theory/polynomial.h"

typedef struct expansion {
    const gradus_expression *of;
    const gradus_interval *box; /* or NULL */
    gradus_polynomial stack[GRADUS_EXPRESSION_STACK + 1]; /* those past `height` are empty */
    size_t height;
} expansion;

static gradus_status refuse(const expansion *e, const gradus_operation *o, const char *why)
{
    const int length = o->length > 40 ? 40 : (int)o->length;
    return gr_fail(GRADUS_ARGUMENT, "expression, column %zu: \"%.*s\": %s", o->first + 1,
                   length, e->of->text + o->first, why);
}

/* ---- constants ---- */

/*
 * The decimal number that is written there, whose nearest double is x. With up to 15 digits D,
 * f of them behind the point, D and 10^f are doubles, and x is exact where x 10^f - D is 0; in
 * any other case the number is between the neighbours of x.
 */
static gradus_interval decimal(const char *text, size_t length, double x)
{
    double digits = 0, scale = 1;
    size_t count = 0;
    bool point = false, plain = true;
    for (size_t i = 0; i < length; i++) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        point = point || text[i] == '.';
        plain = plain && (digit || text[i] == '.');
        if (!digit || (count == 0 && text[i] == '0' && !point))
            continue;
        if (++count > 15)
            plain = false;
        else
            digits = 10 * digits + (text[i] - '0');
        scale *= point && count <= 15 ? 10 : 1;
    }
    return plain && fma(x, scale, -digits) == 0 ? gr_interval_at(x) : gr_interval_outward(x, x);
}

/* pi and e are above their nearest doubles. */
static gradus_interval constant_of(const expansion *e, const gradus_operation *o)
{
    static const double pi = 0x1.921fb54442d18p+1, base = 0x1.5bf0a8b145769p+1;
    switch (o->kind) {
    case GRADUS_OPERATOR_PI: return (gradus_interval){pi, gr_up(pi)};
    case GRADUS_OPERATOR_E:  return (gradus_interval){base, gr_up(base)};
    default:                 return decimal(e->of->text + o->first, o->length, o->number);
    }
}

static gradus_status put(gradus_polynomial *p, gradus_interval constant)
{
    return gr_polynomial_add(p, &(gradus_term){.coefficient = constant});
}

/* What the arithmetic refused, now with the place. */
static gradus_status locate(const expansion *e, const gradus_operation *o, gradus_status status)
{
    return status == GRADUS_ARGUMENT
               ? refuse(e, o, "multiplied out it is of a degree above 64, or has more than "
                              "1024 terms")
               : status;
}

static gradus_status put_variable(const expansion *e, size_t i, gradus_polynomial *p)
{
    gradus_term term = {.coefficient = {1, 1}};
    gradus_status status = GRADUS_OK;
    if (e->box != NULL) {
        const gr_map map = gr_map_of(e->box[i]);
        status = put(p, map.middle);
        term.coefficient = map.half;
    }
    term.power[i] = 1;
    return status == GRADUS_OK ? gr_polynomial_add(p, &term) : status;
}

/* ---- operations: u becomes the result ---- */

static void replace(gradus_polynomial *u, gradus_polynomial *by)
{
    gr_polynomial_free(u);
    *u = *by;
    *by = (gradus_polynomial){.context = u->context};
}

static gradus_status multiply(const expansion *e, const gradus_operation *o,
                              gradus_polynomial *u, const gradus_polynomial *v)
{
    gradus_polynomial product = {.context = u->context};
    const gradus_status status = gr_polynomial_multiply(u, v, &product);
    if (status == GRADUS_OK)
        replace(u, &product);
    return locate(e, o, status);
}

static gradus_status add(const expansion *e, const gradus_operation *o, gradus_polynomial *u,
                         double factor, const gradus_polynomial *v)
{
    return locate(e, o, gr_polynomial_add_scaled(u, gr_interval_at(factor), v));
}

static gradus_status scale(gradus_polynomial *u, gradus_interval factor)
{
    gradus_polynomial scaled = {.context = u->context};
    const gradus_status status = gr_polynomial_add_scaled(&scaled, factor, u);
    if (status == GRADUS_OK)
        replace(u, &scaled);
    else
        gr_polynomial_free(&scaled);
    return status;
}

static gradus_status divide(const expansion *e, const gradus_operation *o, gradus_polynomial *u,
                            const gradus_polynomial *v)
{
    gradus_interval divisor;
    if (!gr_polynomial_is_constant(v, &divisor))
        return refuse(e, o, "it is no polynomial, as it divides by what is no constant");
    if (gr_interval_distance(divisor) == 0)
        return refuse(e, o, "it divides by 0, or by what may be 0");
    return scale(u, gr_interval_divide(gr_interval_at(1), divisor));
}

static gradus_status power(const expansion *e, const gradus_operation *o, gradus_polynomial *u,
                           const gradus_polynomial *v)
{
    gradus_interval n;
    gradus_polynomial result = {.context = u->context};
    if (!gr_polynomial_is_constant(v, &n) || n.min != n.max || n.min != floor(n.min) ||
        n.min < 0 || n.min > GRADUS_POLYNOMIAL_DEGREE)
        return refuse(e, o, "it is no polynomial, or too large a one: exponents are whole "
                            "numbers from 0 to 64");
    gradus_status status = put(&result, gr_interval_at(1));
    for (size_t k = 0; k < (size_t)n.min && status == GRADUS_OK; k++)
        status = multiply(e, o, &result, u);
    if (status == GRADUS_OK)
        replace(u, &result);
    gr_polynomial_free(&result);
    return status;
}

/* sqrt is rounded to nearest. */
static gradus_status root(const expansion *e, const gradus_operation *o, gradus_polynomial *u)
{
    gradus_interval c;
    if (!gr_polynomial_is_constant(u, &c) || c.min < 0)
        return refuse(e, o, "it is no polynomial");
    gr_polynomial_free(u);
    return put(u, (gradus_interval){gr_most(0, gr_down(sqrt(c.min))), gr_up(sqrt(c.max))});
}

static gradus_status apply(expansion *e, const gradus_operation *o, gradus_polynomial *u,
                           const gradus_polynomial *v)
{
    switch (o->kind) {
    case GRADUS_OPERATOR_NUMBER:
    case GRADUS_OPERATOR_PI:
    case GRADUS_OPERATOR_E:        return put(u, constant_of(e, o));
    case GRADUS_OPERATOR_VARIABLE: return put_variable(e, o->variable, u);
    case GRADUS_OPERATOR_NEGATE:   return scale(u, gr_interval_at(-1));
    case GRADUS_OPERATOR_ADD:      return add(e, o, u, 1, v);
    case GRADUS_OPERATOR_SUBTRACT: return add(e, o, u, -1, v);
    case GRADUS_OPERATOR_MULTIPLY: return multiply(e, o, u, v);
    case GRADUS_OPERATOR_DIVIDE:   return divide(e, o, u, v);
    case GRADUS_OPERATOR_POWER:    return power(e, o, u, v);
    case GRADUS_OPERATOR_SQRT:     return root(e, o, u);
    default:
        return refuse(e, o, "it is no polynomial: sums, products, whole powers and divisions "
                            "by constants make one");
    }
}

/* ---- all of it ---- */

static gradus_status expand(expansion *e)
{
    for (size_t i = 0; i < e->of->operations; i++) {
        const gradus_operation *o = &e->of->operation[i];
        const size_t operands = gr_operator_operands(o->kind);
        e->height -= operands;
        gradus_polynomial *u = &e->stack[e->height], *v = u + 1;
        const gradus_status status = apply(e, o, u, v);
        if (operands == 2)
            gr_polynomial_free(v);
        if (status != GRADUS_OK)
            return status;
        e->height++;
    }
    return GRADUS_OK;
}

gradus_status gradus_expression_polynomial(const gradus_expression *expression,
                                           const gradus_interval *box,
                                           gradus_polynomial **polynomial)
{
    gradus_status status;
    expansion e = {.of = expression, .box = box};
    const unsigned saved = gr_float_enter();
    *polynomial = NULL;
    for (size_t i = 0; i < GR_COUNT(e.stack); i++)
        e.stack[i].context = expression->context;
    GR_TRY(expand(&e));
    status = gradus_polynomial_new(expression->context, e.stack[0].term, e.stack[0].count,
                                   polynomial);
done:
    for (size_t i = 0; i < GR_COUNT(e.stack); i++)
        gr_polynomial_free(&e.stack[i]);
    gr_float_leave(saved);
    return status;
}
