/* tests/unit/test_lose.c - losses: bits, values, gradients, edges.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kernel_check.h"

typedef void lose(size_t rows, size_t outputs, double delta, const void *output,
                  const void *y, double *value, void *gradient);

static const struct loss {
    const char *name, *fused;
} losses[GR_LOSS_COUNT] = {
#define LOSS(id, name, fused, task) {name, fused},
#include "kernels/losses.def"
#undef LOSS
};

static const double delta = 0.7; /* of huber */

/* The plain form for fused = 0; NULL where there is none. */
static lose *form(const gr_kernels *k, size_t id, int fused)
{
    return fused ? k->lose[id].fused : k->lose[id].plain;
}

static int is_distribution(size_t id)
{
    return id == GR_LOSS_CROSS_ENTROPY;
}

/* outputs a form may see: probabilities and means are positive, p < 1 */
static array ordinary_outputs(const gr_kernels *k, size_t id, int fused, size_t rows,
                              size_t outputs)
{
    if (fused || id == GR_LOSS_MSE || id == GR_LOSS_HUBER)
        return matrix_between(k, rows, outputs, -3, 3);
    return matrix_between(k, rows, outputs, 0.1, 0.9);
}

static array ordinary_targets(const gr_kernels *k, size_t id, size_t rows, size_t outputs)
{
    array y = array_between(k, rows * outputs, 0.01, 0.99);
    for (size_t i = 0; is_distribution(id) && i < rows; i++) {
        double sum = 0;
        for (size_t j = 0; j < outputs; j++)
            sum += get(&y, i * outputs + j);
        for (size_t j = 0; j < outputs; j++)
            set(&y, i * outputs + j, get(&y, i * outputs + j) / sum);
    }
    return y;
}

enum { MOST = 300 }; /* rows: more than the 256 elements that are worked at once */

static void check_bits(gradus_precision precision, size_t id, int fused, size_t rows,
                       size_t outputs)
{
    const gr_kernels *ref = gr_kernels_find(GR_CPU_REF, precision);
    array o = rows % 2 ? matrix_odd(ref, rows, outputs)
                       : ordinary_outputs(ref, id, fused, rows, outputs);
    array y = rows % 3 ? ordinary_targets(ref, id, rows, outputs)
                       : array_odd(ref, rows * outputs);
    array g = matrix_odd(ref, rows, outputs);
    double value[MOST + 1], value2[MOST + 1];
    clear_beyond(&g);
    form(ref, id, fused)(rows, outputs, delta, o.data, y.data, value, g.data);
    assert_clear_beyond(&g);
    EACH_CPU(cpu) {
        const gr_kernels *k = gr_kernels_find(cpu, precision);
        array g2 = matrix_odd(k, rows, outputs);
        value2[rows] = 77;
        clear_beyond(&g2);
        form(k, id, fused)(rows, outputs, delta, o.data, y.data, value2, g2.data);
        assert_same_array(&g, &g2);
        assert_clear_beyond(&g2);
        assert_same_doubles(rows, value, value2);
        assert_true(value2[rows] == 77);
        array_free(&g2);
    }
    array_free(&o), array_free(&y), array_free(&g);
}

static void every_instruction_set_gives_the_same_bits(void **state)
{
    (void)state;
    static const size_t shapes[][2] = {{MOST, 1}, {MOST, 2}, {100, 7}, {3, 255}, {2, 256},
                                       {3, 257},  {5, 600},  {256, 1}, {257, 1}};
    EACH_PRECISION(precision)
        for (size_t id = 0; id < GR_LOSS_COUNT; id++)
            for (int fused = 0; fused < 2; fused++) {
                if (!form(gr_kernels_find(GR_CPU_REF, precision), id, fused))
                    continue;
                for (size_t outputs = 1; outputs < 40; outputs++)
                    for (size_t rows = 0; rows < 7; rows++)
                        check_bits(precision, id, fused, rows, outputs);
                for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
                    check_bits(precision, id, fused, shapes[s][0], shapes[s][1]);
            }
}

