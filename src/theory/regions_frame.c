/*
 * theory/regions_frame.c - the frames of a net: its numbers in double, and how many bits its
 * exact maps take
 *
 * SPDX-License-Identifier: MIT
 */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "net/layer.h"
#include "net/lists.h"
#include "theory/regions.h"

/* ---- which activations ---- */

/* Linear on both sides of 0, and there only broken. */
static bool is_linear(const gr_node *node)
{
    return node->activation == GR_ACTIVATION_IDENTITY ||
           node->activation == GR_ACTIVATION_RELU ||
           node->activation == GR_ACTIVATION_LEAKY_RELU ||
           node->activation == GR_ACTIVATION_HEAVISIDE;
}

static bool is_curved(const gr_node *node)
{
    return node->type == &gr_layer_activation && !is_linear(node);
}

/* The node before an activation at the end that is not linear. */
static gradus_status find_last(const gradus_net *net, gr_cutter *c)
{
    double alpha;
    const gr_node *node = &net->node[net->nodes - 1];
    c->last = net->nodes - 1;
    if (is_curved(node)) {
        c->ending = gr_activation_about(net->context, node->activation, &alpha);
        c->last = node->from;
    }
    for (size_t n = 1; n <= c->last; n++)
        if (is_curved(&net->node[n]))
            return gr_fail(GRADUS_ARGUMENT,
                           "regions: \"%s\" is not linear in pieces, and no activation at the "
                           "end: relu, leaky-relu, heaviside and identity are",
                           gr_activation_about(net->context, net->node[n].activation,
                                               &alpha));
    return GRADUS_OK;
}

/* ---- the numbers of a node ---- */

/* A setting as the kernels of the net's precision see it. */
static double as_stored(const gradus_net *net, double x)
{
    return net->precision == GRADUS_FLOAT32 ? (double)(float)x : x;
}

/* A tensor as in files, in double. */
static gradus_status read_tensor(const gradus_net *net, const gr_tensor *tensor, double *to)
{
    const size_t count = tensor->rows * tensor->columns;
    void *narrow = NULL;
    const gradus_status status =
        gr_allocate(net->context, count, net->kernels->size, "weights", &narrow);
    if (status != GRADUS_OK)
        return status;
    gr_tensor_unpack(net, tensor, gr_tensor_values(net, tensor), narrow);
    net->kernels->to_double(count, narrow, to);
    gr_release(net->context, narrow);
    for (size_t i = 0; i < count; i++)
        if (!isfinite(to[i]))
            return gr_fail(GRADUS_ARGUMENT, "regions: %s has a number that is not finite",
                           tensor->name);
    return GRADUS_OK;
}

static gradus_status read_dense(const gradus_net *net, const gr_node *node, gr_frame *frame)
{
    const gr_tensor *tensor = &net->tensor[node->tensor];
    gradus_status status = read_tensor(net, tensor, frame->weight);
    if (status == GRADUS_OK && node->bias)
        status = read_tensor(net, tensor + 1, frame->bias);
    return status;
}

/* factor = scale / sqrt(variance + eps), which the kernel rounds to the net's precision */
static gradus_status read_norm(const gradus_net *net, const gr_node *node, gr_frame *frame)
{
    gradus_status status;
    double *variance = NULL;
    const gr_tensor *tensor = &net->tensor[node->tensor];
    GR_TRY(gr_allocate(net->context, node->width, sizeof *variance, "variances", &variance));
    GR_TRY(read_tensor(net, tensor, frame->weight));
    GR_TRY(read_tensor(net, tensor + 1, frame->bias));
    GR_TRY(read_tensor(net, tensor + 2, frame->mean));
    GR_TRY(read_tensor(net, tensor + 3, variance));
    for (size_t j = 0; j < node->width; j++) {
        const double root = sqrt(variance[j] + gr_batchnorm_eps);
        frame->weight[j] = as_stored(net, frame->weight[j] / root);
        if (!isfinite(frame->weight[j]))
            GR_TRY(gr_fail(GRADUS_ARGUMENT, "regions: the variance of unit %zu of a batch "
                                            "norm is below 0", j));
    }
done:
    gr_release(net->context, variance);
    return status;
}

