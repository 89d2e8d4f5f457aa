/*
 * train/optimizer.c - from a gradient to new parameters
 *
 * The formulas are the update kernels' (kernels/update.c); here stands what they share:
 * state, clipping by the norm of the whole gradient, decoupled weight decay
 *
 *     w <- (1 - rate decay) w        weight matrices only
 *
 * and bias correction. Where the gradient is not clipped, a pass takes the step itself, on
 * each gradient as it is computed (gr_descent); else it is taken from the stored gradient.
 *
 * SPDX-License-Identifier: MIT
 */
#include "train/optimizer.h"

#include <math.h>
#include <string.h>

#include "base/status.h"
#include "net/lists.h"
#include "train/fit.h"

static const struct {
    double rate, decay;
    size_t states;
} about[] = {
#define OPTIMIZER(id, name, rate, decay, states) {rate, decay, states},
#include "kernels/optimizers.def"
#undef OPTIMIZER
};

gradus_status gr_fit_optimizer(const char *name, double *rate, double *decay)
{
    gr_optimizer_id id;
    gradus_status status = gr_optimizer_find(name, &id);
    if (status == GRADUS_OK) {
        *rate = about[id].rate;
        *decay = about[id].decay;
    }
    return status;
}

static gradus_status check(const gr_optimizer *o)
{
    const struct {
        const char *name;
        double value, min, max;
    } ranges[] = {
        {"momentum", o->momentum, 0, 1}, {"alpha", o->alpha, 0, 1},
        {"beta1", o->beta1, 0, 1},       {"beta2", o->beta2, 0, 1},
        {"epsilon", o->epsilon, 0, 1e9}, {"weight-decay", o->weight_decay, 0, 1e9},
        {"clip", o->clip, 0, 1e300},
    };
    for (size_t i = 0; i < GR_COUNT(ranges); i++)
        if (!(ranges[i].value >= ranges[i].min && ranges[i].value < ranges[i].max))
            return gr_fail(GRADUS_ARGUMENT, "%s: it must not be negative%s", ranges[i].name,
                           ranges[i].max == 1 ? ", and below 1" : ", and finite");
    return GRADUS_OK;
}

/* State array 0, 1 of a tensor, or NULL where the optimiser has fewer. */
static void *state_of(const gr_optimizer *o, const gr_tensor *tensor, size_t which)
{
    if (which >= o->states)
        return NULL;
    return gr_at(o->net, o->state, which * o->net->parameter_room + tensor->first);
}

/* All but the gradient and the scalars of a step. */
static void open_updates(gr_optimizer *o)
{
    for (size_t i = 0; i < o->net->tensors; i++) {
        const gr_tensor *tensor = &o->net->tensor[i];
        if (tensor->group == GR_GROUP_STATISTIC)
            continue;
        o->update[i] = (gr_update){
            .count = tensor->room, .w = gr_tensor_values(o->net, tensor),
            .v = state_of(o, tensor, 0), .m = state_of(o, tensor, 1),
            .momentum = o->momentum, .alpha = o->alpha, .beta1 = o->beta1,
            .beta2 = o->beta2, .epsilon = o->epsilon,
        };
    }
}

gradus_status gr_optimizer_open(gradus_net *net, const gradus_fit_options *options,
                                gr_pool *pool, gr_optimizer *o)
{
    *o = (gr_optimizer){.net = net, .pool = pool,
                        .weight_decay = options->weight_decay, .clip = options->clip,
                        .momentum = options->momentum, .alpha = options->alpha,
                        .beta1 = options->beta1, .beta2 = options->beta2,
                        .epsilon = options->epsilon, .power1 = 1, .power2 = 1};
    gradus_status status = gr_optimizer_find(options->optimizer, &o->id);
    if (status != GRADUS_OK)
        return status;
    if (isnan(o->weight_decay))
        o->weight_decay = about[o->id].decay;
    status = check(o);
    if (status != GRADUS_OK)
        return status;
    o->states = about[o->id].states;
    status = gr_allocate(net->context, o->states * net->parameter_room, net->kernels->size,
                         "the optimiser's state", &o->state);
    if (status == GRADUS_OK)
        status = gr_allocate(net->context, net->tensors, sizeof *o->update,
                             "the optimiser's state", &o->update);
    if (status != GRADUS_OK)
        return status;
    o->descent = (gr_descent){.step = net->kernels->update[o->id], .update = o->update,
                              .plain = o->id == GR_OPTIMIZER_SGD};
    open_updates(o);
    return GRADUS_OK;
}

