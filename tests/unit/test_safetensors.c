/* tests/unit/test_safetensors.c - the container of model files.
 *
 * Forged files carry a right check, so that only the rule under test can refuse them.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/status.h"
#include "runner.h" /* before faults.h, which asserts */
#include "faults.h"
#include "store/safetensors.h"

#define FORMAT(number) "{\"__metadata__\":{\"format\":\"gradus " number "\","
#define CHECK "\"check\":\"0000000000000000\","
#define METADATA FORMAT("1") CHECK "\"gradus\":\"text\"}"
enum { CHECK_AT = 54, ROOM = 4096 };

static const gradus_context *context(void)
{
    return gr_context_or_default(NULL);
}

/* Two tensors, 2x3 and 3, of values 0.5, 1.5, ... */
static gr_safetensors example(const gradus_context *where, gradus_precision precision,
                              gradus_status *status)
{
    gr_safetensors file = {.context = where, .precision = precision};
    const size_t shape[2] = {2, 3};
    *status = gr_copy_text(where, "a \"text\"", 8, &file.text);
    if (*status == GRADUS_OK)
        *status = gr_safetensors_add(&file, "1.weight", 2, shape);
    if (*status == GRADUS_OK)
        *status = gr_safetensors_add(&file, "1.bias", 1, shape + 1);
    if (*status == GRADUS_OK)
        *status = gr_safetensors_layout(&file);
    for (size_t t = 0; *status == GRADUS_OK && t < file.tensors; t++)
        for (size_t i = 0; i < file.tensor[t].count; i++)
            if (precision == GRADUS_FLOAT64)
                ((double *)file.tensor[t].values)[i] = (double)i + 0.5;
            else
                ((float *)file.tensor[t].values)[i] = (float)i + 0.5f;
    if (*status == GRADUS_OK)
        *status = gr_safetensors_seal(&file);
    return file;
}

static gr_safetensors example_of(gradus_precision precision)
{
    gradus_status status;
    gr_safetensors file = example(context(), precision, &status);
    assert_int_equal(status, GRADUS_OK);
    return file;
}

/* Parses a copy of the bytes in a block of exactly their size. */
static gradus_status parse_into(const gradus_context *where, const char *bytes,
                                size_t size, gr_safetensors *file)
{
    *file = (gr_safetensors){.context = where};
    gradus_status status = gr_allocate(where, size, 1, "a test", &file->bytes);
    if (status != GRADUS_OK)
        return status;
    memcpy(file->bytes, bytes, size);
    file->size = size;
    return gr_safetensors_parse(file, "m.gradus");
}

static gradus_status parse(const char *bytes, size_t size)
{
    gr_safetensors file;
    gradus_status status = parse_into(context(), bytes, size, &file);
    gr_safetensors_free(&file);
    return status;
}

static void set_length(char *bytes, uint64_t length)
{
    for (int k = 0; k < 8; k++)
        bytes[k] = (char)(length >> 8 * k);
}

static void set_check(char *bytes, size_t size)
{
    char digits[17];
    memset(bytes + CHECK_AT, '0', 16);
    snprintf(digits, sizeof digits, "%016" PRIx64, gr_digest_of(bytes, size));
    memcpy(bytes + CHECK_AT, digits, 16);
}

/* A file of a header, filled up with spaces, and `data` bytes; returns its size. */
static size_t forge(const char *header, size_t data, char bytes[ROOM])
{
    size_t head = (8 + strlen(header) + 63) / 64 * 64;
    assert_true(head + data <= ROOM);
    memset(bytes, ' ', head);
    memset(bytes + head, 0, data);
    set_length(bytes, head - 8);
    memcpy(bytes + 8, header, strlen(header));
    set_check(bytes, head + data);
    return head + data;
}

static void the_bytes_are_as_documented(void **state)
{
    (void)state;
    gr_safetensors file = example_of(GRADUS_FLOAT32);
    static const char header[] =
        "{\"__metadata__\":{\"format\":\"gradus 1\",\"check\":\"................\","
        "\"gradus\":\"a \\\"text\\\"\"},"
        "\"1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
        "\"1.bias\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[24,36]}}";
    static const unsigned char values[12] = {0, 0, 0, 0x3f, 0, 0, 0xc0, 0x3f, 0, 0, 0x20,
                                             0x40}; /* 0.5, 1.5, 2.5 */
    size_t head = (8 + sizeof header - 1 + 63) / 64 * 64;
    assert_int_equal(file.size, head + 36);
    assert_int_equal((unsigned char)file.bytes[0], (head - 8) & 255);
    assert_int_equal((unsigned char)file.bytes[1], (head - 8) >> 8);
    char written[ROOM] = "";
    memcpy(written, file.bytes + 8, sizeof header - 1);
    memset(written + CHECK_AT - 8, '.', 16);
    assert_string_equal(written, header);
    for (size_t i = 8 + sizeof header - 1; i < head; i++)
        assert_int_equal(file.bytes[i], ' ');
    assert_memory_equal(file.bytes + head, values, sizeof values);
    assert_memory_equal(file.bytes + head + 24, values, sizeof values);
    char again[ROOM];
    memcpy(again, file.bytes, file.size);
    set_check(again, file.size);
    assert_memory_equal(again, file.bytes, file.size);
    gr_safetensors_free(&file);
}

