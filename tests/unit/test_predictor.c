/*
 * tests/unit/test_predictor.c - predictions by table, by row, and measured
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include "faults.h"
#include "tables.h"
#include "task/predictor.h"
#include "task/trainer.h"

static gradus_trainer *trained(const gradus_data *data,
                               const gradus_train_options *options)
{
    gradus_trainer *trainer = NULL;

    if (gradus_trainer_new(NULL, data, NULL, options, &trainer) != GRADUS_OK
        || gradus_trainer_run(trainer, NULL) != GRADUS_OK)
        fail_msg("%s", gradus_error());
    return trainer;
}

static gradus_predictor *predictor_of(gradus_trainer *trainer)
{
    gradus_predictor *predictor;

    assert_int_equal(gradus_predictor_new(gradus_trainer_model(trainer), &predictor),
                     GRADUS_OK);
    return predictor;
}

/* A table's rows as cells: x, y, color of flowers(). */
static void put_cells(const gradus_data *data, size_t row, gradus_cell cells[3])
{
    const double color = gradus_data_cell(data, row, 2);

    cells[0] = (gradus_cell){.number = gradus_data_cell(data, row, 0)};
    cells[1] = (gradus_cell){.number = gradus_data_cell(data, row, 1)};
    cells[2] = (gradus_cell){
        .text = color < 0 ? NULL : gradus_data_value(data, 2, (size_t)color)};
}

