/* tests/unit/test_memory.c - blocks, growing text, arenas, and every way they can fail.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/memory.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/status.h"
#include "runner.h"

#include "faults.h"

static int is_zero(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i] != 0)
            return 0;
    return 1;
}

static void blocks_are_zero_and_aligned(void **state)
{
    (void)state;
    const gradus_context *context = gr_context_or_default(NULL);
    for (size_t count = 0; count < 300; count += 7) {
        char *block;
        uint64_t before = gr_memory_count();
        assert_int_equal(gr_allocate(context, count, 3, "block", &block), GRADUS_OK);
        assert_true(gr_memory_count() == before + 1);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % 64, 0);
        assert_true(is_zero(block, count * 3));
        memset(block, 0xff, count * 3);
        gr_release(context, block);
    }
    gr_release(context, NULL);
}

/* An allocator whose blocks begin at every remainder by 64 that malloc could give. */
static union { char bytes[1 << 16]; max_align_t align; } ground;
static size_t ground_used;

static void *shifting_allocate(size_t bytes, void *user)
{
    (void)user;
    char *block = ground.bytes + ground_used;
    ground_used += (bytes + 15) / 16 * 16 + 16;
    assert_true(ground_used <= sizeof ground);
    memset(block, 0xaa, bytes);
    return block;
}

static void *shifting_resize(void *block, size_t bytes, void *user)
{
    size_t after = (size_t)(ground.bytes + sizeof ground - (char *)block);
    char *moved = shifting_allocate(bytes, user);
    memmove(moved, block, bytes < after ? bytes : after);
    return moved;
}

static void shifting_release(void *block, void *user)
{
    (void)block;
    (void)user;
}

static void resizing_keeps_the_old_and_zeroes_the_new(void **state)
{
    (void)state;
    gradus_context context = *gr_context_or_default(NULL);
    context.memory =
        (gradus_memory){shifting_allocate, shifting_resize, shifting_release, NULL};
    static const size_t counts[] = {1, 5, 100, 101, 50, 400, 0, 3};
    uint32_t *block = NULL;
    size_t count = 0;
    ground_used = 0;
    for (size_t i = 0; i < GR_COUNT(counts); i++) {
        assert_int_equal(gr_resize(&context, count, counts[i], 4, "block", &block),
                         GRADUS_OK);
        assert_int_equal((uintptr_t)block % 64, 0);
        for (size_t j = 0; j < counts[i]; j++)
            assert_int_equal(block[j], j < count ? j + 1 : 0);
        count = counts[i];
        for (size_t j = 0; j < count; j++)
            block[j] = (uint32_t)j + 1;
    }
    gr_release(&context, block);
}

/* Those of the system are cut for huge pages from 4 MiB on. */
static void large_blocks_are_as_small_ones(void **state)
{
    (void)state;
    const gradus_context *context = gr_context_or_default(NULL);
    static const size_t counts[] = {1 << 20, (1 << 22) - 72, 1 << 22, 5 << 20, 12345678, 9};
    char *block = NULL;
    size_t count = 0;
    for (size_t i = 0; i < GR_COUNT(counts); i++) {
        assert_int_equal(gr_resize(context, count, counts[i], 1, "block", &block), GRADUS_OK);
        assert_int_equal((uintptr_t)block % 64, 0);
        for (size_t j = 0; j < counts[i]; j++)
            if (block[j] != (j < count))
                fail_msg("%zu of %zu bytes: %d", j, counts[i], block[j]);
        count = counts[i];
        memset(block, 1, count);
        char *other;
        assert_int_equal(gr_allocate(context, counts[i], 1, "block", &other), GRADUS_OK);
        assert_int_equal((uintptr_t)other % 64, 0);
        for (size_t j = 0; j < counts[i]; j++)
            if (other[j] != 0)
                fail_msg("%zu of %zu new bytes: %d", j, counts[i], other[j]);
        memset(other, 1, counts[i]);
        gr_release(context, other);
    }
    gr_release(context, block);
}

