/*
 * theory/explain_stages.c - the layers of an explanation, and what their units are called
 *
 * On paper a unit is z and s(z) together, so a node and those that follow it unit by unit
 * make one stage. A node that several others read ends its stage: the sum of a residual
 * block needs its value.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/status.h"
#include "net/lists.h"
#include "theory/explain.h"

/* ---- stages ---- */

static bool is_softmax(const gr_node *node)
{
    return node->type == &gr_layer_activation && node->activation == GR_ACTIVATION_SOFTMAX;
}

static gr_stage_kind kind_of(const gr_node *node)
{
    if (node->type == &gr_layer_dense)
        return GR_STAGE_DENSE;
    if (node->type == &gr_layer_add)
        return GR_STAGE_ADD;
    return is_softmax(node) ? GR_STAGE_SOFTMAX : GR_STAGE_EACH;
}

/* Whether node n goes on with the stage of the node it reads. */
static bool follows(const gradus_explanation *e, size_t n)
{
    const gr_node *node = &e->net->node[n];
    return node->from > 0 && kind_of(node) == GR_STAGE_EACH &&
           gr_net_readers(e->net, node->from) == 1;
}

/* Names of what is applied, "batchnorm relu"; what has no more room is left out. */
static void note_applied(const gradus_explanation *e, gr_stage *stage, const gr_node *node)
{
    double alpha;
    const char *name = node->type == &gr_layer_activation
        ? gr_activation_about(e->net->context, node->activation, &alpha) : node->type->name;
    const size_t length = strlen(stage->applied), more = strlen(name);
    if (length + more + 2 > sizeof stage->applied)
        return;
    if (length > 0)
        stage->applied[length] = ' ';
    memcpy(stage->applied + length + (length > 0), name, more + 1);
}

static void add_stage(gradus_explanation *e, size_t n)
{
    const gr_node *node = &e->net->node[n];
    gr_stage *stage = &e->stage[e->stages++];
    *stage = (gr_stage){.kind = n == 0 ? GR_STAGE_INPUT : kind_of(node), .root = n,
                        .from = SIZE_MAX, .skip = SIZE_MAX, .width = node->width,
                        .first = e->units};
    if (n > 0)
        stage->from = e->stage_of[node->from];
    if (stage->kind == GR_STAGE_ADD)
        stage->skip = e->stage_of[node->skip];
    e->units += node->width;
}

gradus_status gr_stages_find(gradus_explanation *e)
{
    gradus_status status;
    const gradus_net *net = e->net;
    GR_TRY(gr_allocate(e->context, net->nodes, sizeof *e->stage, "layers", &e->stage));
    GR_TRY(gr_allocate(e->context, net->nodes, sizeof *e->stage_of, "layers",
                       &e->stage_of));
    for (size_t n = 0; n <= e->criterion.last; n++) {
        if (n == 0 || !follows(e, n))
            add_stage(e, n);
        e->stage_of[n] = e->stages - 1;
        e->stage[e->stages - 1].end = n;
        if (n > 0 && kind_of(&net->node[n]) == GR_STAGE_EACH)
            note_applied(e, &e->stage[e->stages - 1], &net->node[n]);
    }
    e->weights = net->parameter_count;
done:
    return status;
}

/* ---- names ---- */

/* Letter and number; the letter alone where there is only one. */
static void put_name(char name[GR_UNIT_NAME], char letter, size_t number, bool alone)
{
    char digits[GR_UNIT_NAME];
    size_t count = 0, at = 0;
    name[at++] = letter;
    for (size_t rest = number; !alone && rest > 0; rest /= 10)
        digits[count++] = (char)('0' + rest % 10);
    while (count > 0)
        name[at++] = digits[--count];
    name[at] = '\0';
}

static void name_units(gradus_explanation *e)
{
    size_t hidden = 0;
    for (size_t s = 0; s < e->stages; s++) {
        const gr_stage *stage = &e->stage[s];
        const bool last = s == e->stages - 1;
        const char letter = s == 0 ? 'x' : !last ? 'h' : e->criterion.fused ? 'z' : 'y';
        for (size_t j = 0; j < stage->width; j++)
            put_name(e->unit_name[stage->first + j], letter, letter == 'h' ? ++hidden : j + 1,
                     letter != 'h' && stage->width == 1);
    }
}

static void name_weights(gradus_explanation *e)
{
    const gradus_net *net = e->net;
    size_t weight = 0, entries = 0, biases = 0, scales = 0, shifts = 0;
    for (size_t t = 0; t < net->tensors; t++) {
        const gr_tensor *tensor = &net->tensor[t];
        const bool scale = t == net->node[tensor->node].tensor;
        char letter = scale ? 'g' : 's';
        size_t *number = scale ? &scales : &shifts;
        if (tensor->group == GR_GROUP_STATISTIC)
            continue;
        if (tensor->group == GR_GROUP_WEIGHT)
            letter = 'w', number = &entries;
        else if (tensor->group == GR_GROUP_BIAS)
            letter = 'b', number = &biases;
        for (size_t i = 0; i < tensor->rows * tensor->columns; i++)
            put_name(e->weight_name[weight++], letter, ++*number, false);
    }
}

void gr_stages_name(gradus_explanation *e)
{
    name_units(e);
    name_weights(e);
}

/* ---- what a unit depends on ---- */

bool gr_stage_reads(const gr_stage *stage, size_t j, size_t i)
{
    return stage->kind == GR_STAGE_DENSE || stage->kind == GR_STAGE_SOFTMAX || i == j;
}

double gr_stage_local(const gradus_explanation *e, const gr_stage *stage, size_t j,
                      const gr_stage *from, size_t i)
{
    const gr_node *node = &e->net->node[stage->root];
    switch (stage->kind) {
    case GR_STAGE_DENSE:
        return e->values[node->tensor][j * from->width + i];
    case GR_STAGE_SOFTMAX: /* dp_j/dz_i = p_j (delta_ij - p_i) */
        return stage->z[j] * ((i == j ? 1.0 : 0.0) - stage->z[i]);
    case GR_STAGE_ADD: /* y = x + scale F(x) */
        return from == &e->stage[stage->skip] ? 1 : node->scale;
    default:
        return 1;
    }
}

size_t gr_weight_find(const gradus_explanation *e, size_t weight, size_t *element)
{
    const gradus_net *net = e->net;
    for (size_t t = 0;; t++) {
        const size_t count = net->tensor[t].rows * net->tensor[t].columns;
        if (net->tensor[t].group == GR_GROUP_STATISTIC)
            continue;
        if (weight < count) {
            *element = weight;
            return t;
        }
        weight -= count;
    }
}
