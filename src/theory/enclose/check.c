/*
 * theory/enclose/check.c - is a function defined and continuous on all of a box?
 *
 * The box is halved until each part answers by itself: intervals are too wide, so that
 * what looks undefined on a large box need not be. A part that is still open when it is
 * tiny, or a point where f is not defined, is what is told.
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/enclose/proof.h"

enum { MOST_PARTS = 20000, MOST_OPEN = 512 };

typedef struct part {
    gradus_interval box[GRADUS_VARIABLES];
} part;

static const char *complaint(gradus_operator kind)
{
    switch (kind) {
    case GRADUS_OPERATOR_DIVIDE: return "divides by 0";
    case GRADUS_OPERATOR_LOG:    return "is a logarithm of a number that is not above 0";
    case GRADUS_OPERATOR_SQRT:   return "is a root of a number below 0";
    case GRADUS_OPERATOR_TAN:    return "has a pole";
    case GRADUS_OPERATOR_STEP:   return "jumps";
    case GRADUS_OPERATOR_POWER:  return "is a power that is not defined";
    default:                     return "is too large for a double";
    }
}

static size_t add_text(char *to, size_t used, size_t room, const char *text)
{
    while (*text != 0 && used + 1 < room)
        to[used++] = *text++;
    to[used] = 0;
    return used;
}

/* "x1 = 0.5, x2 = 0", the middle of the part */
static void name_place(const gradus_proof *proof, const part *at, char *text, size_t room)
{
    size_t used = 0;
    char number[GRADUS_NUMBER_LENGTH];
    char name[] = " = ";
    for (size_t i = 0; i < proof->function.inputs; i++) {
        const char letter[] = {proof->function.inputs > 3 ? 'x' : "xyz"[i], 0};
        const char digit[] = {(char)('1' + i), 0};
        used = add_text(text, used, room, i > 0 ? ", " : "");
        used = add_text(text, used, room, letter);
        used = add_text(text, used, room, proof->function.inputs > 3 ? digit : "");
        used = add_text(text, used, room, name);
        gradus_number_write(at->box[i].min + 0.5 * (at->box[i].max - at->box[i].min),
                            number);
        used = add_text(text, used, room, number);
    }
}

/* `seen`: it is so at a point; else it is not shown to be otherwise near it. */
static gradus_status refuse(const gradus_proof *proof, const part *at, gr_trouble trouble,
                            bool seen)
{
    size_t count;
    char place[GRADUS_VARIABLES * (GRADUS_NUMBER_LENGTH + 8)];
    const gradus_operation *o =
        gradus_expression_operations(proof->expression, &count) + trouble.step;
    const char *text = gradus_expression_text(proof->expression) + o->first;
    const bool finite = trouble.domain != GR_DEFINED;
    name_place(proof, at, place, sizeof place);
    return gradus_error_set(
        GRADUS_ARGUMENT, "expression, column %zu: \"%.*s\"%s %s %s %s: choose a box without it",
        o->first + 1, o->length > 60 ? 60 : (int)o->length, text,
        seen ? "" : ", as far as intervals tell,",
        finite ? complaint(o->kind) : complaint(GRADUS_OPERATOR_ADD), seen ? "at" : "near",
        place);
}

/* The widest axis, in units of the whole box; -1 where all are tiny. */
static int widest(const gradus_proof *proof, const part *p)
{
    int axis = -1;
    double most = 0x1p-40;
    for (size_t i = 0; i < proof->function.inputs; i++) {
        const gradus_interval whole = proof->box[i], u = p->box[i];
        const double middle = u.min + 0.5 * (u.max - u.min);
        const double width = (u.max - u.min) / (whole.max - whole.min);
        if (width > most && middle > u.min && middle < u.max) {
            most = width;
            axis = (int)i;
        }
    }
    return axis;
}

/* Is f undefined in a corner, or the middle? */
static bool is_seen(const gradus_proof *proof, const part *p, part *at, gr_trouble *trouble)
{
    gr_jet out;
    for (int which = 0; which < 3; which++) {
        for (size_t i = 0; i < proof->function.inputs; i++) {
            const gradus_interval u = p->box[i];
            at->box[i] = gr_interval_at(which == 0   ? u.min
                                        : which == 1 ? u.max
                                                     : u.min + 0.5 * (u.max - u.min));
        }
        gr_proof_evaluate(proof, at->box, 0, &out, trouble);
        if (trouble->step < proof->steps && trouble->domain == GR_UNDEFINED)
            return true;
    }
    return false;
}

gradus_status gr_proof_check(const gradus_proof *proof)
{
    part open[MOST_OPEN], at;
    size_t count = 1;
    memcpy(open[0].box, proof->box, sizeof open[0].box);
    for (size_t parts = 0; count > 0; parts++) {
        const part p = open[--count];
        gr_trouble trouble, there;
        gr_jet out;
        gr_proof_evaluate(proof, p.box, 0, &out, &trouble);
        if (trouble.step == proof->steps)
            continue;
        if (is_seen(proof, &p, &at, &there))
            return refuse(proof, &at, there, true);
        const int axis = widest(proof, &p);
        if (axis < 0 || parts >= MOST_PARTS || count + 2 > MOST_OPEN)
            return refuse(proof, &p, trouble, false);
        const gradus_interval u = p.box[axis];
        const double middle = u.min + 0.5 * (u.max - u.min);
        open[count] = open[count + 1] = p;
        open[count++].box[axis].min = middle;
        open[count++].box[axis].max = middle;
    }
    return GRADUS_OK;
}
