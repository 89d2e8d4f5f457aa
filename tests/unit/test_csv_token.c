/* tests/unit/test_csv_token.c - records and cells, against Python's csv module, and
 * limits.
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/csv_token.h"
#include "faults.h"

enum { LINE = 4096 };

static char path[] = "/tmp/gradus-token-XXXXXX";

static void put(const char *bytes, size_t count)
{
    unlink(path); /* a new file is written faster than an old one is cut */
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    fclose(file);
}

static gradus_status open_csv(const gradus_context *context, gr_csv *csv)
{
    gr_stream *stream;
    assert_int_equal(gr_stream_open(context, path, &stream), GRADUS_OK);
    return gr_csv_open(csv, context, stream, false);
}

/* \n \r \t \\ \xHH; returns the length, the text is changed in place. */
static size_t unescape(char *text)
{
    char *to = text;
    for (const char *p = text; *p != 0; p++) {
        if (*p != '\\') {
            *to++ = *p;
        } else if (*++p == 'x') {
            char digits[3] = {p[1], p[2], 0};
            *to++ = (char)strtol(digits, NULL, 16);
            p += 2;
        } else {
            *to++ = *p == 'n' ? '\n' : *p == 'r' ? '\r' : *p == 't' ? '\t' : *p;
        }
    }
    *to = 0;
    return (size_t)(to - text);
}

static void check_row(const gr_csv *csv, char *expected, const char *input)
{
    size_t j = 0;
    for (char *cell = expected, *next; cell != NULL; cell = next, j++) {
        next = strchr(cell, '\t');
        if (next != NULL)
            *next++ = 0;
        size_t length = unescape(cell);
        if (j >= csv->cells || csv->cell[j].length != length ||
            memcmp(csv->cell[j].text, cell, length) != 0)
            fail_msg("%s: cell %zu is not \"%s\"", input, j, cell);
    }
    if (j != csv->cells)
        fail_msg("%s: %zu cells, not %zu", input, csv->cells, j);
}

static void compare_with_python(size_t piece)
{
    char line[LINE], input[LINE] = "", name[512];
    faults f;
    gradus_context *context = faults_open(&f);
    f.piece = piece;
    snprintf(name, sizeof name, "%s/tests/golden/csv/python.txt",
             getenv("GRADUS_SOURCE_ROOT"));
    FILE *golden = fopen(name, "rb");
    assert_non_null(golden);
    gr_csv csv = {0};
    size_t cases = 0;
    gradus_status status = GRADUS_OK;
    bool more = true;
    while (fgets(line, sizeof line, golden) != NULL) {
        line[strcspn(line, "\n")] = 0;
        if (strncmp(line, "in ", 3) == 0) {
            char delimiter = line[3] == '\\' ? '\t' : line[3];
            char *text = line + (line[3] == '\\' ? 6 : 5);
            strcpy(input, line);
            put(text, unescape(text));
            status = open_csv(context, &csv);
            gr_csv_set_delimiter(&csv, delimiter);
            continue;
        }
        if (status == GRADUS_OK)
            status = gr_csv_next(&csv, &more);
        if (strncmp(line, "row", 3) == 0) {
            assert_int_equal(status, GRADUS_OK);
            check_row(&csv, line + 4, input);
            continue;
        }
        bool refused = strcmp(line, "bad") == 0;
        while (refused && status == GRADUS_OK && more)
            status = gr_csv_next(&csv, &more);
        if (status != (refused ? GRADUS_DATA : GRADUS_OK) || (!refused && more))
            fail_msg("%s: status %d, %s", input, status, gradus_error());
        gr_csv_close(&csv);
        cases++;
    }
    fclose(golden);
    assert_int_equal(cases, 400);
    faults_close(&f, context);
}

static void records_are_those_of_python(void **state)
{
    (void)state;
    compare_with_python(0);
}

static void any_size_of_pieces_gives_the_same(void **state)
{
    (void)state;
    compare_with_python(1);
    compare_with_python(3);
}

