/*
 * tests/unit/test_ahead.c - steps that are announced: threads begin with them behind the end of
 * the one before, and nothing else is different
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <stdio.h>

#include "base/status.h"
#include "contexts.h"
#include "examples.h"
#include "net/plan.h"
#include "train/optimizer.h"

enum { BATCH = 12, STEPS = 9, MOST_THREADS = 3 };

/* ---- passes ---- */

/* What follows an announced step. */
typedef enum habit { COMES, OTHER_ROWS, MORE_ROWS, ALONE, SETTLED, ENDS, HABITS } habit;

typedef struct steps {
    gradus_net *net;
    gr_pool *pool; /* or NULL */
    gr_plan *plan;
    gr_optimizer optimizer;
    const gradus_set *set;
    uint32_t order[ROWS];
} steps;

static void open_steps(steps *s, const char *text, const char *optimizer, size_t threads,
                       const examples *e)
{
    gr_plan_options plan = {.rows = BATCH, .steps = true};
    gradus_fit_options options;
    gradus_fit_defaults(&options);
    options.optimizer = optimizer;
    s->set = &e->set;
    s->net = new_net(NULL, text);
    assert_int_equal(gr_pool_new(s->net->context, threads, &s->pool), GRADUS_OK);
    plan.pool = s->pool;
    assert_int_equal(gr_plan_new(s->net, &plan, &s->plan), GRADUS_OK);
    assert_int_equal(gr_optimizer_open(s->net, &options, s->pool, &s->optimizer), GRADUS_OK);
    gr_optimizer_reset(&s->optimizer);
    for (size_t i = 0; i < ROWS; i++)
        s->order[i] = (uint32_t)(i * 7 % ROWS);
}

static void take_step(steps *s, size_t first)
{
    double loss;
    gr_plan_gradient(s->plan, s->set, s->order + first, BATCH,
                     gr_optimizer_descent(&s->optimizer, 1.0 / BATCH, 0.05), NULL, &loss);
    assert_true(loss > 0);
}

/* Other weights, as those of an epoch before. */
static void halve_first_weight(gradus_net *net)
{
    const gr_tensor *weight = &net->tensor[0];
    void *w = gr_tensor_values(net, weight);
    net->kernels->scale(weight->room, 0.5, w, w);
}

/* Steps of which each is announced during the one before, or none is; of how many threads had
 * begun before they were called. */
static uint64_t digest_after(const char *text, const char *optimizer, size_t threads,
                             habit what, bool announced, const examples *e, size_t *begun)
{
    steps s;
    *begun = 0;
    open_steps(&s, text, optimizer, threads, e);
    for (size_t step = 0, first = 0; step < STEPS; step++) {
        const bool turns_out = step % 3 == 1; /* otherwise than was said */
        const size_t said = step % 3 == 0 && what == MORE_ROWS ? BATCH / 2 : BATCH;
        if (turns_out && what == OTHER_ROWS)
            first += 5;
        if (turns_out && what == SETTLED) {
            gr_plan_settle(s.plan);
            halve_first_weight(s.net);
        }
        s.plan->pool = turns_out && what == ALONE ? NULL : s.pool;
        if (announced && (what != ENDS || step + 1 < STEPS))
            gr_plan_announce(s.plan, s.set, s.order + first + BATCH, said);
        take_step(&s, first);
        *begun += s.plan->pass.is_begun;
        first += BATCH;
    }
    gr_optimizer_close(&s.optimizer);
    gr_plan_free(s.plan); /* where it does not end, threads have begun with one more step */
    gr_pool_free(s.pool);
    const uint64_t digest = digest_of(s.net);
    gradus_net_free(s.net);
    return digest;
}

