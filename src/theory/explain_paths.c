/*
 * theory/explain_paths.c - the paths from a weight to the loss, and what is asked of an
 * explanation
 *
 * Paths are not stored. From unit u lead
 *
 *     paths(u) = sum of paths(v) over the units v that read u,    1 at the end
 *
 * of them, and path k is found by walking: at each unit the readers' paths are counted off
 * from k, in the order of layers and units, until it falls into one.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "net/lists.h"
#include "theory/explain.h"

static bool stage_reads(const gr_stage *stage, size_t from)
{
    return stage->from == from || stage->skip == from;
}

void gr_paths_count(gradus_explanation *e)
{
    for (size_t s = e->stages; s-- > 0;) {
        const gr_stage *stage = &e->stage[s];
        for (size_t i = 0; i < stage->width; i++)
            stage->paths[i] = s == e->stages - 1;
        for (size_t r = s + 1; r < e->stages; r++) {
            const gr_stage *reader = &e->stage[r];
            for (size_t j = 0; stage_reads(reader, s) && j < reader->width; j++)
                for (size_t i = 0; i < stage->width; i++) {
                    const size_t more = gr_stage_reads(reader, j, i) ? reader->paths[j] : 0;
                    stage->paths[i] = stage->paths[i] > SIZE_MAX - more
                                    ? SIZE_MAX : stage->paths[i] + more;
                }
        }
    }
}

/* Where a walk along path `path` stands. */
typedef struct walk {
    size_t stage, unit, path;
} walk;

/* The next unit of the path. */
static walk walk_on(const gradus_explanation *e, walk at)
{
    for (size_t r = at.stage + 1; r < e->stages; r++) {
        const gr_stage *reader = &e->stage[r];
        for (size_t j = 0; stage_reads(reader, at.stage) && j < reader->width; j++) {
            if (!gr_stage_reads(reader, j, at.unit))
                continue;
            if (at.path < reader->paths[j])
                return (walk){r, j, at.path};
            at.path -= reader->paths[j];
        }
    }
    return at;
}

static const char *name_of(const gradus_explanation *e, const gr_stage *stage, size_t unit)
{
    return e->unit_name[stage->first + unit];
}

/* The name of W(j, i), or of the one number of a residual block. */
static const char *term_of(const gradus_explanation *e, const gr_stage *stage, size_t j,
                           size_t i)
{
    const gr_node *node = &e->net->node[stage->root];
    size_t weight = j * node->inputs + i;
    if (stage->kind != GR_STAGE_DENSE)
        return "";
    for (size_t t = 0; t < node->tensor; t++)
        if (e->net->tensor[t].group != GR_GROUP_STATISTIC)
            weight += e->net->tensor[t].rows * e->net->tensor[t].columns;
    return e->weight_name[weight];
}

/* d(to)/d(at) */
static gradus_factor factor_between(const gradus_explanation *e, walk at, walk to)
{
    const gr_stage *from = &e->stage[at.stage], *stage = &e->stage[to.stage];
    gradus_factor f = {.of = name_of(e, stage, to.unit), .by = name_of(e, from, at.unit),
                       .term = term_of(e, stage, to.unit, at.unit),
                       .applied = stage->applied, .slope = stage->slope[to.unit],
                       .local = gr_stage_local(e, stage, to.unit, from, at.unit)};
    f.value = f.slope * f.local;
    return f;
}

/* Unit of a stage that a weight belongs to. */
static size_t unit_of(const gradus_explanation *e, size_t tensor, size_t element)
{
    const gr_tensor *t = &e->net->tensor[tensor];
    return t->group == GR_GROUP_WEIGHT ? element / t->columns : element;
}