/* More than two blocks, the last one short; rows as cells give the same bits. */
static void rows_do_not_depend_on_their_block(void **state)
{
    (void)state;
    enum { ROWS = 2 * GR_BLOCK + 77 };
    static double y[ROWS][2];
    gradus_data *data = flower_table(ROWS);
    gradus_train_options options = quick_options("kind");
    gradus_trainer *trainer = trained(data, &options);
    gradus_predictor *predictor = predictor_of(trainer);

    assert_int_equal(gradus_predictor_run(predictor, data, y[0]), GRADUS_OK);
    const uint64_t allocations = gr_memory_count();
    for (size_t i = 0; i < ROWS; i++) {
        gradus_cell cells[3];
        double alone[2];
        put_cells(data, i, cells);
        gradus_predictor_row(predictor, cells, alone);
        assert_memory_equal(alone, y[i], sizeof alone);
        assert_true(fabs(alone[0] + alone[1] - 1) < 1e-6);
    }
    assert_true(gr_memory_count() == allocations);
    gradus_predictor_free(predictor);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

static void columns_are_matched_by_name(void **state)
{
    (void)state;
    double one[2][2], two[2][2];
    gradus_data *data = flower_table(100);
    gradus_train_options options = quick_options("kind");
    gradus_trainer *trainer = trained(data, &options);
    gradus_predictor *predictor = predictor_of(trainer);
    gradus_data *first = table_of(NULL, "x,y,color\n0.1,0.2,red\n0.9,0.8,blue\n");
    gradus_data *second =
        table_of(NULL, "more,color,y,x\n7,red,0.2,0.1\n8,blue,0.8,0.9\n");
    gradus_data *third = table_of(NULL, "x,colour\n0.1,red\n");

    assert_int_equal(gradus_predictor_run(predictor, first, one[0]), GRADUS_OK);
    assert_int_equal(gradus_predictor_run(predictor, second, two[0]), GRADUS_OK);
    assert_memory_equal(one, two, sizeof one);
    assert_int_equal(gradus_predictor_run(predictor, third, one[0]), GRADUS_DATA);
    assert_non_null(strstr(gradus_error(), "color"));
    gradus_data_free(third);
    gradus_data_free(second);
    gradus_data_free(first);
    gradus_predictor_free(predictor);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

static void unseen_categories_are_counted(void **state)
{
    (void)state;
    double y[3][2];
    const char *text;
    size_t row;
    gradus_data *data = flower_table(100);
    gradus_train_options options = quick_options("kind");
    gradus_trainer *trainer = trained(data, &options);
    gradus_predictor *predictor = predictor_of(trainer);
    char csv[] = "x,y,color\n0.1,0.2,red\n0.9,0.8,\n0.9,0.8,"
                 "ultramarine-ultramarine-ultramarine-ultramarine-ultramarine-ultram"
                 "\xc3\xa4\n";
    gradus_data *first = table_of(NULL, "x,y,color\n0.1,0.2,red\n");
    gradus_data *second = table_of(NULL, csv);

    assert_int_equal(gradus_predictor_run(predictor, first, y[0]), GRADUS_OK);
    assert_int_equal(gradus_predictor_unseen(predictor, 2, &text, &row), 0);
    assert_null(text);
    assert_int_equal(gradus_predictor_run(predictor, second, y[0]), GRADUS_OK);
    assert_memory_equal(y[1], y[2], sizeof y[1]); /* unseen is as good as missing */
    gradus_cell cells[3] = {{.number = 0.1}, {.number = 0.2}, {.text = "green"}};
    gradus_predictor_row(predictor, cells, y[0]);
    assert_int_equal(gradus_predictor_unseen(predictor, 2, &text, &row), 2);
    assert_int_equal(row, 3); /* of all rows so far, counted from 0 */
    assert_int_equal(strlen(text), GR_UNSEEN_TEXT - 1);
    assert_memory_equal(text, strstr(csv, "ultra"), GR_UNSEEN_TEXT - 1);
    assert_int_equal(gradus_predictor_unseen(predictor, 0, NULL, NULL), 0);
    gradus_data_free(second);
    gradus_data_free(first);
    gradus_predictor_free(predictor);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

static void one_output_gives_two_classes(void **state)
{
    (void)state;
    static double y[200][2];
    gradus_data *data = flower_table(200);
    gradus_train_options options = quick_options("kind");
    const gradus_evaluation *evaluation;
    size_t right = 0;

    options.fit.loss = "binary-cross-entropy";
    gradus_trainer *trainer = trained(data, &options);
    gradus_predictor *predictor = predictor_of(trainer);
    const size_t kind = gradus_data_find(data, "kind");
    assert_int_equal(gradus_predictor_run(predictor, data, y[0]), GRADUS_OK);
    for (size_t i = 0; i < 200; i++) {
        const char *actual =
            gradus_data_value(data, kind, (size_t)gradus_data_cell(data, i, kind));
        assert_true(fabs(y[i][0] + y[i][1] - 1) < 1e-12);
        right += strcmp(actual, y[i][1] >= 0.5 ? "b" : "a") == 0;
    }
    assert_true(right > 150);
    assert_int_equal(gradus_predictor_evaluate(predictor, data, &evaluation), GRADUS_OK);
    assert_true(evaluation->model.accuracy == (double)right / 200);
    gradus_predictor_free(predictor);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

/* Held-out metrics of training are what evaluation of the same rows gives, to the bit. */
static void evaluation_agrees_with_training(void **state)
{
    (void)state;
    static const char *const targets[] = {"kind", "x"};
    gradus_data *data = flower_table(400), *valid = flower_table(150);

    for (size_t i = 0; i < 2; i++) {
        gradus_train_options options = quick_options(targets[i]);
        gradus_trainer *trainer;
        gradus_trainer_about about;
        gradus_fit_report report;
        const gradus_evaluation *evaluation;
        assert_int_equal(gradus_trainer_new(NULL, data, valid, &options, &trainer),
                         GRADUS_OK);
        gradus_trainer_describe(trainer, &about);
        assert_int_equal(gradus_trainer_run(trainer, &report), GRADUS_OK);
        gradus_predictor *predictor = predictor_of(trainer);
        assert_int_equal(gradus_predictor_evaluate(predictor, valid, &evaluation),
                         GRADUS_OK);
        assert_int_equal(evaluation->model.rows, report.valid.rows);
        assert_true(evaluation->model.loss == report.valid.loss);
        assert_true(evaluation->model.loss_error == report.valid.loss_error);
        if (i == 0) {
            assert_true(evaluation->model.accuracy == report.valid.accuracy);
            assert_true(evaluation->model.auc == report.valid.auc);
            assert_true(evaluation->model.ece == report.valid.ece);
            assert_true(evaluation->trivial.loss == about.trivial.loss);
            assert_string_equal(evaluation->trivial_name, "a");
        } else { /* the trainer's targets have been rounded to float */
            assert_true(fabs(evaluation->model.rmse - report.valid.rmse) < 1e-6);
            assert_true(fabs(evaluation->trivial.rmse - about.trivial.rmse) < 1e-6);
            assert_string_equal(evaluation->trivial_name, "mean");
            assert_int_equal(evaluation->unknown, 21);
            assert_null(evaluation->confusion);
        }
        gradus_predictor_free(predictor);
        gradus_trainer_free(trainer);
    }
    gradus_data_free(valid);
    gradus_data_free(data);
}

/* So do the rows of one table that a run held out. */
static void the_rows_held_out_can_be_evaluated(void **state)
{
    (void)state;
    gradus_data *data = flower_table(300);
    gradus_train_options options = quick_options("kind");
    gradus_trainer *trainer = NULL;
    gradus_fit_report report;
    const gradus_evaluation *evaluation;
    const uint32_t beyond[] = {0, 300};
    size_t count, sum = 0;
    assert_int_equal(gradus_trainer_new(NULL, data, NULL, &options, &trainer), GRADUS_OK);
    assert_int_equal(gradus_trainer_run(trainer, &report), GRADUS_OK);
    const uint32_t *rows = gradus_trainer_held_out(trainer, &count);
    gradus_predictor *predictor = predictor_of(trainer);
    assert_int_equal(gradus_predictor_evaluate_rows(predictor, data, rows, count, &evaluation),
                     GRADUS_OK);
    assert_int_equal(evaluation->model.rows, report.valid.rows);
    assert_true(evaluation->model.loss == report.valid.loss);
    for (size_t i = 0; i < 4; i++)
        sum += evaluation->confusion[i];
    assert_int_equal(sum, count);
    assert_int_equal(gradus_predictor_evaluate_rows(predictor, data, beyond, 2, &evaluation),
                     GRADUS_ARGUMENT);
    gradus_predictor_free(predictor);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

static void evaluation_counts_classes(void **state)
{
    (void)state;
    gradus_data *data = flower_table(400);
    gradus_data *test = table_of(NULL, "x,y,color,kind\n0.9,0.9,blue,a\n0.8,0.9,blue,b\n"
                                 "0.1,0.1,blue,b\n0.2,0.1,blue,\n0.2,0.2,blue,c\n"
                                 "0.0,0.1,red,b\n");
    gradus_data *none = table_of(NULL, "x,y,color,kind\n0.9,0.9,blue,q\n0.1,0.2,red,r\n");
    gradus_data *blind = table_of(NULL, "x,y,color\n0.9,0.9,blue\n");
    gradus_train_options options = quick_options("kind");
    gradus_trainer *trainer = trained(data, &options);
    gradus_predictor *predictor = predictor_of(trainer);
    const gradus_evaluation *evaluation;
    static const size_t confusion[4] = {1, 0, 1, 2};

    assert_int_equal(gradus_predictor_evaluate(predictor, test, &evaluation), GRADUS_OK);
    assert_int_equal(evaluation->model.rows, 4);
    assert_int_equal(evaluation->unknown, 2);
    assert_int_equal(evaluation->classes, 2);
    assert_memory_equal(evaluation->confusion, confusion, sizeof confusion);
    assert_true(evaluation->model.accuracy == 0.75);
    /* the "b" among the "a" is less of an "a" than they are */
    assert_true(evaluation->best_f1 == 1);
    assert_true(evaluation->best_threshold < 0.5);
    assert_true(evaluation->trivial.accuracy == 0.25);

    assert_int_equal(gradus_predictor_evaluate(predictor, none, &evaluation),
                     GRADUS_DATA);
    assert_non_null(strstr(gradus_error(), "none of 2 rows"));
    assert_int_equal(gradus_predictor_evaluate(predictor, blind, &evaluation),
                     GRADUS_DATA);
    assert_non_null(strstr(gradus_error(), "kind"));
    gradus_data_free(blind);
    gradus_data_free(none);
    gradus_data_free(test);
    gradus_predictor_free(predictor);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

static void regression_is_in_the_target_s_unit(void **state)
{
    (void)state;
    static double y[300][2];
    gradus_data *data = surface_table(300);
    gradus_train_options options = options_for("y,z");
    const gradus_evaluation *evaluation;
    double squares[2] = {0, 0};

    options.precision = GRADUS_FLOAT64;
    gradus_trainer *trainer = trained(data, &options);
    gradus_predictor *predictor = predictor_of(trainer);
    assert_int_equal(gradus_predictor_run(predictor, data, y[0]), GRADUS_OK);
    for (size_t i = 0; i < 300; i++)
        for (size_t t = 0; t < 2; t++) {
            const double error = y[i][t] - gradus_data_cell(data, i, 2 + t);
            squares[t] += error * error;
        }
    assert_int_equal(gradus_predictor_evaluate(predictor, data, &evaluation), GRADUS_OK);
    const double rmse = (sqrt(squares[0] / 300) + sqrt(squares[1] / 300)) / 2;
    assert_true(fabs(evaluation->model.rmse - rmse) < 1e-9 * rmse);
    assert_true(evaluation->model.rmse < 50000);
    gradus_predictor_free(predictor);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

static void failing_memory_is_survived(void **state)
{
    (void)state;
    static double y[40][2];
    char *csv = flowers(40);
    faults failing;
    gradus_context *context = faults_open(&failing);
    gradus_data *data = table_of(context, csv);
    gradus_train_options options = quick_options("kind");
    gradus_trainer *trainer;
    size_t at = 0;

    assert_int_equal(gradus_trainer_new(context, data, NULL, &options, &trainer),
                     GRADUS_OK);
    do {
        gradus_predictor *predictor = NULL;
        const gradus_evaluation *evaluation;
        faults_arm(&failing, ++at, FAULT_MEMORY);
        gradus_status status =
            gradus_predictor_new(gradus_trainer_model(trainer), &predictor);
        if (status == GRADUS_OK)
            status = gradus_predictor_run(predictor, data, y[0]);
        if (status == GRADUS_OK)
            status = gradus_predictor_evaluate(predictor, data, &evaluation);
        assert_int_equal(status, faults_hit(&failing) ? GRADUS_MEMORY : GRADUS_OK);
        gradus_predictor_free(predictor);
    } while (faults_hit(&failing));
    assert_true(at > 20);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
    faults_close(&failing, context);
    free_text(csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_do_not_depend_on_their_block),
        cmocka_unit_test(columns_are_matched_by_name),
        cmocka_unit_test(unseen_categories_are_counted),
        cmocka_unit_test(one_output_gives_two_classes),
        cmocka_unit_test(evaluation_agrees_with_training),
        cmocka_unit_test(the_rows_held_out_can_be_evaluated),
        cmocka_unit_test(evaluation_counts_classes),
        cmocka_unit_test(regression_is_in_the_target_s_unit),
        cmocka_unit_test(failing_memory_is_survived),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
