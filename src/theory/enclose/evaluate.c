/*
 * theory/enclose/evaluate.c - an expression on a box, by the rules of intervals alone
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/enclose/points.h"
#include "theory/enclose/proof.h"

/* ---- steps ---- */

/* Do steps [a, a + count) and [b, b + count) compute the same? */
static bool are_equal(const gr_step *a, const gr_step *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (a[i].kind != b[i].kind || a[i].variable != b[i].variable ||
            a[i].constant.min != b[i].constant.min ||
            a[i].constant.max != b[i].constant.max)
            return false;
    return true;
}

static const size_t operands[] = {
#define OPERATOR(name, text, count) count,
    GRADUS_OPERATOR_LIST(OPERATOR)
#undef OPERATOR
};

static gradus_interval constant_of(const gradus_proof *proof, const gradus_operation *o)
{
    const char *text = gradus_expression_text(proof->expression) + o->first;
    switch (o->kind) {
    case GRADUS_OPERATOR_NUMBER: return gr_decimal(text, o->length);
    case GRADUS_OPERATOR_PI:     return gr_pi();
    case GRADUS_OPERATOR_E:      return gr_e();
    default:                     return gr_interval_at(0);
    }
}

gradus_status gr_steps_new(gradus_proof *proof)
{
    const gradus_operation *operation =
        gradus_expression_operations(proof->expression, &proof->steps);
    gradus_status status = gradus_memory_allocate(
        proof->context, proof->steps, sizeof *proof->step, "a proof", &proof->step);
    for (size_t i = 0; status == GRADUS_OK && i < proof->steps; i++) {
        gr_step *s = &proof->step[i];
        *s = (gr_step){.kind = operation[i].kind, .variable = operation[i].variable,
                       .constant = constant_of(proof, &operation[i]), .first = i,
                       .varies = operation[i].kind == GRADUS_OPERATOR_VARIABLE};
        size_t right = i;
        for (size_t k = 0; k < operands[s->kind]; k++) {
            right = s->first; /* of the last operand but one, the end */
            s->first = proof->step[s->first - 1].first;
            s->varies = s->varies || proof->step[right - 1].varies;
        }
        s->square = s->kind == GRADUS_OPERATOR_MULTIPLY && i - right == right - s->first &&
                    are_equal(proof->step + s->first, proof->step + right, i - right);
    }
    return status;
}

/* ---- evaluation ---- */

static void apply_power(const gr_jets *k, gr_jet *u, gr_jet *v, bool varies)
{
    gradus_interval f[3];
    if (!varies) {
        gr_power_curve(u->value, v->value, k->order, f);
        gr_jet_chain(k, u, f);
        return;
    }
    gr_curve(GRADUS_OPERATOR_LOG, u->value, k->order, f); /* u^v = e^(v log u) */
    gr_jet_chain(k, u, f);
    gr_jet_multiply(k, u, v);
    gr_curve(GRADUS_OPERATOR_EXP, u->value, k->order, f);
    gr_jet_chain(k, u, f);
}

static void apply_square(const gr_jets *k, gr_jet *u)
{
    gradus_interval f[3];
    gr_power_curve(u->value, gr_interval_at(2), k->order, f);
    gr_jet_chain(k, u, f);
}

/* u becomes the result; v is the second operand, and is used up. */
static void apply(const gr_jets *k, const gr_step *step, bool varies, gr_jet *u, gr_jet *v)
{
    gradus_interval f[3];
    switch (step->kind) {
    case GRADUS_OPERATOR_NEGATE:   gr_jet_negate(k, u); break;
    case GRADUS_OPERATOR_ADD:      gr_jet_add(k, u, v); break;
    case GRADUS_OPERATOR_SUBTRACT: gr_jet_negate(k, v); gr_jet_add(k, u, v); break;
    case GRADUS_OPERATOR_MULTIPLY:
        if (step->square)
            apply_square(k, u);
        else
            gr_jet_multiply(k, u, v);
        break;
    case GRADUS_OPERATOR_DIVIDE:   gr_jet_divide(k, u, v); break;
    case GRADUS_OPERATOR_POWER:    apply_power(k, u, v, varies); break;
    case GRADUS_OPERATOR_ABS:      gr_jet_abs(k, u); break;
    case GRADUS_OPERATOR_RELU:     gr_jet_relu(k, u); break;
    case GRADUS_OPERATOR_MIN:      gr_jet_min(k, u, v); break;
    case GRADUS_OPERATOR_MAX:
        gr_jet_negate(k, u);
        gr_jet_negate(k, v);
        gr_jet_min(k, u, v);
        gr_jet_negate(k, u);
        break;
    default:
        gr_curve(step->kind, u->value, k->order, f);
        gr_jet_chain(k, u, f);
    }
}

/* Of an operation on u and v. */
static gr_domain domain_of(const gr_step *step, bool varies, gradus_interval u,
                           gradus_interval v)
{
    if (step->kind == GRADUS_OPERATOR_DIVIDE)
        return v.min > 0 || v.max < 0     ? GR_DEFINED
               : v.min == 0 && v.max == 0 ? GR_UNDEFINED
                                             : GR_UNKNOWN;
    if (step->kind == GRADUS_OPERATOR_POWER)
        return varies ? gr_curve_domain(GRADUS_OPERATOR_LOG, u) : gr_power_domain(u, v);
    return gr_curve_domain(step->kind, u);
}

static bool is_finite(gradus_interval u)
{
    return isfinite(u.min) && isfinite(u.max);
}

void gr_proof_evaluate(const gradus_proof *proof, const gradus_interval *box, int order,
                       gr_jet *out, gr_trouble *trouble)
{
    const gr_jets k = {proof->function.inputs, order};
    gr_jet stack[GRADUS_EXPRESSION_STACK + 1];
    size_t height = 0;
    gr_jet_constant(&k, gr_everything(), &stack[0]);
    if (trouble != NULL)
        *trouble = (gr_trouble){proof->steps, GR_DEFINED};
    for (size_t i = 0; i < proof->steps; i++, height++) {
        const gr_step *step = &proof->step[i];
        height -= operands[step->kind];
        gr_jet *u = &stack[height], *v = u + 1;
        if (step->kind == GRADUS_OPERATOR_VARIABLE) {
            gr_jet_variable(&k, box[step->variable], step->variable, u);
            continue;
        }
        if (operands[step->kind] == 0) {
            gr_jet_constant(&k, step->constant, u);
            continue;
        }
        const bool varies = proof->step[i - 1].varies; /* its last operand does */
        const gr_domain domain =
            trouble == NULL ? GR_DEFINED
                            : domain_of(step, varies, u->value,
                                        operands[step->kind] == 2 ? v->value : u->value);
        if (domain == GR_DEFINED)
            apply(&k, step, varies, u, v);
        if (trouble != NULL && (domain != GR_DEFINED || !is_finite(u->value))) {
            *trouble = (gr_trouble){i, domain};
            return;
        }
    }
    *out = stack[0];
}
