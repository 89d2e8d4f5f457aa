/*
 * task/examples_of_model.c - a table as the examples that a model learns from
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/memory.h"
#include "base/status.h"
#include "store/model.h"
#include "task/examples.h"

struct gradus_examples {
    const gradus_context *context;
    gr_examples of;
};

gradus_status gradus_examples_new(const gradus_model *model, const gradus_data *data,
                                  gradus_examples **made)
{
    gradus_status status;
    gradus_examples *examples = NULL;
    const gr_examples_options options = {.prep = model->prep, .data = data,
                                         .count = gradus_data_rows(data),
                                         .kernels = model->net->kernels};
    *made = NULL;
    GR_TRY(gr_allocate(model->context, 1, sizeof *examples, "examples", &examples));
    examples->context = model->context;
    GR_TRY(gr_examples_new(&options, &examples->of));
    if (examples->of.set.rows == 0)
        GR_TRY(gr_fail(GRADUS_DATA, "%s: none of %zu rows has a target that the model knows",
                       model->prep->target[0].name, options.count));
    *made = examples;
    examples = NULL;
done:
    gradus_examples_free(examples);
    return status;
}

void gradus_examples_free(gradus_examples *examples)
{
    if (examples == NULL)
        return;
    gr_examples_free(&examples->of);
    gr_release(examples->context, examples);
}

const gradus_set *gradus_examples_set(const gradus_examples *examples)
{
    return &examples->of.set;
}