/* Rows abreast are what each is by itself. */
static void check_rows(const gr_kernels *k, size_t id, int fused, size_t rows, size_t outputs)
{
    array o = rows % 2 ? matrix_odd(k, rows, outputs)
                       : ordinary_outputs(k, id, fused, rows, outputs);
    array y = rows % 3 ? array_odd(k, rows * outputs) : ordinary_targets(k, id, rows, outputs);
    array g = matrix_odd(k, rows, outputs), alone = array_copy(&g);
    double value[MOST], value_alone[MOST];
    form(k, id, fused)(rows, outputs, delta, o.data, y.data, value, g.data);
    for (size_t i = 0; i < rows; i++)
        form(k, id, fused)(1, outputs, delta, element(&o, i * o.stride),
                           element(&y, i * outputs), value_alone + i,
                           element(&alone, i * alone.stride));
    assert_same_array(&alone, &g);
    assert_same_doubles(rows, value_alone, value);
    array_free(&o), array_free(&y), array_free(&g), array_free(&alone);
}

static void rows_are_what_each_is_alone(void **state)
{
    (void)state;
    static const size_t outputs[] = {2, 3, 10, 16, 17, 40};
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t id = 0; id < GR_LOSS_COUNT; id++)
                for (int fused = 0; fused < 2; fused++)
                    for (size_t rows = 2; rows < 40; rows++) {
                        const gr_kernels *k = gr_kernels_find(cpu, precision);
                        for (size_t j = 0; j < sizeof outputs / sizeof *outputs; j++)
                            if (form(k, id, fused) != NULL)
                                check_rows(k, id, fused, rows, outputs[j]);
                    }
}

/* The loss of one row, by the C library. */
static double exact(size_t id, int fused, size_t outputs, const double *o, const double *y)
{
    double sum = 0, total = 0;
    for (size_t j = 0; j < outputs; j++)
        total += exp(o[j]);
    for (size_t j = 0; j < outputs; j++) {
        double r = fabs(o[j] - y[j]), p = o[j];
        if (fused && id == GR_LOSS_CROSS_ENTROPY)
            p = exp(o[j]) / total;
        else if (fused && id == GR_LOSS_BINARY_CROSS_ENTROPY)
            p = 1 / (1 + exp(-o[j]));
        else if (fused)
            p = exp(o[j]);
        switch (id) {
        case GR_LOSS_MSE: sum += r * r / 2; break;
        case GR_LOSS_HUBER: sum += r <= delta ? r * r / 2 : delta * (r - delta / 2); break;
        case GR_LOSS_CROSS_ENTROPY: sum -= y[j] * log(p); break;
        case GR_LOSS_BINARY_CROSS_ENTROPY:
            sum -= y[j] * log(p) + (1 - y[j]) * log(1 - p);
            break;
        default: sum += p - y[j] * log(p);
        }
    }
    return sum;
}

static void values_are_near_the_exact_ones(void **state)
{
    (void)state;
    enum { OUTPUTS = 4 };
    EACH_PRECISION(precision)
        for (size_t id = 0; id < GR_LOSS_COUNT; id++)
            for (int fused = 0; fused < 2; fused++)
                for (int trial = 0; trial < 200; trial++) {
                    const gr_kernels *k = gr_kernels_find(gr_cpu_best(), precision);
                    if (!form(k, id, fused))
                        continue;
                    array o = ordinary_outputs(k, id, fused, 1, OUTPUTS);
                    array y = ordinary_targets(k, id, 1, OUTPUTS), g = array_copy(&o);
                    double value, o_double[OUTPUTS], y_double[OUTPUTS];
                    for (size_t j = 0; j < OUTPUTS; j++) {
                        o_double[j] = get(&o, j);
                        y_double[j] = get(&y, j);
                    }
                    form(k, id, fused)(1, OUTPUTS, delta, o.data, y.data, &value, g.data);
                    assert_near(exact(id, fused, OUTPUTS, o_double, y_double), value,
                                roundings(k, 12));
                    array_free(&o), array_free(&y), array_free(&g);
                }
}

