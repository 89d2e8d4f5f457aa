/* tests/unit/test_peak.c - the measuring stick counts what it does and does what it counts.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"

#include "base/cpu.h"

#include "faults.h"

enum { CHAINS = 12 };

/* The sum of x = x / 2 + 1 from 3, 4, ..., 14 after so many rounds: exact in a float. */
static double chains_after(size_t rounds)
{
    double sum = 0;
    for (int c = 0; c < CHAINS; c++) {
        double x = c + 3;
        for (size_t round = 0; round < rounds; round++)
            x = x / 2 + 1;
        sum += x;
    }
    return sum;
}

static void the_kernel_does_what_it_counts(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu) {
            const gr_kernels *k = gr_kernels_find(cpu, precision);
            double sum;
            assert_true(k->peak(0, &sum) == 0);
            const double lanes = sum / chains_after(0);
            assert_true(lanes >= 2 && lanes <= 16 && lanes == floor(lanes));
            for (size_t rounds = 1; rounds <= 18; rounds++) {
                assert_true(k->peak(rounds, &sum) ==
                            2 * CHAINS * lanes * (double)rounds);
                assert_true(sum == lanes * chains_after(rounds));
            }
        }
}

static void any_number_of_threads_has_a_peak(void **state)
{
    (void)state;
    for (int float64 = 0; float64 <= 1; float64++) {
        double flops = 0;
        assert_int_equal(gradus_peak(NULL, float64, &flops), GRADUS_OK);
        assert_true(flops > 1e6 && isfinite(flops));
        for (size_t threads = 1; threads <= 5; threads++) {
            gradus_context_options options = {.threads = threads};
            gradus_context *context;
            assert_int_equal(gradus_context_new(&options, &context), GRADUS_OK);
            flops = 0;
            assert_int_equal(gradus_peak(context, float64, &flops), GRADUS_OK);
            assert_true(flops > 1e6 && isfinite(flops));
            gradus_context_free(context);
        }
    }
}

static void out_of_memory_is_said(void **state)
{
    (void)state;
    faults fault;
    gradus_context *context = faults_open(&fault);
    double flops = -1;
    faults_arm(&fault, 1, FAULT_MEMORY);
    assert_int_equal(gradus_peak(context, 0, &flops), GRADUS_MEMORY);
    assert_true(flops == -1);
    faults_arm(&fault, 2, FAULT_MEMORY);
    assert_int_equal(gradus_peak(context, 0, &flops), GRADUS_OK);
    assert_false(faults_hit(&fault));
    faults_close(&fault, context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kernel_does_what_it_counts),
        cmocka_unit_test(any_number_of_threads_has_a_peak),
        cmocka_unit_test(out_of_memory_is_said),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