gradus_status gr_optimizer_bytes(const gradus_net *net, const char *name, size_t *bytes)
{
    gr_optimizer_id id;
    const gradus_status status = gr_optimizer_find(name, &id);
    if (status == GRADUS_OK)
        *bytes = gr_block_bytes(about[id].states * net->parameter_room, net->kernels->size) +
                 gr_block_bytes(net->tensors, sizeof(gr_update));
    return status;
}

void gr_optimizer_close(gr_optimizer *o)
{
    if (o->net == NULL)
        return;
    gr_release(o->net->context, o->update);
    gr_release(o->net->context, o->state);
}

void gr_optimizer_reset(gr_optimizer *o)
{
    memset(o->state, 0, o->states * o->net->parameter_room * o->net->kernels->size);
    o->power1 = o->power2 = 1;
}

const gr_descent *gr_optimizer_descent(gr_optimizer *o, double scale, double rate)
{
    if (o->descent.plain && scale == o->scale && rate == o->rate)
        return &o->descent;
    o->scale = scale;
    o->rate = rate;
    o->power1 *= o->beta1;
    o->power2 *= o->beta2;
    for (size_t i = 0; i < o->net->tensors; i++) {
        const gr_tensor *tensor = &o->net->tensor[i];
        gr_update *u = &o->update[i];
        u->gradient_scale = scale;
        u->rate = rate * tensor->rate_factor;
        u->shrink = 1 - u->rate * o->weight_decay * tensor->decay_factor;
        u->correct1 = 1 - o->power1;
        u->correct2 = 1 - o->power2;
    }
    return &o->descent;
}

/* ---- a step from a gradient that is stored ---- */

typedef struct step_job {
    const gr_optimizer *optimizer;
    const void *gradient;
} step_job;

enum { PIECE = 4096 }; /* elements: a whole number of lines */

static void step_piece(void *job_, size_t thread, size_t threads)
{
    const step_job *job = job_;
    const gr_optimizer *o = job->optimizer;
    for (size_t i = 0; i < o->net->tensors; i++) {
        const gr_tensor *tensor = &o->net->tensor[i];
        gr_update u = o->update[i];
        const gr_range mine = gr_cut(tensor->room, PIECE, thread, threads);
        if (tensor->group == GR_GROUP_STATISTIC || mine.from >= mine.to)
            continue;
        u.count = mine.to - mine.from;
        u.w = gr_at(o->net, u.w, mine.from);
        u.g = gr_at(o->net, job->gradient, tensor->first + mine.from);
        u.m = u.m == NULL ? NULL : gr_at(o->net, u.m, mine.from);
        u.v = u.v == NULL ? NULL : gr_at(o->net, u.v, mine.from);
        o->descent.step(&u);
    }
}

/* Norm of the mean gradient: squares summed tensor by tensor. */
static double gradient_norm(const gr_optimizer *o, const void *gradient, double weight)
{
    const gradus_net *net = o->net;
    double sum = 0;
    for (size_t i = 0; i < net->tensors; i++) {
        const gr_tensor *tensor = &net->tensor[i];
        if (tensor->group != GR_GROUP_STATISTIC)
            sum += net->kernels->square_sum(tensor->room,
                                            gr_at(net, gradient, tensor->first));
    }
    return sqrt(sum) / weight;
}

void gr_optimizer_step(gr_optimizer *o, const void *gradient, double weight, double rate)
{
    double scale = 1 / weight;
    if (o->clip > 0) {
        const double norm = gradient_norm(o, gradient, weight);
        if (norm > o->clip)
            scale *= o->clip / norm;
    }
    gr_optimizer_descent(o, scale, rate);
    step_job job = {o, gradient};
    gr_pool_run(o->pool, step_piece, &job);
}
