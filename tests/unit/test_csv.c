/* tests/unit/test_csv.c - tables from CSV: types, dialects, and what is said of bad
 * input.
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <string.h>
#include <sys/stat.h>

#include "csv_files.h"
#include "data/read.h"

static gradus_data *read_text(const char *text, size_t length,
                              const gradus_read_options *options)
{
    gradus_data *data;
    put("t.csv", text, length);
    if (gradus_data_read(NULL, "t.csv", options, &data) != GRADUS_OK) {
        assert_null(data);
        return NULL;
    }
    return data;
}

static void gives_with(const char *text, const gradus_read_options *options,
                       const char *expected)
{
    char shown[2000];
    gradus_data *data = read_text(text, strlen(text), options);
    if (data == NULL)
        fail_msg("%s is refused: %s", text, gradus_error());
    show(data, shown, sizeof shown);
    if (strcmp(shown, expected) != 0)
        fail_msg("%s is read as %s, not %s", text, shown, expected);
    gradus_data_free(data);
}

static void gives(const char *text, const char *expected)
{
    gives_with(text, NULL, expected);
}

static void fails_with(const char *text, size_t length,
                       const gradus_read_options *options, gradus_status expected,
                       const char *message)
{
    gradus_data *data = NULL;
    put("t.csv", text, length);
    gradus_status status = gradus_data_read(NULL, "t.csv", options, &data);
    assert_null(data);
    if (status != expected || strcmp(gradus_error(), message) != 0)
        fail_msg("%s: status %d, \"%s\", not %d, \"%s\"", text, status, gradus_error(),
                 expected, message);
}

static void fails(const char *text, const char *message)
{
    fails_with(text, strlen(text), NULL, GRADUS_DATA, message);
}

static void dialects_are_found(void **state)
{
    (void)state;
    gives("a,b\n1,x\n2,y\n", "a#,b$;1,x;2,y");
    gives("a;b\r\n1;x\r\n2;y\r\n", "a#,b$;1,x;2,y");
    gives("a\tb\n1\tx\n2\ty", "a#,b$;1,x;2,y");
    gives("a|b\r1|x\r2|y\r", "a#,b$;1,x;2,y");
    gives("\xEF\xBB\xBF" "a,b\n1,x\n", "a#,b$;1,x");
    gives("a;b\n1,5;x\n2,5;y\n", "a$,b$;1,5,x;2,5,y");
    gives("\"a,1\";b\n1;x\n", "a,1#,b$;1,x");
    gives("a;b;c\n1,2,3;4;5\n6,7;8;9\n", "a$,b#,c#;1,2,3,4,5;6,7,8,9");
    gives(" a , b \n 1 , x y \n", "a#,b$;1,x y");
    gives("a\tb\n \t x\n", "a#,b$;?,x");
    gives("a,b\n1, \"x, y\" \n", "a#,b$;1,x, y");
    gives("\n\na,b\n\n1,x\n   \n\n2,y\n\n", "a#,b$;1,x;2,y");
    gives("n\n1\n2\n", "n#;1;2");
    gives("1\n2\n", "c1#;1;2");
    gives("x\ny\nx\n", "c1$;x;y;x");
    gives("\"a\"\"b\",c\n\"x\ny\",1\n", "a\"b$,c#;x\ny,1");
    gives("a;b;c,d\n1;2;3,4\n", "a#,b#,c,d$;1,2,3,4");
    gives("5\" pipe,b\n1,2\n", "5\" pipe#,b#;1,2");
    gives("a,b\n\"\",\"1\"\n", "a#,b#;?,1");
    gradus_read_options options;
    gradus_read_defaults(&options);
    options.decimal = ',';
    gives_with("a;b\n1,5;x\n2;y\n", &options, "a#,b$;1.5,x;2,y");
    gives_with("1,5;2\n1.5;3\n", &options, "c1$,c2#;1,5,2;1.5,3");
    options.decimal = '.';
    options.delimiter = ' ';
    gives_with("a b\n1 x\n2 \n", &options, "a#,b$;1,x;2,?");
}

static void headers_are_found(void **state)
{
    (void)state;
    gives("1,2\n3,4\n", "c1#,c2#;1,2;3,4");
    gives("a,2\n3,4\n", "c1$,c2#;a,2;3,4");
    gives("a,b\nx,y\nx,z\n", "a$,b$;x,y;x,z");
    gives("x,y\nx,z\nz,z\n", "c1$,c2$;x,y;x,z;z,z");
    gives("a,a\nx,y\n", "c1$,c2$;a,a;x,y");
    gives(",b\n0,x\n1,y\n", "c1#,b$;0,x;1,y");
    gives("?,NA\n1,2\n", "?#,NA#;1,2");
    gives(",,\n1,2,3\n", "c1#,c2#,c3#;?,?,?;1,2,3");
    gradus_read_options options;
    gradus_read_defaults(&options);
    options.header = GRADUS_HEADER_YES;
    gives_with("1,2\n3,4\n", &options, "1#,2#;3,4");
    options.header = GRADUS_HEADER_NO;
    gives_with("a,b\n3,4\n", &options, "c1$,c2$;a,b;3,4");
}

static void types_come_from_the_whole_column(void **state)
{
    (void)state;
    gives("a,b\n1,01\n2,2\nx,3\n", "a$,b#;1,1;2,2;x,3");
    gives("a,b\n007,1\n7,2\n7.0,3\nx7,4\n", "a$,b#;007,1;7,2;7.0,3;x7,4");
    gives("a,b\n?,1\nNA,2\n,3\nN/A,4\nnull,5\nNaN,6\n", "a#,b#;?,1;?,2;?,3;?,4;?,5;?,6");
    gives("a,b\n-nan,1\nnan,2\n3,3\n", "a#,b#;?,1;?,2;3,3");
    gives("a,b\nx,1\nnan,2\nNAN,3\n", "a$,b#;x,1;?,2;?,3");
    gives("a,b\n?,1\nx,2\n?,3\n", "a$,b#;?,1;x,2;?,3");
    gives("a,b\n1e5,0x10\n+.5,1_000\n5.,\xE2\x88\x92" "1\n",
          "a#,b$;100000,0x10;0.5,1_000;5,\xE2\x88\x92" "1");
    gives("a,b\n-0,1\n1e-400,2\n", "a#,b#;-0,1;0,2");
    gives("a,b\ninf,x\n1e999,y\nz,z\n", "a$,b$;inf,x;1e999,y;z,z");
    gradus_read_options options;
    gradus_read_defaults(&options);
    options.categorical = "zip, \"a,b\"";
    gives_with("zip,\"a,b\",c\n01,2,3\n1,?,4\n", &options, "zip$,a,b$,c#;01,2,3;1,?,4");
    options.categorical = NULL;
    options.missing = "-999,unknown";
    gives_with("a,b,c\n-999,unknown,1\n-998,x,2\n", &options, "a#,b$,c#;?,?,1;-998,x,2");
    gives_with("a,b,c\n,?,1\n1,x,2\n", &options, "a$,b$,c#;,?,1;1,x,2");
    options.missing = "";
    gives_with("a,b,c\n,?,1\n1,x,2\n", &options, "a#,b$,c#;?,?,1;1,x,2");
}

static void reasons_are_given(void **state)
{
    (void)state;
    gradus_column about;
    const char *text = "a,b,c\n1,?,x\n?,?,y\n\"4\nO\",5,?\n";
    gradus_data *data = read_text(text, strlen(text), NULL);
    assert_non_null(data);
    gradus_data_column(data, 0, &about);
    assert_int_equal(about.kind, GRADUS_CATEGORY);
    assert_string_equal(about.why, "4\nO");
    assert_int_equal(about.why_line, 4);
    assert_int_equal(about.values, 2);
    assert_int_equal(about.missing, 1);
    assert_true(isnan(about.mean));
    gradus_data_column(data, 1, &about);
    assert_int_equal(about.missing, 2);
    assert_string_equal(about.why, "");
    assert_true(about.min == 5 && about.max == 5 && about.mean == 5);
    gradus_data_column(data, 2, &about);
    assert_int_equal(about.missing, 1);
    assert_string_equal(about.why, "x");
    assert_int_equal(about.why_line, 2);
    gradus_data_free(data);
}

static void bad_files_are_explained(void **state)
{
    (void)state;
    static const char empty[] = "t.csv: empty: there is no row in it";
    static const char only[] =
        "t.csv: a header and no rows below it: is it the right file?";
    fails("", empty);
    fails("\n \n\r\n", empty);
    fails("\xEF\xBB\xBF", empty);
    fails("a,b\n", only);
    fails("a,b", only);
    fails("a,b\n1,2\n3\n4,5\n",
          "t.csv:3: 1 cell where 2 are expected: mend the row, or --on-bad-row skip");
    fails("a,b\n1,2\n\n\"x\n\",2,3\n1,2\n",
          "t.csv:4: 3 cells where 2 are expected: mend the row, or --on-bad-row skip");
    fails("|1x3\n1,2\n3,4\n",
          "t.csv:1: 1 cell where 2 are expected: mend the row, or --on-bad-row skip");
    fails("a\nb\n\"x\"\"\n",
          "t.csv:3:1: a quote opens here and is never closed: close it");
    fails("a,b\n1,\"x\n2,y\n3,z\n",
          "t.csv:2:3: a quote opens here and is never closed: close it");
    fails("\"", "t.csv:1:1: a quote opens here and is never closed: close it");
    fails("a,b\n1,\"x\"y\n", "t.csv:2:6: text behind a closing quote: write \"\" for a "
                             "quote inside quotes, and "
                             "the delimiter behind the closing one");
    fails("a,b,a\n1,2,3\n",
          "t.csv: columns 1 and 3 are both called \"a\": rename one");
    fails(",c1\n1,2\n", "t.csv: columns 1 and 2 are both called \"c1\": rename one");
    fails("a,b\n1,2\ninf,3\n",
          "t.csv:3:1: \"inf\" is not a finite number (column a): mend the cell, or "
          "--on-bad-row skip, or --missing with it in the list");
    fails("a,b\n1,2\n1,-1e999\n2,inf\n",
          "t.csv:3:3: \"-1e999\" is not a finite number (column b): mend the cell, or "
          "--on-bad-row skip, or --missing with it in the list");
    fails_with(
        "a,b\n1,2\0\n", 9, NULL, GRADUS_DATA,
        "t.csv:2:4: a zero byte: this is no text; is it a binary file, a model, or UTF-16?");
    fails("PK\x03\x04",
          "t.csv: is a zip archive (a spreadsheet, or npz): save it as CSV or "
          "npy");
    fails_with("\xFF\xFE" "a\0", 4, NULL, GRADUS_DATA,
               "t.csv: is UTF-16 text: save it as UTF-8");
    fails_with("\xFF\xFE\0\0" "a\0\0", 8, NULL, GRADUS_DATA,
               "t.csv: is UTF-32 text: save it as UTF-8");
    fails_with("\0\0\xFE\xFF\0\0\0" "a", 8, NULL, GRADUS_DATA,
               "t.csv: is UTF-32 text: save it as UTF-8");
    fails("a\x01\x02" "b\n", "t.csv: is no text: is it a binary file?");
    fails("\x89PNG\r\n\x1a\n", "t.csv: is a picture");
    mkdir("d", 0777);
    gradus_data *data;
    assert_int_equal(gradus_data_read(NULL, "d", NULL, &data), GRADUS_IO);
    assert_string_equal(gradus_error(), "d: is a folder: name a file in it");
    rmdir("d");
    assert_int_equal(gradus_data_read(NULL, "none.csv", NULL, &data), GRADUS_IO);
    assert_string_equal(gradus_error(),
                        "none.csv: cannot open: No such file or directory: "
                        "check its name and rights");
}

static void bad_options_are_explained(void **state)
{
    (void)state;
    const char *text = "age,hours.per.week\n39,40\n50,4O\n";
    size_t length = strlen(text);
    gradus_read_options o;
    gradus_read_defaults(&o);
    o.numeric = "hours.per.week";
    fails_with(
        text, length, &o, GRADUS_DATA,
        "t.csv:3:4: \"4O\" is not a number (column hours.per.week): mend the cell, or "
        "--on-bad-row skip, or --categorical hours.per.week");
    o.categorical = "hours.per.week";
    fails_with(text, length, &o, GRADUS_ARGUMENT,
               "column hours.per.week: named in numeric and in categorical: choose one");
    o.categorical = "aeg";
    fails_with(text, length, &o, GRADUS_ARGUMENT,
               "categorical: no column \"aeg\": did you mean \"age\"?");
    o.categorical = "income";
    fails_with(text, length, &o, GRADUS_ARGUMENT,
               "categorical: no column \"income\": there are age, hours.per.week");
    gradus_read_defaults(&o);
    o.delimiter = '"';
    fails_with(text, length, &o, GRADUS_ARGUMENT,
               "delimiter \"\"\": cannot part cells: use another, such as , or ;");
    o.delimiter = o.decimal = ',';
    fails_with(text, length, &o, GRADUS_ARGUMENT,
               "delimiter \",\": cannot part cells: use another, such as , or ;");
    gradus_read_defaults(&o);
    o.decimal = '/';
    fails_with(text, length, &o, GRADUS_ARGUMENT,
               "decimal \"/\": not a decimal sign: use . or ,");
    gradus_read_defaults(&o);
    o.rejects = "r.csv";
    fails_with(text, length, &o, GRADUS_ARGUMENT,
               "rejects: no rows are skipped: set --on-bad-row skip, too");
    gradus_read_defaults(&o);
    o.labels = "l";
    fails_with(text, length, &o, GRADUS_ARGUMENT,
               "t.csv: labels: a CSV has them in a column, name that");
}

static void bad_rows_are_skipped(void **state)
{
    (void)state;
    gradus_read_options o;
    gradus_read_defaults(&o);
    o.skip_bad_rows = 1;
    o.numeric = "a";
    o.rejects = "r.csv";
    const char *text =
        "a,b,c\n1,x,1\n2\n4O,y,2\n3,z,\"w\n\",4\n4,v,3\n5,x,inf\n007,z,4\n";
    gives_with(text, &o, "a#,b$,c#;1,x,1;4,v,3;7,z,4");
    char rejects[100] = {0};
    FILE *file = fopen("r.csv", "rb");
    assert_non_null(file);
    size_t count = fread(rejects, 1, sizeof rejects - 1, file);
    fclose(file);
    unlink("r.csv");
    assert_int_equal(count, strlen(rejects));
    assert_string_equal(rejects, "a,b,c\n2\n4O,y,2\n3,z,\"w\n\",4\n5,x,inf\n");
    gradus_data *data = read_text(text, strlen(text), &o);
    gradus_data_about about;
    gradus_data_describe(data, &about);
    assert_int_equal(about.skipped, 4);
    gradus_data_free(data);
    unlink("r.csv");
    o.rejects = o.numeric = NULL;
    gives_with("junk\n1,2,3\n1\nx,2,3\n0007,2,3\n", &o,
               "c1$,c2#,c3#;1,2,3;x,2,3;0007,2,3");
    o.numeric = "a";
    fails_with("a,b\nx,1\ny,2\n", 12, &o, GRADUS_DATA,
               "t.csv: every row was skipped: is it the right file?");
}

static void records_are_kept(void **state)
{
    (void)state;
    gradus_read_options o;
    gradus_read_defaults(&o);
    o.keep_records = 1;
    const char *text = "a, \"b\"\r\n1,\"x\"\"\ny\"\r\n\n2 ,z";
    gradus_data *data = read_text(text, strlen(text), &o);
    gradus_data_about about;
    gradus_data_describe(data, &about);
    assert_string_equal(about.header, "a, \"b\"");
    assert_string_equal(about.format, "csv");
    assert_int_equal(about.delimiter, ',');
    assert_int_equal(about.has_header, 1);
    assert_int_equal(about.bytes, strlen(text));
    size_t length;
    const char *record = gradus_data_record(data, 0, &length);
    assert_int_equal(length, 9);
    assert_memory_equal(record, "1,\"x\"\"\ny\"", length);
    record = gradus_data_record(data, 1, &length);
    assert_int_equal(length, 4);
    assert_memory_equal(record, "2 ,z", length);
    gradus_data_free(data);
}

/* A pipe cannot be read twice: what came is kept for columns that change their kind. */
static void pipes_are_read_once(void **state)
{
    (void)state;
    char shown[100];
    gradus_data *data;
    put("t.csv", "\xEF\xBB\xBF" "a,b\n007,1\nx,2\n", 17);
    int saved = dup(0);
    FILE *pipe = popen("cat t.csv", "r");
    assert_non_null(pipe);
    dup2(fileno(pipe), 0);
    gradus_status status = gradus_data_read(NULL, "-", NULL, &data);
    dup2(saved, 0);
    close(saved);
    pclose(pipe);
    assert_int_equal(status, GRADUS_OK);
    show(data, shown, sizeof shown);
    assert_string_equal(shown, "a$,b#;007,1;x,2");
    gradus_data_free(data);
}

