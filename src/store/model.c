/*
 * store/model.c - a model and what it says about itself
 *
 * SPDX-License-Identifier: MIT
 */
#include "store/model.h"

#include <string.h>

#include "base/memory.h"
#include "base/status.h"

gradus_status gr_model_new(const gradus_context *context, gradus_model **model)
{
    context = gr_context_or_default(context);
    gradus_status status = gr_allocate(context, 1, sizeof **model, "a model", model);
    if (status != GRADUS_OK)
        return status;
    (*model)->context = context;
    (*model)->delta = 1;
    return GRADUS_OK;
}

void gradus_model_free(gradus_model *model)
{
    if (model == NULL)
        return;
    gradus_net_free(model->net);
    gr_prep_free(model->prep);
    gr_release(model->context, model->settings);
    gr_release(model->context, model);
}

const gradus_net *gradus_model_net(const gradus_model *model)
{
    return model->net;
}

const gr_prep *gr_model_prep(const gradus_model *model)
{
    return model->prep;
}

gradus_status gradus_model_note(gradus_model *model, const char *settings)
{
    char *copy;
    gradus_status status = gr_copy_text(model->context, settings, strlen(settings),
                                        &copy);
    if (status != GRADUS_OK)
        return status;
    gr_release(model->context, model->settings);
    model->settings = copy;
    return GRADUS_OK;
}

void gradus_model_describe(const gradus_model *model, gradus_model_about *about)
{
    const gr_prep *prep = model->prep;
    *about = (gradus_model_about){
        .task = prep->task,
        .inputs = prep->inputs,
        .targets = prep->targets,
        .classes = prep->classes.count,
        .train_rows = model->train_rows,
        .valid = model->valid,
        .settings = model->settings == NULL ? "" : model->settings,
        .loss = model->loss,
        .delta = model->delta,
        .bytes = model->bytes,
    };
    if (gradus_net_digest(model->net, &about->digest) != GRADUS_OK)
        about->digest = 0;
}

void gradus_model_input_describe(const gradus_model *model, size_t input,
                                 gradus_model_input *about)
{
    const gr_prep_input *column = &model->prep->input[input];
    *about = (gradus_model_input){
        .name = column->name,
        .kind = column->kind,
        .values = column->values.count,
        .center = column->center,
        .scale = column->scale,
        .fill = column->fill,
        .first = column->first,
        .width = column->width,
        .clip = column->clip,
    };
}

const char *gradus_model_input_value(const gradus_model *model, size_t input,
                                     size_t value)
{
    const gr_values *values = &model->prep->input[input].values;
    return value < values->count ? values->text[value] : NULL;
}

const char *gradus_model_target(const gradus_model *model, size_t target)
{
    return target < model->prep->targets ? model->prep->target[target].name : NULL;
}

void gradus_model_target_scale(const gradus_model *model, size_t target, double *center,
                               double *scale)
{
    *center = model->prep->target[target].center;
    *scale = model->prep->target[target].scale;
}

const char *gradus_model_class(const gradus_model *model, size_t number)
{
    const gr_values *classes = &model->prep->classes;
    return number < classes->count ? classes->text[number] : NULL;
}
