/* tests/unit/test_prep.c - preprocessing: fitted to training rows, the same at
 * prediction.
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/read.h"
#include "faults.h"

static char path[] = "/tmp/gradus-prep-XXXXXX";

static gradus_data *read_text(const gradus_context *context, const char *text)
{
    gradus_data *data;
    unlink(path); /* a new file is written faster than an old one is cut */
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    if (gradus_data_read(context, path, NULL, &data) != GRADUS_OK)
        return NULL;
    return data;
}

static const uint32_t rows_in_order[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
static const size_t columns_in_order[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

/* Learns the last column from the others, on the first `rows` rows. */
static gr_prep_options from_all(const gradus_data *data, gradus_task task, size_t rows)
{
    return (gr_prep_options){
        .inputs = columns_in_order,
        .input_count = data->columns - 1,
        .targets = columns_in_order + data->columns - 1,
        .target_count = 1,
        .task = task,
        .scale_target = true,
        .rows = rows_in_order,
        .row_count = rows,
    };
}

static gr_prep *fit(const gradus_data *data, const gr_prep_options *options)
{
    gr_prep *prep;
    if (gr_prep_fit(data, options, &prep) != GRADUS_OK)
        fail_msg("%s", gradus_error());
    return prep;
}

static void gives(const gr_prep_binding *binding, size_t row, size_t width,
                  const double *expected)
{
    double x[20];
    assert_int_equal(binding->prep->width, width);
    gr_prep_row(binding, row, x, NULL, NULL);
    for (size_t k = 0; k < width; k++)
        if (!(fabs(x[k] - expected[k]) <= 1e-15 * fabs(expected[k])))
            fail_msg("row %zu, input %zu is %.17g, not %.17g", row, k, x[k], expected[k]);
}

static void numbers_are_standardised(void **state)
{
    (void)state;
    gradus_data *data =
        read_text(NULL, "a,b,c,y\n1,5,0.1,1\n3,?,0.1,2\n5,7,0.1,4\n?,9,0.1,"
                        "5\n100,?,7,9\n");
    gr_prep_options options = from_all(data, GRADUS_REGRESSION, 4);
    gr_prep *prep = fit(data, &options);
    gr_prep_binding binding;
    /* a: mean 3, sd sqrt(8/3);  b: mean 7, sd sqrt(8/3);  c says nothing: left out */
    const double s = 1 / sqrt(8.0 / 3);
    assert_true(prep->input[0].center == 3 && prep->input[0].scale == s);
    assert_true(prep->input[0].indicator && prep->input[1].indicator);
    assert_int_equal(prep->inputs, 2);
    assert_true(prep->target[0].mean == 3 && prep->target[0].center == 3);
    assert_true(prep->target[0].scale == 1 / sqrt(2.5));
    assert_int_equal(gr_prep_bind(prep, data, true, &binding), GRADUS_OK);
    gives(&binding, 0, 4, (double[]){-2 * s, 0, -2 * s, 0});
    gives(&binding, 1, 4, (double[]){0, 0, 0, 1});
    gives(&binding, 3, 4, (double[]){0, 1, 2 * s, 0});
    gives(&binding, 4, 4, (double[]){97 * s, 0, 0, 1});
    assert_true(gr_prep_target_value(&binding, 4, 0) == 9);
    gr_prep_unbind(&binding);
    gr_prep_free(prep);
    options.scaling = GRADUS_SCALING_NONE;
    options.scale_target = false;
    prep = fit(data, &options);
    assert_true(prep->target[0].mean == 3 && prep->target[0].center == 0);
    assert_true(prep->target[0].scale == 1);
    assert_int_equal(gr_prep_bind(prep, data, true, &binding), GRADUS_OK);
    gives(&binding, 0, 5, (double[]){1, 0, 5, 0, 0.1});
    gives(&binding, 3, 5, (double[]){3, 1, 9, 0, 0.1});
    gr_prep_unbind(&binding);
    gr_prep_free(prep);
    gradus_data_free(data);
}

/* Quartiles of 1 2 4 8 16 are 2, 4, 8; those of 0 0 0 0 3 are all 0. */
static void robust_scaling_uses_quartiles(void **state)
{
    (void)state;
    gradus_data *data =
        read_text(NULL, "a,b,c,y\n16,0,7,1\n2,3,7,2\n1,0,7,3\n8,0,7,4\n4,0,7,"
                        "5\n");
    gr_prep_options options = from_all(data, GRADUS_REGRESSION, 5);
    options.scaling = GRADUS_SCALING_ROBUST;
    gr_prep *prep = fit(data, &options);
    gr_prep_binding binding;
    assert_true(prep->input[0].center == 4 && prep->input[0].scale == 1.0 / 6);
    assert_true(prep->input[1].center == 0 && prep->input[1].scale == 2.0 / 3);
    assert_int_equal(prep->inputs, 2); /* c says nothing */
    assert_int_equal(gr_prep_bind(prep, data, true, &binding), GRADUS_OK);
    gives(&binding, 0, 2, (double[]){2 / sqrt(1 + 4.0 / 9), 0});
    gives(&binding, 1, 2,
          (double[]){-(2.0 / 6) / sqrt(1 + 1.0 / 81), 2 / sqrt(1 + 4.0 / 9)});
    gr_prep_unbind(&binding);
    gr_prep_free(prep);
    options.row_count = 4; /* 16 2 1 8: quartiles at 0.75, 1.5, 2.25 of 1 2 8 16 */
    prep = fit(data, &options);
    assert_true(prep->input[0].center == 5 && prep->input[0].scale == 1 / (10 - 1.75));
    gr_prep_free(prep);
    gradus_data_free(data);
}

static size_t unseen_count;
static char unseen_text[32];

static void note_unseen(void *user, size_t input, size_t row, const char *text)
{
    (void)user;
    unseen_count++;
    snprintf(unseen_text, sizeof unseen_text, "%zu:%zu:%s", input, row, text);
}

static void categories_are_one_hot(void **state)
{
    (void)state;
    gradus_data *data =
        read_text(NULL, "c,d,e,y\nx,m,p,1\ny,f,q,2\ny,f,r,3\nz,m,s,4\nx,f,?,5\n"
                        "y,?,t,6\nz,m,u,7\nw,m,v,8\n");
    gr_prep_options options = from_all(data, GRADUS_REGRESSION, 8);
    gr_prep *prep = fit(data, &options);
    gr_prep_binding binding;
    assert_int_equal(prep->input[0].values.count, 3); /* w is rare */
    assert_string_equal(prep->input[0].values.text[0], "y");
    assert_string_equal(prep->input[0].values.text[1], "x");
    assert_string_equal(prep->input[0].values.text[2], "z");
    assert_int_equal(prep->inputs, 2); /* e has a value a row: nothing to learn */
    assert_int_equal(gr_prep_bind(prep, data, true, &binding), GRADUS_OK);
    gives(&binding, 0, 4, (double[]){0, 1, 0, 1});
    gives(&binding, 1, 4, (double[]){1, 0, 0, -1});
    gives(&binding, 5, 4, (double[]){1, 0, 0, 0});
    gives(&binding, 7, 4, (double[]){0, 0, 0, 1});
    double x[4];
    unseen_count = 0;
    gr_prep_row(&binding, 7, x, note_unseen, NULL);
    assert_int_equal(unseen_count, 1);
    assert_string_equal(unseen_text, "0:7:w");
    gr_prep_unbind(&binding);
    const gradus_cell cells[] = {{.text = "z"}, {.text = "new"}};
    unseen_count = 0;
    gr_prep_cells(prep, cells, x, note_unseen, NULL);
    assert_int_equal(unseen_count, 1);
    assert_string_equal(unseen_text, "1:0:new");
    assert_true(x[0] == 0 && x[1] == 0 && x[2] == 1 && x[3] == 0);
    gr_prep_free(prep);
    gradus_data_free(data);
}

static void classes_are_sorted(void **state)
{
    (void)state;
    static const struct {
        const char *text, *classes[3];
    } cases[] = {
        {"a,y\n1,10\n2,9\n3,9\n4,2.5\n", {"2.5", "9", "10"}},
        {"a,y\n1,x\n2,B\n3,B\n4,a\n", {"B", "a", "x"}},
        {"a,y\n1,10x\n2,9\n3,9\n4,11\n", {"10x", "11", "9"}},
        {"a,y\n1,1.0\n2,2.0\n3,2.0\n4,3.0\n", {"1", "2", "3"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gradus_data *data = read_text(NULL, cases[i].text);
        gr_prep_options options = from_all(data, GRADUS_CLASSIFICATION, 4);
        gr_prep *prep = fit(data, &options);
        gr_prep_binding binding;
        double shares = 0;
        assert_int_equal(prep->classes.count, 3);
        for (size_t k = 0; k < 3; k++) {
            assert_string_equal(prep->classes.text[k], cases[i].classes[k]);
            assert_true(prep->class_share[k] == 0.25 || prep->class_share[k] == 0.5);
            shares += prep->class_share[k];
        }
        assert_true(shares == 1);
        assert_int_equal(gr_prep_bind(prep, data, true, &binding), GRADUS_OK);
        assert_int_equal(gr_prep_class(&binding, 1), gr_prep_class(&binding, 2));
        assert_true(gr_prep_class(&binding, 0) < 3);
        gr_prep_unbind(&binding);
        gr_prep_free(prep);
        gradus_data_free(data);
    }
}

/* The same table read again for the model, whose kinds it then has. */
static void texts_of_numbers_are_matched(void **state)
{
    (void)state;
    const gradus_context *context = gr_context_or_default(NULL);
    gradus_read_options read;
    gradus_read_defaults(&read);
    gradus_data *data =
        read_text(NULL, "zip,y\n01,1.0\n01,2.0\n2,1.0\n2,2.0\nx,2.0\nx,3.0\n");
    gr_prep_options options = from_all(data, GRADUS_CLASSIFICATION, 6);
    gr_prep *prep = fit(data, &options);
    gradus_data_free(data);
    gr_prep_binding binding;
    data = read_text(NULL, "zip,y\n2.0,1\n1,2\n");
    assert_int_equal(data->column[0].kind, GRADUS_NUMBER);
    assert_int_equal(gr_prep_bind(prep, data, true, &binding), GRADUS_OK);
    gives(&binding, 0, 3, (double[]){0, 1, 0});
    gives(&binding, 1, 3, (double[]){0, 0, 0});
    assert_int_equal(gr_prep_class(&binding, 0), 0);
    assert_int_equal(gr_prep_class(&binding, 1), 1);
    gr_prep_unbind(&binding);
    gradus_data_free(data);
    assert_int_equal(gr_data_read(context, path, &read, prep, &data), GRADUS_OK);
    assert_int_equal(data->column[0].kind, GRADUS_CATEGORY);
    assert_int_equal(gr_prep_bind(prep, data, true, &binding), GRADUS_OK);
    gives(&binding, 0, 3, (double[]){0, 1, 0});
    assert_int_equal(gr_prep_class(&binding, 1), 1);
    gr_prep_unbind(&binding);
    gradus_data_free(data);
    data = read_text(NULL, "y,zip\n3.00,q\n4,01\n?,01\n");
    assert_int_equal(gr_prep_bind(prep, data, true, &binding), GRADUS_OK);
    assert_int_equal(gr_prep_class(&binding, 0), 2);
    assert_int_equal(gr_prep_class(&binding, 1), GR_MISSING);
    assert_int_equal(gr_prep_class(&binding, 2), GR_MISSING);
    gr_prep_unbind(&binding);
    gradus_data_free(data);
    gr_prep_free(prep);
}

static void bindings_name_what_is_wrong(void **state)
{
    (void)state;
    gradus_data *data = read_text(NULL, "a,b,c,y\n1,2,x,4\n2,3,x,5\n");
    gr_prep_options options = from_all(data, GRADUS_REGRESSION, 2);
    gr_prep *prep = fit(data, &options);
    gradus_data_free(data);
    gr_prep_binding binding;
    char expected[200];
    data = read_text(NULL, "b,y\n1,2\n");
    assert_int_equal(gr_prep_bind(prep, data, false, &binding), GRADUS_DATA);
    snprintf(expected, sizeof expected,
             "%s: no columns a, c: the model was trained on them", path);
    assert_string_equal(gradus_error(), expected);
    gradus_data_free(data);
    data = read_text(NULL, "a,b,c\n1,2,x\n");
    assert_int_equal(gr_prep_bind(prep, data, true, &binding), GRADUS_DATA);
    snprintf(expected, sizeof expected, "%s: no column y: the model was trained on it",
             path);
    assert_string_equal(gradus_error(), expected);
    assert_int_equal(gr_prep_bind(prep, data, false, &binding), GRADUS_OK);
    assert_true(binding.target[0] == SIZE_MAX);
    gr_prep_unbind(&binding);
    gradus_data_free(data);
    data = read_text(NULL, "a,b,c\n1,2,x\n2O,3,y\n");
    assert_int_equal(gr_prep_bind(prep, data, false, &binding), GRADUS_DATA);
    snprintf(expected, sizeof expected,
             "%s: column a: \"2O\" is not a number, and the model "
             "needs numbers there",
             path);
    assert_string_equal(gradus_error(), expected);
    gradus_data_free(data);
    gr_prep_free(prep);
}

static void fit_fails(const char *text, gradus_task task, size_t rows,
                      const char *message)
{
    char expected[300];
    gr_prep *prep;
    gradus_data *data = read_text(NULL, text);
    gr_prep_options options = from_all(data, task, rows);
    assert_int_equal(gr_prep_fit(data, &options, &prep), GRADUS_DATA);
    assert_null(prep);
    snprintf(expected, sizeof expected, "%s%s", message[0] == ':' ? path : "", message);
    assert_string_equal(gradus_error(), expected);
    gradus_data_free(data);
}

static void hopeless_tables_are_refused(void **state)
{
    (void)state;
    fit_fails(
        "a,y\n1,x\n2,x\n3,z\n", GRADUS_CLASSIFICATION, 2,
        ": column y has only one class in the training rows: there is nothing to tell "
        "apart; name another target");
    fit_fails(
        "a,y\n1,?\n2,?\n3,x\n", GRADUS_CLASSIFICATION, 2,
        ": column y has no class in the training rows: there is nothing to tell apart; "
        "name another target");
    fit_fails(
        "a,y\n1,0.1\n2,0.1\n3,0.1\n", GRADUS_REGRESSION, 3,
        ": the target y is the same in every training row: there is nothing to learn; name "
        "another target");
    fit_fails(
        "a,y\nq,1\nr,2\ns,3\n", GRADUS_REGRESSION, 3,
        "the columns to learn from say nothing: each is the same in every row, or its "
        "values are all rare; name other columns");
    fit_fails(
        "a,y\n1,1\n2,2\n", GRADUS_REGRESSION, 1,
        ": there is one row to learn from, which says nothing: give more rows, or hold out "
        "fewer");
    fit_fails("a,y\n1e308,1\n1e308,2\n1e307,3\n", GRADUS_REGRESSION, 3,
              ": the numbers of a are too large to be scaled: drop it, or divide it by "
              "something");
    fit_fails("a,y\n1,1e200\n2,-1e200\n3,3\n", GRADUS_REGRESSION, 3,
              ": the numbers of the target y are too large to be scaled: divide them by "
              "something");
}

static void pixels_are_scaled_alike(void **state)
{
    (void)state;
    const double numbers[] = {0, 10, 1, 20, 30, 2, 0, 40, 1};
    const char *const names[] = {"p0", "p1", "label"};
    gradus_data *data;
    gr_prep_binding binding;
    assert_int_equal(gradus_data_new(NULL, numbers, 3, 3, names, &data), GRADUS_OK);
    data->image = true;
    gr_prep_options options = from_all(data, GRADUS_CLASSIFICATION, 2);
    gr_prep *prep = fit(data, &options);
    const double s = 1 / sqrt(125.0); /* 0 10 20 30: mean 15, variance 125 */
    assert_int_equal(gr_prep_bind(prep, data, true, &binding), GRADUS_OK);
    gives(&binding, 2, 2, (double[]){-15 * s, 25 * s});
    gr_prep_unbind(&binding);
    gr_prep_free(prep);
    gradus_data_free(data);
}

static void memory_may_fail_anywhere(void **state)
{
    (void)state;
    faults f;
    gradus_context *context = faults_open(&f);
    gradus_data *data = read_text(context, "a,c,y\n1,x,p\n?,x,q\n3,y,p\n4,y,q\n");
    gr_prep_options options = from_all(data, GRADUS_CLASSIFICATION, 4);
    options.scaling = GRADUS_SCALING_ROBUST;
    size_t failures = 0;
    for (size_t n = 1;; n++, failures++) {
        gr_prep *prep;
        gr_prep_binding binding;
        faults_arm(&f, n, FAULT_MEMORY);
        gradus_status status = gr_prep_fit(data, &options, &prep);
        if (status == GRADUS_OK)
            status = gr_prep_bind(prep, data, true, &binding);
        if (status == GRADUS_OK)
            gr_prep_unbind(&binding);
        gr_prep_free(prep);
        if (status == GRADUS_OK)
            break;
        assert_int_equal(status, GRADUS_MEMORY);
    }
    assert_in_range(failures, 20, 60);
    faults_arm(&f, 0, FAULT_NONE);
    gradus_data_free(data);
    faults_close(&f, context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_standardised),
        cmocka_unit_test(robust_scaling_uses_quartiles),
        cmocka_unit_test(categories_are_one_hot),
        cmocka_unit_test(classes_are_sorted),
        cmocka_unit_test(texts_of_numbers_are_matched),
        cmocka_unit_test(bindings_name_what_is_wrong),
        cmocka_unit_test(hopeless_tables_are_refused),
        cmocka_unit_test(pixels_are_scaled_alike),
        cmocka_unit_test(memory_may_fail_anywhere),
    };
    int handle = mkstemp(path);
    if (handle < 0)
        return 99;
    close(handle);
    int failed = gr_run_tests(tests, sizeof tests / sizeof tests[0]);
    unlink(path);
    return failed;
}
