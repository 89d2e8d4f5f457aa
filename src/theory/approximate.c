/*
 * theory/approximate.c - a network for a function: chosen, built, bounded, measured
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/approximate.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "net/net.h"
#include "theory/deep.h"
#include "theory/interval.h"
#include "theory/polynomial.h"

static const gr_construction *const constructions[] = {
#define CONSTRUCTION(name) &gr_construction_##name,
#include "theory/constructions.def"
#undef CONSTRUCTION
};

struct gradus_approximation {
    const gradus_context *context;
    gradus_net *net;
    gradus_approximation_about about;
    gradus_approximation_other *other; /* [others] */
    size_t others;
};

/* Some stand in the list once for each activation. */
const char *gradus_construction_name(size_t index)
{
    for (size_t i = 0; i < GR_COUNT(constructions); i++) {
        size_t first = 0;
        while (strcmp(constructions[first]->name, constructions[i]->name) != 0)
            first++;
        if (first == i && index-- == 0)
            return constructions[i]->name;
    }
    return NULL;
}

void gradus_approximation_defaults(gradus_approximation_options *options)
{
    *options = (gradus_approximation_options){.within = NAN};
}

/* ---- which construction ---- */

static bool is(const char *wanted, const char *name)
{
    return wanted == NULL || strcmp(wanted, name) == 0;
}

static bool fits(const gr_construction *c, const gr_target *target)
{
    const size_t inputs = target->f->inputs;
    return inputs >= c->min_inputs && inputs <= c->max_inputs &&
           (target->polynomial != NULL || !c->polynomials);
}

/* The constructions for so many inputs, to be named in a message. */
static gradus_status refuse(const gr_target *target,
                            const gradus_approximation_options *options)
{
    gradus_status status;
    const size_t inputs = target->f->inputs;
    gr_text text = {.context = target->context};
    for (size_t i = 0; i < GR_COUNT(constructions); i++)
        if (fits(constructions[i], target))
            GR_TRY(gr_text_add(&text, "%s%s with %s", text.length > 0 ? ", " : "",
                               constructions[i]->name, constructions[i]->activation));
    status = gr_fail(GRADUS_ARGUMENT, "--construction %s --with %s: there is none for a "
                     "function of %zu variable%s: take one of: %s",
                     options->construction == NULL ? "(any)" : options->construction,
                     options->activation == NULL ? "(any)" : options->activation, inputs,
                     inputs == 1 ? "" : "s", text.text == NULL ? "(none)" : text.text);
done:
    gr_release(target->context, text.text);
    return status;
}

static gradus_status find(const gr_target *target, const gradus_approximation_options *options,
                          const gr_construction **found)
{
    const char *activation = options->activation;
    if (activation == NULL && options->construction == NULL)
        activation = "relu";
    for (size_t i = 0; i < GR_COUNT(constructions); i++) {
        *found = constructions[i];
        if (fits(*found, target) && is(activation, (*found)->activation) &&
            is(options->construction, (*found)->name))
            return GRADUS_OK;
    }
    return refuse(target, options);
}

/* ---- f as a polynomial ---- */

static bool wants_polynomial(const gradus_approximation_options *options)
{
    for (size_t i = 0; i < GR_COUNT(constructions) && options->construction != NULL; i++)
        if (is(options->construction, constructions[i]->name))
            return constructions[i]->polynomials;
    return false;
}

/* What f said, and who asked. */
static gradus_status refuse_function(const gradus_context *context, const char *construction)
{
    gr_text text = {.context = context};
    gradus_status status = gr_text_add(&text, "%s", gradus_error());
    if (status == GRADUS_OK)
        status = gr_fail(GRADUS_ARGUMENT, "--construction %s: it takes polynomials only: %s",
                         construction, text.text);
    gr_release(context, text.text);
    return status;
}

/* f as a polynomial on the box, and on one around 0 that holds it, where it may have fewer
 * terms. */
typedef struct expansion {
    gradus_polynomial *on_box, *around;
    gradus_interval wide[GRADUS_VARIABLES];
} expansion;

static gradus_status expand_around(gr_target *target, double within, expansion *e)
{
    const gradus_function *f = target->f;
    const size_t d = f->inputs;
    for (size_t i = 0; i < d; i++) {
        const double most = gr_interval_magnitude(target->box[i]);
        e->wide[i] = (gradus_interval){-most, most};
    }
    const gradus_status status = f->polynomial(e->wide, &e->around, f->user);
    if (status != GRADUS_OK)
        return status == GRADUS_ARGUMENT ? GRADUS_OK : status;
    if (isnan(within)) /* of 1 in 2^20 */
        within = 0x1p-20 * gr_polynomial_size(e->on_box);
    if (gr_deep_cost(e->around, e->wide, d, within) <
        gr_deep_cost(e->on_box, target->box, d, within)) {
        target->polynomial = e->around;
        target->polynomial_box = e->wide;
    }
    return GRADUS_OK;
}

