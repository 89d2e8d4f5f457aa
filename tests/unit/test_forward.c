/* tests/unit/test_forward.c - a row's outputs do not depend on its company.
 *
 * Rows are predicted one by one, then all of them again in batches of random sizes, on one
 * thread and on several: net/forward.c and net/predict.c. Bits must be equal.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "contexts.h"
#include "net/net.h"
#include "runner.h"

enum { VALUES = 1000000, MOST_OUTPUTS = 20, MOST_BATCH = 700, MOST_THREADS = 3 };
enum { MOST_VALUES = 6000 }; /* of a tensor */

static const struct {
    const char *text;
    size_t outputs;
    gradus_precision precision;
    size_t inputs;
} nets[] = {
    {"dense 17 relu dense 9 relu output sigmoid", 1, GRADUS_FLOAT32, 5},
    {"dense 12 batchnorm gelu dropout 0.3 output softmax", 3, GRADUS_FLOAT32, 5},
    {"residual scale=0.5 { dense 6 batchnorm tanh } output", MOST_OUTPUTS, GRADUS_FLOAT32, 5},
    {"batchnorm dense 16 residual { dense 4 relu dense 3 } dense 4 output elu softplus", 4,
     GRADUS_FLOAT32, 5},
    {"dense 10 silu output tanh", 2, GRADUS_FLOAT64, 5},
    {"dense 8 softmax dense 3 relu output", 2, GRADUS_FLOAT32, 5}, /* no rows abreast */
    {"dense 17 sigmoid output softmax", 10, GRADUS_FLOAT32, 301},
    {"dense 9 relu output softmax", 128, GRADUS_FLOAT32, 12}, /* a matrix of nine lines a row */
    {"dense 20 sigmoid dense 9 relu output softmax", 64, GRADUS_FLOAT64, 20},
};

typedef struct bench {
    gradus_context *context[MOST_THREADS + 1]; /* [threads], which are used always */
    gradus_net *net[MOST_THREADS + 1];
    size_t size, inputs, outputs, rows;
    char *x, *one_by_one, *batches;
    void *scratch;
    uint32_t state;
} bench;

/* Numerical Recipes' congruential generator, its upper half */
static uint32_t draw(bench *b)
{
    b->state = b->state * 1664525u + 1013904223u;
    return b->state >> 16;
}

static void fill(bench *b, void *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const double value = (1 + draw(b)) / 65536.0 - (i % 3 == 0);
        b->net[1]->kernels->from_double(1, &value, (char *)values + i * b->size);
    }
}

/* Variances too must be drawn, and positive. */
static void draw_values(bench *b)
{
    double values[MOST_VALUES];
    for (size_t t = 0; t < gradus_net_tensors(b->net[1]); t++) {
        gradus_tensor about;
        gradus_net_tensor(b->net[1], t, &about);
        assert_true(about.rows * about.columns <= MOST_VALUES);
        fill(b, values, about.rows * about.columns);
        if (strstr(about.name, "variance") != NULL)
            for (size_t i = 0; i < about.columns; i++)
                b->net[1]->kernels->from_double(1, &(double){0.5 + (double)i / 16},
                                                (char *)values + i * b->size);
        for (size_t threads = 1; threads <= MOST_THREADS; threads++)
            gradus_net_set(b->net[threads], t, values);
    }
}

static void open_bench(bench *b, size_t which)
{
    const size_t inputs = nets[which].inputs;
    *b = (bench){.state = (uint32_t)which, .inputs = inputs, .outputs = nets[which].outputs,
                 .rows = VALUES / inputs};
    for (size_t threads = 1; threads <= MOST_THREADS; threads++) {
        b->context[threads] = new_context(threads, NULL);
        assert_int_equal(gradus_net_new(b->context[threads], nets[which].text, b->inputs,
                                        b->outputs, nets[which].precision, 1,
                                        &b->net[threads]),
                         GRADUS_OK);
    }
    const gradus_context *context = b->context[1];
    b->size = b->net[1]->kernels->size;
    assert_int_equal(gr_allocate(context, b->rows * b->inputs, b->size, "x", &b->x), GRADUS_OK);
    assert_int_equal(gr_allocate(context, b->rows * b->outputs, b->size, "y", &b->one_by_one),
                     GRADUS_OK);
    assert_int_equal(gr_allocate(context, b->rows * b->outputs, b->size, "y", &b->batches),
                     GRADUS_OK);
    assert_int_equal(gr_allocate(context, gradus_net_scratch(b->net[1]), 1, "scratch",
                                 &b->scratch), GRADUS_OK);
    draw_values(b);
    fill(b, b->x, b->rows * b->inputs);
}

