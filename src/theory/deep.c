/*
 * theory/deep.c - a polynomial as a deep relu network, and how far it is off
 *
 * With each number that the network computes goes how far it is from what it stands for:
 * squares that are none, coefficients and weights that are rounded, and the rounding of the
 * evaluation (docs/math/constructions.md has the bounds, in these letters).
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/deep.h"

#include "theory/approximate.h"
#include "theory/interval.h"
#include "theory/polynomial.h"

static const double u = 0x1p-53;

/* Of numbers >= 0, more than some hundred roundings of a sum of products take off. */
static double lifted(double x) { return x * (1 + 0x1p-45) + 0x1p-1000; }

/* What a chain of the form's terms is off by, where the sum of its terms is at most `mass`. */
static double chain(const gr_form *form, double mass)
{
    return lifted(gr_chain_error((double)form->terms + 2) * mass);
}

/* ---- numbers ---- */

typedef enum kind {
    CONSTANT,   /* shift */
    LINE,       /* slope t_variable + shift */
    FORM
} kind;

typedef struct number {
    kind kind;
    size_t variable;
    double slope, shift;
    gr_form form;       /* over the units of the last layer */
    double mass;        /* FORM: sum of |factor| unit and |constant|, at most */
    double carry;       /* FORM: it is a unit less that, already carried; 0: it is not */
    double size;        /* of what it stands for, at most */
    double error, squares;
} number;

/* v_i = (t_i + 1)/2, which is between 0 and 1. */
typedef struct variable {
    gr_form form;
    double mass, error;
    bool exact;         /* it may be squared as it is */
} variable;

enum { MOST_HEIGHT = GRADUS_VARIABLES + 2 };

typedef struct machine {
    const gr_deep *deep;
    gr_tower *tower;
    variable variable[GRADUS_VARIABLES];
    size_t left[GRADUS_VARIABLES];  /* so many factors t_i are still to come */
    size_t next;                    /* the term that is next */
    number stack[MOST_HEIGHT];
    size_t height;
    int exponent;                   /* coefficients are divided by 2^exponent */
    gradus_status status;
} machine;

/* The form of a number, of t_i = 2 v_i - 1. */
static void make_form(const machine *m, number *n)
{
    const variable *v = &m->variable[n->variable];
    if (n->kind == FORM)
        return;
    n->form = (gr_form){.constant = n->shift};
    n->mass = fabs(n->shift);
    if (n->kind == LINE) {
        n->form = gr_form_shift(
            gr_form_scale(gr_form_shift(gr_form_scale(v->form, 2), -1), n->slope), n->shift);
        n->mass = lifted(n->mass + fabs(n->slope) * (2 * v->mass + 1));
        n->error = lifted(n->error + 2 * fabs(n->slope) * v->error + 4 * u * n->mass);
    }
    n->kind = FORM;
    n->carry = 0;
}

static void push_constant(machine *m, gradus_interval c)
{
    const double least = ldexp(c.min, -m->exponent), most = ldexp(c.max, -m->exponent);
    const double middle = least / 2 + most / 2;
    m->stack[m->height++] = (number){
        .kind = CONSTANT, .shift = middle, .size = lifted(gr_most(fabs(least), fabs(most))),
        .error = lifted(gr_most(most - middle, middle - least))};
}

/* The two on top become their sum. */
static void add(machine *m)
{
    number *a = &m->stack[m->height - 2], *b = &m->stack[m->height - 1];
    m->height--;
    if (b->kind == CONSTANT && a->kind != FORM) {
        a->shift += b->shift;
        a->error = lifted(a->error + u * fabs(a->shift));
    } else {
        make_form(m, a);
        make_form(m, b);
        a->form = gr_form_add(a->form, b->form);
        a->mass = lifted(a->mass + b->mass);
        a->error = lifted(a->error + u * a->mass);
        a->carry = 0;
    }
    a->size = lifted(a->size + b->size);
    a->error = lifted(a->error + b->error);
    a->squares = lifted(a->squares + b->squares);
}

/* ---- what goes past a product ---- */

/* Is v_i needed after the one that is made now? */
static bool needed(const machine *m, size_t i)
{
    for (size_t k = 0; k + 1 < m->height; k++)
        if (m->stack[k].kind == LINE && m->stack[k].variable == i)
            return true;
    for (size_t k = m->next; k < m->deep->on_box->count; k++)
        if (m->deep->on_box->term[k].power[i] > 0)
            return true;
    return m->left[i] > 0;
}

static gr_carried carry(machine *m, const bool *wanted)
{
    gr_carried carried = {.count = 0};
    for (size_t i = 0; i < m->deep->inputs; i++)
        if (wanted[i])
            carried.form[carried.count++] = m->variable[i].form;
    for (size_t k = 0; k + 1 < m->height; k++) {
        number *n = &m->stack[k];
        if (n->kind != FORM)
            continue;
        if (n->carry == 0) {
            n->carry = lifted(n->size + n->error);
            const double off = chain(&n->form, n->mass + n->carry);
            n->error = lifted(n->error + off);
            n->mass = lifted(3 * n->carry + off);
        }
        carried.form[carried.count++] = gr_form_shift(n->form, n->carry);
    }
    return carried;
}

