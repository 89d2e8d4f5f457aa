/* tests/unit/test_split.c - held-out rows and folds: sizes, classes, groups, equal rows.
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <stdlib.h>
#include <string.h>

#include "data/split.h"
#include "faults.h"

enum { ROWS = 1000 };

static uint32_t rows[ROWS], classes[ROWS], part[ROWS];
static double cells[ROWS][2];
static bool held[ROWS], again[ROWS];

/* Column c1: row / 4, so that four rows are equal; c2: constant 1. */
static gradus_data *make_table(const gradus_context *context)
{
    gradus_data *data;
    for (uint32_t i = 0; i < ROWS; i++) {
        rows[i] = i;
        classes[i] = i % 10 == 0;
        cells[i][0] = i / 4;
        cells[i][1] = 1;
    }
    assert_int_equal(gradus_data_new(context, &cells[0][0], ROWS, 2, NULL, &data),
                     GRADUS_OK);
    return data;
}

static const gr_split_options plain = {.group = SIZE_MAX, .seed = 1};

static size_t hold_out(const gradus_data *data, gr_split_options options, double share,
                       bool *out)
{
    size_t count, seen = 0;
    assert_int_equal(gr_split_holdout(data, &options, rows, ROWS, share, out, &count),
                     GRADUS_OK);
    for (size_t i = 0; i < ROWS; i++)
        seen += out[i];
    assert_int_equal(seen, count);
    return count;
}

static void shares_are_kept(void **state)
{
    (void)state;
    gradus_data *data = make_table(NULL);
    gr_split_options options = plain;
    assert_int_equal(hold_out(data, options, 0.2, held), 200);
    assert_int_equal(hold_out(data, options, 0, held), 0);
    assert_int_equal(hold_out(data, options, 1e-9, held), 1);
    assert_int_equal(hold_out(data, options, 1, held), ROWS - 1);
    options.classes = classes;
    options.class_count = 2;
    assert_int_equal(hold_out(data, options, 0.2, held), 200);
    size_t first = 0;
    for (size_t i = 0; i < ROWS; i++)
        first += held[i] && classes[i] == 1;
    assert_int_equal(first, 20);
    /* what is held out for a smaller share is so for a greater one */
    hold_out(data, options, 0.3, again);
    for (size_t i = 0; i < ROWS; i++)
        assert_true(!held[i] || again[i]);
    options.seed = 2;
    hold_out(data, options, 0.2, again);
    assert_memory_not_equal(held, again, sizeof held);
    gradus_data_free(data);
}

static void small_classes_add_up(void **state)
{
    (void)state;
    gradus_data *data = make_table(NULL);
    gr_split_options options = plain;
    for (uint32_t i = 0; i < ROWS; i++)
        classes[i] = i / 2;
    options.classes = classes;
    options.class_count = ROWS / 2;
    assert_int_equal(hold_out(data, options, 0.2, held), 200);
    for (size_t i = 0; i < ROWS; i += 2)
        assert_false(held[i] && held[i + 1]); /* each class trains */
    gradus_data_free(data);
}

static void groups_and_equal_rows_stay_together(void **state)
{
    (void)state;
    gradus_data *data = make_table(NULL);
    gr_split_options options = plain;
    for (int k = 0; k < 2; k++) {
        options.kind = k == 0 ? GRADUS_SPLIT_CONTENT : GRADUS_SPLIT_RANDOM;
        options.group = k == 0 ? SIZE_MAX : 0;
        assert_int_equal(hold_out(data, options, 0.2, held), 200);
        for (size_t i = 0; i < ROWS; i++)
            assert_true(held[i] == held[i / 4 * 4]);
        assert_int_equal(gr_split_folds(data, &options, rows, ROWS, 5, part), GRADUS_OK);
        for (size_t i = 0; i < ROWS; i++)
            assert_int_equal(part[i], part[i / 4 * 4]);
    }
    options.group = 1;
    size_t count;
    assert_int_equal(gr_split_holdout(data, &options, rows, ROWS, 0.2, held, &count),
                     GRADUS_DATA);
    assert_string_equal(gradus_error(),
                        "table: no row can be held out, for all 1000 belong "
                        "together: give --valid FILE, or --holdout 0");
    assert_int_equal(gr_split_folds(data, &options, rows, ROWS, 2, part), GRADUS_DATA);
    gradus_data_free(data);
}

static void folds_are_of_one_size(void **state)
{
    (void)state;
    gradus_data *data = make_table(NULL);
    gr_split_options options = plain;
    options.classes = classes;
    options.class_count = 2;
    for (uint32_t i = 0; i < ROWS; i++)
        classes[i] = i % 10 == 0;
    size_t sizes[7] = {0}, first[7] = {0};
    assert_int_equal(gr_split_folds(data, &options, rows, ROWS, 7, part), GRADUS_OK);
    for (size_t i = 0; i < ROWS; i++) {
        assert_in_range(part[i], 0, 6);
        sizes[part[i]]++;
        first[part[i]] += classes[i];
    }
    for (int k = 0; k < 7; k++) {
        assert_in_range(sizes[k], 142, 143);
        assert_in_range(first[k], 14, 15);
    }
    assert_int_equal(gr_split_folds(data, &options, rows, 3, 5, part), GRADUS_DATA);
    gradus_data_free(data);
}

/* A row's side depends on the row (or what stands in it), not on the order of rows. */
static void order_changes_nothing(void **state)
{
    (void)state;
    gradus_data *data = make_table(NULL);
    hold_out(data, plain, 0.2, held);
    for (uint32_t i = 0; i < ROWS; i++)
        rows[i] = ROWS - 1 - i;
    hold_out(data, plain, 0.2, again);
    for (size_t i = 0; i < ROWS; i++)
        assert_true(held[i] == again[ROWS - 1 - i]);
    gr_split_options content = plain;
    content.kind = GRADUS_SPLIT_CONTENT;
    hold_out(data, content, 0.2, held);
    gradus_data_free(data);
    for (uint32_t i = 0; i < ROWS; i++) { /* the same rows, from back to front */
        cells[i][0] = (ROWS - 1 - i) / 4;
        rows[i] = i;
    }
    assert_int_equal(gradus_data_new(NULL, &cells[0][0], ROWS, 2, NULL, &data),
                     GRADUS_OK);
    hold_out(data, content, 0.2, again);
    for (size_t i = 0; i < ROWS; i++)
        assert_true(held[i] == again[i]);
    gradus_data_free(data);
}

static void missing_memory_is_reported(void **state)
{
    (void)state;
    faults f;
    gradus_context *context = faults_open(&f);
    gradus_data *data = make_table(context);
    size_t count;
    for (size_t n = 1; n <= 3; n++) {
        faults_arm(&f, n, FAULT_MEMORY);
        assert_int_equal(gr_split_folds(data, &plain, rows, ROWS, 5, part),
                         n < 3 ? GRADUS_MEMORY : GRADUS_OK);
    }
    faults_arm(&f, 1, FAULT_MEMORY);
    assert_int_equal(gr_split_holdout(data, &plain, rows, ROWS, 0.2, held, &count),
                     GRADUS_MEMORY);
    gradus_data_free(data);
    faults_close(&f, context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_kept),
        cmocka_unit_test(small_classes_add_up),
        cmocka_unit_test(groups_and_equal_rows_stay_together),
        cmocka_unit_test(folds_are_of_one_size),
        cmocka_unit_test(order_changes_nothing),
        cmocka_unit_test(missing_memory_is_reported),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