static void close_bench(bench *b)
{
    gr_release(b->context[1], b->scratch);
    gr_release(b->context[1], b->batches);
    gr_release(b->context[1], b->one_by_one);
    gr_release(b->context[1], b->x);
    for (size_t threads = 1; threads <= MOST_THREADS; threads++) {
        gradus_net_free(b->net[threads]);
        gradus_context_free(b->context[threads]);
    }
}

/* Where row `row` stands. */
static char *x_of(const bench *b, size_t row)
{
    return b->x + row * b->inputs * b->size;
}

static char *y_of(const bench *b, char *y, size_t row)
{
    return y + row * b->outputs * b->size;
}

/* One batch in three with the caller's scratch, the others on 1, 2 or 3 threads. */
static void predict_batches(bench *b)
{
    for (size_t from = 0, rows; from < b->rows; from += rows) {
        const size_t threads = draw(b) % MOST_THREADS + 1;
        rows = draw(b) % 4 == 0 ? draw(b) % 20 + 1 : draw(b) % MOST_BATCH + 1;
        rows = rows < b->rows - from ? rows : b->rows - from;
        if (draw(b) % 3 == 0)
            gradus_net_forward(b->net[1], x_of(b, from), rows, y_of(b, b->batches, from),
                               b->scratch);
        else
            assert_int_equal(gradus_net_predict(b->net[threads], x_of(b, from), rows,
                                                y_of(b, b->batches, from)), GRADUS_OK);
    }
}

static void a_row_has_the_same_bits_in_any_batch(void **state)
{
    (void)state;
    for (size_t which = 0; which < GR_COUNT(nets); which++) {
        bench b;
        open_bench(&b, which);
        for (size_t row = 0; row < b.rows; row++)
            gradus_net_forward(b.net[1], x_of(&b, row), 1, y_of(&b, b.one_by_one, row),
                               b.scratch);
        predict_batches(&b);
        for (size_t row = 0; row < b.rows; row++)
            if (memcmp(y_of(&b, b.one_by_one, row), y_of(&b, b.batches, row),
                       b.outputs * b.size) != 0)
                fail_msg("\"%s\": row %zu differs", nets[which].text, row);
        assert_memory_not_equal(b.one_by_one, y_of(&b, b.one_by_one, 1), b.size);
        close_bench(&b);
    }
}

/* Little scratch is on the stack, more is the context's, which keeps it: threads, and what they
 * need, come only where there is work for them. */
static void few_rows_take_one_allocation_at_most(void **state)
{
    (void)state;
    static const char *const texts[] = {"dense 4 output", "dense 3000 output"};
    const gradus_context_options options = {.threads = 2};
    const float x[4 * 5] = {0};
    float y[4];
    for (uint64_t count = 0; count < 2; count++) {
        gradus_context *context;
        gradus_net *net;
        assert_int_equal(gradus_context_new(&options, &context), GRADUS_OK);
        assert_int_equal(gradus_net_new(context, texts[count], 5, 1, GRADUS_FLOAT32, 1, &net),
                         GRADUS_OK);
        const uint64_t before = gr_memory_count();
        assert_int_equal(gradus_net_predict(net, x, 4, y), GRADUS_OK);
        assert_int_equal(gr_memory_count() - before, count);
        assert_int_equal(gradus_net_predict(net, x, 4, y), GRADUS_OK);
        assert_int_equal(gradus_net_predict(net, x, 0, y), GRADUS_OK);
        assert_int_equal(gr_memory_count() - before, count);
        gradus_net_free(net);
        gradus_context_free(context);
    }
}

