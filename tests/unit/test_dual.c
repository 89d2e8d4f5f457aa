/*
 * tests/unit/test_dual.c - dual numbers beside the kernels: two ways to the same numbers
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <math.h>

#include "theory/dual.h"

static const char *const names[] = {
#define ACTIVATION(id, name, ...) name,
#include "kernels/activations.def"
#undef ACTIVATION
};

static const double alphas[] = {
#define ACTIVATION(id, name, alpha, ...) alpha,
#include "kernels/activations.def"
#undef ACTIVATION
};

static void close_to(const char *what, double z, double got, double want, double bound)
{
    if (!(fabs(got - want) <= bound))
        fail_msg("%s at %g: %.17g, not %.17g", what, z, got, want);
}

static void activations_are_those_of_the_kernels(void **state)
{
    (void)state;
    const gr_kernels *k = gr_kernels_find(GR_CPU_REF, GRADUS_FLOAT64);
    for (size_t id = 0; id < GR_ACTIVATION_SOFTMAX; id++)
        for (double z = -21; z <= 21; z += 0.1875) {
            _Alignas(GR_LINE) double in[8] = {z}, a[8], da[8] = {1}, dz[8];
            k->activate[id].forward(1, 1, alphas[id], in, a);
            k->activate[id].backward(1, 1, alphas[id], in, a, da, dz);
            const gr_dual d =
                gr_dual_activate((gr_activation_id)id, alphas[id], (gr_dual){z, 1});
            const double scale = 4e-15 * fmax(1, fabs(z)) * fmax(1, fabs(a[0]));
            close_to(names[id], z, d.value, a[0], scale);
            close_to(names[id], z, d.slope, dz[0], 2 * scale);
        }
}

/* The slope of a kink is that of the left side. */
static void at_zero_the_left_side_counts(void **state)
{
    (void)state;
    const gr_dual zero = {0, 1};
    assert_true(gr_dual_activate(GR_ACTIVATION_RELU, 0, zero).slope == 0);
    assert_true(gr_dual_activate(GR_ACTIVATION_LEAKY_RELU, 0.25, zero).slope == 0.25);
    assert_true(gr_dual_activate(GR_ACTIVATION_ELU, 0.5, zero).slope == 0.5);
    close_to("selu", 0, gr_dual_activate(GR_ACTIVATION_SELU, 0, zero).slope,
             1.0507009873554805 * 1.6732632423543772, 1e-15);
}

/* dp_j = sum_i p_j ([i = j] - p_i) dz_i */
static void softmax_has_its_jacobian(void **state)
{
    (void)state;
    gr_dual z[4] = {{1, 0.5}, {-2, 1}, {700, -0.25}, {699, 2}}, p[4];
    gr_dual_softmax(4, z, p);
    double sum = 0, slopes = 0;
    for (int j = 0; j < 4; j++) {
        double want = 0;
        for (int i = 0; i < 4; i++)
            want += p[j].value * ((i == j) - p[i].value) * z[i].slope;
        close_to("softmax", z[j].value, p[j].slope, want, 1e-15);
        sum += p[j].value;
        slopes += p[j].slope;
    }
    close_to("sum", 0, sum, 1, 1e-15);
    close_to("sum of slopes", 0, slopes, 0, 1e-15);
}

static const char *const loss_names[] = {
#define LOSS(id, name, ...) name,
#include "kernels/losses.def"
#undef LOSS
};

static void check_loss(const gr_kernels *k, size_t id, bool fused)
{
    enum { COLUMNS = 3 };
    static const double y[2][COLUMNS] = {{0.2, 0.5, 0.3}, {0, 1, 0}};
    _Alignas(GR_LINE) double o[8] = {0.3, 0.4, 0.9}, g[8];
    const gr_dual_loss loss = {(gr_loss_id)id, fused, 0.25};
    for (int i = 0; i < 2; i++) {
        double value;
        (fused ? k->lose[id].fused : k->lose[id].plain)(1, COLUMNS, 0.25, o, y[i], &value, g);
        for (size_t direction = 0; direction < COLUMNS; direction++) {
            gr_dual output[COLUMNS];
            for (size_t j = 0; j < COLUMNS; j++)
                output[j] = (gr_dual){o[j], j == direction};
            const gr_dual d = gr_dual_lose(&loss, COLUMNS, output, y[i]);
            close_to(loss_names[id], o[direction], d.value, value, 1e-14);
            close_to(loss_names[id], o[direction], d.slope, g[direction], 1e-14);
        }
    }
}

static void losses_are_those_of_the_kernels(void **state)
{
    (void)state;
    const gr_kernels *k = gr_kernels_find(GR_CPU_REF, GRADUS_FLOAT64);
    for (size_t id = 0; id < GR_LOSS_COUNT; id++) {
        check_loss(k, id, false);
        if (k->lose[id].fused != NULL)
            check_loss(k, id, true);
    }
}

/* (x y + sqrt x) / y at x = 4 + 3e, y = 2 - e:  x + sqrt(x) / y */
static void arithmetic(void **state)
{
    (void)state;
    const gr_dual x = {4, 3}, y = {2, -1};
    const gr_dual top = gr_dual_add(gr_dual_multiply(x, y), gr_dual_sqrt(x));
    const gr_dual q = gr_dual_divide(top, y);
    close_to("quotient", 4, q.value, 5, 0);
    close_to("quotient", 4, q.slope, 3 + (3.0 / 4 * 2 + 2) / 4, 1e-15);
    const gr_dual back = gr_dual_log(gr_dual_exp(x));
    close_to("log of exp", 4, back.value, 4, 1e-15);
    close_to("log of exp", 4, back.slope, 3, 1e-15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic),
        cmocka_unit_test(activations_are_those_of_the_kernels),
        cmocka_unit_test(at_zero_the_left_side_counts),
        cmocka_unit_test(softmax_has_its_jacobian),
        cmocka_unit_test(losses_are_those_of_the_kernels),
    };
    return gr_run_tests(tests, sizeof tests / sizeof tests[0]);
}