static void what_was_written_is_read(void **state)
{
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        gr_safetensors file = example_of(wide ? GRADUS_FLOAT64 : GRADUS_FLOAT32), back;
        assert_int_equal(parse_into(context(), file.bytes, file.size, &back), GRADUS_OK);
        assert_int_equal(back.precision, file.precision);
        assert_string_equal(back.text, "a \"text\"");
        assert_memory_equal(back.bytes + back.text_start, "a \\\"", 4);
        assert_int_equal(back.tensors, 2);
        assert_string_equal(back.tensor[0].name, "1.weight");
        assert_int_equal(back.tensor[0].rank, 2);
        assert_int_equal(back.tensor[0].shape[0], 2);
        assert_int_equal(back.tensor[0].shape[1], 3);
        assert_string_equal(back.tensor[1].name, "1.bias");
        assert_int_equal(back.tensor[1].rank, 1);
        assert_int_equal(back.tensor[1].shape[0], 3);
        for (size_t i = 0; i < 3; i++)
            assert_true((wide ? ((double *)back.tensor[1].values)[i]
                              : (double)((float *)back.tensor[1].values)[i]) ==
                        (double)i + 0.5);
        assert_int_equal((uintptr_t)back.tensor[0].values % 64, 0);
        gr_safetensors_free(&back);
        gr_safetensors_free(&file);
    }
}

static void a_file_without_tensors_is_one(void **state)
{
    (void)state;
    char bytes[ROOM];
    assert_int_equal(parse(bytes, forge(METADATA "}", 0, bytes)), GRADUS_OK);
}

static void every_cut_and_every_flip_is_refused(void **state)
{
    (void)state;
    gr_safetensors file = example_of(GRADUS_FLOAT32);
    for (size_t size = 0; size < file.size; size++)
        assert_int_equal(parse(file.bytes, size), GRADUS_MODEL);
    for (size_t bit = 0; bit < 8 * file.size; bit++) {
        file.bytes[bit / 8] ^= (char)(1 << bit % 8);
        assert_int_equal(parse(file.bytes, file.size), GRADUS_MODEL);
        assert_non_null(strstr(gradus_error(), "m.gradus: byte "));
        file.bytes[bit / 8] ^= (char)(1 << bit % 8);
    }
    assert_int_equal(parse(file.bytes, file.size), GRADUS_OK);
    gr_safetensors_free(&file);
}

static void bytes_behind_the_end_are_refused(void **state)
{
    (void)state;
    gr_safetensors file = example_of(GRADUS_FLOAT32);
    char bytes[ROOM] = "";
    memcpy(bytes, file.bytes, file.size);
    for (size_t more = 1; more < 70; more++) {
        set_check(bytes, file.size + more);
        assert_int_equal(parse(bytes, file.size + more), GRADUS_MODEL);
        assert_non_null(strstr(gradus_error(), "the tensors end at byte"));
    }
    gr_safetensors_free(&file);
}

static void lengths_that_lie_are_refused(void **state)
{
    (void)state;
    char bytes[ROOM];
    size_t size = forge(METADATA "}", 0, bytes);
    static const struct {
        uint64_t length;
        const char *message;
    } cases[] = {
        {0, "does not end at a multiple of 64"},
        {1, "does not end at a multiple of 64"},
        {112, "does not end at a multiple of 64"},
        {56, "the check begins at byte 54"},
        {(64 << 20) - 8, "does not fit"},
        {(64 << 20) + 56, "is longer than"},
        {UINT64_C(1) << 32, "is longer than"},
        {UINT64_C(1) << 63, "is longer than"},
        {UINT64_MAX - 7, "is longer than"},
        {UINT64_MAX, "is longer than"},
    };
    for (size_t i = 0; i < GR_COUNT(cases); i++) {
        set_length(bytes, cases[i].length);
        set_check(bytes, size);
        assert_int_equal(parse(bytes, size), GRADUS_MODEL);
        if (strstr(gradus_error(), cases[i].message) == NULL)
            fail_msg("%s: %s", cases[i].message, gradus_error());
    }
}

