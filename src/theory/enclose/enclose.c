/*
 * theory/enclose/enclose.c - enclosures of an expression, sharper than the rules give them
 *
 * With c the middle of the box X, g the gradient and H the Hessian on X:
 *
 *     g(X)   in  g(c) + H (X - c)
 *     f(X)   in  f(c) + g (X - c),   f(c) + g(c) (X - c) + 1/2 (X - c)' H (X - c)
 *
 * and where g_i has one sign, f is least and most at the ends of X_i. The first holds with
 * kinks too, where g holds all slopes between both sides (Lebourg's mean value theorem).
 *
 * SPDX-License-Identifier: MIT
 */
#include <fenv.h>

#include "theory/enclose/proof.h"

#ifdef GR_FLINT_3
#include <flint/arb.h>
#else
#include <arb.h>
#endif

typedef gradus_interval interval;

static interval product(interval a, interval b) { return gr_interval_multiply(a, b); }
static interval sum(interval a, interval b) { return gr_interval_add(a, b); }

/* By rounding two enclosures of the same may miss each other nowhere. */
static void sharpen(interval *u, interval v)
{
    *u = gr_interval_meet(*u, v);
}

/* X - c, and c */
static void offsets(size_t d, const interval *box, interval *centre, interval *offset)
{
    for (size_t i = 0; i < d; i++) {
        centre[i] = gr_interval_at(box[i].min + 0.5 * (box[i].max - box[i].min));
        offset[i] = gr_interval_subtract(box[i], centre[i]);
    }
}

/* f(c) + sum of g_i o_i */
static interval first_order(size_t d, const gr_jet *at, const interval *g, const interval *o)
{
    interval y = at->value;
    for (size_t i = 0; i < d; i++)
        y = sum(y, product(g[i], o[i]));
    return y;
}

static interval second_order(size_t d, const gr_jet *at, const gr_jet *f, const interval *o)
{
    const interval half = gr_interval_at(0.5);
    interval y = first_order(d, at, at->gradient, o);
    for (size_t i = 0, pair = 0; i < d; i++)
        for (size_t j = i; j < d; j++, pair++)
            y = sum(y, i == j ? product(product(half, f->hessian[pair]), gr_square(o[i]))
                              : product(f->hessian[pair], product(o[i], o[j])));
    return y;
}

/* Of i, j among the pairs i <= j. */
static size_t pair_of(size_t d, size_t i, size_t j)
{
    const size_t low = i < j ? i : j, high = i < j ? j : i;
    return low * d - low * (low + 1) / 2 + high;
}

static void sharpen_gradient(size_t d, const gr_jet *at, gr_jet *f, const interval *o)
{
    for (size_t i = 0; i < d; i++) {
        interval g = at->gradient[i];
        for (size_t j = 0; j < d; j++)
            g = sum(g, product(f->hessian[pair_of(d, i, j)], o[j]));
        sharpen(&f->gradient[i], g);
    }
}

/* By the ends at which f is least and most, where it rises or falls all along. */
static void sharpen_ends(const gradus_proof *proof, const interval *box, gr_jet *f)
{
    const size_t d = proof->function.inputs;
    interval low[GRADUS_VARIABLES], high[GRADUS_VARIABLES];
    gr_jet at;
    bool any = false;
    for (size_t i = 0; i < d; i++) {
        low[i] = high[i] = box[i];
        if (f->gradient[i].min >= 0 || f->gradient[i].max <= 0) {
            const bool rises = f->gradient[i].min >= 0;
            low[i] = gr_interval_at(rises ? box[i].min : box[i].max);
            high[i] = gr_interval_at(rises ? box[i].max : box[i].min);
            any = any || box[i].min < box[i].max;
        }
    }
    if (!any)
        return;
    gr_proof_evaluate(proof, low, 0, &at, NULL);
    sharpen(&f->value, (interval){at.value.min, INFINITY});
    gr_proof_evaluate(proof, high, 0, &at, NULL);
    sharpen(&f->value, (interval){-INFINITY, at.value.max});
}

static void enclose_box(const gradus_proof *proof, const interval *box, int order, gr_jet *f)
{
    const size_t d = proof->function.inputs;
    interval centre[GRADUS_VARIABLES] = {{0, 0}}, offset[GRADUS_VARIABLES] = {{0, 0}};
    gr_jet at;
    offsets(d, box, centre, offset);
    gr_proof_evaluate(proof, box, order < 1 ? 1 : order, f, NULL);
    gr_proof_evaluate(proof, centre, order < 2 ? 0 : 1, &at, NULL);
    if (order >= 2) {
        sharpen_gradient(d, &at, f, offset);
        sharpen(&f->value, second_order(d, &at, f, offset));
    }
    sharpen(&f->value, first_order(d, &at, f->gradient, offset));
    sharpen_ends(proof, box, f);
}

