/*
 * tests/unit/test_trainer.c - from a table to a model: roles, rows, settings, training
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include "faults.h"
#include "trainers.h"

/* ---- tasks ---- */

static void task_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *csv, *target;
        gradus_task task;
        size_t classes, targets;
    } cases[] = {
        {"x,t\n1,a\n2,b\n3,a\n4,b\n", "t", GRADUS_CLASSIFICATION, 2, 1},
        {"x,t\n1,a\n2,b\n3,c\n4,a\n5,b\n6,c\n", "t", GRADUS_CLASSIFICATION, 3, 1},
        {"x,t\n1,7\n2,9\n3,7\n4,9\n", "t", GRADUS_CLASSIFICATION, 2, 1},
        {"x,t\n1,7\n2,9\n3,8\n4,9\n", "t", GRADUS_REGRESSION, 0, 1},
        {"x,t,u\n1,7,1\n2,9,0\n3,7,0\n4,9,1\n", "t,u", GRADUS_REGRESSION, 0, 2},
        {"x,\"t,u\"\n1,7\n2,9\n3,8\n4,9\n", "t,u", GRADUS_REGRESSION, 0, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gradus_data *data = table_of(NULL, cases[i].csv);
        gradus_train_options options = options_for(cases[i].target);
        gradus_model_about about;
        options.holdout = 0;
        gradus_trainer *trainer = plan(data, &options);
        gradus_model_describe(gradus_trainer_model(trainer), &about);
        assert_int_equal(gradus_trainer_options(trainer)->task, cases[i].task);
        assert_int_equal(about.task, cases[i].task);
        assert_int_equal(about.classes, cases[i].classes);
        assert_int_equal(about.targets, cases[i].targets);
        gradus_trainer_free(trainer);
        gradus_data_free(data);
    }
}

static void task_can_be_given(void **state)
{
    (void)state;
    gradus_data *data = table_of(NULL, "x,t\n1,7\n2,9\n3,8\n4,9\n5,7\n6,8\n");
    gradus_train_options options = options_for("t");
    gradus_model_about about;

    options.task = GRADUS_CLASSIFICATION;
    options.holdout = 0;
    gradus_trainer *trainer = plan(data, &options);
    gradus_model_describe(gradus_trainer_model(trainer), &about);
    assert_int_equal(about.classes, 3);
    assert_string_equal(gradus_model_class(gradus_trainer_model(trainer), 1), "8");
    gradus_trainer_free(trainer);
    gradus_data_free(data);

    options.task = GRADUS_REGRESSION;
    refuse("x,t\n1,a\n2,b\n3,a\n", &options, GRADUS_ARGUMENT, "regression needs numbers");
    options = options_for("t,x");
    refuse("x,t,u\n1,a,1\n2,b,2\n3,a,3\n", &options, GRADUS_ARGUMENT, "must be numbers");
    options.task = GRADUS_CLASSIFICATION;
    refuse("x,t,u\n1,1,1\n2,2,2\n3,1,3\n", &options, GRADUS_ARGUMENT, "learns one");
}

/* ---- columns ---- */

