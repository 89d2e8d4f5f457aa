/*
 * task/choose.c - settings: what was left open is chosen here
 *
 * SPDX-License-Identifier: MIT
 */
#include "task/choose.h"

#include <math.h>
#include <string.h>

#include "base/status.h"
#include "net/lists.h"
#include "train/fit.h"

/* What docs/design/defaults.md measures. */
enum { USUAL_STEPS = 6400, LEAST_EPOCHS = 10, LEAST_PATIENCE = 20 };
static const double ADAMW_RATE = 0.003, ADAMW_DECAY = 0.1;

void gradus_train_defaults(gradus_train_options *options)
{
    *options = (gradus_train_options){
        .task = GRADUS_TASK_AUTO, .scaling = GRADUS_SCALING_STANDARD,
        .split = GRADUS_SPLIT_RANDOM, .holdout = NAN, .precision = GRADUS_FLOAT32,
    };
    gradus_fit_defaults(&options->fit);
    options->fit.epochs = 0;
}

/* ---- texts ---- */

#define TEXT(field) offsetof(gradus_train_options, field)
static const size_t texts[] = {
    TEXT(target), TEXT(drop), TEXT(keep), TEXT(weight), TEXT(class_weight), TEXT(group),
    TEXT(hidden), TEXT(activation), TEXT(start), TEXT(network), TEXT(fit.loss),
    TEXT(fit.optimizer), TEXT(fit.schedule),
};
#undef TEXT

static const char **text_of(gradus_train_options *options, size_t index)
{
    return (const char **)(void *)((char *)options + texts[index]);
}

gradus_status gr_options_copy(const gradus_context *context,
                              const gradus_train_options *options,
                              gradus_train_options *copy)
{
    gradus_status status = GRADUS_OK;

    *copy = *options;
    for (size_t t = 0; t < GR_COUNT(texts); t++)
        *text_of(copy, t) = NULL;
    for (size_t t = 0; t < GR_COUNT(texts); t++) {
        const char *text = *(const char *const *)(const void *)((const char *)options
                                                                + texts[t]);
        if (text != NULL)
            GR_TRY(gr_options_set(context, text_of(copy, t), text));
    }
done:
    if (status != GRADUS_OK)
        gr_options_free(context, copy);
    return status;
}

void gr_options_free(const gradus_context *context, gradus_train_options *options)
{
    for (size_t t = 0; t < GR_COUNT(texts); t++) {
        gr_release(context, (void *)(uintptr_t)*text_of(options, t));
        *text_of(options, t) = NULL;
    }
}

gradus_status gr_options_set(const gradus_context *context, const char **place,
                             const char *text)
{
    char *copy;
    const gradus_status status = gr_copy_text(context, text, strlen(text), &copy);

    if (status != GRADUS_OK)
        return status;
    gr_release(context, (void *)(uintptr_t)*place);
    *place = copy;
    return GRADUS_OK;
}

/* ---- the end of the network ---- */

/* The usual loss of the activation that the network ends in, where it is for the task. */
static size_t usual_loss(const gradus_context *context, size_t activation,
                         gradus_task task)
{
    const char *fused;
    gradus_task for_task;

    if (activation != SIZE_MAX) {
        const size_t loss = gr_loss_usual(activation);
        gr_loss_about(context, loss, &fused, &for_task);
        if (for_task == task)
            return loss;
    }
    return task == GRADUS_CLASSIFICATION ? GR_LOSS_CROSS_ENTROPY : GR_LOSS_MSE;
}

/* The activation that belongs to a loss. */
static const char *usual_activation(size_t loss, const char *fused, gradus_task task)
{
    if (loss < GR_LOSS_COUNT)
        return fused == NULL ? "identity" : fused;
    return task == GRADUS_CLASSIFICATION ? "softmax" : "identity";
}

/* The outputs of these losses are probabilities. */
static gradus_status check_activation(const gradus_context *context, size_t loss,
                                      size_t activation)
{
    double alpha;
    const char *name;

    if ((loss != GR_LOSS_CROSS_ENTROPY && loss != GR_LOSS_BINARY_CROSS_ENTROPY) ||
        activation == SIZE_MAX || activation == GR_ACTIVATION_SIGMOID ||
        activation == GR_ACTIVATION_SOFTMAX)
        return GRADUS_OK;
    name = gr_activation_about(context, activation, &alpha);
    return gr_fail(GRADUS_ARGUMENT, "--network: it ends in \"%s\", and classes need "
                   "probabilities: end it with \"output softmax\"", name);
}

