/*
 * tests/build/broken.c - breaks each derivative of the library, and looks whether it is found
 *
 * Linked before the library, with copies of its sources into which broken.edits has put the
 * switches. Prints a line for each derivative and way: found, or not.
 *
 * SPDX-License-Identifier: MIT
 */
#include "broken.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "gradus.h"

enum { MOST = 100 };

static const char *names[MOST]; /* of all derivatives that were asked for */
static size_t count;
static const char *broken; /* NULL: none is */
static int how;

static void note(const char *derivative)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], derivative) == 0)
            return;
    if (count < MOST)
        names[count++] = derivative;
}

int gr_breaks(const char *derivative, int way)
{
    if (broken == NULL) {
        note(derivative);
        return 0;
    }
    return how == way && derivative[0] == broken[0] && strcmp(derivative, broken) == 0;
}

double gr_wrong(const char *derivative, double right, double other)
{
    if (gr_breaks(derivative, SIGN))
        return -right;
    if (gr_breaks(derivative, FACTOR))
        return 1.001 * right;
    return gr_breaks(derivative, TRANSPOSE) ? other : right;
}

static void swap(double *a, double *b)
{
    const double kept = *a;
    *a = *b;
    *b = kept;
}

void gr_spoil(const char *derivative, void *matrix, size_t rows, size_t columns,
              size_t stride)
{
    double *a = matrix;
    const size_t least = rows < columns ? rows : columns;
    const double factor = gr_wrong(derivative, 1, 1);
    for (size_t i = 0; factor != 1 && i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            a[i * stride + j] *= factor;
    if (!gr_breaks(derivative, TRANSPOSE))
        return;
    for (size_t i = 0; i < least; i++)
        for (size_t j = 0; rows > 1 && j < i; j++)
            swap(&a[i * stride + j], &a[j * stride + i]);
    for (size_t j = 0; rows == 1 && j < columns / 2; j++)
        swap(&a[j], &a[columns - 1 - j]);
}

void gr_drop(const char *derivative, void *matrix, size_t rows, size_t stride)
{
    for (size_t i = 0; gr_breaks(derivative, MISSING) && i < rows; i++)
        ((double *)matrix)[i * stride] = 0;
}

/* Stops at the first wrong one. */
static int observe(const gradus_check_case *one, void *user)
{
    gradus_check_about about;
    (void)user;
    gradus_check_describe(one->check, &about);
    return !about.right;
}

/* <u, J v> = <J^T u, v> at inference, where a check of a loss does not come */
static bool products_agree(const gradus_context *context)
{
    enum { ROWS = 3, WIDTH = 5, PARAMETERS = 2 * WIDTH };
    const double values[4][WIDTH] = {
        {1, -2, 0.5, 3, 1.5}, {0.5, 1, -1, 2, 0.25}, {0.25, -1, 0, 1, 2}, {1, 2, 0.5, 0.25, 3}};
    double x[ROWS * WIDTH], u[ROWS * WIDTH], v[PARAMETERS], jv[ROWS * WIDTH];
    double g[PARAMETERS], dx[ROWS * WIDTH], forward = 0, back = 0;
    gradus_net *net;
    const gradus_point point = {.rows = ROWS, .x = x};
    const gradus_direction direction = {v, x};
    for (size_t i = 0; i < ROWS * WIDTH; i++) {
        x[i] = (double)(i * 7 % 11) / 4 - 1;
        u[i] = (double)(i * 5 % 13) / 4 - 1.25;
    }
    for (size_t i = 0; i < PARAMETERS; i++)
        v[i] = (double)(i % 3) - 0.75;
    if (gradus_net_new(context, "batchnorm", WIDTH, WIDTH, GRADUS_FLOAT64, 1, &net))
        return false;
    for (size_t i = 0; i < 4; i++)
        gradus_net_set(net, i, values[i]);
    if (gradus_net_jvp(net, &point, &direction, NULL, jv) ||
        gradus_net_vjp(net, &point, u, g, dx))
        return false;
    gradus_net_free(net);
    for (size_t i = 0; i < ROWS * WIDTH; i++) {
        forward += u[i] * jv[i];
        back += dx[i] * x[i];
    }
    for (size_t i = 0; i < PARAMETERS; i++)
        back += g[i] * v[i];
    return fabs(forward - back) < 1e-12;
}

static bool is_found(const gradus_context *context)
{
    gradus_check_options options;
    if (!products_agree(context))
        return true;
    gradus_check_defaults(&options);
    options.weights = 4; /* of each tensor: enough, and fast */
    const gradus_status status = gradus_check_library(context, &options, observe, NULL);
    if (status != GRADUS_OK && status != GRADUS_STOPPED) {
        printf("%s\n", gradus_error());
        return false;
    }
    return status == GRADUS_STOPPED;
}

int main(void)
{
    static const char *const ways[] = {"", "sign", "factor", "missing", "transpose"};
    gradus_context *context;
    gradus_context_options options;
    gradus_context_defaults(&options);
    options.cpu = "ref";
    options.threads = 1;
    if (gradus_context_new(&options, &context))
        return 2;
    if (is_found(context)) {
        printf("something is wrong where nothing is broken\n");
        return 2;
    }
    for (size_t i = 0; i < count; i++)
        for (how = SIGN; how <= TRANSPOSE; how++) {
            broken = names[i];
            printf("%s %s %s\n", is_found(context) ? "found" : "missed", broken, ways[how]);
            fflush(stdout);
        }
    gradus_context_free(context);
    return 0;
}
