/*
 * tests/unit/gradient_cases.h - the cases of tests/golden/gradients.txt
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef GR_TESTS_GRADIENT_CASES_H
#define GR_TESTS_GRADIENT_CASES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gradus.h"

enum { CASE_LINE = 8192, CASE_NUMBERS = 400 };

typedef struct gradient_case {
    size_t number, rows, inputs, outputs;
    unsigned long long seed;
    char network[CASE_LINE], loss[64];
    double parameters[CASE_NUMBERS], x[CASE_NUMBERS], y[CASE_NUMBERS];
    double value, gradient[CASE_NUMBERS], dx[CASE_NUMBERS];
    size_t parameter_count, dx_count;
} gradient_case;

static size_t case_numbers(char *text, double *to)
{
    size_t count = 0;
    for (char *word = strtok(text, " \n"); word != NULL; word = strtok(NULL, " \n")) {
        assert_true(count < CASE_NUMBERS);
        assert_true(gradus_number_read(word, strlen(word), &to[count++]));
    }
    return count;
}

static FILE *cases_open(void)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/golden/gradients.txt",
             getenv("GRADUS_SOURCE_ROOT"));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    return file;
}

/* Reads on to the end of a case, its line "dx"; 0 at the end of the file. */
static int cases_next(FILE *file, gradient_case *c)
{
    static char line[CASE_LINE];
    while (fgets(line, sizeof line, file) != NULL) {
        char *rest = strchr(line, ' ');
        assert_non_null(rest);
        *rest++ = '\0';
        if (strcmp(line, "case") == 0)
            c->number = strtoull(rest, NULL, 10);
        else if (strcmp(line, "network") == 0)
            memcpy(c->network, rest, strlen(rest) + 1);
        else if (strcmp(line, "loss") == 0)
            assert_int_equal(sscanf(rest, "%63s", c->loss), 1);
        else if (strcmp(line, "shape") == 0)
            assert_int_equal(sscanf(rest, "%zu %zu %zu", &c->rows, &c->inputs, &c->outputs), 3);
        else if (strcmp(line, "seed") == 0)
            c->seed = strtoull(rest, NULL, 10);
        else if (strcmp(line, "parameters") == 0)
            c->parameter_count = case_numbers(rest, c->parameters);
        else if (strcmp(line, "x") == 0)
            case_numbers(rest, c->x);
        else if (strcmp(line, "y") == 0)
            case_numbers(rest, c->y);
        else if (strcmp(line, "value") == 0)
            case_numbers(rest, &c->value);
        else if (strcmp(line, "gradient") == 0)
            assert_int_equal(case_numbers(rest, c->gradient), c->parameter_count);
        else if (strcmp(line, "dx") == 0) {
            c->dx_count = case_numbers(rest, c->dx);
            return 1;
        }
    }
    return 0;
}

/* The net of a case, with its parameters. */
static gradus_net *case_net(const gradient_case *c)
{
    gradus_net *net;
    gradus_net_about about;
    assert_int_equal(gradus_net_new(NULL, c->network, c->inputs, c->outputs, GRADUS_FLOAT64,
                                    1, &net), GRADUS_OK);
    gradus_net_describe(net, &about);
    assert_int_equal(about.parameters, c->parameter_count);
    const double *from = c->parameters;
    for (size_t t = 0; t < gradus_net_tensors(net); t++) {
        gradus_tensor tensor;
        gradus_net_tensor(net, t, &tensor);
        if (!tensor.trained)
            continue;
        gradus_net_set(net, t, from);
        from += tensor.rows * tensor.columns;
    }
    return net;
}

/* |a - b| in units of the larger of 1 and |b| */
static double case_error(double a, double b)
{
    const double size = b < 0 ? -b : b, error = a < b ? b - a : a - b;
    return error / (size > 1 ? size : 1);
}

#endif