gradus_status gr_choose_ending(const gradus_context *context,
                               const gradus_train_options *options, gradus_task task,
                               gr_target_ending *ending)
{
    gradus_status status = GRADUS_OK;
    gr_ending given = {false, SIZE_MAX};
    size_t loss;
    const char *fused;
    gradus_task for_task;

    if (options->network != NULL)
        GR_TRY(gr_net_ending(context, options->network, &given));
    if (options->network != NULL && !given.has_output)
        return gr_fail(GRADUS_ARGUMENT, "network: it has no item \"output\": end it with "
                       "\"output\", and its activation is chosen, or with both");
    loss = usual_loss(context, given.activation, task);
    if (options->fit.loss != NULL)
        GR_TRY(gr_loss_find(context, options->fit.loss, &loss));
    ending->loss = gr_loss_about(context, loss, &fused, &for_task);
    if (loss < GR_LOSS_COUNT && for_task != task)
        return gr_fail(GRADUS_ARGUMENT, "--loss \"%s\": it is for %s, and this is %s",
                       ending->loss,
                       for_task == GRADUS_REGRESSION ? "regression" : "classification",
                       task == GRADUS_REGRESSION ? "regression" : "classification");
    GR_TRY(check_activation(context, loss, given.activation));
    ending->single = loss == GR_LOSS_BINARY_CROSS_ENTROPY;
    ending->counts = loss == GR_LOSS_POISSON;
    ending->activation = given.activation != SIZE_MAX
                             ? NULL : usual_activation(loss, fused, task);
done:
    return status;
}

/* ---- settings ---- */

static const char *usual_hidden(size_t rows)
{
    return rows <= 32768 ? "128,128" : "256,256";
}

/* As many as make USUAL_STEPS of the usual batch, so that small tables are learned as
 * well as large ones. */
static size_t usual_epochs(size_t rows)
{
    const size_t steps = (rows - 1) / gr_fit_batch(rows) + 1; /* of an epoch */
    const size_t epochs = (USUAL_STEPS - 1) / steps + 1;

    return epochs < LEAST_EPOCHS ? LEAST_EPOCHS : epochs;
}

static size_t usual_patience(size_t epochs)
{
    return epochs / 5 < LEAST_PATIENCE ? LEAST_PATIENCE : epochs / 5;
}

gradus_status gr_choose_settings(const gradus_context *context, const gr_sizes *sizes,
                                 gradus_train_options *options)
{
    gradus_status status;
    gradus_fit_options *fit = &options->fit;
    double rate, decay;
    const size_t rows = sizes->train_rows;

    GR_TRY(gr_fit_optimizer(fit->optimizer, &rate, &decay));
    if (strcmp(fit->optimizer, "adamw") == 0) {
        rate = ADAMW_RATE;
        decay = ADAMW_DECAY;
    }
    if (isnan(fit->learning_rate))
        fit->learning_rate = rate;
    if (isnan(fit->weight_decay))
        fit->weight_decay = decay;
    if (fit->batch == 0)
        fit->batch = gr_fit_batch(rows);
    if (fit->batch > rows)
        fit->batch = rows;
    if (fit->epochs == 0)
        fit->epochs = usual_epochs(rows);
    if (fit->patience == 0)
        fit->patience = usual_patience(fit->epochs);
    if (options->network == NULL && options->hidden == NULL)
        GR_TRY(gr_options_set(context, &options->hidden, usual_hidden(rows)));
    if (options->network == NULL && options->activation == NULL)
        GR_TRY(gr_options_set(context, &options->activation, "relu"));
done:
    return status;
}

/* ---- the description ---- */

static gradus_status write_hidden_layer(const gradus_train_options *options, size_t units,
                                        gr_text *text)
{
    gradus_status status;

    GR_TRY(gr_text_add(text, "dense %zu ", units));
    if (options->start != NULL)
        GR_TRY(gr_text_add(text, "start=%s ", options->start));
    GR_TRY(gr_text_add(text, "%s%s ", options->batchnorm ? "batchnorm " : "",
                       options->activation));
    if (options->dropout != 0) {
        char rate[GRADUS_NUMBER_LENGTH];
        gradus_number_write(options->dropout, rate);
        GR_TRY(gr_text_add(text, "dropout %s ", rate));
    }
done:
    return status;
}

/* One width of "64,64"; false where there is none. */
static bool read_width(const char **list, size_t *units)
{
    const char *p = *list + strspn(*list, " ");

    *units = 0;
    for (; *p >= '0' && *p <= '9' && *units < 100000000; p++)
        *units = 10 * *units + (size_t)(*p - '0');
    p += strspn(p, " ");
    if (*units == 0 || (*p != ',' && *p != '\0'))
        return false;
    *list = p;
    return true;
}

static gradus_status write_hidden(const gradus_train_options *options, gr_text *text)
{
    gradus_status status = GRADUS_OK;
    const char *list = options->hidden;

    while (*list != '\0') {
        size_t units;
        if (!read_width(&list, &units) || (list[0] == ',' && list[1] == '\0'))
            return gr_fail(GRADUS_ARGUMENT, "--hidden \"%s\": it is a list of whole "
                           "numbers above 0, as 64,64", options->hidden);
        GR_TRY(write_hidden_layer(options, units, text));
        list += *list == ',';
    }
done:
    return status;
}

gradus_status gr_choose_network(const gradus_train_options *options,
                                const gr_target_ending *ending, gr_text *text)
{
    gradus_status status;

    if (options->network != NULL) {
        GR_TRY(gr_text_add(text, "%s\n", options->network));
    } else {
        GR_TRY(write_hidden(options, text));
        GR_TRY(gr_text_add(text, "output "));
        if (options->start != NULL)
            GR_TRY(gr_text_add(text, "start=%s ", options->start));
    }
    if (ending->activation != NULL && strcmp(ending->activation, "identity") != 0)
        GR_TRY(gr_text_add(text, "%s", ending->activation));
done:
    return status;
}