size_t gradus_explanation_path(const gradus_explanation *e, size_t weight, size_t path,
                               gradus_factor *factors)
{
    size_t element, count = 0;
    const size_t tensor = gr_weight_find(e, weight, &element);
    const gr_tensor *t = &e->net->tensor[tensor];
    const gr_lever lever = gr_lever_of(e, tensor, element);
    walk at = {e->stage_of[t->node], unit_of(e, tensor, element), path};
    const gr_stage *own = &e->stage[at.stage];
    factors[count++] = (gradus_factor){
        .of = name_of(e, own, at.unit), .by = e->weight_name[weight],
        .term = t->group == GR_GROUP_WEIGHT
              ? name_of(e, &e->stage[own->from], element % t->columns) : "",
        .applied = own->applied,
        .slope = lever.slope, .local = lever.local, .value = lever.slope * lever.local};
    while (at.stage < e->stages - 1) {
        const walk to = walk_on(e, at);
        factors[count++] = factor_between(e, at, to);
        at = to;
    }
    factors[count++] = (gradus_factor){
        .of = "loss", .by = name_of(e, &e->stage[at.stage], at.unit), .term = "",
        .applied = "", .slope = NAN, .local = e->lose[at.unit], .value = e->lose[at.unit]};
    for (size_t i = 0; i < count / 2; i++) { /* from the loss to the weight */
        const gradus_factor kept = factors[i];
        factors[i] = factors[count - 1 - i];
        factors[count - 1 - i] = kept;
    }
    return count;
}

/* ---- what is asked ---- */

void gradus_explanation_describe(const gradus_explanation *e,
                                 gradus_explanation_about *about)
{
    const char *fused;
    gradus_task task;
    *about = (gradus_explanation_about){
        .loss = e->loss, .loss_after = e->loss_after, .loss_opposite = e->loss_opposite,
        .output = e->output, .output_after = e->output_after, .layers = e->stages,
        .units = e->units, .weights = e->weights, .factors = e->stages + 1};
    about->loss_name = gr_loss_about(e->net->context, e->criterion.loss, &fused, &task);
    about->fused = e->criterion.fused ? fused : NULL;
    for (size_t s = 1; s < e->stages; s++)
        for (size_t j = 0; j < e->stage[s].width; j++)
            about->shut += e->stage[s].slope[j] == 0;
}

void gradus_explanation_unit(const gradus_explanation *e, size_t index, gradus_unit *unit)
{
    static const char *const kinds[] = {"input", "dense", "add", "softmax", "each"};
    size_t s = 0;
    while (index >= e->stage[s].first + e->stage[s].width)
        s++;
    const gr_stage *stage = &e->stage[s];
    const size_t j = index - stage->first;
    *unit = (gradus_unit){
        .name = e->unit_name[index], .layer = s, .number = j, .kind = kinds[stage->kind],
        .applied = stage->applied, .from = stage->from, .skip = stage->skip,
        .z = stage->z[j], .value = stage->value[j], .slope = stage->slope[j],
        .scale = stage->kind == GR_STAGE_ADD ? e->net->node[stage->root].scale : 1,
        .dvalue = stage->dvalue[j], .dz = stage->dz[j]};
}

void gradus_explanation_weight(const gradus_explanation *e, size_t index,
                               gradus_weight *weight)
{
    size_t element;
    const size_t tensor = gr_weight_find(e, index, &element);
    const gr_tensor *t = &e->net->tensor[tensor];
    const gr_stage *stage = &e->stage[e->stage_of[t->node]];
    const size_t unit = unit_of(e, tensor, element);
    *weight = (gradus_weight){
        .name = e->weight_name[index], .tensor = t->name, .row = element / t->columns,
        .column = element % t->columns, .to = stage->first + unit, .from = SIZE_MAX,
        .value = e->values[tensor][element], .gradient = e->gradient[tensor][element],
        .paths = stage->paths[unit]};
    if (t->group == GR_GROUP_WEIGHT)
        weight->from = e->stage[stage->from].first + weight->column;
    weight->after = fma(-e->rate, weight->gradient, weight->value);
}
