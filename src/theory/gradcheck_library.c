/*
 * theory/gradcheck_library.c - every activation x loss x kind of layer, checked
 *
 * The list is made of the .def files and of an activation and a loss of the user's own, so
 * that nothing can be left out; a loss that is computed together with an activation comes
 * a second time, behind another one. And the 2-4-1 net that learns XOR, to 1e-9, at the start
 * and after training.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "theory/gradcheck.h"

enum { ROWS = 9, INPUTS = 3, OUTPUTS = 3, XOR_SEEDS = 20 };

static const char *const activations[] = {
#define ACTIVATION(id, name, alpha, has_alpha, start, trainable, smooth, from_output) \
    trainable ? name : NULL,
#include "kernels/activations.def"
#undef ACTIVATION
    "own-activation",
};

static const struct loss_case {
    const char *name, *last; /* activation, or NULL */
    bool apart;              /* last is not the one that belongs to the loss */
} losses[] = {
#define LOSS(id, name, fused, task) {name, fused, false}, {name, fused, true},
#include "kernels/losses.def"
#undef LOSS
    {"own-loss", "tanh", false},
};

static const struct kind {
    const char *name, *items;
} kinds[] = {
    {"dense", "dense 5 %s output"},
    {"residual", "dense 4 residual scale=0.5 { dense 5 %s dense 4 } "
                 "residual { dense 6 %s } output"},
    {"batchnorm", "dense 5 batchnorm %s output"},
    {"dropout", "dense 6 %s dropout 0.3 output"},
};

/* ---- the user's own ---- */

/* z / sqrt(1 + z^2) */
static double own_value(double z, void *user)
{
    (void)user;
    return z / sqrt(1 + z * z);
}

static double own_slope(double z, void *user)
{
    (void)user;
    const double square = 1 + z * z;
    return 1 / (square * sqrt(square));
}

/* sum_j (o_j - y_j)^4 / 4 */
static double own_loss(const double *output, const double *target, size_t outputs,
                       double *gradient, void *user)
{
    (void)user;
    double sum = 0;
    for (size_t j = 0; j < outputs; j++) {
        const double r = output[j] - target[j];
        gradient[j] = r * r * r;
        sum += r * r * r * r / 4;
    }
    return sum;
}

/* The context's doors, and these two. */
static gradus_status open_context(const gradus_context *context, gradus_context **made)
{
    gradus_status status;
    const gradus_activation activation = {"own-activation", own_value, own_slope, NULL};
    const gradus_loss loss = {"own-loss", own_loss, NULL};
    const gradus_context_options options = {
        .memory = &context->memory, .files = &context->files, .threads = context->threads,
        .cpu = gradus_context_cpu(context)};
    GR_TRY(gradus_context_new(&options, made));
    GR_TRY(gradus_context_add_activation(*made, &activation));
    GR_TRY(gradus_context_add_loss(*made, &loss));
done:
    return status;
}

/* ---- cases ---- */

/* The activation before a loss, which is in (0, 1) for the logarithms of losses. */
static const char *last_of(const struct loss_case *loss)
{
    if (!loss->apart)
        return loss->last;
    return strcmp(loss->last, "softmax") == 0 ? "sigmoid" : "softmax";
}

typedef struct listing {
    const gradus_context *context;
    gradus_check_options options;
    gradus_check_observer *observer;
    void *user;
} listing;

static gradus_status check_case(const listing *l, const gradus_net *net,
                                const gradus_set *set, gradus_check_case *about)
{
    gradus_check_options options = l->options;
    gradus_check *check;
    options.loss = about->loss;
    options.tolerance = about->tolerance;
    options.delta = 0.1; /* residuals are on both sides of it */
    const gradus_status status = gradus_check_gradient(net, set, &options, &check);
    if (status != GRADUS_OK)
        return gr_fail_at(status, "%s with %s", about->network, about->loss);
    about->check = check;
    const int stop = l->observer(about, l->user);
    gradus_check_free(check);
    return stop ? gr_fail(GRADUS_STOPPED, "stopped on request") : GRADUS_OK;
}

