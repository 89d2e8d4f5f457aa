/* tests/unit/test_scratch.c - the scratch that a context keeps.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/memory.h"
#include "base/scratch.h"
#include "runner.h"

#include "faults.h"

static gradus_context *context;
static faults fault;

static void *borrow(size_t count, size_t size)
{
    void *scratch;
    assert_int_equal(gr_scratch_borrow(context, count, size, "scratch", &scratch), GRADUS_OK);
    assert_int_equal((uintptr_t)scratch % 64, 0);
    memset(scratch, 1, count * size);
    return scratch;
}

static int set_up(void **state)
{
    (void)state;
    context = faults_open(&fault);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    faults_close(&fault, context); /* nothing is left */
    return 0;
}

static void what_was_given_back_is_borrowed_again(void **state)
{
    (void)state;
    void *first = borrow(10, 100);
    gr_scratch_give_back(context, first);
    const uint64_t before = gr_memory_count();
    void *again = borrow(999, 1);
    assert_ptr_equal(again, first);
    assert_int_equal(gr_memory_count(), before);
    gr_scratch_give_back(context, again);
    void *larger = borrow(1001, 1);
    assert_int_equal(gr_memory_count(), before + 1);
    gr_scratch_give_back(context, larger);
    gr_scratch_give_back(context, NULL);
}

static void two_at_once_are_two(void **state)
{
    (void)state;
    char *one = borrow(100, 1), *other = borrow(100, 1);
    memset(other, 2, 100);
    assert_int_equal(one[0], 1);
    assert_int_equal(one[99], 1);
    gr_scratch_give_back(context, one);
    gr_scratch_give_back(context, other);
}

static void a_large_one_is_not_kept(void **state)
{
    (void)state;
    const size_t most = 16 << 20, large = most + 1;
    gr_scratch_give_back(context, borrow(most, 1));
    const uint64_t kept = gr_memory_count();
    gr_scratch_give_back(context, borrow(most, 1));
    assert_int_equal(gr_memory_count(), kept);
    gr_scratch_give_back(context, borrow(large, 1));
    const uint64_t before = gr_memory_count();
    gr_scratch_give_back(context, borrow(large, 1));
    assert_int_equal(gr_memory_count(), before + 1);
}

static void more_than_there_is_fails(void **state)
{
    (void)state;
    void *scratch = &context;
    assert_int_equal(gr_scratch_borrow(context, SIZE_MAX / 2, 3, "scratch", &scratch),
                     GRADUS_MEMORY);
    assert_null(scratch);
    scratch = &context;
    assert_int_equal(gr_scratch_borrow(context, SIZE_MAX - 100, 1, "scratch", &scratch),
                     GRADUS_MEMORY);
    assert_null(scratch);
}

/* The smaller block is gone, and a later call has what it needs. */
static void a_failure_loses_nothing(void **state)
{
    (void)state;
    void *scratch = &context;
    gr_scratch_give_back(context, borrow(10, 1));
    faults_arm(&fault, 1, FAULT_MEMORY);
    assert_int_equal(gr_scratch_borrow(context, 100, 1, "scratch", &scratch), GRADUS_MEMORY);
    assert_true(faults_hit(&fault));
    assert_null(scratch);
    fault.kind = FAULT_NONE;
    gr_scratch_give_back(context, borrow(100, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_given_back_is_borrowed_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(two_at_once_are_two, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_large_one_is_not_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(more_than_there_is_fails, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failure_loses_nothing, set_up, tear_down),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
