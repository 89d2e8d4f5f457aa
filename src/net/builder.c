/*
 * net/builder.c - a network from calls: nodes first, then tensors and memory
 *
 * SPDX-License-Identifier: MIT
 */
#include "net/build.h"

#include <math.h>
#include <string.h>

#include "base/status.h"
#include "net/layer.h"
#include "net/lists.h"

/* Limits that keep every later product of sizes far from overflow. */
enum { MOST_NODES = 1 << 20, MOST_DEPTH = 64 };
static const size_t most_width = (size_t)1 << 28;
static const size_t most_values = (size_t)1 << 40;

struct gradus_builder {
    const gradus_context *context;
    gradus_status status; /* of the first failure, and its message */
    char message[512];
    gr_node *node;
    size_t nodes, room;
    size_t most_nodes, most_values;
    bool blank; /* values stay 0 */
    struct {
        size_t from, first; /* node the block reads, first node of its branch */
        double scale;
    } block[MOST_DEPTH];
    size_t depth;
};

gradus_status gradus_builder_new(const gradus_context *context, size_t inputs,
                                 gradus_builder **builder)
{
    *builder = NULL;
    context = gr_context_or_default(context);
    if (inputs == 0 || inputs > most_width)
        return gr_fail(GRADUS_ARGUMENT, "network: %zu inputs: 1 to %zu are possible",
                       inputs, most_width);
    gradus_builder *b = NULL;
    gradus_status status = gr_allocate(context, 1, sizeof *b, "a network builder", &b);
    if (status != GRADUS_OK)
        return status;
    b->context = context;
    b->most_nodes = MOST_NODES;
    b->most_values = most_values;
    status = gr_resize(context, 0, 16, sizeof *b->node, "network nodes", &b->node);
    if (status != GRADUS_OK) {
        gr_builder_free(b);
        return status;
    }
    b->room = 16;
    b->nodes = 1; /* node 0: the input */
    b->node[0].width = inputs;
    *builder = b;
    return GRADUS_OK;
}

void gr_builder_free(gradus_builder *b)
{
    if (b == NULL)
        return;
    gr_release(b->context, b->node);
    gr_release(b->context, b);
}

void gr_builder_blank(gradus_builder *b, size_t nodes, size_t values)
{
    b->blank = true;
    b->most_nodes = nodes < b->most_nodes ? nodes : b->most_nodes;
    b->most_values = values < b->most_values ? values : b->most_values;
}

void gr_builder_fail(gradus_builder *b, gradus_status status)
{
    if (b->status != GRADUS_OK || status == GRADUS_OK)
        return;
    b->status = status;
    gr_builder_keep_message(b);
}

void gr_builder_keep_message(gradus_builder *b)
{
    const char *text = gradus_error();
    size_t length = strlen(text);
    if (length >= sizeof b->message)
        length = sizeof b->message - 1;
    memcpy(b->message, text, length);
    b->message[length] = '\0';
}

const gr_node *gr_builder_last(const gradus_builder *b)
{
    return b->nodes > 1 ? &b->node[b->nodes - 1] : NULL;
}

bool gr_builder_ok(const gradus_builder *b)
{
    return b->status == GRADUS_OK;
}

/* A new last node that reads the one before; NULL after a failure. */
static gr_node *append(gradus_builder *b, const gr_layer_type *type)
{
    if (b->status == GRADUS_OK && b->nodes >= b->most_nodes)
        gr_builder_fail(b, gr_fail(GRADUS_ARGUMENT, "network: more than %zu layers",
                                   b->most_nodes));
    if (b->status == GRADUS_OK && b->nodes == b->room) {
        gr_builder_fail(b, gr_resize(b->context, b->room, 2 * b->room, sizeof *b->node,
                                     "network nodes", &b->node));
        if (b->status == GRADUS_OK)
            b->room *= 2;
    }
    if (b->status != GRADUS_OK)
        return NULL;
    gr_node *node = &b->node[b->nodes];
    *node = (gr_node){.type = type, .from = b->nodes - 1};
    node->inputs = node->width = b->node[node->from].width;
    b->nodes++;
    return node;
}

