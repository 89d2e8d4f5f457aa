/*
 * tests/unit/test_pass.c - layers that step within the pass take the step that all take
 * together once the whole gradient is there
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include "base/cpu.h"
#include "base/status.h"
#include "trained.h"

enum { STEPS = 2 };

static const char *const nets[] = {
    "repeat 4 { dense 700 relu } output",
    ("dense 700 residual { dense 650 batchnorm gelu dropout 0.1 dense 700 } dense 400 tanh "
     "output"),
    "dense 700 relu dense 350 relu dense 700 relu output", /* W of less than 1 MiB */
};
static const char *const optimizers[] = {"sgd", "adamw"};

/* A gradient that might be clipped is there as a whole before any layer steps. */
static void check(size_t batch, gr_cpu least)
{
    examples e;
    make_examples(&e, 1);
    e.set.rows = STEPS * batch < ROWS ? STEPS * batch : batch;
    for (size_t n = 0; n < 2 * GR_COUNT(nets); n++) {
        setting s = {.text = nets[n / 2], .optimizer = optimizers[n % 2], .threads = 1,
                     .batch = batch, .epochs = 1, .clip = 1e30, .rate = 0.001};
        double loss, whole_loss;
        const uint64_t whole = trained(&s, &e.set, &whole_loss);
        s.clip = 0;
        for (s.threads = 1; s.threads <= 3; s.threads++)
            for (s.every = 0; s.every <= 4; s.every += 4) {
                const size_t cpus = (size_t)gr_cpu_best() + 1 - least;
                s.cpu = gr_cpu_name((gr_cpu)(least + (s.threads + s.every) % cpus));
                if (trained(&s, &e.set, &loss) != whole || loss != whole_loss)
                    fail_msg("%s, %s, %s, %zu threads, every %zu: other bits", s.text,
                             s.optimizer, s.cpu, s.threads, s.every);
            }
    }
}

static void a_step_is_that_of_the_whole_gradient(void **state)
{
    (void)state;
    check(7, GR_CPU_REF);
}

/* BP2 reads the weight as it stands, BP3 packs x. */
static void with_many_rows_too(void **state)
{
    (void)state;
    check(128, gr_cpu_best());
}

/* In one step: L2 does not hold the rows of one thread, but those of three. */
static void with_rows_that_l2_does_not_hold(void **state)
{
    (void)state;
    check(256, gr_cpu_best());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_is_that_of_the_whole_gradient),
        cmocka_unit_test(with_many_rows_too),
        cmocka_unit_test(with_rows_that_l2_does_not_hold),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
