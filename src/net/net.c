/*
 * net/net.c - what a network is and holds: facts, tensors, digest
 *
 * SPDX-License-Identifier: MIT
 */
#include "net/net.h"

#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/status.h"
#include "net/build.h"
#include "net/layer.h"
#include "net/plain.h"

void gradus_net_free(gradus_net *net)
{
    if (net == NULL)
        return;
    gr_release(net->context, net->layer);
    gr_release(net->context, net->text);
    gr_release(net->context, net->statistics);
    gr_release(net->context, net->parameters);
    gr_release(net->context, net->tensor);
    gr_release(net->context, net->node);
    gr_release(net->context, net);
}

static gradus_status duplicate(const gradus_context *context, const void *from,
                               size_t count, size_t size, void *to)
{
    gradus_status status = gr_allocate(context, count, size, "a copy of a network", to);
    if (status == GRADUS_OK && count > 0)
        memcpy(*(void **)to, from, count * size);
    return status;
}

gradus_status gradus_net_copy(const gradus_net *net, gradus_net **copy)
{
    return gr_net_copy_in(net->context, net, copy);
}

gradus_status gr_net_copy_in(const gradus_context *context, const gradus_net *net,
                             gradus_net **copy)
{
    gradus_status status;
    const size_t size = net->kernels->size;
    gradus_net *made = NULL;
    *copy = NULL;
    GR_TRY(gr_allocate(context, 1, sizeof *made, "a copy of a network", &made));
    *made = *net;
    made->context = context;
    made->node = NULL;
    made->tensor = NULL;
    made->parameters = made->statistics = NULL;
    made->text = NULL;
    made->layer = NULL;
    GR_TRY(duplicate(context, net->node, net->nodes, sizeof *net->node, &made->node));
    GR_TRY(duplicate(context, net->tensor, net->tensors, sizeof *net->tensor,
                     &made->tensor));
    GR_TRY(duplicate(context, net->parameters, net->parameter_room, size,
                     &made->parameters));
    GR_TRY(duplicate(context, net->statistics, net->statistic_room, size,
                     &made->statistics));
    GR_TRY(gr_copy_text(context, net->text, strlen(net->text), &made->text));
    GR_TRY(gr_plain_describe(made));
    *copy = made;
    made = NULL;
done:
    gradus_net_free(made);
    return status;
}

size_t gr_net_bytes(const gradus_net *net)
{
    return gr_block_bytes(1, sizeof *net) +
           gr_block_bytes(net->nodes, sizeof *net->node) +
           gr_block_bytes(net->tensors, sizeof *net->tensor) +
           gr_block_bytes(net->parameter_room, net->kernels->size) +
           gr_block_bytes(net->statistic_room, net->kernels->size) +
           gr_block_bytes(strlen(net->text) + 1, 1) +
           (net->layer == NULL ? 0 : gr_block_bytes(net->nodes - 1, sizeof *net->layer));
}

/* ---- facts ---- */

/* Dense layers on the longest way from the input to node n, by nodes in order. */
static size_t depth_of(const gradus_net *net)
{
    size_t longest = 0;
    for (size_t n = 1; n < net->nodes; n++)
        longest += net->node[n].type == &gr_layer_dense && !net->node[n].projection;
    return longest;
}

/* BP2 of a dense layer is needed when something trainable stands before it. */
static bool needs_input_gradient(const gradus_net *net, size_t from)
{
    for (size_t n = from; n > 0; n--)
        if (net->node[n].tensors > 0)
            return true;
    return false;
}

void gradus_net_describe(const gradus_net *net, gradus_net_about *about)
{
    double forward = 0, gradient = 0;
    *about = (gradus_net_about){.inputs = gr_net_inputs(net),
                                .outputs = gr_net_outputs(net),
                                .depth = depth_of(net),
                                .parameters = net->parameter_count,
                                .precision = net->precision};
    for (size_t n = 1; n < net->nodes; n++) {
        const gr_node *node = &net->node[n];
        if (node->type != &gr_layer_dense)
            continue;
        const double work = (double)node->inputs * (double)node->width;
        forward += work;
        gradient += work * (needs_input_gradient(net, node->from) ? 3 : 2);
        if (node->width > about->width)
            about->width = node->width;
    }
    about->multiply_adds = forward;
    about->gradient_cost = forward > 0 ? gradient / forward : 0;
}

const char *gradus_net_text(const gradus_net *net)
{
    return net->text;
}

gradus_precision gradus_net_precision(const gradus_net *net)
{
    return net->precision;
}

/* ---- tensors ---- */

size_t gr_net_readers(const gradus_net *net, size_t node)
{
    size_t readers = 0;
    for (size_t n = node + 1; n < net->nodes; n++) {
        if (net->node[n].from == node)
            readers++;
        if (net->node[n].type == &gr_layer_add && net->node[n].skip == node)
            readers++;
    }
    return readers;
}

