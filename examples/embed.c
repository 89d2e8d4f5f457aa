/*
 * examples/embed.c - a trained model inside a program of your own
 *
 * The model knows its columns, so a row is given as cells in their order: numbers as
 * numbers, categories as text. Predicting allocates nothing; threads share one model,
 * each with a predictor of its own.
 *
 *     ./embed iris.gradus 5.1 3.5 1.4 0.2
 *
 * SPDX-License-Identifier: MIT
 */
#include <gradus.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_INPUTS = 64, MOST_OUTPUTS = 64 };

static gradus_status predict(const gradus_model *model, char **texts)
{
    gradus_model_about about;
    gradus_predictor *predictor;
    gradus_cell cells[MOST_INPUTS];
    double y[MOST_OUTPUTS];

    gradus_model_describe(model, &about);
    if (about.inputs > MOST_INPUTS || about.classes + about.targets > MOST_OUTPUTS) {
        fprintf(stderr, "embed: this model is too large for this example\n");
        return GRADUS_ARGUMENT;
    }
    for (size_t i = 0; i < about.inputs; i++) {
        gradus_model_input input;
        gradus_model_input_describe(model, i, &input);
        cells[i] = (gradus_cell){.number = NAN, .text = texts[i]};
        if (input.kind == GRADUS_NUMBER &&
            !gradus_number_read(texts[i], strlen(texts[i]), &cells[i].number))
            fprintf(stderr, "embed: %s is taken as missing\n", input.name);
    }
    const gradus_status status = gradus_predictor_new(model, &predictor);
    if (status != GRADUS_OK)
        return status;
    gradus_predictor_row(predictor, cells, y);
    for (size_t k = 0; k < about.classes; k++)
        printf("%s %.3f\n", gradus_model_class(model, k), y[k]);
    for (size_t k = 0; about.classes == 0 && k < about.targets; k++)
        printf("%s %g\n", gradus_model_target(model, k), y[k]);
    gradus_predictor_free(predictor);
    return GRADUS_OK;
}

int main(int count, char **arguments)
{
    gradus_model *model;
    gradus_model_about about;
    if (count < 2) {
        fprintf(stderr, "usage: %s MODEL CELL...\n", arguments[0]);
        return 2;
    }
    gradus_status status = gradus_model_load(NULL, arguments[1], &model);
    if (status != GRADUS_OK) {
        fprintf(stderr, "embed: %s\n", gradus_error());
        return gradus_status_exit_code(status);
    }
    gradus_model_describe(model, &about);
    if ((size_t)count == about.inputs + 2) {
        status = predict(model, arguments + 2);
    } else {
        fprintf(stderr, "embed: the model needs %zu cells\n", about.inputs);
        status = GRADUS_ARGUMENT;
    }
    gradus_model_free(model);
    return gradus_status_exit_code(status);
}