static void many_columns_are_read(void **state)
{
    (void)state;
    enum { COLUMNS = 10000, ROWS = 20 };
    FILE *file = fopen("t.csv", "wb");
    assert_non_null(file);
    for (int i = -1; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            fprintf(file, "%s%d%c", i < 0 ? "x" : "", i * (j % 100),
                    ",\n"[j == COLUMNS - 1]);
    fclose(file);
    gradus_data *data;
    assert_int_equal(gradus_data_read(NULL, "t.csv", NULL, &data), GRADUS_DATA);
    assert_string_equal(gradus_error(),
                        "t.csv: columns 1 and 101 are both called \"x0\": rename one");
    gradus_read_options o;
    gradus_read_defaults(&o);
    o.header = GRADUS_HEADER_NO;
    assert_int_equal(gradus_data_read(NULL, "t.csv", &o, &data), GRADUS_OK);
    assert_int_equal(gradus_data_columns(data), COLUMNS);
    assert_int_equal(gradus_data_rows(data), ROWS + 1);
    assert_int_equal(gradus_data_find(data, "c9999"), 9998);
    assert_int_equal(data->column[9998].kind, GRADUS_CATEGORY);
    assert_string_equal(gradus_data_value(data, 9998, 20), "1862");
    gradus_data_free(data);
}

/* ---- data sets as they are published ---- */

static gradus_data *read_published(const char *name, gradus_read_options *options)
{
    char path[600];
    const char *root = getenv("GRADUS_DATA");
    snprintf(path, sizeof path, "%s/%s", root != NULL ? root : "", name);
    if (access(path, R_OK) != 0)
        skip();
    gradus_data *data;
    if (gradus_data_read(NULL, path, options, &data) != GRADUS_OK)
        fail_msg("%s", gradus_error());
    return data;
}

static void published_sets_are_read(void **state)
{
    (void)state;
    gradus_column about;
    gradus_data *data = read_published("adult/adult.data", NULL);
    assert_int_equal(gradus_data_rows(data), 32561);
    assert_int_equal(gradus_data_columns(data), 15);
    gradus_data_column(data, 14, &about);
    assert_string_equal(about.name, "c15");
    assert_int_equal(about.values, 2);
    gradus_data_column(data, 1, &about);
    assert_int_equal(about.missing, 1836);
    gradus_data_free(data);
    gradus_read_options skips;
    gradus_read_defaults(&skips);
    skips.skip_bad_rows = 1;
    data = read_published("adult/adult.test", &skips);
    assert_int_equal(gradus_data_rows(data), 16281);
    assert_int_equal(data->about.skipped, 1);
    assert_string_equal(gradus_data_value(data, 14, 0), "<=50K.");
    gradus_data_free(data);
    data = read_published("titanic/titanic.csv", NULL);
    assert_int_equal(gradus_data_rows(data), 1309);
    assert_string_equal(gradus_data_value(data, 2, 0), "Allen, Miss. Elisabeth Walton");
    gradus_data_column(data, gradus_data_find(data, "ticket"), &about);
    assert_int_equal(about.kind, GRADUS_CATEGORY);
    assert_string_equal(about.why, "PC 17609");
    assert_int_equal(about.why_line, 11);
    assert_int_equal(about.values, 929);
    gradus_data_free(data);
    data = read_published("california_housing/housing.csv", NULL);
    gradus_data_column(data, gradus_data_find(data, "total_bedrooms"), &about);
    assert_int_equal(about.missing, 207);
    gradus_data_free(data);
    data = read_published("wine_quality/winequality-white.csv", NULL);
    assert_int_equal(data->about.delimiter, ';');
    assert_int_equal(gradus_data_find(data, "free sulfur dioxide"), 5);
    gradus_data_free(data);
    data = read_published("iris/iris.csv", NULL);
    assert_int_equal(gradus_data_rows(data), 150);
    gradus_data_free(data);
    data = read_published("skin_segmentation/skin.csv", NULL);
    assert_int_equal(gradus_data_rows(data), 245057);
    gradus_data_free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialects_are_found),
        cmocka_unit_test(headers_are_found),
        cmocka_unit_test(types_come_from_the_whole_column),
        cmocka_unit_test(reasons_are_given),
        cmocka_unit_test(bad_files_are_explained),
        cmocka_unit_test(bad_options_are_explained),
        cmocka_unit_test(bad_rows_are_skipped),
        cmocka_unit_test(records_are_kept),
        cmocka_unit_test(pipes_are_read_once),
        cmocka_unit_test(many_columns_are_read),
        cmocka_unit_test(published_sets_are_read),
    };
    if (!enter_folder())
        return 99;
    int failed = gr_run_tests(tests, sizeof tests / sizeof tests[0]);
    leave_folder();
    return failed;
}