#define TENSOR(name, shape, from, to) \
    ",\"" name "\":{\"dtype\":\"F32\",\"shape\":[" shape "]," \
    "\"data_offsets\":[" from "," to "]}"
#define HUGE_SIZE "18446744073709551615"

static const struct {
    const char *header;
    size_t data;
    const char *message;
} forgeries[] = {
    {METADATA TENSOR("w", "2", "0", "8") TENSOR("w", "2", "8", "16") "}", 16, "own"},
    {METADATA TENSOR("w", "2", "0", "8") TENSOR("b", "2", "12", "20") "}", 20,
     "hole"},
    {METADATA TENSOR("w", "2", "0", "8") TENSOR("b", "2", "4", "12") "}", 12,
     "overlap"},
    {METADATA TENSOR("w", "2", "0", "8") TENSOR("b", "2", "0", "8") "}", 8,
     "overlap"},
    {METADATA TENSOR("w", "2", "8", "16") "}", 16, "hole"},
    {METADATA TENSOR("w", "2", "0", "9") "}", 9, "does not end at 9"},
    {METADATA TENSOR("w", "2", "0", "8") "}", 7, "does not fit"},
    {METADATA TENSOR("w", "2", "0", "8") "}", 12, "the tensors end"},
    {METADATA TENSOR("w", "0", "0", "0") "}", 0, "at least 1"},
    {METADATA TENSOR("w", "-2", "0", "8") "}", 8, "a whole number"},
    {METADATA TENSOR("w", "2.0", "0", "8") "}", 8, "]"},
    {METADATA TENSOR("w", "2e0", "0", "8") "}", 8, "]"},
    {METADATA TENSOR("w", "02", "0", "8") "}", 8, "spells"},
    {METADATA TENSOR("w", "2", "00", "8") "}", 8, "spells"},
    {METADATA TENSOR("w", HUGE_SIZE, "0", "8") "}", 8, "fewer than"},
    {METADATA TENSOR("w", "4294967296,4294967296", "0", "0") "}", 8, "fewer than"},
    {METADATA TENSOR("w", "4611686018427387904", "0", "0") "}", 8, "fewer than"},
    {METADATA TENSOR("w", "2097152,2097152,2097152", "0", "0") "}", 8, "fewer than"},
    {METADATA TENSOR("w", "1" HUGE_SIZE, "0", "8") "}", 8, "too large"},
    {METADATA TENSOR("w", "2", "0", HUGE_SIZE) "}", 8, "does not end at"},
    {METADATA TENSOR("w", "1,1,1,2", "0", "8") "}", 8, "at most 3"},
    {METADATA TENSOR("w", "", "0", "4") "}", 4, "a whole number"},
    {METADATA TENSOR("w", "[2]", "0", "8") "}", 8, "a whole number"},
    {METADATA TENSOR("", "2", "0", "8") "}", 8, "own"},
    {METADATA TENSOR("01234567890123456789012345678901"
                     "23456789012345678901234567890123",
                     "2", "0", "8") "}", 8, "own"},
    {METADATA TENSOR("\\u0077", "2", "0", "8") "}", 8, "escape"},
    {METADATA TENSOR("a\\u0000b", "2", "0", "8") "}", 8, "escape"},
    {METADATA ",\"w\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4,
     "F32 or F64"},
    {METADATA ",\"w\":{\"dtype\":\"f32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8,
     "F32 or F64"},
    {METADATA TENSOR("w", "2", "0", "8")
     ",\"b\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[8,16]}}", 16,
     "same dtype"},
    {METADATA ",\"w\":{\"shape\":[2],\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", 8,
     "dtype"},
    {METADATA ",\"w\":{\"dtype\":\"F32\",\"shape\":[2],"
              "\"data_offsets\":[0,8],\"x\":1}}",
     8, "]}"},
    {METADATA ", \"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8,
     "\""},
    {METADATA ",}", 0, "\""},
    {METADATA "}}", 0, "spells"},
    {METADATA "}\t", 0, "spells"},
    {METADATA "} {}", 0, "spells"},
    {METADATA, 0, "'}' belongs here"},
    {METADATA ",\"__metadata__\":{}}", 0, "dtype"},
    {" " METADATA "}", 0, "belongs here"},
    {METADATA ",\"w\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 0,
     "dtype"},
    {FORMAT("1") CHECK "\"gradus\":\"\\ud800\"}}", 0, "escape"},
    {FORMAT("1") CHECK "\"gradus\":\"\xff\"}}", 0, "spells"},
    {FORMAT("1") CHECK "\"gradus\":\"t\",\"more\":\"\"}}", 0, "'}' belongs here"},
    {FORMAT("0") CHECK "\"gradus\":\"t\"}}", 0, "spells"},
    {"{\"__metadata__\":{\"format\":\"gradus 01\",\"check\":\"000000000000000\","
     "\"gradus\":\"t\"}}", 0, "check"},
    {"{\"__metadata__\":{\"format\":\"pt\"},\"w\":{}}", 0, "belongs here"},
    {"{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8,
     "belongs here"},
};

