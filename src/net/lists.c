/*
 * net/lists.c - activations, losses, initialisations and optimisers by name
 *
 * SPDX-License-Identifier: MIT
 */
#include "net/lists.h"

#include <string.h>

#include "base/memory.h"
#include "base/status.h"

typedef struct activation_about {
    const char *name;
    double alpha;
    bool has_alpha;
    const char *start;
    bool trainable, from_output;
} activation_about;

static const activation_about activations[] = {
#define ACTIVATION(id, name, alpha, has_alpha, start, trainable, smooth, from_output) \
    {name, alpha, has_alpha, start, trainable, from_output},
#include "kernels/activations.def"
#undef ACTIVATION
};

static const struct loss_about {
    const char *name, *fused;
    gradus_task task;
} losses[] = {
#define LOSS(id, name, fused, task) {name, fused, task},
#include "kernels/losses.def"
#undef LOSS
};

static const char *const starts[] = {
#define START(id, name, what) name,
#include "net/starts.def"
#undef START
};

static const char *const optimizers[] = {
#define OPTIMIZER(id, name, rate, decay, states) name,
#include "kernels/optimizers.def"
#undef OPTIMIZER
};

/* ---- public lists ---- */

const char *gradus_activation_name(size_t index)
{
    return index < GR_ACTIVATION_COUNT ? activations[index].name : NULL;
}

const char *gradus_loss_name(size_t index)
{
    return index < GR_LOSS_COUNT ? losses[index].name : NULL;
}

const char *gradus_start_name(size_t index)
{
    return index < GR_START_COUNT ? starts[index] : NULL;
}

const char *gradus_optimizer_name(size_t index)
{
    return index < GR_OPTIMIZER_COUNT ? optimizers[index] : NULL;
}

/* ---- look-up ---- */

static const char *activation_at(size_t index, const void *context_)
{
    const gradus_context *context = context_;
    return index < GR_ACTIVATION_COUNT
               ? activations[index].name
               : context->activations[index - GR_ACTIVATION_COUNT].name;
}

static const char *loss_at(size_t index, const void *context_)
{
    const gradus_context *context = context_;
    return index < GR_LOSS_COUNT ? losses[index].name
                                 : context->losses[index - GR_LOSS_COUNT].name;
}

static const char *text_at(size_t index, const void *list)
{
    return ((const char *const *)list)[index];
}

typedef const char *name_at(size_t index, const void *list);

static gradus_status find(const char *what, const char *name, name_at *at, const void *list,
                          size_t count, size_t *index)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(at(i, list), name) == 0) {
            *index = i;
            return GRADUS_OK;
        }
    }
    const char *near = gr_nearest(name, at, list, count);
    if (near != NULL)
        return gr_fail(GRADUS_ARGUMENT, "no %s \"%s\"; did you mean \"%s\"?", what, name,
                       near);
    return gr_fail(GRADUS_ARGUMENT, "no %s \"%s\": \"gradus help train\" lists them", what,
                   name);
}

gradus_status gr_activation_find(const gradus_context *context, const char *name,
                                 size_t *index)
{
    return find("activation", name, activation_at, context,
                GR_ACTIVATION_COUNT + context->activation_count, index);
}

gradus_status gr_loss_find(const gradus_context *context, const char *name, size_t *index)
{
    return find("loss", name, loss_at, context, GR_LOSS_COUNT + context->loss_count, index);
}

gradus_status gr_start_find(const char *name, gr_start_id *start)
{
    size_t index = 0;
    gradus_status status =
        find("initialisation", name, text_at, starts, GR_START_COUNT, &index);
    if (status == GRADUS_OK)
        *start = (gr_start_id)index;
    return status;
}

gradus_status gr_optimizer_find(const char *name, gr_optimizer_id *optimizer)
{
    size_t index = 0;
    gradus_status status =
        find("optimizer", name, text_at, optimizers, GR_OPTIMIZER_COUNT, &index);
    if (status == GRADUS_OK)
        *optimizer = (gr_optimizer_id)index;
    return status;
}

/* ---- the user's own ---- */

/* Words of descriptions that are no activations. */
static const char *const items[] = {"dense", "output", "batchnorm", "dropout", "residual",
                                    "repeat"};

static gradus_status check_free(const char *what, const char *name, bool whole)
{
    if (name == NULL || !whole)
        return gr_fail(GRADUS_ARGUMENT, "%s: name and functions must be given", what);
    bool taken = false;
    for (size_t i = 0; i < GR_ACTIVATION_COUNT; i++)
        taken = taken || strcmp(activations[i].name, name) == 0;
    for (size_t i = 0; i < GR_LOSS_COUNT; i++)
        taken = taken || strcmp(losses[i].name, name) == 0;
    for (size_t i = 0; i < GR_COUNT(items); i++)
        taken = taken || strcmp(items[i], name) == 0;
    return taken ? gr_fail(GRADUS_ARGUMENT, "%s \"%s\": the library has this name: choose "
                           "another", what, name)
                 : GRADUS_OK;
}

gradus_status gradus_context_add_activation(gradus_context *context,
                                            const gradus_activation *activation)
{
    const bool whole = activation->value != NULL && activation->slope != NULL;
    gradus_status status = check_free("activation", activation->name, whole);
    return status == GRADUS_OK ? gr_context_add_activation(context, activation) : status;
}

gradus_status gradus_context_add_loss(gradus_context *context, const gradus_loss *loss)
{
    gradus_status status = check_free("loss", loss->name, loss->value != NULL);
    return status == GRADUS_OK ? gr_context_add_loss(context, loss) : status;
}

/* ---- what the lists say ---- */

const char *gr_activation_about(const gradus_context *context, size_t index, double *alpha)
{
    *alpha = index < GR_ACTIVATION_COUNT ? activations[index].alpha : 0;
    return activation_at(index, context);
}

const char *gr_activation_start(size_t index)
{
    return index < GR_ACTIVATION_COUNT ? activations[index].start : "xavier";
}

bool gr_activation_has_alpha(size_t index)
{
    return index < GR_ACTIVATION_COUNT && activations[index].has_alpha;
}

bool gr_activation_trainable(size_t index)
{
    return index >= GR_ACTIVATION_COUNT || activations[index].trainable;
}

bool gr_activation_from_output(size_t index)
{
    return index < GR_ACTIVATION_COUNT && activations[index].from_output;
}

const char *gr_loss_about(const gradus_context *context, size_t index, const char **fused,
                          gradus_task *task)
{
    if (index < GR_LOSS_COUNT) {
        *fused = losses[index].fused;
        *task = losses[index].task;
    } else {
        *fused = NULL;
        *task = GRADUS_TASK_AUTO;
    }
    return loss_at(index, context);
}

gr_loss_id gr_loss_usual(size_t activation)
{
    for (size_t i = 0; activation < GR_ACTIVATION_COUNT && i < GR_LOSS_COUNT; i++)
        if (losses[i].fused != NULL &&
            strcmp(losses[i].fused, activations[activation].name) == 0)
            return (gr_loss_id)i;
    return GR_LOSS_MSE;
}
