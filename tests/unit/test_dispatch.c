/* tests/unit/test_dispatch.c - every table is there and has no hole.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"

static void every_table_says_what_it_is(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu) {
            const gr_kernels *k = gr_kernels_find(cpu, precision);
            assert_int_equal(k->cpu, cpu);
            assert_int_equal(k->precision, precision);
            assert_int_equal(k->size, precision == GRADUS_FLOAT32 ? 4 : 8);
        }
}

static void no_entry_is_missing(void **state)
{
    (void)state;
    static const char *const fused[] = {
#define LOSS(id, name, fused, task) fused,
#include "kernels/losses.def"
#undef LOSS
    };
    EACH_PRECISION(precision)
        EACH_CPU(cpu) {
            const gr_kernels *k = gr_kernels_find(cpu, precision);
            /* after the tag, a table is pointers only */
            void *entries[(sizeof *k - offsetof(gr_kernels, product)) / sizeof(void *)];
            memcpy(entries, (const char *)k + offsetof(gr_kernels, product), sizeof entries);
            for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
                assert_non_null(entries[i]);
            for (size_t id = 0; id < GR_ACTIVATION_COUNT; id++) {
                assert_true(k->activate[id].forward != NULL);
                assert_true(k->activate[id].backward != NULL);
            }
            for (size_t id = 0; id < GR_LOSS_COUNT; id++) {
                assert_true(k->lose[id].plain != NULL);
                assert_int_equal(k->lose[id].fused != NULL, fused[id] != NULL);
            }
            for (size_t id = 0; id < GR_OPTIMIZER_COUNT; id++)
                assert_true(k->update[id] != NULL);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_table_says_what_it_is),
        cmocka_unit_test(no_entry_is_missing),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
