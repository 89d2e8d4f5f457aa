/*
 * tests/unit/test_pass.c - layers of large nets, which step as soon as they may, take the step
 * that all take together once the whole gradient is there
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include "base/cpu.h"
#include "examples.h"

enum { STEPS = 2 };

typedef struct how {
    const char *text, *optimizer, *cpu;
    size_t threads, every, batch;
    double clip;
} how;

static uint64_t trained(const how *h, const gradus_set *set)
{
    gradus_context *context;
    gradus_context_options where;
    gradus_fit_options options;
    gradus_net *net;
    gradus_context_defaults(&where);
    where.threads = h->threads;
    where.always_threads = 1;
    where.cpu = h->cpu;
    assert_int_equal(gradus_context_new(&where, &context), GRADUS_OK);
    assert_int_equal(gradus_net_new(context, h->text, INPUTS, 1, GRADUS_FLOAT32, 1, &net),
                     GRADUS_OK);
    gradus_fit_defaults(&options);
    options.epochs = 1;
    options.batch = h->batch;
    options.optimizer = h->optimizer;
    options.clip = h->clip;
    options.learning_rate = 0.001;
    options.checkpoint_activations = h->every;
    assert_int_equal(gradus_fit(net, set, NULL, &options, NULL), GRADUS_OK);
    const uint64_t digest = digest_of(net);
    gradus_net_free(net);
    gradus_context_free(context);
    return digest;
}

static const char *const nets[] = { /* all of more than 4 MiB */
    "repeat 4 { dense 700 relu } output",
    "dense 700 residual { dense 650 batchnorm gelu dropout 0.1 dense 700 } dense 400 tanh "
    "output",
};
static const char *const optimizers[] = {"sgd", "adamw"};

/* A gradient that might be clipped is there as a whole before any layer steps. */
static void check(size_t batch, gr_cpu least)
{
    examples e;
    make_examples(&e, 1);
    e.set.rows = STEPS * batch;
    for (size_t n = 0; n < 4; n++) {
        how h = {.text = nets[n / 2], .optimizer = optimizers[n % 2], .threads = 1,
                 .batch = batch, .clip = 1e30};
        const uint64_t whole = trained(&h, &e.set);
        h.clip = 0;
        for (h.threads = 1; h.threads <= 3; h.threads++)
            for (h.every = 0; h.every <= 4; h.every += 4) {
                const size_t cpus = (size_t)gr_cpu_best() + 1 - least;
                h.cpu = gr_cpu_name((gr_cpu)(least + (h.threads + h.every) % cpus));
                if (trained(&h, &e.set) != whole)
                    fail_msg("%s, %s, %s, %zu threads, every %zu: other bits", h.text,
                             h.optimizer, h.cpu, h.threads, h.every);
            }
    }
}

static void a_step_is_that_of_the_whole_gradient(void **state)
{
    (void)state;
    check(7, GR_CPU_REF);
}

/* BP2 reads the weight as it stands, which is changed behind it; BP3 packs x. */
static void with_many_rows_too(void **state)
{
    (void)state;
    check(128, gr_cpu_best());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_is_that_of_the_whole_gradient),
        cmocka_unit_test(with_many_rows_too),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
