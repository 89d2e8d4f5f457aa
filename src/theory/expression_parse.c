/*
 * theory/expression_parse.c - from a formula's text to operations in postfix order
 *
 *     sum      product { (+|-) product }
 *     product  operand { (*|/) operand }
 *     operand  (+|-) operand  |  power
 *     power    primary [ ^ operand ]
 *     primary  number | name | name ( sum {, sum} ) | ( sum )
 *
 * Each rule is a function that leaves its operations behind, and where its text begins.
 *
 * SPDX-License-Identifier: MIT
 */
#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/status.h"
#include "theory/expression.h"

enum { MOST_DEPTH = 100 };

#define NAMES                                                                              \
    "use x, y, z, x1 to x8, pi, e, sin, cos, tan, exp, log, sqrt, abs, tanh, sigmoid, "    \
    "relu, step, min, max"

typedef struct parser {
    gradus_expression *to;
    const char *at;
    size_t depth, height;   /* of rules; of results waiting for their operation */
    gradus_status status;
    gradus_operation nowhere; /* what is put after a failure */
} parser;

typedef struct span {
    const char *text;
    size_t length;
} span;

static void refuse(parser *p, span where, const char *what)
{
    if (p->status != GRADUS_OK)
        return;
    const size_t column = (size_t)(where.text - p->to->text) + 1;
    const int length = where.length > 40 ? 40 : (int)where.length;
    p->status = length == 0
                    ? gr_fail(GRADUS_ARGUMENT, "expression, column %zu: it ends here: %s",
                              column, what)
                    : gr_fail(GRADUS_ARGUMENT, "expression, column %zu: \"%.*s\": %s", column,
                              length, where.text, what);
}

static bool letter(char c) /* in any locale */
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The text at hand: a number, a name, or one character; nothing at the end. */
static span token(parser *p)
{
    while (isspace((unsigned char)*p->at))
        p->at++;
    span s = {p->at, 0};
    const char *c = p->at;
    if (isdigit((unsigned char)*c) || *c == '.') {
        while (isdigit((unsigned char)*c) || *c == '.')
            c++;
        const char *power = c + 1 + (*c != 0 && (c[1] == '+' || c[1] == '-'));
        if ((*c == 'e' || *c == 'E') && isdigit((unsigned char)*power))
            for (c = power; isdigit((unsigned char)*c);)
                c++;
    } else if (letter(*c)) {
        while (letter(*c) || isdigit((unsigned char)*c) || *c == '_')
            c++;
    } else if (*c != 0) {
        c++;
        while (((unsigned char)*c & 0xc0) == 0x80) /* the rest of a UTF-8 character */
            c++;
    }
    s.length = (size_t)(c - s.text);
    return s;
}

static bool take(parser *p, char c)
{
    const span s = token(p);
    if (p->status != GRADUS_OK || s.length != 1 || *s.text != c)
        return false;
    p->at++;
    return true;
}

/* The operation's text is all from `first` to what was read last. */
static gradus_operation *put(parser *p, gradus_operator kind, const char *first)
{
    if (p->status != GRADUS_OK)
        return &p->nowhere;
    p->height += 1 - gr_operator_operands(kind);
    if (p->height > GRADUS_EXPRESSION_STACK)
        refuse(p, (span){first, (size_t)(p->at - first)}, "too much is open here: nest less");
    gradus_operation *o = &p->to->operation[p->to->operations++];
    *o = (gradus_operation){.kind = kind, .first = (size_t)(first - p->to->text),
                            .length = (size_t)(p->at - first)};
    return o;
}

static const char *sum(parser *p);

static void number(parser *p, span s)
{
    double value = 0;
    bool zero = true;
    for (size_t i = 0; i < s.length && s.text[i] != 'e' && s.text[i] != 'E'; i++)
        zero = zero && (s.text[i] == '0' || s.text[i] == '.');
    if (!gradus_number_read(s.text, s.length, &value))
        refuse(p, s, "is no number: write one like 3, 0.5 or 1e-3");
    else if (isinf(value))
        refuse(p, s, "no double is that large: use numbers below 1.8e308");
    else if (value == 0 && !zero)
        refuse(p, s, "no double is that small: use 0 or numbers above 4.9e-324");
    p->at += s.length;
    put(p, GRADUS_OPERATOR_NUMBER, s.text)->number = value;
}