static void products_that_overflow_fail(void **state)
{
    (void)state;
    const gradus_context *context = gr_context_or_default(NULL);
    static const size_t sizes[][2] = {{SIZE_MAX, 2}, {SIZE_MAX / 2 + 1, 2}, {SIZE_MAX, 1},
                                      {SIZE_MAX - 8, 1}, {1ull << 33, 1ull << 31}};
    for (size_t i = 0; i < GR_COUNT(sizes); i++) {
        char *block = (char *)state;
        assert_int_equal(gr_allocate(context, sizes[i][0], sizes[i][1], "rows", &block),
                         GRADUS_MEMORY);
        assert_null(block);
        assert_memory_equal(gradus_error(), "rows: out of memory: ", 21);
        assert_int_equal(gr_allocate(context, 1, 8, "block", &block), GRADUS_OK);
        memcpy(block, "kept...", 8);
        char *same = block;
        assert_int_equal(gr_resize(context, 8, sizes[i][0], sizes[i][1], "rows", &block),
                         GRADUS_MEMORY);
        assert_ptr_equal(block, same);
        assert_string_equal(block, "kept...");
        gr_release(context, block);
    }
    char *copy;
    assert_int_equal(gr_copy_text(context, "x", SIZE_MAX, &copy), GRADUS_MEMORY);
    assert_null(copy);
}

static void a_failing_allocator_is_named(void **state)
{
    (void)state;
    faults fault;
    gradus_context *context = faults_open(&fault);
    faults_arm(&fault, 1, FAULT_MEMORY);
    char *block;
    assert_int_equal(gr_allocate(context, 10, 4, "rows", &block), GRADUS_MEMORY);
    assert_null(block);
    assert_string_equal(gradus_error(), "rows: out of memory: 40 bytes asked for");
    faults_close(&fault, context);
}

static void text_grows(void **state)
{
    (void)state;
    gr_text text = {.context = gr_context_or_default(NULL)};
    assert_int_equal(gr_text_add(&text, "%s", ""), GRADUS_OK);
    assert_string_equal(text.text, "");
    char expected[8000] = "";
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(gr_text_add(&text, "%d,", i), GRADUS_OK);
        snprintf(expected + strlen(expected), 16, "%d,", i);
    }
    assert_string_equal(text.text, expected);
    assert_int_equal(text.length, strlen(expected));
    assert_int_equal(gr_text_add_bytes(&text, "a\0b", 3), GRADUS_OK);
    assert_memory_equal(text.text + text.length - 3, "a\0b", 4);
    assert_int_equal(gr_text_add_bytes(&text, "x", SIZE_MAX), GRADUS_MEMORY);
    assert_memory_equal(text.text + text.length - 3, "a\0b", 4);
    gr_release(text.context, text.text);

    char *copy;
    assert_int_equal(gr_copy_text(text.context, "abcdef", 3, &copy), GRADUS_OK);
    assert_string_equal(copy, "abc");
    gr_release(text.context, copy);
}

static void text_survives_every_failure(void **state)
{
    (void)state;
    faults fault;
    gradus_context *context = faults_open(&fault);
    int ended = 0;
    for (size_t fail_at = 1; !ended; fail_at++) {
        gr_text text = {.context = context};
        faults_arm(&fault, fail_at, FAULT_MEMORY);
        gradus_status status = GRADUS_OK;
        for (int i = 0; i < 300 && status == GRADUS_OK; i++)
            status = gr_text_add(&text, "%03d", i);
        ended = !faults_hit(&fault);
        assert_int_equal(text.length, text.text == NULL ? 0 : strlen(text.text));
        assert_int_equal(status, ended ? GRADUS_OK : GRADUS_MEMORY);
        gr_release(context, text.text);
    }
    faults_close(&fault, context);
}

