/* tests/unit/test_status.c - texts, exit codes, and messages that cannot move a terminal.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/status.h"

#include "runner.h"

#include <pthread.h>
#include <string.h>

static void every_status_has_a_text_and_a_code(void **state)
{
    (void)state;
    static const int codes[] = {0, 1, 2, 3, 4, 5, 6, 7, 130};
    for (size_t i = 0; i < GR_COUNT(codes); i++) {
        assert_int_equal(gradus_status_exit_code((gradus_status)i), codes[i]);
        assert_true(strlen(gradus_status_text((gradus_status)i)) > 0);
    }
    assert_string_equal(gradus_status_text(GRADUS_OK), "success");
    assert_string_equal(gradus_status_text(GRADUS_MEMORY), "out of memory");
    assert_string_equal(gradus_status_text((gradus_status)99), "unknown status");
    assert_int_equal(gradus_status_exit_code((gradus_status)99), 1);
    assert_string_equal(gradus_version(), GRADUS_VERSION);
}

static void a_failure_leaves_its_message(void **state)
{
    (void)state;
    assert_int_equal(gr_fail(GRADUS_DATA, "%s:%d: what", "a.csv", 3), GRADUS_DATA);
    assert_string_equal(gradus_error(), "a.csv:3: what");
    assert_int_equal(gr_fail_at(GRADUS_DATA, "fold %d", 2), GRADUS_DATA);
    assert_string_equal(gradus_error(), "fold 2: a.csv:3: what");
    assert_int_equal(gr_fail(GRADUS_IO, "again: %s", gradus_error()), GRADUS_IO);
    assert_string_equal(gradus_error(), "again: fold 2: a.csv:3: what");
}

static void escapes_what_moves_a_terminal(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *shown;
    } cases[] = {
        {"\x1b[2Jred", "\\x1b[2Jred"},
        {"a\nb\rc\td\x7f", "a\\x0ab\\x0dc\\x09d\\x7f"},
        {"K\xc3\xb6ln \xe2\x82\xac \xf0\x9f\x99\x82",
         "K\xc3\xb6ln \xe2\x82\xac \xf0\x9f\x99\x82"},
        {"\xc2\x9b" "31m", "\\xc2\\x9b" "31m"},            /* C1: CSI in one character */
        {"\xe2\x80\xae" "evil", "\\xe2\\x80\\xae" "evil"}, /* right-to-left override */
        {"\xff\xfe", "\\xff\\xfe"},
        {"cut \xe2\x82", "cut \\xe2\\x82"},
        {"\xc0\xaf", "\\xc0\\xaf"},                        /* overlong */
        {"\xe0\x82\xa9", "\\xe0\\x82\\xa9"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},               /* half of a surrogate pair */
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},      /* past U+10FFFF */
    };
    for (size_t i = 0; i < GR_COUNT(cases); i++) {
        assert_int_equal(gr_fail(GRADUS_DATA, "%s", cases[i].raw), GRADUS_DATA);
        assert_string_equal(gradus_error(), cases[i].shown);
    }
}

static void long_messages_are_cut_between_characters(void **state)
{
    (void)state;
    char text[3000];
    for (size_t i = 0; i + 1 < sizeof text; i++)
        text[i] = '\x01';
    text[sizeof text - 1] = 0;
    assert_int_equal(gr_fail(GRADUS_DATA, "%s", text), GRADUS_DATA);
    size_t length = strlen(gradus_error());
    assert_true(length > 500 && length % 4 == 0);
    assert_int_equal(gr_fail_at(GRADUS_DATA, "x"), GRADUS_DATA);
    assert_memory_equal(gradus_error(), "x: \\x01", 7);
}

static void *fail_elsewhere(void *result)
{
    *(int *)result = gradus_error()[0] == 0 && gr_fail(GRADUS_IO, "theirs") == GRADUS_IO;
    return NULL;
}

static void each_thread_has_its_own(void **state)
{
    (void)state;
    pthread_t thread;
    int was_empty = 0;
    assert_int_equal(gr_fail(GRADUS_DATA, "mine"), GRADUS_DATA);
    assert_int_equal(pthread_create(&thread, NULL, fail_elsewhere, &was_empty), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(was_empty);
    assert_string_equal(gradus_error(), "mine");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_text_and_a_code),
        cmocka_unit_test(a_failure_leaves_its_message),
        cmocka_unit_test(escapes_what_moves_a_terminal),
        cmocka_unit_test(long_messages_are_cut_between_characters),
        cmocka_unit_test(each_thread_has_its_own),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
