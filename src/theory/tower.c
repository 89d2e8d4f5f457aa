/*
 * theory/tower.c - a network laid down layer by layer, with weights that are known
 *
 * SPDX-License-Identifier: MIT
 */
#include "theory/tower.h"

#include <assert.h>

#include "base/status.h"

/* ---- forms ---- */

gr_form gr_form_unit(size_t unit, double factor)
{
    return (gr_form){.terms = 1, .unit = {unit}, .factor = {factor}};
}

gr_form gr_form_scale(gr_form a, double factor)
{
    for (size_t i = 0; i < a.terms; i++)
        a.factor[i] *= factor;
    a.constant *= factor;
    return a;
}

gr_form gr_form_add(gr_form a, gr_form b)
{
    for (size_t i = 0; i < b.terms; i++) {
        size_t k = 0;
        while (k < a.terms && a.unit[k] != b.unit[i])
            k++;
        assert(k < GR_FORM_TERMS);
        a.factor[k] = k < a.terms ? a.factor[k] + b.factor[i] : b.factor[i];
        a.unit[k] = b.unit[i];
        a.terms += k == a.terms;
    }
    a.constant += b.constant;
    return a;
}

gr_form gr_form_shift(gr_form a, double constant)
{
    a.constant += constant;
    return a;
}

/* ---- layers ---- */

gr_tower gr_tower_start(const gradus_context *context, size_t inputs)
{
    context = gr_context_or_default(context);
    return (gr_tower){.context = context, .inputs = inputs, .width = inputs,
                      .text = {.context = context}};
}

gr_tower gr_tower_plan(size_t inputs)
{
    return (gr_tower){.inputs = inputs, .width = inputs, .planned = true};
}

static gradus_status add_layer(gr_tower *t, size_t units)
{
    const size_t more = units * (t->width + 1);
    if (!t->planned) {
        const gradus_status status = gr_resize(t->context, t->count, t->count + more,
                                               sizeof *t->values, "a network", &t->values);
        if (status != GRADUS_OK)
            return status;
        t->weight = t->values + t->count;
        t->bias = t->weight + units * t->width;
    }
    t->count += more;
    t->before = t->width;
    t->width = units;
    return GRADUS_OK;
}

gradus_status gr_tower_add(gr_tower *t, size_t units, const char *activation)
{
    gradus_status status = GRADUS_OK;
    if (!t->planned)
        status = activation == NULL ? gr_text_add(&t->text, "output")
                                    : gr_text_add(&t->text, "dense %zu %s ", units, activation);
    t->units += activation == NULL ? 0 : units;
    t->layers += activation != NULL;
    return status == GRADUS_OK ? add_layer(t, units) : status;
}

void gr_tower_unit(gr_tower *t, size_t unit, gr_form z)
{
    if (t->planned)
        return;
    for (size_t i = 0; i < z.terms; i++)
        t->weight[unit * t->before + z.unit[i]] += z.factor[i];
    t->bias[unit] = z.constant;
}

/* Weights and biases of each layer follow one another as the tensors of the network do. */
gradus_status gr_tower_finish(gr_tower *t, gradus_status so_far, gradus_net **net)
{
    gradus_status status;
    gradus_net *made = NULL;
    const double *from = t->values;
    *net = NULL;
    GR_TRY(so_far);
    GR_TRY(gr_net_new_blank(t->context, &(gr_net_shape){t->text.text, t->inputs, 1,
                                                        GRADUS_FLOAT64}, SIZE_MAX, &made));
    for (size_t i = 0; i < made->tensors; i++) {
        gradus_net_set(made, i, from);
        from += made->tensor[i].rows * made->tensor[i].columns;
    }
    *net = made;
done:
    gr_release(t->context, t->values);
    gr_release(t->context, t->text.text);
    return status;
}

gradus_status gr_tower_output(gr_tower *t, gradus_status status, gr_form output,
                              gradus_net **net)
{
    if (status == GRADUS_OK)
        status = gr_tower_add(t, 1, NULL);
    if (status == GRADUS_OK)
        gr_tower_unit(t, 0, output);
    return gr_tower_finish(t, status, net);
}