/* The loss of one row in double. */
static double value_of(size_t id, int fused, const array *o, const array *y)
{
    double value;
    array gradient = array_copy(o);
    form(o->k, id, fused)(1, o->columns, delta, o->data, y->data, &value, gradient.data);
    array_free(&gradient);
    return value;
}

static void gradients_are_the_differences_of_values(void **state)
{
    (void)state;
    const gr_kernels *k = gr_kernels_find(gr_cpu_best(), GRADUS_FLOAT64);
    const double h = 3e-4, step[] = {-2, -1, 1, 2}, weight[] = {1, -8, 8, -1};
    for (size_t id = 0; id < GR_LOSS_COUNT; id++)
        for (int fused = 0; fused < 2; fused++)
            for (int trial = 0; form(k, id, fused) && trial < 200; trial++) {
                array o = ordinary_outputs(k, id, fused, 1, 4);
                array y = ordinary_targets(k, id, 1, 4), g = array_copy(&o);
                double value;
                form(k, id, fused)(1, 4, delta, o.data, y.data, &value, g.data);
                for (size_t j = 0; j < 4; j++) {
                    const double kept = get(&o, j);
                    if (id == GR_LOSS_HUBER &&
                        fabs(fabs(kept - get(&y, j)) - delta) < 4 * h)
                        continue; /* its second derivative jumps there */
                    double difference = 0;
                    for (size_t s = 0; s < 4; s++) {
                        set(&o, j, kept + step[s] * h);
                        difference += weight[s] * value_of(id, fused, &o, &y);
                    }
                    set(&o, j, kept);
                    difference /= 12 * h;
                    assert_near(difference, get(&g, j), 5e-9);
                }
                array_free(&o), array_free(&y), array_free(&g);
            }
}

/* fused(z) = plain(activation(z)), and its gradient that of the chain rule */
static void the_fused_form_is_the_plain_one_after_its_activation(void **state)
{
    (void)state;
    enum { OUTPUTS = 5 };
    const struct pair {
        size_t loss, activation;
    } pairs[] = {{GR_LOSS_CROSS_ENTROPY, GR_ACTIVATION_SOFTMAX},
                 {GR_LOSS_BINARY_CROSS_ENTROPY, GR_ACTIVATION_SIGMOID},
                 {GR_LOSS_POISSON, GR_ACTIVATION_EXP}};
    EACH_PRECISION(precision)
        for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
            for (int trial = 0; trial < 50; trial++) {
                const gr_kernels *k = gr_kernels_find(gr_cpu_best(), precision);
                const gr_activate *activate = &k->activate[pairs[i].activation];
                const gr_lose *loss = &k->lose[pairs[i].loss];
                array z = matrix_between(k, 1, OUTPUTS, -3, 3), a = array_copy(&z);
                array y = ordinary_targets(k, pairs[i].loss, 1, OUTPUTS);
                array g = array_copy(&z), fused = array_copy(&z);
                double value, fused_value;
                activate->forward(1, OUTPUTS, 0, z.data, a.data);
                loss->plain(1, OUTPUTS, 0, a.data, y.data, &value, g.data);
                activate->backward(1, OUTPUTS, 0, z.data, a.data, g.data, g.data);
                loss->fused(1, OUTPUTS, 0, z.data, y.data, &fused_value, fused.data);
                assert_near(value, fused_value, roundings(k, 32));
                for (size_t j = 0; j < OUTPUTS; j++)
                    assert_near(get(&g, j), get(&fused, j), roundings(k, 32));
                array_free(&z), array_free(&a), array_free(&y), array_free(&g);
                array_free(&fused);
            }
}