void *gr_tensor_values(const gradus_net *net, const gr_tensor *tensor)
{
    return gr_at(net,
                 tensor->group == GR_GROUP_STATISTIC ? net->statistics : net->parameters,
                 tensor->first);
}

size_t gradus_net_tensors(const gradus_net *net)
{
    return net->tensors;
}

void gradus_net_tensor(const gradus_net *net, size_t index, gradus_tensor *about)
{
    const gr_tensor *tensor = &net->tensor[index];
    *about = (gradus_tensor){.name = tensor->name,
                             .rank = tensor->rank,
                             .rows = tensor->rows,
                             .columns = tensor->columns,
                             .trained = tensor->group != GR_GROUP_STATISTIC};
}

/* Element [row][column] of a file in memory: row and column of the panels, where those have
 * `rows` rows and `columns` columns, and the file `row` and `column` elements between them. */
typedef struct panels {
    size_t rows, columns, row, column;
} panels;

static panels panels_of(const gr_tensor *tensor)
{
    if (tensor->rank == 1 || tensor->narrow)
        return (panels){tensor->rows, tensor->columns, tensor->columns, 1};
    return (panels){tensor->columns, tensor->rows, 1, tensor->columns};
}

void gr_tensor_pack(const gradus_net *net, const gr_tensor *tensor, const void *values,
                    void *into)
{
    const panels p = panels_of(tensor);
    net->kernels->pack(p.rows, p.columns, values, p.row, p.column, into);
}

void gr_tensor_unpack(const gradus_net *net, const gr_tensor *tensor, const void *from,
                      void *values)
{
    const panels p = panels_of(tensor);
    net->kernels->unpack(p.rows, p.columns, from, values, p.row, p.column);
}

void *gr_tensor_element(const gradus_net *net, const gr_tensor *tensor, size_t row,
                        size_t column)
{
    const size_t width = net->kernels->width;
    const bool across = tensor->rank == 2 && !tensor->narrow;
    const size_t i = across ? column : row, j = across ? row : column;
    return gr_at(net, gr_tensor_values(net, tensor),
                 (j / width * panels_of(tensor).rows + i) * width + j % width);
}

size_t gr_tensor_room(const gradus_net *net, const gr_tensor *tensor)
{
    const panels p = panels_of(tensor);
    return gr_panels(p.columns, net->kernels->size) * p.rows * net->kernels->width;
}

void gradus_net_get(const gradus_net *net, size_t index, void *values)
{
    const gr_tensor *tensor = &net->tensor[index];
    gr_tensor_unpack(net, tensor, gr_tensor_values(net, tensor), values);
}

void gradus_net_set(gradus_net *net, size_t index, const void *values)
{
    const gr_tensor *tensor = &net->tensor[index];
    gr_tensor_pack(net, tensor, values, gr_tensor_values(net, tensor));
}

/* ---- digest ---- */

static void add_number(gr_digest *digest, uint64_t number)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(number >> 8 * i);
    gr_digest_add(digest, bytes, sizeof bytes);
}

/* Elements as little-endian bytes, whatever the machine's order is. */
static void add_elements(gr_digest *digest, const unsigned char *values, size_t count,
                         size_t size)
{
    const uint16_t one = 1;
    if (*(const unsigned char *)&one == 1) {
        gr_digest_add(digest, values, count * size);
        return;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t byte = size; byte-- > 0;)
            gr_digest_add(digest, values + i * size + byte, 1);
}

gradus_status gradus_net_digest(const gradus_net *net, uint64_t *value)
{
    gradus_status status;
    gr_digest *digest = NULL;
    void *values = NULL;
    size_t largest = 0;
    for (size_t i = 0; i < net->tensors; i++)
        if (net->tensor[i].rows * net->tensor[i].columns > largest)
            largest = net->tensor[i].rows * net->tensor[i].columns;
    GR_TRY(gr_digest_new(net->context, &digest));
    GR_TRY(gr_allocate(net->context, largest, net->kernels->size, "a digest", &values));
    for (size_t i = 0; i < net->tensors; i++) {
        const gr_tensor *tensor = &net->tensor[i];
        gr_digest_add(digest, tensor->name, strlen(tensor->name) + 1);
        add_number(digest, net->kernels->size);
        add_number(digest, tensor->rank);
        if (tensor->rank == 2)
            add_number(digest, tensor->rows);
        add_number(digest, tensor->columns);
        gradus_net_get(net, i, values);
        add_elements(digest, values, tensor->rows * tensor->columns, net->kernels->size);
    }
    *value = gr_digest_value(digest);
done:
    gr_release(net->context, values);
    gr_digest_free(digest);
    return status;
}