/* That it is none is a failure only for a construction that needs one. */
static gradus_status expand(gr_target *target, const gradus_approximation_options *options,
                            expansion *e)
{
    const gradus_function *f = target->f;
    gradus_status status;
    if (f->polynomial != NULL)
        status = f->polynomial(target->box, &e->on_box, f->user);
    else
        status = gr_fail(GRADUS_ARGUMENT, "f: it is not known to be one: give a formula");
    for (size_t i = f->inputs; i < GRADUS_VARIABLES && status == GRADUS_OK; i++)
        if (gr_polynomial_degree(e->on_box, i) > 0)
            return gr_fail(GRADUS_ARGUMENT, "f: its polynomial has variable %zu, of %zu", i + 1,
                           f->inputs);
    if (status == GRADUS_OK) {
        target->polynomial = e->on_box;
        target->polynomial_box = target->box;
        return expand_around(target, options->within, e);
    }
    if (status != GRADUS_ARGUMENT)
        return status;
    return wants_polynomial(options) ? refuse_function(target->context, options->construction)
                                     : GRADUS_OK;
}

/* ---- checks ---- */

/* A number for a message. */
typedef struct shown {
    char text[GRADUS_NUMBER_LENGTH];
} shown;

static shown show(double x)
{
    shown number = {""};
    if (isfinite((float)x) && fabs(x) >= 0x1p-126)
        gradus_number_write_float((float)x, number.text);
    else
        gradus_number_write(x, number.text);
    return number;
}

static gradus_status check(const gradus_function *f, const gradus_interval *box,
                           const gradus_approximation_options *options)
{
    if (f->inputs < 1 || f->inputs > GRADUS_VARIABLES)
        return gr_fail(GRADUS_ARGUMENT, "f: %zu variables: it must have 1 to %d", f->inputs,
                       GRADUS_VARIABLES);
    for (size_t i = 0; i < f->inputs; i++)
        if (!(box[i].min < box[i].max) || !isfinite(box[i].max - box[i].min))
            return gr_fail(GRADUS_ARGUMENT, "--on %s:%s: an axis of the box goes from a "
                           "number to a larger one", show(box[i].min).text,
                           show(box[i].max).text);
    if (isnan(options->within) && options->units == 0)
        return gr_fail(GRADUS_ARGUMENT, "--within: neither how near the net must come nor how "
                       "many units it may have is said: give --within or --units");
    if (options->within <= 0)
        return gr_fail(GRADUS_ARGUMENT, "--within %s: it must be above 0",
                       show(options->within).text);
    return GRADUS_OK;
}

static gradus_status out_of_reach(const gr_construction *c, const gr_shape *shape,
                                  const gr_bound *bound, double within)
{
    if (bound->rounding > within / 2)
        return gr_fail(GRADUS_ARGUMENT, "--within %s: with \"%s\" the rounding of doubles "
                       "alone may be %s: take a larger one", show(within).text, c->name,
                       show(bound->rounding).text);
    return gr_fail(GRADUS_ARGUMENT, "--within %s: \"%s\" with %zu units is bounded by %s: ask "
                   "for less, allow more --units, or take another --construction",
                   show(within).text, c->name, shape->units, show(bound->bound).text);
}

/* ---- the net ---- */

/* No bound holds for a net of infinite weights, which a box that is too narrow leads to. */
static gradus_status check_weights(const gr_construction *c, const gradus_net *net)
{
    if (net->kernels->find_not_finite(net->parameter_room, net->parameters) == SIZE_MAX)
        return GRADUS_OK;
    return gr_fail(GRADUS_ARGUMENT, "f: with \"%s\" a weight is larger than double can hold: "
                   "take a larger box, or scale f", c->name);
}

gradus_status gr_approximation_new(const gr_target *target, const gr_construction *c,
                                   size_t pieces, const gr_bound *bound, gradus_net *net,
                                   gradus_approximation **approximation)
{
    gradus_status status;
    gradus_approximation *made = NULL;
    gr_measured measured;
    const gr_shape shape = c->shape(target, pieces);
    GR_TRY(gr_allocate(target->context, 1, sizeof *made, "an approximation", &made));
    made->context = target->context;
    made->net = net;
    net = NULL;
    GR_TRY(check_weights(c, made->net));
    GR_TRY(gr_measure(target, made->net, c->counted == NULL ? pieces : 0, &measured));
    made->about = (gradus_approximation_about){
        .construction = c->name, .activation = c->activation, .about = c->about,
        .pieces = pieces, .counted = c->counted, .units = shape.units, .layers = shape.layers,
        .parameters = shape.parameters, .bound = bound->bound, .rounding = bound->rounding,
        .proved = bound->proved, .measured = measured.error, .points = measured.points};
    memcpy(made->about.at, measured.at, sizeof made->about.at);
    *approximation = made;
    made = NULL;
done:
    gradus_approximation_free(made);
    gradus_net_free(net);
    return status;
}

