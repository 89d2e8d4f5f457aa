/* tests/unit/test_table.c - tables from memory, columns by name, lists, interned values.
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/table.h"
#include "faults.h"

static void tables_come_from_memory(void **state)
{
    (void)state;
    const double numbers[] = {1, 2, NAN, 4, 5, 6};
    const char *const names[] = {"age", "size"};
    gradus_data *data;
    gradus_column about;
    assert_int_equal(gradus_data_new(NULL, numbers, 3, 2, names, &data), GRADUS_OK);
    assert_int_equal(gradus_data_rows(data), 3);
    assert_int_equal(gradus_data_columns(data), 2);
    assert_int_equal(gradus_data_find(data, "size"), 1);
    assert_true(gradus_data_find(data, "siz") == SIZE_MAX);
    assert_true(gradus_data_cell(data, 2, 1) == 6);
    assert_true(isnan(gradus_data_cell(data, 1, 0)));
    gradus_data_column(data, 0, &about);
    assert_string_equal(about.name, "age");
    assert_int_equal(about.missing, 1);
    assert_true(about.min == 1 && about.max == 5 && about.mean == 3);
    gradus_data_about whole;
    gradus_data_describe(data, &whole);
    assert_string_equal(whole.format, "memory");
    assert_null(whole.header);
    size_t length = 7;
    assert_null(gradus_data_record(data, 0, &length));
    assert_int_equal(length, 0);
    gradus_data_free(data);
    gradus_data_free(NULL);
    assert_int_equal(gradus_data_new(NULL, numbers, 2, 3, NULL, &data), GRADUS_OK);
    assert_int_equal(gradus_data_find(data, "c3"), 2);
    gradus_data_free(data);
}

static void bad_tables_are_refused(void **state)
{
    (void)state;
    const double numbers[] = {1, INFINITY};
    const char *const twice[] = {"a", "a"};
    gradus_data *data;
    assert_int_equal(gradus_data_new(NULL, numbers, 0, 2, NULL, &data), GRADUS_ARGUMENT);
    assert_int_equal(gradus_data_new(NULL, numbers, 1, 0, NULL, &data), GRADUS_ARGUMENT);
    assert_int_equal(gradus_data_new(NULL, numbers, 1, 2, twice, &data), GRADUS_DATA);
    assert_string_equal(gradus_error(),
                        "table: columns 1 and 2 are both called \"a\": rename one");
    assert_int_equal(gradus_data_new(NULL, numbers, 1, 2, NULL, &data), GRADUS_DATA);
    assert_string_equal(gradus_error(),
                        "table: row 1 of column c2 is infinite: replace it by "
                        "a number, or by NaN for a missing value");
    assert_int_equal(gradus_data_new(NULL, numbers, SIZE_MAX / 2, 4, NULL, &data),
                     GRADUS_ARGUMENT);
    assert_null(data);
}

static void columns_are_looked_up_by_lists(void **state)
{
    (void)state;
    const double numbers[5] = {0};
    const char *const names[] = {"age", "a,b", "say \"x\"", "hours per week", "sex"};
    gradus_data *data;
    size_t column;
    bool marks[5] = {0};
    assert_int_equal(gradus_data_new(NULL, numbers, 1, 5, names, &data), GRADUS_OK);
    assert_int_equal(gr_data_mark(data, NULL, "drop", marks), GRADUS_OK);
    assert_int_equal(gr_data_mark(data, "", "drop", marks), GRADUS_OK);
    assert_false(marks[0] || marks[1] || marks[2] || marks[3] || marks[4]);
    assert_int_equal(
        gr_data_mark(data, " \"a,b\" , hours per week,\"say \"\"x\"\"\"", "drop", marks),
        GRADUS_OK);
    assert_true(!marks[0] && marks[1] && marks[2] && marks[3] && !marks[4]);
    assert_int_equal(gr_data_mark(data, "age,sexx", "drop", marks), GRADUS_ARGUMENT);
    assert_string_equal(gradus_error(),
                        "drop: no column \"sexx\": did you mean \"sex\"?");
    assert_int_equal(gr_data_find(data, "sex", "target", &column), GRADUS_OK);
    assert_int_equal(column, 4);
    assert_int_equal(gr_data_find(data, "zzzzzzzzz", "target", &column), GRADUS_ARGUMENT);
    assert_string_equal(gradus_error(),
                        "target: no column \"zzzzzzzzz\": there are age, a,b, "
                        "say \"x\", hours per week, sex");
    gradus_data_free(data);
}

static void lists_have_items(void **state)
{
    (void)state;
    static const struct {
        const char *list, *items[4];
    } cases[] = {
        {"a", {"a"}},          {"a,b", {"a", "b"}},      {"", {""}},
        {"?,NA,", {"?", "NA", ""}}, {" a b , c", {"a b", "c"}}, {"\"a", {"a"}},
        {"\"\"", {""}},        {"\"x\"y,z", {"xy", "z"}}, {",", {"", ""}},
    };
    const gradus_context *context = gr_context_or_default(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gradus_status status = GRADUS_OK;
        gr_list list = {cases[i].list, {.context = context}};
        size_t k = 0;
        for (; gr_list_next(&list, &status); k++) {
            assert_non_null(cases[i].items[k]);
            assert_string_equal(list.item.text, cases[i].items[k]);
        }
        assert_null(cases[i].items[k]);
        assert_int_equal(status, GRADUS_OK);
        gr_release(context, list.item.text);
    }
}

static void values_are_interned(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    const gradus_context *context = gr_context_or_default(NULL);
    gr_values values = {0};
    uint32_t code;
    char text[32];
    assert_int_equal(gr_values_find(&values, "x", 1), GR_MISSING);
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < COUNT; i++) {
            int length = snprintf(text, sizeof text, "v%u", i * 7);
            assert_int_equal(gr_values_add(context, &values, text, (size_t)length, &code),
                             GRADUS_OK);
            assert_int_equal(code, i);
        }
    assert_int_equal(values.count, COUNT);
    assert_string_equal(values.text[COUNT - 1], "v139993");
    assert_int_equal(gr_values_find(&values, "v7x", 2), 1);
    assert_int_equal(gr_values_find(&values, "v7x", 3), GR_MISSING);
    assert_int_equal(gr_values_find(&values, "v", 1), GR_MISSING);
    assert_int_equal(gr_values_find(&values, "", 0), GR_MISSING);
    assert_int_equal(gr_values_add(context, &values, "", 0, &code), GRADUS_OK);
    assert_int_equal(code, COUNT);
    assert_int_equal(gr_values_find(&values, "", 0), COUNT);
    static char big[3000000];
    memset(big, 'x', sizeof big);
    assert_int_equal(gr_values_add(context, &values, big, sizeof big, &code), GRADUS_OK);
    assert_int_equal(gr_values_find(&values, big, sizeof big), COUNT + 1);
    gr_values_free(context, &values);
    assert_int_equal(values.count, 0);
}

static void memory_may_fail_anywhere(void **state)
{
    (void)state;
    faults f;
    gradus_context *context = faults_open(&f);
    const double numbers[4] = {1, 2, 3, 4};
    size_t failures = 0;
    for (size_t n = 1;; n++, failures++) {
        gradus_data *data;
        faults_arm(&f, n, FAULT_MEMORY);
        gradus_status status = gradus_data_new(context, numbers, 2, 2, NULL, &data);
        bool marks[2];
        if (status == GRADUS_OK)
            status = gr_data_mark(data, "c2,c1", "drop", marks);
        faults_arm(&f, 0, FAULT_NONE);
        gradus_data_free(data);
        if (status == GRADUS_OK)
            break;
        assert_int_equal(status, GRADUS_MEMORY);
    }
    assert_in_range(failures, 6, 20);
    faults_close(&f, context);
}

static void long_texts_are_shown_short(void **state)
{
    (void)state;
    assert_int_equal(gr_shown_length(3, "abc"), 3);
    assert_string_equal(gr_shown_rest(3, "abc"), "");
    const char *text = "123456789012345678901234567890123456789\xC3\xA9x"; /* 39, e, x */
    assert_int_equal(gr_shown_length(strlen(text), text), 39);
    assert_string_equal(gr_shown_rest(strlen(text), text), "...");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_come_from_memory),
        cmocka_unit_test(bad_tables_are_refused),
        cmocka_unit_test(columns_are_looked_up_by_lists),
        cmocka_unit_test(lists_have_items),
        cmocka_unit_test(values_are_interned),
        cmocka_unit_test(memory_may_fail_anywhere),
        cmocka_unit_test(long_texts_are_shown_short),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