static bool variable(span s, size_t *index)
{
    if (s.length == 1 && *s.text >= 'x' && *s.text <= 'z')
        *index = (size_t)(*s.text - 'x');
    else if (s.length == 2 && *s.text == 'x' && s.text[1] >= '1' &&
             s.text[1] < '1' + GRADUS_VARIABLES)
        *index = (size_t)(s.text[1] - '1');
    else
        return false;
    return true;
}

static void call(parser *p, gradus_operator kind, span name)
{
    const size_t operands = gr_operator_operands(kind);
    if (!take(p, '(')) {
        refuse(p, token(p), "\"(\" is needed after a function");
        return;
    }
    for (size_t i = 0; i < operands; i++) {
        if (i > 0 && !take(p, ','))
            refuse(p, token(p), "\",\" is needed here: min and max are of two numbers");
        sum(p);
    }
    if (!take(p, ')'))
        refuse(p, token(p), "\")\" is needed here");
    put(p, kind, name.text);
}

static void name(parser *p, span s)
{
    size_t index;
    p->at += s.length;
    if (variable(s, &index)) {
        put(p, GRADUS_OPERATOR_VARIABLE, s.text)->variable = index;
        if (p->to->variables < index + 1)
            p->to->variables = index + 1;
        return;
    }
    for (int kind = 0; kind <= GRADUS_OPERATOR_MAX; kind++) {
        const char *text = gr_operator_text((gradus_operator)kind);
        if (strlen(text) != s.length || memcmp(text, s.text, s.length) != 0)
            continue;
        if (gr_operator_operands((gradus_operator)kind) > 0)
            call(p, (gradus_operator)kind, s);
        else
            put(p, (gradus_operator)kind, s.text);
        return;
    }
    refuse(p, s, "is no variable, function or constant: " NAMES);
}

static const char *primary(parser *p)
{
    const span s = token(p);
    if (p->status != GRADUS_OK)
        return s.text;
    if (letter(*s.text)) {
        name(p, s);
    } else if (isdigit((unsigned char)*s.text) || *s.text == '.') {
        number(p, s);
    } else if (take(p, '(')) {
        sum(p);
        if (!take(p, ')'))
            refuse(p, token(p), "\")\" is needed here");
    } else {
        refuse(p, s, "a number, a variable, a function or \"(\" is needed here");
    }
    return s.text;
}

static const char *operand(parser *p);

static const char *power(parser *p)
{
    const char *first = primary(p);
    if (take(p, '^')) {
        operand(p);
        put(p, GRADUS_OPERATOR_POWER, first);
    }
    return first;
}

/* All recursion comes through here. */
static const char *operand(parser *p)
{
    const span s = token(p);
    if (++p->depth > MOST_DEPTH)
        refuse(p, s, "nested too deeply: at most 100 parentheses, signs and powers");
    if (p->status != GRADUS_OK) {
        p->depth--;
        return s.text;
    }
    if (take(p, '-')) {
        operand(p);
        put(p, GRADUS_OPERATOR_NEGATE, s.text);
    } else if (take(p, '+')) {
        operand(p);
    } else {
        power(p);
    }
    p->depth--;
    return s.text;
}

static const char *product(parser *p)
{
    const char *first = operand(p);
    while (p->status == GRADUS_OK) {
        const gradus_operator kind = take(p, '*')   ? GRADUS_OPERATOR_MULTIPLY
                                     : take(p, '/') ? GRADUS_OPERATOR_DIVIDE
                                                    : GRADUS_OPERATOR_NUMBER;
        if (kind == GRADUS_OPERATOR_NUMBER)
            break;
        operand(p);
        put(p, kind, first);
    }
    return first;
}

static const char *sum(parser *p)
{
    const char *first = product(p);
    while (p->status == GRADUS_OK) {
        const gradus_operator kind = take(p, '+')   ? GRADUS_OPERATOR_ADD
                                     : take(p, '-') ? GRADUS_OPERATOR_SUBTRACT
                                                    : GRADUS_OPERATOR_NUMBER;
        if (kind == GRADUS_OPERATOR_NUMBER)
            break;
        product(p);
        put(p, kind, first);
    }
    return first;
}

gradus_status gr_expression_parse(gradus_expression *expression)
{
    parser p = {.to = expression, .at = expression->text};
    sum(&p);
    const span rest = token(&p);
    if (rest.length > 0)
        refuse(&p, rest,
               *rest.text == ')' ? "there is no \"(\" for it"
                                 : "an operation is missing before it: 2*x, not 2x");
    return p.status;
}
