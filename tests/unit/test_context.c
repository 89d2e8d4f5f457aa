/* tests/unit/test_context.c - contexts, the user's functions in them, and the processor.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/context.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#include "base/quota.h"
#include "base/status.h"
#include "runner.h"

#include "faults.h"

static void defaults_are_this_machine(void **state)
{
    (void)state;
    gradus_context *context;
    assert_int_equal(gradus_context_new(NULL, &context), GRADUS_OK);
    assert_int_equal(gradus_context_threads(context), gr_cpu_threads());
    assert_string_equal(gradus_context_cpu(context), gr_cpu_name(gr_cpu_best()));
    gradus_context_free(context);
    gradus_context_free(NULL);
    assert_int_equal(gradus_context_threads(NULL), gr_cpu_threads());
    assert_ptr_equal(gr_context_or_default(NULL), gr_context_or_default(NULL));
}

static gradus_status try_cpu(const char *name, gradus_context **context)
{
    gradus_context_options options;
    gradus_context_defaults(&options);
    options.cpu = name;
    return gradus_context_new(&options, context);
}

static void the_processor_is_chosen_by_name(void **state)
{
    (void)state;
    gradus_context *context;
    assert_int_equal(try_cpu("ref", &context), GRADUS_OK);
    assert_string_equal(gradus_context_cpu(context), "ref");
    gradus_context_free(context);
    if (gr_cpu_best() >= GR_CPU_AVX2) {
        assert_int_equal(try_cpu("avx2", &context), GRADUS_OK);
        assert_string_equal(gradus_context_cpu(context), "avx2");
        gradus_context_free(context);
    } else {
        assert_int_equal(try_cpu("avx2", &context), GRADUS_ARGUMENT);
        assert_string_equal(gradus_error(),
                            "cpu \"avx2\": not on this machine: the best here is ref");
    }
    assert_int_equal(try_cpu("sse9", &context), GRADUS_ARGUMENT);
    assert_null(context);
    assert_string_equal(gradus_error(), "cpu \"sse9\": not known: choose ref, avx2 or avx512");
}

static void options_are_checked(void **state)
{
    (void)state;
    gradus_context *context;
    gradus_context_options options;
    gradus_context_defaults(&options);
    options.threads = 3;
    assert_int_equal(gradus_context_new(&options, &context), GRADUS_OK);
    assert_int_equal(gradus_context_threads(context), 3);
    gradus_context_free(context);
    options.threads = 100000;
    assert_int_equal(gradus_context_new(&options, &context), GRADUS_ARGUMENT);
    options.threads = 0;

    faults fault = {.kind = FAULT_MEMORY, .fail_at = 1};
    gradus_memory memory = {fault_allocate, fault_resize, fault_release, &fault};
    options.memory = &memory;
    assert_int_equal(gradus_context_new(&options, &context), GRADUS_MEMORY);
    assert_null(context);
    memory.resize = NULL;
    assert_int_equal(gradus_context_new(&options, &context), GRADUS_ARGUMENT);
    options.memory = NULL;
    gradus_files files = {0};
    options.files = &files;
    assert_int_equal(gradus_context_new(&options, &context), GRADUS_ARGUMENT);
}

static double twice(double z, void *user)
{
    (void)user;
    return 2 * z;
}

static double absolute(const double *output, const double *target, size_t outputs,
                       double *gradient, void *user)
{
    (void)user;
    (void)outputs;
    gradient[0] = output[0] > target[0] ? 1 : -1;
    return (output[0] - target[0]) * gradient[0];
}

static gradus_status add(gradus_context *context, const char *name)
{
    gradus_activation activation = {name, twice, twice, context};
    return gradus_context_add_activation(context, &activation);
}

static void functions_are_added_by_name(void **state)
{
    (void)state;
    gradus_context *context;
    assert_int_equal(gradus_context_new(NULL, &context), GRADUS_OK);
    char name[] = "twice";
    assert_int_equal(add(context, name), GRADUS_OK);
    name[0] = '?'; /* the name was copied */
    assert_int_equal(add(context, "x-2"), GRADUS_OK);
    assert_int_equal(context->activation_count, 2);
    assert_string_equal(context->activations[0].name, "twice");
    assert_string_equal(context->activations[1].name, "x-2");
    assert_true(context->activations[1].value(3, NULL) == 6);
    assert_ptr_equal(context->activations[1].user, context);
    assert_int_equal(add(context, "twice"), GRADUS_ARGUMENT);
    assert_string_equal(
        gradus_error(),
        "activation \"twice\": there is one of this name: choose another");
    static const char *const bad[] = {"",    "Twice", "2x",       "-x",
                                      "a b", "a_b",   "\xc3\xa9", "a="};
    for (size_t i = 0; i < GR_COUNT(bad); i++)
        assert_int_equal(add(context, bad[i]), GRADUS_ARGUMENT);
    assert_int_equal(context->activation_count, 2);

    gradus_loss loss = {"twice", absolute, NULL}; /* losses have names of their own */
    assert_int_equal(gradus_context_add_loss(context, &loss), GRADUS_OK);
    assert_int_equal(gradus_context_add_loss(context, &loss), GRADUS_ARGUMENT);
    assert_int_equal(context->loss_count, 1);
    assert_ptr_equal(context->losses[0].value, absolute);
    gradus_context_free(context);
}