static gradus_status make(const gr_target *target, const gr_construction *c,
                          const gradus_approximation_options *options,
                          gradus_approximation **made)
{
    gradus_status status;
    gradus_net *net;
    gr_bound bound;
    size_t pieces;
    bool reached;
    GR_TRY(gr_choose_pieces(target, c, options->within, options->units, &pieces, &bound,
                            &reached));
    if (pieces == 0)
        GR_TRY(gr_fail(GRADUS_ARGUMENT, "--units %zu: \"%s\" takes %zu at least",
                       options->units, c->name, c->shape(target, c->min_pieces).units));
    if (!(bound.bound < INFINITY))
        GR_TRY(gr_fail(GRADUS_ARGUMENT, "f: with \"%s\" there is no bound that double can "
                       "hold: take a smaller box, or scale f", c->name));
    if (!reached) {
        const gr_shape shape = c->shape(target, pieces);
        GR_TRY(out_of_reach(c, &shape, &bound, options->within));
    }
    GR_TRY(c->build(target, pieces, &net));
    status = gr_approximation_new(target, c, pieces, &bound, net, made);
done:
    return status;
}

/* Of a function of one variable the constructions for one are better than grids, which are for
 * whom names them. */
static bool competes(const gr_construction *c, const gr_target *target)
{
    return fits(c, target) &&
           (target->f->inputs > 1 || c->max_inputs == 1 || c->polynomials);
}

/* About what the others take for the same. */
static gradus_status compare(const gr_target *target, const gr_construction *chosen,
                             double within, gradus_approximation *made)
{
    gradus_status status;
    GR_TRY(gr_allocate(target->context, GR_COUNT(constructions), sizeof *made->other,
                       "a comparison", &made->other));
    for (size_t i = 0; i < GR_COUNT(constructions); i++) {
        const gr_construction *c = constructions[i];
        size_t pieces;
        bool reached, extrapolated;
        if (c == chosen || !competes(c, target))
            continue;
        GR_TRY(gr_expect_pieces(target, c, within, &pieces, &reached, &extrapolated));
        const gr_shape shape = reached ? c->shape(target, pieces) : (gr_shape){0, 0, 0};
        made->other[made->others++] = (gradus_approximation_other){
            c->name, c->activation, c->about, reached, reached ? pieces : 0, shape.units,
            shape.layers, shape.parameters, extrapolated};
    }
done:
    return status;
}

gradus_status gradus_approximation_new(const gradus_context *context, const gradus_function *f,
                                       const gradus_interval *box,
                                       const gradus_approximation_options *options,
                                       gradus_approximation **approximation)
{
    gradus_status status;
    gradus_approximation *made = NULL;
    const gr_construction *construction;
    const unsigned saved = gr_float_enter();
    gr_memo memo = {.count = 0};
    expansion e = {NULL, NULL, {{0, 0}}};
    gr_target target = {gr_context_or_default(context), f, box, &memo, NULL, NULL};
    *approximation = NULL;
    GR_TRY(check(f, box, options));
    GR_TRY(expand(&target, options, &e));
    GR_TRY(find(&target, options, &construction));
    GR_TRY(make(&target, construction, options, &made));
    if (options->compare)
        GR_TRY(compare(&target, construction, isnan(options->within) ? made->about.bound
                                                                     : options->within,
                       made));
    *approximation = made;
    made = NULL;
done:
    gradus_approximation_free(made);
    gradus_polynomial_free(e.on_box);
    gradus_polynomial_free(e.around);
    gr_float_leave(saved);
    return status;
}

void gradus_approximation_free(gradus_approximation *made)
{
    if (made == NULL)
        return;
    gr_release(made->context, made->other);
    gradus_net_free(made->net);
    gr_release(made->context, made);
}

const gradus_net *gradus_approximation_net(const gradus_approximation *made)
{
    return made->net;
}

void gradus_approximation_describe(const gradus_approximation *made,
                                   gradus_approximation_about *about)
{
    *about = made->about;
}

const gradus_approximation_other *gradus_approximation_compare(
    const gradus_approximation *made, size_t index)
{
    return index < made->others ? &made->other[index] : NULL;
}