static gradus_status read_node(const gradus_net *net, size_t n, gr_frame *frame)
{
    const gr_node *node = &net->node[n];
    if (frame->kind == GR_FRAME_DENSE)
        return read_dense(net, node, frame);
    if (frame->kind == GR_FRAME_NORM)
        return read_norm(net, node, frame);
    if (frame->kind == GR_FRAME_ADD)
        frame->scale = as_stored(net, node->scale);
    if (frame->kind == GR_FRAME_SWITCH) {
        frame->step = node->activation == GR_ACTIVATION_HEAVISIDE;
        frame->scale = node->activation == GR_ACTIVATION_LEAKY_RELU
                           ? as_stored(net, node->alpha) : 0;
    }
    return GRADUS_OK;
}

/* ---- how many bits ---- */

/* Exponents of all numbers that are not 0; none: 0 and 0. */
typedef struct bits {
    int low, high;
} bits;

static const bits no_bits = {INT_MAX, INT_MIN};

static void add_bits(double x, bits *b)
{
    if (x == 0)
        return;
    const int low = gr_bit_low(x), high = gr_bit_high(x);
    b->low = low < b->low ? low : b->low;
    b->high = high > b->high ? high : b->high;
}

static bits bits_of(const double *x, size_t count)
{
    bits b = no_bits;
    for (size_t i = 0; i < count; i++)
        add_bits(x[i], &b);
    return b.low == INT_MAX ? (bits){0, 0} : b;
}

static bits times(bits a, bits b)
{
    return (bits){a.low + b.low, a.high + b.high};
}

/* A sum of a and b. */
static bits plus(bits a, bits b)
{
    return (bits){a.low < b.low ? a.low : b.low, 1 + (a.high > b.high ? a.high : b.high)};
}

static bits count_bits(const gr_cutter *c, const gr_frame *f)
{
    const gr_frame *from = &c->frame[f->from], *skip = &c->frame[f->skip];
    bits x = {from->low, from->high}, scale = bits_of(&f->scale, 1);
    switch (f->kind) {
    case GR_FRAME_GIVEN:
        return bits_of(f->mean, f->width * GR_TERMS);
    case GR_FRAME_DENSE:
        x = times(x, bits_of(f->weight, f->width * f->inputs));
        for (size_t n = f->inputs; n > 1; n = (n + 1) / 2)
            x.high++;
        return plus(x, bits_of(f->bias, f->width));
    case GR_FRAME_NORM:
        x = times(plus(x, bits_of(f->mean, f->width)), bits_of(f->weight, f->width));
        return plus(x, bits_of(f->bias, f->width));
    case GR_FRAME_ADD:
        return plus(times(x, scale), (bits){skip->low, skip->high});
    case GR_FRAME_SWITCH:
        return f->step ? (bits){0, 1} : plus(x, times(x, scale));
    case GR_FRAME_COPY:
        break;
    }
    return x;
}

static void find_words(gr_cutter *c, gr_frame *frame)
{
    const bits b = count_bits(c, frame);
    frame->low = b.low;
    frame->high = b.high;
    frame->words = (size_t)(b.high - b.low + 1) / 32 + 1;
    c->most_words = frame->words > c->most_words ? frame->words : c->most_words;
}

/* ---- opening ---- */

static gr_frame_kind kind_of(const gr_node *node)
{
    return node->type == &gr_layer_dense       ? GR_FRAME_DENSE
         : node->type == &gr_layer_batchnorm   ? GR_FRAME_NORM
         : node->type == &gr_layer_add         ? GR_FRAME_ADD
         : node->type == &gr_layer_activation &&
           node->activation != GR_ACTIVATION_IDENTITY ? GR_FRAME_SWITCH : GR_FRAME_COPY;
}

static gr_frame frame_of(const gradus_net *net, size_t n)
{
    const gr_node *node = &net->node[n];
    gr_frame frame = {.kind = n == 0 ? GR_FRAME_GIVEN : kind_of(node), .width = node->width};
    if (n > 0) {
        frame.from = node->from;
        frame.inputs = node->inputs;
        frame.skip = frame.kind == GR_FRAME_ADD ? node->skip : 0;
    }
    return frame;
}