/* docs/math/losses.md: the gradients that are p - y */
static void fused_gradients_are_p_minus_y(void **state)
{
    (void)state;
    const gr_kernels *k = gr_kernels_find(gr_cpu_best(), GRADUS_FLOAT64);
    const double values[] = {1, -2, 0.5}, y[] = {0, 1, 0};
    array z = matrix_odd(k, 1, 3), p = array_copy(&z), g = array_copy(&z);
    double value;
    for (size_t j = 0; j < 3; j++)
        set(&z, j, values[j]);
    k->activate[GR_ACTIVATION_SOFTMAX].forward(1, 3, 0, z.data, p.data);
    k->lose[GR_LOSS_CROSS_ENTROPY].fused(1, 3, 0, z.data, y, &value, g.data);
    for (size_t j = 0; j < 3; j++)
        assert_near(get(&p, j) - y[j], get(&g, j), 1e-15);
    k->activate[GR_ACTIVATION_SIGMOID].forward(1, 3, 0, z.data, p.data);
    k->lose[GR_LOSS_BINARY_CROSS_ENTROPY].fused(1, 3, 0, z.data, y, &value, g.data);
    for (size_t j = 0; j < 3; j++)
        assert_near(get(&p, j) - y[j], get(&g, j), 1e-15);
    array_free(&z), array_free(&p), array_free(&g);
}

/* One output, one target, in both precisions. */
static void assert_loss(size_t id, int fused, double o, double y, double value,
                        double gradient)
{
    EACH_PRECISION(precision) {
        const gr_kernels *k = gr_kernels_find(gr_cpu_best(), precision);
        array output = matrix_odd(k, 1, 1), target = array_new(k, 1), g = array_copy(&output);
        double got;
        set(&output, 0, o);
        set(&target, 0, y);
        form(k, id, fused)(1, 1, delta, output.data, target.data, &got, g.data);
        const double both[2][2] = {{value, got}, {gradient, get(&g, 0)}};
        for (size_t i = 0; i < 2; i++) {
            double expected = both[i][0], bound = roundings(k, 4) * fabs(expected);
            if (!(expected == both[i][1] || fabs(expected - both[i][1]) <= bound))
                fail_msg("%s(%g, %g): %s %g is not %g", losses[id].name, o, y,
                         i ? "gradient" : "value", both[i][1], expected);
        }
        array_free(&output), array_free(&target), array_free(&g);
    }
}

static void edges_are_exact(void **state)
{
    (void)state;
    const size_t binary = GR_LOSS_BINARY_CROSS_ENTROPY, cross = GR_LOSS_CROSS_ENTROPY;
    const size_t poisson = GR_LOSS_POISSON;
    const double inf = INFINITY;
    assert_loss(cross, 0, 0, 0, 0, 0); /* 0 log 0 */
    assert_loss(cross, 0, 1, 1, 0, -1);
    assert_loss(cross, 0, 0, 1, inf, -inf);
    assert_loss(cross, 1, 50, 1, 0, 0); /* a class alone is certain */
    assert_loss(binary, 0, 0, 0, 0, 1);
    assert_loss(binary, 0, 1, 1, 0, -1);
    assert_loss(binary, 0, 1, 0, inf, inf);
    assert_loss(binary, 0, 0, 1, inf, -inf);
    assert_loss(binary, 1, 0x1p100, 1, 0, 0); /* finite for any finite z */
    assert_loss(binary, 1, -0x1p100, 0, 0, 0);
    assert_loss(binary, 1, 0x1p100, 0, 0x1p100, 1);
    assert_loss(binary, 1, -0x1p100, 1, 0x1p100, -1);
    assert_loss(binary, 1, 40, 1, exp(-40), -exp(-40)); /* no digit lost in the tails */
    assert_loss(binary, 1, -40, 0, exp(-40), exp(-40));
    assert_loss(poisson, 0, 0, 0, 0, 1);
    assert_loss(poisson, 0, 2, 0, 2, 1);
    assert_loss(poisson, 1, -1000, 0, 0, 0);
    assert_loss(GR_LOSS_HUBER, 0, 10, 0, delta * (10 - delta / 2), delta);
    assert_loss(GR_LOSS_HUBER, 0, -10, 0, delta * (10 - delta / 2), -delta);
    assert_loss(GR_LOSS_MSE, 0, 3, 1, 2, 2);
}