static void columns_have_roles(void **state)
{
    (void)state;
    const char *csv = "id,a,b,c,w,g,t\n1,1,2,u,1,k,0.5\n2,3,1,v,2,k,1.5\n"
                      "3,2,5,u,1,l,2.5\n4,5,4,v,1,m,3.5\n";
    gradus_data *data = table_of(NULL, csv);
    gradus_train_options options = options_for("t");
    gradus_model_input input;
    gradus_trainer_about about;

    options.drop = "id";
    options.weight = "w";
    options.group = "g";
    options.holdout = 0;
    gradus_trainer *trainer = plan(data, &options);
    gradus_trainer_describe(trainer, &about);
    assert_int_equal(about.numbers, 2);
    assert_int_equal(about.categories, 1);
    assert_int_equal(about.values, 2);
    gradus_model_input_describe(gradus_trainer_model(trainer), 0, &input);
    assert_string_equal(input.name, "a");
    gradus_trainer_free(trainer);

    options.keep = "b,id"; /* what is dropped is not kept */
    trainer = plan(data, &options);
    gradus_trainer_describe(trainer, &about);
    assert_int_equal(about.numbers + about.categories, 1);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

/* Of 1, 2, 3, 4, 10 the median is 3 and the quartiles 2 and 4; of 2, 4, 6, 8, 10 the mean is 6
 * and the deviation sqrt 8. */
static void what_scales_is_told(void **state)
{
    (void)state;
    gradus_data *data = table_of(NULL, "a,t\n1,2\n2,4\n3,6\n4,8\n10,10\n");
    gradus_train_options options = options_for("t");
    options.holdout = 0;
    for (int robust = 0; robust < 2; robust++) {
        gradus_model_input input;
        double center, scale;
        options.scaling = robust ? GRADUS_SCALING_ROBUST : GRADUS_SCALING_STANDARD;
        gradus_trainer *trainer = plan(data, &options);
        gradus_model_input_describe(gradus_trainer_model(trainer), 0, &input);
        assert_int_equal(input.clip, robust);
        assert_true(fabs(input.center - (robust ? 3 : 4)) < 1e-15);
        gradus_model_target_scale(gradus_trainer_model(trainer), 0, &center, &scale);
        assert_true(fabs(center - 6) < 1e-15);
        assert_true(fabs(scale - 1 / sqrt(8.0)) < 1e-15);
        gradus_trainer_free(trainer);
    }
    gradus_data_free(data);
}

static void mistaken_columns_are_refused(void **state)
{
    (void)state;
    const char *csv = "age,income\n1,a\n2,b\n3,a\n4,b\n";
    gradus_train_options options = options_for("incom");
    refuse(csv, &options, GRADUS_ARGUMENT, "did you mean \"income\"?");
    options = options_for(NULL);
    refuse(csv, &options, GRADUS_ARGUMENT, "target: none given");
    options = options_for("income");
    options.drop = "agee";
    refuse(csv, &options, GRADUS_ARGUMENT, "did you mean \"age\"?");
    options.drop = "income";
    refuse(csv, &options, GRADUS_ARGUMENT, "is the target");
    options.drop = "age";
    refuse(csv, &options, GRADUS_ARGUMENT, "none is left");
    options.drop = NULL;
    options.weight = "age";
    options.target = "age";
    refuse(csv, &options, GRADUS_ARGUMENT, "is the target");
    options.weight = "income";
    refuse(csv, &options, GRADUS_ARGUMENT, "weights are numbers");
}

/* ---- rows ---- */

static void rows_without_target_are_dropped(void **state)
{
    (void)state;
    gradus_data *data =
        table_of(NULL, "x,t,u\n1,5,1\n2,,2\n3,6,\n4,7,4\n5,8,5\n6,9,6\n7,,\n");
    gradus_train_options options = options_for("t,u");
    gradus_trainer_about about;

    options.holdout = 0;
    gradus_trainer *trainer = plan(data, &options);
    gradus_trainer_describe(trainer, &about);
    assert_int_equal(about.dropped_rows, 3);
    assert_int_equal(about.train_rows, 4);
    assert_int_equal(about.valid_rows, 0);
    assert_true(isnan(about.trivial.rmse));
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

static void too_little_is_refused(void **state)
{
    (void)state;
    gradus_train_options options = options_for("t");
    options.holdout = 0;
    refuse("x,t\n1,2\n", &options, GRADUS_DATA, "learning needs 2");
    refuse("x,t\n1,\n2,\n3,4\n", &options, GRADUS_DATA, "learning needs 2");
    refuse("x,t\n1,a\n2,a\n3,a\n", &options, GRADUS_DATA, "class");
    options.holdout = 1;
    refuse("x,t\n1,2\n2,3\n3,5\n", &options, GRADUS_ARGUMENT, "holdout");
}

static void rows_are_held_out_by_class(void **state)
{
    (void)state;
    gradus_data *data = flower_table(500);
    gradus_train_options options = options_for("kind");
    gradus_trainer *trainer = plan(data, &options);
    const gradus_set *train = &trainer->train.set, *valid = &trainer->valid.set;
    size_t train_first = 0, valid_first = 0;

    assert_int_equal(train->rows + valid->rows, 500);
    assert_in_range(valid->rows, 99, 101);
    for (size_t i = 0; i < train->rows; i++)
        train_first += train->label[i] == 0;
    for (size_t i = 0; i < valid->rows; i++)
        valid_first += valid->label[i] == 0;
    /* both parts have the class in the same share, to a row */
    assert_true(fabs((double)valid_first * (double)train->rows
                     - (double)train_first * (double)valid->rows) <= 500);
    /* they are told, in their order, and are the examples that are validated on */
    size_t count;
    const uint32_t *held = gradus_trainer_held_out(trainer, &count);
    const size_t column = gradus_data_find(data, "kind");
    const char *first = gradus_model_class(gradus_trainer_model(trainer), 0);
    assert_int_equal(count, valid->rows);
    for (size_t i = 0; i < count; i++) {
        assert_true(held[i] < 500 && (i == 0 || held[i] > held[i - 1]));
        const size_t value = (size_t)gradus_data_cell(data, held[i], column);
        const char *text = gradus_data_value(data, column, value);
        assert_int_equal(valid->label[i] == 0, strcmp(text, first) == 0);
    }
    gradus_trainer_free(trainer);
    options.holdout = 0;
    trainer = plan(data, &options);
    assert_null(gradus_trainer_held_out(trainer, &count));
    assert_int_equal(count, 0);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

/* The held-out table has other numbers; nothing of it may enter the preprocessing. */
static void preprocessing_sees_training_rows_only(void **state)
{
    (void)state;
    gradus_data *data = table_of(NULL, "x,t\n1,10\n2,20\n3,30\n6,44\n");
    gradus_data *valid = table_of(NULL, "t,x\n1000,500\n,400\n3000,600\n");
    gradus_train_options options = options_for("t");
    gradus_trainer *trainer = NULL;
    gradus_model_input input;
    gradus_trainer_about about;

    assert_int_equal(gradus_trainer_new(NULL, data, valid, &options, &trainer),
                     GRADUS_OK);
    gradus_model_input_describe(gradus_trainer_model(trainer), 0, &input);
    assert_true(fabs(input.center - 3) < 1e-12);
    gradus_trainer_describe(trainer, &about);
    assert_int_equal(about.train_rows, 4);
    assert_int_equal(about.valid_rows, 2);
    assert_true(gradus_trainer_options(trainer)->holdout == 0);
    /* the trivial predictor says 26: errors 974 and 2974 */
    assert_true(fabs(about.trivial.mae - 1974) < 1e-3);
    const double rmse = sqrt((974.0 * 974 + 2974.0 * 2974) / 2);
    assert_true(fabs(about.trivial.rmse - rmse) < 1e-3);
    gradus_trainer_free(trainer);
    gradus_data_free(valid);
    gradus_data_free(data);
}

/* ---- weights ---- */

static void class_weights_are_read(void **state)
{
    (void)state;
    gradus_data *data =
        table_of(NULL, "x,t\n1,a\n2,\"b=c,d\"\n3,a\n4,a\n5,\"b=c,d\"\n6,a\n");
    gradus_train_options options = options_for("t");
    double *weights;

    options.holdout = 0;
    gradus_trainer *trainer = plan(data, &options);
    const gr_prep *prep = trainer->model->prep;
    assert_int_equal(gr_class_weights(prep, "balanced", &weights), GRADUS_OK);
    assert_true(fabs(weights[0] - 6.0 / (2 * 4)) < 1e-12);
    assert_true(fabs(weights[1] - 6.0 / (2 * 2)) < 1e-12);
    gr_release(prep->context, weights);
    assert_int_equal(gr_class_weights(prep, "\"b=c,d=2.5\"", &weights), GRADUS_OK);
    assert_true(weights[0] == 1 && weights[1] == 2.5);
    gr_release(prep->context, weights);
    assert_int_equal(gr_class_weights(prep, NULL, &weights), GRADUS_OK);
    assert_null(weights);
    static const char *const wrong[] = {"a", "a=", "a=-1", "a=nan", "a=1,c=2", "aa=1",
                                        ""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(gr_class_weights(prep, wrong[i], &weights), GRADUS_ARGUMENT);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

static void weights_of_rows_and_classes_multiply(void **state)
{
    (void)state;
    gradus_data *data =
        table_of(NULL, "x,w,t\n1,2,a\n2,1,b\n3,0,a\n4,4,b\n5,1,a\n6,1,b\n");
    gradus_train_options options = options_for("t");
    static const double wanted[] = {2, 3, 0, 12, 1, 3};

    options.holdout = 0;
    options.weight = "w";
    options.class_weight = "b=3";
    gradus_trainer *trainer = plan(data, &options);
    assert_memory_equal(trainer->train.weight, wanted, sizeof wanted);
    gradus_trainer_free(trainer);
    gradus_data_free(data);

    refuse("x,w,t\n1,2,a\n2,-1,b\n3,1,a\n4,1,b\n", &options, GRADUS_DATA, "below 0");
    refuse("x,w,t\n1,2,a\n2,,b\n3,1,a\n4,1,b\n", &options, GRADUS_DATA, "missing");
}

/* ---- training ---- */

static void it_learns(void **state)
{
    (void)state;
    gradus_data *data = flower_table(600);
    gradus_train_options options = options_for("kind");
    gradus_trainer_about about;
    gradus_model_about model;
    gradus_fit_report report;
    gradus_trainer *trainer = plan(data, &options);

    gradus_trainer_describe(trainer, &about);
    assert_true(about.trivial.accuracy > 0.5 && about.trivial.accuracy < 0.8);
    assert_int_equal(gradus_trainer_run(trainer, &report), GRADUS_OK);
    assert_true(report.valid.accuracy > 0.9);
    assert_true(report.valid.loss < about.trivial.loss / 2);
    gradus_model_describe(gradus_trainer_model(trainer), &model);
    assert_int_equal(model.train_rows, about.train_rows);
    assert_true(model.valid.loss == report.valid.loss);
    assert_int_equal(model.valid.rows, about.valid_rows);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

static void several_targets_keep_their_units(void **state)
{
    (void)state;
    gradus_data *data = surface_table(600);
    gradus_train_options options = options_for("y,z");
    gradus_trainer_about about;
    gradus_fit_report report;
    gradus_trainer *trainer = plan(data, &options);

    gradus_trainer_describe(trainer, &about);
    assert_int_equal(gradus_trainer_run(trainer, &report), GRADUS_OK);
    assert_true(about.trivial.rmse > 1e5); /* mostly z's: (0.65 + 220,000) / 2 */
    assert_true(report.valid.rmse < about.trivial.rmse / 5);
    assert_true(report.valid.r2 > 0.95);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

static uint64_t digest_with(size_t threads, const char *cpu, uint64_t seed)
{
    gradus_context_options where;
    gradus_context *context;
    gradus_trainer *trainer;
    gradus_data *data = flower_table(400);
    gradus_train_options options = quick_options("kind");
    uint64_t digest;

    gradus_context_defaults(&where);
    where.threads = threads;
    where.cpu = cpu;
    assert_int_equal(gradus_context_new(&where, &context), GRADUS_OK);
    options.fit.seed = seed;
    assert_int_equal(gradus_trainer_new(context, data, NULL, &options, &trainer),
                     GRADUS_OK);
    assert_int_equal(gradus_trainer_run(trainer, NULL), GRADUS_OK);
    assert_int_equal(gradus_net_digest(gradus_model_net(gradus_trainer_model(trainer)),
                                       &digest), GRADUS_OK);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
    gradus_context_free(context);
    return digest;
}

static void bits_are_the_same(void **state)
{
    (void)state;
    const uint64_t one = digest_with(1, NULL, 1);

    assert_true(digest_with(2, NULL, 1) == one);
    assert_true(digest_with(3, NULL, 1) == one);
    assert_true(digest_with(8, "ref", 1) == one);
    assert_true(digest_with(1, NULL, 2) != one);
}

static int stop_in_third_epoch(const gradus_progress *progress, void *user)
{
    size_t *epochs = user;

    *epochs += (size_t)progress->end_of_epoch;
    return progress->epoch >= 2;
}

static void stopped_run_leaves_a_model(void **state)
{
    (void)state;
    gradus_data *data = flower_table(300);
    gradus_train_options options = quick_options("kind");
    gradus_fit_report report;
    gradus_predictor *predictor;
    size_t epochs = 0;
    double *y;

    options.fit.observer = stop_in_third_epoch;
    options.fit.user = &epochs;
    gradus_trainer *trainer = plan(data, &options);
    assert_int_equal(gradus_trainer_run(trainer, &report), GRADUS_STOPPED);
    assert_in_range(epochs, 1, 3);
    assert_int_equal(gradus_predictor_new(gradus_trainer_model(trainer), &predictor),
                     GRADUS_OK);
    y = calloc(2 * 300, sizeof *y);
    assert_int_equal(gradus_predictor_run(predictor, data, y), GRADUS_OK);
    assert_true(fabs(y[0] + y[1] - 1) < 1e-6);
    free(y);
    gradus_predictor_free(predictor);
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

/* Every allocation of a plan and a short run fails once: a clear status, no leak. */
static void failing_memory_is_survived(void **state)
{
    (void)state;
    char *csv = flowers(24);
    faults failing;
    gradus_context *context = faults_open(&failing);
    gradus_data *data = table_of(context, csv);
    gradus_train_options options = quick_options("kind");
    size_t at = 0;

    options.fit.epochs = 1;
    options.class_weight = "balanced";
    do {
        gradus_trainer *trainer = NULL;
        faults_arm(&failing, ++at, FAULT_MEMORY);
        gradus_status status = gradus_trainer_new(context, data, NULL, &options, &trainer);
        if (status == GRADUS_OK)
            status = gradus_trainer_run(trainer, NULL);
        assert_int_equal(status, faults_hit(&failing) ? GRADUS_MEMORY : GRADUS_OK);
        gradus_trainer_free(trainer);
    } while (faults_hit(&failing));
    assert_true(at > 50);
    gradus_data_free(data);
    faults_close(&failing, context);
    free_text(csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(task_is_found),
        cmocka_unit_test(task_can_be_given),
        cmocka_unit_test(columns_have_roles),
        cmocka_unit_test(what_scales_is_told),
        cmocka_unit_test(mistaken_columns_are_refused),
        cmocka_unit_test(rows_without_target_are_dropped),
        cmocka_unit_test(too_little_is_refused),
        cmocka_unit_test(rows_are_held_out_by_class),
        cmocka_unit_test(preprocessing_sees_training_rows_only),
        cmocka_unit_test(class_weights_are_read),
        cmocka_unit_test(weights_of_rows_and_classes_multiply),
        cmocka_unit_test(it_learns),
        cmocka_unit_test(several_targets_keep_their_units),
        cmocka_unit_test(bits_are_the_same),
        cmocka_unit_test(stopped_run_leaves_a_model),
        cmocka_unit_test(failing_memory_is_survived),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
