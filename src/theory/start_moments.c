/*
 * theory/start_moments.c - what an initialisation does to activations and error signals
 *
 *     loss_i = sum_j u_ij y_ij,  u_ij and x_ij drawn from N(0, 1)
 *
 * so that the gradient at the outputs is u, whatever they are. Each seed draws a net, x and u.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"
#include "kernels/elementary.h"
#include "theory/flow.h"

enum { LAYER_NAME = 32 };

/* What one net gives: of each layer and then of the whole. */
typedef struct sample {
    double activation, gradient;
} sample;

struct gradus_moments {
    const gradus_context *context; /* of the caller */
    size_t seeds, layers;
    sample *sample;                /* [seeds][layers] */
    double *input, *weight_gradient, *first_gradient; /* [seeds] */
    size_t *number;                /* [layers] */
    char (*applied)[LAYER_NAME];   /* [layers] */
};

void gradus_moments_defaults(gradus_moments_options *options)
{
    *options = (gradus_moments_options){.precision = GRADUS_FLOAT64, .rows = 64, .seeds = 20,
                                        .seed = 1};
}

static double linear(const double *output, const double *target, size_t outputs,
                     double *gradient, void *user)
{
    double sum = 0;
    (void)user;
    for (size_t j = 0; j < outputs; j++) {
        gradient[j] = target[j];
        sum = fma(target[j], output[j], sum);
    }
    return sum;
}

/* A context like the caller's, on one thread, that knows this loss. */
static gradus_status make_context(const gradus_context *like, gradus_context **made)
{
    static const gradus_loss loss = {"linear-in-the-outputs", linear, NULL};
    gradus_status status;
    gradus_context_options options;
    gradus_context_defaults(&options);
    options.memory = &like->memory;
    options.files = &like->files;
    options.threads = 1;
    GR_TRY(gradus_context_new(&options, made));
    (*made)->cpu = like->cpu;
    for (size_t i = 0; i < like->activation_count; i++)
        GR_TRY(gradus_context_add_activation(*made, &like->activations[i]));
    GR_TRY(gradus_context_add_loss(*made, &loss));
done:
    return status;
}

/* ---- one net ---- */

/* Standard normal numbers of a row number of their own, in the net's precision. */
static gradus_status draw(const gradus_net *net, uint64_t seed, uint64_t row, size_t count,
                          void *drawn)
{
    const gr_key key = {seed, GR_PURPOSE_MOMENTS, 0};
    void **array = drawn;
    const gradus_status status = gr_allocate(net->context, count, net->kernels->size,
                                             "drawn examples", array);
    for (size_t i = 0; status == GRADUS_OK && i < count; i++) {
        const double value = gr_normal(gr_random_uniform(key, 2 * i + row, 0),
                                       gr_random_uniform(key, 2 * i + row, 1));
        net->kernels->from_double(1, &value, gr_at(net, *array, i));
    }
    return status;
}

static gradus_status take(gradus_moments *m, const gradus_flow *flow, size_t s)
{
    gradus_status status = GRADUS_OK;
    if (m->sample == NULL) {
        m->layers = flow->about.layers;
        GR_TRY(gr_allocate(m->context, m->seeds * m->layers, sizeof *m->sample, "moments",
                           &m->sample));
        GR_TRY(gr_allocate(m->context, m->layers, sizeof *m->number, "moments", &m->number));
        GR_TRY(gr_allocate(m->context, m->layers, sizeof *m->applied, "moments",
                           &m->applied));
    }
    const gradus_flow_layer *first = NULL, *last = NULL;
    for (size_t i = 0; i < m->layers; i++) {
        const gradus_flow_layer *about = &flow->row[i].about;
        m->sample[s * m->layers + i] = (sample){about->activation_moment,
                                                about->gradient_moment};
        m->number[i] = about->number;
        memcpy(m->applied[i], flow->row[i].applied, LAYER_NAME);
        if (isnan(about->weight_gradient))
            continue;
        first = first == NULL ? about : first;
        last = about;
    }
    m->first_gradient[s] = first == NULL ? NAN : first->weight_gradient;
    m->weight_gradient[s] = first == NULL
        ? NAN : gr_log(first->weight_gradient / last->weight_gradient) / gr_log(10);
done:
    return status;
}