static const char *name_at(size_t index, const void *list)
{
    return ((const char *const *)list)[index];
}

static void nearest_finds_what_was_meant(void **state)
{
    (void)state;
    static const char *const names[] = {"income",         "age",  "education", "Species",
                                        "hours.per.week", "relu", "gelu",      "x"};
    static const struct {
        const char *typed, *meant;
    } cases[] = {
        {"incom", "income"},   {"inocme", "income"}, {"INCOME", "income"},
        {"species", "Species"}, {"hours_per_week", "hours.per.week"},
        {"aeg", "age"},        {"wage", "age"},      {"eduction", "education"},
        {"zzz", NULL},         {"salary", NULL},     {"", NULL},           {"y", NULL},
        {"X", "x"},            {"relu", "relu"},     {"geul", "gelu"},
    };
    for (size_t i = 0; i < GR_COUNT(cases); i++) {
        const char *nearest = gr_nearest(cases[i].typed, name_at, names, GR_COUNT(names));
        if (cases[i].meant == NULL)
            assert_null(nearest);
        else
            assert_string_equal(nearest, cases[i].meant);
    }
    char longer[500];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = 0;
    const char *const lengthy[] = {longer};
    assert_ptr_equal(gr_nearest(longer, name_at, lengthy, 1), longer);
    assert_null(gr_nearest("a", name_at, names, 0));
}

static void lay_out(gr_arena *arena, float **a, double **b, char **none)
{
    *a = gr_arena_take(arena, 17, sizeof **a);
    *none = gr_arena_take(arena, 0, 1);
    *b = gr_arena_take(arena, 3, sizeof **b);
}

static void an_arena_measures_and_then_deals(void **state)
{
    (void)state;
    gr_arena arena = {.context = gr_context_or_default(NULL)};
    float *a;
    double *b;
    char *none;
    lay_out(&arena, &a, &b, &none);
    assert_null(a);
    assert_int_equal(arena.used, 128 + 64);
    assert_int_equal(gr_arena_open(&arena, "plan"), GRADUS_OK);
    lay_out(&arena, &a, &b, &none);
    assert_int_equal((uintptr_t)a % 64 + (uintptr_t)b % 64, 0);
    assert_ptr_equal((char *)a + 128, b);
    assert_int_equal(arena.used, arena.size);
    assert_true(is_zero((char *)a, 17 * sizeof *a) && is_zero((char *)b, 3 * sizeof *b));
    gr_arena_close(&arena);
    assert_null(arena.block);
}

static void an_arena_too_large_fails_when_opened(void **state)
{
    (void)state;
    static const size_t sizes[][2] = {{SIZE_MAX, 2}, {SIZE_MAX - 1, 1}, {1ull << 63, 1}};
    for (size_t i = 0; i < GR_COUNT(sizes); i++) {
        gr_arena arena = {.context = gr_context_or_default(NULL)};
        assert_null(gr_arena_take(&arena, sizes[i][0], sizes[i][1]));
        assert_null(gr_arena_take(&arena, sizes[i][0], sizes[i][1]));
        assert_null(gr_arena_take(&arena, 5, 8));
        assert_int_equal(gr_arena_open(&arena, "plan"), GRADUS_MEMORY);
        assert_memory_equal(gradus_error(), "plan: out of memory: ", 21);
        gr_arena_close(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_zero_and_aligned),
        cmocka_unit_test(resizing_keeps_the_old_and_zeroes_the_new),
        cmocka_unit_test(large_blocks_are_as_small_ones),
        cmocka_unit_test(products_that_overflow_fail),
        cmocka_unit_test(a_failing_allocator_is_named),
        cmocka_unit_test(text_grows),
        cmocka_unit_test(text_survives_every_failure),
        cmocka_unit_test(nearest_finds_what_was_meant),
        cmocka_unit_test(an_arena_measures_and_then_deals),
        cmocka_unit_test(an_arena_too_large_fails_when_opened),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
