/*
 * theory/polynomial.c - polynomials whose coefficients are intervals
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/polynomial.h"

#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "theory/interval.h"

/* ---- terms in their order ---- */

static int order(const gradus_term *a, const gradus_term *b)
{
    return memcmp(a->power, b->power, sizeof a->power);
}

static bool is_zero(const gradus_term *t)
{
    return t->coefficient.min == 0 && t->coefficient.max == 0;
}

/* Where a term stands, or would. */
static size_t place(const gradus_polynomial *p, const gradus_term *term, bool *found)
{
    size_t low = 0, high = p->count;
    *found = false;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int sign = order(&p->term[middle], term);
        if (sign == 0) {
            *found = true;
            return middle;
        }
        if (sign > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static gradus_status check_degree(const gradus_term *term)
{
    size_t degree = 0;
    for (size_t i = 0; i < GRADUS_VARIABLES; i++)
        degree += term->power[i];
    return degree <= GRADUS_POLYNOMIAL_DEGREE
               ? GRADUS_OK
               : gr_fail(GRADUS_ARGUMENT, "polynomial: its degree is %zu: at most %d are "
                         "multiplied out", degree, GRADUS_POLYNOMIAL_DEGREE);
}

static gradus_status insert(gradus_polynomial *p, size_t at, const gradus_term *term)
{
    gradus_status status = check_degree(term);
    if (status == GRADUS_OK && p->count == GRADUS_POLYNOMIAL_TERMS)
        status = gr_fail(GRADUS_ARGUMENT, "polynomial: multiplied out it has more than %d "
                         "terms", GRADUS_POLYNOMIAL_TERMS);
    if (status == GRADUS_OK && p->count == p->room) {
        const size_t room = p->room == 0 ? 8 : 2 * p->room;
        status = gr_resize(p->context, p->room, room, sizeof *p->term, "a polynomial",
                           &p->term);
        p->room = status == GRADUS_OK ? room : p->room;
    }
    if (status != GRADUS_OK)
        return status;
    memmove(p->term + at + 1, p->term + at, (p->count - at) * sizeof *p->term);
    p->term[at] = *term;
    p->count++;
    return GRADUS_OK;
}

gradus_status gr_polynomial_add(gradus_polynomial *p, const gradus_term *term)
{
    bool found;
    const size_t at = place(p, term, &found);
    if (!found)
        return is_zero(term) ? GRADUS_OK : insert(p, at, term);
    p->term[at].coefficient = gr_interval_add(p->term[at].coefficient, term->coefficient);
    if (is_zero(&p->term[at])) {
        p->count--;
        memmove(p->term + at, p->term + at + 1, (p->count - at) * sizeof *p->term);
    }
    return GRADUS_OK;
}

/* ---- arithmetic ---- */

gradus_status gr_polynomial_add_scaled(gradus_polynomial *p, gradus_interval factor,
                                       const gradus_polynomial *q)
{
    gradus_status status = GRADUS_OK;
    for (size_t k = 0; k < q->count && status == GRADUS_OK; k++) {
        gradus_term term = q->term[k];
        term.coefficient = gr_interval_multiply(factor, term.coefficient);
        status = gr_polynomial_add(p, &term);
    }
    return status;
}

/* Of powers up to 64 a sum is no more than 128. */
static gradus_term times(const gradus_term *a, const gradus_term *b)
{
    gradus_term t = {.coefficient = gr_interval_multiply(a->coefficient, b->coefficient)};
    for (size_t i = 0; i < GRADUS_VARIABLES; i++)
        t.power[i] = (unsigned char)(a->power[i] + b->power[i]);
    return t;
}

gradus_status gr_polynomial_multiply(const gradus_polynomial *p, const gradus_polynomial *q,
                                     gradus_polynomial *product)
{
    gradus_status status = GRADUS_OK;
    for (size_t i = 0; i < p->count; i++)
        for (size_t j = 0; j < q->count && status == GRADUS_OK; j++) {
            const gradus_term term = times(&p->term[i], &q->term[j]);
            status = gr_polynomial_add(product, &term);
        }
    if (status != GRADUS_OK)
        gr_polynomial_free(product);
    return status;
}

bool gr_polynomial_is_constant(const gradus_polynomial *p, gradus_interval *constant)
{
    static const gradus_term one = {.power = {0}};
    *constant = p->count == 0 ? gr_interval_at(0) : p->term[0].coefficient;
    return p->count == 0 || order(&p->term[0], &one) == 0;
}

double gr_polynomial_size(const gradus_polynomial *p)
{
    double sum = 0;
    for (size_t k = 0; k < p->count; k++)
        sum += gr_interval_magnitude(p->term[k].coefficient);
    return sum;
}

/* ---- on a box ---- */

/* *shifted, which is empty, becomes p with x_i = middle + half t_i: (middle + half t)^k for
 * rising k, by Pascal's triangle, for x_i^k in each term. */
static gradus_status shift(const gradus_polynomial *p, size_t i, gr_map map,
                           gradus_polynomial *shifted)
{
    gradus_status status = GRADUS_OK;
    gradus_interval power[GRADUS_POLYNOMIAL_DEGREE + 1] = {{1, 1}};
    for (size_t k = 0; k <= GRADUS_POLYNOMIAL_DEGREE && status == GRADUS_OK; k++) {
        for (size_t n = 0; n < p->count; n++)
            for (size_t j = 0; j <= k && p->term[n].power[i] == k; j++) {
                gradus_term term = p->term[n];
                term.power[i] = (unsigned char)j;
                term.coefficient = gr_interval_multiply(term.coefficient, power[j]);
                status = gr_polynomial_add(shifted, &term);
                if (status != GRADUS_OK)
                    return status;
            }
        for (size_t j = k + 2; j-- > 0 && k < GRADUS_POLYNOMIAL_DEGREE;)
            power[j] = gr_interval_add(
                gr_interval_multiply(map.middle, power[j]),
                j > 0 ? gr_interval_multiply(map.half, power[j - 1]) : gr_interval_at(0));
    }
    return status;
}

gr_map gr_map_of(gradus_interval side)
{
    const gradus_interval a = gr_interval_at(side.min), b = gr_interval_at(side.max);
    const gradus_interval two = gr_interval_at(2);
    return (gr_map){gr_interval_divide(gr_interval_add(a, b), two),
                    gr_interval_divide(gr_interval_subtract(b, a), two)};
}

size_t gr_polynomial_degree(const gradus_polynomial *p, size_t i)
{
    size_t most = 0;
    for (size_t n = 0; n < p->count; n++)
        most = p->term[n].power[i] > most ? p->term[n].power[i] : most;
    return most;
}

static bool is_finite(gradus_interval x)
{
    return isfinite(x.min) && isfinite(x.max);
}

static gradus_polynomial empty(const gradus_context *context)
{
    return (gradus_polynomial){.context = context};
}

gradus_status gradus_polynomial_on_box(const gradus_polynomial *p, const gradus_interval *box,
                                       gradus_polynomial **on_box)
{
    const unsigned saved = gr_float_enter();
    gradus_status status = gradus_polynomial_new(p->context, p->term, p->count, on_box);
    for (size_t i = 0; i < GRADUS_VARIABLES && status == GRADUS_OK; i++) {
        gradus_polynomial shifted = empty(p->context);
        if (gr_polynomial_degree(*on_box, i) == 0)
            continue;
        if (!(box[i].min <= box[i].max && box[i].max - box[i].min < INFINITY)) {
            status = gr_fail(GRADUS_ARGUMENT, "side %zu of the box: it must go from a number "
                             "to a larger one", i + 1);
            break;
        }
        status = shift(*on_box, i, gr_map_of(box[i]), &shifted);
        gr_polynomial_free(*on_box);
        **on_box = shifted;
    }
    for (size_t n = 0; status == GRADUS_OK && n < (*on_box)->count; n++)
        if (!is_finite((*on_box)->term[n].coefficient))
            status = gr_fail(GRADUS_ARGUMENT, "polynomial: its coefficients on the box are "
                             "beyond doubles: take a smaller box");
    if (status != GRADUS_OK) {
        gradus_polynomial_free(*on_box);
        *on_box = NULL;
    }
    gr_float_leave(saved);
    return status;
}

/* ---- public ---- */

gradus_status gradus_polynomial_new(const gradus_context *context, const gradus_term *terms,
                                    size_t count, gradus_polynomial **polynomial)
{
    gradus_status status;
    gradus_polynomial *p = NULL;
    const unsigned saved = gr_float_enter();
    context = gr_context_or_default(context);
    *polynomial = NULL;
    GR_TRY(gr_allocate(context, 1, sizeof *p, "a polynomial", &p));
    *p = empty(context);
    for (size_t k = 0; k < count; k++) {
        const gradus_interval c = terms[k].coefficient;
        if (!(c.min <= c.max && is_finite(c)))
            GR_TRY(gr_fail(GRADUS_ARGUMENT, "polynomial, term %zu: its coefficient is no "
                           "finite interval", k + 1));
        GR_TRY(gr_polynomial_add(p, &terms[k]));
    }
    *polynomial = p;
    p = NULL;
done:
    gradus_polynomial_free(p);
    gr_float_leave(saved);
    return status;
}

void gr_polynomial_free(gradus_polynomial *p)
{
    gr_release(p->context, p->term);
    *p = empty(p->context);
}

void gradus_polynomial_free(gradus_polynomial *polynomial)
{
    if (polynomial == NULL)
        return;
    gr_polynomial_free(polynomial);
    gr_release(polynomial->context, polynomial);
}

const gradus_term *gradus_polynomial_terms(const gradus_polynomial *polynomial, size_t *count)
{
    *count = polynomial->count;
    return polynomial->term;
}