/* The same forms, over the layers that they went through. */
static void arrive(machine *m, const bool *wanted, const gr_carried *carried)
{
    size_t at = 0;
    for (size_t i = 0; i < m->deep->inputs; i++) {
        variable *v = &m->variable[i];
        if (!wanted[i])
            continue;
        if (!v->exact)
            v->error = lifted(v->error + chain(&v->form, v->mass));
        *v = (variable){carried->form[at++], lifted(1 + v->error), v->error, true};
    }
    for (size_t k = 0; k + 1 < m->height; k++) {
        number *n = &m->stack[k];
        if (n->kind == FORM)
            n->form = gr_form_shift(carried->form[at++], -n->carry);
    }
}

/* ---- products ---- */

/* A number that is not better known than this is not known. */
static const double blurred = 0.25;

/* A layer that holds v_i, where it is not exact as it comes. */
static void make_exact(machine *m, size_t i)
{
    bool wanted[GRADUS_VARIABLES];
    if (m->variable[i].exact)
        return;
    for (size_t k = 0; k < m->deep->inputs; k++)
        wanted[k] = k == i || needed(m, k);
    gr_carried carried = carry(m, wanted);
    m->status = gr_tower_carry(m->tower, &carried);
    arrive(m, wanted, &carried);
}

/*
 * t (a t + b) with t = 2v - 1 is 4a (v^2 + k v) + (a - b), k = b/(2a) - 1. The line k v rides
 * on the sum of the square.
 */
static void square(machine *m, size_t i, const bool *wanted)
{
    number *n = &m->stack[m->height - 1];
    const double a = n->slope, b = n->shift, k = b / (2 * a) - 1;
    const double delta = gr_square_error(m->deep->layers);
    const double e = m->variable[i].error, size = fabs(a) + fabs(b);
    const gr_line line = {k, k < 0 ? -k * (1 + 2 * e) : 0};
    gr_carried carried = carry(m, wanted);
    m->status = gr_tower_square(m->tower, m->deep->layers, m->variable[i].form, line, &carried,
                                &n->form);
    arrive(m, wanted, &carried);
    n->form = gr_form_shift(gr_form_scale(gr_form_shift(n->form, -line.shift), 4 * a), a - b);
    const double most = (1 + fabs(k) + 16 * delta + line.shift) * (1 + 2 * e);
    n->mass = lifted(4 * fabs(a) * most + size);
    const double rounding = u * ((double)m->deep->layers * (1 + fabs(k)) * (1 + 2 * e) +
                                 5 * (2 + 2 * fabs(k) + line.shift));
    n->squares = lifted(n->squares + 4 * fabs(a) * delta);
    n->error = lifted(n->error + 4 * size * e + 4 * fabs(a) * (delta + e + e * e + rounding) +
                      4 * u * n->mass + 16 * u * size);
    n->kind = FORM;
    n->carry = 0;
    if (!(e < blurred))
        n->error = INFINITY;
}

/* t q, |q| <= B, by the squares of (t + s q)/2 and (t - s q)/2, s = 1/B. */
static void multiply(machine *m, size_t i, const bool *wanted)
{
    number *q = &m->stack[m->height - 1];
    number t = {.kind = LINE, .variable = i, .slope = 1};
    make_form(m, &t);
    make_form(m, q);
    const double B = lifted(q->size + q->error), s = 1 / B;
    const double delta = gr_square_error(m->deep->layers - 1);
    const double terms = (double)(t.form.terms + q->form.terms) + 6;
    const double rho = lifted(gr_chain_error(terms) * (t.mass + s * q->mass) / 2);
    const double over = lifted(t.error / 2 + rho);
    const double rounding = ((double)m->deep->layers + 10) * u;
    gr_carried carried = carry(m, wanted);
    gr_form product = {.terms = 0};
    m->status = gr_tower_multiply(m->tower, m->deep->layers - 1, t.form,
                                  gr_form_scale(q->form, s), &carried, &product);
    arrive(m, wanted, &carried);
    q->form = gr_form_scale(product, B);
    q->mass = lifted(5 * B);
    q->squares = lifted(q->squares + B * delta);
    q->error = lifted(q->error * (1 + t.error) + q->size * t.error +
                      B * (delta + 4 * over + 2 * rounding + 6 * rho) + 32 * u * B);
    q->carry = 0;
    if (!(over < blurred))
        q->error = INFINITY;
}