/* Inputs from -1 to 1, targets that add to 1, which every loss takes, and weights. */
static gradus_status check_combination(const listing *l, const char *activation,
                                       const struct loss_case *loss, const struct kind *kind)
{
    gradus_status status;
    const gr_key key = {l->options.seed, GR_PURPOSE_SPLIT, 7};
    double x[ROWS * INPUTS], y[ROWS * OUTPUTS], weight[ROWS];
    const gradus_set set = {.rows = ROWS, .x = x, .y = y, .weight = weight};
    char text[256];
    gradus_net *net = NULL;
    for (uint32_t i = 0; i < ROWS * INPUTS; i++)
        x[i] = 2 * gr_random_uniform(key, 0, i) - 1;
    for (uint32_t i = 0; i < ROWS; i++) {
        double sum = 0;
        for (uint32_t j = 0; j < OUTPUTS; j++)
            sum += y[i * OUTPUTS + j] = gr_random_uniform(key, 1, i * OUTPUTS + j);
        for (uint32_t j = 0; j < OUTPUTS; j++)
            y[i * OUTPUTS + j] /= sum;
        weight[i] = 0.5 + gr_random_uniform(key, 2, i);
    }
    snprintf(text, sizeof text, kind->items, activation, activation);
    if (loss->last != NULL)
        snprintf(text + strlen(text), sizeof text - strlen(text), " %s", last_of(loss));
    gradus_check_case about = {text, activation, loss->name, kind->name,
                               l->options.tolerance, NULL};
    GR_TRY(gradus_net_new(l->context, text, INPUTS, OUTPUTS, GRADUS_FLOAT64, l->options.seed,
                          &net));
    GR_TRY(check_case(l, net, &set, &about));
done:
    gradus_net_free(net);
    return status;
}

static gradus_status check_xor(const listing *l, uint64_t seed)
{
    gradus_status status;
    static const double x[] = {0, 0, 0, 1, 1, 0, 1, 1}, y[] = {0, 1, 1, 0};
    const gradus_set set = {.rows = 4, .x = x, .y = y};
    const char *text = "dense 4 start=normal sigmoid output start=normal sigmoid";
    gradus_check_case about = {text, "sigmoid", "mse", "xor start", 1e-9, NULL};
    gradus_net *net = NULL;
    gradus_fit_options fit;
    gradus_fit_defaults(&fit);
    fit.loss = "mse";
    fit.optimizer = "sgd";
    fit.schedule = "constant";
    fit.batch = SIZE_MAX;
    fit.learning_rate = 40;
    fit.epochs = 2000;
    fit.weight_decay = 0;
    fit.seed = seed;
    GR_TRY(gradus_net_new(l->context, text, 2, 1, GRADUS_FLOAT64, seed, &net));
    GR_TRY(check_case(l, net, &set, &about));
    GR_TRY(gradus_fit(net, &set, NULL, &fit, NULL));
    about.kind = "xor trained";
    GR_TRY(check_case(l, net, &set, &about));
done:
    gradus_net_free(net);
    return status;
}

gradus_status gradus_check_library(const gradus_context *context,
                                   const gradus_check_options *options,
                                   gradus_check_observer *observer, void *user)
{
    gradus_status status;
    gradus_context *own = NULL;
    listing l = {.observer = observer, .user = user};
    if (options != NULL)
        l.options = *options;
    else
        gradus_check_defaults(&l.options);
    GR_TRY(open_context(gr_context_or_default(context), &own));
    l.context = own;
    for (size_t k = 0; k < GR_COUNT(kinds); k++)
        for (size_t a = 0; a < GR_COUNT(activations); a++)
            for (size_t i = 0; activations[a] != NULL && i < GR_COUNT(losses); i++)
                if (!losses[i].apart || losses[i].last != NULL)
                    GR_TRY(check_combination(&l, activations[a], &losses[i], &kinds[k]));
    for (uint64_t seed = 1; l.options.broken != GRADUS_BREAK_TRANSPOSE && seed <= XOR_SEEDS;
         seed++)
        GR_TRY(check_xor(&l, seed));
done:
    gradus_context_free(own);
    return status;
}