static gradus_status work(gradus_moments *m, const gradus_context *context,
                          const char *description, const gradus_moments_options *o, size_t s)
{
    gradus_status status;
    gradus_net *net = NULL;
    gradus_flow *flow = NULL;
    void *x = NULL, *u = NULL;
    double input;
    const uint64_t seed = o->seed + s;
    GR_TRY(gradus_net_new(context, description, o->inputs, o->outputs, o->precision, seed,
                          &net));
    GR_TRY(draw(net, seed, 0, o->rows * o->inputs, &x));
    GR_TRY(draw(net, seed, 1, o->rows * o->outputs, &u));
    const gradus_set set = {.rows = o->rows, .x = x, .y = u};
    GR_TRY(gr_flow_moments(net, &set, "linear-in-the-outputs", &flow, &input));
    double *wide = NULL;
    GR_TRY(gr_allocate(context, o->rows * o->outputs, sizeof *wide, "moments", &wide));
    net->kernels->to_double(o->rows * o->outputs, u, wide);
    const double output = gr_norm(o->rows * o->outputs, wide) / sqrt((double)o->rows);
    gr_release(context, wide);
    m->input[s] = gr_log(input / output) / gr_log(10);
    status = take(m, flow, s);
done:
    gradus_flow_free(flow);
    gr_release(context, u);
    gr_release(context, x);
    gradus_net_free(net);
    return status;
}

gradus_status gradus_moments_new(const gradus_context *context, const char *description,
                                 const gradus_moments_options *options, gradus_moments **made)
{
    gradus_status status;
    gradus_moments *m = NULL;
    gradus_context *own = NULL;
    const unsigned saved = gr_float_enter();
    *made = NULL;
    context = gr_context_or_default(context);
    if (options->seeds == 0 || options->rows == 0 || options->rows > GR_CHAIN)
        GR_TRY(gr_fail(GRADUS_ARGUMENT, "moments: at least one seed, and 1 to %d rows",
                       (int)GR_CHAIN));
    GR_TRY(make_context(context, &own));
    GR_TRY(gr_allocate(context, 1, sizeof *m, "moments", &m));
    m->context = context;
    m->seeds = options->seeds;
    GR_TRY(gr_allocate(context, m->seeds, sizeof(double), "moments", &m->input));
    GR_TRY(gr_allocate(context, m->seeds, sizeof(double), "moments", &m->weight_gradient));
    GR_TRY(gr_allocate(context, m->seeds, sizeof(double), "moments", &m->first_gradient));
    for (size_t s = 0; s < m->seeds; s++)
        GR_TRY(work(m, own, description, options, s));
    *made = m;
    m = NULL;
done:
    gradus_moments_free(m);
    gradus_context_free(own);
    gr_float_leave(saved);
    return status;
}

void gradus_moments_free(gradus_moments *m)
{
    if (m == NULL)
        return;
    gr_release(m->context, m->applied);
    gr_release(m->context, m->number);
    gr_release(m->context, m->sample);
    gr_release(m->context, m->first_gradient);
    gr_release(m->context, m->weight_gradient);
    gr_release(m->context, m->input);
    gr_release(m->context, m);
}

/* ---- over the seeds ---- */

static gradus_spread spread(size_t count, const double *x, size_t stride)
{
    gradus_spread s = {0, 0, INFINITY, -INFINITY};
    for (size_t i = 0; i < count; i++) {
        const double value = x[i * stride];
        s.mean += value / (double)count;
        s.min = value < s.min ? value : s.min;
        s.max = value > s.max ? value : s.max;
    }
    for (size_t i = 0; i < count; i++) {
        const double apart = x[i * stride] - s.mean;
        s.deviation += count > 1 ? apart * apart / (double)(count - 1) : 0;
    }
    s.deviation = sqrt(s.deviation);
    return s;
}

size_t gradus_moments_layers(const gradus_moments *m)
{
    return m->layers;
}

void gradus_moments_layer_describe(const gradus_moments *m, size_t layer,
                                   gradus_moments_layer *about)
{
    const size_t stride = m->layers * sizeof(sample) / sizeof(double);
    *about = (gradus_moments_layer){
        .number = m->number[layer], .applied = m->applied[layer],
        .activation = spread(m->seeds, &m->sample[layer].activation, stride),
        .gradient = spread(m->seeds, &m->sample[layer].gradient, stride)};
}

void gradus_moments_describe(const gradus_moments *m, gradus_moments_about *about)
{
    *about = (gradus_moments_about){
        .input = spread(m->seeds, m->input, 1),
        .weight_gradient = spread(m->seeds, m->weight_gradient, 1),
        .first_gradient = spread(m->seeds, m->first_gradient, 1)};
}
