/* tests/unit/test_model_golden.c - models of every format are read for ever.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "runner.h"
#include "store/model.h"

enum { ROWS = 60, CLASSES = 2 };

static const char *path_of(const char *name)
{
    static char path[1024];
    snprintf(path, sizeof path, "%s/tests/golden/%s", getenv("GRADUS_SOURCE_ROOT"), name);
    return path;
}

static gradus_model *golden_model(void)
{
    gradus_model *model = NULL;
    gradus_status status = gradus_model_load(NULL, path_of("model-1.gradus"), &model);
    if (status != GRADUS_OK)
        fail_msg("%s", gradus_error());
    return model;
}

static void the_golden_model_predicts_what_it_did(void **state)
{
    (void)state;
    gradus_model *model = golden_model();
    gradus_predictor *predictor;
    gradus_data *table, *expected;
    gradus_read_options options;
    double y[ROWS][CLASSES];
    gradus_read_defaults(&options);
    options.model = model;
    assert_int_equal(gradus_data_read(NULL, path_of("model-1.csv"), &options, &table),
                     GRADUS_OK);
    assert_int_equal(gradus_data_read(NULL, path_of("model-1.predictions.csv"), NULL,
                                      &expected), GRADUS_OK);
    assert_int_equal(gradus_data_rows(table), ROWS);
    assert_int_equal(gradus_data_rows(expected), ROWS);
    assert_int_equal(gradus_predictor_new(model, &predictor), GRADUS_OK);
    assert_int_equal(gradus_predictor_run(predictor, table, y[0]), GRADUS_OK);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; k < CLASSES; k++)
            assert_true(fabs(y[i][k] - gradus_data_cell(expected, i, 1 + k)) < 1e-6);
    gradus_predictor_free(predictor);
    gradus_data_free(expected);
    gradus_data_free(table);
    gradus_model_free(model);
}

static void the_golden_model_says_what_it_is(void **state)
{
    (void)state;
    gradus_model *model = golden_model();
    gradus_model_about about;
    gradus_model_input input;
    gradus_model_describe(model, &about);
    assert_int_equal(about.task, GRADUS_CLASSIFICATION);
    assert_int_equal(about.inputs, 4);
    assert_int_equal(about.train_rows, 48);
    assert_int_equal(about.valid.rows, 12);
    assert_string_equal(about.loss, "cross-entropy");
    assert_non_null(strstr(about.settings, "learning-rate = 0.01\n"));
    assert_string_equal(gradus_model_target(model, 0), "class");
    assert_string_equal(gradus_model_class(model, 0), "a");
    assert_string_equal(gradus_model_class(model, 1), "b, or c");
    gradus_model_input_describe(model, 1, &input);
    assert_string_equal(input.name, "h\xc3\xb6he");
    gradus_model_input_describe(model, 3, &input);
    assert_int_equal(input.values, 3);
    bool found = false;
    for (size_t v = 0; v < input.values; v++)
        found |= strcmp(gradus_model_input_value(model, 3, v), "vert p\xe2le") == 0;
    assert_true(found);
    gradus_model_free(model);
}

static void the_golden_model_is_written_again(void **state)
{
    (void)state;
    gradus_model *model = golden_model();
    gr_safetensors file = {.context = model->context};
    static char bytes[1 << 16];
    FILE *golden = fopen(path_of("model-1.gradus"), "rb");
    assert_non_null(golden);
    size_t size = fread(bytes, 1, sizeof bytes, golden);
    fclose(golden);
    assert_int_equal(gr_model_pack(model, &file), GRADUS_OK);
    assert_int_equal(file.size, size);
    assert_memory_equal(file.bytes, bytes, size);
    gr_safetensors_free(&file);
    gradus_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_golden_model_predicts_what_it_did),
        cmocka_unit_test(the_golden_model_says_what_it_is),
        cmocka_unit_test(the_golden_model_is_written_again),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