/* Confident rows: the loss keeps its digits far below one rounding of a probability. */
static void small_cross_entropies_keep_their_digits(void **state)
{
    (void)state;
    EACH_PRECISION(precision) {
        const gr_kernels *k = gr_kernels_find(gr_cpu_best(), precision);
        array z = matrix_odd(k, 1, 2), y = array_new(k, 2), g = array_copy(&z);
        double value;
        set(&z, 0, 25), set(&z, 1, 0);
        set(&y, 0, 1), set(&y, 1, 0);
        k->lose[GR_LOSS_CROSS_ENTROPY].fused(1, 2, 0, z.data, y.data, &value, g.data);
        assert_true(fabs(value / exp(-25) - 1) < 1e-5);
        array_free(&z), array_free(&y), array_free(&g);
    }
}

static void nan_in_gives_nan_out(void **state)
{
    (void)state;
    EACH_PRECISION(precision)
        EACH_CPU(cpu)
            for (size_t id = 0; id < GR_LOSS_COUNT; id++)
                for (int fused = 0; fused < 2; fused++)
                    for (size_t at = 0; at < 24; at++) {
                        const gr_kernels *k = gr_kernels_find(cpu, precision);
                        if (!form(k, id, fused))
                            continue;
                        array o = ordinary_outputs(k, id, fused, 2, 6);
                        array y = array_between(k, 12, 0, 1), g = array_copy(&o);
                        const size_t row = at % 12 / 6, column = at % 6;
                        double value[2];
                        for (size_t j = 0; j < 12; j++)
                            set(&y, j, j % 2 ? 1 : 0); /* zeros must not hide a NaN */
                        if (at < 12)
                            set_at(&o, row, column, NAN);
                        else
                            set(&y, at - 12, NAN);
                        form(k, id, fused)(2, 6, delta, o.data, y.data, value, g.data);
                        assert_true(isnan(value[row]));
                        assert_true(!isnan(value[1 - row]));
                        assert_true(isnan(get_at(&g, row, column)));
                        array_free(&o), array_free(&y), array_free(&g);
                    }
}

/* The distance between the two z is no finite double; the loss of the first class is 0. */
static void the_widest_distance_costs_nothing_elsewhere(void **state)
{
    (void)state;
    const double y[2] = {1, 0};
    EACH_CPU(cpu) {
        const gr_kernels *k = gr_kernels_find(cpu, GRADUS_FLOAT64);
        array z = matrix_odd(k, 1, 2), g = array_copy(&z);
        double value;
        set(&z, 0, 1e308), set(&z, 1, -1e308);
        k->lose[GR_LOSS_CROSS_ENTROPY].fused(1, 2, 0, z.data, y, &value, g.data);
        assert_true(value == 0 && get(&g, 0) == 0 && get(&g, 1) == 0);
        array_free(&z), array_free(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_instruction_set_gives_the_same_bits),
        cmocka_unit_test(rows_are_what_each_is_alone),
        cmocka_unit_test(values_are_near_the_exact_ones),
        cmocka_unit_test(gradients_are_the_differences_of_values),
        cmocka_unit_test(the_fused_form_is_the_plain_one_after_its_activation),
        cmocka_unit_test(fused_gradients_are_p_minus_y),
        cmocka_unit_test(edges_are_exact),
        cmocka_unit_test(small_cross_entropies_keep_their_digits),
        cmocka_unit_test(nan_in_gives_nan_out),
        cmocka_unit_test(the_widest_distance_costs_nothing_elsewhere),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
