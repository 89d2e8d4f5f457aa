/*
 * tests/unit/test_strips.c - weights of a wide layer, whose gradient is cut into strips and
 * blocks of packed or copied x, take the step that they take in narrow layers of their own
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>
#include <string.h>

#include "base/cpu.h"
#include "contexts.h"

enum { MOST_ROWS = 513, MOST_INPUTS = 640, MOST_OUTPUTS = 256, PART = 16 };

/* Numbers about as large as real ones, of which no two products are alike. */
static double number(size_t i)
{
    return sin(1.7 * (double)i) + 0.1 * cos(0.3 * (double)i);
}

static void fill(void *array, gradus_precision precision, size_t i, double x)
{
    const float rounded = (float)x;
    if (precision == GRADUS_FLOAT32)
        memcpy((char *)array + i * sizeof rounded, &rounded, sizeof rounded);
    else
        memcpy((char *)array + i * sizeof x, &x, sizeof x);
}

typedef struct how {
    gradus_precision precision;
    const char *cpu, *optimizer;
    size_t threads, rows, inputs, outputs;
} how;

/* Weights and biases of the outputs [first, first + outputs) after two steps. */
static void train(const how *h, size_t first, size_t outputs, void *weight, void *bias)
{
    static double x[MOST_ROWS * MOST_INPUTS], y[MOST_ROWS * MOST_OUTPUTS];
    const gradus_set set = {.rows = h->rows, .x = x, .y = y};
    gradus_context *context = new_context(h->threads, h->cpu);
    gradus_fit_options options;
    gradus_net *net;
    assert_int_equal(gradus_net_new(context, "output", h->inputs, outputs, h->precision, 1,
                                    &net), GRADUS_OK);
    for (size_t i = 0; i < h->rows * h->inputs; i++)
        fill(x, h->precision, i, number(i));
    for (size_t i = 0; i < h->rows; i++)
        for (size_t j = 0; j < outputs; j++)
            fill(y, h->precision, i * outputs + j, number(7 * i + first + j));
    for (size_t i = 0; i < outputs * h->inputs; i++)
        fill(weight, h->precision, i, 0.1 * number(first * h->inputs + i));
    gradus_net_set(net, 0, weight);
    gradus_fit_defaults(&options);
    options.optimizer = h->optimizer;
    options.schedule = "constant";
    options.learning_rate = 0.01;
    options.weight_decay = 0.1;
    options.clip = 0;
    options.batch = h->rows;
    options.epochs = 2;
    if (gradus_fit(net, &set, NULL, &options, NULL) != GRADUS_OK)
        fail_msg("%s", gradus_error());
    gradus_net_get(net, 0, weight);
    gradus_net_get(net, 1, bias);
    gradus_net_free(net);
    gradus_context_free(context);
}

typedef struct values {
    char weight[MOST_INPUTS * MOST_OUTPUTS * sizeof(double)];
    char bias[MOST_OUTPUTS * sizeof(double)];
} values;

/* Each part alone, of too few outputs to be packed. */
static void train_parts(const how *h, size_t size, values *v)
{
    for (size_t first = 0; first < h->outputs; first += PART) {
        const size_t outputs = h->outputs - first < PART ? h->outputs - first : PART;
        train(h, first, outputs, v->weight + first * h->inputs * size, v->bias + first * size);
    }
}

static void check(how h)
{
    static values parts, whole;
    const size_t size = h.precision == GRADUS_FLOAT32 ? sizeof(float) : sizeof(double);
    train_parts(&h, size, &parts);
    for (gr_cpu cpu = GR_CPU_REF; cpu <= gr_cpu_best(); cpu++)
        for (h.threads = 1; h.threads <= 3; h.threads++) {
            h.cpu = gr_cpu_name(cpu);
            train(&h, 0, h.outputs, whole.weight, whole.bias);
            assert_memory_equal(parts.weight, whole.weight, h.outputs * h.inputs * size);
            assert_memory_equal(parts.bias, whole.bias, h.outputs * size);
        }
}

/* More rows than are packed, too, and fewer; inputs that fill no last strip, no last tile. */
static void a_step_is_that_of_its_parts(void **state)
{
    (void)state;
    static const size_t rows[] = {20, 48, 49, 100, 512, MOST_ROWS};
    static const char *const optimizers[] = {"sgd", "adamw"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int kind = 0; kind < 4; kind++)
            check((how){kind % 2 == 0 ? GRADUS_FLOAT32 : GRADUS_FLOAT64, NULL,
                        optimizers[kind / 2], 1, rows[i], 131, 200});
}

/* Rows of examples that are whole eighths of a page apart, and enough of them; with three
 * threads a thread has too few outputs. */
static void rows_that_meet_are_copied(void **state)
{
    (void)state;
    static const size_t rows[] = {100, 130}; /* in float32 100 are too few */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int kind = 0; kind < 3; kind++)
            check((how){kind < 2 ? GRADUS_FLOAT32 : GRADUS_FLOAT64, NULL,
                        kind == 0 ? "adamw" : "sgd", 1, rows[i], MOST_INPUTS, MOST_OUTPUTS});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_is_that_of_its_parts),
        cmocka_unit_test(rows_that_meet_are_copied),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
