/*
 * tests/unit/test_golden_gradients.c - gradients of 70 random graphs are PyTorch's
 *
 * The cases of tests/golden/gradients.txt, by tools/golden_gradients.py: residual blocks,
 * batch norm and dropout among them. To 1e-10. The loss alone has the same bits.
 *
 * SPDX-License-Identifier: MIT
 */
#include "runner.h"

#include <stdlib.h>

#include "gradient_cases.h"

static void check_case(const gradient_case *c)
{
    static double gradient[CASE_NUMBERS], dx[CASE_NUMBERS];
    double value, alone;
    gradus_net *net = case_net(c);
    const gradus_set set = {.rows = c->rows, .x = c->x, .y = c->y};
    assert_int_equal(gradus_net_gradient(net, c->loss, &set, c->seed, &value, gradient, dx),
                     GRADUS_OK);
    assert_int_equal(gradus_net_gradient(net, c->loss, &set, c->seed, &alone, NULL, NULL),
                     GRADUS_OK);
    assert_memory_equal(&alone, &value, sizeof value);
    double worst = case_error(value, c->value);
    for (size_t i = 0; i < c->parameter_count; i++)
        if (case_error(gradient[i], c->gradient[i]) > worst)
            worst = case_error(gradient[i], c->gradient[i]);
    for (size_t i = 0; i < c->dx_count; i++)
        if (case_error(dx[i], c->dx[i]) > worst)
            worst = case_error(dx[i], c->dx[i]);
    if (!(worst <= 1e-10))
        fail_msg("case %zu, %s: differs by %g", c->number, c->network, worst);
    gradus_net_free(net);
}

static void gradients_are_those_of_pytorch(void **state)
{
    (void)state;
    static gradient_case c;
    size_t count = 0, graphs = 0;
    FILE *file = cases_open();
    for (; cases_next(file, &c); count++) {
        check_case(&c);
        graphs += strstr(c.network, "residual") != NULL &&
                  strstr(c.network, "batchnorm") != NULL &&
                  strstr(c.network, "dropout") != NULL;
    }
    fclose(file);
    assert_int_equal(count, 70);
    assert_int_equal(graphs, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradients_are_those_of_pytorch),
    };
    return gr_run_tests(tests, sizeof tests / sizeof *tests);
}
