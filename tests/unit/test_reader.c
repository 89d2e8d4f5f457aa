/* tests/unit/test_reader.c - CSV in pieces for a model, and every failure on the way.
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <string.h>

#include "csv_files.h"
#include "data/read.h"
#include "faults.h"

/* Every allocation and every file call fails once. */
static void failures_are_reported(void **state)
{
    (void)state;
    faults f;
    gradus_context *context = faults_open(&f);
    const char *text = "a,b,c\n007,x,1\n2\nz,\"y\"\"\",2\n3,?,3\n";
    gradus_read_options o;
    gradus_read_defaults(&o);
    o.skip_bad_rows = o.keep_records = 1;
    o.rejects = "r.csv";
    o.categorical = "b";
    put("t.csv", text, strlen(text));
    size_t failures[3] = {0};
    for (int kind = FAULT_MEMORY; kind <= FAULT_FILE; kind++)
        for (size_t n = 1;; n++) {
            gradus_data *data;
            f.once = 1;
            faults_arm(&f, n, kind);
            gradus_status status = gradus_data_read(context, "t.csv", &o, &data);
            bool hit = faults_hit(&f);
            faults_arm(&f, 0, FAULT_NONE);
            assert_int_not_equal(access("r.csv.tmp0", F_OK), 0);
            if (status == GRADUS_OK) {
                char shown[100];
                show(data, shown, sizeof shown);
                assert_string_equal(shown, "a$,b$,c#;007,x,1;z,y\",2;3,?,3");
                gradus_data_free(data);
            } else {
                failures[kind]++;
                assert_null(data);
                assert_int_equal(status,
                                 kind == FAULT_MEMORY ? GRADUS_MEMORY : GRADUS_IO);
            }
            if (!hit)
                break;
        }
    assert_in_range(failures[FAULT_MEMORY], 40, 200);
    assert_in_range(failures[FAULT_FILE], 8, 40);
    unlink("r.csv");
    faults_close(&f, context);
}

static gr_prep *make_prep(const gradus_context *context)
{
    static char zip[] = "zip", age[] = "age", job[] = "job", t[] = "t";
    static gr_prep_input inputs[] = {{.name = zip, .kind = GRADUS_CATEGORY},
                                     {.name = age, .kind = GRADUS_NUMBER},
                                     {.name = job, .kind = GRADUS_CATEGORY}};
    static gr_prep_target target = {.name = t};
    static gr_prep prep;
    static char marks[] = GR_MISSING_MARKS;
    prep = (gr_prep){.context = context, .task = GRADUS_REGRESSION,
                     .missing = marks, .input = inputs,
                     .inputs = 3, .target = &target, .targets = 1};
    return &prep;
}

static void pieces_have_a_models_kinds(void **state)
{
    (void)state;
    const gradus_context *context = gr_context_or_default(NULL);
    gr_prep *prep = make_prep(context);
    gradus_read_options o;
    gradus_read_defaults(&o);
    const char *text = "job,id,age,t,zip\n1,q,2,3,007\nx,r,?,u,1\n?,s,4,v,\n";
    put("t.csv", text, strlen(text));
    static const char *const expected[] = {"job$,age#,zip$;1,2,007;x,?,1",
                                           "job$,age#,zip$;?,4,?"};
    gradus_reader *reader;
    gradus_data *data;
    char shown[200];
    assert_int_equal(gr_reader_new(context, "t.csv", &o, prep, &reader), GRADUS_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(gradus_reader_next(reader, 2, &data), GRADUS_OK);
        show(data, shown, sizeof shown);
        assert_string_equal(shown, expected[i]);
        gradus_data_free(data);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(gradus_reader_next(reader, 2, &data), GRADUS_OK);
        assert_null(data);
    }
    gradus_reader_free(reader);
    gradus_reader_free(NULL);

    /* whole tables have the target, which must then be a number */
    assert_int_equal(gr_data_read(context, "t.csv", &o, prep, &data), GRADUS_DATA);
    assert_string_equal(gradus_error(),
                        "t.csv:3:7: \"u\" is not a number (column t): mend "
                        "the cell, or --on-bad-row skip");
    prep->task = GRADUS_CLASSIFICATION;
    assert_int_equal(gr_data_read(context, "t.csv", &o, prep, &data), GRADUS_OK);
    show(data, shown, sizeof shown);
    assert_string_equal(shown, "job$,age#,t$,zip$;1,2,3,007;x,?,u,1;?,4,v,?");
    gradus_data_free(data);
    assert_int_equal(gradus_reader_new(NULL, "t.csv", &o, &reader), GRADUS_ARGUMENT);
}

static void pieces_fail_and_skip_like_tables(void **state)
{
    (void)state;
    const gradus_context *context = gr_context_or_default(NULL);
    gradus_read_options o;
    gradus_read_defaults(&o);
    const char *text = "zip,age,job\na,1,b\nc,x,d\ne,2\nf,3,g\n";
    put("t.csv", text, strlen(text));
    gradus_reader *reader;
    gradus_data *data;
    gr_prep *prep = make_prep(context);
    assert_int_equal(gr_reader_new(context, "t.csv", &o, prep, &reader), GRADUS_OK);
    assert_int_equal(gradus_reader_next(reader, 1, &data), GRADUS_OK);
    gradus_data_free(data);
    assert_int_equal(gradus_reader_next(reader, 1, &data), GRADUS_DATA);
    assert_string_equal(gradus_error(),
                        "t.csv:3:3: \"x\" is not a number (column age): mend "
                        "the cell, or --on-bad-row skip");
    gradus_reader_free(reader);
    o.skip_bad_rows = 1;
    o.rejects = "r.csv";
    assert_int_equal(gr_reader_new(context, "t.csv", &o, prep, &reader), GRADUS_OK);
    assert_int_equal(gradus_reader_next(reader, 10, &data), GRADUS_OK);
    assert_int_equal(gradus_data_rows(data), 2);
    assert_int_equal(data->about.skipped, 2);
    gradus_data_free(data);
    assert_int_not_equal(access("r.csv", F_OK), 0);
    assert_int_equal(gradus_reader_next(reader, 10, &data), GRADUS_OK);
    assert_null(data);
    assert_int_equal(access("r.csv", F_OK), 0);
    unlink("r.csv");
    gradus_reader_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_are_reported),
        cmocka_unit_test(pieces_have_a_models_kinds),
        cmocka_unit_test(pieces_fail_and_skip_like_tables),
    };
    if (!enter_folder())
        return 99;
    int failed = gr_run_tests(tests, sizeof tests / sizeof tests[0]);
    leave_folder();
    return failed;
}