static void take_arrays(gr_arena *arena, gr_frame *frame)
{
    const size_t width = frame->width;
    const bool dense = frame->kind == GR_FRAME_DENSE;
    if (dense || frame->kind == GR_FRAME_NORM) {
        frame->weight = gr_arena_take(arena, width * (dense ? frame->inputs : 1),
                                      sizeof(double));
        frame->bias = gr_arena_take(arena, width, sizeof(double));
    }
    if (frame->kind == GR_FRAME_GIVEN || frame->kind == GR_FRAME_NORM)
        frame->mean = gr_arena_take(arena, width, GR_TERMS * sizeof(double));
    frame->map = gr_arena_take(arena, width, sizeof(gr_affine));
}

/* Once to measure, once to lay out. */
static void take_frames(const gradus_net *net, gr_cutter *c)
{
    gr_frame *frames = gr_arena_take(&c->arena, c->box + 1, sizeof *frames);
    size_t layer = 0;
    c->units = 0;
    for (size_t n = 0; n <= c->box; n++) {
        gr_frame frame = {.kind = GR_FRAME_GIVEN, .width = GR_SIDES};
        if (n < c->box)
            frame = frame_of(net, n);
        layer += frame.kind == GR_FRAME_DENSE;
        frame.layer = layer;
        frame.first = c->units;
        c->units += frame.kind == GR_FRAME_SWITCH ? frame.width : 0;
        take_arrays(&c->arena, &frame);
        if (frames != NULL)
            frames[n] = frame;
    }
    c->frame = frames;
    c->sign = gr_arena_take(&c->arena, c->units, 1);
}

/* x_i = along0_i s + along1_i t + origin_i, and the sides of the box: s - least >= 0, ... */
static gradus_status place(gr_cutter *c, const gradus_slice *slice)
{
    gr_frame *input = &c->frame[0], *box = &c->frame[c->box];
    for (size_t k = 0; k < 2; k++) {
        const bool idle = k >= slice->variables;
        const double least = idle ? 0 : slice->min[k], most = idle ? 1 : slice->max[k];
        const double side[2][GR_TERMS] = {{k == 0, k == 1, -least},
                                          {-(k == 0), -(k == 1), most}};
        if (!(least < most) || !isfinite(least) || !isfinite(most))
            return gr_fail(GRADUS_ARGUMENT, "regions: side %zu of the box is empty or has no "
                                            "end", k + 1);
        memcpy(box->mean + 2 * k * GR_TERMS, side, sizeof side);
        for (size_t i = 0; i < input->width && !idle; i++)
            input->mean[i * GR_TERMS + k] = slice->along[k] ? slice->along[k][i] : i == k;
    }
    for (size_t i = 0; i < input->width && slice->origin != NULL; i++)
        input->mean[i * GR_TERMS + 2] = slice->origin[i];
    for (size_t i = 0; i < input->width * GR_TERMS; i++)
        if (!isfinite(input->mean[i]))
            return gr_fail(GRADUS_ARGUMENT, "regions: the plane has a number that is not "
                                            "finite");
    for (size_t n = 0; n <= c->box; n += c->box)
        for (size_t i = 0; i < c->frame[n].width * GR_TERMS; i++)
            c->frame[n].map[i / GR_TERMS].term[i % GR_TERMS] =
                (gr_ball){c->frame[n].mean[i], 0};
    return GRADUS_OK;
}

gradus_status gr_cutter_open(const gradus_net *net, const gradus_slice *slice, gr_cutter *c)
{
    gradus_status status;
    *c = (gr_cutter){.context = net->context, .variables = slice->variables,
                     .arena.context = net->context, .wide.context = net->context};
    GR_TRY(find_last(net, c));
    c->box = c->last + 1;
    take_frames(net, c);
    GR_TRY(gr_arena_open(&c->arena, "regions of a net"));
    take_frames(net, c);
    GR_TRY(place(c, slice));
    for (size_t n = 0; n <= c->box; n++) {
        if (n > 0 && n < c->box)
            GR_TRY(read_node(net, n, &c->frame[n]));
        find_words(c, &c->frame[n]);
    }
done:
    return status;
}

void gr_cutter_close(gr_cutter *c)
{
    gr_arena_close(&c->wide);
    gr_arena_close(&c->arena);
}
