/*
 * tests/unit/test_cross_validate.c - K networks, each measured on rows it has not seen
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include "tables.h"

static void every_row_is_measured_once(void **state)
{
    (void)state;
    gradus_data *data = flower_table(303);
    gradus_train_options options = quick_options("kind");
    gradus_metrics metrics[5];
    size_t rows = 0;

    if (gradus_cross_validate(NULL, data, &options, 5, metrics, NULL) != GRADUS_OK)
        fail_msg("%s", gradus_error());
    for (size_t k = 0; k < 5; k++) {
        rows += metrics[k].rows;
        assert_in_range(metrics[k].rows, 60, 62);
        assert_true(metrics[k].accuracy > 0.8);
        assert_true(metrics[k].loss < 0.6);
    }
    assert_int_equal(rows, 303);
    gradus_data_free(data);
}

static void it_repeats_to_the_bit(void **state)
{
    (void)state;
    gradus_data *data = flower_table(120);
    gradus_train_options options = quick_options("x");
    gradus_metrics one[3], two[3], other[3];

    assert_int_equal(gradus_cross_validate(NULL, data, &options, 3, one, NULL), GRADUS_OK);
    assert_int_equal(gradus_cross_validate(NULL, data, &options, 3, two, NULL), GRADUS_OK);
    options.fit.seed = 2;
    assert_int_equal(gradus_cross_validate(NULL, data, &options, 3, other, NULL), GRADUS_OK);
    for (size_t k = 0; k < 3; k++) {
        assert_true(one[k].rmse == two[k].rmse && one[k].loss == two[k].loss);
        assert_true(one[k].rmse != other[k].rmse);
    }
    gradus_data_free(data);
}

/* Half of a fold's 50 training rows choose its best epoch; the part left out does not. */
static int count_epochs(const gradus_progress *progress, void *user)
{
    if (progress->end_of_epoch)
        assert_int_equal(progress->valid.rows, 25);
    *(size_t *)user += (size_t)progress->end_of_epoch;
    return 0;
}

static void folds_are_trained_as_a_trainer_trains(void **state)
{
    (void)state;
    gradus_data *data = flower_table(100);
    gradus_train_options options = quick_options("kind");
    gradus_metrics metrics[2], trivial[2];
    size_t epochs = 0;

    options.fit.patience = 1;
    options.fit.learning_rate = 0.5; /* the loss goes up and down */
    options.holdout = 0.5;
    options.fit.observer = count_epochs;
    options.fit.user = &epochs;
    assert_int_equal(gradus_cross_validate(NULL, data, &options, 2, metrics, trivial),
                     GRADUS_OK);
    assert_in_range(epochs, 2, 2 * 30 - 1);
    for (size_t k = 0; k < 2; k++) {
        assert_int_equal(metrics[k].rows, 50);
        assert_int_equal(trivial[k].rows, 50);
        assert_true(trivial[k].accuracy < 0.8);
    }
    gradus_data_free(data);
}

static int stop(const gradus_progress *progress, void *user)
{
    (void)user;
    return progress->epoch > 1;
}

static void failures_leave_the_metrics_alone(void **state)
{
    (void)state;
    gradus_data *data = flower_table(50);
    gradus_train_options options = quick_options("kind");
    gradus_metrics metrics[3] = {{.rows = 77}};

    assert_int_equal(gradus_cross_validate(NULL, data, &options, 1, metrics, NULL),
                     GRADUS_ARGUMENT);
    assert_int_equal(gradus_cross_validate(NULL, data, &options, 51, metrics, NULL),
                     GRADUS_ARGUMENT);
    options.fit.observer = stop;
    assert_int_equal(gradus_cross_validate(NULL, data, &options, 3, metrics, NULL),
                     GRADUS_STOPPED);
    options = quick_options("kinds");
    assert_int_equal(gradus_cross_validate(NULL, data, &options, 3, metrics, NULL),
                     GRADUS_ARGUMENT);
    assert_int_equal(metrics[0].rows, 77);
    gradus_data_free(data);
}

/* ---- side by side ---- */

enum { FOLDS = 5 };

typedef struct outcome {
    gradus_status status;
    gradus_metrics metrics[FOLDS], trivial[FOLDS];
    char text[300];
} outcome;

static void validate_on(size_t threads, const gradus_train_options *options, outcome *made)
{
    gradus_context *context;
    gradus_context_options where;

    gradus_context_defaults(&where);
    where.threads = threads;
    assert_int_equal(gradus_context_new(&where, &context), GRADUS_OK);
    gradus_data *data = flower_table(120);
    memset(made, 0, sizeof *made);
    made->status = gradus_cross_validate(context, data, options, FOLDS, made->metrics,
                                         made->trivial);
    if (made->status != GRADUS_OK)
        snprintf(made->text, sizeof made->text, "%s", gradus_error());
    gradus_data_free(data);
    gradus_context_free(context);
}

static void assert_threads_agree(const gradus_train_options *options, outcome *one)
{
    static const size_t threads[] = {2, 3, 8};

    validate_on(1, options, one);
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        outcome other;
        validate_on(threads[t], options, &other);
        assert_memory_equal(&other, one, sizeof other);
    }
}

static void folds_side_by_side_change_no_bit(void **state)
{
    (void)state;
    outcome one;
    gradus_train_options options = quick_options("kind");

    options.fit.starts = 3;
    assert_threads_agree(&options, &one);
    assert_int_equal(one.status, GRADUS_OK);
    assert_int_equal(one.metrics[FOLDS - 1].rows, 24);

    options = quick_options("x");
    options.activation = "identity";
    options.fit.optimizer = "sgd";
    options.fit.learning_rate = 1e4;
    assert_threads_agree(&options, &one);
    assert_int_equal(one.status, GRADUS_DIVERGED);
    assert_non_null(strstr(one.text, "fold 1: training diverged"));

    options = quick_options("kind");
    options.fit.observer = stop;
    assert_threads_agree(&options, &one);
    assert_int_equal(one.status, GRADUS_STOPPED);
    assert_string_equal(one.text, "training: stopped on request");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_measured_once),
        cmocka_unit_test(it_repeats_to_the_bit),
        cmocka_unit_test(folds_are_trained_as_a_trainer_trains),
        cmocka_unit_test(failures_leave_the_metrics_alone),
        cmocka_unit_test(folds_side_by_side_change_no_bit),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
