/*
 * tests/unit/test_example.c - a row of a table as the net sees it
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

enum { ROWS = 120, MOST = 16 };

static gradus_trainer *planned(const gradus_data *data, const char *target)
{
    gradus_trainer *trainer;
    gradus_train_options options = quick_options(target);
    options.precision = GRADUS_FLOAT64;
    if (gradus_trainer_new(NULL, data, NULL, &options, &trainer) != GRADUS_OK)
        fail_msg("%s", gradus_error());
    return trainer;
}

/* The net gives for x what the predictor gives for the row; y is one-hot. */
static void inputs_are_those_of_the_predictor(void **state)
{
    (void)state;
    static double p[ROWS][2];
    double x[MOST], y[2], output[2];
    void *scratch;
    gradus_data *data = flower_table(ROWS);
    gradus_trainer *trainer = planned(data, "kind");
    const gradus_model *model = gradus_trainer_model(trainer);
    const gradus_net *net = gradus_model_net(model);
    gradus_predictor *predictor;
    gradus_net_about about;
    gradus_net_describe(net, &about);
    assert_true(about.inputs <= MOST);
    assert_int_equal(about.outputs, 2);
    assert_int_equal(posix_memalign(&scratch, 64, gradus_net_scratch(net) + 64), 0);
    assert_int_equal(gradus_predictor_new(model, &predictor), GRADUS_OK);
    assert_int_equal(gradus_predictor_run(predictor, data, p[0]), GRADUS_OK);
    const size_t kind = gradus_data_find(data, "kind");
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(gradus_model_example(model, data, i, x, y), GRADUS_OK);
        gradus_net_forward(net, x, 1, output, scratch);
        assert_memory_equal(output, p[i], sizeof output);
        const char *name =
            gradus_data_value(data, kind, (size_t)gradus_data_cell(data, i, kind));
        for (size_t k = 0; k < 2; k++)
            assert_true(y[k] == (strcmp(gradus_model_class(model, k), name) == 0));
    }
    gradus_predictor_free(predictor);
    free(scratch);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

/* Numbers are scaled as for training: over the training rows mean 0, deviation 1. */
static void targets_are_scaled(void **state)
{
    (void)state;
    double x[MOST], y, first, second;
    gradus_data *data = table_of(NULL, "a,z\n1,10\n2,30\n3,20\n4,50\n5,40\n6,80\n7,60\n8,70\n"
                                       "9,90\n10,100\n");
    gradus_trainer *trainer = planned(data, "z");
    const gradus_model *model = gradus_trainer_model(trainer);
    assert_int_equal(gradus_model_example(model, data, 0, x, &first), GRADUS_OK);
    assert_int_equal(gradus_model_example(model, data, 1, x, &second), GRADUS_OK);
    assert_int_equal(gradus_model_example(model, data, 3, x, &y), GRADUS_OK);
    assert_true(fabs((y - first) / (second - first) - 2) < 1e-12);
    assert_true(first < 0 && second - first > 0.1 && second - first < 2);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

static void rows_that_cannot_be_used(void **state)
{
    (void)state;
    double x[MOST], y[2];
    gradus_data *data = flower_table(ROWS);
    gradus_trainer *trainer = planned(data, "kind");
    const gradus_model *model = gradus_trainer_model(trainer);
    gradus_data *other = table_of(NULL, "x,y,color,kind\n0.1,0.2,red,weed\n0.1,0.2,red,?\n");
    assert_int_equal(gradus_model_example(model, data, ROWS, x, y), GRADUS_ARGUMENT);
    assert_int_equal(gradus_model_example(model, other, 0, x, y), GRADUS_DATA);
    assert_non_null(strstr(gradus_error(), "row 1"));
    assert_int_equal(gradus_model_example(model, other, 1, x, y), GRADUS_DATA);
    gradus_data_free(other);
    other = table_of(NULL, "x,color,kind\n0.1,red,a\n");
    assert_int_equal(gradus_model_example(model, other, 0, x, y), GRADUS_DATA);
    gradus_data_free(other);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

/* All rows with a target, each as by itself. */
static void all_rows_at_once(void **state)
{
    (void)state;
    double x[MOST], y[2];
    gradus_data *data = flower_table(ROWS);
    gradus_trainer *trainer = planned(data, "kind");
    const gradus_model *model = gradus_trainer_model(trainer);
    gradus_examples *examples;
    gradus_net_about about;
    gradus_net_describe(gradus_model_net(model), &about);
    assert_int_equal(gradus_examples_new(model, data, &examples), GRADUS_OK);
    const gradus_set *set = gradus_examples_set(examples);
    assert_true(set->rows > 0 && set->rows <= ROWS);
    for (size_t i = 0, at = 0; i < ROWS; i++) {
        if (gradus_model_example(model, data, i, x, y) != GRADUS_OK)
            continue;
        assert_memory_equal(x, (const double *)set->x + at * about.inputs,
                            about.inputs * sizeof *x);
        assert_true(y[set->label[at]] == 1);
        at++;
    }
    assert_true(gradus_trainer_set(trainer)->rows < set->rows); /* some are held out */
    gradus_examples_free(examples);
    gradus_examples_free(NULL);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_rows_at_once),
        cmocka_unit_test(inputs_are_those_of_the_predictor),
        cmocka_unit_test(targets_are_scaled),
        cmocka_unit_test(rows_that_cannot_be_used),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
