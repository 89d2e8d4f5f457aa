/*
 * cli/unseen.c - categories that training never saw
 *
 * SPDX-License-Identifier: MIT
 */
#include "unseen.h"

#include "message.h"
#include "text.h"

void unseen_note(const gradus_predictor *predictor, const gradus_model *model)
{
    gradus_model_about about;

    gradus_model_describe(model, &about);
    for (size_t i = 0; i < about.inputs; i++) {
        gradus_model_input input;
        const char *text = "";
        size_t row = 0;
        size_t count = gradus_predictor_unseen(predictor, i, &text, &row);

        if (count == 0)
            continue;
        gradus_model_input_describe(model, i, &input);
        note("%s \"%s\" (row %s)%s%s was never seen in training, treated as unknown",
             text_name(input.name), text_name(text), text_count(row + 1),
             count > 1 ? " and cells like it, in all " : "",
             count > 1 ? text_count(count) : "");
    }
}