static gradus_status enclose(const gradus_interval *box, int order, gradus_interval *result,
                             void *user)
{
    const gradus_proof *proof = user;
    const size_t d = proof->function.inputs;
    fenv_t host;
    gr_jet f;
    bool point = true;
    for (size_t i = 0; i < d; i++) {
        if (!(box[i].min >= proof->box[i].min && box[i].max <= proof->box[i].max &&
              box[i].min <= box[i].max))
            return gradus_error_set(GRADUS_ARGUMENT,
                                    "enclosure of \"%.60s\": the box leaves the one that f was "
                                    "shown to be defined on: ask within it",
                                    gradus_expression_text(proof->expression));
        point = point && box[i].min == box[i].max;
    }
    fegetenv(&host); /* rounding to nearest, with gradual underflow, whatever the host does */
    fesetenv(FE_DFL_ENV);
    if (point)
        gr_proof_evaluate(proof, box, order, &f, NULL);
    else
        enclose_box(proof, box, order, &f);
    fesetenv(&host);
    result[0] = f.value;
    for (size_t i = 0; order >= 1 && i < d; i++)
        result[1 + i] = f.gradient[i];
    for (size_t p = 0; order >= 2 && p < d * (d + 1) / 2; p++)
        result[1 + d + p] = f.hessian[p];
    return GRADUS_OK;
}

static double value(const double *x, void *user)
{
    const gradus_proof *proof = user;
    return gradus_expression_value(proof->expression, x);
}

static gradus_status polynomial(const gradus_interval *box, gradus_polynomial **p, void *user)
{
    const gradus_proof *proof = user;
    return gradus_expression_polynomial(proof->expression, box, p);
}

static gradus_status check_arguments(const gradus_expression *expression, size_t inputs,
                                     const gradus_interval *box)
{
    const size_t variables = gradus_expression_variables(expression);
    if (inputs < 1 || inputs > GRADUS_VARIABLES || variables > inputs)
        return gradus_error_set(GRADUS_ARGUMENT,
                                "expression: it has %zu variables, the box %zu sides: give "
                                "each variable its least:most, of at most %d",
                                variables, inputs, GRADUS_VARIABLES);
    for (size_t i = 0; i < inputs; i++)
        if (!(isfinite(box[i].max - box[i].min) && box[i].min <= box[i].max))
            return gradus_error_set(GRADUS_ARGUMENT, "box, side %zu: its length is no finite "
                                    "number from 0 on: give the least number, and the most",
                                    i + 1);
    return GRADUS_OK;
}

gradus_status gradus_proof_new(const gradus_context *context,
                               const gradus_expression *expression, size_t inputs,
                               const gradus_interval *box, gradus_proof **proof)
{
    gradus_proof *p = NULL;
    fenv_t host;
    *proof = NULL;
    gradus_status status = check_arguments(expression, inputs, box);
    if (status == GRADUS_OK)
        status = gradus_memory_allocate(context, 1, sizeof *p, "a proof", &p);
    if (status != GRADUS_OK)
        return status;
    p->context = context;
    p->expression = expression;
    p->function = (gradus_function){inputs, value, enclose, p, polynomial};
    for (size_t i = 0; i < inputs; i++)
        p->box[i] = box[i];
    fegetenv(&host);
    fesetenv(FE_DFL_ENV);
    status = gr_steps_new(p);
    if (status == GRADUS_OK)
        status = gr_proof_check(p);
    fesetenv(&host);
    if (status == GRADUS_OK)
        *proof = p;
    else
        gradus_proof_free(p);
    return status;
}

void gradus_proof_free(gradus_proof *proof)
{
    if (proof == NULL)
        return;
    gradus_memory_release(proof->context, proof->step);
    gradus_memory_release(proof->context, proof);
}

const gradus_function *gradus_proof_function(const gradus_proof *proof)
{
    return &proof->function;
}

const char *gradus_proof_libraries(void)
{
#ifdef GR_FLINT_3
    return "FLINT " FLINT_VERSION;
#else
    return "Arb " ARB_VERSION ", FLINT " FLINT_VERSION;
#endif
}