/* Each record: its line, its text, and where each cell starts. */
static void places_are_known(void **state)
{
    (void)state;
    static const char text[] = "\xEF\xBB\xBF" "a, bb ,\"c\"\"c\"\r\n"
                               "\n  \n"
                               "\xC3\xA4\xC3\xB6,\"x\ny\r\nz\",last\r"
                               "1,2,3";
    static const struct {
        size_t line, places[3][2];
        const char *record;
    } expected[] = {
        {1, {{1, 1}, {1, 4}, {1, 8}}, "a, bb ,\"c\"\"c\""},
        {4, {{4, 1}, {4, 4}, {6, 4}}, "\xC3\xA4\xC3\xB6,\"x\ny\r\nz\",last"},
        {7, {{7, 1}, {7, 3}, {7, 5}}, "1,2,3"},
    };
    gr_csv csv;
    bool more;
    put(text, sizeof text - 1);
    assert_int_equal(open_csv(gr_context_or_default(NULL), &csv), GRADUS_OK);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(gr_csv_next(&csv, &more), GRADUS_OK);
            assert_true(more);
            assert_int_equal(csv.line, expected[i].line);
            assert_int_equal(csv.cells, 3);
            assert_int_equal(csv.record_length, strlen(expected[i].record));
            assert_memory_equal(csv.record, expected[i].record, csv.record_length);
            for (size_t j = 0; j < 3; j++) {
                gr_csv_place place = gr_csv_where(&csv, csv.cell[j].at);
                assert_int_equal(place.line, expected[i].places[j][0]);
                assert_int_equal(place.column, expected[i].places[j][1]);
            }
        }
        assert_int_equal(gr_csv_next(&csv, &more), GRADUS_OK);
        assert_false(more);
        assert_int_equal(gr_csv_rewind(&csv), GRADUS_OK);
    }
    gr_csv_close(&csv);
}

static void fails_with(const char *text, size_t length, const char *message)
{
    gr_csv csv;
    bool more = true;
    put(text, length);
    gradus_status status = open_csv(gr_context_or_default(NULL), &csv);
    csv.most_bytes = 100;
    csv.most_cells = 10;
    while (status == GRADUS_OK && more)
        status = gr_csv_next(&csv, &more);
    gr_csv_close(&csv);
    assert_int_equal(status, GRADUS_DATA);
    const char *told = gradus_error();
    assert_int_equal(strncmp(told, path, strlen(path)), 0);
    assert_string_equal(told + strlen(path), message);
}

static void limits_are_kept(void **state)
{
    (void)state;
    char text[200];
    memset(text, 'x', sizeof text);
    text[0] = '1';
    text[1] = ',';
    fails_with(text, sizeof text,
               ":1:3: a cell longer than 1 GiB: is a quote open, or the file no CSV?");
    text[2] = '"';
    text[150] = '"';
    text[151] = '\n';
    fails_with(text, sizeof text,
               ":1:3: a cell longer than 1 GiB: is a quote open, or the file no CSV?");
    fails_with("a\n,,,,,,,,,,\n", 13,
               ":2:11: more than a million cells in a row: is the delimiter right?");
    fails_with("a,\"b\nc,d\n", 9,
               ":1:3: a quote opens here and is never closed: close it");
    fails_with(
        "a,\"b\"c\n", 7,
        ":1:6: text behind a closing quote: write \"\" for a quote inside quotes, and "
        "the delimiter behind the closing one");
    static const char zero[] =
        "a zero byte: this is no text; is it a binary file, a model, or UTF-16?";
    char expected[128];
    snprintf(expected, sizeof expected, ":2:4: %s", zero);
    fails_with("a\nb,c\0d\n", 8, expected);
    snprintf(expected, sizeof expected, ":2:1: %s", zero);
    fails_with("a\n\0", 3, expected);
    snprintf(expected, sizeof expected, ":1:4: %s", zero);
    fails_with("a,\"\0\"", 5, expected);
}

/* Far longer than the window: it grows, and moves. */
static void long_records_are_read(void **state)
{
    (void)state;
    enum { CELL = 1000003, ROWS = 5 };
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (int i = 0; i < ROWS; i++) {
        fprintf(file, "%d,\"", i);
        for (int k = 0; k < CELL; k++)
            fputc('a' + (k + i) % 26, file);
        fputs("\",end\n", file);
    }
    fclose(file);
    gr_csv csv;
    bool more;
    assert_int_equal(open_csv(gr_context_or_default(NULL), &csv), GRADUS_OK);
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(gr_csv_next(&csv, &more), GRADUS_OK);
        assert_int_equal(csv.cells, 3);
        assert_int_equal(csv.cell[1].length, CELL);
        assert_int_equal(csv.cell[1].text[CELL - 1], 'a' + (CELL - 1 + i) % 26);
        assert_memory_equal(csv.cell[2].text, "end", 3);
        assert_int_equal(csv.line, i + 1);
    }
    gr_csv_close(&csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_those_of_python),
        cmocka_unit_test(any_size_of_pieces_gives_the_same),
        cmocka_unit_test(places_are_known),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(long_records_are_read),
    };
    int handle = mkstemp(path);
    if (handle < 0)
        return 99;
    close(handle);
    int failed = gr_run_tests(tests, sizeof tests / sizeof tests[0]);
    unlink(path);
    return failed;
}