void gr_builder_dense(gradus_builder *b, size_t units, const gradus_dense_options *options,
                      bool is_output)
{
    const gradus_dense_options usual = {.sd = 1};
    if (options == NULL)
        options = &usual;
    if (gr_builder_ok(b) && (units == 0 || units > most_width))
        gr_builder_fail(b, gr_fail(GRADUS_ARGUMENT, "dense %zu: 1 to %zu units are possible",
                                   units, most_width));
    gr_start_id start;
    if (gr_builder_ok(b) && options->start != NULL)
        gr_builder_fail(b, gr_start_find(options->start, &start));
    if (gr_builder_ok(b) && !(isfinite(options->sd) && isfinite(options->value) &&
                              options->sd >= 0))
        gr_builder_fail(b, gr_fail(GRADUS_ARGUMENT,
                                   "dense %zu: sd and value must be finite, sd "
                                   "not negative", units));
    gr_node *node = append(b, &gr_layer_dense);
    if (node == NULL)
        return;
    node->width = units;
    node->bias = !options->no_bias;
    node->sd = options->sd == 0 ? 1 : options->sd;
    node->value = options->value;
    node->is_output = is_output;
    node->start_chosen = options->start != NULL;
    if (options->start != NULL)
        memcpy(node->start, options->start, strlen(options->start) + 1);
}

void gradus_builder_dense(gradus_builder *b, size_t units,
                          const gradus_dense_options *options)
{
    gr_builder_dense(b, units, options, false);
}

void gradus_builder_activation(gradus_builder *b, const char *name, double alpha)
{
    size_t index = 0;
    double usual = 0;
    if (gr_builder_ok(b))
        gr_builder_fail(b, gr_activation_find(b->context, name, &index));
    if (gr_builder_ok(b))
        gr_activation_about(b->context, index, &usual);
    if (gr_builder_ok(b) && !isnan(alpha) && alpha != usual &&
        (!gr_activation_has_alpha(index) || !isfinite(alpha)))
        gr_builder_fail(b, gr_fail(GRADUS_ARGUMENT,
                                   "activation \"%s\" does not take this alpha",
                                   name));
    gr_node *node = append(b, &gr_layer_activation);
    if (node == NULL)
        return;
    node->activation = index;
    node->alpha = isnan(alpha) ? usual : alpha;
}

void gradus_builder_batchnorm(gradus_builder *b)
{
    append(b, &gr_layer_batchnorm);
}

void gradus_builder_dropout(gradus_builder *b, double rate)
{
    if (gr_builder_ok(b) && !(rate >= 0 && rate < 1))
        gr_builder_fail(b, gr_fail(GRADUS_ARGUMENT,
                                   "dropout: the rate must be from 0 to below 1"));
    gr_node *node = append(b, &gr_layer_dropout);
    if (node != NULL)
        node->rate = rate;
}

void gradus_builder_residual_begin(gradus_builder *b, double scale)
{
    if (gr_builder_ok(b) && !isfinite(scale))
        gr_builder_fail(b, gr_fail(GRADUS_ARGUMENT, "residual: the scale must be finite"));
    if (gr_builder_ok(b) && b->depth == MOST_DEPTH)
        gr_builder_fail(b, gr_fail(GRADUS_ARGUMENT,
                                   "residual: more than %d blocks in each other",
                                   MOST_DEPTH));
    if (!gr_builder_ok(b))
        return;
    b->block[b->depth].from = b->nodes - 1;
    b->block[b->depth].first = b->nodes;
    b->block[b->depth].scale = scale;
    b->depth++;
}

