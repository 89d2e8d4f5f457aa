/*
 * tests/unit/test_team.c - independent work side by side, as if one after the other
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/team.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/status.h"
#include "runner.h"

enum { ITEMS = 40 };

static const size_t sizes[] = {1, 2, 3, 8};

typedef struct job {
    gr_team *team;
    gradus_fit_options options;
    size_t first_failing;
    int done[ITEMS];
    size_t member[ITEMS];
} job;

/* The allocator and the observer below are no place for two threads at once. */
static atomic_int inside, crowded;
static size_t observed;

static void pass_alone(void)
{
    const struct timespec moment = {0, 1000};
    if (atomic_fetch_add(&inside, 1) != 0)
        atomic_store(&crowded, 1);
    nanosleep(&moment, NULL);
    atomic_fetch_sub(&inside, 1);
}

static void *alone_allocate(size_t bytes, void *user)
{
    (void)user;
    pass_alone();
    return gr_memory_system.allocate(bytes, NULL);
}

static void *alone_resize(void *block, size_t bytes, void *user)
{
    (void)user;
    pass_alone();
    return gr_memory_system.resize(block, bytes, NULL);
}

static void alone_release(void *block, void *user)
{
    (void)user;
    pass_alone();
    gr_memory_system.release(block, NULL);
}

static gradus_context *context_of(size_t threads)
{
    static const gradus_memory memory = {alone_allocate, alone_resize, alone_release, NULL};
    gradus_context *context;
    gradus_context_options options;
    gradus_context_defaults(&options);
    options.threads = threads;
    options.memory = &memory;
    assert_int_equal(gradus_context_new(&options, &context), GRADUS_OK);
    return context;
}

static gradus_status work(void *job_, size_t item, size_t member)
{
    job *j = job_;
    void *block = NULL;
    const gradus_context *context = gr_team_context(j->team);
    gradus_status status = gr_allocate(context, 10, 1, "a block", &block);
    if (status == GRADUS_OK)
        status = gr_resize(context, 10, 1000, 1, "a block", &block);
    gr_release(context, block);
    j->done[item]++;
    j->member[item] = member;
    if (item == j->first_failing) /* those behind it are quicker */
        nanosleep(&(struct timespec){0, 5000000}, NULL);
    if (status == GRADUS_OK && item >= j->first_failing)
        status = gr_fail(GRADUS_DATA, "item %zu: broken: mend it", item);
    return status;
}

static void every_item_is_worked_once(void **state)
{
    (void)state;
    for (size_t t = 0; t < GR_COUNT(sizes); t++) {
        gradus_context *context = context_of(sizes[t]);
        job j = {.first_failing = ITEMS};
        atomic_store(&crowded, 0);
        assert_int_equal(gr_team_new(context, ITEMS, &j.team), GRADUS_OK);
        assert_int_equal(gr_team_members(j.team), sizes[t]);
        assert_int_equal(gr_team_context(j.team)->threads, 1);
        assert_int_equal(gr_team_run(j.team, work, &j), GRADUS_OK);
        for (size_t i = 0; i < ITEMS; i++) {
            assert_int_equal(j.done[i], 1);
            assert_true(j.member[i] < sizes[t]);
        }
        assert_int_equal(atomic_load(&crowded), 0);
        gr_team_free(j.team);
        gradus_context_free(context);
    }
}

static void the_first_failure_in_order_is_told(void **state)
{
    (void)state;
    for (size_t t = 0; t < GR_COUNT(sizes); t++) {
        gradus_context *context = context_of(sizes[t]);
        job j = {.first_failing = 5};
        assert_int_equal(gr_team_new(context, ITEMS, &j.team), GRADUS_OK);
        assert_int_equal(gr_team_run(j.team, work, &j), GRADUS_DATA);
        assert_string_equal(gradus_error(), "item 5: broken: mend it");
        for (size_t i = 0; i <= 5; i++)
            assert_int_equal(j.done[i], 1);
        for (size_t i = 6 + sizes[t]; i < ITEMS; i++)
            assert_int_equal(j.done[i], 0);
        gr_team_free(j.team);
        gradus_context_free(context);
    }
}

static int observe_alone(const gradus_progress *progress, void *user)
{
    (void)progress;
    (void)user;
    pass_alone();
    return ++observed == 7;
}

static gradus_status ask(void *job_, size_t item, size_t member)
{
    const job *j = job_;
    const gradus_progress progress = {.start = item + 1};
    (void)member;
    for (int i = 0; i < 3; i++)
        if (j->options.observer(&progress, j->options.user) != 0)
            return gr_fail(GRADUS_STOPPED, "stopped");
    return GRADUS_OK;
}

/* Each item asks three times; the seventh answer is the last. */
static void one_observer_stops_all(void **state)
{
    (void)state;
    for (size_t t = 0; t < GR_COUNT(sizes); t++) {
        gradus_context *context = context_of(sizes[t]);
        job j = {.options.observer = observe_alone};
        observed = 0;
        atomic_store(&crowded, 0);
        assert_int_equal(gr_team_new(context, ITEMS, &j.team), GRADUS_OK);
        gr_team_watch(j.team, &j.options);
        assert_int_equal(gr_team_run(j.team, ask, &j), GRADUS_STOPPED);
        assert_int_equal(observed, 7);
        assert_int_equal(atomic_load(&crowded), 0);
        gr_team_free(j.team);
        gradus_context_free(context);
    }
}

static void spare_threads_are_shared(void **state)
{
    (void)state;
    gr_team *team;
    gradus_context *context = context_of(7);
    assert_int_equal(gr_team_new(context, 3, &team), GRADUS_OK);
    assert_int_equal(gr_team_members(team), 3);
    assert_int_equal(gr_team_context(team)->threads, 2);
    gr_team_free(team);
    gradus_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_item_is_worked_once),
        cmocka_unit_test(the_first_failure_in_order_is_told),
        cmocka_unit_test(one_observer_stops_all),
        cmocka_unit_test(spare_threads_are_shared),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
