/* tests/unit/models.h - models made by hand, packed and unpacked in memory.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_MODELS_H
#define GR_TESTS_MODELS_H

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "runner.h"
#include "store/model.h"

static void name_input(gr_prep *prep, size_t input, const char *name,
                       gradus_column_kind kind)
{
    prep->input[input].kind = kind;
    assert_int_equal(gr_copy_text(prep->context, name, strlen(name),
                                  &prep->input[input].name), GRADUS_OK);
}

static void add_value(gr_prep *prep, gr_values *values, const char *text)
{
    uint32_t code;
    assert_int_equal(gr_values_add(prep->context, values, text, strlen(text), &code),
                     GRADUS_OK);
}

/* Columns of every sort: numbers with clip, with indicator; two values, and more. */
static gr_prep *example_prep(const gradus_context *context, gradus_task task)
{
    gr_prep *prep = NULL;
    assert_int_equal(gr_allocate(context, 1, sizeof *prep, "a test", &prep), GRADUS_OK);
    prep->context = context;
    prep->task = task;
    assert_int_equal(gr_copy_text(context, "?,", 2, &prep->missing), GRADUS_OK);
    prep->inputs = 4;
    assert_int_equal(gr_allocate(context, prep->inputs, sizeof *prep->input, "a test",
                                 &prep->input), GRADUS_OK);
    name_input(prep, 0, "age, \"in\" years\n", GRADUS_NUMBER);
    prep->input[0].center = 38.6;
    prep->input[0].scale = 1.0 / 13.7;
    prep->input[0].fill = 37;
    prep->input[0].indicator = true;
    name_input(prep, 1, "gr\xf6\xdf" "e", GRADUS_NUMBER); /* Latin-1 */
    prep->input[1].center = -1e-300;
    prep->input[1].scale = 5e-324;
    prep->input[1].clip = true;
    name_input(prep, 2, "sex", GRADUS_CATEGORY);
    add_value(prep, &prep->input[2].values, "male");
    add_value(prep, &prep->input[2].values, "female");
    name_input(prep, 3, "country", GRADUS_CATEGORY);
    add_value(prep, &prep->input[3].values, "Per\xc3\xba");
    add_value(prep, &prep->input[3].values, "Per\xfa");
    add_value(prep, &prep->input[3].values, "");
    prep->targets = task == GRADUS_REGRESSION ? 2 : 1;
    assert_int_equal(gr_allocate(context, prep->targets, sizeof *prep->target, "a test",
                                 &prep->target), GRADUS_OK);
    for (size_t t = 0; t < prep->targets; t++) {
        gr_prep_target *target = &prep->target[t];
        assert_int_equal(gr_copy_text(context, t == 0 ? "y" : "z", 1, &target->name),
                         GRADUS_OK);
        *target = (gr_prep_target){target->name, 100.25, 0.125, 101.5};
    }
    if (task == GRADUS_CLASSIFICATION) {
        add_value(prep, &prep->classes, "<=50K");
        add_value(prep, &prep->classes, ">50K");
        assert_int_equal(gr_allocate(context, 2, sizeof *prep->class_share, "a test",
                                     &prep->class_share), GRADUS_OK);
        prep->class_share[0] = 0.75;
        prep->class_share[1] = 0.25;
    }
    assert_int_equal(gr_prep_layout(prep), GRADUS_OK);
    return prep;
}

static const char network[] =
    "dense 5\nbatchnorm\nleaky-relu alpha=0.2\n"
    "residual scale=0.5 {\n  dense 7 bias=no\n  tanh\n}\ndropout 0.25\noutput\n";

static gradus_model *example(const gradus_context *context, gradus_task task,
                             gradus_precision precision)
{
    gradus_model *model;
    assert_int_equal(gr_model_new(context, &model), GRADUS_OK);
    model->prep = example_prep(model->context, task);
    assert_int_equal(gradus_net_new(model->context, network, model->prep->width, 2,
                                    precision, 7, &model->net), GRADUS_OK);
    strcpy(model->loss, task == GRADUS_REGRESSION ? "mse" : "cross-entropy");
    model->train_rows = 39074;
    model->valid = (gradus_metrics){
        .rows = 9768, .loss = 0.3, .loss_error = 0.01, .accuracy = 0.857, .auc = 0.9,
        .brier = NAN, .ece = NAN, .rmse = NAN, .mae = NAN, .r2 = -INFINITY};
    if (task == GRADUS_CLASSIFICATION)
        assert_int_equal(gradus_model_note(model, "epochs = 50\nname = \"a\\b\"\n"),
                         GRADUS_OK);
    return model;
}

static gr_safetensors pack(const gradus_model *model)
{
    gr_safetensors file = {.context = model->context};
    assert_int_equal(gr_model_pack(model, &file), GRADUS_OK);
    return file;
}

/* Unpacks a copy of the bytes. */
static gradus_status unpack_into(const gradus_context *context, const char *bytes,
                                 size_t size, gradus_model **model)
{
    gr_safetensors file = {.context = context, .size = size};
    *model = NULL;
    gradus_status status = gr_allocate(context, size, 1, "a test", &file.bytes);
    if (status == GRADUS_OK) {
        memcpy(file.bytes, bytes, size);
        status = gr_model_unpack(&file, "m.gradus", model);
    }
    gr_safetensors_free(&file);
    return status;
}

static gradus_status unpack(const char *bytes, size_t size)
{
    gradus_model *model;
    gradus_status status = unpack_into(gr_context_or_default(NULL), bytes, size, &model);
    assert_true((status == GRADUS_OK) == (model != NULL));
    gradus_model_free(model);
    return status;
}

#endif