void gradus_builder_residual_end(gradus_builder *b)
{
    if (gr_builder_ok(b) && b->depth == 0)
        gr_builder_fail(b, gr_fail(GRADUS_ARGUMENT, "residual: an end without a begin"));
    if (gr_builder_ok(b) && b->nodes == b->block[b->depth - 1].first)
        gr_builder_fail(b, gr_fail(GRADUS_ARGUMENT, "residual: the block is empty"));
    if (!gr_builder_ok(b))
        return;
    b->depth--;
    const size_t branch = b->nodes - 1, width = b->node[branch].width;
    size_t skip = b->block[b->depth].from;
    if (b->node[skip].width != width) { /* widths differ: project x */
        gr_node *projection = append(b, &gr_layer_dense);
        if (projection == NULL)
            return;
        projection->from = skip;
        projection->inputs = b->node[skip].width;
        projection->width = width;
        projection->projection = true;
        projection->sd = 1;
        skip = b->nodes - 1;
    }
    gr_node *add = append(b, &gr_layer_add);
    if (add == NULL)
        return;
    add->from = branch;
    add->skip = skip;
    add->inputs = add->width = width;
    add->scale = b->block[b->depth].scale;
    add->block = b->block[b->depth].first;
}

/* ---- from nodes to a net ---- */

/* The initialisation of a dense layer follows from the activation it feeds. */
static void resolve_starts(gr_node *node, size_t nodes)
{
    for (size_t n = 1; n < nodes; n++) {
        if (node[n].type != &gr_layer_dense || node[n].start_chosen)
            continue;
        const char *start = "xavier";
        for (size_t next = n + 1; next < nodes && !node[n].projection; next++) {
            if (node[next].type == &gr_layer_batchnorm ||
                node[next].type == &gr_layer_dropout)
                continue;
            if (node[next].type == &gr_layer_activation)
                start = gr_activation_start(node[next].activation);
            break;
        }
        memcpy(node[n].start, start, strlen(start) + 1);
    }
}

static size_t tensors_of(const gr_node *node)
{
    if (node->type == &gr_layer_dense)
        return node->bias ? 2 : 1;
    return node->type == &gr_layer_batchnorm ? 4 : 0;
}

/* Returns the number of tensors. */
static size_t number_layers(gr_node *node, size_t nodes)
{
    size_t number = 0, tensors = 0;
    for (size_t n = 1; n < nodes; n++) {
        node[n].tensor = tensors;
        node[n].tensors = tensors_of(&node[n]);
        tensors += node[n].tensors;
        if (node[n].tensors > 0)
            node[n].number = ++number;
    }
    return tensors;
}

