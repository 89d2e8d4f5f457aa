/*
 * cli/unseen.c - categories that the network does not know
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
        char others[64] = " is not";
        size_t row = 0;
        size_t count = gradus_predictor_unseen(predictor, i, &text, &row);

        if (count == 0)
            continue;
        if (count > 1)
            snprintf(others, sizeof others, " and %s other cell%s are not",
                     text_count(count - 1), count > 2 ? "s" : "");
        gradus_model_input_describe(model, i, &input);
        note("%s \"%s\" (row %s)%s among the values the network knows (unseen, or too "
             "rare in training), treated as unknown",
             text_name(input.name), text_name(text), text_count(row + 1), others);
    }
}