static void announced_steps_have_the_same_bits(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool begins; /* not where x is gathered, for other layers than dense ones */
    } nets[] = {
        {"dense 96 sigmoid output", true},
        {"dense 96 relu dense 20 tanh output", true},
        {"dense 96 batchnorm relu dropout 0.2 output", true},
        {"dense 96 gelu output", true},
        {"residual { dense 96 tanh dense 5 } output", false},
    };
    /* all but the first; of STEPS / 3 turns each leaves one out, or itself and the next */
    static const size_t most[HABITS] = {[COMES] = 8, [OTHER_ROWS] = 5, [MORE_ROWS] = 5,
                                        [ALONE] = 2, [SETTLED] = 5, [ENDS] = 8};
    examples e;
    make_examples(&e, 1);
    for (size_t n = 0; n < GR_COUNT(nets); n++)
        for (habit what = 0; what < HABITS; what++)
            for (size_t o = 0; o < 2; o++) {
                const char *optimizer = o == 0 ? "sgd" : "adam", *text = nets[n].text;
                size_t begun;
                const uint64_t usual =
                    digest_after(text, optimizer, 1, what, false, &e, &begun);
                for (size_t threads = 1; threads <= MOST_THREADS; threads++) {
                    if (digest_after(text, optimizer, threads, what, true, &e, &begun) != usual)
                        fail_msg("%s, %s, %zu threads, habit %d: other bits", text, optimizer,
                                 threads, (int)what);
                    assert_int_equal(begun, nets[n].begins && threads > 1 ? most[what] : 0);
                }
            }
}

static void a_loss_that_is_not_finite_begins_nothing(void **state)
{
    (void)state;
    examples e;
    steps s;
    double loss;
    make_examples(&e, 1);
    e.y[0] = INFINITY; /* of the first step's rows */
    open_steps(&s, "dense 96 sigmoid output", "sgd", 2, &e);
    gr_plan_announce(s.plan, s.set, s.order + BATCH, BATCH);
    gr_plan_gradient(s.plan, s.set, s.order, BATCH,
                     gr_optimizer_descent(&s.optimizer, 1.0 / BATCH, 0.05), NULL, &loss);
    assert_true(!isfinite(loss));
    assert_null(s.plan->begun);
    gr_optimizer_close(&s.optimizer);
    gr_plan_free(s.plan);
    gr_pool_free(s.pool);
    gradus_net_free(s.net);
}

/* ---- runs that end within an epoch ---- */

static int stop_within_epoch_3(const gradus_progress *progress, void *user)
{
    (void)user;
    return progress->epoch == 2 && progress->step == 4;
}

/* Weights and what is said of a run; it stops, or diverges by a large rate. */
static uint64_t ended(const char *text, size_t threads, double rate, gradus_status status,
                      char *said, const examples *e)
{
    gradus_fit_options options;
    gradus_context *context = new_context(threads, NULL);
    gradus_net *net = new_net(context, text);
    gradus_fit_defaults(&options);
    options.batch = BATCH;
    options.optimizer = "sgd";
    options.schedule = "constant";
    options.learning_rate = rate;
    options.observer = status == GRADUS_STOPPED ? stop_within_epoch_3 : NULL;
    assert_int_equal(gradus_fit(net, &e->set, NULL, &options, NULL), status);
    snprintf(said, 256, "%s", gradus_error());
    const uint64_t digest = digest_of(net);
    gradus_net_free(net);
    gradus_context_free(context);
    return digest;
}

/* What is not finite is found where it was, not where threads have gone on. */
static void a_run_that_ends_early_says_and_leaves_the_same(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double rate;
        gradus_status status;
        size_t rows;
    } cases[] = {
        {"dense 96 sigmoid output", 0.05, GRADUS_STOPPED, ROWS},
        {"dense 96 identity output", 1e3, GRADUS_DIVERGED, ROWS},
        {"dense 96 tanh dense 8 identity dense 8 identity output", 1e6, GRADUS_DIVERGED,
         ROWS},
        /* of batch norm a single row left over is no step */
        {"dense 96 batchnorm output", 1e39, GRADUS_DIVERGED, BATCH + 1},
    };
    examples e;
    make_examples(&e, 1);
    for (size_t i = 0; i < GR_COUNT(cases); i++) {
        char usual[256], said[256];
        e.set.rows = cases[i].rows;
        const uint64_t digest =
            ended(cases[i].text, 1, cases[i].rate, cases[i].status, usual, &e);
        for (int repeat = 0; repeat < 20; repeat++)
            for (size_t threads = 2; threads <= MOST_THREADS; threads++) {
                assert_int_equal(ended(cases[i].text, threads, cases[i].rate,
                                       cases[i].status, said, &e), digest);
                assert_string_equal(said, usual);
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(announced_steps_have_the_same_bits),
        cmocka_unit_test(a_loss_that_is_not_finite_begins_nothing),
        cmocka_unit_test(a_run_that_ends_early_says_and_leaves_the_same),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