static void name_tensor(gr_tensor *tensor, size_t number, const char *what)
{
    char digits[24];
    size_t length = 0, at = 0;
    do
        digits[length++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (length > 0)
        tensor->name[at++] = digits[--length];
    tensor->name[at++] = '.';
    memcpy(tensor->name + at, what, strlen(what) + 1);
}

/* Returns its elements, as in files. */
static size_t add_tensor(gradus_net *net, const gr_node *node, size_t which, const char *what,
                         gr_group group)
{
    gr_tensor *tensor = &net->tensor[node->tensor + which];
    name_tensor(tensor, node->number, what);
    tensor->group = group;
    tensor->node = (size_t)(node - net->node);
    tensor->rank = group == GR_GROUP_WEIGHT ? 2 : 1;
    tensor->rows = group == GR_GROUP_WEIGHT ? node->width : 1;
    tensor->columns = group == GR_GROUP_WEIGHT ? node->inputs : node->width;
    tensor->rate_factor = 1;
    tensor->decay_factor = group == GR_GROUP_WEIGHT ? 1 : 0;
    size_t *room =
        group == GR_GROUP_STATISTIC ? &net->statistic_room : &net->parameter_room;
    tensor->narrow = group == GR_GROUP_WEIGHT && node->narrow;
    tensor->first = *room;
    tensor->room = gr_tensor_room(net, tensor);
    *room += tensor->room;
    const size_t count = tensor->rows * tensor->columns;
    if (group != GR_GROUP_STATISTIC)
        net->parameter_count += count;
    return count;
}

/* Where a relu is between dense layers, their products apply it and its slope. A narrow
 * layer's forward is no such product. */
static void find_relus(gradus_net *net)
{
    for (size_t n = 1; n < net->nodes; n++) {
        gr_node *node = &net->node[n], *before = &net->node[node->from];
        if (node->type != &gr_layer_activation || node->activation != GR_ACTIVATION_RELU ||
            before->type != &gr_layer_dense || gr_net_readers(net, node->from) != 1)
            continue;
        before->rectifies = node->applied = !before->narrow;
        if (n + 1 < net->nodes && gr_net_readers(net, n) == 1)
            node->masked = net->node[n + 1].from == n &&
                           net->node[n + 1].type == &gr_layer_dense;
    }
}

static gradus_status lay_out(gradus_net *net, size_t most)
{
    for (size_t n = 0; n < net->nodes; n++)
        net->node[n].panels = gr_panels(net->node[n].width, net->kernels->size);
    /* x of a narrow layer must be a matrix: that of the input may be a caller's rows */
    for (size_t n = 1; n < net->nodes; n++)
        net->node[n].narrow = net->node[n].type == &gr_layer_dense &&
                              net->node[n].width <= GR_NARROW && net->node[n].from > 0;
    find_relus(net);
    for (size_t n = 1, values = 0; n < net->nodes; n++) {
        const gr_node *node = &net->node[n];
        if (node->type == &gr_layer_dense) {
            values += add_tensor(net, node, 0, "weight", GR_GROUP_WEIGHT);
            if (node->bias)
                values += add_tensor(net, node, 1, "bias", GR_GROUP_BIAS);
        } else if (node->type == &gr_layer_batchnorm) {
            values += add_tensor(net, node, 0, "scale", GR_GROUP_NORM);
            values += add_tensor(net, node, 1, "shift", GR_GROUP_NORM);
            values += add_tensor(net, node, 2, "mean", GR_GROUP_STATISTIC);
            values += add_tensor(net, node, 3, "variance", GR_GROUP_STATISTIC);
        }
        if (values > most)
            return gr_fail(GRADUS_ARGUMENT, "network: more than %zu parameters", most);
    }
    return GRADUS_OK;
}

static gradus_status fill(gradus_net *net, gradus_builder *b)
{
    gradus_status status;
    const gradus_context *context = b->context;
    resolve_starts(b->node, b->nodes);
    net->tensors = number_layers(b->node, b->nodes);
    net->node = b->node; /* taken over */
    net->nodes = b->nodes;
    b->node = NULL;
    GR_TRY(gr_resize(context, b->nodes, b->nodes, sizeof *net->node, "network nodes",
                     &net->node));
    GR_TRY(gr_allocate(context, net->tensors, sizeof *net->tensor, "network tensors",
                       &net->tensor));
    GR_TRY(lay_out(net, b->most_values));
    GR_TRY(gr_allocate(context, net->parameter_room, net->kernels->size,
                       "network parameters", &net->parameters));
    GR_TRY(gr_allocate(context, net->statistic_room, net->kernels->size,
                       "network statistics", &net->statistics));
    GR_TRY(gr_net_write_text(net));
    GR_TRY(gr_net_plan_forward(net));
    if (!b->blank)
        GR_TRY(gr_net_start(net, net->seed));
done:
    return status;
}

gradus_status gradus_builder_finish(gradus_builder *b, gradus_precision precision,
                                    uint64_t seed, gradus_net **net)
{
    *net = NULL;
    gradus_status status = b->status;
    if (status != GRADUS_OK)
        gr_fail(status, "%s", b->message); /* another failure may have come since */
    if (status == GRADUS_OK && precision != GRADUS_FLOAT32 && precision != GRADUS_FLOAT64)
        status = gr_fail(GRADUS_ARGUMENT, "network: precision %d: GRADUS_FLOAT32 or "
                         "GRADUS_FLOAT64", (int)precision);
    if (status == GRADUS_OK && b->depth > 0)
        status = gr_fail(GRADUS_ARGUMENT, "residual: a block is not closed");
    if (status == GRADUS_OK && b->nodes == 1)
        status = gr_fail(GRADUS_ARGUMENT, "network: it has no layer");
    gradus_net *made = NULL;
    if (status == GRADUS_OK)
        status = gr_allocate(b->context, 1, sizeof *made, "a network", &made);
    if (status == GRADUS_OK) {
        made->context = b->context;
        made->precision = precision;
        made->kernels = gr_kernels_find(b->context->cpu, precision);
        made->seed = seed;
        status = fill(made, b);
    }
    gr_builder_free(b);
    if (status == GRADUS_OK)
        *net = made;
    else
        gradus_net_free(made);
    return status;
}
