/*
 * net/start.c - initial parameters
 *
 * Every draw is keyed by (seed, tensor, output unit, input unit): it depends on neither
 * the order of work nor the layout in memory. Biases are 0, batch norm begins as the
 * identity, except where the formula says otherwise.
 *
 * Sources: Glorot and Bengio 2010 (xavier); LeCun et al. 1998 (lecun); He et al. 2015
 * (he); Saxe et al. 2014 (orthogonal).
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "base/memory.h"
#include "base/status.h"
#include "kernels/elementary.h"
#include "net/build.h"
#include "net/layer.h"
#include "net/lists.h"

typedef struct draw {
    gr_key key;
    double sd;     /* of a normal draw; 0: uniform */
    double range;  /* uniform on (-range, range)   */
    double constant;
} draw;

static uint64_t word_pair(const uint32_t words[2])
{
    return (uint64_t)words[0] << 32 | words[1];
}

static double draw_one(const draw *d, uint64_t row, uint32_t column)
{
    if (d->sd == 0 && d->range == 0)
        return d->constant;
    uint32_t words[4];
    gr_random(d->key, row, column, words);
    if (d->sd != 0)
        return d->sd *
               gr_normal(gr_uniform(word_pair(words)), gr_uniform(word_pair(words + 2)));
    return d->range * (2 * gr_uniform(word_pair(words)) - 1);
}

static draw draw_of(gr_start_id start, const gr_node *node, gr_key key)
{
    const double in = (double)node->inputs, out = (double)node->width;
    draw d = {.key = key};
    switch (start) {
    case GR_START_CONSTANT:
        d.constant = node->value;
        break;
    case GR_START_NORMAL:
    case GR_START_ORTHOGONAL: /* a normal matrix, made orthonormal afterwards */
        d.sd = start == GR_START_NORMAL ? node->sd : 1;
        break;
    case GR_START_XAVIER:
        d.sd = sqrt(2 / (in + out));
        break;
    case GR_START_XAVIER_UNIFORM:
        d.range = sqrt(6 / (in + out));
        break;
    case GR_START_LECUN:
        d.sd = sqrt(1 / in);
        break;
    case GR_START_HE:
        d.sd = sqrt(2 / in);
        break;
    case GR_START_HE_UNIFORM:
        d.range = sqrt(6 / in);
        break;
    case GR_START_ZEROS:
    case GR_START_COUNT:
        break;
    }
    return d;
}

static double dot(const double *a, const double *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum = fma(a[i], b[i], sum);
    return sum;
}

/*
 * Gram-Schmidt, each vector twice against all before it ("twice is enough"):
 *     v_i <- v_i - (v_i . q_j) q_j  for j < i,   q_i = v_i / |v_i|
 * vectors [count][length], count <= length.
 */
static void make_orthonormal(double *vectors, size_t count, size_t length)
{
    for (size_t i = 0; i < count; i++) {
        double *v = vectors + i * length;
        for (int pass = 0; pass < 2; pass++) {
            for (size_t j = 0; j < i; j++) {
                const double *q = vectors + j * length;
                const double along = dot(v, q, length);
                for (size_t l = 0; l < length; l++)
                    v[l] = fma(-along, q[l], v[l]);
            }
        }
        const double norm = sqrt(dot(v, v, length));
        for (size_t l = 0; l < length; l++)
            v[l] /= norm;
    }
}

/* Orthonormal rows where there are no more outputs than inputs, else columns. */
static gradus_status start_orthogonal(gradus_net *net, const gr_node *node, const draw *d)
{
    const size_t in = node->inputs, out = node->width;
    const size_t count = out < in ? out : in, length = out < in ? in : out;
    double *vectors = NULL;
    gradus_status status = gr_allocate(net->context, count * length, sizeof *vectors,
                                       "an orthogonal start", &vectors);
    if (status != GRADUS_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        for (size_t l = 0; l < length; l++)
            vectors[i * length + l] =
                out < in ? draw_one(d, i, (uint32_t)l) : draw_one(d, l, (uint32_t)i);
    make_orthonormal(vectors, count, length);
    for (size_t j = 0; j < out; j++)
        for (size_t l = 0; l < in; l++)
            net->kernels->from_double(
                1, &vectors[out < in ? j * in + l : l * out + j],
                gr_tensor_element(net, &net->tensor[node->tensor], j, l));
    gr_release(net->context, vectors);
    return GRADUS_OK;
}

static void fill(gradus_net *net, const gr_tensor *tensor, const draw *d)
{
    for (size_t j = 0; j < tensor->rows; j++) {
        for (size_t l = 0; l < tensor->columns; l++) {
            const double value = draw_one(d, j, (uint32_t)l);
            net->kernels->from_double(1, &value, gr_tensor_element(net, tensor, j, l));
        }
    }
}

static gradus_status start_dense(gradus_net *net, const gr_node *node, uint64_t seed)
{
    gr_start_id start;
    gradus_status status = gr_start_find(node->start, &start);
    if (status != GRADUS_OK)
        return status;
    const gr_tensor *weight = &net->tensor[node->tensor];
    gr_key key = {seed, GR_PURPOSE_START, (uint32_t)node->tensor};
    draw d = draw_of(start, node, key);
    if (start == GR_START_ORTHOGONAL)
        status = start_orthogonal(net, node, &d);
    else
        fill(net, weight, &d);
    if (node->bias) {
        draw b = {.key = {seed, GR_PURPOSE_START, (uint32_t)node->tensor + 1}};
        if (start == GR_START_NORMAL)
            b.sd = node->sd;
        if (start == GR_START_CONSTANT)
            b.constant = node->value;
        fill(net, weight + 1, &b);
    }
    return status;
}

gradus_status gr_net_start(gradus_net *net, uint64_t seed)
{
    gradus_status status = GRADUS_OK;
    const unsigned saved = gr_float_enter();
    net->seed = seed;
    for (size_t n = 1; n < net->nodes && status == GRADUS_OK; n++) {
        const gr_node *node = &net->node[n];
        if (node->type == &gr_layer_dense)
            status = start_dense(net, node, seed);
        if (node->type == &gr_layer_batchnorm)
            for (size_t which = 0; which < 4; which++) {
                /* gamma 1, beta 0, mean 0, variance 1 */
                const draw d = {.constant = which == 0 || which == 3 ? 1 : 0};
                fill(net, &net->tensor[node->tensor + which], &d);
            }
    }
    gr_float_leave(saved);
    return status;
}
