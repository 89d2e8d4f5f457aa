/* tests/unit/test_json.c - the JSON of model files: one spelling, both ways.
 *
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "base/status.h"
#include "runner.h" /* before faults.h, which asserts */
#include "faults.h"
#include "store/json.h"

static const gradus_context *context(void)
{
    return gr_context_or_default(NULL);
}

static gr_scan scan_of(const char *text)
{
    return (gr_scan){.context = context(), .path = "m", .text = text,
                     .length = strlen(text)};
}

/* What a string becomes, and that it comes back. */
static void check_string(const char *text, const char *expected)
{
    gr_text out = {.context = context()};
    char *back = NULL;
    assert_int_equal(gr_json_add_string(&out, NULL, text), GRADUS_OK);
    if (expected != NULL)
        assert_string_equal(out.text, expected);
    gr_scan scan = scan_of(out.text);
    assert_int_equal(gr_scan_string(&scan, NULL, &back), GRADUS_OK);
    assert_string_equal(back, text);
    assert_int_equal(scan.position, out.length);
    gr_release(context(), back);
    gr_release(context(), out.text);
}

static void strings_are_spelled_as_python_does(void **state)
{
    (void)state;
    check_string("", "\"\"");
    check_string("age", "\"age\"");
    check_string("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
    check_string("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"");
    check_string("\x01\x1f\x7f", "\"\\u0001\\u001f\x7f\"");
    check_string("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
                 NULL); /* e acute, euro, a face */
}

static void bytes_that_are_no_utf8_become_surrogates(void **state)
{
    (void)state;
    check_string("\xe9t\xe9", "\"\\udce9t\\udce9\"");                /* Latin-1 */
    check_string("\xc0\xaf", "\"\\udcc0\\udcaf\"");                  /* overlong */
    check_string("\xe0\x9f\xbf", "\"\\udce0\\udc9f\\udcbf\"");       /* overlong */
    check_string("\xed\xb2\x80", "\"\\udced\\udcb2\\udc80\"");       /* a surrogate */
    check_string("\xf4\x90\x80\x80", "\"\\udcf4\\udc90\\udc80\\udc80\"");
    check_string("\xf0\x8f\x80\x80", "\"\\udcf0\\udc8f\\udc80\\udc80\"");
    check_string("\xe2\x82", "\"\\udce2\\udc82\"");                  /* cut short */
    check_string("\xff", "\"\\udcff\"");
}

static void every_short_string_comes_back(void **state)
{
    (void)state;
    char text[3] = "";
    for (int a = 1; a < 256; a++)
        for (int b = 0; b < 256; b++) {
            text[0] = (char)a;
            text[1] = (char)b;
            check_string(text, NULL);
        }
}

static void check_number(double number)
{
    gr_text out = {.context = context()};
    double back = 0;
    assert_int_equal(gr_json_add_number(&out, NULL, number), GRADUS_OK);
    gr_scan scan = scan_of(out.text);
    assert_int_equal(gr_scan_number(&scan, NULL, &back), GRADUS_OK);
    assert_memory_equal(&back, &number, sizeof back);
    /* as JSON has it: a digit first, and a digit on both sides of the point */
    const char *digits = out.text + (out.text[0] == '-');
    assert_true(digits[0] >= '0' && digits[0] <= '9');
    assert_false(digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9');
    const char *point = strchr(digits, '.');
    assert_true(point == NULL || (point[1] >= '0' && point[1] <= '9'));
    gr_release(context(), out.text);
}

static void numbers_come_back_to_the_bit(void **state)
{
    (void)state;
    static const double some[] = {0, -0.0, 1, -1, 0.1, 38.6, 1e15, 1e21, 1e22, 1e300,
                                  5e-324,
                                  1e-7, 123456789012345678.0, 2.2250738585072014e-308,
                                  1.7976931348623157e308, 1e-5, 9007199254740993.0};
    for (size_t i = 0; i < GR_COUNT(some); i++)
        check_number(some[i]);
    const gr_key key = {.seed = 1, .purpose = GR_PURPOSE_START};
    for (uint64_t i = 0; i < 20000; i++) {
        uint64_t bits = gr_random_64(key, i, 0);
        double number;
        memcpy(&number, &bits, sizeof number);
        if (isfinite(number))
            check_number(number);
    }
}

static void numbers_that_are_not_finite_are_refused(void **state)
{
    (void)state;
    static const double some[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < GR_COUNT(some); i++) {
        gr_text out = {.context = context()};
        assert_int_equal(gr_json_add_number(&out, "scale", some[i]), GRADUS_ARGUMENT);
        assert_non_null(strstr(gradus_error(), "\"scale\""));
        gr_release(context(), out.text);
    }
    static const char *const texts[] = {"nan", "inf", "1e999", "", "-", "e", ".", "null"};
    for (size_t i = 0; i < GR_COUNT(texts); i++) {
        gr_scan scan = scan_of(texts[i]);
        double number;
        assert_int_equal(gr_scan_number(&scan, NULL, &number), GRADUS_MODEL);
    }
}

static void sizes_stop_at_the_largest(void **state)
{
    (void)state;
    gr_scan scan = scan_of("18446744073709551615,18446744073709551616");
    size_t size = 0;
    assert_int_equal(gr_scan_size(&scan, NULL, &size), GRADUS_OK);
    assert_true(size == SIZE_MAX);
    assert_true(gr_scan_skip(&scan, ","));
    assert_int_equal(gr_scan_size(&scan, NULL, &size), GRADUS_MODEL);
    assert_true(size == SIZE_MAX);
    scan = scan_of("-1");
    assert_int_equal(gr_scan_size(&scan, NULL, &size), GRADUS_MODEL);
}

static void malformed_strings_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "x", "\"", "\"abc", "\"\\", "\"\\\"", "\"\\x\"", "\"\\/\"", "\"\\u\"",
        "\"\\u00\"", "\"\\u0000\"", "\"\\u0041\"", "\"\\ud800\"", "\"\\udc7f\"",
        "\"\\udcFF\"", "\"\\U0001\"", "\"\\u001\"", "\"a\nb\"", "\"\t\"",
    };
    for (size_t i = 0; i < GR_COUNT(texts); i++) {
        gr_scan scan = scan_of(texts[i]);
        char *text = NULL;
        assert_int_equal(gr_scan_string(&scan, NULL, &text), GRADUS_MODEL);
        assert_null(text);
    }
}

/* Every prefix lies in a block of its own, so that a read past its end is seen. */
static void a_cut_text_is_never_read_past_its_end(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":\"x\\n\\u0001\\udcff\",\"b\":12,\"c\":-1.5e-7}";
    for (size_t length = 0; length < sizeof text - 1; length++) {
        char *block = test_malloc(length), *string = NULL;
        memcpy(block, text, length);
        gr_scan scan = {.context = context(), .path = "m", .text = block,
                        .length = length};
        size_t size;
        double number;
        bool whole = gr_scan_literal(&scan, "{") == GRADUS_OK &&
                     gr_scan_string(&scan, "a", &string) == GRADUS_OK &&
                     gr_scan_size(&scan, "b", &size) == GRADUS_OK &&
                     gr_scan_number(&scan, "c", &number) == GRADUS_OK &&
                     gr_scan_literal(&scan, "}") == GRADUS_OK;
        assert_false(whole);
        assert_true(scan.position <= length);
        gr_release(context(), string);
        test_free(block);
    }
}

static void messages_name_the_byte_of_the_file(void **state)
{
    (void)state;
    gr_scan scan = scan_of("{\"a\":1,\"b\":x}");
    size_t size;
    scan.start = 100;
    assert_int_equal(gr_scan_literal(&scan, "{"), GRADUS_OK);
    assert_int_equal(gr_scan_size(&scan, "a", &size), GRADUS_OK);
    assert_int_equal(gr_scan_size(&scan, "b", &size), GRADUS_MODEL);
    assert_non_null(strstr(gradus_error(), "m: byte 111: "));
    scan.quoted = true; /* four quotes stand before it, each behind a backslash */
    assert_int_equal(gr_scan_fail(&scan, "wrong"), GRADUS_MODEL);
    assert_non_null(strstr(gradus_error(), "m: byte 115: wrong: "));
}

static void the_first_other_byte_is_found(void **state)
{
    (void)state;
    gr_scan scan = scan_of("abcdef");
    assert_int_equal(gr_scan_same(&scan, "abcdef", 6), GRADUS_OK);
    assert_int_equal(gr_scan_same(&scan, "abcxef", 6), GRADUS_MODEL);
    assert_int_equal(scan.position, 3);
    assert_int_equal(gr_scan_same(&scan, "abcde", 5), GRADUS_MODEL);
    assert_int_equal(scan.position, 5);
    assert_int_equal(gr_scan_same(&scan, "abcdefg", 7), GRADUS_MODEL);
    assert_int_equal(scan.position, 6);
}

static void memory_may_fail_at_every_call(void **state)
{
    (void)state;
    faults f;
    gradus_context *failing = faults_open(&f);
    for (size_t n = 1;; n++) {
        gr_text out = {.context = failing};
        char *text = NULL;
        faults_arm(&f, n, FAULT_MEMORY);
        gradus_status status = gr_json_add_string(&out, "key",
                                                  "a long value \xff, longer "
                                                  "than the first room of a text \n");
        if (status == GRADUS_OK) {
            gr_scan scan = {.context = failing, .path = "m", .text = out.text,
                            .length = out.length};
            scan.position = 1;
            status = gr_scan_literal(&scan, "\"key\":");
            if (status == GRADUS_OK)
                status = gr_scan_string(&scan, NULL, &text);
        }
        gr_release(failing, text);
        gr_release(failing, out.text);
        if (!faults_hit(&f))
            break;
        assert_int_equal(status, GRADUS_MEMORY);
    }
    faults_close(&f, failing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_spelled_as_python_does),
        cmocka_unit_test(bytes_that_are_no_utf8_become_surrogates),
        cmocka_unit_test(every_short_string_comes_back),
        cmocka_unit_test(numbers_come_back_to_the_bit),
        cmocka_unit_test(numbers_that_are_not_finite_are_refused),
        cmocka_unit_test(sizes_stop_at_the_largest),
        cmocka_unit_test(malformed_strings_are_refused),
        cmocka_unit_test(a_cut_text_is_never_read_past_its_end),
        cmocka_unit_test(messages_name_the_byte_of_the_file),
        cmocka_unit_test(the_first_other_byte_is_found),
        cmocka_unit_test(memory_may_fail_at_every_call),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
