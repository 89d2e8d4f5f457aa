/*
 * net/layer_activation.c - activations, element by element (softmax: row by row)
 *
 *     forward     a = s(z)
 *     backward    dz = da s'(z)
 *
 * The library's own are kernels (kernels/activations.def); the user's are called once per
 * element, in double.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/status.h"
#include "net/layer.h"
#include "net/lists.h"

typedef struct activation_job {
    const gr_pass *pass;
    const gr_node *node;
    void *dz;
} activation_job;

static const gradus_activation *user_of(const gr_pass *pass, const gr_node *node)
{
    if (node->activation < GR_ACTIVATION_COUNT)
        return NULL;
    return &pass->net->context->activations[node->activation - GR_ACTIVATION_COUNT];
}

static void forward_user(const gr_kernels *k, const gradus_activation *user, size_t count,
                         const void *z, void *a)
{
    for (size_t i = 0; i < count; i++) {
        double value;
        k->to_double(1, (const char *)z + i * k->size, &value);
        value = user->value(value, user->user);
        k->from_double(1, &value, (char *)a + i * k->size);
    }
}

static void backward_user(const gr_kernels *k, const gradus_activation *user, size_t count,
                          const void *z, const void *da, void *dz)
{
    for (size_t i = 0; i < count; i++) {
        double at, gradient;
        k->to_double(1, (const char *)z + i * k->size, &at);
        k->to_double(1, (const char *)da + i * k->size, &gradient);
        gradient *= user->slope(at, user->user);
        k->from_double(1, &gradient, (char *)dz + i * k->size);
    }
}

static void forward_rows(void *job_, size_t from, size_t to)
{
    const activation_job *job = job_;
    const gr_pass *pass = job->pass;
    const gr_node *node = job->node;
    const gr_kernels *k = pass->net->kernels;
    const void *z = gr_at(pass->net, pass->y[node->from], from * node->width);
    void *a = gr_at(pass->net, pass->y[gr_node_index(pass, node)], from * node->width);
    const gradus_activation *user = user_of(pass, node);
    if (user != NULL)
        forward_user(k, user, (to - from) * node->width, z, a);
    else
        k->activate[node->activation].forward(to - from, node->width, node->alpha, z, a);
}

static void forward(const gr_pass *pass, const gr_node *node)
{
    activation_job job = {pass, node, NULL};
    gr_pool_run(pass->pool, pass->rows, gr_grain(node->width, GR_GRAIN_ELEMENTS),
                forward_rows, &job);
}

static void backward_rows(void *job_, size_t from, size_t to)
{
    const activation_job *job = job_;
    const gr_pass *pass = job->pass;
    const gr_node *node = job->node;
    const gr_kernels *k = pass->net->kernels;
    const size_t at = from * node->width, index = gr_node_index(pass, node);
    const void *z = gr_at(pass->net, pass->y[node->from], at);
    const void *a = gr_at(pass->net, pass->y[index], at);
    const void *da = gr_at(pass->net, pass->dy[index], at);
    void *dz = gr_at(pass->net, job->dz, at);
    const gradus_activation *user = user_of(pass, node);
    if (user != NULL)
        backward_user(k, user, (to - from) * node->width, z, da, dz);
    else
        k->activate[node->activation].backward(to - from, node->width, node->alpha, z, a,
                                               da, dz);
}

static void backward(gr_pass *pass, const gr_node *node)
{
    void *dz = gr_pass_begin(pass, node->from);
    if (dz == NULL)
        return;
    activation_job job = {pass, node, dz};
    gr_pool_run(pass->pool, pass->rows, gr_grain(node->width, GR_GRAIN_ELEMENTS),
                backward_rows, &job);
    gr_pass_end(pass, node->from, dz);
}

static gradus_status write(const gradus_net *net, const gr_node *node, gr_text *text)
{
    gradus_status status;
    double usual;
    const char *name = gr_activation_about(net->context, node->activation, &usual);
    GR_TRY(gr_text_add(text, "%s", name));
    if (node->alpha != usual) {
        char number[GRADUS_NUMBER_LENGTH];
        gradus_number_write(node->alpha, number);
        GR_TRY(gr_text_add(text, " alpha=%s", number));
    }
done:
    return status;
}

const gr_layer_type gr_layer_activation = {
    .name = "activation", .forward = forward, .backward = backward, .write = write,
    .in_place = true,
};
