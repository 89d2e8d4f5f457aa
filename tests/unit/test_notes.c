/*
 * tests/unit/test_notes.c - what is said about a table before training on it
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include "task/numbering.h"
#include "trainers.h"

static bool is_noted(const gradus_trainer *trainer, const char *text)
{
    for (size_t i = 0; gradus_trainer_note(trainer, i) != NULL; i++)
        if (strstr(gradus_trainer_note(trainer, i), text) != NULL)
            return true;
    return false;
}

static void what_is_odd_is_noted(void **state)
{
    (void)state;
    gr_text csv = new_text();

    add_text(&csv, "id,name,always,half,age,city,code,leak,t\n");
    for (int i = 0; i < 200; i++) {
        const int city = i % 5, t = i % 3 == 0;
        add_text(&csv, "%d,n%d,1,%s,%s,c%d,%d,%s,%s\n", 900 + 7 * i, i,
                 i % 2 ? "" : "3", i == 150 ? "old" : i % 4 ? "31" : "40", city,
                 100 + city, t && i != 3 ? "boat" : "", t ? "yes" : "no");
    }
    add_text(&csv, "893,n0,1,3,31,c0,100,,no\n893,n0,1,3,31,c0,100,,no\n");
    gradus_data *data = table_of(NULL, csv.text);
    gradus_train_options options = options_for("t");
    gradus_trainer *trainer = plan(data, &options);

    assert_true(is_noted(trainer, "the same in every row, so nothing to learn from: "
                         "\"always\""));
    assert_true(is_noted(trainer, "\"name\": --drop"));
    assert_true(is_noted(trainer, "\"age\" is text because of \"old\" in line 152"));
    assert_true(is_noted(trainer, "rows without a value: \"half\" 100"));
    assert_true(is_noted(trainer, "\"city\" and \"code\" say the same thing"));
    assert_true(is_noted(trainer, "\"leak\" alone tells the target in 201 of 202 rows"));
    assert_true(is_noted(trainer, "1 duplicate row; --split content"));
    gradus_trainer_free(trainer);
    gradus_data_free(data);
    free_text(csv.text);
}

static void what_is_usual_is_not_noted(void **state)
{
    (void)state;
    gradus_data *data = flower_table(300);
    gradus_train_options options = options_for("kind");
    gradus_trainer *trainer = plan(data, &options);

    assert_true(is_noted(trainer, "rows without a value: \"x\" 43"));
    assert_null(gradus_trainer_note(trainer, 1));
    gradus_trainer_free(trainer);
    gradus_data_free(data);
}

static void identifiers_and_answers_are_noted(void **state)
{
    (void)state;
    gr_text csv = new_text();

    add_text(&csv, "id,x,answer,class,t\n");
    for (int i = 0; i < 60; i++)
        add_text(&csv, "%d,%d,%s,%s,%s\n", 7 * i % 61, i % 7, i % 2 ? "u" : "v",
                 i == 5 ? "rare" : i % 2 ? "p" : "q", i % 2 ? "yes" : "no");
    gradus_data *data = table_of(NULL, csv.text);
    gradus_train_options options = options_for("t");
    gradus_trainer *trainer = plan(data, &options);
    assert_true(is_noted(trainer, "\"id\": --drop"));
    assert_true(is_noted(trainer, "\"answer\" and the target \"t\" say the same thing"));
    gradus_trainer_free(trainer);
    options.target = "class";
    trainer = plan(data, &options);
    assert_true(is_noted(trainer, "fewer than 10 training rows: class \"rare\""));
    gradus_trainer_free(trainer);
    gradus_data_free(data);
    free_text(csv.text);
}

/* All cells differ in both: each could be told from the other, as any two such columns. */
static void different_numbers_are_not_alike(void **state)
{
    (void)state;
    gr_text csv = new_text();

    add_text(&csv, "a,b,c,t\n");
    for (int i = 0; i < 60; i++)
        add_text(&csv, "%d.5,%d.25,%d.5,%d\n", i, 3 * i, i, 7 * i % 31);
    gradus_data *data = table_of(NULL, csv.text);
    gradus_train_options options = options_for("t");
    gradus_trainer *trainer = plan(data, &options);
    assert_true(is_noted(trainer, "\"a\" and \"c\" say the same thing"));
    assert_false(is_noted(trainer, "\"b\""));
    gradus_trainer_free(trainer);
    gradus_data_free(data);
    free_text(csv.text);
}

static void equal_cells_have_equal_keys(void **state)
{
    (void)state;
    const double cells[] = {0, -0.0, NAN, -NAN, 1};
    const gr_column column = {.kind = GRADUS_NUMBER, .cells = cells, .type = GR_CELL_F64,
                              .stride = 1};
    gr_numbering numbering;

    assert_int_equal(gr_numbering_open(gr_context_or_default(NULL), 2, &numbering),
                     GRADUS_OK);
    static const uint32_t wanted[] = {0, 0, 1, 1, UINT32_MAX}; /* two fit */
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(gr_numbering_add(&numbering, gr_cell_key(&column, i)), wanted[i]);
    gr_numbering_close(&numbering);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_odd_is_noted),
        cmocka_unit_test(what_is_usual_is_not_noted),
        cmocka_unit_test(identifiers_and_answers_are_noted),
        cmocka_unit_test(different_numbers_are_not_alike),
        cmocka_unit_test(equal_cells_have_equal_keys),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