/* The number on top times t_i. */
static void times(machine *m, size_t i)
{
    number *n = &m->stack[m->height - 1];
    bool wanted[GRADUS_VARIABLES];
    if (n->kind == CONSTANT) {
        *n = (number){.kind = LINE, .variable = i, .slope = n->shift, .size = n->size,
                      .error = n->error};
        return;
    }
    const bool own = n->kind == LINE && n->variable == i;
    if (own && fabs(n->slope) <= 0x1p-60 * fabs(n->shift)) {
        n->error = lifted(n->error + fabs(n->slope));
        n->slope = n->shift;
        n->shift = 0;
        return;
    }
    if (own)
        make_exact(m, i);
    for (size_t k = 0; k < m->deep->inputs; k++)
        wanted[k] = needed(m, k);
    if (m->status == GRADUS_OK)
        (own ? square : multiply)(m, i, wanted);
}

/* ---- Horner's rule ---- */

static bool goes_on(const machine *m)
{
    return m->status == GRADUS_OK && m->tower->units <= GR_MOST_UNITS;
}

/* Pushes the sum of the terms from the next one up to `end`, which agree in the powers of all
 * variables before i. */
static void evaluate(machine *m, size_t end, size_t i)
{
    const gradus_term *term = m->deep->on_box->term;
    if (i == m->deep->inputs) {
        push_constant(m, term[m->next++].coefficient);
        return;
    }
    size_t power = term[m->next].power[i];
    for (bool first = true; first || power > 0; first = false) {
        if (!first)
            m->left[i] = --power;
        if (!first && goes_on(m))
            times(m, i);
        if (m->next == end || term[m->next].power[i] != power)
            continue;
        size_t last = m->next;
        while (last < end && term[last].power[i] == power)
            last++;
        m->left[i] = power;
        evaluate(m, last, i + 1);
        if (!first)
            add(m);
    }
}

/* ---- from x on ---- */

/* v = w x + b, exact where b = 0 and w is a power of 2. */
static void start_variable(machine *m, size_t i)
{
    const gradus_interval box = m->deep->box[i];
    const gradus_interval a = gr_interval_at(box.min);
    const gradus_interval side = gr_interval_subtract(gr_interval_at(box.max), a);
    const gradus_interval weight = gr_interval_divide(gr_interval_at(1), side);
    const gradus_interval bias = gr_interval_negate(gr_interval_divide(a, side));
    const double w = 1 / (box.max - box.min), b = -(box.min / (box.max - box.min));
    const double most = gr_interval_magnitude(box);
    int exponent;
    m->variable[i] = (variable){
        .form = gr_form_shift(gr_form_unit(i, w), b == 0 ? 0 : b),
        .mass = lifted(w * most + fabs(b)),
        .exact = b == 0 && weight.min == weight.max && frexp(w, &exponent) == 0.5};
    if (!m->variable[i].exact)
        m->variable[i].error =
            lifted(most * gr_most(weight.max - w, w - weight.min) +
                   gr_most(bias.max - b, b - bias.min));
}

static const double largest = 0x1p1000; /* sum of coefficients that is taken */

gradus_status gr_deep_lay(const gr_deep *deep, gr_tower *tower, gr_form *output,
                          gr_deep_error *error)
{
    machine m = {.deep = deep, .tower = tower};
    number *p = &m.stack[0];
    const double sum = gr_polynomial_size(deep->on_box);
    *error = (gr_deep_error){INFINITY, INFINITY};
    *output = (gr_form){.constant = 0};
    if (!(sum < largest))
        return GRADUS_OK;
    if (sum > 0)
        (void)frexp(sum, &m.exponent);
    for (size_t i = 0; i < deep->inputs; i++)
        start_variable(&m, i);
    if (deep->on_box->count == 0)
        push_constant(&m, gr_interval_at(0));
    else
        evaluate(&m, deep->on_box->count, 0);
    if (m.status != GRADUS_OK)
        return m.status;
    make_form(&m, p);
    *output = gr_form_scale(p->form, ldexp(1, m.exponent));
    p->error = lifted(p->error + chain(&p->form, p->mass));
    if (p->error < INFINITY && tower->units <= GR_MOST_UNITS)
        *error = (gr_deep_error){lifted(ldexp(p->error, m.exponent)),
                                 lifted(ldexp(p->squares, m.exponent))};
    return GRADUS_OK;
}

/* By the error of ten layers a product, and a quarter of it for each one more. */
double gr_deep_cost(const gradus_polynomial *on_box, const gradus_interval *box, size_t inputs,
                    double within)
{
    const gr_deep deep = {on_box, box, inputs, 10};
    gr_tower tower = gr_tower_plan(inputs);
    gr_form output;
    gr_deep_error error;
    int quarters;
    const gradus_status status = gr_deep_lay(&deep, &tower, &output, &error);
    if (status != GRADUS_OK || !(error.error - error.squares < within / 4))
        return INFINITY;
    (void)frexp(error.error / within, &quarters);
    return (double)tower.units / 10 * gr_most(1, 10 + quarters / 2.0);
}