/* Where it pays: few inputs, or lanes that layers leave empty and AVX-512. */
static void rows_are_abreast_where_that_is_faster(void **state)
{
    (void)state;
    static const struct {
        size_t inputs;
        const char *text;
        gradus_precision precision;
        int few, wide; /* whether they are; with AVX-512 */
    } cases[] = {
        {32, "dense 128 relu output", GRADUS_FLOAT64, 1, 1},
        {32, "dense 129 relu output", GRADUS_FLOAT32, 0, 0},
        {33, "dense 17 relu output", GRADUS_FLOAT64, 0, 0},
        {33, "dense 17 relu output", GRADUS_FLOAT32, 0, 1},
        {784, "dense 30 sigmoid output", GRADUS_FLOAT32, 0, 1},
        {784, "dense 32 sigmoid output", GRADUS_FLOAT32, 0, 0},
        {1000, "dense 30 sigmoid output", GRADUS_FLOAT32, 0, 1},
        {1001, "dense 30 sigmoid output", GRADUS_FLOAT32, 0, 0},
    };
    static const char *const cpus[] = {"ref", "avx2", "avx512"};
    for (size_t c = 0; c < GR_COUNT(cpus); c++) {
        const gradus_context_options options = {.cpu = cpus[c]};
        gradus_context *context;
        if (gradus_context_new(&options, &context) != GRADUS_OK)
            continue; /* this CPU has none */
        for (size_t i = 0; i < GR_COUNT(cases); i++) {
            gradus_net *net;
            assert_int_equal(gradus_net_new(context, cases[i].text, cases[i].inputs, 10,
                                            cases[i].precision, 1, &net), GRADUS_OK);
            assert_int_equal(net->abreast, c == 2 ? cases[i].wide : cases[i].few);
            gradus_net_free(net);
        }
        gradus_context_free(context);
    }
}

static double twice(double z, void *user) { (void)user; return 2 * z; }
static double two(double z, void *user) { (void)z, (void)user; return 2; }

/* No kernel knows an activation of the user's: identity with doubled weights is the same. */
static void activations_of_the_user_take_part(void **state)
{
    (void)state;
    enum { MANY = 100 };
    const gradus_activation own = {"twice", twice, two, NULL};
    const char *const texts[] = {"dense 3 twice output", "dense 3 identity output"};
    gradus_context *context;
    float x[2 * MANY], y[2][MANY + 1];
    for (size_t i = 0; i < GR_COUNT(x); i++)
        x[i] = (float)(i % 17) / 16 - 0.5f;
    assert_int_equal(gradus_context_new(NULL, &context), GRADUS_OK);
    assert_int_equal(gradus_context_add_activation(context, &own), GRADUS_OK);
    for (size_t k = 0; k < 2; k++) {
        const float times = (float)(k + 1);
        const float w[] = {times, 2 * times, -times, times / 2, times / 4, 3 * times};
        const float bias[] = {times / 8, -times, 0}, out[] = {1, -2, 0.5f}, end[] = {0.25f};
        gradus_net *net;
        assert_int_equal(gradus_net_new(context, texts[k], 2, 1, GRADUS_FLOAT32, 1, &net),
                         GRADUS_OK);
        gradus_net_set(net, 0, w);
        gradus_net_set(net, 1, bias);
        gradus_net_set(net, 2, out);
        gradus_net_set(net, 3, end);
        assert_int_equal(gradus_net_predict(net, x, MANY, y[k]), GRADUS_OK);
        assert_int_equal(gradus_net_predict(net, x, 1, &y[k][MANY]), GRADUS_OK);
        gradus_net_free(net);
    }
    assert_memory_equal(y[0], y[1], sizeof y[0]);
    assert_true(y[0][MANY] == y[0][0] && y[0][0] != y[0][1]);
    gradus_context_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_has_the_same_bits_in_any_batch),
        cmocka_unit_test(activations_of_the_user_take_part),
        cmocka_unit_test(few_rows_take_one_allocation_at_most),
        cmocka_unit_test(rows_are_abreast_where_that_is_faster),
    };
    return gr_run_tests(tests, GR_COUNT(tests));
}