static void forged_headers_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < GR_COUNT(forgeries); i++) {
        char bytes[ROOM];
        size_t size = forge(forgeries[i].header, forgeries[i].data, bytes);
        gradus_status status = parse(bytes, size);
        if (status != GRADUS_MODEL ||
            strstr(gradus_error(), forgeries[i].message) == NULL)
            fail_msg("forgery %zu: status %d, %s", i, (int)status, gradus_error());
    }
}

static void a_newer_format_has_its_own_sentence(void **state)
{
    (void)state;
    static const char *const headers[] = {
        FORMAT("2") "\"new\":\"things, of another shape\"}}",
        FORMAT("10") CHECK "\"and\":\"so on\"}}",
    };
    for (size_t i = 0; i < GR_COUNT(headers); i++) {
        char bytes[ROOM];
        assert_int_equal(parse(bytes, forge(headers[i], 0, bytes)), GRADUS_MODEL);
        assert_non_null(strstr(gradus_error(), "use a newer gradus"));
    }
}

static void limits_hold_when_writing(void **state)
{
    (void)state;
    gr_safetensors file = {.context = context()};
    const size_t shape[4] = {1, 1, 1, 1}, huge[2] = {SIZE_MAX / 2, 3}, none[1] = {0};
    char name[GR_SAFETENSORS_NAME + 1];
    memset(name, 'a', GR_SAFETENSORS_NAME);
    name[GR_SAFETENSORS_NAME] = '\0';
    assert_int_equal(gr_safetensors_add(&file, name, 1, shape), GRADUS_ARGUMENT);
    assert_int_equal(gr_safetensors_add(&file, "", 1, shape), GRADUS_ARGUMENT);
    assert_int_equal(gr_safetensors_add(&file, "a", 0, shape), GRADUS_ARGUMENT);
    assert_int_equal(gr_safetensors_add(&file, "a", 4, shape), GRADUS_ARGUMENT);
    for (size_t t = 0; t < GR_SAFETENSORS_TENSORS; t++)
        assert_int_equal(gr_safetensors_add(&file, "a", 1, shape), GRADUS_OK);
    assert_int_equal(gr_safetensors_add(&file, "a", 1, shape), GRADUS_ARGUMENT);
    gr_safetensors_free(&file);
    assert_int_equal(gr_safetensors_add(&file, "a", 2, huge), GRADUS_OK);
    assert_int_equal(gr_safetensors_layout(&file), GRADUS_ARGUMENT);
    gr_safetensors_free(&file);
    assert_int_equal(gr_safetensors_add(&file, "a", 1, none), GRADUS_OK);
    assert_int_equal(gr_safetensors_layout(&file), GRADUS_ARGUMENT);
    gr_safetensors_free(&file);
    assert_int_equal(gr_allocate(context(), GR_SAFETENSORS_HEADER, 1, "a test",
                                 &file.text),
                     GRADUS_OK);
    memset(file.text, 'x', GR_SAFETENSORS_HEADER - 1);
    assert_int_equal(gr_safetensors_layout(&file), GRADUS_ARGUMENT);
    gr_safetensors_free(&file);
}

static void memory_may_fail_at_every_call(void **state)
{
    (void)state;
    faults f;
    gradus_context *failing = faults_open(&f);
    for (size_t n = 1;; n++) {
        gradus_status status;
        gr_safetensors back = {.context = failing};
        faults_arm(&f, n, FAULT_MEMORY);
        gr_safetensors file = example(failing, GRADUS_FLOAT64, &status);
        if (status == GRADUS_OK)
            status = parse_into(failing, file.bytes, file.size, &back);
        gr_safetensors_free(&back);
        gr_safetensors_free(&file);
        if (!faults_hit(&f))
            break;
        assert_int_equal(status, GRADUS_MEMORY);
    }
    faults_close(&f, failing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bytes_are_as_documented),
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(a_file_without_tensors_is_one),
        cmocka_unit_test(every_cut_and_every_flip_is_refused),
        cmocka_unit_test(bytes_behind_the_end_are_refused),
        cmocka_unit_test(lengths_that_lie_are_refused),
        cmocka_unit_test(forged_headers_are_refused),
        cmocka_unit_test(a_newer_format_has_its_own_sentence),
        cmocka_unit_test(limits_hold_when_writing),
        cmocka_unit_test(memory_may_fail_at_every_call),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