static void adding_survives_every_failure(void **state)
{
    (void)state;
    for (size_t fail_at = 1; fail_at <= 4; fail_at++) {
        faults fault;
        gradus_context *context = faults_open(&fault);
        fault.once = 1;
        faults_arm(&fault, fail_at, FAULT_MEMORY);
        gradus_status first = add(context, "one"), second = add(context, "two");
        assert_true(faults_hit(&fault));
        assert_int_equal((first == GRADUS_MEMORY) + (second == GRADUS_MEMORY), 1);
        assert_int_equal(context->activation_count, 1);
        faults_close(&fault, context);
    }
}

static void the_float_mode_is_set_and_put_back(void **state)
{
    (void)state;
#if defined(__SSE2__)
    unsigned host = _mm_getcsr();
    unsigned unusual = 0x1f80 | 0x8040 | 0x2000; /* flush to zero, rounding down */
    _mm_setcsr(unusual);
    unsigned saved = gr_float_enter();
    unsigned inside = _mm_getcsr();
    volatile float least = 0x1p-126f, tenth = 0.1f;
    volatile float gradual = least / 2, rounded = tenth * 3;
    gr_float_leave(saved);
    unsigned after = _mm_getcsr();
    _mm_setcsr(host);
    assert_int_equal(saved, unusual);
    assert_int_equal(inside & 0xffc0, 0x1f80);
    assert_true(gradual > 0);
    assert_true(rounded == 0x1.333334p-2f);
    assert_int_equal(after, unusual);
#else
    volatile float least = 0x1p-126f;
    unsigned saved = gr_float_enter();
    assert_true(least / 2 > 0);
    gr_float_leave(saved);
#endif
}

/* It leaves the CPU at once; where it has no other one it stays. */
static void *leave_the_cpu(void *cpu_)
{
    int *cpu = cpu_;
    cpu[0] = gr_cpu_here();
    gr_cpu_keep_off(pthread_self(), cpu[0]);
    cpu[1] = gr_cpu_here();
    gr_cpu_keep_off(pthread_self(), -1);
    return NULL;
}

static void a_thread_is_kept_off_a_cpu(void **state)
{
    (void)state;
    int cpu[2];
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, leave_the_cpu, cpu), 0);
    pthread_join(thread, NULL);
    if (cpu[0] < 0 || gr_cpu_threads() < 2)
        skip();
    assert_int_not_equal(cpu[0], cpu[1]);
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    for (char *c = path + 1; *c != 0; c++) {
        if (*c != '/')
            continue;
        *c = 0;
        mkdir(path, 0777);
        *c = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static size_t quota_in(const char *root, const char *membership)
{
    char list[300], mount[300];
    write_file(root, "cgroup", membership);
    snprintf(list, sizeof list, "%s/cgroup", root);
    snprintf(mount, sizeof mount, "%s/fs", root);
    return gr_quota_threads(list, mount);
}

static void quotas_of_cgroups_are_read(void **state)
{
    (void)state;
    char root[] = "/tmp/gradus-test-XXXXXX";
    assert_non_null(mkdtemp(root));
    write_file(root, "fs/a/cpu.max", "max 100000\n");
    write_file(root, "fs/a/b/cpu.max", "250000 100000\n");
    write_file(root, "fs/a/b/c/cpu.max", "400000 100000\n");
    write_file(root, "fs/cpu/cpu.cfs_quota_us", "-1\n");
    write_file(root, "fs/cpu/cpu.cfs_period_us", "100000\n");
    write_file(root, "fs/cpu/d/cpu.cfs_quota_us", "100000\n");
    write_file(root, "fs/cpu/d/cpu.cfs_period_us", "100000\n");
    static const struct {
        const char *membership;
        size_t threads;
    } cases[] = {
        {"0::/a/b/c\n", 3}, /* the least on the way, 2.5, rounded up */
        {"0::/a\n", SIZE_MAX},
        {"0::/\n", SIZE_MAX},
        {"0::/not/seen/from/here\n", SIZE_MAX},
        {"5:memory:/d\n4:cpu,cpuacct:/d\n", 1},
        {"4:cpuset:/d\n3:cpu:/x\n", SIZE_MAX},
        {"4:cpu:/d\n0::/a/b\n", 1},
        {"nonsense\n::\n", SIZE_MAX},
        {"", SIZE_MAX},
    };
    for (size_t i = 0; i < GR_COUNT(cases); i++)
        assert_true(quota_in(root, cases[i].membership) == cases[i].threads);
    write_file(root, "fs/a/cpu.max", "garbage");
    assert_true(quota_in(root, "0::/a\n") == SIZE_MAX);
    write_file(root, "fs/a/cpu.max", "");
    assert_true(quota_in(root, "0::/a\n") == SIZE_MAX);
    assert_true(gr_quota_threads("/not/there", "/not/there") == SIZE_MAX);
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", root);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_this_machine),
        cmocka_unit_test(the_processor_is_chosen_by_name),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(functions_are_added_by_name),
        cmocka_unit_test(adding_survives_every_failure),
        cmocka_unit_test(the_float_mode_is_set_and_put_back),
        cmocka_unit_test(a_thread_is_kept_off_a_cpu),
        cmocka_unit_test(quotas_of_cgroups_are_read),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
